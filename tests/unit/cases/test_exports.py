from __future__ import annotations

import json
from dataclasses import replace

import pytest

from groundstop.cases.exports import (
    FORMATS,
    Category,
    Publisher,
    category_of,
    export,
    export_avid,
    export_csaf,
    export_cyclonedx,
    export_flaw_report,
    export_notice,
)
from groundstop.cases.exports.cyclonedx import state_of
from groundstop.cases.exports.flaw_report import COMMON_FIELDS, KIND_FIELDS, SEALED, status_of
from groundstop.cases.exports.notice import WIDTH
from groundstop.cases.exports.words import RESPONSE_WORDS
from groundstop.cases.tiers import told
from groundstop.documents import FixVerdict
from groundstop.documents.cases import Acknowledged, Exposure, Remark, StandingKind, Tier
from groundstop.errors import InputError
from tests.case_parts import DEVELOPER, REPORTER, RESELLER, entry
from tests.case_stories import a_story
from tests.exporting import (
    QUAY,
    at,
    claimed,
    every_response,
    rows,
    saying,
    standing,
    texts_in,
    without_a_model,
)


@pytest.mark.parametrize("name", FORMATS)
def test_every_export_names_its_file_and_what_was_lost(name: str) -> None:
    exported = export(told(a_story(), Tier.PUBLIC), name, QUAY)
    assert exported.format == name
    assert exported.file_name.startswith("gsc-20260706-0123456789.")
    assert len(exported.lost) >= 2
    assert all(sentence.endswith(".") for sentence in exported.lost)
    assert exported.data().endswith(b"\n")


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_case_gives_the_same_bytes(name: str) -> None:
    first, second = (export(told(a_story(), Tier.PUBLIC), name, QUAY).data() for _ in range(2))
    assert first == second


def test_an_unknown_format_is_a_clear_error() -> None:
    with pytest.raises(InputError) as caught:
        export(told(a_story(), Tier.PUBLIC), "pdf", QUAY)
    assert str(caught.value) == (
        "There is no export format of that name. Give one of csaf, avid, flaw-report, cyclonedx, notice."
    )


@pytest.mark.parametrize(
    "url",
    ["quay.example", "ftp://quay.example", "https://", "https://a b.example", "https://me:pw@quay.example"],
)
def test_a_namespace_that_is_no_url_is_a_clear_error_that_does_not_repeat_it(url: str) -> None:
    with pytest.raises(InputError, match="The publisher's namespace is not a URL") as caught:
        Publisher("Quay", url)
    assert "pw" not in str(caught.value)


def test_a_publisher_without_a_name_and_an_unknown_category_are_clear_errors() -> None:
    with pytest.raises(InputError, match="The publisher has no name"):
        Publisher(" ", "https://quay.example")
    with pytest.raises(InputError, match="Give one of coordinator, discoverer"):
        category_of("baker")
    assert category_of("vendor") is Category.VENDOR


def csaf(told_: object = None) -> object:
    return export_csaf(told_ or told(a_story(), Tier.BRIEF), QUAY).document  # type: ignore[arg-type]


def statuses(told_: object) -> list[object]:
    return [
        one["status"]
        for one in rows(csaf(told_), "vulnerabilities", 0, "involvements")
        if one["party"] == "vendor"
    ]


def test_the_tracking_of_a_csaf_advisory_is_the_case_and_its_statements() -> None:
    document = csaf()
    tracking = at(document, "document", "tracking")
    brief = told(a_story(), Tier.BRIEF)
    assert at(tracking, "id") == "GSC-20260706-0123456789"
    assert at(tracking, "status") == "interim"
    assert [one["number"] for one in rows(tracking, "revision_history")] == [
        str(number) for number in range(1, len(brief.statements) + 1)
    ]
    assert at(document, "document", "references", 0, "url") == (
        "https://quay.example/advisories/gsc-20260706-0123456789.json"
    )


def test_a_closed_case_is_a_final_advisory() -> None:
    view = a_story()
    closed = told(replace(view, closed=view.state.entries[-1]), Tier.PUBLIC)
    assert at(csaf(closed), "document", "tracking", "status") == "final"


def test_no_number_and_no_vector_is_invented() -> None:
    for told_ in (told(a_story(), Tier.FULL), every_response()):
        vulnerability = at(csaf(told_), "vulnerabilities", 0)
        assert isinstance(vulnerability, dict)
        assert not {"cve", "scores", "cwe"} & set(vulnerability)


