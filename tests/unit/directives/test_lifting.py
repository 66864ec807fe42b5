from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from groundstop.directives.lifting import (
    GivenCountersignature,
    GivenVerification,
    LiftReport,
    weigh_lift,
)
from groundstop.documents import ClassScope, FixVerdict, PartyRef, Verification
from groundstop.documents.directives import (
    Countersignature,
    Directive,
    Evidence,
    HostedModel,
    Subject,
    WantedVerdict,
)
from tests.directive_parts import a_directive, a_model, criteria
from tests.verification_parts import FINDING_ID, NOON, digest, held, the_model
from tests.verifications import a_verification

LATER = NOON + timedelta(days=1)
NORTH = ("north-lab",)
ENVELOPE, OTHER = digest("envelope"), digest("other envelope")


def an_order(**changes: Any) -> Directive:
    """Return an order about the model that the verification is of, made the day before it."""
    model = the_model().identity
    assert model is not None
    hosted = HostedModel(provider=model.provider, name=model.name, snapshot="every")
    begins = NOON - timedelta(days=1)
    return a_directive(
        **{
            "created": begins,
            "effective": begins,
            "review": NOON + timedelta(days=10),
            "expires": NOON + timedelta(days=20),
            "evidence": (Evidence(finding=digest("finding"), id=FINDING_ID),),
            "subject": Subject(models=(a_model(hosted=(hosted,)),), descendants="none"),
            "lifting": criteria(verifiers=("north-lab", "south-lab")),
            **changes,
        }
    )


def given(document: Verification | None = None, signer: str = "north-lab", envelope: str = ENVELOPE) -> Any:
    return GivenVerification(envelope, document or a_verification(), signer)


def weighed(*verifications: GivenVerification, order: Directive | None = None, **more: Any) -> LiftReport:
    return weigh_lift(order or an_order(), verifications, more.get("signed", ()), now=more.get("now", LATER))


def problems(document: Verification, **order: Any) -> tuple[str, ...]:
    report = weighed(given(document, document.by), order=an_order(**order))
    assert report.met is (not report.verifications[0].problems)
    return report.verifications[0].problems


def test_an_order_is_ready_to_be_lifted_when_somebody_who_may_has_verified_what_it_asks() -> None:
    report = weighed(given())
    assert report.met
    assert report.counted == (ENVELOPE,)


def test_without_a_verification_nothing_is_met_and_the_report_says_who_may_verify() -> None:
    report = weighed()
    assert not report.met
    assert "north-lab, south-lab" in report.criteria[0].wanted
    assert report.criteria[0].found == "nobody"


UNKNOWN = the_model().model_copy(update={"identity": None})
WITHHELD = {"evidence": (), "withheld": "It is under seal.", "expires": NOON + timedelta(days=12)}

REFUSED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("another finding", {"finding": digest("another")}, {}),
    ("a model that the order does not name", {"model": UNKNOWN}, {}),
    ("simulated", {"model": the_model(simulated=True)}, {}),
    ("not among those who may verify", {"by": "west-lab"}, {}),
    ("whoever claims the fix", {"own_run": True}, {}),
    ("whoever claims the fix", {"fixer": PartyRef(name="north-lab")}, {}),
    ("dated in the future", {"created": LATER + timedelta(hours=1)}, {}),
    ("older than the order", {"created": NOON - timedelta(days=2)}, {}),
    ("expired", {"expires": LATER}, {}),
    ("expired", {"expires": None}, {}),
    ("found technique_blocked", {"verdict": FixVerdict.TECHNIQUE_BLOCKED}, {}),
    ("found residual", {"verdict": FixVerdict.RESIDUAL}, {}),
    ("rules out a rate of 5.00%", {}, {"lifting": criteria(bound=0.01, minimum_n=299, verifiers=NORTH)}),
    ("error rate is 2.50%", {}, {"lifting": criteria(alpha=0.01, minimum_n=90, verifiers=NORTH)}),
    ("calls, and the order asks for 5000", {}, {"lifting": criteria(minimum_n=5000, verifiers=NORTH)}),
    ("was not measured", {"benign": None}, {}),
    ("rules out that refusals rose by 5.00%", {}, {"lifting": criteria(benign_margin=0.01, verifiers=NORTH)}),
    ("names no finding", {}, WITHHELD),
]


@pytest.mark.parametrize(("why", "verification", "order"), REFUSED, ids=[row[0] for row in REFUSED])
def test_a_verification_that_falls_short_does_not_count_and_the_report_says_why(
    why: str, verification: dict[str, Any], order: dict[str, Any]
) -> None:
    found = problems(a_verification(**verification), **order)
    assert any(why in problem for problem in found)


def test_every_finding_on_every_model_is_verified_before_all_of_an_order_is_lifted() -> None:
    model = the_model().identity
    assert model is not None
    second = Evidence(finding=digest("second"), id="GSF-20260702-0000000002")
    order = an_order()
    both = an_order(
        evidence=(*order.evidence, second),
        subject=Subject(
            models=(order.subject.models[0].model_copy(update={"findings": ()}),), descendants="none"
        ),
    )
    assert not weighed(given(), order=both).met
    other = a_verification(finding=second.finding, finding_id=second.id)
    assert weighed(given(), given(other, envelope=OTHER), order=both).met


