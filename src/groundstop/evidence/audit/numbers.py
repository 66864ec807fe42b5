"""Whether decisions, intervals and e-values follow from the counts that stand beside them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from groundstop.documents import (
    Attestation,
    Corroboration,
    Decision,
    DecisionRecord,
    Finding,
    RateInterval,
    Reproduction,
    ReproductionOutcome,
)
from groundstop.errors import GroundstopError
from groundstop.evidence.audit.checks import Check, Rule
from groundstop.evidence.audit.deciding import decision_problems, is_too_large
from groundstop.evidence.audit.documents import Found, finding_of

NUMBERS = Rule("numbers", "a decision, an interval or an e-value does not follow from the counts beside it")

NO_RATE = "none: the source lists violations only"
"""The method of an interval that says nothing."""

_MOST_COUNTED = 10_000_000
"""More trials than anybody has made. Counts are looked at up to here, so that none holds the audit up."""

Problem = tuple[str | None, str]


def check_numbers(found: Sequence[Found]) -> list[Check]:
    """Decide the finding and its corroborations again from their counts."""
    try:
        import numpy  # noqa: F401 - the statistics stand on it
    except ModuleNotFoundError:
        return [NUMBERS.not_checked("the statistics are not installed: pip install 'groundstop[assess]'")]
    finding = finding_of(found)
    if finding is None:
        return [NUMBERS.not_checked("the finding itself cannot be read by this release")]
    problems: list[Problem] = []
    skipped: list[str] = []
    reruns = 0
    for one in found:
        if not isinstance(one.document, Finding | Corroboration):
            continue
        reruns += isinstance(one.document, Corroboration)
        skipped += (f"{one.name}: {what}" for what in _not_looked_at(one.document))
        try:
            problems += ((one.name, what) for what in _problems(one.document, finding))
        except GroundstopError as error:
            problems.append((one.name, error.message))
    also = f", and those of {reruns} corroborations" if reruns else ""
    return [
        *NUMBERS.judge(problems, f"the finding's numbers follow from its counts{also}"),
        *(NUMBERS.not_checked(what) for what in skipped),
    ]


def _problems(document: Finding | Corroboration, finding: Finding) -> Iterator[str]:
    rates = list(_rates(document))
    if any(rate.n > _MOST_COUNTED for _, rate in rates):
        yield "it counts more trials than anybody can have made"
        return
    for what, rate in rates:
        yield from _interval_problems(rate, what)
    if isinstance(document, Finding):
        yield from _finding_problems(document)
    else:
        yield from _corroboration_problems(document, finding)


def _rates(document: Finding | Corroboration) -> Iterator[tuple[str, RateInterval]]:
    if isinstance(document, Corroboration):
        yield "rate", document.reproduction.rate
        return
    yield "rate", document.rate
    for place, column in enumerate(document.comparators.columns if document.comparators else (), start=1):
        yield f"rate of comparator {place}", column.rate
        if column.baseline is not None:
            yield f"baseline of comparator {place}", column.baseline


def _decision_of(document: Finding | Corroboration) -> DecisionRecord | None:
    return document.decision if isinstance(document, Finding) else document.reproduction.decision


def _not_looked_at(document: Finding | Corroboration) -> Iterator[str]:
    from groundstop.assessment.rates import METHOD

    for what, rate in _rates(document):
        if rate.method not in (METHOD, NO_RATE):
            yield f"the interval of its {what} is by a method that this release does not know"
    decision = _decision_of(document)
    if decision is not None and is_too_large(decision):
        yield "its test is too large to be decided again"


def _finding_problems(finding: Finding) -> Iterator[str]:
    rate, effort = finding.rate, finding.effort
    decision = finding.decision
    if decision is not None and not is_too_large(decision):
        yield from decision_problems(decision, rate.violated, rate.n, unclear=rate.undetermined)
    if rate.n + effort.screened > effort.trials:
        yield f"it rests on more trials than the {effort.trials} that it tells of"
    attested = finding.attestation is Attestation.PROVIDER_IDS
    if attested is not bool(finding.request_ids) or finding.request_ids > effort.trials:
        yield "its level of attestation does not follow from its number of request ids"


def _corroboration_problems(document: Corroboration, finding: Finding) -> Iterator[str]:
    from groundstop.assessment import lies_within, recomputed_e

    rerun = document.reproduction
    if not is_too_large(rerun.decision):
        yield from decision_problems(rerun.decision, rerun.violated, rerun.n, unclear=rerun.undetermined)
    if rerun.violated + rerun.undetermined > rerun.n:
        yield "its test counts more verdicts than calls"
    if not math.isclose(rerun.e_value, recomputed_e(document), rel_tol=1e-9, abs_tol=1e-300):
        yield "its e-value does not follow from its counts"
    yield from _outcome_problems(rerun)
    if document.within_stated_interval is not lies_within(rerun.rate, finding.rate):
        yield "it says wrongly whether its rate lies in the finding's interval"


def _outcome_problems(rerun: Reproduction) -> Iterator[str]:
    needed = {
        ReproductionOutcome.REPRODUCED: Decision.VIOLATED,
        ReproductionOutcome.NOT_NOW: Decision.HELD,
    }.get(rerun.outcome)
    if needed is not None and (rerun.decision.decision is not needed or rerun.drift.alarmed):
        yield f"its outcome is {rerun.outcome}, and its test says {rerun.decision.decision}"


def _interval_problems(rate: RateInterval, what: str) -> Iterator[str]:
    from groundstop.assessment.rates import METHOD, interval_of

    if rate.violated + rate.undetermined > rate.n:
        yield f"its {what} counts more verdicts than trials"
    elif rate.method == METHOD:
        again = interval_of(violated=rate.violated, undetermined=rate.undetermined, n=rate.n)
        if not (
            math.isclose(rate.lower, again.lower, abs_tol=1e-6)
            and math.isclose(rate.upper, again.upper, abs_tol=1e-6)
            and rate.level == again.level
        ):
            yield f"the interval of its {what} does not follow from the counts"
    elif rate.method == NO_RATE and (rate.lower, rate.upper) != (0, 1):
        yield f"the interval of its {what} says something, and its method nothing"
