"""The pages on clocks and interests print a policy and a rule; they are compared with the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from groundstop.cases.clocks import policies
from groundstop.cases.clocks.rules import origin_of
from groundstop.cases.interests import RULE
from groundstop.cases.views import ClockState, DeclarationState
from groundstop.documents.cases import ClockName, InterestKind

DOCS = Path(__file__).parents[3] / "docs" / "reference"
CLOCKS = (DOCS / "clocks.md").read_text("utf-8")
INTERESTS = (DOCS / "interests.md").read_text("utf-8")


def table(page: str, head: str) -> list[list[str]]:
    """Return the rows of the table with a head, cell by cell."""
    lines = page.splitlines()
    begin = lines.index(head) + 2
    end = next((at for at in range(begin, len(lines)) if not lines[at].startswith("|")), len(lines))
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[begin:end]]


@pytest.mark.parametrize("name", list(policies()))
def test_the_rows_of_a_policy_are_printed_as_they_are(name: str) -> None:
    section = CLOCKS.split(f"## `{name}`")[1].split("\n## ")[0]
    printed = table(section, "| Clock | Level | Exposure | Time | Whose choice |")
    assert printed == [
        [f"`{row.clock}`", ", ".join(row.levels), ", ".join(row.exposures), row.period.words, origin_of(row)]
        for row in policies()[name].rows
    ]


def test_every_clock_and_every_state_is_explained() -> None:
    clocks = table(CLOCKS, "| Clock | Whose | Starts | Is met by |")
    assert [row[0] for row in clocks] == [f"`{one}`" for one in ClockName]
    states = [row[0] for row in table(CLOCKS, "| State | Means |")]
    assert sorted(states) == sorted(f"`{one}`" for one in ClockState)


def test_the_rule_of_interests_is_printed_as_it_is() -> None:
    section = INTERESTS.split("## The rule\n")[1].split("\n`groundstop")[0]
    items = [" ".join(item.split()) for item in re.split(r"^\d+\. ", section, flags=re.MULTILINE)[1:]]
    assert items == list(RULE)


def test_every_kind_of_interest_and_every_state_of_a_declaration_is_explained() -> None:
    kinds = [row[0] for row in table(INTERESTS, "| Kind | |")]
    assert kinds == [f"`{one}`" for one in InterestKind]
    states = [row[0] for row in table(INTERESTS, "| State | Means |")]
    assert sorted(states) == sorted(f"`{one}`" for one in DeclarationState)
