"""Snapshots in names: dates, versions and words such as ``latest``, and how they hang on a name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

_YEAR, _MONTH, _DAY = r"20\d\d", r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_PIECE = re.compile(
    rf"(?P<date>v?(?:{_YEAR}(?:[-_.]?{_MONTH}(?:[-_.]?{_DAY})?)?"  # 2026-05-01, 20260501, 2026-05, 202605
    rf"|2\d{_MONTH}{_DAY}?"  # 260501, 2605
    rf"|{_MONTH}[-_.]?{_DAY}))"  # 0501, 05-01
    r"|(?P<revision>\d{3}|v\d{1,3})"
    r"|(?P<rolling>latest|default|preview|exp)"
)
_DATE = re.compile(rf"v?({_YEAR})[-_.]?({_MONTH})[-_.]?({_DAY})")
_NO_DIGIT = re.compile(r"\D+")
_LONGEST_PIECE = 11
_BEGINNINGS = frozenset("0123456789vldpe")
"""Of a piece."""
_SIGN = re.compile(r"[-_.@:]")
SIGNS = "-_.@:"
"""What a snapshot hangs on a name by."""
_TAGGED = "@:"
"""Before a version of any form."""
_LONGEST_BASE = 640
"""Of a name that an order can hold, with whose it is."""
_MOST_DATES = 8

ROLLING = ("latest", "default", "preview")
"""Words that mean one snapshot today and another tomorrow."""


class _Rank(IntEnum):
    """How much a piece of a suffix tells."""

    NOTHING = 0
    ROLLING = 1
    REVISION = 2
    DATE = 3


class _Told(NamedTuple):
    """What a suffix tells of the snapshot."""

    rank: _Rank
    label: str
    """A date without what stands between its numbers. Empty for nothing that can be compared."""


_NOTHING = _Told(_Rank.NOTHING, "")


class Suffix(NamedTuple):
    """A name without what may be its snapshot, and which snapshots that may be."""

    base: str
    labels: tuple[str, ...]


def is_snapshot(text: str) -> bool:
    """Tell whether a text is a date, a version or a word that stands for a snapshot."""
    return len(text) <= _LONGEST_PIECE and _PIECE.fullmatch(text) is not None


def suffixes(name: str) -> Iterator[Suffix]:
    """Yield every name of which a name without a path may be a snapshot, a version or a tag.

    ``desk-2026-05-01-preview:free`` may be a snapshot of ``desk-2026-05-01-preview``, of
    ``desk-2026-05-01``, and of ``desk``, for which it is that of ``20260501``. A date tells more than a
    version, and a version more than ``latest``: what tells less is left out.
    """
    ends: list[tuple[int, set[_Told]]] = [(len(name), {_NOTHING})]
    dates: set[_Told] = set()
    for sign in reversed(list(_SIGN.finditer(name, 1, _LONGEST_BASE))):
        at = sign.start()
        found = {_NOTHING, *dates} if sign[0] in _TAGGED else set()
        may_begin = name[at + 1 : at + 2] in _BEGINNINGS
        for end, after in reversed(ends) if may_begin else ():
            if end - at > _LONGEST_PIECE + 1:
                break
            piece = _PIECE.fullmatch(name, at + 1, end)
            if piece is not None:
                told = _told(piece)
                found.update(_together(told, other) for other in after)
        base = name[:at].rstrip(SIGNS)
        if found and base:
            ends.append((len(base), found))
            dates.update(one for one in found if one.rank is _Rank.DATE and len(dates) < _MOST_DATES)
            yield Suffix(base, tuple(sorted({one.label for one in found} - {""})))


def labels_of(snapshot: str) -> tuple[str, ...]:
    """Return the labels, as :func:`suffixes` gives them, of names that may mean a snapshot.

    For 2026-05-01 these are its date with and without the century, its month, its year, and its day; and for
    every snapshot the words that may mean it today.
    """
    date = _DATE.fullmatch(snapshot)
    if date is not None:
        year, month, day = date.groups()
        own: tuple[str, ...] = (
            year + month + day,
            year + month,
            year,
            year[2:] + month + day,
            year[2:] + month,
            month + day,
        )
    else:
        piece = _PIECE.fullmatch(snapshot)
        own = () if piece is None else (_told(piece).label,)
    return tuple(dict.fromkeys((*own, *ROLLING)))


def dates_of(snapshot: str) -> tuple[str, ...]:
    """Return the usual spellings of a snapshot: a date with and without its hyphens."""
    date = _DATE.fullmatch(snapshot)
    if date is None:
        return (snapshot,)
    return tuple(dict.fromkeys((snapshot, "".join(date.groups()), "-".join(date.groups()))))


def _told(piece: re.Match[str]) -> _Told:
    kind = piece.lastgroup
    if kind == "date":
        return _Told(_Rank.DATE, _NO_DIGIT.sub("", piece[0]))
    return _Told(_Rank.REVISION if kind == "revision" else _Rank.ROLLING, piece[0])


def _together(told: _Told, after: _Told) -> _Told:
    """Return what two pieces tell, one after the other; two dates tell of no snapshot that is known."""
    if told.rank is after.rank is _Rank.DATE:
        return _Told(_Rank.DATE, "")
    return told if told.rank >= after.rank else after
