"""How many independent reruns a case asks for, and has; see :data:`groundstop.cases.interests.RULE`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from groundstop.cases.interests import BASE, IN_CONFLICT, NOTHING_DECLARED
from groundstop.cases.severity.counting import counting
from groundstop.cases.state import CaseState
from groundstop.cases.views import Corroborations, DeclarationState, PartyInterests
from groundstop.documents import Corroboration, ReproductionOutcome, Shared
from groundstop.documents.cases import AttachedKind, Role

COUNT_ONCE = frozenset({Shared.ACCOUNT, Shared.FUNDER, Shared.CACHE})
"""Reruns that share one of these with others count once together."""


def corroborations_of(state: CaseState, interests: Sequence[PartyInterests]) -> Corroborations:
    """Return how many independent reruns a case asks for, and has.

    Args:
        state: The case.
        interests: As :func:`interests_of` gives them.
    """
    by_party = {one.party: one for one in interests}
    reporters = _reporters(state)
    why = [f"Every case asks for {BASE}."]
    for name in sorted(reporters):
        reason = _raises(by_party.get(name))
        if reason:
            why.append(f"One more: {name}, a reporter, {reason}.")
    wanted = BASE + (1 if len(why) > 1 else 0)
    fewest = min(
        (_counted(state, one.ref.content, by_party, reporters) for one in state.findings),
        key=lambda one: len(one[0]),
        default=((), ()),
    )
    if len(state.findings) > 1:
        why.append("The case is about several findings: the one with the fewest counts is shown.")
    return Corroborations(wanted, fewest[0], (*fewest[1], *_foreign(state)), tuple(why))


def _reporters(state: CaseState) -> set[str]:
    sealed = {one.finding.reporter for one in state.findings if one.finding is not None}
    found = {party.name for party in state.parties if party.role is Role.REPORTER or party.name in sealed}
    # A case that an authority opens may name no reporter; then whoever opened it stands for the report.
    return found or {state.opener}


def _raises(interests: PartyInterests | None) -> str | None:
    if interests is None or interests.state is DeclarationState.UNDECLARED:
        return "has declared nothing"
    if interests.state is not DeclarationState.CONFLICT:
        return None
    return (
        "has an interest that it left out, by an upheld challenge"
        if interests.upheld
        else "declares an interest"
    )


_Counted = tuple[tuple[str, ...], tuple[tuple[str, str], ...]]


def _counted(
    state: CaseState, finding: str, interests: dict[str, PartyInterests], reporters: set[str]
) -> _Counted:
    latest: dict[str, Corroboration] = {}
    for _, evidence, rerun in counting(state, Corroboration):
        name = evidence.signer or ""
        if rerun.reproduction.finding == finding and (
            name not in latest or rerun.created >= latest[name].created
        ):
            latest[name] = rerun
    counted, aside = [], []
    together: str | None = None
    for name in sorted(latest):
        reason = _does_not_count(state, name, latest[name], interests.get(name), reporters)
        if reason is None and _counts_once(latest[name]):
            reason = (
                None
                if together is None
                else f"it counts once together with {together}: {_shares(latest[name])}"
            )
            together = together or name
        if reason is None:
            counted.append(name)
        else:
            aside.append((name, reason))
    return tuple(counted), tuple(aside)


def _does_not_count(
    state: CaseState,
    name: str,
    rerun: Corroboration,
    interests: PartyInterests | None,
    reporters: set[str],
) -> str | None:
    party = state.party(name)
    if name in reporters:
        return "a reporter does not corroborate its own report"
    if party is None or party.role is Role.DEVELOPER:
        return "a developer's rerun is its own word, and no independent one"
    if interests is None or interests.state is DeclarationState.UNDECLARED:
        return NOTHING_DECLARED
    if interests.state is DeclarationState.CONFLICT:
        return IN_CONFLICT
    outcome = rerun.reproduction.outcome
    return None if outcome is ReproductionOutcome.REPRODUCED else f"its rerun is {outcome}"


def _counts_once(rerun: Corroboration) -> bool:
    return rerun.shared is None or bool(COUNT_ONCE & set(rerun.shared))


def _shares(rerun: Corroboration) -> str:
    if rerun.shared is None:
        return "it does not say what it shares"
    return f"it shares {', '.join(sorted(COUNT_ONCE & set(rerun.shared)))} with others"


def _foreign(state: CaseState) -> Iterator[tuple[str, str]]:
    """Yield the reruns that count for nobody, with the reason."""
    standing = {entry.digest for entry in state.entries if entry.stands}
    told: set[tuple[str, str]] = set()
    for one in state.evidence:
        if one.entry not in standing or one.attached.kind is not AttachedKind.CORROBORATION:
            continue
        reason = one.problem or (None if one.signer else "it is signed by no party of the case")
        if reason is None:
            continue
        by = one.document.corroborator if isinstance(one.document, Corroboration) else one.by
        if (by, reason) not in told:
            told.add((by, reason))
            yield by, reason
