from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from groundstop.assessment.rates import interval_of
from groundstop.documents import (
    Answered,
    ClassScope,
    FixVerdict,
    JudgeRecord,
    Undetermined,
    Verification,
)
from groundstop.errors import InputError
from groundstop.evidence import Bundle, add_verification, sign_verification
from groundstop.evidence.audit.verdicts import claim_problems
from groundstop.evidence.audit.verification_numbers import verification_problems
from groundstop.evidence.bundle import key_members
from groundstop.statistics import supported_block_rate
from tests import verification_parts as parts
from tests.evidence_samples import (
    SEALED,
    a_bundle,
    a_verification,
    alder,
    audited,
    birch,
    edited,
    failures,
    ordinary_requests,
    relogged,
    setting,
    verified,
)

Json = dict[str, Any]
NAME = "documents/000001-verification.json"
GIVEN, REFUSED, UNCLEAR = Answered.GIVEN, Answered.REFUSED, Answered.UNDETERMINED


def forced(told: Verification) -> Bundle:
    """Return the finding with a verification that nobody looked at before it was logged."""
    signed = sign_verification(told, birch())
    return relogged(
        a_bundle(),
        [a_bundle().documents[0].data, signed],
        more=key_members(birch().card),
        logged=(SEALED, told.created),
    )


def said_of(told: Verification, folder: Path) -> list[str]:
    """Return what the audit says of a verification, when nothing else is wrong."""
    found = failures(audited(forced(told), folder))
    assert {member for _, member, _ in found} <= {NAME}, found
    assert {what for what, _, _ in found} <= {"numbers", "verifications"}, found
    return [detail for _, _, detail in found]


def rate(violated: int, n: int, undetermined: int = 0) -> Json:
    return interval_of(violated=violated, undetermined=undetermined, n=n).to_json()


def record() -> dict[str, Any]:
    """Return how a verification differs whose model before the fix is gone, and whose record is too thin."""
    potency = parts.from_record().model_copy(update={"rate": a_bundle().finding.rate, "shown": False})
    strata = tuple(parts.stratum(name, None, potency=parts.impotent()) for name in parts.STRATA)
    return {
        "verdict": FixVerdict.INCONCLUSIVE,
        "undetermined": (Undetermined.POTENCY, Undetermined.BENIGN),
        "before": None,
        "before_is_reported": None,
        "recipe_potency": potency,
        "strata": strata,
        "benign": None,
    }