@pytest.mark.parametrize(
    ("verdict", "group"),
    [
        (None, "under_investigation"),
        (FixVerdict.CLASS_MITIGATED, "fixed"),
        (FixVerdict.TECHNIQUE_BLOCKED, "under_investigation"),
        (FixVerdict.RESIDUAL, "known_affected"),
        (FixVerdict.REGRESSED_BENIGN, "under_investigation"),
        (FixVerdict.INCONCLUSIVE, "under_investigation"),
    ],
)
def test_a_model_is_fixed_only_when_an_independent_verification_says_so(
    verdict: FixVerdict | None, group: str
) -> None:
    document = csaf(claimed(verified=verdict))
    found = at(document, "vulnerabilities", 0, "product_status")
    assert isinstance(found, dict)
    ids = {
        version["name"]: at(version, "product", "product_id")
        for version in rows(document, "product_tree", "branches", 0, "branches", 0, "branches")
    }
    assert ids["v2"] in found[group]
    assert ids["v1"] in found["known_affected"]


def test_the_fixers_own_run_makes_nothing_fixed() -> None:
    document = csaf(claimed(verified=FixVerdict.CLASS_MITIGATED, own=True))
    assert "fixed" not in (at(document, "vulnerabilities", 0, "product_status") or {})  # type: ignore[operator]


@pytest.mark.parametrize("kind", [None, StandingKind.CAPABILITY, StandingKind.POLICY])
def test_without_a_broken_requirement_no_model_is_affected(kind: StandingKind | None) -> None:
    assert set(at(csaf(standing(kind)), "vulnerabilities", 0, "product_status")) == {"under_investigation"}  # type: ignore[call-overload]


def test_each_response_has_its_involvement_and_refusal_and_dispute_are_never_one() -> None:
    vendor = [
        one
        for one in rows(csaf(every_response()), "vulnerabilities", 0, "involvements")
        if one["party"] == "vendor"
    ]
    kinds = {str(one["summary"]).rsplit("(", 1)[1].rstrip(")."): one["status"] for one in vendor}
    assert set(kinds) == set(RESPONSE_WORDS)
    assert (kinds["refused"], kinds["not_a_defect"]) == ("completed", "disputed")
    assert kinds["legal_objection"] == "open"


def test_a_developer_that_is_silent_was_contacted_where_it_has_a_key_and_was_not_where_it_has_none() -> None:
    assert statuses(saying()) == ["not_contacted"]
    view = a_story()
    silent = replace(view, state=replace(view.state, entries=view.state.entries[:1]))
    assert statuses(told(silent, Tier.BRIEF)) == ["contact_attempted"]


def test_responses_of_one_second_share_an_involvement_and_none_is_lost() -> None:
    twice = saying(
        entry(DEVELOPER, Acknowledged(), 1),
        entry(DEVELOPER, Remark(text="own"), 1),
        entry(DEVELOPER, Acknowledged(text="again"), 1, digest="sha256:" + "9" * 64),
    )
    (one,) = [
        one for one in rows(csaf(twice), "vulnerabilities", 0, "involvements") if one["party"] == "vendor"
    ]
    assert str(one["summary"]).count("(acknowledged)") == 2


def remedies(told_: object) -> list[tuple[object, object]]:
    return [
        (one["category"], one["details"]) for one in rows(csaf(told_), "vulnerabilities", 0, "remediations")
    ]


def test_a_claimed_fix_is_a_vendor_fix_only_once_it_was_verified() -> None:
    ((category, details),) = remedies(claimed())
    assert category == "none_available"
    assert "Nobody independent has verified it." in str(details)
    assert "vendor_fix" in dict(remedies(claimed(verified=FixVerdict.CLASS_MITIGATED)))
    assert "vendor_fix" not in dict(remedies(claimed(verified=FixVerdict.RESIDUAL)))


def test_a_reporter_is_credited_where_it_is_named_and_not_where_it_is_withheld() -> None:
    assert at(csaf(saying()), "document", "acknowledgments", 0, "organization") == REPORTER
    for hidden in (told(a_story(), Tier.BRIEF), saying(tier=Tier.PUBLIC)):
        document = at(csaf(hidden), "document")
        assert isinstance(document, dict)
        assert "acknowledgments" not in document


def test_the_mark_of_the_newer_protocol_stands_beside_that_of_the_older() -> None:
    marks = []
    for tier in Tier:
        document = csaf(told(a_story(), tier))
        text = at(document, "document", "distribution", "text")
        assert isinstance(text, str)
        marks.append((at(document, "document", "distribution", "tlp", "label"), text.split(". ")[0]))
    assert marks == [
        ("WHITE", "TLP:CLEAR"),
        ("GREEN", "TLP:GREEN"),
        ("AMBER", "TLP:AMBER+STRICT"),
        ("RED", "TLP:RED"),
    ]


def test_a_model_that_is_not_attested_is_a_product_that_says_so() -> None:
    assert at(csaf(without_a_model()), "product_tree", "branches", 0, "name") == "not attested"
    assert "which one answered" in " ".join(export_avid(without_a_model(), QUAY).lost)


