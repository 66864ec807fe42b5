from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from groundstop.directives.compiling import compile_table
from groundstop.directives.orders import Orders
from groundstop.directives.subscribing import Active, AuthorityStanding
from groundstop.documents.gateway import Acknowledgement
from groundstop.errors import DocumentError, WorkspaceError
from groundstop.gateway.acknowledging import (
    FILE_NAME,
    Acknowledgements,
    acknowledgement_of,
    is_due,
    read_acknowledgements,
)
from tests.deciding_parts import standing
from tests.directive_parts import AUTHORITY, a_stop, at, for_everybody, signed
from tests.evidence_samples import a_key
from tests.receipt_parts import KEY


def active_of(orders: Orders, *, heard: datetime | None = None, closed: tuple[str, ...] = ()) -> Active:
    return Active(compile_table(orders), orders, (heard or at(30)).timestamp(), closed)


def said_of(
    active: Active,
    *,
    now: datetime | None = None,
    workers: int = 2,
    previous: str | None = None,
    orders: int = 1,
) -> Acknowledgement:
    heard = AuthorityStanding(AUTHORITY, "main", 1, (orders, 0), 1, ())
    silent = AuthorityStanding("elder-office", "main", None, None, 0, ())
    return acknowledgement_of(
        "desk", active, [heard, silent], workers=workers, now=now or at(30), previous=previous
    )


def an_order() -> Active:
    return active_of(standing(signed(for_everybody()), signed(a_stop())))


def test_it_names_the_table_and_every_order_in_it() -> None:
    active = an_order()
    said = said_of(active)
    assert said.table == active.table.digest
    assert [(one.id, one.content) for one in said.orders] == [
        (for_everybody().id, for_everybody().content_id),
        (a_stop().id, a_stop().content_id),
    ]
    assert [one.authority for one in said.authorities] == [AUTHORITY]
    assert said.heard == at(30)


def test_what_was_never_heard_is_not_said_to_be() -> None:
    orders = Orders((), (), (), (), ())
    assert said_of(Active(compile_table(orders), orders, 0.0, ("Nothing was heard yet",))).heard is None


def test_a_new_one_is_due_only_when_it_says_something_new() -> None:
    before = said_of(an_order())
    assert is_due(None, before)
    again = said_of(active_of(an_order().orders, heard=at(31)), now=at(31), previous="sha256:" + "a" * 64)
    assert not is_due(before, again)
    assert is_due(before, said_of(an_order(), workers=3))
    assert is_due(before, said_of(an_order(), orders=2))
    assert is_due(before, said_of(active_of(an_order().orders, closed=("The stop file cannot be read",))))
    assert is_due(before, said_of(active_of(standing(signed(for_everybody())))))
    assert is_due(before, said_of(an_order(), now=at(30) + timedelta(days=1)))


def test_they_are_signed_and_each_holds_on_to_the_one_before(tmp_path: Path) -> None:
    kept = Acknowledgements(tmp_path, KEY)
    assert kept.acknowledge(said_of(an_order()))
    assert not kept.acknowledge(said_of(an_order(), previous=kept.previous))
    kept = Acknowledgements(tmp_path, KEY)
    assert not kept.acknowledge(said_of(an_order(), previous=kept.previous))
    assert kept.acknowledge(said_of(an_order(), workers=3, previous=kept.previous))
    found = list(read_acknowledgements(tmp_path / FILE_NAME, [KEY.card]))
    assert [said.workers for _, said in found] == [2, 3]
    assert found[1][0].data == kept.latest
    assert found[1][1] == kept.said


def test_one_that_was_cut_off_was_not_said(tmp_path: Path) -> None:
    kept = Acknowledgements(tmp_path, KEY)
    kept.acknowledge(said_of(an_order()))
    path = tmp_path / FILE_NAME
    path.write_bytes(path.read_bytes() + b'{"payload":"')
    assert len(list(read_acknowledgements(path, [KEY.card]))) == 1
    kept = Acknowledgements(tmp_path, KEY)
    kept.acknowledge(said_of(an_order(), workers=3, previous=kept.previous))
    assert [said.workers for _, said in read_acknowledgements(path, [KEY.card])] == [2, 3]


def test_one_that_is_taken_out_changed_or_forged_is_found(tmp_path: Path) -> None:
    kept = Acknowledgements(tmp_path, KEY)
    for workers in (1, 2, 3):
        kept.acknowledge(said_of(an_order(), workers=workers, previous=kept.previous))
    path = tmp_path / FILE_NAME
    first, _, third = path.read_bytes().splitlines()
    path.write_bytes(first + b"\n" + third + b"\n")
    with pytest.raises(DocumentError, match="line 2 does not follow"):
        list(read_acknowledgements(path, [KEY.card]))
    path.write_bytes(third + b"\n")
    with pytest.raises(DocumentError, match="line 1 does not follow"):
        list(read_acknowledgements(path, [KEY.card]))
    (tmp_path / "other").mkdir()
    Acknowledgements(tmp_path / "other", a_key("forger")).acknowledge(said_of(an_order()))
    with pytest.raises(DocumentError, match="signed by no key"):
        list(read_acknowledgements(tmp_path / "other" / FILE_NAME, [KEY.card]))


def test_what_cannot_be_written_was_not_said(tmp_path: Path) -> None:
    kept = Acknowledgements(tmp_path, KEY)
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(WorkspaceError, match="cannot be written"):
        kept.acknowledge(said_of(an_order()))
    assert kept.latest is None
