from __future__ import annotations

import hashlib
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from groundstop.documents.gateway import Begun, Changed, Decided, Receipt
from groundstop.gateway.receipts import (
    Principals,
    Receipts,
    chains_in,
    read_chain,
    read_receipts,
    read_salt,
    verify,
)
from groundstop.gateway.receipts.chain import claim_chain
from tests.deciding_parts import restricted
from tests.receipt_parts import (
    FOREIGNER,
    SALT,
    a_gate,
    a_receipts,
    an_entry,
    entries,
    the_file,
    who,
    write_some,
)


def lines_of(folder: Path) -> list[bytes]:
    return [line.data for chain in chains_in(folder) for line in read_chain(chain)]


def test_every_line_is_the_one_form_of_a_receipt(tmp_path: Path) -> None:
    receipts = a_receipts(tmp_path, clock=count(1_783_000_000, 0.25).__next__)
    write_some(receipts)
    receipts.close()
    for line in lines_of(tmp_path):
        assert Receipt.parse(line, source="a line").canonical() == line


def test_a_receipt_says_what_was_decided_and_by_what(tmp_path: Path) -> None:
    receipts = a_receipts(tmp_path)
    entry = an_entry(a_gate(restricted()), asks=FOREIGNER, request="r-1")
    receipts.decided(entry)
    receipts.close()
    begun, decided = (one.what for one in read_receipts(tmp_path))
    assert isinstance(begun, Begun)
    assert isinstance(decided, Decided)
    order = entry.ruling.decision and entry.ruling.decision.order
    assert order is not None
    assert (decided.allowed, decided.status, decided.request) == (False, 451, "r-1")
    assert (decided.order, decided.content, decided.rule) == (order.id, order.content, "foreign")
    assert decided.table == entry.ruling.table
    assert {one.issuer for one in decided.used} == {"civil-registry"}


def test_a_person_is_told_apart_and_not_named(tmp_path: Path) -> None:
    receipts = a_receipts(tmp_path)
    gate = a_gate()
    for name in ("person-7", "person-8", "person-7"):
        receipts.decided(an_entry(gate, asks=who({}, name)))
    receipts.close()
    assert b"person-" not in b"".join(lines_of(tmp_path))
    first, second, third = (
        one.what.asked.principal for one in read_receipts(tmp_path) if isinstance(one.what, Decided)
    )
    assert first == third != second
    other = Principals(bytes(31) + b"\1")
    principal = who({}, "person-7").principal
    assert principal is not None
    assert other.digest(principal) != first == Principals(SALT).digest(principal)


def test_a_request_that_a_guard_blocks_is_not_on_record_as_allowed(tmp_path: Path) -> None:
    receipts = a_receipts(tmp_path)
    receipts.decided(an_entry(a_gate(), "desk-clerk")._replace(status=403))
    receipts.close()
    (decided,) = (one.what for one in read_receipts(tmp_path) if isinstance(one.what, Decided))
    assert not decided.allowed


def test_a_name_that_no_model_can_have_is_told_by_its_digest(tmp_path: Path) -> None:
    receipts = a_receipts(tmp_path)
    receipts.decided(an_entry(a_gate(), "desk*"))
    receipts.close()
    (decided,) = (one.what for one in read_receipts(tmp_path) if isinstance(one.what, Decided))
    assert decided.asked.model == f"unreadable:{hashlib.sha256(b'desk*').hexdigest()[:32]}"


def test_a_chain_goes_on_where_the_process_before_ended(tmp_path: Path) -> None:
    for number in range(3):
        receipts = a_receipts(tmp_path)
        receipts.decided(an_entry(a_gate(), request=f"r-{number}"))
        receipts.close()
    found = list(read_receipts(tmp_path))
    assert [one.n for one in found] == [1, 2, 3, 4, 5, 6]
    digests = [hashlib.sha256(line).hexdigest() for line in lines_of(tmp_path)]
    assert [one.previous for one in found] == ["0" * 64, *digests[:-1]]


