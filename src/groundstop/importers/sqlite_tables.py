"""Tables of somebody else's SQLite file: read from a private copy, and nothing in the file gets to run.

The bytes that were read once are opened in memory, so the file and its folder are never touched. A view, a
virtual table, a trigger or a generated column would be a program of the file's author: only plain tables are
read, no function may be called, and the work is bounded.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass

from groundstop.errors import DocumentError
from groundstop.importers.limits import MAX_DATABASE_STEPS, MAX_RECORD_BYTES

MAGIC = b"SQLite format 3\x00"
"""How a SQLite file begins."""

_STEPS_AT_A_TIME = 100_000
_WRITE_VERSION, _READ_VERSION = 18, 19
_WAL = 2
_ROLLBACK = b"\x01\x01"

# The text of an error may quote the damaged file, and is then no UTF-8.
FAILURES = (sqlite3.Error, UnicodeDecodeError, OverflowError, MemoryError)

Cell = str | int | float | None
"""A value of a row; a text that is not UTF-8, and a blob, is none."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of a file that may be read."""

    connection: sqlite3.Connection
    source: str

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[dict[str, Cell]]:
        """Read a table.

        Args:
            table: Its name.
            columns: Names of columns; our own words, never the file's.

        Yields:
            Its rows in the order in which they were stored, with their number as ``rowid``.

        Raises:
            DocumentError: The file has no such table or column, or is damaged.
        """
        names = ("rowid", *columns)
        # Brackets, because a name in double quotes that is no column would be read as a text.
        listed = ", ".join(f"[{name}]" for name in names)
        try:
            for row in self.connection.execute(f"SELECT {listed} FROM [{table}] ORDER BY rowid"):  # noqa: S608
                yield dict(zip(names, map(_cell, row), strict=True))
        except FAILURES:
            raise _damaged(self.source, table) from None

    def kinds(self) -> dict[str, str]:
        """Return what the file calls each of its objects: table, view, index or trigger, by name.

        A table with a program in its definition is a ``program``.
        """
        found = {}
        try:
            for name, kind, definition in self.connection.execute(
                "SELECT name, type, sql FROM sqlite_master"
            ):
                words = (_text(definition) or "").upper().split()
                program = "VIRTUAL" in words[:3] or any("GENERATED" in word for word in words)
                found[_text(name) or ""] = "program" if program else _text(kind) or ""
        except FAILURES:
            raise _damaged(self.source, "its schema") from None
        return found


@contextmanager
def open_tables(data: bytes, readable: frozenset[str], *, source: str) -> Iterator[Tables]:
    """Open a SQLite file.

    Args:
        data: The file.
        readable: Names of the tables that will be read.
        source: Its name, for error messages.

    Yields:
        Its tables.

    Raises:
        DocumentError: It is damaged.
    """
    if data[_WRITE_VERSION : _READ_VERSION + 1] == bytes((_WAL, _WAL)):
        # A file in the WAL mode cannot be opened in memory; the mode says nothing of what is in it.
        data = data[:_WRITE_VERSION] + _ROLLBACK + data[_READ_VERSION + 1 :]
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        try:
            connection.deserialize(data)
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA cell_size_check = ON")
            connection.execute("PRAGMA query_only = ON")
        except FAILURES:
            raise _damaged(source, "its header") from None
        _bound(connection, readable)
        yield Tables(connection, source)


def _bound(connection: sqlite3.Connection, readable: frozenset[str]) -> None:
    allowed = readable | {"sqlite_master"}

    def may(action: int, first: str | None, _: str | None, __: str | None, within: str | None) -> int:
        if action == sqlite3.SQLITE_SELECT:
            return sqlite3.SQLITE_OK
        plain = action == sqlite3.SQLITE_READ and first in allowed and within is None
        return sqlite3.SQLITE_OK if plain else sqlite3.SQLITE_DENY

    steps = 0

    def too_long() -> int:
        nonlocal steps
        steps += _STEPS_AT_A_TIME
        return int(steps > MAX_DATABASE_STEPS)

    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_RECORD_BYTES)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.text_factory = bytes
    connection.set_authorizer(may)
    connection.set_progress_handler(too_long, _STEPS_AT_A_TIME)


def _cell(value: object) -> Cell:
    return value if isinstance(value, int | float) else _text(value)


def _text(value: object) -> str | None:
    if not isinstance(value, bytes):
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None


def _damaged(source: str, where: str) -> DocumentError:
    return DocumentError(
        f"{source} is a SQLite file that cannot be read ({where})",
        "Check that it is complete, and that its program has closed it",
    )
