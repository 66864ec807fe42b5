"""Recorded requests and populations, read from files within bounds; what cannot be read is counted."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

from pydantic import ValidationError

from groundstop.directives.table_files import read_table
from groundstop.documents import describe
from groundstop.documents.directives import Population, RecordedRequest
from groundstop.errors import DocumentError, InputError

MOST_LINE_BYTES = 64 * 1024
"""Longest line of a decision log; a record is a few hundred bytes."""
MOST_BYTES = 64 * 1024**3
"""Most that is read of one log, unpacked."""
_GZIP = b"\x1f\x8b"


class BadLine(NamedTuple):
    """A line that is no recorded request."""

    number: int
    why: str
    """Names fields, and no values."""


def read_log(path: Path) -> Iterator[RecordedRequest | BadLine]:
    """Read a decision log line by line; it is never in memory as a whole.

    Args:
        path: JSON Lines of recorded requests, as they are or packed by gzip.

    Yields:
        Each request, or where a line is none and why. Empty lines are skipped.

    Raises:
        InputError: There is no such file, it cannot be read, or it is packed and damaged.
    """
    if not path.is_file():
        raise InputError(
            f"{path} is not a file" if path.exists() else f"There is no file {path}", "Check the path"
        )
    try:
        with path.open("rb") as file:
            packed = file.read(len(_GZIP)) == _GZIP
            file.seek(0)
            lines: IO[bytes] = gzip.GzipFile(fileobj=file) if packed else file  # type: ignore[assignment]
            yield from _requests(lines, path)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(
            f"{path} is packed, and damaged", "Get it again from where it was written"
        ) from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", "Check its permissions") from error


def _requests(lines: IO[bytes], path: Path) -> Iterator[RecordedRequest | BadLine]:
    number = read = 0
    while line := lines.readline(MOST_LINE_BYTES + 1):
        number += 1
        read += len(line)
        if len(line) > MOST_LINE_BYTES:
            read += _skip(lines, path, read)
            yield BadLine(number, f"it is longer than {MOST_LINE_BYTES:,} bytes")
        elif line.strip():
            yield _request(line, number)
        _check_size(read, path)


def _skip(lines: IO[bytes], path: Path, before: int) -> int:
    """Read the rest of a line and forget it; return how long it was."""
    read = 0
    while rest := lines.readline(MOST_LINE_BYTES):
        read += len(rest)
        _check_size(before + read, path)
        if rest.endswith(b"\n"):
            break
    return read


def _check_size(read: int, path: Path) -> None:
    if read > MOST_BYTES:
        raise InputError(
            f"{path} holds more than the {MOST_BYTES:,} bytes that are read",
            "Give it in parts, one each time",
        )


def _request(line: bytes, number: int) -> RecordedRequest | BadLine:
    try:
        return RecordedRequest.model_validate_json(line)
    except ValidationError as error:
        message, _ = describe(error, source="it")
        return BadLine(number, message)


def read_population(path: Path) -> Population:
    """Read a population.

    Args:
        path: TOML or JSON.

    Raises:
        InputError: There is no such file, or it is too large.
        DocumentError: It is no population.
    """
    value = read_table(path)
    value.setdefault("kind", "population")
    value.setdefault("version", 1)
    if value["kind"] == "recorded-request":
        raise DocumentError(
            f"{path} holds recorded requests, and no population", "Give it with --log instead"
        )
    return Population.from_json(value, source=str(path))