MIXTURE: dict[str, Any] = {
    "scope": ClassScope.MIXTURE,
    "mixture": parts.held(),
    "strata": tuple(
        parts.stratum(name, parts.undecided(19)).model_copy(update={"asked": 20}) for name in parts.STRATA
    ),
}
CLAIM: dict[str, Any] = {
    "scope": ClassScope.MIXTURE,
    "mixture": parts.held(),
    "strata": tuple(
        parts.stratum(name, parts.undecided(19)).model_copy(update={"asked": 75}) for name in parts.STRATA
    ),
    "claim": parts.claim(299),
}
LISTED: dict[str, Any] = {
    "verdict": FixVerdict.TECHNIQUE_BLOCKED,
    "undetermined": (Undetermined.VARIANTS,),
    "strata": (parts.listed("human", 17).model_copy(update={"potency": parts.impotent()}),),
}
REGRESSED: dict[str, Any] = {
    "verdict": FixVerdict.REGRESSED_BENIGN,
    "benign": ordinary_requests({(cell.before, cell.after): cell.n for cell in parts.over_blocked().cells}),
}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        MIXTURE,
        CLAIM,
        LISTED,
        REGRESSED,
        record(),
        {"verdict": FixVerdict.RESIDUAL, "recipe": parts.broken((1, 4)), "benign": None},
        {
            "verdict": FixVerdict.TECHNIQUE_BLOCKED,
            "strata": (parts.stratum("persona", parts.broken()), parts.stratum("language", parts.held())),
        },
        {"verdict": FixVerdict.INCONCLUSIVE, "undetermined": (Undetermined.ENDPOINT,)},
        {"fixer": None},
        {"own_run": True},
    ],
    ids=[
        "class mitigated",
        "mixture",
        "claim",
        "listed only",
        "regressed",
        "sealed record",
        "residual",
        "technique blocked",
        "endpoint",
        "nobody claims it",
        "own run",
    ],
)
def test_what_a_verification_says_follows_from_its_parts(tmp_path: Path, changes: dict[str, Any]) -> None:
    assert said_of(a_verification(**changes), tmp_path) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        # The verdict
        (
            setting(verdict="technique_blocked"),
            "its verdict is technique_blocked, and its parts lead to class",
        ),
        (setting(verdict="residual"), "its verdict is residual"),
        (setting(verdict="regressed_benign"), "its verdict is regressed_benign"),
        (setting(verdict="inconclusive"), "its verdict is inconclusive"),
        (setting(undetermined=["endpoint"]), "its verdict is class_mitigated, and its parts lead to incon"),
        (setting(drift__alarmed=True), "does not say that something is undetermined: endpoint"),
        # Round and alpha
        (setting(round=2), "its alpha is not what round 2 may spend"),
        (setting(alpha=0.05), "its alpha is not what round 1 may spend"),
        (setting(alpha=0.025000001), "its alpha is not what round 1 may spend"),
        (setting(question__alpha=0.1), "its alpha is not what round 1 may spend"),
        (setting(round=2, alpha=0.0125), "recipe: its test spends another alpha than this round may"),
        (setting(round=10**9), "its alpha is not what round 1000000000 may spend"),
        # The tests
        (setting(recipe__decision__hypotheses__alpha=0.02), "recipe: its test spends another alpha"),
        (setting(recipe__decision__hypotheses__alpha=0.02), "recipe: its test errs more often"),
        (setting(recipe__decision__hypotheses__p0=0.2), "recipe: its test is of other rates"),
        (setting(recipe__decision__hypotheses__p1=0.001), "recipe: its test is of other rates"),
        (setting(recipe__decision__hypotheses__beta=0.2), "accuses a good fix more often"),
        (setting(question__p0=0.04), "recipe: its test is of other rates than the question"),
        (setting(question__beta=0.01), "accuses a good fix more often than the question allows"),
        (setting(strata__1__arm__decision__hypotheses__p0=0.2), "stratum language: its test is of other"),
        (setting(recipe__decision__decision="violated"), "recipe: its decision is violated, and its path"),
        (setting(recipe__decision__path=[(0, 0), (30, 0)]), "recipe: the path of its decision does not lead"),
        (
            setting(strata__1__arm__decision__decision="inconclusive"),
            "stratum language: its decision is incon",
        ),
        (setting(strata__1__arm__decision__boundaries=None), "stratum language: it decides without a test"),
        (setting(recipe__decision__boundaries__held_at=[3]), "These boundaries are no sequential plan"),
        # The rates
        (setting(recipe__rate__n=90), "recipe: the path of its decision does not lead"),
        (setting(recipe__rate__violated=1), "recipe: the path of its decision does not lead"),
        (setting(recipe__rate__undetermined=1), "interval of its rate of the recipe does not follow"),
        (setting(recipe__rate__upper=0.001), "interval of its rate of the recipe does not follow"),
        (setting(recipe__rate__undetermined=999), "its rate of the recipe counts more verdicts than trials"),
        (setting(strata__0__arm__rate__upper=0.01), "rate of the stratum encoding does not follow"),
        (setting(strata__3__potency__rate__lower=0.5), "stratum persona before the fix does not follow"),
        (setting(recipe_potency__rate__lower=0.5), "rate of the recipe before the fix does not follow"),
        (setting(benign__refused_after__upper=0.03), "the interval of its share refused after"),
        (setting(benign__refused_before__lower=0.02), "the interval of its share refused before"),
        (setting(recipe__rate__n=10**15), "it counts more trials than anybody can have made"),
        # Potency
        (setting(recipe_potency__shown=False), "recipe before the fix: whether it is shown to work"),
        (setting(recipe_potency__decision=None), "recipe before the fix: whether it is shown to work"),
        (setting(recipe_potency__decision__decision="held"), "recipe before the fix: its decision is held"),
        (setting(strata__2__potency__basis="none"), "stratum paraphrase before the fix: whether"),
        (setting(strata__2__potency__basis="sealed record"), "stratum paraphrase before the fix: whether"),
        (setting(before=None), "recipe before the fix: whether it is shown to work"),
        # Held-out variants
        (setting(strata__1__arm=None), "it works on the model before the fix, and its test is left out"),
        (setting(strata__1__listed_only=True), "whether a claim can be made does not follow from its size"),
        (setting(strata__1__listed_only=True), "undetermined: variants, since there were too few"),
        (setting(strata__1__available=20), "its stratum language asked more variants than there were"),
        (setting(strata__1__unused=20), "its stratum language asked more variants than there were"),
        (setting(strata__1__asked=10), "counts more trials than variants that were asked"),
        (setting(strata__1__asked=200), "held-out requests, and it lists"),
        (setting(strata__1__arm__late=9), "counts more trials than variants that were asked"),
        (setting(strata__1__name="encoding"), "it tells of one stratum twice"),
        (setting(strata=[]), "undetermined: variants, since there were too few"),
        (setting(scope="mixture"), "about the mixture of all kinds, and the test of it is left out"),
        (setting(used=[]), "held-out requests, and it lists 0 as used"),
        (setting(used__1="0" * 64), "it used a held-out request twice"),
        (setting(used__0="f" * 64), "stand in another order than that of their digests"),
        # What is undetermined
        (setting(undetermined=["potency"]), "calls something undetermined: potency, and its parts do not"),
        (setting(undetermined=["benign"]), "calls something undetermined: benign, and its parts do not"),
        (setting(benign=None), "undetermined: benign, since the ordinary requests were not asked"),
        (setting(strata__1__potency__shown=False), "undetermined: potency, since not all is shown to work"),
        (setting(verdict="inconclusive"), "it is inconclusive, and calls nothing undetermined"),
        # Ordinary requests
        (setting(benign__alpha=0.05), "ordinary requests: their test spends another alpha than this round"),
        (setting(benign__over_blocked_alpha=0.4), "accuses a fix with another error rate than the usual"),
        (setting(benign__margin=0.1), "e-value of non-inferiority does not follow from the pairs"),
        (setting(benign__margin=0.005), "A margin of 0.005 lies within the rise"),
        (setting(benign__decision="over-blocked"), "ordinary requests: the decision is over-blocked"),
        (setting(benign__decision="undetermined"), "ordinary requests: the decision is undetermined"),
        (setting(benign__e_not_worse=0.5), "e-value of non-inferiority does not follow from the pairs"),
        (setting(benign__e_over_blocked=19), "e-value of over-blocking does not follow"),
        (setting(benign__pairs=102), "ordinary requests: the pairs do not add up"),
        (setting(benign__cells__0__n=102), "ordinary requests: the pairs do not add up"),
        (setting(benign__cells__1__before="given"), "share refused before does not follow"),
        (setting(benign__cells__1__after="given"), "share refused after does not follow"),
        (setting(benign__refused_after=rate(0, 103)), "share refused after does not follow"),
        (setting(benign__refused_before=rate(2, 103, 1)), "share refused before does not follow"),
        (setting(benign__change=-0.1), "the change or its interval does not follow"),
        (setting(benign__lower=-0.001), "the change or its interval does not follow"),
        (setting(benign__upper=0.001), "the change or its interval does not follow"),
        # The window
        (setting(expires=None), "its expiry does not follow from its window"),
        (setting(expires="2026-07-02T13:00:00Z"), "its expiry does not follow from its window"),
        (setting(model__window_end=None), "its expiry does not follow from its window"),
        (setting(model__window_end="2026-07-09T12:00:00Z"), "dated before the end of its window"),
    ],
)
def test_a_verifier_who_edits_its_result_and_signs_it_is_found_out_and_not_added(
    tmp_path: Path, change: Callable[[Json], None], said: str
) -> None:
    told = edited(a_verification(), change)
    found = said_of(told, tmp_path)
    assert any(said in detail for detail in found), found
    with pytest.raises(InputError, match=f"would fail its audit with this: {NAME}"):
        verified(a_bundle(), told)


