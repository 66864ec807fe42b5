"""What makes a fix one in an export: which verifications count, of which claim, and of which finding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from groundstop.cases.exports import export_csaf, export_cyclonedx, export_notice
from groundstop.cases.exports.csaf_parties import remediations
from groundstop.cases.exports.csaf_products import products_of
from groundstop.cases.exports.cyclonedx import state_of
from groundstop.cases.exports.fixes import shown_of_claim
from groundstop.cases.exports.flaw_report import status_of
from groundstop.cases.state import CaseFinding, Entry, Evidence, PartyState
from groundstop.cases.tiers import Told, ToldStatement, told
from groundstop.documents import FixVerdict, ModelIdentity, PartyRef, TestedModel, Verification
from groundstop.documents.cases import FindingRef, FixClaimed, Role, Tier
from tests.case_parts import DEVELOPER, EVALUATOR, FINDING, MODEL, RESELLER, entry, hours
from tests.case_stories import a_story
from tests.exporting import QUAY, at, claimed, rows
from tests.severity_parts import a_verification, case, given
from tests.telling_parts import FIXED
from tests.verification_parts import the_model

SECOND = FindingRef(id="GSF-20260705-9876543210", content="sha256:" + "ba" * 32, model=MODEL)
BLOCKED, MITIGATED, RESIDUAL = (
    FixVerdict.TECHNIQUE_BLOCKED,
    FixVerdict.CLASS_MITIGATED,
    FixVerdict.RESIDUAL,
)

Said = Entry | tuple[Entry, Evidence]


def claim(
    after: float = 1, build: str = "1.1", model: ModelIdentity | None = None, by: str = DEVELOPER
) -> Entry:
    return entry(by, FixClaimed(build=build, model=model, evidence="own"), after)


def verified(
    after: float, verdict: FixVerdict = MITIGATED, model: ModelIdentity | None = MODEL, **changes: Any
) -> tuple[Entry, Evidence]:
    """Return a verification that was made some hours after the start, and given an hour later."""
    document: Verification = a_verification(
        verdict,
        **{
            "model": _tested(model),
            "created": hours(after),
            "expires": hours(24 * 99),
            **changes,
        },
    )
    return given(EVALUATOR, document, after + 1)


def _tested(model: ModelIdentity | None) -> TestedModel:
    return the_model().model_copy(update={"identity": model})


def tell(
    *said: Said, tier: Tier = Tier.BRIEF, findings: tuple[FindingRef, ...] = (FINDING,), **changes: Any
) -> Told:
    """Return what is told sixty days after the start when these statements are all that was said."""
    view = a_story()
    state = case(*said)
    first = state.findings[0]
    about = tuple(CaseFinding(ref, first.finding) for ref in findings)
    return told(replace(view, state=replace(state, findings=about, **changes)), tier)


def claims_of(one: Told) -> list[ToldStatement]:
    return [statement for statement in one.statements if statement.type == "fix_claimed"]


def categories(one: Told) -> list[object]:
    return [
        row["category"] for row in rows(export_csaf(one, QUAY).document, "vulnerabilities", 0, "remediations")
    ]


def is_fixed(one: Told) -> tuple[bool, bool, bool]:
    """Tell whether VEX, flaw report and CSAF call it fixed."""
    return state_of(one) == "resolved", status_of(one) == "Fixed", "vendor_fix" in categories(one)


def test_a_verification_that_counts_makes_a_fix_in_every_format() -> None:
    assert is_fixed(tell(claim(), verified(2))) == (True, True, True)


def taken_back() -> Told:
    statement, evidence = verified(2)
    gone = replace(statement, withdrawn_by="sha256:" + "9" * 64)
    return tell(claim(), (gone, evidence))


def replaced() -> Told:
    statement, evidence = verified(2)
    return tell(claim(), (replace(statement, amended_by="sha256:" + "9" * 64), evidence))


def by_the_developer() -> Told:
    statement, evidence = given(DEVELOPER, verified(2, by=DEVELOPER)[1].document, 3)  # type: ignore[arg-type]
    return tell(claim(), (statement, evidence))


def expired() -> Told:
    return tell(claim(), verified(2, expires=hours(24 * 30)))


def one_of_two() -> Told:
    return tell(claim(), verified(2), findings=(FINDING, SECOND))


def unsigned() -> Told:
    statement, evidence = verified(2)
    return tell(claim(), (statement, replace(evidence, signer=None)))


@pytest.mark.parametrize("make", [taken_back, replaced, by_the_developer, expired, one_of_two, unsigned])
def test_what_does_not_count_makes_no_fix_in_any_format(make: Callable[[], Told]) -> None:
    assert is_fixed(make()) == (False, False, False)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (taken_back, "the statement that put it in was taken back"),
        (replaced, "the statement that put it in was replaced"),
        (by_the_developer, "a developer's verification is its own word, and no independent one"),
        (expired, "it expired on 2026-08-05"),
        (unsigned, "it is signed by no party of the case"),
    ],
)
def test_why_a_verification_does_not_count_is_told(make: Callable[[], Told], why: str) -> None:
    (one,) = make().verifications
    assert (one.counts, one.problem) == (False, why)


def test_in_public_it_is_told_that_a_verification_does_not_count_and_not_why() -> None:
    (one,) = tell(claim(), verified(2, expires=hours(24 * 30)), tier=Tier.PUBLIC).verifications
    assert (one.counts, one.problem) == (False, None)


def test_several_findings_are_fixed_only_when_each_is() -> None:
    second = verified(3, finding=SECOND.content, finding_id=SECOND.id)
    both = tell(claim(), verified(2), second, findings=(FINDING, SECOND))
    assert is_fixed(both) == (True, True, True)
    residual = verified(4, RESIDUAL, finding=SECOND.content, finding_id=SECOND.id)
    later = tell(claim(), verified(2), second, residual, findings=(FINDING, SECOND))
    assert is_fixed(later) == (False, False, False)
    details = str(
        at(export_csaf(one_of_two(), QUAY).document, "vulnerabilities", 0, "remediations", 0, "details")
    )
    assert f"Finding {FINDING.id}: The reported way of asking is blocked" in details
    assert "Of 1 of the 2 findings nobody independent has verified it." in details


def test_what_is_not_known_names_the_finding_that_nobody_verified() -> None:
    assert (
        f"Whether the fix that is claimed works for finding {SECOND.id}: nobody independent has verified it."
        in one_of_two().unknown
    )


def test_a_narrow_patch_is_a_mitigation_and_never_the_vendors_fix() -> None:
    narrow = tell(claim(), verified(2, BLOCKED))
    (remedy,) = rows(export_csaf(narrow, QUAY).document, "vulnerabilities", 0, "remediations")
    assert remedy["category"] == "mitigation"
    assert "It is no fix of the class. The reported way of asking is blocked; nothing more" in str(
        remedy["details"]
    )
    analysis = at(export_cyclonedx(narrow, QUAY).document, "vulnerabilities", 0, "analysis")
    assert at(analysis, "response") == ["workaround_available"]
    assert at(analysis, "state") == "exploitable"
    assert products_of(narrow).fixed == ()


@pytest.mark.parametrize("verdict", [RESIDUAL, FixVerdict.REGRESSED_BENIGN, FixVerdict.INCONCLUSIVE])
def test_with_any_other_verdict_no_remedy_is_available(verdict: FixVerdict) -> None:
    assert categories(tell(claim(), verified(2, verdict))) == ["none_available"]


def test_a_claim_without_a_model_takes_only_what_was_measured_before_the_next_claim() -> None:
    two = tell(claim(1), verified(2), claim(10, build="1.2"))
    first, second = (shown_of_claim(two, one) for one in claims_of(two))
    assert (first.is_mitigated, second.is_mitigated) == (True, False)
    late = tell(claim(1), claim(10, build="1.2"), verified(12))
    first, second = (shown_of_claim(late, one) for one in claims_of(late))
    assert (first.is_mitigated, second.is_mitigated) == (False, True)


def test_what_was_measured_before_a_claim_is_not_of_it() -> None:
    before = tell(verified(2), claim(5))
    assert not shown_of_claim(before, claims_of(before)[0]).verifications


def test_a_claim_that_names_a_model_takes_only_what_was_measured_on_it() -> None:
    for tested, mitigated in ((FIXED, True), (MODEL, False), (None, False)):
        one = tell(claim(model=FIXED), verified(2, model=tested))
        assert shown_of_claim(one, claims_of(one)[0]).is_mitigated is mitigated, tested
    weights = FIXED.model_copy(update={"digest": "sha256:" + "ef" * 32})
    other = FIXED.model_copy(update={"digest": "sha256:" + "fe" * 32})
    assert is_fixed(tell(claim(model=weights), verified(2, model=weights)))[2]
    assert not is_fixed(tell(claim(model=weights), verified(2, model=other)))[2]


def test_a_claim_of_another_model_ends_no_claim_that_names_one() -> None:
    two = tell(claim(1, model=FIXED), claim(3), verified(5, model=FIXED))
    first, second = (shown_of_claim(two, one) for one in claims_of(two))
    assert (first.is_mitigated, second.is_mitigated) == (True, False)


def test_a_model_that_was_reported_is_no_second_product_for_having_a_package_url() -> None:
    named = MODEL.model_copy(update={"purl": "pkg:generic/desk-helper@v1"})
    assert len(products_of(tell(claim(model=named))).models) == 1


@pytest.mark.parametrize("fixer", [RESELLER, "birch"])
def test_with_two_developers_a_verification_is_of_the_fixer_that_it_names(fixer: str) -> None:
    parties = (*case().parties, PartyState("birch", Role.DEVELOPER, None))
    one = tell(claim(), verified(2, fixer=PartyRef(name=fixer)), parties=parties)
    assert not is_fixed(one)[2]
    own = tell(claim(), verified(2, fixer=PartyRef(name=DEVELOPER)), parties=parties)
    assert is_fixed(own)[2]


def test_an_old_verification_that_is_put_in_once_more_is_not_the_latest() -> None:
    old, residual = verified(2), verified(10, RESIDUAL)
    again = given(DEVELOPER, old[1].document, 20, signer=EVALUATOR)  # type: ignore[arg-type]
    assert is_fixed(tell(claim(), old, residual, again)) == (False, False, False)


@pytest.mark.parametrize(
    ("tier", "party", "summary"),
    [
        (Tier.PUBLIC, "discoverer", "The reporter reported it."),
        (Tier.BRIEF, "discoverer", "harbour-red-team reported it."),
        (Tier.BRIEF, "coordinator", "quay-coordination coordinates it."),
    ],
)
def test_an_involvement_says_what_its_party_did(tier: Tier, party: str, summary: str) -> None:
    document = export_csaf(told(a_story(), tier), QUAY).document
    found = {
        str(one["party"]): one["summary"] for one in rows(document, "vulnerabilities", 0, "involvements")
    }
    assert found[party] == summary


def test_a_remedy_by_a_role_begins_with_a_capital() -> None:
    hidden = a_story().state.parties[0].withheld
    view = a_story()
    parties = tuple(
        replace(one, withheld=hidden) if one.role is Role.DEVELOPER else one for one in view.state.parties
    )
    public = told(replace(view, state=replace(view.state, parties=parties)), Tier.PUBLIC)
    details = [str(at(one, "details")) for one in remediations(public, products_of(public))]
    assert all(one.startswith("The developer ") for one in details)


def test_a_notice_tells_of_no_verification_that_does_not_count() -> None:
    heading = "What is known of a fix"
    assert heading in str(export_notice(claimed(verified=MITIGATED, tier=Tier.PUBLIC), QUAY).document)
    gone = taken_back()
    public = replace(gone, tier=Tier.PUBLIC)
    assert heading not in str(export_notice(public, QUAY).document)


def test_no_sentence_of_an_advisory_ends_twice() -> None:
    brief = told(a_story(), Tier.BRIEF)
    (score, *_) = brief.scores
    ended = replace(score, excluded="It has an interest.", stale="It is old.")
    text = str(export_csaf(replace(brief, scores=(ended,)), QUAY).document)
    assert "Left out of the range: It has an interest. No longer holds: It is old." in text
    assert ".." not in text