def test_an_avid_report_tells_developer_artifact_and_counts() -> None:
    document = export_avid(told(a_story(), Tier.BRIEF), QUAY).document
    assert at(document, "affects", "developer") == ["alder"]
    assert at(document, "affects", "deployer") == [RESELLER]
    assert at(document, "affects", "artifacts") == [{"type": "Model", "name": "alder/desk-helper/v1"}]
    assert at(document, "metrics", 0, "results", "n") == 40
    assert {
        "comparator birch/answerer/v3: safeguard did not hold",
        "rerun by county-evaluator: reproduced",
    } <= {one["name"] for one in rows(document, "metrics")}
    assert at(export_avid(told(a_story(), Tier.PUBLIC), QUAY).document, "affects", "deployer") == []


def test_a_flaw_report_has_every_field_of_the_form_and_no_way_of_asking() -> None:
    exploited = told(replace(a_story(), exposure=Exposure.EXPLOITED), Tier.FULL)
    document = export_flaw_report(exploited, QUAY).document
    assert isinstance(document, dict)
    kinds = document["Report Types"]
    assert isinstance(kinds, list)
    assert set(document) == {
        "Report Types",
        *COMMON_FIELDS,
        *(one for kind in kinds for one in KIND_FIELDS[str(kind)]),
    }
    assert document["Proof-of-Concept Exploit"] == document["Examples"] == SEALED
    assert document["Reporter ID"] == REPORTER
    assert "20 of 40" in str(document["Statistical Argument"])


def test_the_status_of_a_flaw_report_is_fixed_only_when_the_class_is_mitigated() -> None:
    view = a_story()
    assert status_of(saying()) == "Submitted"
    assert status_of(claimed()) == "Under investigation"
    assert status_of(claimed(verified=FixVerdict.TECHNIQUE_BLOCKED)) == "Under investigation"
    assert status_of(claimed(verified=FixVerdict.CLASS_MITIGATED)) == "Fixed"
    assert status_of(told(replace(view, closed=view.state.entries[-1]), Tier.PUBLIC)) == "Closed"


def test_the_analysis_of_a_vex_is_never_a_false_positive_for_a_dispute() -> None:
    assert state_of(saying()) == "in_triage"
    assert state_of(every_response()) == "exploitable"
    assert state_of(claimed(verified=FixVerdict.CLASS_MITIGATED)) == "resolved"
    assert state_of(claimed(verified=FixVerdict.TECHNIQUE_BLOCKED)) == "exploitable"
    document = export_cyclonedx(every_response(), QUAY).document
    assert at(document, "vulnerabilities", 0, "analysis", "response") == [
        "workaround_available",
        "will_not_fix",
    ]


def test_an_update_is_a_response_once_it_was_verified() -> None:
    document = export_cyclonedx(claimed(verified=FixVerdict.CLASS_MITIGATED), QUAY).document
    assert at(document, "vulnerabilities", 0, "analysis", "response") == ["update"]
    assert "response" not in (
        at(export_cyclonedx(claimed(), QUAY).document, "vulnerabilities", 0, "analysis")
    )  # type: ignore[operator]


def test_a_public_notice_is_made_of_what_the_public_is_told_and_of_nothing_else() -> None:
    for tier in (Tier.BRIEF, Tier.TECHNICAL, Tier.FULL):
        with pytest.raises(InputError, match=f"not made from what the tier {tier} tells"):
            export_notice(told(a_story(), tier), QUAY)


def test_a_public_notice_is_plain_text_in_short_lines() -> None:
    text = export_notice(told(a_story(), Tier.PUBLIC), QUAY).document
    assert isinstance(text, str)
    assert max(map(len, text.splitlines())) <= WIDTH
    for sentence in (
        "The model: alder/desk-helper/v1.",
        '26 July 2026: alder-street-desk claims that it is fixed. In its own words: "A fixed',
        "17 July 2026: alder-street-desk refuses what was asked for.",
        "The reported way of asking is blocked; nothing more was shown (technique_blocked;",
    ):
        assert sentence in " ".join(text.split()), sentence
    assert "plans a fix" not in text


def test_a_control_character_does_not_come_into_a_notice() -> None:
    sly = entry(DEVELOPER, Acknowledged(), 1, public="We look\x1b[2J at it.\nNot known\u202e")
    text = export_notice(saying(sly, tier=Tier.PUBLIC), QUAY).document
    assert isinstance(text, str)
    assert not [one for one in text if not one.isprintable() and one != "\n"]
    assert "We look\N{REPLACEMENT CHARACTER}[2J at it. Not known" in text


@pytest.mark.parametrize("name", [one for one in FORMATS if one != "notice"])
def test_an_export_is_json_that_can_be_read_again(name: str) -> None:
    exported = export(told(a_story(), Tier.FULL), name, QUAY)
    assert json.loads(exported.data()) == exported.document
    assert any("alder" in text for text in texts_in(exported.document))