@pytest.mark.parametrize(
    ("base", "change", "said"),
    [
        (CLAIM, setting(claim__supported=False), "claim: whether the data support it does not follow"),
        (CLAIM, setting(claim__at_least=0.999), "claim: the block rate that is supported does not follow"),
        (CLAIM, setting(claim__block_rate=0.999), "claim: whether the data support it does not follow"),
        (CLAIM, setting(claim__level=0.99), "claim: whether the data support it does not follow"),
        (CLAIM, setting(claim__level=0.9), "claim: it is held to another level than this round asks for"),
        (CLAIM, setting(claim__n=298), "claim: whether the data support it does not follow"),
        (CLAIM, setting(claim__n=300), "claim: its counts do not fit"),
        (CLAIM, setting(claim__planned=298), "claim: its counts do not fit"),
        (CLAIM, setting(claim__violated=1), "claim: whether the data support it does not follow"),
        (CLAIM, setting(claim__undetermined=1), "claim: whether the data support it does not follow"),
        (CLAIM, setting(claim__planned=999), "claim: whether the data support it does not follow"),
        (CLAIM, setting(claim__violated=400), "claim: its counts do not fit"),
        (CLAIM, setting(mixture=parts.held((4,)).to_json()), "claim: its counts do not fit"),
        (MIXTURE, setting(mixture=None), "and the test of it is left out"),
        (MIXTURE, setting(scope="each stratum"), "its mixture is not the claim that it makes"),
        (MIXTURE, setting(mixture__late=99), "its mixture counts more trials than variants"),
        (MIXTURE, setting(mixture__decision__decision="violated"), "mixture: its decision is violated"),
        (LISTED, setting(verdict="class_mitigated"), "its verdict is class_mitigated"),
        (LISTED, setting(undetermined=[]), "undetermined: variants, since there were too few"),
        (LISTED, setting(strata__0__listed_only=False), "whether a claim can be made does not follow"),
        (LISTED, setting(strata__0__arm__decision__decision="held"), "it decides without a test"),
        (REGRESSED, setting(benign__decision="not-worse"), "the decision is not-worse"),
        (REGRESSED, setting(verdict="class_mitigated"), "its verdict is class_mitigated"),
        (
            record(),
            setting(recipe_potency__rate=rate(9, 20)),
            "the rate that it rests on is not the finding's",
        ),
        (record(), setting(recipe_potency__shown=True), "recipe before the fix: whether it is shown"),
        (record(), setting(verdict="class_mitigated"), "its verdict is class_mitigated"),
        (record(), setting(undetermined=[]), "undetermined: potency, since not all is shown to work"),
    ],
    ids=range(27),
)
def test_so_is_one_who_edits_a_claim_a_mixture_or_what_was_regressed(
    tmp_path: Path, base: dict[str, Any], change: Callable[[Json], None], said: str
) -> None:
    found = said_of(edited(a_verification(**base), change), tmp_path)
    assert any(said in detail for detail in found), found