@pytest.mark.parametrize("kept", [1, 40, -1])
def test_a_line_that_was_cut_off_is_taken_away_and_told(tmp_path: Path, kept: int) -> None:
    receipts = a_receipts(tmp_path)
    receipts.decided(an_entry(a_gate(), request="r-1"))
    receipts.close()
    path = the_file(tmp_path)
    begun, last = path.read_bytes().splitlines()
    path.write_bytes(begun + b"\n" + last[:kept])
    a_receipts(tmp_path).close()
    found = list(read_receipts(tmp_path))
    assert [one.n for one in found] == [1, 2]
    assert isinstance(found[1].what, Begun)
    assert found[1].what.lost_bytes == len(last[:kept])


def test_wherever_a_file_was_cut_off_the_chain_holds_afterwards(tmp_path: Path) -> None:
    receipts = a_receipts(tmp_path / "whole")
    for number in range(3):
        receipts.decided(an_entry(a_gate(), request=f"r-{number}"))
    receipts.close()
    whole = the_file(tmp_path / "whole").read_bytes()
    for kept in range(0, len(whole) + 1, 23):
        folder = tmp_path / str(kept)
        (folder / "receipts" / "w0").mkdir(parents=True)
        (folder / "receipts" / "w0" / "00000001.jsonl").write_bytes(whole[:kept])
        receipts = a_receipts(folder)
        receipts.decided(an_entry(a_gate(), request="next"))
        receipts.close()
        assert verify(folder, []).passed
        told = [one.what for one in read_receipts(folder)]
        # A line is there when its end is: the last one's end is the last byte that counts.
        assert len(told) == whole[:kept].count(b"\n") + 2


def test_a_file_whose_first_line_was_cut_off_gives_way_to_the_one_before(tmp_path: Path) -> None:
    receipts = a_receipts(tmp_path)
    receipts.decided(an_entry(a_gate(), request="r-1"))
    receipts.close()
    (the_file(tmp_path).parent / "00000003.jsonl").write_bytes(b'{"at":')
    a_receipts(tmp_path).close()
    found = list(read_receipts(tmp_path))
    assert [one.n for one in found] == [1, 2, 3]
    assert isinstance(found[2].what, Begun)
    assert found[2].what.lost_bytes == 6


def test_files_are_named_by_their_first_line_and_begin_with_who_writes(tmp_path: Path) -> None:
    receipts = a_receipts(tmp_path, file_bytes=4096)
    gate = a_gate()
    for number in range(20):
        receipts.decided(an_entry(gate, request=f"r-{number}"))
    receipts.close()
    files = sorted((tmp_path / "receipts" / "w0").glob("0*.jsonl"))
    assert len(files) > 2
    for path in files:
        first = Receipt.parse(path.read_bytes().splitlines()[0], source="a line")
        assert int(path.stem) == first.n
        assert isinstance(first.what, Begun)
    assert [one.n for one in read_receipts(tmp_path)] == list(range(1, 21 + len(files)))


def test_each_process_has_a_chain_of_its_own(tmp_path: Path) -> None:
    first, second = a_receipts(tmp_path), a_receipts(tmp_path)
    assert (first.chain, second.chain) == ("w0", "w1")
    first.close()
    third = a_receipts(tmp_path)
    assert third.chain == "w0"
    second.close()
    third.close()


def test_a_chain_whose_end_cannot_be_read_is_left_alone(tmp_path: Path) -> None:
    a_receipts(tmp_path).close()
    path = the_file(tmp_path)
    path.write_bytes(b"what is this?\n")
    receipts = a_receipts(tmp_path)
    assert receipts.chain == "w1"
    receipts.close()
    assert path.read_bytes() == b"what is this?\n"


def test_nobody_else_can_read_receipts(tmp_path: Path) -> None:
    a_receipts(tmp_path).close()
    path = the_file(tmp_path)
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let the system refuse to make files larger, as a full disk does: half a line is written first."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_cannot_be_kept_is_refused_and_leaves_nothing_behind(tmp_path: Path) -> None:
    receipts = a_receipts(tmp_path)
    gate = a_gate()
    receipts.decided(an_entry(gate, request="r-1"))
    whole = the_file(tmp_path).read_bytes()
    with largest_file(len(whole) + 100):
        for _ in range(2):
            with pytest.raises(OSError, match=r"space|large"):
                receipts.decided(an_entry(gate, request="r-2"))
            assert the_file(tmp_path).read_bytes() == whole
        assert not receipts.writable()
    assert receipts.failed == 2
    assert receipts.writable()
    receipts.decided(an_entry(gate, request="r-3"))
    receipts.close()
    assert [one.what.request for one in read_receipts(tmp_path) if isinstance(one.what, Decided)] == [
        "r-1",
        "r-3",
    ]


