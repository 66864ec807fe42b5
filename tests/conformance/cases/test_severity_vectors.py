"""Severity against the worked examples of its source, and over every combination of values."""

from __future__ import annotations

import json
from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from groundstop.cases.severity import outcome_of, profile_named
from tests.severity_parts import CJS_AXES, score

DATA = json.loads((Path(__file__).parent / "cjs_severity.json").read_text("utf-8"))


@pytest.mark.parametrize("vector", DATA["vectors"], ids=lambda one: f"example {one['example']}")
def test_a_worked_example_of_the_draft_has_its_sum_and_level(vector: dict[str, Any]) -> None:
    outcome = outcome_of(score(vector["values"], profile=DATA["profile"]))
    assert (outcome.total, outcome.level) == (vector["sum"], vector["level"])


def test_there_are_ten_worked_examples() -> None:
    assert [vector["example"] for vector in DATA["vectors"]] == list(range(1, 11))


def test_the_levels_of_all_combinations_are_as_many_as_the_draft_gives() -> None:
    axes = profile_named(DATA["profile"]).scale.axes
    assert tuple(axis.name for axis in axes) == CJS_AXES
    every = list(product(*([step.value for step in axis.values] for axis in axes)))
    assert len(every) == 240
    assert Counter(outcome_of(score(values)).level for values in every) == DATA["combinations"]