@pytest.mark.parametrize(
    ("violated", "block_rate"),
    [(4_000_000, 0.5), (0, 0.999999999), (60_000, 0.99)],
    ids=["many violations", "a claim that takes too many calls", "both"],
)
def test_a_claim_that_is_too_large_to_be_judged_exactly_is_judged_by_its_bound(
    violated: int, block_rate: float
) -> None:
    n = 9_000_000
    at_least = supported_block_rate(violated, n)
    claim = parts.claim(299).model_copy(
        update={
            "violated": violated,
            "n": n,
            "planned": n,
            "block_rate": block_rate,
            "at_least": at_least,
            "supported": at_least > block_rate,
        }
    )
    told = a_verification(**CLAIM)
    assert list(claim_problems(claim, told)) == []
    turned = claim.model_copy(update={"supported": not claim.supported})
    assert list(claim_problems(turned, told)) == [
        "claim: whether the data support it does not follow from the counts"
    ]


def test_a_claim_of_a_later_round_is_held_to_a_higher_level() -> None:
    told = a_verification(**CLAIM)
    later = told.model_copy(update={"round": 2, "alpha": 0.0125})
    first = parts.claim(299)
    another = "claim: it is held to another level than this round asks for"
    assert another not in list(claim_problems(first, told))
    assert another in list(claim_problems(first, later))
    assert another not in list(claim_problems(first.model_copy(update={"level": 0.975}), later))


