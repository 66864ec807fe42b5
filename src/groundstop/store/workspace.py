"""The workspace: a folder that holds ``groundstop.toml`` and, in ``.groundstop/``, everything recorded."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from groundstop.documents import Import, ImportedTrial
from groundstop.errors import InputError, WorkspaceError
from groundstop.store.database import connect, explained
from groundstop.store.ledger import Cipher, SqliteLedger, as_is
from groundstop.store.runs import FORMS, RunKind, RunOptions, RunPlan, RunResult, RunRow, kind_of


class Workspace:
    """The runs of one folder.

    Args:
        folder: The user's folder. ``.groundstop/`` is made in it, readable by its owner only.

    Raises:
        WorkspaceError: The folder cannot be used; see :func:`groundstop.store.database.connect`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / ".groundstop"
        try:
            self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise WorkspaceError(
                f"The workspace folder {self.data} cannot be made: {error.strerror}",
                "Check the permissions, or give another folder with --workspace",
            ) from error
        self.path = self.data / "workspace.db"
        self._connection: sqlite3.Connection = connect(self.path)

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def create_run(self, plan: RunPlan, options: RunOptions, *, kind: RunKind | None = None) -> RunRow:
        """Put a plan on record, before its first call.

        Args:
            plan: What will be done.
            options: How the user named the targets and the suite.
            kind: What the plan is for, where its form does not say; see :func:`kind_of`.

        Returns:
            The new run. Its id is the plan's day and the first digits of its content id.

        Raises:
            WorkspaceError: It cannot be kept.
        """
        run = _new_run(plan, options, kind or kind_of(plan))
        with explained(self.path):
            self._insert(run)
        return run

    def record_import(
        self,
        document: Import,
        trials: Iterable[tuple[ImportedTrial, str, str | None]],
        options: RunOptions,
        seal: Cipher | None = None,
    ) -> RunRow:
        """Keep another tool's trials, all of them or none.

        Args:
            document: The account of the file.
            trials: Its trials, each with what was asked and answered; read once.
            options: How the user named things.
            seal: Encrypts what was said; none leaves it readable.

        Returns:
            The new run.

        Raises:
            WorkspaceError: They cannot be kept.
        """
        run = _new_run(document, options, RunKind.IMPORT)
        ledger = SqliteLedger(self._connection, self.path, run.id, seal=seal or as_is)
        with explained(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self._insert(run)
                ledger.record_imported(trials)
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        return run

    def _insert(self, run: RunRow) -> None:
        self._connection.execute(
            "INSERT INTO runs (id, kind, created, plan_id, plan, options) VALUES (?, ?, ?, ?, ?, ?)",
            (
                run.id,
                run.kind,
                run.created.isoformat(),
                run.plan.content_id,
                run.plan.canonical(),
                run.options.model_dump_json().encode(),
            ),
        )

    def save_result(self, run: str, result: RunResult, *, at: datetime) -> None:
        """Put a run's result on record; earlier results of the same run stay."""
        with explained(self.path):
            self._connection.execute(
                "INSERT INTO results (run, created, result) VALUES (?, ?, ?)",
                (run, at.isoformat(), result.canonical()),
            )

    def runs(self) -> list[RunRow]:
        """Return all runs, newest first."""
        with explained(self.path):
            found = self._connection.execute("SELECT id FROM runs ORDER BY created DESC, id").fetchall()
        return [self.run(run) for (run,) in found]

    def run(self, run: str) -> RunRow:
        """Return one run.

        Args:
            run: Its id, the beginning of it when that is unambiguous, or ``last``.

        Raises:
            InputError: There is no such run, or several.
        """
        with explained(self.path):
            if run == "last":
                found = self._connection.execute(
                    "SELECT id, kind, created, plan, options FROM runs ORDER BY created DESC, id LIMIT 1"
                ).fetchall()
            else:
                found = self._connection.execute(
                    "SELECT id, kind, created, plan, options FROM runs WHERE substr(id, 1, ?) = ?",
                    (len(run), run),
                ).fetchall()
            if len(found) != 1 or not run:
                what = "are several runs" if found else "is no run"
                raise InputError(
                    f"There {what} {run!r} in {self.folder.resolve()}",
                    "See them with: groundstop runs list",
                )
            name, kind, created, plan, options = found[0]
            newest = self._connection.execute(
                "SELECT result FROM results WHERE run = ? ORDER BY rowid DESC LIMIT 1", (name,)
            ).fetchone()
        source = f"Run {name} in {self.path}"
        if kind not in set(RunKind):
            raise WorkspaceError(
                f"{source} is of the kind {kind!r}, which this groundstop does not know",
                "Use the release of groundstop that wrote it, or a newer one",
            )
        form = FORMS[RunKind(kind)]
        return RunRow(
            id=name,
            kind=RunKind(kind),
            created=datetime.fromisoformat(created),
            plan=form.plan.parse(plan, source=source),
            options=RunOptions.model_validate_json(options),
            result=form.result.parse(newest[0], source=source) if newest and form.result else None,
        )

    def ledger(self, run: str, *, seal: Cipher | None = None, unseal: Cipher | None = None) -> SqliteLedger:
        """Return a run's ledger.

        Args:
            run: The run's whole id.
            seal: Encrypts what is said, for a suite whose content is sealed; none leaves it readable.
            unseal: The inverse of ``seal``.
        """
        if seal is None or unseal is None:
            return SqliteLedger(self._connection, self.path, run)
        return SqliteLedger(self._connection, self.path, run, seal=seal, unseal=unseal)

    @contextmanager
    def locked(self, run: str) -> Iterator[None]:
        """Hold a run for this process, so that two programs never carry it out at once.

        Raises:
            WorkspaceError: Another program holds it.
        """
        handle = os.open(self.data / f"{run}.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise WorkspaceError(
                    f"Run {run} is being carried out by another program",
                    "Wait for it to end, or stop it; then resume the run",
                ) from error
            yield
        finally:
            os.close(handle)


def _new_run(plan: RunPlan, options: RunOptions, kind: RunKind) -> RunRow:
    run = f"{plan.created:%Y%m%d}-{plan.content_id.removeprefix('sha256:')[:8]}"
    return RunRow(id=run, kind=kind, created=plan.created, plan=plan, options=options, result=None)
