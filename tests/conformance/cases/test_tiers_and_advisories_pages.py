"""The pages on tiers and on advisories print tables and losses; they are compared with the program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from groundstop.cases.exports import FORMATS, export
from groundstop.cases.exports.csaf import TLP_1
from groundstop.cases.exports.csaf_parties import REMEDIES, STATUSES
from groundstop.cases.exports.cyclonedx import RESPONSES
from groundstop.cases.exports.words import RESPONSE_WORDS
from groundstop.cases.reading import MAX_BYTES, MAX_ITEMS, MAX_TEXT, MAX_TITLE
from groundstop.cases.tiers import TLP
from groundstop.cases.tiers.printing import tier_tables
from groundstop.documents.cases import Response, Tier
from tests.exporting import QUAY, cases_to_export

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
TIERS = (REFERENCE / "tiers.md").read_text("utf-8")
ADVISORIES = (REFERENCE / "advisories.md").read_text("utf-8")


def section(page: str, heading: str) -> str:
    """Return what stands under a heading, up to the next of any rank."""
    return page.split(f"\n{heading}\n")[1].split("\n#")[0]


def rows(page: str, heading: str) -> list[list[str]]:
    """Return the rows of the table under a heading, without its head."""
    table = [line for line in section(page, heading).splitlines() if line.startswith("|")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in table[2:]]


def test_the_table_of_tiers_is_printed_as_it_is() -> None:
    assert TIERS.endswith("\n".join(tier_tables()) + "\n")


def test_the_marks_of_the_tiers_are_printed_as_they_are() -> None:
    for tier, mark in TLP.items():
        assert f"| `{tier.value}` | {mark} |" in TIERS
        assert f"| `{tier.value}` | `{TLP_1[tier]}` |" in ADVISORIES


def test_what_becomes_of_each_response_is_printed_as_it_is() -> None:
    expected = [[name, STATUSES[name], REMEDIES.get(name, ""), RESPONSES.get(name, "")] for name in STATUSES]
    assert rows(ADVISORIES, "## What becomes of a response") == expected


def test_every_response_has_words_and_a_status() -> None:
    kinds = {one.model_fields["type"].default for one in Response.__args__}
    assert set(STATUSES) == set(RESPONSE_WORDS) == kinds


@pytest.mark.parametrize("name", FORMATS)
def test_all_that_an_export_can_lose_is_printed(name: str) -> None:
    page = " ".join(section(ADVISORIES, f"### `{name}`").split())
    lost = {
        sentence
        for _, told in cases_to_export()
        if name != "notice" or told.tier is Tier.PUBLIC
        for sentence in export(told, name, QUAY).lost
    }
    named = {
        one.replace("alder-street-desk", "DEVELOPER").replace("the developer", "DEVELOPER") for one in lost
    }
    named = {re.sub(r"alder/desk-helper/v\d", "MODEL", one) for one in named}
    assert [one for one in sorted(named) if f"* {one}" not in page] == []
    assert len(named) >= 2


def test_the_bounds_of_reading_are_printed_as_they_are() -> None:
    said = " ".join(section(ADVISORIES, "## Reading another's advisory").split())
    assert f"{MAX_BYTES // 1024**2} MiB; {MAX_ITEMS:,} items of a list" in said
    assert f"a title of {MAX_TITLE} and a text of {MAX_TEXT:,} characters" in said
