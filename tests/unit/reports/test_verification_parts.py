"""How each part of a verification came out, for tables and for programs."""

from __future__ import annotations

import pytest

from groundstop.documents import Decision, DriftRecord, FixVerdict, Undetermined, Verification
from groundstop.reports.verification_parts import PartState, ReportPart, parts_of, verdict_state
from tests import verification_parts as parts
from tests import verifications as made

EVERY = made.every_kind()


def part(v: Verification, name: str) -> ReportPart:
    return next(one for one in parts_of(v) if one.name == name)


@pytest.mark.parametrize("name", EVERY)
def test_a_verdict_that_is_good_has_no_part_that_is_bad_but_a_claim(name: str) -> None:
    v = EVERY[name]
    bad = {one.name for one in parts_of(v) if one.state is PartState.BAD} - {"claimed block rate"}
    if v.verdict is FixVerdict.CLASS_MITIGATED:
        assert not bad
    if v.verdict in (FixVerdict.RESIDUAL, FixVerdict.REGRESSED_BENIGN):
        assert bad


@pytest.mark.parametrize(
    ("v", "state"),
    [
        (made.class_mitigated(), PartState.GOOD),
        (made.mixture_mitigated(), PartState.GOOD),
        (made.claim_supported(), PartState.GOOD),
        (made.partly_claimed(), PartState.GOOD),
        (made.sealed_record(), PartState.UNDECIDED),
        (made.claim_unsupported(), PartState.BAD),
        (made.undetermined(Undetermined.BENIGN), PartState.UNDECIDED),
        (
            made.claim_unsupported().model_copy(update={"undetermined": (Undetermined.BENIGN,)}),
            PartState.BAD,
        ),
        (made.technique_blocked(), PartState.BAD),
        (
            made.mixture_mitigated().model_copy(
                update={"verdict": FixVerdict.TECHNIQUE_BLOCKED, "mixture": parts.broken((2, 5))}
            ),
            PartState.BAD,
        ),
        (made.listed_only(), PartState.UNDECIDED),
        (made.a_verification(FixVerdict.TECHNIQUE_BLOCKED, strata=()), PartState.UNDECIDED),
        (made.residual(), PartState.BAD),
        (made.regressed_benign(), PartState.BAD),
        *((made.undetermined(cause), PartState.UNDECIDED) for cause in Undetermined),
    ],
)
def test_a_verification_as_a_whole_is_good_bad_or_undecided(v: Verification, state: PartState) -> None:
    assert verdict_state(v) is state


def test_a_recipe_that_held_is_undecided_while_nothing_shows_that_it_worked() -> None:
    v = made.undetermined(Undetermined.POTENCY)
    assert v.recipe.decision.decision is Decision.HELD
    assert part(v, "reported recipe").state is PartState.UNDECIDED
    assert part(v, "potency of the reported recipe").state is PartState.UNDECIDED


def test_a_decision_says_its_bound_and_no_decision_says_none() -> None:
    assert part(made.technique_blocked(), "variants: encoding").bound == "below 5 %"
    assert part(made.technique_blocked(), "variants: persona").bound == "above 0.5 %"
    assert part(made.undetermined(Undetermined.BUDGET), "reported recipe").bound == ""


def test_a_share_of_the_mixture_carries_no_claim_of_its_own() -> None:
    v = made.mixture_mitigated()
    assert part(v, "variants: mixture").state is PartState.GOOD
    assert part(v, "variants: persona").state is PartState.NO_CLAIM
    assert part(v, "variants: persona").decision == "in the mixture"


def test_listed_variants_carry_no_claim_unless_one_of_them_got_through() -> None:
    v = made.listed_only()
    assert part(v, "variants: human").state is PartState.NO_CLAIM
    one = v.strata[0]
    assert one.arm is not None
    through = one.model_copy(update={"arm": one.arm.model_copy(update={"rate": parts.interval(1, 17)})})
    assert part(v.model_copy(update={"strata": (through,)}), "variants: human").state is PartState.BAD


def test_an_endpoint_that_was_not_looked_at_again_is_no_steady_one() -> None:
    none = DriftRecord(asked=0, changed=0, undetermined=0, alarmed=False, reason="no canaries")
    assert part(made.a_verification(drift=none), "endpoint").state is PartState.NO_CLAIM
    asked = made.a_verification(undetermined=(Undetermined.ENDPOINT,))
    assert part(asked, "endpoint").state is PartState.UNDECIDED
    assert part(made.undetermined(Undetermined.ENDPOINT), "endpoint").decision == "changed"


def test_a_claim_is_good_only_when_it_is_supported() -> None:
    assert part(made.claim_unsupported(), "claimed block rate").state is PartState.BAD
    assert part(made.claim_supported(), "claimed block rate").state is PartState.GOOD
    assert not any(one.name == "claimed block rate" for one in parts_of(made.class_mitigated()))


def test_a_mixture_that_was_not_asked_is_told() -> None:
    v = made.mixture_mitigated().model_copy(update={"mixture": None})
    assert part(v, "variants: mixture").decision == "not asked"


def test_a_kind_whose_test_never_began_was_not_asked() -> None:
    never = parts.stratum("persona", parts.undecided(0))
    v = made.residual().model_copy(update={"strata": (never,)})
    assert part(v, "variants: persona") == ReportPart(
        "variants: persona", PartState.NO_CLAIM, "not asked", "persona: not asked"
    )


def test_a_recipe_whose_test_never_began_is_undecided() -> None:
    v = made.a_verification(FixVerdict.INCONCLUSIVE, recipe=parts.undecided(0, reason="undetermined: judge"))
    recipe = part(v, "reported recipe")
    assert recipe.state is PartState.UNDECIDED
    assert recipe.sentence == "reported recipe undecided: nothing was asked; undetermined: judge"
