"""Where results go: standard output for the result, standard error for everything else."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groundstop.errors import ExitCode, WorkspaceError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from groundstop.documents import Decision


def error_console() -> Console:
    """Return a console on standard error; it respects NO_COLOR and the terminal's width."""
    from rich.console import Console

    return Console(stderr=True)


def show(result: RenderableType) -> None:
    """Print what people read on standard output."""
    from rich.console import Console

    Console().print(result)


def show_json(value: Any) -> None:
    """Print one JSON document on standard output."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def tell(sentence: str, value: Any, *, as_json: bool) -> None:
    """Print what a command did: one document, or a sentence for people."""
    if as_json:
        show_json(value)
    else:
        click.echo(sentence)


def exit_code(decision: Decision) -> ExitCode:
    """Return how a command ends that made a decision."""
    from groundstop.documents import Decision

    return {
        Decision.HELD: ExitCode.GOOD,
        Decision.VIOLATED: ExitCode.BAD,
        Decision.INCONCLUSIVE: ExitCode.INCONCLUSIVE,
    }[decision]


def write_file(path: Path, text: str) -> None:
    """Write a file whole or not at all; what is no regular file, such as a pipe, is written into.

    Raises:
        WorkspaceError: It cannot be written.
    """
    data = text.encode("utf-8")
    try:
        place = path.resolve()
        if place.exists() and not place.is_file():
            with place.open("wb", buffering=0) as file:
                file.write(data)
            return
        mode = stat.S_IMODE(place.stat().st_mode) if place.exists() else _usual_mode()
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=place.parent, prefix=place.name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(temporary).chmod(mode)
            Path(temporary).replace(place)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise WorkspaceError(
            f"{path} cannot be written: {error.strerror}", "Check the folder's permissions and free space"
        ) from error


def _usual_mode() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
