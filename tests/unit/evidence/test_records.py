from __future__ import annotations

import stat
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from groundstop.documents import Opening, PartName, TrustedKey, TrustList
from groundstop.errors import DocumentError, InputError, WorkspaceError
from groundstop.evidence import LOG_KEY, KeyFolder, OwnKey, Records, document_subject
from groundstop.evidence.audit import AuditReport, audit_path
from groundstop.evidence.log import ClockError, LogError
from groundstop.evidence.log.disk import locked
from groundstop.evidence.statements import digest_of, sign
from tests.evidence_samples import KEYS_MADE, SEALED, failures

FINDING = "sha256:" + "0" * 64
SUBJECT = document_subject("finding", FINDING)


class Space:
    """A workspace's keys and records."""

    def __init__(self, folder: Path) -> None:
        self.keys = KeyFolder(folder / "keys")
        if "alder-lab" not in self.keys.names():
            self.keys.new("alder-lab", created=KEYS_MADE)
        self.key: OwnKey = self.keys.load("alder-lab")
        self.records = Records(folder / "records", self.keys)

    def enter(self, number: int = 0, *, at: datetime | None = None, key: OwnKey | None = None) -> bytes:
        now = at or SEALED + timedelta(minutes=number)
        return self.records.sign_and_enter(opening(number, now), [SUBJECT], key or self.key, now=now)

    def audit(self) -> AuditReport:
        trust = TrustList(keys=tuple(TrustedKey(card=self.keys.card(name)) for name in self.keys.names()))
        return audit_path(self.records.folder, trust, heads=None)

    @property
    def documents(self) -> list[Path]:
        return sorted((self.records.folder / "documents").iterdir())


def opening(number: int, created: datetime) -> Opening:
    return Opening(
        created=created,
        by="alder-lab",
        finding=FINDING,
        finding_id="GSF-20260702-0123456789",
        parts=(PartName.RECIPE,),
        purpose=f"purpose {number}",
    )


@pytest.fixture
def space(tmp_path: Path) -> Space:
    return Space(tmp_path)


def test_what_is_recorded_passes_its_audit(space: Space) -> None:
    signed = [space.enter(number) for number in range(3)]
    assert {path.stem for path in space.documents} == {
        digest_of(one).removeprefix("sha256:") for one in signed
    }
    report = space.audit()
    assert failures(report) == []
    assert "3 documents, in the order of the log" in [check.detail for check in report.checks]


def test_a_statement_recorded_twice_is_one_record(space: Space) -> None:
    signed = space.enter(0)
    space.records.enter_signed(signed, now=SEALED + timedelta(hours=1))
    assert len(space.documents) == 1
    assert failures(space.audit()) == []


def test_the_log_has_a_key_of_its_own(space: Space) -> None:
    space.enter(0)
    assert space.keys.names() == ["alder-lab", LOG_KEY]


def test_records_are_readable_by_their_owner_only(space: Space) -> None:
    space.enter(0)
    assert stat.S_IMODE(space.records.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(space.documents[0].stat().st_mode) == 0o600


def test_a_clock_that_jumped_back_is_said_and_nothing_is_recorded(space: Space) -> None:
    space.enter(5)
    before = [path.name for path in space.documents]
    with pytest.raises(ClockError, match="clock jumped back: it says 2026-07-02 13:01:00") as caught:
        space.enter(1)
    assert "Set the clock" in caught.value.hint
    assert [path.name for path in space.documents] == before
    assert failures(space.audit()) == []
    space.enter(6)
    assert failures(space.audit()) == []


def test_a_key_that_has_ended_records_nothing(space: Space) -> None:
    space.keys.new("short", created=KEYS_MADE, expires=KEYS_MADE + timedelta(minutes=1))
    with pytest.raises(InputError, match="key short ended on"):
        space.enter(0, key=space.keys.load("short"))
    assert not space.records.folder.exists()


def test_a_document_that_a_killed_program_did_not_get_to_log_is_logged_next(space: Space) -> None:
    space.enter(0)
    forgotten = sign(opening(1, SEALED + timedelta(minutes=1)), [SUBJECT], [space.key])
    left = space.records.folder / "documents" / f"{digest_of(forgotten).removeprefix('sha256:')}.json"
    left.write_bytes(forgotten)
    assert [(what, member) for what, member, _ in failures(space.audit())] == [
        ("log entries", f"documents/{left.name}")
    ]
    space.enter(2)
    report = space.audit()
    assert failures(report) == []
    assert "3 documents, in the order of the log" in [check.detail for check in report.checks]


def test_half_a_document_that_a_killed_program_left_is_no_record_and_goes(space: Space) -> None:
    space.enter(0)
    left = space.records.folder / "documents" / ".groundstop-0123"
    left.write_bytes(b'{"payl')
    assert failures(space.audit()) == []
    space.enter(1)
    assert not left.exists()


def test_two_programs_do_not_record_at_once(space: Space) -> None:
    space.enter(0)
    with locked(space.records.folder), pytest.raises(LogError, match="being written to by another program"):
        space.enter(1)
    space.enter(2)
    assert failures(space.audit()) == []


@pytest.mark.parametrize("name", ["notes.txt", "0" * 64 + ".json", "folder/file"])
def test_a_file_that_was_put_among_the_records_is_named(space: Space, name: str) -> None:
    space.enter(0)
    path = space.records.folder / "documents" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"hello")
    assert f"documents/{name}" in {member for _, member, _ in failures(space.audit())}
    path.unlink()
    path.write_bytes(space.documents[0].read_bytes())
    assert f"documents/{name}" in {member for _, member, _ in failures(space.audit())}


def test_a_record_that_was_changed_removed_or_renamed_is_named(space: Space) -> None:
    space.enter(0)
    space.enter(1)
    path = space.documents[0]
    data = path.read_bytes()
    for place in (0, len(data) // 3, len(data) // 2, len(data) - 1):
        flipped = bytearray(data)
        flipped[place] ^= 1
        path.write_bytes(flipped)
        assert f"documents/{path.name}" in {member for _, member, _ in failures(space.audit())}
    path.unlink()
    assert f"documents/{path.name}" in {member for _, member, _ in failures(space.audit())}
    path.write_bytes(data)
    assert failures(space.audit()) == []


def test_records_are_of_no_use_to_who_does_not_know_their_key(space: Space) -> None:
    space.enter(0)
    report = audit_path(space.records.folder, TrustList(), heads=None)
    assert not report.passed


def test_what_is_no_statement_is_not_recorded(space: Space) -> None:
    with pytest.raises(DocumentError, match="A statement to be recorded"):
        space.records.enter_signed(b"{}", now=SEALED)
    assert not space.records.folder.exists()


def test_a_folder_that_cannot_be_made_is_said(space: Space) -> None:
    space.records.folder.parent.mkdir(exist_ok=True)
    space.records.folder.write_text("in the way")
    with pytest.raises(WorkspaceError, match="cannot be made"):
        space.enter(0)


def test_a_log_that_was_tampered_with_takes_no_more_records(space: Space) -> None:
    space.enter(0)
    (space.records.folder / "log" / "checkpoint").write_bytes(b"nothing\n")
    with pytest.raises(LogError):
        space.enter(1)
