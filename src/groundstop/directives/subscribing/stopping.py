"""The operator's stop file: names of models, one a line, halted at once with no signature and no authoring.

It works when everything else is broken. Whatever cannot be understood in it closes everything, since whoever
wrote it wanted something to stop.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from groundstop.directives.orders import StopInForce
from groundstop.documents.directives import URGENT_HOURS, Act, ModelName, Stop
from groundstop.errors import GroundstopError, InputError
from groundstop.evidence import read_bounded

FILE_NAME = "stop"
OPERATOR = "operator"
"""The issuer of what the operator stops."""
_MOST_BYTES = 1024 * 1024
_AT_ONCE = 1000
_UNREADABLE = "\N{REPLACEMENT CHARACTER}"
_BETWEEN_NAMES = re.compile(r"""[\s,;"'`]+""")
_NAME = TypeAdapter[str](ModelName)


class StopFile(NamedTuple):
    """What a stop file says."""

    names: tuple[str, ...]
    closed: tuple[str, ...]
    """Why everything is closed; empty when nothing but the names is."""


def read_stop_file(path: Path) -> tuple[str, ...]:
    """Return the names in a stop file: every line that is not empty.

    Args:
        path: The file. None is there as long as nothing is stopped.

    Returns:
        The lines, without what cannot be seen: spaces at the ends, control and zero-width characters.

    Raises:
        InputError: There is something, and it cannot be read.
    """
    try:
        there = path.exists() or path.is_symlink()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", "Check its permissions") from error
    if not there:
        return ()
    text = read_bounded(path, most=_MOST_BYTES).decode("utf-8", "replace")
    return tuple(dict.fromkeys(name for line in text.splitlines() if (name := _seen(line))))


def stop_file(path: Path) -> StopFile:
    """Return what a stop file says, and what follows from what cannot be understood in it."""
    try:
        lines = read_stop_file(path)
    except GroundstopError as error:
        return StopFile((), (f"The stop file cannot be read: {error}",))
    names, closed = [], []
    for line in lines:
        if _UNREADABLE in line:
            # What was meant would go on, and nobody asks for a model of this name.
            closed.append(f"The stop file has a line that is not UTF-8: {line[:80]!r}")
            continue
        try:
            # Several names on one line, or one with a remark, are each stopped: whoever wrote it wanted that.
            words = [] if line.startswith("#") else filter(None, _BETWEEN_NAMES.split(line))
            names += [_NAME.validate_python(name) for name in (line, *words)]
        except ValidationError:
            closed.append(
                f"The stop file has a line that is no model's name, and no patterns are read: {line[:80]!r}"
            )
    return StopFile(tuple(dict.fromkeys(names)), tuple(closed[:10]))


def operator_stops(names: Sequence[str], *, now: datetime) -> tuple[StopInForce, ...]:
    """Return what a stop file's names become in the table.

    A stop lasts 72 hours at most and a file has no end, so the stops are made anew each day for as long as
    the file is there; they differ from day to day only in their times.

    Args:
        names: The names.
        now: The time.
    """
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return tuple(_stop(names[start : start + _AT_ONCE], day) for start in range(0, len(names), _AT_ONCE))


def _stop(names: Sequence[str], day: datetime) -> StopInForce:
    number = hashlib.sha256("\n".join(names).encode()).hexdigest()[:10]
    stop = Stop(
        id=f"GSS-{day:%Y%m%d}-{number}",
        issuer=OPERATOR,
        created=day,
        provider=None,
        models=tuple(names),
        expires=day + timedelta(hours=URGENT_HOURS),
        reason="Stopped by the operator of this gateway.",
        contact="the operator of this gateway",
    )
    return StopInForce(stop, stop.content_id, (), None, frozenset(Act))


def _seen(line: str) -> str:
    kept: Iterator[str] = (
        " " if letter.isspace() else letter
        for letter in line
        if letter.isspace() or unicodedata.category(letter) not in ("Cc", "Cf", "Cs")
    )
    return " ".join("".join(kept).split())
