"""What is used up by verifications of one finding: plans, rounds and held-out requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from groundstop.documents import Verification
from groundstop.evidence.rounds import gives_way, spends_round

Told = tuple[str, Verification]
"""A verification with the name of its document."""


@dataclass
class _Seen:
    """What earlier verifications of a finding used up."""

    spent: dict[tuple[bool, int], list[Told]] = field(default_factory=dict)
    """Each round with the verifications that spent it: those that did not find the class mitigated. The
    fixer's own rounds are counted apart."""
    requests: dict[str, Told] = field(default_factory=dict)
    """Each held-out request with who asked it first."""


def used_twice(told: Sequence[Told]) -> tuple[list[tuple[str | None, str]], list[str]]:
    """Look for what verifications of one finding have in common: a plan, a round, or held-out requests.

    Args:
        told: Verifications, of one finding or of several.

    Returns:
        What is wrong, and what may be: a party knows what it used up itself, and may not know of others.
    """
    problems: list[tuple[str | None, str]] = []
    doubtful: list[str] = []
    by_finding: dict[str, _Seen] = {}
    results, again = _one_for_each_plan(sorted(told, key=lambda one: one[1].created))
    for name, document in results:
        seen = by_finding.setdefault(document.finding, _Seen())
        for by_itself, what in _used_before(document, seen):
            if by_itself:
                problems.append((name, what))
            else:
                doubtful.append(f"{name}: {what}")
        if spends_round(document):
            seen.spent.setdefault((document.own_run, document.round), []).append((name, document))
        for request in document.used:
            seen.requests.setdefault(request, (name, document))
    return [*again, *problems], doubtful


def _one_for_each_plan(told: Sequence[Told]) -> tuple[list[Told], list[tuple[str | None, str]]]:
    """Return the result of each plan, and what was signed beside one.

    A run that waits for labels, or for a higher budget, goes on: what was signed of it so far gives way.
    """
    results: dict[tuple[str, str], Told] = {}
    problems: list[tuple[str | None, str]] = []
    for name, document in told:
        plan = document.finding, document.plan
        other, earlier = results.get(plan, (name, document))
        if other != name and not gives_way(earlier, document):
            problems.append((name, f"it is a second result of the plan of {other}"))
            continue
        results[plan] = name, document
    return sorted(results.values(), key=lambda one: one[1].created), problems


def _used_before(document: Verification, seen: _Seen) -> Iterator[tuple[bool, str]]:
    """Say what a verification uses that another had used up, and whether its own party had."""
    for other, earlier in seen.spent.get((document.own_run, document.round), ()):
        yield earlier.by == document.by, f"it is of round {document.round}, which {other} had spent"
    asked = [seen.requests[one] for one in set(document.used) if one in seen.requests]
    for (other, by), count in sorted(Counter((name, earlier.by) for name, earlier in asked).items()):
        yield by == document.by, f"it asks {count} held-out requests that {other} had used up"
