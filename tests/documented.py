"""What a page of the documentation tells its reader to do where the usual test of pages cannot follow it.

Commands that need a program of somebody else stand in blocks of the language ``shell``. A command that ends
with ``&`` runs in the background until the page is done, at ports that are free.
"""

from __future__ import annotations

import re
import secrets
import shlex
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.commands import PROGRAM, environment

_PORT = re.compile(r"(127\.0\.0\.1:|--port )([0-9]{4,5})\b")
_START_S, _END_S, _HEARD_S = 60.0, 60.0, 30.0
_BLOCK = re.compile(r"^```(?P<head>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


def make_files(page: Path, folder: Path) -> None:
    """Make the files that a page tells its reader to make."""
    for block in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        if named := re.search(r"file=(\S+)", block["head"]):
            (folder / named[1]).write_text(block["body"], encoding="utf-8")


def engine_commands(page: Path) -> list[list[str]]:
    """Return the commands of a page that need an engine, without the program's name."""
    found = []
    for block in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        if block["head"].strip() == "shell":
            found += [shlex.split(line)[1:] for line in block["body"].splitlines() if "--engine " in line]
    return found


@contextmanager
def in_background(folder: Path) -> Iterator[Callable[[Sequence[str]], None]]:
    """Give something to start programs with that a page leaves running, and end them with the block.

    Args:
        folder: Where they run.

    Yields:
        Starts a program, by the words of its command without ``groundstop``; it returns once the program has
        said that it serves.
    """
    running: list[subprocess.Popen[str]] = []
    with ExitStack() as stack:

        def start(words: Sequence[str]) -> None:
            said = stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8"))
            process = subprocess.Popen(
                [*PROGRAM, *words],
                cwd=folder,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
            )
            stack.enter_context(process)
            running.append(process)
            assert process.stdout is not None
            late = threading.Timer(_START_S, process.kill)
            late.start()
            first = process.stdout.readline()
            late.cancel()
            if not first.startswith("Serving"):
                process.kill()
                said.seek(0)
                raise AssertionError(f"{shlex.join(words)} does not serve: {said.read()}")

        try:
            yield start
        finally:
            for process in reversed(running):
                process.terminate()
            for process in running:
                _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    try:
        process.wait(_END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        raise


class Ports:
    """Ports of this machine that are free, in the place of those that the pages have.

    Args:
        kept: A port that stays as it is.
    """

    def __init__(self, kept: str) -> None:
        self._free: dict[str, str] = {kept: kept}

    def put_into(self, text: str) -> str:
        """Return a command or a file with ports that are free; the same port always becomes the same."""
        return _PORT.sub(lambda found: found[1] + self._instead_of(found[2]), text)

    def put_into_settings(self, folder: Path) -> None:
        """Change the ports in every ``gateway.toml`` below a folder, as a command has written it."""
        for path in folder.glob("**/gateway.toml"):
            before = path.read_text(encoding="utf-8")
            after = self.put_into(before)
            if after != before:
                path.write_text(after, encoding="utf-8")

    def _instead_of(self, port: str) -> str:
        if port in self._free.values():
            return port
        if port not in self._free:
            self._free[port] = str(_free_port())
        return self._free[port]


def _free_port() -> int:
    """Return a port below those that the system gives to connections: none of these may take it meanwhile."""
    for _ in range(100):
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as one:
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")


def asked_by_curl(command: str, folder: Path, *, status: str | None) -> str:
    """Ask by curl until the answer has a status: what was published is heard a little later.

    Args:
        command: As the page has it.
        folder: Where it runs.
        status: That the page promises; none where it promises none.

    Returns:
        What curl has printed.
    """
    until = time.monotonic() + _HEARD_S
    while True:
        words = [*shlex.split(command), "--silent", "--show-error", "--max-time", "10"]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, timeout=30)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        if status is None or done.stdout.startswith(f"HTTP/1.1 {status} "):
            return done.stdout
        assert time.monotonic() < until, f"{command}\n{done.stdout}"
        time.sleep(0.1)
