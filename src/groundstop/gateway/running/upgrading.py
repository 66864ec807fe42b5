"""Going over to a new release in place: the same process, the same sockets, and no request dropped.

The supervisor's program is replaced; its workers see their supervisor gone, serve on for some seconds, and
then finish what they answer. By then new workers serve at the same sockets.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import sys
from collections.abc import Mapping, Sequence
from socket import socket
from typing import NoReturn

from groundstop.errors import InputError
from groundstop.gateway.running.sockets import FIRST_HANDED_OVER

CHILDREN = "GROUNDSTOP_WORKERS"
"""The variable in which the next program finds the workers that it has to wait for."""
ONLY_CHECK = "--only-check"
"""The option of the command that serves, with which it ends once its configuration was checked."""
_CHECK_S = 60.0
_HIGH = 256


async def check_next(environment: Mapping[str, str]) -> None:
    """See whether the program that is installed now can use the configuration.

    Raises:
        InputError: It cannot.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *sys.orig_argv[1:],
        ONLY_CHECK,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=dict(environment),
    )
    try:
        async with asyncio.timeout(_CHECK_S):
            _, said = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        said = b"It takes too long"
    if process.returncode != 0:
        why = said.decode("utf-8", "replace").strip()[:500]
        raise InputError(f"The program that is installed now cannot be used: {why}", "Install one that can")


def become_next(
    sockets: Mapping[str, Sequence[socket]],
    workers: Sequence[int],
    environment: Mapping[str, str],
) -> NoReturn:
    """Replace this program by the one that is installed now.

    Args:
        sockets: Those that listen, by door; they stay open.
        workers: Processes that the next program has to wait for.
        environment: Of the next program.
    """
    named = [(door, one) for door, listening in sockets.items() for one in listening]
    # Out of the way first: a socket may stand where another is to be.
    copies = [fcntl.fcntl(one.fileno(), fcntl.F_DUPFD_CLOEXEC, _HIGH) for _, one in named]
    for number, copy in enumerate(copies, FIRST_HANDED_OVER):
        os.dup2(copy, number, inheritable=True)
    handed = {
        "LISTEN_PID": str(os.getpid()),
        "LISTEN_FDS": str(len(named)),
        "LISTEN_FDNAMES": ":".join(door for door, _ in named),
        CHILDREN: " ".join(map(str, workers)),
    }
    os.execve(sys.executable, sys.orig_argv, {**environment, **handed})  # noqa: S606 - its own command line


class Left:
    """Workers of the program before, which this one has to wait for when they end.

    Args:
        environment: Of the process.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        numbers = environment.get(CHILDREN, "").split()
        self._left = {int(one) for one in numbers if one.isdecimal()}

    def look(self) -> None:
        """Take note of those that have ended."""
        for pid in tuple(self._left):
            with contextlib.suppress(ChildProcessError):
                if os.waitpid(pid, os.WNOHANG) == (0, 0):
                    continue
            self._left.discard(pid)
