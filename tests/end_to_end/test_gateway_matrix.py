"""Every way past a gateway that we know of, tried on a real one: no leak, and nobody lawful cut off."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from groundstop.documents.gateway import Caller, ProbeOutcome
from groundstop.gateway.probing import TRICKS
from groundstop.gateway.routes import ROUTES, Kind
from tests.gateway_parts import an_upstream
from tests.matrix_parts import looked_at, matrix_report, observed, route_table, trick_table

FILE = Path(__file__).parents[1] / "conformance" / "gateway" / "matrix.json"
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "gateway-matrix.md"


@pytest.fixture(scope="module")
def matrix() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text())
    return found


async def test_a_gateway_leaks_nothing_and_cuts_off_nobody(matrix: dict[str, Any]) -> None:
    report = await matrix_report()
    wrong = [one for one in report.probes if one.outcome is not ProbeOutcome.AS_EXPECTED]
    assert wrong == []
    assert report.callers == frozenset(Caller)
    seen = observed(report)
    assert seen["names"] == matrix["names"]
    assert seen["routes"] == matrix["routes"]
    assert seen["tricks"] == {one["way"]: one["answer"] for one in matrix["tricks"]}


async def test_the_same_probes_find_every_leak_where_there_is_no_gateway() -> None:
    async with an_upstream() as stub:
        report = await looked_at(stub.url)
    out = [one for one in report.probes if one.probe.expected.value in ("denied", "kept-out")]
    served = [one for one in out if 200 <= (one.status or 0) < 300]
    assert served
    assert {one.outcome for one in served} == {ProbeOutcome.LEAK}
    assert report.counts.cut_off == 0
    asked = {(one.probe.route, one.probe.stream) for one in served}
    assert asked == {(one.probe.route, one.probe.stream) for one in out}


def test_every_route_that_a_gateway_takes_a_model_on_is_in_the_matrix(matrix: dict[str, Any]) -> None:
    asked = {row["route"] for row in matrix["routes"]}
    kinds = (Kind.ASK, Kind.UPLOAD, Kind.BATCH, Kind.BATCH_INLINE)
    named = {one.name for one in ROUTES if one.kind in kinds}
    assert named - asked == set()


def test_every_trick_is_in_the_matrix_and_none_is_answered(matrix: dict[str, Any]) -> None:
    assert {one["way"] for one in matrix["tricks"]} == set(TRICKS)
    assert {one["answer"] for one in matrix["tricks"]} <= {"400", "404", "415", "451"}


def test_the_page_has_the_tables_of_the_test(matrix: dict[str, Any]) -> None:
    page = PAGE.read_text()
    assert route_table(matrix) in page
    assert trick_table(matrix) in page
