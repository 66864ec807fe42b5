"""Parties with a workspace each, who act with the real commands, in this process where that is enough."""

from __future__ import annotations

import contextlib
import io
import os
from dataclasses import dataclass
from pathlib import Path

from groundstop.cli.main import run
from tests.commands import Ended

TARGET = "scripted:leaky"
ASSESSED = ("--behavior", "keep-secret", "--technique", "capitals", "--seed", "1")


def inside(*arguments: str | Path) -> Ended:
    """Run a command in this process: the same code as in one of its own, in a tenth of the time."""
    out, err = io.StringIO(), io.StringIO()
    environment = dict(os.environ)
    os.environ.update(NO_COLOR="1", COLUMNS="80")
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run([str(argument) for argument in arguments])
    finally:
        os.environ.clear()
        os.environ.update(environment)
    return Ended(code, out.getvalue(), err.getvalue())


def in_folder(*arguments: str | Path, folder: Path, **more: str) -> Ended:
    """Run a command in a folder, in this process: as :func:`tests.commands.groundstop`, but quickly."""
    before, environment = Path.cwd(), dict(os.environ)
    for name in environment:
        if name.endswith("_API_KEY"):
            del os.environ[name]
    os.environ.update(more)
    os.chdir(folder)
    try:
        ended = inside(*arguments)
    finally:
        os.chdir(before)
        os.environ.clear()
        os.environ.update(environment)
    assert "Traceback" not in ended.err, ended.err
    return ended


@dataclass(frozen=True)
class Party:
    """A party with a folder and a key."""

    name: str
    folder: Path

    @classmethod
    def new(cls, name: str, folder: Path, *options: str) -> Party:
        """Make a party's folder and key."""
        folder.mkdir()
        party = cls(name, folder)
        assert party.does("key", "new", name, *options).code == 0
        return party

    def does(self, *arguments: str | Path) -> Ended:
        """Run a command in the party's workspace."""
        return inside(*arguments, "--workspace", self.folder)

    def believes(self, other: Party, *options: str) -> None:
        """Import another party's card."""
        assert self.does("key", "import", other.card, *options).code == 0

    def seals(self, path: Path, *options: str) -> Path:
        """Assess a target that violates, and seal what was confirmed."""
        assert self.does("assess", "--target", TARGET, *ASSESSED).code == 1
        sealed = self.does("finding", "seal", "last", "--key", self.name, "--output", path, *options)
        assert sealed.code == 0, sealed.err
        return path

    @property
    def card(self) -> Path:
        """The card to give to others."""
        return self.keys / f"{self.name}.json"

    @property
    def keys(self) -> Path:
        """The folder of its keys."""
        return self.folder / ".groundstop" / "keys"

    @property
    def records(self) -> Path:
        """The folder of its records."""
        return self.folder / ".groundstop" / "records"
