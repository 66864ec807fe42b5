from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from groundstop.documents import canonical_bytes
from groundstop.evidence.log import Entry, FormError, NewEntry
from groundstop.evidence.log.entry import encode_entries
from tests.unit.evidence.log.logs import START, TYPE

DOCUMENT = "sha256:" + "ab" * 32
DATA = f'{{"document":"{DOCUMENT}","logged":"2026-03-01T12:00:00.250000Z","type":"{TYPE}"}}'.encode()


def test_an_entry_is_three_fields_in_canonical_form() -> None:
    entry = Entry(document=DOCUMENT, type=TYPE, logged=START)
    assert entry.canonical() == canonical_bytes(entry.to_json()) == DATA
    assert Entry.parse(DATA, source="A test") == entry


def test_whole_seconds_have_no_fraction() -> None:
    entry = Entry(document=DOCUMENT, type=TYPE, logged=datetime(2026, 3, 1, tzinfo=UTC))
    assert b'"2026-03-01T00:00:00Z"' in entry.canonical()
    assert entry.canonical() == canonical_bytes(entry.to_json())


def test_a_moment_of_another_zone_is_kept_in_utc() -> None:
    moment = START.astimezone(timezone(timedelta(hours=-7)))
    assert Entry(document=DOCUMENT, type=TYPE, logged=moment).canonical() == DATA
    assert encode_entries([NewEntry(DOCUMENT, TYPE)], moment) == [DATA]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (DATA + b"\n", "not in canonical form"),
        (DATA.replace(b'":"', b'": "'), "not in canonical form"),
        (DATA.replace(b".250000Z", b".25Z"), "not in canonical form"),
        (DATA.replace(b".250000Z", b".250000+00:00"), "not in canonical form"),
        (DATA.replace(b"Z", b""), "'logged'"),
        (DATA.replace(b"ab", b"AB", 1), "'document'"),
        (DATA.replace(b"https:", b"https"), "'type'"),
        (DATA.replace(b"finding", b"fin ding"), "'type'"),
        (DATA.replace(b"{", b'{"more":1,', 1), "unknown field 'more'"),
        (DATA.replace(b'"document":', b'"type":"urn:x","document":'), "not in canonical form"),
        (b"{}", "lacks the field"),
        (b"[]", "wrong value at the top level"),
        (b"\xff", "wrong value at the top level"),
        (b"", "wrong value at the top level"),
    ],
)
def test_what_is_not_an_entry_is_refused_with_a_sentence_that_says_where(data: bytes, why: str) -> None:
    with pytest.raises(FormError) as caught:
        Entry.parse(data, source="Entry 7")
    assert caught.value.message.startswith("Entry 7 ")
    assert why in caught.value.message


@pytest.mark.parametrize(
    "new",
    [
        NewEntry("sha256:" + "g" * 64, TYPE),
        NewEntry(DOCUMENT + "\n", TYPE),
        NewEntry(DOCUMENT, "no uri"),
        NewEntry(DOCUMENT, 'urn:"quoted"'),
        NewEntry(DOCUMENT, "urn:" + "x" * 1024),
    ],
)
def test_nothing_else_is_encoded(new: NewEntry) -> None:
    with pytest.raises(FormError, match="An entry to be logged has a wrong value"):
        encode_entries([NewEntry(DOCUMENT, TYPE), new], START)


def test_a_clock_without_a_zone_is_refused() -> None:
    with pytest.raises(FormError, match="'logged'"):
        encode_entries([NewEntry(DOCUMENT, TYPE)], datetime(2026, 3, 1))  # noqa: DTZ001 - that is the point
