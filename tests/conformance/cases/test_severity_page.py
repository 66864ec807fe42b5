"""The page on severity prints profiles and the decision table; they are compared with the data."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundstop.cases.severity import decision_table, profile_named, profiles
from groundstop.cases.severity.facts import WHAT

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "severity.md").read_text("utf-8")
LINES = PAGE.splitlines()


def table_after(line: str) -> list[str]:
    """Return the first table after a line, with its head."""
    begin = next(at for at in range(LINES.index(line), len(LINES)) if LINES[at].startswith("|"))
    end = next(at for at in range(begin, len(LINES)) if not LINES[at].startswith("|"))
    return LINES[begin:end]


def as_table(head: list[str], rows: list[list[str]]) -> list[str]:
    first, *others = (f"| {' | '.join(row)} |" for row in (head, *rows))
    return [first, f"|{'---|' * len(head)}", *others]


@pytest.mark.parametrize("name", list(profiles()))
def test_the_axes_of_a_profile_are_printed_as_they_are(name: str) -> None:
    rows = []
    for axis in profile_named(name).scale.axes:
        rows.append([f"`{axis.name}`", axis.allowed() if axis.span else "", axis.question])
        rows += [["", f"{step.value:g}", step.meaning] for step in axis.values]
    assert table_after(f"## `{name}`") == as_table(["Axis", "Value", "Meaning"], rows)


@pytest.mark.parametrize("name", list(profiles()))
def test_the_status_the_source_and_the_rules_of_a_profile_are_printed_as_they_are(name: str) -> None:
    scale = profile_named(name).scale
    text = " ".join(PAGE.split(f"## `{name}`")[1].split("\n## ")[0].split())
    told = (scale.title, scale.status, scale.source, *scale.rules)
    assert [one for one in told if one not in text] == []


def test_the_levels_are_printed_as_they_are() -> None:
    levels = profile_named("cjs-2026-07-02").scale.levels
    rows = [[f"`{level.name}`", level.word, f"{level.least:g}"] for level in levels]
    assert table_after("### Levels") == as_table(["Level", "Word", "Sum from"], rows)


def test_the_facts_are_printed_as_they_are() -> None:
    printed = [row.split("|")[1:3] for row in table_after("## Measured facts")[2:]]
    assert [[cell.strip() for cell in row] for row in printed] == [list(one) for one in WHAT.items()]


def test_the_steps_are_printed_as_they_are() -> None:
    table = decision_table()
    assert f"`{table.name}`, version {table.version}" in PAGE
    rows = [[f"`{step.name}`", step.means] for step in table.steps]
    assert table_after("## The recommended next step") == as_table(["Step", "Means"], rows)


def test_the_decision_table_is_printed_as_it_is() -> None:
    table = decision_table()
    exposures = [value.value for value in table.exposure.values]
    for fix in table.fix:
        states = ", ".join(value.value for value in fix.values)
        rows = [[group, *steps] for group, steps in fix.table.items()]
        assert table_after(f"### The fix: {states}") == as_table(["Severity", *exposures], rows)


def test_the_groups_and_the_transfer_are_printed_as_they_are() -> None:
    table = decision_table()
    groups = [[one.group, ", ".join(one.values)] for one in table.severity]
    assert table_after("### Inputs") == as_table(["Severity in the table", "Level"], groups)
    transfer = [[one.value.value, f"`{one.least}`"] for one in table.transfer]
    assert table_after("### Transfer") == as_table(["Transfer", "At least"], transfer)
