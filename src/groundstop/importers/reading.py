"""The front door: from a file on disk to the documents of an import."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from groundstop.errors import DocumentError, InputError
from groundstop.importers.deepteam import read_deepteam
from groundstop.importers.detecting import looks_like
from groundstop.importers.folding import ImportedConversation, ImportResult, SourceFile, fold
from groundstop.importers.garak import read_garak
from groundstop.importers.inspect_log import read_inspect
from groundstop.importers.json_text import UnreadableError
from groundstop.importers.limits import MAX_FILE_BYTES
from groundstop.importers.promptfoo import read_promptfoo
from groundstop.importers.pyrit import read_pyrit
from groundstop.importers.records import OtherFileError, ReadFile, Tool, ViolatedWhen
from groundstop.suites.files import read_bounded

__all__ = ["ImportResult", "ImportedConversation", "read_results"]


def read_results(
    tool: Tool | str, path: Path, *, now: datetime, violated_when: ViolatedWhen | str | None = None
) -> ImportResult:
    """Read another tool's result file.

    Args:
        tool: Whose file it is.
        path: The file.
        now: The time, for the record.
        violated_when: What a check means where the file does not say: for Inspect always, for promptfoo and
            PyRIT where the type of the check does not tell. Without it such a check is undetermined.

    Returns:
        The import, and its trials with what was said. Each record of the file is imported, or counted as
        skipped.

    Raises:
        InputError: There is no such file, it cannot be read, the tool is not known, or what is needed to
            read it is not installed.
        DocumentError: It is empty, too large, damaged, hostile, of a version that is not known, or another
            tool's. Nothing that the file says is quoted.
    """
    known, stated = _tool(tool), _stated(violated_when)
    if stated is not None and known in (Tool.GARAK, Tool.DEEPTEAM):
        raise InputError(
            f"What a result of {known} means is fixed, and nothing is to be stated of it",
            "Leave the statement out",
        )
    data = _read(path)
    name = _base_name(path)
    try:
        read = _read_as(known, data, source=name, violated_when=stated)
    except OtherFileError as error:
        raise _not_its_file(f"{name} is not {error.expected}", known, data) from None
    except UnreadableError as error:
        raise _not_its_file(f"{name} cannot be read: {error}", known, data) from None
    source = SourceFile(name, hashlib.sha256(data).hexdigest(), len(data))
    return fold(read, source, tool=known, violated_when=stated, now=now)


def _tool(name: Tool | str) -> Tool:
    try:
        return Tool(name)
    except ValueError:
        raise InputError(
            "There is no importer for a tool of that name", f"Name one of {', '.join(Tool)}"
        ) from None


def _stated(violated_when: ViolatedWhen | str | None) -> ViolatedWhen | None:
    try:
        return None if violated_when is None else ViolatedWhen(violated_when)
    except ValueError:
        raise InputError(
            "A safeguard is broken when the answer is correct, or when it is incorrect",
            f"State one of {', '.join(ViolatedWhen)}",
        ) from None


def _read(path: Path) -> bytes:
    if path.is_symlink():
        raise InputError(f"{path} is a symbolic link", "Give the file itself")
    if path.is_dir():
        raise InputError(f"{path} is a folder", "Give one result file in it")
    if path.with_name(f"{path.name}-wal").is_file():
        raise InputError(
            f"{path} is in use: results that are not yet in it stand in the file beside it (-wal)",
            "Close the program that writes it",
        )
    data = read_bounded(path, limit=min(_size(path), MAX_FILE_BYTES))
    if not data.strip():
        raise DocumentError(f"{path} is empty", "Check that the run was finished")
    return data


def _size(path: Path) -> int:
    """Return a file's size, to read with: room for all that may be read is made before reading."""
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def _base_name(path: Path) -> str:
    """Return the file's name without its folder, in valid Unicode."""
    return path.name.encode("utf-8", "replace").decode().replace("\\", "_")


def _read_as(tool: Tool, data: bytes, *, source: str, violated_when: ViolatedWhen | None) -> ReadFile:
    readers: dict[Tool, Callable[[], ReadFile]] = {
        Tool.GARAK: lambda: read_garak(data, source=source),
        Tool.PYRIT: lambda: read_pyrit(data, source=source, violated_when=violated_when),
        Tool.PROMPTFOO: lambda: read_promptfoo(data, source=source, violated_when=violated_when),
        Tool.INSPECT: lambda: read_inspect(data, source=source, violated_when=violated_when),
        Tool.DEEPTEAM: lambda: read_deepteam(data, source=source),
    }
    return readers[tool]()


def _not_its_file(problem: str, tool: Tool, data: bytes) -> DocumentError:
    other = looks_like(data)
    if other is None or other is tool:
        return DocumentError(problem, "Check that it is complete, and the file you meant")
    return DocumentError(
        f"{problem}; it looks like a file of {other}", f"Run: groundstop import {other} FILE"
    )
