from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from groundstop.evidence.audit.checks import AuditReport, CheckState
from groundstop.gateway.receipts import Head, verify
from groundstop.gateway.receipts.checkpoints import Checkpoints
from tests.directive_parts import at
from tests.evidence_samples import a_key
from tests.receipt_parts import (
    KEY,
    a_checkpointed_folder,
    a_gate,
    a_receipts,
    an_entry,
    chained_again,
    checkpoints,
    rewritten,
    the_file,
)


def failures(report: AuditReport) -> list[tuple[str, str | None]]:
    return [(one.what, one.member) for one in report.checks if one.state is CheckState.FAILED]


def report_of(folder: Path) -> AuditReport:
    return verify(folder, [KEY.card])


def test_what_a_gateway_wrote_passes(tmp_path: Path) -> None:
    report = report_of(a_checkpointed_folder(tmp_path))
    assert report.proved
    assert report.kind == "receipts"


def test_lines_after_the_last_checkpoint_are_not_proved(tmp_path: Path) -> None:
    report = report_of(a_checkpointed_folder(tmp_path, more=2))
    assert report.passed
    assert not report.proved
    assert any("the last 2 lines" in one.detail for one in report.checks)


def test_a_line_that_was_cut_off_is_told_and_is_no_failure(tmp_path: Path) -> None:
    path = the_file(a_checkpointed_folder(tmp_path))
    path.write_bytes(path.read_bytes() + b'{"at"')
    report = report_of(tmp_path)
    assert report.passed
    assert any("cut off after 5 bytes" in one.detail for one in report.checks)


def test_a_chain_of_several_files_passes(tmp_path: Path) -> None:
    receipts = a_receipts(tmp_path, file_bytes=4096)
    for number in range(20):
        receipts.decided(an_entry(a_gate(), request=f"r-{number}"))
        if number % 7 == 0:
            head = receipts.sync()
            assert head is not None
            checkpoints(tmp_path).sign(head)
    receipts.close()
    assert report_of(tmp_path).passed


Tampering = Callable[[list[bytes]], None]


def edit(lines: list[bytes]) -> None:
    lines[2] = lines[2].replace(b'"allowed":false', b'"allowed":true')


def edit_and_chain_again(lines: list[bytes]) -> None:
    edit(lines)
    lines[:] = chained_again(lines)


def take_out(lines: list[bytes]) -> None:
    del lines[2]


def take_out_and_chain_again(lines: list[bytes]) -> None:
    del lines[2]
    lines[:] = chained_again(lines)


def add(lines: list[bytes]) -> None:
    lines.insert(2, lines[1])


def swap(lines: list[bytes]) -> None:
    lines[1], lines[2] = lines[2], lines[1]


def spoil(lines: list[bytes]) -> None:
    lines[2] = b"{}"


def spell_otherwise(lines: list[bytes]) -> None:
    lines[2] = lines[2].replace(b'"n":3', b'"n": 3')


def take_the_end(lines: list[bytes]) -> None:
    del lines[-1]


@pytest.mark.parametrize(
    ("tamper", "what", "where"),
    [
        (edit, "Each line holds on to the one before", "w0/00000001.jsonl, line 4"),
        (edit_and_chain_again, "The chain is what was signed", "w0/00000001.jsonl, line 4"),
        (take_out, "Each line holds on to the one before", "w0/00000001.jsonl, line 3"),
        (take_out_and_chain_again, "The chain is what was signed", "w0/checkpoints.jsonl"),
        (add, "Each line holds on to the one before", "w0/00000001.jsonl, line 3"),
        (swap, "Each line holds on to the one before", "w0/00000001.jsonl, line 2"),
        (spoil, "Each line is a receipt", "w0/00000001.jsonl, line 3"),
        (spell_otherwise, "Each line is a receipt", "w0/00000001.jsonl, line 3"),
        (take_the_end, "The chain is what was signed", "w0/checkpoints.jsonl"),
    ],
)
def test_whatever_is_done_to_a_chain_is_found_and_the_place_told(
    tmp_path: Path, tamper: Tampering, what: str, where: str
) -> None:
    path = the_file(a_checkpointed_folder(tmp_path))
    with rewritten(path) as lines:
        tamper(lines)
    assert (what, where) in failures(report_of(tmp_path))


def test_a_last_line_that_was_changed_is_found_by_its_checkpoint(tmp_path: Path) -> None:
    path = the_file(a_checkpointed_folder(tmp_path))
    with rewritten(path) as lines:
        lines[-1] = lines[-1].replace(b'"status":451', b'"status":200')
        assert b'"status":200' in lines[-1]
    assert failures(report_of(tmp_path)) == [("The chain is what was signed", "w0/00000001.jsonl, line 4")]


def test_a_file_that_is_missing_is_found(tmp_path: Path) -> None:
    receipts = a_receipts(tmp_path, file_bytes=4096)
    for number in range(20):
        receipts.decided(an_entry(a_gate(), request=f"r-{number}"))
    receipts.close()
    first, middle, last = sorted((tmp_path / "receipts" / "w0").glob("0*.jsonl"))
    middle.unlink()
    assert ("Each line holds on to the one before", f"w0/{last.name}, line 1") in failures(
        report_of(tmp_path)
    )
    first.unlink()
    assert ("Each line holds on to the one before", f"w0/{last.name}, line 1") in failures(
        report_of(tmp_path)
    )


def test_a_checkpoint_by_another_key_does_not_count(tmp_path: Path) -> None:
    a_checkpointed_folder(tmp_path)
    forger = Checkpoints(tmp_path, "desk", a_key("forger"), clock=lambda: at(32))
    forger.sign(Head("w0", 4, "a" * 64))
    assert failures(report_of(tmp_path)) == [
        ("Checkpoints are signed by the gateway", "w0/checkpoints.jsonl, line 2")
    ]


def test_a_checkpoint_of_another_chain_does_not_count(tmp_path: Path) -> None:
    a_checkpointed_folder(tmp_path)
    first = a_receipts(tmp_path)
    second = a_receipts(tmp_path)
    head = second.sync()
    assert head is not None
    checkpoints(tmp_path).sign(head)
    first.close()
    second.close()
    stolen = (tmp_path / "receipts" / "w1" / "checkpoints.jsonl").read_bytes()
    path = tmp_path / "receipts" / "w0" / "checkpoints.jsonl"
    path.write_bytes(path.read_bytes() + stolen)
    assert ("Checkpoints are signed by the gateway", "w0/checkpoints.jsonl, line 2") in failures(
        report_of(tmp_path)
    )


def test_checkpoints_that_go_back_or_differ_are_found(tmp_path: Path) -> None:
    a_checkpointed_folder(tmp_path)
    signer = checkpoints(tmp_path)
    signer.sign(Head("w0", 4, "b" * 64))
    signer.sign(Head("w0", 2, "c" * 64))
    details = [one.detail for one in report_of(tmp_path).checks if one.state is CheckState.FAILED]
    assert any("two checkpoints of 4 lines" in one for one in details)
    assert any("a checkpoint of 2 lines comes after one of 4" in one for one in details)


def test_half_a_checkpoint_spoils_no_other(tmp_path: Path) -> None:
    a_checkpointed_folder(tmp_path)
    path = tmp_path / "receipts" / "w0" / "checkpoints.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:100])
    assert report_of(tmp_path).proved
    receipts = a_receipts(tmp_path)
    head = receipts.sync()
    receipts.close()
    assert head is not None
    checkpoints(tmp_path).sign(head)
    report = report_of(tmp_path)
    assert report.proved
    assert any("2 checkpoints" in one.detail for one in report.checks)
