"""Opening the workspace's database, and saying in words what can be wrong with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from groundstop.errors import WorkspaceError

FORMAT = 2
"""Version of the tables below."""

_TABLES = """
CREATE TABLE runs (
    id       TEXT PRIMARY KEY,
    kind     TEXT NOT NULL,
    created  TEXT NOT NULL,
    plan_id  TEXT NOT NULL,
    plan     BLOB NOT NULL,
    options  BLOB NOT NULL
) STRICT;
CREATE TABLE results (
    run      TEXT NOT NULL REFERENCES runs (id),
    created  TEXT NOT NULL,
    result   BLOB NOT NULL
) STRICT;
CREATE INDEX results_by_run ON results (run);
CREATE TABLE calls (
    number                INTEGER PRIMARY KEY,
    run                   TEXT NOT NULL REFERENCES runs (id),
    prompt_at_most        INTEGER NOT NULL DEFAULT 0,
    completion_at_most    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX calls_by_run ON calls (run);
CREATE TABLE ended_calls (
    number            INTEGER PRIMARY KEY REFERENCES calls (number),
    prompt_tokens     INTEGER,
    completion_tokens INTEGER
) STRICT;
CREATE TABLE trials (
    number   INTEGER PRIMARY KEY,
    run      TEXT NOT NULL REFERENCES runs (id),
    key      TEXT NOT NULL,
    record   BLOB NOT NULL,
    asked    BLOB NOT NULL,
    answered BLOB
) STRICT;
CREATE INDEX trials_by_run ON trials (run, key);
"""

_TO_FORMAT_2 = (
    "ALTER TABLE calls ADD COLUMN prompt_at_most INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE calls ADD COLUMN completion_at_most INTEGER NOT NULL DEFAULT 0",
)
"""From format 1, in which the most that a call could use was not kept."""

_APPEND_ONLY = ("runs", "results", "calls", "ended_calls", "trials")


def connect(path: Path) -> sqlite3.Connection:
    """Open the database, making its tables when it is new.

    Args:
        path: The database file; its folder must exist.

    Returns:
        A connection in autocommit mode: every statement is its own transaction unless ``BEGIN`` is said.

    Raises:
        WorkspaceError: It cannot be opened or written, is damaged, or is from a newer version.
    """
    with explained(path):
        connection = sqlite3.connect(path, isolation_level=None, timeout=10)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            # NORMAL: a commit survives the death of the process; a power cut may take the last few.
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            _check_format(connection, path)
        except BaseException:
            connection.close()
            raise
        return connection


def _check_format(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        (found,) = connection.execute("PRAGMA user_version").fetchone()
        if found == 0:
            for statement in _schema_statements():
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {FORMAT}")
        elif found == 1:
            for statement in _TO_FORMAT_2:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {FORMAT}")
        elif found != FORMAT:
            raise WorkspaceError(
                f"The workspace {path} has format {found}, and this groundstop reads format {FORMAT}",
                "Use the release of groundstop that wrote it, or give another folder with --workspace",
            )
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _schema_statements() -> Iterator[str]:
    yield from (statement for statement in _TABLES.split(";\n") if statement.strip())
    for table in _APPEND_ONLY:
        for action in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what SQLite raises into a sentence about the workspace.

    Args:
        path: The database file, for the sentence.

    Raises:
        WorkspaceError: Instead of any ``sqlite3.Error`` or ``OSError`` of the block.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise WorkspaceError(*_explain(error, path)) from error


def _explain(error: sqlite3.Error, path: Path) -> tuple[str, str]:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    match code:
        case sqlite3.SQLITE_FULL:
            return (
                f"The disk that holds {path} is full",
                "Free some space and resume the run; every trial recorded so far is kept",
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return (
                f"The workspace {path} cannot be written",
                "Check the permissions of its folder, or give another folder with --workspace",
            )
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return (
                f"The workspace {path} is damaged",
                "Restore it from a backup, or salvage what is readable with the sqlite3 program's .recover",
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return (
                f"Another program holds the workspace {path}",
                "Wait for it to end, or give another folder with --workspace",
            )
        case sqlite3.SQLITE_IOERR:
            return (
                f"The disk that holds {path} failed while it was read or written",
                "Check the disk and its free space, then resume the run",
            )
        case _:
            return (f"The workspace {path} cannot be used: {error}", "Check the file, or restore a backup")
