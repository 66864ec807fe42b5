"""The measured facts of a case, F1 to F11. What nobody measured says so."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from groundstop.cases.severity.counting import (
    Column,
    LatestVerified,
    columns_of,
    counting,
    is_reported,
    latest_verified,
    reproduced,
    reruns,
)
from groundstop.cases.severity.words import model_words
from groundstop.cases.state import CaseState
from groundstop.cases.views import Corroborations, Fact
from groundstop.documents import Attestation, Comparison, Corroboration, Finding, percent, rate_words

_MOST_NAMED = 8

WHAT = {
    "F1": "Success rate of the recipe",
    "F2": "Tasks on which the technique works",
    "F3": "Effort",
    "F4": "The same request asked plainly",
    "F5": "Comparators run",
    "F6": "Other models on which it works too",
    "F7": "Independent reruns",
    "F8": "What stands behind the claim that the model said it",
    "F9": "Detection by the developer's monitors",
    "F10": "Verdict on the fix",
    "F11": "What the fix costs ordinary users",
}
"""The facts, by code."""

_Told = tuple[str, str] | None
"""A value and its source; none when it was not measured."""


def facts_of(
    state: CaseState, corroborations: Corroborations, *, now: datetime | None = None
) -> tuple[Fact, ...]:
    """Return the measured facts of a case, each once, in order.

    Args:
        state: The case.
        corroborations: How many independent reruns it asks for, and has.
        now: The time, by which a verification may have expired; none to say only until when it holds.

    Returns:
        F1 to F11. A value of none was not measured, or not by anything that counts; where this copy lacks
        the finding's bundle, the source says so.
    """
    told: dict[str, _Told] = {
        "F1": _of_findings(state, _rate),
        "F2": _tasks(state),
        "F3": _of_findings(state, _effort),
        "F4": _asked_plainly(state),
        "F5": _comparators(state),
        "F6": _transfer(state),
        "F7": _reruns(state, corroborations),
        "F8": _of_findings(state, _attestation),
        "F9": None,  # no document says it
        "F10": _of_fixes(state, lambda one: _verdict(one, now)),
        "F11": _of_fixes(state, _benign),
    }
    lacking = [one.ref.id for one in state.findings if one.finding is None]
    gone = f"not in this copy: the bundle of {', '.join(lacking)}" if lacking else None
    return tuple(
        Fact(code, what, value[0], value[1])
        if (value := told[code])
        else Fact(code, what, None, gone if code in {"F1", "F3", "F8"} else None)
        for code, what in WHAT.items()
    )


def _of_findings(state: CaseState, tell: Callable[[Finding], str | None]) -> _Told:
    told = [(one.ref.id, tell(one.finding)) for one in state.findings if one.finding is not None]
    return _side_by_side(told, lambda finding_id: f"finding {finding_id}")


def _side_by_side(told: Iterable[tuple[str, str | None]], source: Callable[[str], str]) -> _Told:
    """Return what was told of each finding; with its name where there are several."""
    known = [(name, value) for name, value in told if value is not None]
    if not known:
        return None
    names = ", ".join(source(name) for name, _ in known)
    if len(known) == 1:
        return known[0][1], names
    return "; ".join(f"{name}: {value}" for name, value in known), names


def _rate(finding: Finding) -> str | None:
    if finding.rate.n == 0:
        return None
    simulated = "; simulated, and about no model" if finding.model.simulated else ""
    return f"{rate_words(finding.rate)}, {100 * finding.rate.level:g} % interval{simulated}"


def _effort(finding: Finding) -> str:
    effort = finding.effort
    parts = [f"{effort.trials} trials of the recipe"]
    if effort.spend is not None:
        parts.append(f"{effort.spend.calls} calls in the whole run")
    tried = effort.classes_tried
    parts.append("classes tried not stated" if tried is None else f"{tried} classes tried")
    return ", ".join(parts)


def _attestation(finding: Finding) -> str:
    if finding.attestation is Attestation.PROVIDER_IDS:
        return f"provider ids: {finding.request_ids} trials carry an id that the provider can look up"
    return "unattested: the reporter's word"


def _tasks(state: CaseState) -> _Told:
    """Return the tasks of the technique that was run on most of them, on a model that was reported."""
    tried: dict[str, dict[str, bool]] = {}
    sources: dict[str, list[str]] = {}
    for _, evidence, run in counting(state, Comparison):
        on_reported = [one.rate for one in run.targets if is_reported(state, one.target.model) and one.rate.n]
        if on_reported:
            works = any(rate.violated for rate in on_reported)
            tried.setdefault(run.technique, {})[run.behavior] = works
            sources.setdefault(run.technique, []).append(f"comparator run by {evidence.by}")
    if not tried:
        return None
    technique = max(tried, key=lambda one: len(tried[one]))
    tasks = tried[technique]
    return f"{sum(tasks.values())} of {len(tasks)} tried", ", ".join(dict.fromkeys(sources[technique]))


def _asked_plainly(state: CaseState) -> _Told:
    measured = [
        (model_words(one.model), rate_words(one.baseline), one.source)
        for one in columns_of(state)
        if is_reported(state, one.model) and one.baseline is not None and one.baseline.n
    ]
    if not measured:
        return None
    several = len(measured) > 1
    told = "; ".join(f"{name}: {rate}" if several else rate for name, rate, _ in measured)
    return told, _sources(source for *_, source in measured)


def _others(state: CaseState) -> list[Column]:
    return [one for one in columns_of(state) if not is_reported(state, one.model)]


def _comparators(state: CaseState) -> _Told:
    others = _others(state)
    if not others:
        return None
    plural = "model" if len(others) == 1 else "models"
    return f"{len(others)} other {plural}: {_listed(model_words(one.model) for one in others)}", _sources(
        one.source for one in others
    )


def _transfer(state: CaseState) -> _Told:
    others = _others(state)
    if not others:
        return None
    works = [one for one in others if one.rate.violated]
    rates = _listed(f"{model_words(one.model)} {rate_words(one.rate)}" for one in others)
    return f"seen on {len(works)} of {len(others)}: {rates}", _sources(one.source for one in others)


def _reruns(state: CaseState, corroborations: Corroborations) -> _Told:
    parties = reruns(state)
    if not parties:
        return None
    several = len(state.findings) > 1
    each = _listed(_rerun(party, rerun, named=several) for party, rerun in parties)
    count = sum(reproduced(rerun) for _, rerun in parties)
    counted, wanted = len(corroborations.counted), corroborations.wanted
    return (
        f"reproduced by {count} of {len(parties)}: {each}; {counted} counted, {wanted} asked for",
        _sources(f"rerun by {party}" for party, _ in parties),
    )


def _rerun(party: str, rerun: Corroboration, *, named: bool) -> str:
    result = rerun.reproduction
    of = f" of {result.finding_id}" if named else ""
    return f"{party}{of}: {result.outcome}, {result.violated} of {result.n}"


def _of_fixes(state: CaseState, tell: Callable[[LatestVerified], str | None]) -> _Told:
    """Tell of the latest verification of each finding: an independent one, if there is any."""
    told, by = [], {}
    for one in state.findings:
        latest = latest_verified(state, one.ref.content)
        if latest is not None:
            told.append((one.ref.id, tell(latest)))
            own = "" if latest.independent else ", the fixer's own run"
            by[one.ref.id] = (
                f"verification by {latest.verification.by} of {latest.verification.created:%Y-%m-%d}{own}"
            )
    return _side_by_side(told, by.__getitem__)


def _verdict(verified: LatestVerified, now: datetime | None) -> str:
    verification = verified.verification
    parts = [f"{verification.verdict}: the reported recipe {rate_words(verification.recipe.rate)}"]
    arms = [one.arm.rate for one in verification.strata if one.arm is not None]
    if verification.mixture is not None:
        parts.append(f"held-out variants, mixed, {rate_words(verification.mixture.rate)}")
    elif arms:
        violated, n = sum(one.violated for one in arms), sum(one.n for one in arms)
        highest = percent(max(one.upper for one in arms))
        parts.append(f"held-out variants {violated} of {n} in {len(arms)} kinds, at most {highest} in any")
    if not verified.independent:
        parts.append("the fixer's own run")
    if verification.expires is not None:
        ended = now is not None and now >= verification.expires
        parts.append(f"{'expired' if ended else 'holds until'} {verification.expires:%Y-%m-%d}")
    return "; ".join(parts)


def _benign(verified: LatestVerified) -> str | None:
    benign = verified.verification.benign
    if benign is None or benign.pairs == 0:
        return None
    before, after = benign.refused_before, benign.refused_after
    change = f"{100 * benign.lower:+.1f} to {100 * benign.upper:+.1f}"
    return (
        f"{benign.decision}: refused {before.violated} of {before.n} before, "
        f"{after.violated} of {after.n} after, a change of {change} percentage points"
    )


def _listed(names: Iterable[str]) -> str:
    """Return names in one line, the first few and how many more there are."""
    every = list(names)
    more = len(every) - _MOST_NAMED
    return "; ".join(every[:_MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")


def _sources(sources: Iterable[str]) -> str:
    return _listed(dict.fromkeys(sources))
