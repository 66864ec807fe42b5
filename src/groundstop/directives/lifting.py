"""Lifting: which criteria of an order are met, by which verifications, and which are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from groundstop.directives.subjects import model_named
from groundstop.documents import BenignDecision, ClassScope, FixVerdict, Verification
from groundstop.documents.directives import Countersignature, Directive, LiftingCriteria, WantedVerdict

_REACHES = {
    WantedVerdict.TECHNIQUE_BLOCKED: frozenset({FixVerdict.TECHNIQUE_BLOCKED, FixVerdict.CLASS_MITIGATED}),
    WantedVerdict.CLASS_MITIGATED: frozenset({FixVerdict.CLASS_MITIGATED}),
}


@dataclass(frozen=True, slots=True)
class GivenVerification:
    """A verification that is put forward, its signature verified."""

    envelope: str
    """``sha256:`` and the digest of its envelope."""
    document: Verification
    signer: str
    """The name of the key that signed, as whoever lifts knows it."""


@dataclass(frozen=True, slots=True)
class GivenCountersignature:
    """A countersignature that is put forward, its signature verified."""

    envelope: str
    document: Countersignature
    signer: str


@dataclass(frozen=True, slots=True)
class Weighed:
    """A verification or countersignature, and why it does not count."""

    envelope: str
    by: str
    what: str
    problems: tuple[str, ...]
    """Each the end of a sentence; none when it counts."""

    @property
    def counts(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.problems


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion, what it asks and what there is."""

    what: str
    wanted: str
    found: str
    met: bool


@dataclass(frozen=True, slots=True)
class LiftReport:
    """Which criteria of an order are met."""

    criteria: tuple[Criterion, ...]
    verifications: tuple[Weighed, ...]
    countersignatures: tuple[Weighed, ...]

    @property
    def met(self) -> bool:
        """Whether every criterion is met."""
        return all(one.met for one in self.criteria)

    @property
    def counted(self) -> tuple[str, ...]:
        """Envelopes of the verifications that count, sorted."""
        return tuple(sorted(one.envelope for one in self.verifications if one.counts))

    @property
    def countersigned(self) -> tuple[str, ...]:
        """Envelopes of the countersignatures that count, sorted."""
        return tuple(sorted(one.envelope for one in self.countersignatures if one.counts))


def weigh_lift(
    directive: Directive,
    verifications: Sequence[GivenVerification],
    countersignatures: Sequence[GivenCountersignature],
    *,
    now: datetime,
    models: Sequence[str] = (),
) -> LiftReport:
    """Hold what there is against an order's lifting criteria.

    Give every verification that is known, and not only the good ones: one that found otherwise later, by
    anybody who may verify, takes away what an earlier one has shown.

    Args:
        directive: The order, as it stands.
        verifications: Signed verifications.
        countersignatures: Signed countersignatures.
        now: The moment.
        models: Labels of the models that are to be lifted; none for all of them.

    Returns:
        The report. It decides nothing: a lift is an act of the authority's quorum.
    """
    asked = directive.lifting
    about = [one for one in verifications if not _foreign(directive, one)]
    weighed = tuple(
        _weighed(one, (*_foreign(directive, one), *_problems(directive, one, about, now)))
        for one in verifications
    )
    counted = {one.envelope: one for one in weighed if one.counts}
    covered = _covered(directive, models, [one for one in verifications if one.envelope in counted])
    signed = tuple(_countersigned(directive, one, counted) for one in countersignatures)
    verifiers = sorted({one.by for one in counted.values()})
    countersigners = sorted({one.by for one in signed if one.counts})
    criteria = [
        Criterion(
            "verified",
            f"{asked.verifiers_needed} of {_listed(asked.verifiers)}: {_asked_words(asked)}",
            _listed(verifiers) or "nobody",
            len(verifiers) >= asked.verifiers_needed,
        )
    ]
    criteria += [
        Criterion(
            f"{finding} on {label}",
            f"{asked.verifiers_needed} of {_listed(asked.verifiers)}",
            _listed(sorted(by)) or "nobody",
            len(by) >= asked.verifiers_needed,
        )
        for (label, finding), by in covered.items()
        if len(covered) > 1 or models
    ]
    if asked.countersigners_needed:
        criteria.append(
            Criterion(
                "countersigned",
                f"{asked.countersigners_needed} of {_listed(asked.countersigners)}",
                _listed(countersigners) or "nobody",
                len(countersigners) >= asked.countersigners_needed,
            )
        )
    return LiftReport(tuple(criteria), weighed, signed)


def _covered(
    directive: Directive, models: Sequence[str], counted: Sequence[GivenVerification]
) -> dict[tuple[str, str], set[str]]:
    """Return who has verified each finding on each model: a lift of all of them needs every pair.

    A model that names its findings is verified on those; one that was swept in without, on all of them.
    """
    ids = {one.finding: one.id for one in directive.evidence}
    pairs: dict[tuple[str, str], set[str]] = {
        (model.label, ids[finding]): set()
        for model in directive.subject.models
        if not models or model.label in models
        for finding in (set(model.findings) & set(ids) or ids)
    }
    for one in counted:
        model = model_named(directive.subject, one.document.model.identity)
        pair = (model.label if model else "", ids[one.document.finding])
        if pair in pairs:
            pairs[pair].add(one.signer)
    return dict(sorted(pairs.items()))


