"""Notices and embargoes: who was told, what came back, and what ends an embargo."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from groundstop.cases.notices import embargo_of, notices_of
from groundstop.cases.state import CaseState, Entry
from groundstop.cases.views import RecipientAnswer, RecipientState
from groundstop.documents.cases import (
    Attached,
    AttachedKind,
    Disclosed,
    EarlyRelease,
    Embargo,
    LeakReported,
    NoticeReceived,
    Recipient,
    RecipientUnreachable,
    Tier,
)
from tests.case_parts import COORDINATOR, DEVELOPER, EVALUATOR, REPORTER, RESELLER, entry, hours
from tests.clock_parts import a_case

ACKNOWLEDGED, SILENT = RecipientAnswer.ACKNOWLEDGED, RecipientAnswer.SILENT
UNREACHABLE = RecipientAnswer.UNREACHABLE


def disclosed(*names: str, at: float = 1, file: str = "a notice", **changes: Any) -> Entry:
    recipients = tuple(Recipient(name=name, party=name in (DEVELOPER, RESELLER)) for name in names)
    notice = Attached(kind=AttachedKind.NOTICE, sha256=hashlib.sha256(file.encode()).hexdigest(), size=1)
    said = Disclosed(tier=Tier.TECHNICAL, recipients=recipients)
    return entry(COORDINATOR, said, at, attached=(notice,), **changes)


def received(notice: Entry, by: str, at: float = 2) -> Entry:
    return entry(by, NoticeReceived(disclosure=notice.digest), at)


def unreachable(notice: Entry, name: str, at: float = 2, by: str = COORDINATOR) -> Entry:
    return entry(by, RecipientUnreachable(disclosure=notice.digest, recipient=name, text="It bounced."), at)


def answers(state: CaseState, at: float = 100) -> list[tuple[str, RecipientAnswer]]:
    return [(one.name, one.answer) for notice in notices_of(state, hours(at)) for one in notice.recipients]


def test_each_recipient_is_counted_by_what_came_back() -> None:
    notice = disclosed(DEVELOPER, RESELLER, "harbour-cloud", "pier-hosting")
    state = a_case(notice, received(notice, DEVELOPER), unreachable(notice, "harbour-cloud"))
    (shown,) = notices_of(state, hours(100))
    assert [shown.count(one) for one in RecipientAnswer] == [1, 2, 1]
    assert shown.recipients[0] == RecipientState(DEVELOPER, ACKNOWLEDGED, hours(2))
    assert shown.entry == notice
    assert shown.notice_sha256 == hashlib.sha256(b"a notice").hexdigest()


def test_who_acknowledges_was_reached_whatever_was_said_before_or_after() -> None:
    notice = disclosed(DEVELOPER)
    for at in (1.5, 3):
        state = a_case(notice, unreachable(notice, DEVELOPER, at), received(notice, DEVELOPER))
        assert answers(state) == [(DEVELOPER, ACKNOWLEDGED)]


def test_nobody_acknowledges_for_another_and_only_the_discloser_says_unreachable() -> None:
    notice = disclosed(DEVELOPER)
    state = a_case(notice, received(notice, RESELLER), unreachable(notice, DEVELOPER, by=EVALUATOR))
    assert answers(state) == [(DEVELOPER, SILENT)]


def test_a_receipt_of_one_notice_is_none_of_another() -> None:
    first, second = disclosed(DEVELOPER), disclosed(DEVELOPER, at=2, file="another notice")
    assert answers(a_case(first, second, received(first, DEVELOPER, 3))) == [
        (DEVELOPER, ACKNOWLEDGED),
        (DEVELOPER, SILENT),
    ]


def test_a_replaced_notice_keeps_its_answers_only_if_the_file_is_the_same() -> None:
    first = disclosed(DEVELOPER)
    for file, answer in (("a notice", ACKNOWLEDGED), ("another notice", SILENT)):
        later = disclosed(DEVELOPER, RESELLER, at=5, file=file, amends=first.digest)
        state = a_case(replace(first, amended_by=later.digest), received(first, DEVELOPER), later)
        assert answers(state) == [(DEVELOPER, answer), (RESELLER, SILENT)]


@pytest.mark.parametrize("file", ["a notice", "another notice"])
def test_whoever_a_notice_went_to_stays_told_however_it_is_replaced(file: str) -> None:
    first = disclosed(DEVELOPER, RESELLER, "harbour-cloud")
    later = disclosed("pier-hosting", at=5, file=file, amends=first.digest)
    state = a_case(
        replace(first, amended_by=later.digest),
        received(first, DEVELOPER),
        unreachable(first, "harbour-cloud"),
        later,
    )
    (shown,) = notices_of(state, hours(100))
    assert shown.entry == later
    assert [(one.name, one.answer) for one in shown.recipients] == [
        ("pier-hosting", SILENT),
        (DEVELOPER, ACKNOWLEDGED),
        (RESELLER, SILENT),
        ("harbour-cloud", UNREACHABLE),
    ]


def test_a_receipt_is_looked_up_and_not_searched_for() -> None:
    names = [f"host-{number}" for number in range(300)]
    notices = [disclosed(*names, at=1 + number / 100, file=f"notice {number}") for number in range(20)]
    receipts = [received(notice, DEVELOPER, 5) for notice in notices]

    class Counted(tuple[Entry, ...]):
        passes = 0

        def __iter__(self) -> Iterator[Entry]:
            Counted.passes += 1
            return super().__iter__()

    state = a_case(*notices, *receipts)
    assert len(notices_of(replace(state, entries=Counted(state.entries)), hours(100))) == 20
    assert Counted.passes < 10


def test_what_is_dated_later_has_not_come_back_yet() -> None:
    notice = disclosed(DEVELOPER)
    assert answers(a_case(notice, received(notice, DEVELOPER, 50)), at=49) == [(DEVELOPER, SILENT)]


def test_an_embargo_holds_until_its_date() -> None:
    assert embargo_of(a_case(), hours(1)) is None
    set_by = entry(COORDINATOR, Embargo(until=hours(50)), 1)
    before, after = (embargo_of(a_case(set_by), hours(at)) for at in (49, 50))
    assert before is not None
    assert after is not None
    assert (before.active, before.ended, before.until, before.entry) == (True, None, hours(50), set_by.digest)
    assert (after.active, after.ended) == (False, None)


def test_an_early_release_ends_an_embargo() -> None:
    state = a_case(
        entry(COORDINATOR, Embargo(until=hours(50)), 1), entry(COORDINATOR, EarlyRelease(reason="Fixed."), 5)
    )
    ended = embargo_of(state, hours(6))
    assert ended is not None
    assert (ended.active, ended.ended) == (False, "Released early on 2026-07-06 by quay-coordination.")


def test_a_leak_ends_an_embargo_and_names_the_tier() -> None:
    leak = LeakReported(tier=Tier.TECHNICAL, text="It is on a board.")
    state = a_case(entry(COORDINATOR, Embargo(until=hours(50)), 1), entry(REPORTER, leak, 5))
    ended = embargo_of(state, hours(6))
    assert ended is not None
    assert ended.ended == (
        "Leaked: harbour-red-team reported on 2026-07-06 that something of the tier technical is out."
    )


def test_a_new_embargo_holds_after_a_leak_and_a_leak_after_the_date_ends_nothing() -> None:
    leak = LeakReported(tier=Tier.BRIEF, text="It is on a board.")
    first = entry(COORDINATOR, Embargo(until=hours(50)), 1)
    renewed = embargo_of(
        a_case(first, entry(REPORTER, leak, 5), entry(COORDINATOR, Embargo(until=hours(60)), 6)), hours(7)
    )
    late = embargo_of(a_case(first, entry(REPORTER, leak, 55)), hours(56))
    assert renewed is not None
    assert late is not None
    assert (renewed.active, renewed.until) == (True, hours(60))
    assert late.ended is None
