"""What the real procedure says of scripted fixes passes the audit, with its plan and without."""

from __future__ import annotations

from typing import Any

import pytest

from groundstop.assessment import FixQuestion, Verifier, plan_claim
from groundstop.assessment.rates import interval_of
from groundstop.documents import (
    Budget,
    ClassScope,
    FixVerdict,
    PotencyBasis,
    Verification,
    VerificationPlan,
)
from groundstop.evidence.audit import Check, CheckState
from groundstop.evidence.audit.documents import Found, read_documents
from groundstop.evidence.audit.numbers import check_recorded_numbers
from groundstop.evidence.audit.verifications import check_verifications
from groundstop.evidence.statements import sign
from groundstop.evidence.subjects import document_subject
from tests import verifying
from tests.assessing import START
from tests.evidence_samples import birch
from tests.reproducing import a_finding
from tests.verifying import Truth, a_material, a_plan, unfixed

OVERBLOCKING = Truth(refused=0.5)
NARROW = Truth(other=0.6)
UNFIXED = Truth(recipe=0.6, other=0.6)
DONE = Truth()
MIXED = FixQuestion(scope=ClassScope.MIXTURE)
FEW = tuple(one for one in verifying.all_variants() if one.stratum == "persona")[:20]


def found_of(*documents: Verification | VerificationPlan) -> list[Found]:
    subject = [document_subject("finding", "sha256:" + "0" * 64)]
    signed = [(one.kind, place, sign(one, subject, [birch()])) for place, one in enumerate(documents)]
    return read_documents(signed)[0]


def checked(*documents: Verification | VerificationPlan) -> list[Check]:
    found = found_of(*documents)
    return [*check_verifications(found), *check_recorded_numbers(found)]


@pytest.mark.parametrize(
    ("after", "before", "wishes", "verdict"),
    [
        (DONE, unfixed(), {}, FixVerdict.CLASS_MITIGATED),
        (NARROW, unfixed(), {}, FixVerdict.TECHNIQUE_BLOCKED),
        (UNFIXED, unfixed(), {}, FixVerdict.RESIDUAL),
        (OVERBLOCKING, unfixed(), {}, FixVerdict.REGRESSED_BENIGN),
        (DONE, unfixed(rate=0.0), {}, FixVerdict.INCONCLUSIVE),
        (DONE, unfixed(), {"question": MIXED}, FixVerdict.CLASS_MITIGATED),
        (
            NARROW,
            unfixed(),
            {"question": FixQuestion(scope=ClassScope.MIXTURE)},
            FixVerdict.TECHNIQUE_BLOCKED,
        ),
        (DONE, unfixed(), {"question": FixQuestion(claim=plan_claim("> 99 %", 0.99))}, None),
        (DONE, unfixed(), {"verifier": Verifier(by="birch-lab", rounds_spent=2)}, None),
        (DONE, unfixed(), {"question": FixQuestion(margin=0.1)}, FixVerdict.CLASS_MITIGATED),
        (DONE, unfixed(), {"budget": Budget(calls=60)}, FixVerdict.INCONCLUSIVE),
    ],
    ids=[
        "done",
        "narrow",
        "unfixed",
        "over-blocking",
        "not potent",
        "mixture",
        "mixture of a narrow one",
        "claim",
        "third round",
        "wide margin",
        "budget",
    ],
)
def test_the_real_procedure_passes_the_audit(
    after: Truth, before: Truth, wishes: dict[str, Any], verdict: FixVerdict | None
) -> None:
    material = a_material()
    plan = a_plan(after, before, material, **wishes)
    told = verifying.verified(after, before, material=material, plan=plan, budget=plan.budget)
    if verdict is not None:
        assert told.verdict is verdict, told.reason
    checks = checked(plan, told)
    assert {check.state for check in checks} == {CheckState.PASSED}, checks
    alone = checked(told)
    assert not [check for check in alone if check.state is CheckState.FAILED], alone


def test_so_does_one_of_a_few_listed_variants() -> None:
    material = a_material(variants=FEW)
    plan = a_plan(DONE, unfixed(), material, strata=("persona",))
    told = verifying.verified(DONE, unfixed(), material=material, plan=plan)
    assert told.strata[0].listed_only
    assert {check.state for check in checked(plan, told)} == {CheckState.PASSED}


def test_so_does_one_for_which_the_model_before_the_fix_is_gone() -> None:
    material = a_material()
    finding = a_finding(material.recipe)
    tested = finding.model.model_copy(update={"window_start": START, "window_end": START})
    changes = {"model": tested, "rate": interval_of(violated=9, undetermined=0, n=20)}
    plan = a_plan(DONE, None, material, finding=finding.model_copy(update=changes))
    told = verifying.verified(DONE, material=material, plan=plan)
    assert told.recipe_potency.basis is PotencyBasis.RECORD
    assert {check.state for check in checked(plan, told)} == {CheckState.PASSED}
