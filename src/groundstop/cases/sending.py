"""Sending reminders: to a command of the user's own, or through Apprise."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import ClassVar

from groundstop.errors import ExitCode, GroundstopError, InputError

TIMEOUT_S = 30.0
"""How long a command may take."""
_MAX_BYTES = 64 * 1024


class ReminderError(GroundstopError):
    """A reminder could not be sent."""

    exit_code: ClassVar[ExitCode] = ExitCode.UNREACHABLE


def send_by_command(command: Sequence[str], text: str, *, timeout_s: float = TIMEOUT_S) -> None:
    """Run a program with a text on its standard input.

    No shell is involved. The program gets our environment; what it prints is not shown. However it ends,
    nothing of its process group is left.

    Args:
        command: The program and its arguments. Only the program's name stands in an error.
        text: What it is given, as one line.
        timeout_s: How long it may take.

    Raises:
        InputError: No program is named, or it cannot be started.
        ReminderError: It did not end in time, or it failed.
    """
    if not command:
        raise InputError("No command is given to send reminders with", "Name a program, and its arguments")
    program = Path(command[0]).name
    try:
        process = subprocess.Popen(  # noqa: S603 - the user's own command, without a shell
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError):
        raise InputError(f"{program} could not be started", "Check that it runs by itself") from None
    try:
        process.communicate(text.encode("utf-8") + b"\n", timeout=timeout_s)
    except subprocess.TimeoutExpired:
        raise ReminderError(
            f"{program} did not take the reminder within {timeout_s:g} s and was stopped",
            "Run it by itself with a line on its standard input",
        ) from None
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.returncode != 0:
        raise ReminderError(
            f"{program} failed with exit code {process.returncode}, and the reminder is not sent",
            "Run it by itself with a line on its standard input",
        )


def address_in_variable(name: str, environ: Mapping[str, str]) -> str:
    """Return an Apprise address from an environment variable.

    Raises:
        InputError: It is not set, or empty.
    """
    address = environ.get(name, "").strip()
    if not address:
        raise InputError(
            f"The environment variable {name} holds no address to send reminders to",
            "Set it to an Apprise URL; as an argument it could be read by every user of the machine",
        )
    return address


def address_in_file(path: Path) -> str:
    """Return an Apprise address from a file: its first line.

    Raises:
        InputError: The file cannot be read, or has no text.
    """
    try:
        with path.open("rb") as file:
            lines = file.read(_MAX_BYTES).decode("utf-8").split()
    except (OSError, UnicodeDecodeError):
        lines = []
    if not lines:
        raise InputError(
            f"{path} holds no address to send reminders to", "Write an Apprise URL into its first line"
        )
    return lines[0]


def send_by_apprise(address: str, text: str, *, title: str) -> None:
    """Send a text through Apprise.

    Apprise bounds each connection in time by itself.

    Args:
        address: An Apprise URL. It may hold a secret, and stands in no error and no log.
        text: What is sent.
        title: Its heading, where the service has one.

    Raises:
        InputError: Apprise is not installed, or does not know such an address.
        ReminderError: The service did not take it.

    Source: the Apprise documentation.
    """
    try:
        import apprise
    except ImportError:
        raise InputError(
            "Reminders through Apprise need the extra remind, which is not installed",
            "Install it with pip install 'groundstop[remind]', or send them with a command",
        ) from None
    with _silent("apprise"):
        service = apprise.Apprise()
        if not service.add(address):
            raise InputError(
                "Apprise does not know the form of the address for reminders",
                "Check it against the Apprise documentation; it is not shown, since it may hold a secret",
            )
        taken = service.notify(body=text, title=title)
    if not taken:
        raise ReminderError(
            "The service behind the address for reminders did not take the reminder",
            "Check that it can be reached, and that the address is right",
        )


@contextmanager
def _silent(name: str) -> Iterator[None]:
    """Keep a library's log to itself: its messages can hold the address."""
    logger = logging.getLogger(name)
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before
