from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime

import pytest

from groundstop.cases.exports import FORMATS, export
from groundstop.cases.reading import (
    MAX_BYTES,
    MAX_ITEMS,
    MAX_TEXT,
    MAX_TITLE,
    Imported,
    ImportedModel,
    read_advisory,
)
from groundstop.cases.tiers import told
from groundstop.documents.cases import CaseStatement, Said, Tier
from groundstop.errors import DocumentError
from tests.case_stories import a_story
from tests.exporting import QUAY

READ = [name for name in FORMATS if name != "notice"]
CSAF = {"document": {"csaf_version": "2.0", "category": "csaf_vex", "title": "A title"}}
AVID = {"data_type": "AVID", "problemtype": {"description": {"lang": "eng", "value": "A title"}}}
FLAW = {"Report ID": "r-1", "Flaw Description": "A title\n\nand more"}
VEX = {"bomFormat": "CycloneDX", "vulnerabilities": [{"id": "v-1", "description": "A title"}]}
SMALLEST = {"csaf": CSAF, "avid": AVID, "flaw-report": FLAW, "cyclonedx": VEX}


def read(value: object) -> Imported:
    return read_advisory(json.dumps(value).encode(), "advisory.json")


def refused(data: bytes) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        read_advisory(data, "advisory.json")
    assert caught.value.message.startswith("advisory.json ")
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize("name", READ)
def test_what_was_exported_is_read_again_with_title_and_model(name: str) -> None:
    imported = read_advisory(export(told(a_story(), Tier.BRIEF), name, QUAY).data(), "advisory.json")
    assert imported.kind == name
    assert imported.title == "The help desk tells its password"
    assert "GSC-20260706-0123456789" in imported.ids
    assert [model.name for model in imported.models] in (["desk-helper"], ["alder/desk-helper/v1"])
    assert imported.models[0].provider == "alder"


@pytest.mark.parametrize("name", SMALLEST)
def test_the_smallest_advisory_of_a_format_is_read(name: str) -> None:
    imported = read(SMALLEST[name])
    assert (imported.kind, imported.title, imported.models) == (name, "A title", ())


def test_a_csaf_advisory_tells_statuses_references_and_when() -> None:
    data = export(told(a_story(), Tier.BRIEF), "csaf", QUAY).data()
    imported = read_advisory(data, "advisory.json")
    assert imported.publisher == "Quay Coordination"
    assert imported.tlp == "TLP:GREEN"
    assert imported.dated == datetime(2026, 8, 4, 9, tzinfo=UTC)
    assert imported.models == (ImportedModel("alder", "desk-helper", "v1", None),)
    assert imported.references == (
        ("This advisory.", "https://quay.example/advisories/gsc-20260706-0123456789.json"),
    )
    assert {("vendor", "disputed"), ("vendor", "completed"), ("desk-helper", "known_affected")} <= {
        (one.of, one.status) for one in imported.statuses
    }


def test_what_an_advisory_tells_of_a_party_is_no_statement_of_that_party() -> None:
    data = export(told(a_story(), Tier.FULL), "csaf", QUAY).data()
    values: list[object] = [read_advisory(data, "advisory.json")]
    while values:
        value = values.pop()
        assert not isinstance(value, CaseStatement)
        assert not isinstance(value, Said.__origin__)  # type: ignore[attr-defined]
        if dataclasses.is_dataclass(value):
            values += [getattr(value, field.name) for field in dataclasses.fields(value)]
        elif isinstance(value, tuple):
            values += value


def test_a_flaw_report_gives_its_requirement_and_no_way_of_asking() -> None:
    imported = read(
        {**FLAW, "Policy Violation": "It tells it", "Examples": "ask it nicely", "Developer": "alder"}
    )
    assert imported.requirement == "It tells it"
    assert "ask it nicely" not in repr(imported)
    assert imported.not_read == ("Examples: it belongs into a sealed finding.",)


def test_products_are_found_at_every_depth_and_without_branches() -> None:
    tree = {
        "branches": [
            {
                "category": "vendor",
                "name": "alder",
                "branches": [
                    {
                        "category": "product_name",
                        "name": "desk",
                        "product": {
                            "product_id": "p1",
                            "name": "alder desk",
                            "product_identification_helper": {"purl": "pkg:generic/desk"},
                        },
                    }
                ],
            }
        ],
        "full_product_names": [{"product_id": "p2", "name": "birch guide"}],
        "relationships": [{}],
    }
    imported = read({**CSAF, "product_tree": tree})
    assert imported.models == (
        ImportedModel("alder", "desk", None, "pkg:generic/desk"),
        ImportedModel(None, "birch guide", None, None),
    )
    assert imported.not_read == ("Relationships and groups of products.",)


