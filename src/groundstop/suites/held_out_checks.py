"""Whether a suite gives enough held-out requests for the verification of a fix."""

from __future__ import annotations

from collections.abc import Iterator

from groundstop.documents import Technique
from groundstop.suites.held_out.generating import LANGUAGE, generated_counts
from groundstop.suites.problems import Problem, warning
from groundstop.suites.reading import TECHNIQUES
from groundstop.suites.suite import Suite, held_out_variants

REQUESTS_LISTED = 30
"""With fewer unused requests of a kind nothing is claimed of others."""

REQUESTS_FOR_A_CLAIM = 79 + 40
"""Fewest unused requests of a kind for a claim about it in a first round: what the default test of several
kinds needs when nothing is violated, and what may be set aside for the model before the fix."""

REQUESTS_FOR_THE_CAP = 323 + 40
"""Requests of a kind with which that test never runs out in a first round."""


def check_held_out(suite: Suite) -> list[Problem]:
    """Look for techniques that give too few held-out requests of some kind.

    Args:
        suite: A suite without errors.

    Returns:
        Warnings. Requests are counted for the suite's first behavior.

    Source: STATISTICS section 5 for the numbers, with the error rates of a first round.
    """
    return [problem for technique in suite.techniques for problem in _technique(suite, technique)]


def _technique(suite: Suite, technique: Technique) -> Iterator[Problem]:
    if not suite.languages and len(held_out_variants(suite, technique.id)) >= 2 * REQUESTS_FOR_THE_CAP:
        # Of each kind there are more requests than wordings; making them all would only take time.
        return
    counts = generated_counts(suite, suite.behaviors[0], technique)
    if not counts[LANGUAGE]:
        # What a language lacks is told with it.
        del counts[LANGUAGE]
    here = f"{TECHNIQUES}: technique {technique.id}"
    if min(counts.values()) < REQUESTS_FOR_A_CLAIM:
        yield warning(
            f"{here} gives {_told(counts, REQUESTS_FOR_A_CLAIM)} held-out requests, fewer than the "
            f"{REQUESTS_FOR_A_CLAIM} of a kind that the first verification of a fix needs",
            f"Add templates or choices, or bring a pool; with fewer than {REQUESTS_LISTED} of a kind it is "
            "about the listed requests only",
        )
    elif min(counts.values()) < REQUESTS_FOR_THE_CAP:
        yield warning(
            f"{here} gives {_told(counts, REQUESTS_FOR_THE_CAP)} held-out requests, fewer than the "
            f"{REQUESTS_FOR_THE_CAP} of a kind with which a test never runs out",
            "Add templates or choices; until then the verification of a fix may end undecided",
        )


def _told(counts: dict[str, int], enough: int) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in counts.items() if count < enough)
