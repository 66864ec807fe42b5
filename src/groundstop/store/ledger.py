"""One run's calls and trials, as the assessment writes them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter

from groundstop.assessment.ports import CallTotals, TrialKey
from groundstop.documents import ImportedTrial, Trial, Usage
from groundstop.store.database import explained

Cipher = Callable[[bytes], bytes]

AnyTrial = Annotated[Trial | ImportedTrial, Field(discriminator="kind")]
"""A trial of this program's own, or one that another tool made."""

_ANY_TRIAL: TypeAdapter[Trial | ImportedTrial] = TypeAdapter(AnyTrial)
_LATEST = "SELECT max(number) FROM trials WHERE run = ? GROUP BY key"
_INSERT = "INSERT INTO trials (run, key, record, asked, answered) VALUES (?, ?, ?, ?, ?)"


def as_is(data: bytes) -> bytes:
    """Return data unchanged, where nothing is sealed."""
    return data


class SqliteLedger:
    """A run's ledger in the workspace's database.

    Each call of a method is one transaction, so that what was recorded before a kill stays recorded.

    Args:
        connection: An open connection in autocommit mode.
        path: The database file, for error messages.
        run: The run's id.
        seal: Encrypts what was asked and answered, for suites whose content is sealed at rest.
        unseal: Decrypts it.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: Path,
        run: str,
        *,
        seal: Cipher = as_is,
        unseal: Cipher = as_is,
    ) -> None:
        self._connection = connection
        self._path = path
        self._run = run
        self._seal = seal
        self._unseal = unseal

    def trials(self) -> Iterator[Trial]:
        """Yield the latest record of every trial of this program's own, in the order of recording."""
        return (trial for trial in self.records() if isinstance(trial, Trial))

    def records(self) -> Iterator[AnyTrial]:
        """Yield the latest record of every trial, imported ones too, in the order of recording."""
        with explained(self._path):
            rows = self._connection.execute(
                f"SELECT record FROM trials WHERE number IN ({_LATEST}) ORDER BY number",  # noqa: S608
                (self._run,),
            )
            for (record,) in rows:
                yield _ANY_TRIAL.validate_json(record)

    def transcripts(self) -> Iterator[tuple[AnyTrial, str, str | None]]:
        """Yield every trial with what was asked and answered, as it was recorded last.

        Trials of this program's own and imported ones, in the order of recording. They are read as they
        are asked for, so that a run of any size takes little memory.
        """
        with explained(self._path):
            rows = self._connection.execute(
                f"SELECT record, asked, answered FROM trials WHERE number IN ({_LATEST})"  # noqa: S608
                " ORDER BY number",
                (self._run,),
            )
            for record, asked, answered in rows:
                yield (
                    _ANY_TRIAL.validate_json(record),
                    self._open(asked),
                    None if answered is None else self._open(answered),
                )

    def answer(self, key: TrialKey) -> str | None:
        """Return the latest answer on record for a trial; none when there is none."""
        said = self.conversation(key)
        return said[1] if said else None

    def conversation(self, key: TrialKey) -> tuple[str, str | None] | None:
        """Return what was asked and answered in a trial; none when the trial is not on record."""
        with explained(self._path):
            row = self._connection.execute(
                "SELECT asked, answered FROM trials WHERE run = ? AND key = ? ORDER BY number DESC LIMIT 1",
                (self._run, _key_text(key)),
            ).fetchone()
        if row is None:
            return None
        asked, answered = row
        return self._open(asked), None if answered is None else self._open(answered)

    def record(self, trial: Trial, *, asked: str, answered: str | None) -> None:
        """Keep a trial and what was said."""
        with explained(self._path):
            self._connection.execute(
                _INSERT, self._row(_key_text(TrialKey.of(trial)), trial, asked, answered)
            )

    def record_imported(self, trials: Iterable[tuple[ImportedTrial, str, str | None]]) -> None:
        """Keep another tool's trials and what was said, in the caller's transaction."""
        with explained(self._path):
            self._connection.executemany(
                _INSERT,
                (
                    self._row(_imported_key_text(trial), trial, asked, answered)
                    for trial, asked, answered in trials
                ),
            )

    def call_started(self, at_most: Usage) -> int:
        """Note that a call is about to be sent, and the most that it can use; return its number."""
        with explained(self._path):
            cursor = self._connection.execute(
                "INSERT INTO calls (run, prompt_at_most, completion_at_most) VALUES (?, ?, ?)",
                (self._run, at_most.prompt_tokens or 0, at_most.completion_tokens or 0),
            )
            if cursor.lastrowid is None:  # pragma: no cover - SQLite always gives one after an INSERT
                raise AssertionError("an INSERT gave no row id")
            return cursor.lastrowid

    def call_ended(self, number: int, usage: Usage | None) -> None:
        """Note that a call ended, with what it used where that is known."""
        known = usage or Usage()
        with explained(self._path):
            self._connection.execute(
                "INSERT INTO ended_calls (number, prompt_tokens, completion_tokens) VALUES (?, ?, ?)",
                (number, known.prompt_tokens, known.completion_tokens),
            )

    def totals(self) -> CallTotals:
        """Return what the run has used so far."""
        with explained(self._path):
            started, ended, metered, prompt, completion, *at_most = self._connection.execute(
                "SELECT count(*), count(e.number), count(e.completion_tokens),"
                " coalesce(sum(e.prompt_tokens), 0), coalesce(sum(e.completion_tokens), 0),"
                " coalesce(sum(iif(e.prompt_tokens IS NULL, c.prompt_at_most, 0)), 0),"
                " coalesce(sum(iif(e.completion_tokens IS NULL, c.completion_at_most, 0)), 0)"
                " FROM calls c LEFT JOIN ended_calls e USING (number) WHERE c.run = ?",
                (self._run,),
            ).fetchone()
        return CallTotals(started, started - ended, ended - metered, prompt, completion, *at_most)

    def _row(
        self, key: str, trial: Trial | ImportedTrial, asked: str, answered: str | None
    ) -> tuple[str, str, bytes, bytes, bytes | None]:
        return (
            self._run,
            key,
            trial.model_dump_json().encode(),
            self._close(asked),
            None if answered is None else self._close(answered),
        )

    def _close(self, text: str) -> bytes:
        return self._seal(text.encode("utf-8", "surrogatepass"))

    def _open(self, data: bytes) -> str:
        return self._unseal(data).decode("utf-8", "surrogatepass")


def _key_text(key: TrialKey) -> str:
    return json.dumps([key.phase, key.target, key.behavior, key.technique, key.index])


def _imported_key_text(trial: ImportedTrial) -> str:
    return json.dumps(["import", trial.behavior, trial.technique, trial.index])