def test_scores_of_others_are_not_taken() -> None:
    scored = read({**CSAF, "vulnerabilities": [{"scores": [{}]}, {"cve": "CVE-2026-0001"}]})
    assert scored.ids == ("CVE-2026-0001",)
    assert any(sentence.startswith("CVSS scores") for sentence in scored.not_read)
    assert any("2 vulnerabilities" in sentence for sentence in scored.not_read)
    assert any("Ratings" in one for one in read({**VEX, "vulnerabilities": [{"ratings": []}]}).not_read)


def test_a_long_title_and_a_long_text_are_shortened_and_that_is_said() -> None:
    long = read(
        {
            **AVID,
            "problemtype": {"description": {"value": "so\nlong " * 200}},
            "description": {"value": "a" * 9999},
        }
    )
    assert len(long.title) == MAX_TITLE
    assert "\n" not in long.title
    assert long.description is not None
    assert len(long.description) == MAX_TEXT
    assert long.not_read == ("The title was shortened.", "A long text was shortened.")


def test_a_long_list_is_cut_and_that_is_said() -> None:
    artifacts = [{"type": "Model", "name": f"model {number}"} for number in range(MAX_ITEMS + 5)]
    many = read({**AVID, "affects": {"developer": ["a", "b"], "artifacts": artifacts}})
    assert len(many.models) == MAX_ITEMS
    assert "Only the first 1,000 items of a list were taken." in many.not_read


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-07-06", datetime(2026, 7, 6, tzinfo=UTC)),
        ("2026-07-06T09:00:00+02:00", datetime(2026, 7, 6, 7, tzinfo=UTC)),
        ("2026-07-06T09:00:00", None),
        ("yesterday", None),
        ("0001-01-01T00:00:00+23:00", None),
    ],
)
def test_a_date_without_a_zone_is_no_moment(written: str, expected: datetime | None) -> None:
    assert read({**AVID, "reported_date": written}).dated == expected


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ([1], "something else than an object at the top level"),
        ({"secretish": 1}, "in no format that is known here"),
        ({"document": {"csaf_version": "2.1"}}, "a CSAF document of another version"),
        ({"document": "secretish"}, "something else than an object at document"),
        ({**CSAF, "vulnerabilities": {"secretish": 1}}, "something else than a list at vulnerabilities"),
        ({**CSAF, "vulnerabilities": ["secretish"]}, "something else than an object at vulnerabilities[0]"),
        ({**CSAF, "product_tree": ["secretish"]}, "something else than an object at product_tree"),
        ({**AVID, "affects": {"developer": [1]}}, "something else than a list of texts at affects.developer"),
        ({**FLAW, "Report ID": 7}, "something else than a text at Report ID"),
        ({**FLAW, "Flaw Description": "\ud800"}, "something else than valid Unicode at Flaw Description"),
        ({"bomFormat": "CycloneDX"}, "a CycloneDX document without vulnerabilities"),
    ],
)
def test_a_damaged_advisory_is_a_clear_error_that_quotes_nothing(value: object, says: str) -> None:
    error = refused(json.dumps(value).encode())
    assert says in error.message
    assert "secretish" not in str(error)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is not JSON"),
        (b"\xff", "is not UTF-8"),
        (b'{"a": 1, "a": 2}', "is not acceptable JSON"),
        (b"[" * 5000, "deep"),
        (b" " * (MAX_BYTES + 1), "more than the 4,194,304 that are read"),
    ],
)
def test_bytes_that_are_no_advisory_are_a_clear_error(data: bytes, says: str) -> None:
    assert says in refused(data).message


def nested(depth: int) -> dict[str, object]:
    """Return a tree of products with one at its bottom."""
    branch: dict[str, object] = {"category": "x", "name": "x", "product": {"name": "deep"}}
    for _ in range(depth):
        branch = {"category": "product_family", "name": "x", "branches": [branch]}
    return {**CSAF, "product_tree": {"branches": [branch]}}


def test_a_product_is_found_deep_in_a_tree_and_too_deep_a_tree_is_an_error() -> None:
    assert [model.name for model in read(nested(25)).models] == ["deep"]
    assert "deep" in refused(json.dumps(nested(200)).encode()).message


def test_a_wide_tree_is_read_in_time() -> None:
    family = {"category": "product_family", "name": "x", "branches": [{"name": "x"}] * MAX_ITEMS}
    assert read({**CSAF, "product_tree": {"branches": [family] * 90}}).models == ()
