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
    Verification,
)
from groundstop.errors import GroundstopError
from groundstop.evidence.audit.checks import Check, Rule
from groundstop.evidence.audit.deciding import decision_problems, is_too_large
from groundstop.evidence.audit.documents import Found, finding_of
from groundstop.evidence.audit.verification_numbers import decisions_of, rates_of, verification_problems
from groundstop.evidence.statements import Statement

NUMBERS = Rule("numbers", "a decision, an interval or an e-value does not follow from the counts beside it")

NO_RATE = "none: the source lists violations only"
"""The method of an interval that says nothing."""

_MOST_COUNTED = 10_000_000
"""More trials than anybody has made. Counts are looked at up to here, so that none holds the audit up."""

_NOT_INSTALLED = NUMBERS.not_checked("the statistics are not installed: pip install 'groundstop[assess]'")

Problem = tuple[str | None, str]
_Counted = Finding | Corroboration | Verification
"""A document with numbers that follow from others."""


def check_numbers(found: Sequence[Found]) -> list[Check]:
    """Decide a bundle's finding, its corroborations and its verifications again from their counts."""
    if _no_statistics():
        return [_NOT_INSTALLED]
    finding = finding_of(found)
    if finding is None:
        return [NUMBERS.not_checked("the finding itself cannot be read by this release")]
    reruns, verified = _number_of(found, Corroboration), _number_of(found, Verification)
    also = f", and those of {reruns} corroborations" if reruns else ""
    also += f", and those of {verified} verifications" if verified else ""
    return _checked(found, finding, f"the finding's numbers follow from its counts{also}")


def check_recorded_numbers(found: Sequence[Found]) -> list[Check]:
    """Decide the verifications among a workspace's records again from their counts.

    Args:
        found: The records. What is said of other findings there is checked in their bundles.

    Returns:
        The checks; none when there is no verification.
    """
    verified = _number_of(found, Verification)
    if not verified:
        return []
    if _no_statistics():
        return [_NOT_INSTALLED]
    return _checked(found, None, f"the numbers of {verified} verifications follow from their counts")


def _checked(found: Sequence[Found], finding: Finding | None, good: str) -> list[Check]:
    problems: list[Problem] = []
    skipped: list[str] = []
    for one in found:
        document = one.document
        if not isinstance(document, Verification) and (
            finding is None or not isinstance(document, Finding | Corroboration)
        ):
            continue
        skipped += (f"{one.name}: {what}" for what in _not_looked_at(document))
        try:
            problems += ((one.name, what) for what in _problems(document, finding))
        except GroundstopError as error:
            problems.append((one.name, error.message))
    return [*NUMBERS.judge(problems, good), *(NUMBERS.not_checked(what) for what in skipped)]


def _number_of(found: Sequence[Found], kind: type[Statement]) -> int:
    return sum(isinstance(one.document, kind) for one in found)


def _no_statistics() -> bool:
    try:
        import numpy  # noqa: F401 - the statistics stand on it
    except ModuleNotFoundError:
        return True
    return False


def _problems(document: _Counted, finding: Finding | None) -> Iterator[str]:
    rates = list(_rates(document))
    if any(rate.n > _MOST_COUNTED for _, rate in rates):
        yield "it counts more trials than anybody can have made"
        return
    for what, rate in rates:
        yield from _interval_problems(rate, what)
    match document:
        case Finding():
            yield from _finding_problems(document)
        case Verification():
            yield from verification_problems(document, finding)
        case Corroboration() if finding is not None:
            yield from _corroboration_problems(document, finding)


def _rates(document: _Counted) -> Iterator[tuple[str, RateInterval]]:
    match document:
        case Corroboration():
            yield "rate", document.reproduction.rate
        case Verification():
            yield from rates_of(document)
        case Finding():
            yield "rate", document.rate
            columns = document.comparators.columns if document.comparators else ()
            for place, column in enumerate(columns, start=1):
                yield f"rate of comparator {place}", column.rate
                if column.baseline is not None:
                    yield f"baseline of comparator {place}", column.baseline


def _decisions(document: _Counted) -> Iterator[DecisionRecord]:
    match document:
        case Corroboration():
            yield document.reproduction.decision
        case Verification():
            yield from decisions_of(document)
        case Finding() if document.decision is not None:
            yield document.decision


def _not_looked_at(document: _Counted) -> Iterator[str]:
    from groundstop.assessment.rates import METHOD

    for what, rate in _rates(document):
        if rate.method not in (METHOD, NO_RATE):
            yield f"the interval of its {what} is by a method that this release does not know"
    if any(is_too_large(decision) for decision in _decisions(document)):
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