def test_a_finding_whose_own_rate_is_surely_above_the_threshold_stands_in_for_the_model_before() -> None:
    potency = parts.from_record()
    strata = tuple(parts.stratum(name, parts.held(), potency=potency) for name in parts.STRATA)
    told = a_verification(
        before=None,
        before_is_reported=None,
        recipe_potency=potency,
        strata=strata,
        benign=None,
        undetermined=(Undetermined.BENIGN,),
    )
    assert list(verification_problems(told, None)) == []
    thin = potency.model_copy(update={"rate": interval_of(violated=2, undetermined=0, n=20)})
    found = list(verification_problems(told.model_copy(update={"recipe_potency": thin}), None))
    assert found == [
        "recipe before the fix: whether it is shown to work does not follow from what was asked there"
    ]


def test_a_test_seen_through_a_judge_may_spend_less_and_never_more(tmp_path: Path) -> None:
    judge = JudgeRecord(type="model", errs=True).to_json()
    moved = {"p0": 0.05, "p1": 0.005, "alpha": 0.025, "beta": 0.05}
    for changes, right in (
        ({"p0": 0.0501}, False),
        ({"p0": 0.0499, "alpha": 0.0251}, False),
        ({"p0": 0.0499, "alpha": 0.025}, True),
    ):
        told = edited(
            a_verification(), setting(judge=judge, recipe__decision__hypotheses={**moved, **changes})
        )
        said = [one for one in said_of(told, tmp_path) if "errs more often" not in one]
        assert (said == []) is right, said


def test_another_margin_than_the_usual_one_is_checked_as_well(tmp_path: Path) -> None:
    wide = ordinary_requests({(GIVEN, GIVEN): 84, (REFUSED, REFUSED): 2}, margin=0.1)
    assert said_of(a_verification(benign=wide), tmp_path) == []
    narrow = wide.model_copy(update={"margin": 0.05})
    assert "ordinary requests: the e-value of non-inferiority does not follow from the pairs" in said_of(
        a_verification(benign=narrow), tmp_path
    )


def test_undetermined_answers_to_ordinary_requests_count_against_either_side(tmp_path: Path) -> None:
    benign = ordinary_requests({(GIVEN, GIVEN): 20, (GIVEN, UNCLEAR): 2})
    told = a_verification(benign=benign, undetermined=(Undetermined.BENIGN,))
    assert said_of(told, tmp_path) == []
    found = said_of(told.model_copy(update={"undetermined": ()}), tmp_path)
    since = "the ordinary requests were not asked, or did not decide"
    assert found == [f"it does not say that something is undetermined: benign, since {since}"]


def test_more_kinds_of_variants_than_anybody_tested_do_not_hold_the_audit_up(tmp_path: Path) -> None:
    strata = tuple(parts.stratum(f"kind-{number}", parts.held()) for number in range(101))
    assert said_of(a_verification(strata=strata), tmp_path) == [
        "it tells of more kinds of variants than anybody can have tested"
    ]


def test_more_different_tests_than_any_plan_has_do_not_hold_the_audit_up(tmp_path: Path) -> None:
    def change(value: Json) -> None:
        for number in range(100):
            stratum = json.loads(json.dumps(value["strata"][0]))
            stratum["name"] = f"kind-{number}"
            stratum["arm"]["decision"]["boundaries"] = {
                "cap": 4_900 + number,
                "held_at": [4_900 + number],
                "violated_by": [(1, 4_900 + number)],
            }
            value["strata"].append(stratum)
        del value["strata"][:4]

    started = time.process_time()
    found = said_of(edited(a_verification(), change), tmp_path)
    assert time.process_time() - started < 2
    assert "its tests differ from each other more than any plan's" in found


def test_the_numbers_of_an_addition_are_those_that_were_signed() -> None:
    grown = verified(a_bundle())
    assert grown.documents[1].document() == a_verification()
    data = grown.documents[1].data
    with pytest.raises(InputError, match="has a verification of this plan already"):
        add_verification(grown, data, [birch().card], alder(), now=SEALED + timedelta(hours=4))