def test_a_full_disk_at_the_start_is_told_by_the_first_request(tmp_path: Path) -> None:
    with largest_file(10):
        receipts = a_receipts(tmp_path)
        with pytest.raises(OSError, match=r"space|large"):
            receipts.decided(an_entry(a_gate()))
    receipts.decided(an_entry(a_gate(), request="r-1"))
    receipts.close()
    assert [one.n for one in read_receipts(tmp_path)] == [1, 2]


def test_a_file_that_cannot_be_begun_leaves_the_one_before_in_use(tmp_path: Path) -> None:
    receipts = a_receipts(tmp_path, file_bytes=4096)
    gate = a_gate()
    for number in range(5):
        receipts.decided(an_entry(gate, request=f"r-{number}"))
    with largest_file(10), pytest.raises(OSError, match=r"space|large"):
        receipts.decided(an_entry(gate, request="lost"))
    receipts.decided(an_entry(gate, request="r-5"))
    receipts.close()
    found = list(read_receipts(tmp_path))
    assert [one.n for one in found] == list(range(1, len(found) + 1))


def test_half_a_line_that_could_not_be_taken_away_is_taken_away_later(tmp_path: Path) -> None:
    chain_write = os.write
    broken = False

    def write(handle: int, data: bytes) -> int:
        # A stand-in: no real disk refuses to shorten a file on demand.
        return chain_write(handle, data[:10]) if broken else chain_write(handle, data)

    chain = claim_chain(tmp_path / "receipts", file_bytes=4096, write=write)
    chain.begin_file(lambda n, previous: b'{"n":1}')
    broken = True
    with pytest.raises(OSError, match="space"):
        chain.append(lambda n, previous: b'{"n":2,"more":"more"}')
    broken = False
    chain.append(lambda n, previous: b'{"n":2}')
    chain.close()
    assert the_file(tmp_path).read_bytes() == b'{"n":1}\n{"n":2}\n'


def test_what_is_on_disk_for_good_is_told_once(tmp_path: Path) -> None:
    receipts = a_receipts(tmp_path, file_bytes=4096)
    gate = a_gate()
    head = receipts.sync()
    assert head is not None
    assert (head.chain, head.lines) == ("w0", 1)
    assert receipts.sync() is None
    for number in range(9):
        receipts.decided(an_entry(gate, request=f"r-{number}"))
    head = receipts.sync()
    lines = lines_of(tmp_path)
    assert head is not None
    assert (head.lines, head.digest) == (len(lines), hashlib.sha256(lines[-1]).hexdigest())
    receipts.close()


def test_a_clock_that_is_set_back_does_not_turn_the_order_round(tmp_path: Path) -> None:
    times = iter([100.0, 90.0, 95.5, 101.0])
    receipts = a_receipts(tmp_path, clock=times.__next__)
    for number in range(3):
        receipts.decided(an_entry(a_gate(), request=f"r-{number}"))
    receipts.close()
    assert [one.at.timestamp() for one in read_receipts(tmp_path)] == [100.0, 100.0, 100.0, 101.0]


def test_changes_are_kept(tmp_path: Path) -> None:
    receipts = a_receipts(tmp_path)
    write_some(receipts)
    receipts.close()
    changed = [one.what for one in read_receipts(tmp_path) if isinstance(one.what, Changed)]
    assert len(changed) == 6
    assert changed[0].order == "GSD-20260706-0000000001"
    assert changed[-1].order is None


def test_the_salt_is_made_once_and_is_nobody_elses(tmp_path: Path) -> None:
    salt = read_salt(tmp_path)
    assert len(salt) == 32
    assert read_salt(tmp_path) == salt
    assert (tmp_path / "salt").stat().st_mode & 0o077 == 0


def test_a_recorder_counts_its_lines(tmp_path: Path) -> None:
    receipts: Receipts = a_receipts(tmp_path)
    for one in entries():
        receipts.decided(one)
    assert receipts.lines == 1 + len(list(entries()))
    receipts.close()
