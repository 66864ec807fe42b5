"""Whether a verification says who made it, what it used up, and what its plan fixed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta

from groundstop.documents import (
    DecisionRecord,
    Finding,
    PlannedTest,
    Verification,
    VerificationPlan,
)
from groundstop.evidence.audit.checks import Check, Rule
from groundstop.evidence.audit.documents import Found, finding_of
from groundstop.evidence.audit.rounds import Told, used_twice
from groundstop.evidence.log.auditing import CLOCKS_APART

VERIFIED = Rule(
    "verifications", "a verification hides whose run it is, uses something twice, or leaves its own plan"
)


def check_verifications(found: Sequence[Found]) -> list[Check]:
    """Check what verifications say of themselves, and against their plans where those are at hand.

    Args:
        found: The documents of a bundle or of records.

    Returns:
        The checks; none when there is no verification and no plan of one.
    """
    told = [(one.name, one.document) for one in found if isinstance(one.document, Verification)]
    plans, finding = plans_of(found), finding_of(found)
    if not told and not plans:
        return []
    problems: list[tuple[str | None, str]] = []
    for one in found:
        if not isinstance(one.document, Verification | VerificationPlan) or one.signed is None:
            continue
        if hides_own_run(one.document, {key_id for key_id, _ in one.signed.signatures}):
            problems.append((one.name, "it is by the party that claims the fix, and does not say so"))
    for name, document in told:
        problems += ((name, what) for what in _own_problems(document))
        if finding is not None and document.before_is_reported is not _is_reported(document, finding):
            problems.append((name, "it says wrongly whether the finding names the model before the fix"))
        plan = plans.get(document.plan)
        if plan is not None:
            problems += ((name, what) for what in _plan_problems(document, plan))
    reused, doubtful = used_twice(told)
    without = [one for one in told if one[1].plan not in plans]
    good = f"{_counted(told)}: whose run it is, and what it used up, hang together"
    return [
        *VERIFIED.judge([*problems, *reused], good),
        *(VERIFIED.unproved(what) for what in doubtful),
        *([VERIFIED.not_checked(_without_plan(without))] if without else []),
    ]


def hides_own_run(said: Verification | VerificationPlan, signers: Collection[str]) -> bool:
    """Tell whether a party that claims a fix passes off its own run as another's, as far as can be seen.

    Args:
        said: The verification, or its plan.
        signers: Key ids of those who signed it.
    """
    fixer = said.fixer
    return fixer is not None and not said.own_run and (fixer.name == said.by or fixer.key_id in signers)


def plans_of(found: Sequence[Found]) -> dict[str, VerificationPlan]:
    """Return the plans of verifications among some documents, by their content ids."""
    plans = (one.document for one in found if isinstance(one.document, VerificationPlan))
    return {plan.content_id: plan for plan in plans}


def _counted(told: Sequence[Told]) -> str:
    return "1 verification" if len(told) == 1 else f"{len(told)} verifications"


def _without_plan(told: Sequence[Told]) -> str:
    which = "its plan, which stays" if len(told) == 1 else "their plans, which stay"
    return f"{_counted(told)} without {which} in the records of whoever verified"


def _own_problems(told: Verification) -> Iterator[str]:
    names = [stratum.name for stratum in told.strata]
    if len(set(names)) < len(names):
        yield "it tells of one stratum twice"
    if len(set(told.used)) < len(told.used):
        yield "it used a held-out request twice"
    if list(told.used) != sorted(told.used):
        # A decision's path tells at which call something got through.
        yield "its held-out requests stand in another order than that of their digests"
    asked = sum(stratum.asked for stratum in told.strata)
    if asked != len(told.used):
        yield f"its strata asked {asked} held-out requests, and it lists {len(told.used)} as used"
    for stratum in told.strata:
        if not stratum.asked <= stratum.unused <= stratum.available:
            yield f"its stratum {stratum.name} asked more variants than there were"
        elif stratum.arm is not None and stratum.arm.rate.n + stratum.arm.late > stratum.asked:
            yield f"its stratum {stratum.name} counts more trials than variants that were asked"
    if told.mixture is not None and told.mixture.rate.n + told.mixture.late > asked:
        yield "its mixture counts more trials than variants that were asked"
    end = told.model.window_end
    if (end is None) is not (told.expires is None) or (end and told.expires and told.expires <= end):
        yield "its expiry does not follow from its window"
    if end is not None and told.created < end - CLOCKS_APART:
        yield "it is dated before the end of its window"


def _is_reported(told: Verification, finding: Finding) -> bool | None:
    if told.before is None or told.before.identity is None or finding.model.identity is None:
        return None
    return told.before.identity == finding.model.identity


def _plan_problems(told: Verification, plan: VerificationPlan) -> Iterator[str]:
    """Say what differs from the plan."""
    for what, said, planned in _as_planned(told, plan):
        if said != planned:
            yield f"its {what} is not that of its plan"
    for what, record, test in _tests(told, plan):
        if record.boundaries is None and (test is None or test.boundaries is None):
            continue  # Nobody could decide it: the judge cannot, or there are too few variants.
        if test is None or (record.hypotheses, record.boundaries) != (test.hypotheses, test.boundaries):
            yield f"its {what} was decided by another test than the planned one"
    if told.benign is not None and plan.benign is None:
        yield "it tells of ordinary requests, and its plan asks none"
    end = told.model.window_end
    if end is not None and told.expires != end + timedelta(days=plan.valid_days):
        yield f"it does not expire {plan.valid_days} days after its window, as planned"


def _as_planned(told: Verification, plan: VerificationPlan) -> Iterator[tuple[str, object, object]]:
    yield "finding", told.finding, plan.finding
    yield "verifier", told.by, plan.by
    yield "fixer", (told.fixer, told.own_run), (plan.fixer, plan.own_run)
    yield "question", told.question, plan.question
    yield "declared interests", told.interests, plan.interests
    yield "round", (told.round, told.alpha), (plan.round, plan.alpha)
    yield "model", told.model.identity, plan.target.model
    yield "model before the fix", _identity(told), plan.before.model if plan.before else None
    yield "word on the model before the fix", told.before_is_reported, plan.before_is_reported
    yield "scope", told.scope, plan.scope
    yield "estimand", told.recipe.estimand, plan.recipe_estimand
    yield (
        "number of variants",
        [(one.name, one.available, one.unused) for one in told.strata],
        [(one.name, one.available, one.unused) for one in plan.strata],
    )
    result, rule = told.benign, plan.benign
    if result is not None and rule is not None:
        said = result.margin, result.alpha, result.over_blocked_alpha
        yield "rule for ordinary requests", said, (rule.margin, rule.alpha, rule.over_blocked_alpha)
    claim, planned = told.claim, plan.claim
    yield (
        "claim",
        claim and (claim.stated, claim.block_rate, claim.level, claim.planned),
        planned and (planned.stated, planned.block_rate, planned.level, planned.calls),
    )
    yield "judge", told.judge, plan.judge
    yield "note on the judge", told.judge_note, plan.judge_note
    yield "use of stored answers", told.memoised, plan.memoised


def _identity(told: Verification) -> object:
    return told.before.identity if told.before else None


def _tests(
    told: Verification, plan: VerificationPlan
) -> Iterator[tuple[str, DecisionRecord, PlannedTest | None]]:
    yield "recipe", told.recipe.decision, plan.recipe_test
    if told.mixture is not None:
        yield "mixture", told.mixture.decision, plan.mixture
    planned = {stratum.name: stratum for stratum in plan.strata}
    for stratum in told.strata:
        if stratum.arm is not None and stratum.name in planned:
            yield f"stratum {stratum.name}", stratum.arm.decision, planned[stratum.name].test
    for potency in (told.recipe_potency, *(stratum.potency for stratum in told.strata)):
        if potency.decision is not None:
            yield "potency", potency.decision, plan.potency