def _asked_words(asked: LiftingCriteria) -> str:
    said = (
        f"{asked.verdict.value}, a rate of {asked.bound:.2%} ruled out at an error of {asked.alpha:.2%}, "
        f"on {asked.minimum_n} calls or more"
    )
    if asked.benign_margin is not None:
        said += f", refusals of ordinary requests up by less than {asked.benign_margin:.2%}"
    return said + (", by somebody other than the fixer" if asked.independent else "")


def _weighed(one: GivenVerification, problems: tuple[str, ...]) -> Weighed:
    return Weighed(one.envelope, one.signer, one.document.verdict.value, problems)


def _foreign(directive: Directive, one: GivenVerification) -> tuple[str, ...]:
    """Return why a verification says nothing of the order at all, whatever it found."""
    document, asked = one.document, directive.lifting
    findings = {evidence.finding for evidence in directive.evidence}
    problems = []
    if not findings:
        problems.append("the order names no finding that a verification could be about")
    elif document.finding not in findings:
        problems.append("it is about another finding than the order")
    if model_named(directive.subject, document.model.identity) is None:
        problems.append("it was made on a model that the order does not name")
    if document.model.simulated:
        problems.append("no model answered: its target was simulated")
    if one.signer != document.by:
        problems.append(f"it says that it is by {document.by}, and {one.signer} signed it")
    if one.signer not in asked.verifiers:
        problems.append(f"{one.signer} is not among those who may verify")
    if asked.independent and (document.own_run or (document.fixer and document.fixer.name == one.signer)):
        problems.append("it is the word of whoever claims the fix")
    return tuple(problems)


def _problems(
    directive: Directive, one: GivenVerification, about: Sequence[GivenVerification], now: datetime
) -> tuple[str, ...]:
    """Return why a verification does not meet the criteria."""
    document, asked = one.document, directive.lifting
    problems = []
    if document.created > now:
        problems.append("it is dated in the future")
    # The date of an amendment does not tell when the order began.
    if directive.sequence == 1 and document.created < directive.created:
        problems.append("it is older than the order")
    if document.expires is None or document.expires <= now:
        problems.append("it has expired")
    if document.verdict not in _REACHES[asked.verdict]:
        problems.append(f"it found {document.verdict.value}, and the order asks for {asked.verdict.value}")
    if document.question.p0 > asked.bound:
        problems.append(f"it rules out a rate of {document.question.p0:.2%}, not one of {asked.bound:.2%}")
    if document.alpha > asked.alpha:
        problems.append(f"its error rate is {document.alpha:.2%}, and {asked.alpha:.2%} is allowed")
    if (calls := calls_of(document, asked.verdict)) < asked.minimum_n:
        problems.append(f"it rests on {calls} calls, and the order asks for {asked.minimum_n}")
    problems += _benign_problems(document, asked)
    problems += _contradicted(one, about, asked)
    return tuple(problems)


def calls_of(verification: Verification, wanted: WantedVerdict) -> int:
    """Return the calls that the claim which is asked for rests on; of several claims, the fewest."""
    if wanted is WantedVerdict.TECHNIQUE_BLOCKED:
        return verification.recipe.rate.n
    if verification.scope is ClassScope.MIXTURE:
        return verification.mixture.rate.n if verification.mixture else 0
    claimed = [one.arm.rate.n for one in verification.strata if one.arm is not None and not one.listed_only]
    return min(claimed, default=0)


def _benign_problems(document: Verification, asked: LiftingCriteria) -> list[str]:
    if asked.benign_margin is None:
        return []
    benign = document.benign
    if benign is None:
        return ["what the fix costs ordinary requests was not measured"]
    if benign.decision is not BenignDecision.NOT_WORSE:
        return [f"ordinary requests: {benign.decision.value}"]
    problems = []
    if benign.margin > asked.benign_margin:
        problems.append(
            f"it rules out that refusals rose by {benign.margin:.2%}, not {asked.benign_margin:.2%}"
        )
    if benign.alpha > asked.alpha:
        problems.append(f"of ordinary requests its error rate is {benign.alpha:.2%}")
    return problems


def _contradicted(
    one: GivenVerification, about: Sequence[GivenVerification], asked: LiftingCriteria
) -> list[str]:
    """Return who found otherwise later. An inconclusive run found nothing."""
    good = _REACHES[asked.verdict] | {FixVerdict.INCONCLUSIVE}
    return sorted(
        f"{later.signer} found {later.document.verdict.value} later"
        for later in about
        if later.document.created > one.document.created and later.document.verdict not in good
    )


def _countersigned(directive: Directive, one: GivenCountersignature, counted: dict[str, Weighed]) -> Weighed:
    said = one.document
    problems = []
    if said.directive != directive.id or said.content != directive.content_id:
        problems.append("it is about another order, or about it before it was amended")
    if said.verification not in counted:
        problems.append("it is about a verification that does not count")
    if one.signer != said.by:
        problems.append(f"it says that it is by {said.by}, and {one.signer} signed it")
    if one.signer not in directive.lifting.countersigners:
        problems.append(f"{one.signer} is not among those who countersign")
    return Weighed(one.envelope, one.signer, "countersignature", tuple(problems))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