def test_a_model_that_nobody_has_verified_keeps_the_whole_order_from_being_lifted() -> None:
    order = an_order()
    other = a_model("clerk", hosted=(HostedModel(provider="elm", name="clerk", snapshot="every"),))
    two = an_order(subject=Subject(models=(*order.subject.models, other), descendants="none"))
    report = weighed(given(), order=two)
    assert not report.met
    assert [one.what for one in report.criteria if not one.met] == [f"{order.evidence[0].id} on clerk"]
    assert weigh_lift(two, [given()], [], now=LATER, models=["helper"]).met
    assert not weigh_lift(two, [given()], [], now=LATER, models=["clerk"]).met


def test_a_stronger_verdict_meets_criteria_that_ask_for_a_weaker_one() -> None:
    weaker = criteria(verdict=WantedVerdict.TECHNIQUE_BLOCKED, verifiers=NORTH)
    assert problems(a_verification(), lifting=weaker) == ()


def test_the_kind_with_the_fewest_calls_decides_whether_there_are_enough() -> None:
    few = a_verification()
    first, *rest = few.strata
    assert first.arm is not None
    arm = first.arm.model_copy(update={"rate": first.arm.rate.model_copy(update={"n": 60})})
    short = few.model_copy(update={"strata": (first.model_copy(update={"arm": arm}), *rest)})
    assert problems(short, lifting=criteria(minimum_n=60, verifiers=NORTH)) == ()
    assert "rests on 60 calls" in problems(short, lifting=criteria(minimum_n=61, verifiers=NORTH))[0]


def test_a_claim_about_the_mixture_rests_on_the_calls_of_the_mixture() -> None:
    mixture = held()
    asked = criteria(minimum_n=mixture.rate.n, verifiers=NORTH)
    document = a_verification(scope=ClassScope.MIXTURE, mixture=mixture)
    assert problems(document, lifting=asked) == ()
    assert "rests on 0 calls" in problems(document.model_copy(update={"mixture": None}), lifting=asked)[0]


def test_whoever_signed_must_be_who_it_says_that_it_is_by() -> None:
    report = weighed(given(signer="south-lab"))
    assert not report.met
    assert report.verifications[0].problems == ("it says that it is by north-lab, and south-lab signed it",)


def test_one_who_found_otherwise_later_takes_away_what_an_earlier_one_has_shown() -> None:
    later = a_verification(FixVerdict.RESIDUAL, by="south-lab", created=NOON + timedelta(hours=5))
    report = weighed(given(), given(later, "south-lab", OTHER))
    assert not report.met
    assert report.verifications[0].problems == ("south-lab found residual later",)


def test_a_later_run_that_decided_nothing_takes_nothing_away_and_nor_does_one_by_a_stranger() -> None:
    later = a_verification(FixVerdict.INCONCLUSIVE, created=NOON + timedelta(hours=5))
    stranger = a_verification(FixVerdict.RESIDUAL, by="west-lab", created=NOON + timedelta(hours=6))
    assert weighed(given(), given(later, envelope=OTHER), given(stranger, "west-lab", digest("third"))).met


def test_one_party_that_verifies_twice_is_still_one_verifier() -> None:
    order = an_order(lifting=criteria(verifiers=("north-lab", "south-lab"), verifiers_needed=2))
    again = a_verification(created=NOON + timedelta(hours=4))
    assert not weighed(given(), given(again, envelope=OTHER), order=order).met
    both = given(a_verification(by="south-lab"), "south-lab", OTHER)
    assert weighed(given(), both, order=order).met


def countersigned(order: Directive, signer: str = "alder-lab", **changes: Any) -> GivenCountersignature:
    values = {
        "by": "alder-lab",
        "created": LATER,
        "directive": order.id,
        "content": order.content_id,
        "verification": ENVELOPE,
    }
    return GivenCountersignature(digest("signed"), Countersignature(**{**values, **changes}), signer)


def test_a_countersignature_counts_when_it_is_by_who_was_asked_about_a_verification_that_counts() -> None:
    order = an_order(
        lifting=criteria(verifiers=("north-lab",), countersigners=("alder-lab",), countersigners_needed=1)
    )
    assert not weighed(given(), order=order).met
    good = weighed(given(), order=order, signed=[countersigned(order)])
    assert good.met
    assert good.countersigned == (digest("signed"),)
    for why, changes, signer in [
        ("about another order", {"content": digest("earlier")}, "alder-lab"),
        ("does not count", {"verification": OTHER}, "alder-lab"),
        ("birch-lab signed it", {}, "birch-lab"),
        ("not among those who countersign", {"by": "birch-lab"}, "birch-lab"),
    ]:
        report = weighed(given(), order=order, signed=[countersigned(order, signer, **changes)])
        assert not report.met
        assert any(why in problem for problem in report.countersignatures[0].problems)
