from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from groundstop.directives.previewing.logs import read_log
from groundstop.documents.directives import RecordedRequest
from groundstop.documents.gateway import Change, Decided
from groundstop.gateway.receipts import read_receipts
from groundstop.gateway.receipts.exporting import export_parquet, recorded, rows, write_recorded
from tests.deciding_parts import FOREIGN, restricted
from tests.receipt_parts import FOREIGNER, a_gate, a_receipts, an_entry, write_some


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    receipts = a_receipts(tmp_path, clock=count(1_783_000_000).__next__)
    write_some(receipts)
    receipts.close()
    return tmp_path


def test_a_preview_reads_what_was_recorded(folder: Path) -> None:
    path = folder / "requests.jsonl"
    with path.open("wb") as out:
        written = write_recorded(recorded(folder), out)
    read = list(read_log(path))
    assert all(isinstance(one, RecordedRequest) for one in read)
    assert read == list(recorded(folder))
    assert written == len(read) == 8


def test_a_recorded_request_has_what_an_order_looks_at(tmp_path: Path) -> None:
    receipts = a_receipts(tmp_path)
    receipts.decided(an_entry(a_gate(restricted()), asks=FOREIGNER))
    receipts.close()
    (request,) = recorded(tmp_path)
    assert {one.claim: frozenset(one.values) for one in request.asked.claims} == {
        name: one.values for name, one in FOREIGN.items()
    }
    assert {one.claim: one.assurance.rank for one in request.asked.claims} == {
        name: one.assurance for name, one in FOREIGN.items()
    }


def test_a_recorded_request_has_the_status_that_it_was_answered_with_in_the_end(tmp_path: Path) -> None:
    receipts = a_receipts(tmp_path)
    receipts.decided(an_entry(a_gate(), request="a"))
    receipts.decided(an_entry(a_gate(), request="b"))
    receipts.changed("a", Change.WITHHELD, status=451)
    receipts.changed("b", Change.LEFT)
    receipts.close()
    assert [one.status for one in recorded(tmp_path)] == [451, 200]


def test_parquet_holds_every_receipt_and_no_value_of_a_claim(folder: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra parquet is not installed")
    path, told = folder / "receipts.parquet", list[int]()
    assert export_parquet(folder, path, told=told.append) == len(list(read_receipts(folder))) == told[-1]
    table = parquet.read_table(path).to_pylist()
    assert [one["n"] for one in table] == [one.n for one in read_receipts(folder)]
    assert [one["at"] for one in table] == [one.at for one in read_receipts(folder)]
    by_request = {one["request"]: one for one in table if one["event"] == "decided"}
    for receipt in read_receipts(folder):
        if isinstance(receipt.what, Decided):
            row = by_request[receipt.what.request]
            assert (row["model"], row["allowed"], row["status"], row["order"]) == (
                receipt.what.asked.model,
                receipt.what.allowed,
                receipt.what.status,
                receipt.what.order,
            )
    assert "nationality" in by_request["b"]["claims"]
    assert "XB" not in str(table)


def test_rows_come_one_by_one(folder: Path) -> None:
    assert next(rows(folder)).event == "begun"
