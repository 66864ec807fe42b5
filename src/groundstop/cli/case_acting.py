"""Acting in a case: the file, the key, and saving what was said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groundstop.cli import options
from groundstop.errors import InputError, WorkspaceError

if TYPE_CHECKING:
    from groundstop.cases.files import CaseFile
    from groundstop.cases.speaking import Words
    from groundstop.cases.state import CaseState
    from groundstop.cases.views import CaseView
    from groundstop.documents.cases import Said
    from groundstop.evidence import OwnKey

SHORTEST_PREFIX = 6
"""Digits of a digest by which a statement can be called."""

case_file: options.Decorator = click.argument(
    "file", type=click.Path(path_type=Path, dir_okay=False), metavar="CASE"
)
key_name: options.Decorator = click.option("--key", "key_name", help="Your key in this case.")


def words_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add a party's words for wider circles."""
    command = click.option("--public", help="Your words for everybody.")(command)
    return click.option("--summary", help="Your words for the decision-maker's brief.")(command)


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def read(path: Path) -> CaseFile:
    """Read a case's file."""
    from groundstop.cases.files import read_case

    return read_case(path)


def viewed(path: Path) -> CaseView:
    """Read a case and work out how it stands now."""
    from groundstop.cases.folding import fold
    from groundstop.cases.view import view_of

    return view_of(fold(read(path)), now=now())


def said_in(
    workspace: Path, path: Path, said: Said, key: OwnKey, words: Words | None = None
) -> tuple[CaseFile, str]:
    """Say something in a case and save it.

    The workspace remembers how far it has spoken: saying something in an older copy would contradict that.

    Args:
        workspace: The party's folder.
        path: The case's file.
        said: What is said.
        key: The party's key.
        words: What else goes with it.

    Returns:
        The case with the statement, and the digest of its envelope.

    Raises:
        InputError: This copy lacks what was said in another one; or see
            :func:`groundstop.cases.speaking.say`.
    """
    from groundstop.cases.files import save_over
    from groundstop.cases.folding import fold
    from groundstop.cases.speaking import Words, say
    from groundstop.cli.case_memory import held, memory_of

    with held(workspace):
        case = read(path)
        memory, state = memory_of(workspace, case, key), fold(case)
        here = state.sequence.get(key.card.name, (0, ""))[0]
        lacking = memory.lacking(case, key)
        if state.party(key.card.name) is not None and (lacking or here < memory.said):
            raise InputError(
                f"This copy of {case.id} lacks what you have said, or have seen, in another one",
                "Merge the copy that has it first: what is said now would contradict it",
            )
        grown, digest = say(memory.restored(case), said, key, now=now(), words=words or Words())
        save_over(path, grown)
        try:
            memory.keep(grown, key, here + 1)
        except WorkspaceError as error:
            click.echo(f"It is said; what this workspace remembers is not up to date: {error}", err=True)
    return grown, digest


def check_apart(output: Path | None, case: Path) -> None:
    """Check that what is written does not take the place of the case, or of any other bundle.

    Raises:
        InputError: It would.
    """
    if output is not None and (output.suffix == ".gsb" or output.resolve() == case.resolve()):
        raise InputError(f"{output} is, or is called like, a case or a finding", "Choose another name")


def called(state: CaseState, name: str) -> str:
    """Return the digest of the envelope that is called by its number, or by the beginning of its digest.

    Raises:
        InputError: There is no such statement, or there are several.
    """
    if name.isdecimal() and 0 < int(name[:6]) <= len(state.entries) and len(name) < SHORTEST_PREFIX:
        return state.entries[int(name) - 1].digest
    wanted = name.removeprefix("sha256:").lower()
    found = [
        entry.digest for entry in state.entries if entry.digest.removeprefix("sha256:").startswith(wanted)
    ]
    if len(wanted) < SHORTEST_PREFIX or len(found) != 1:
        several = f"{len(found)} statements" if len(found) > 1 else "no statement"
        raise InputError(
            f"The case {state.id} has {several} called {name!r}",
            f"Give its number, or {SHORTEST_PREFIX} digits of its digest: groundstop case timeline has both",
        )
    return found[0]
