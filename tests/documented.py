"""What a page of the documentation tells its reader to do where the usual test of pages cannot follow it.

Commands that need a program of somebody else stand in blocks of the language ``shell``.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

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
