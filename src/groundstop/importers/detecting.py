"""Whose file it looks like: for the message when a file is not what it was said to be, and nothing else."""

from __future__ import annotations

from groundstop.importers.promptfoo import is_junit
from groundstop.importers.records import Tool
from groundstop.importers.sqlite_tables import MAGIC

_LOOKED_AT = 256 * 1024
"""How much of a file is looked at, from either end, in bytes."""

_SIGNS = (
    (Tool.GARAK, (b'"entry_type"',)),
    (Tool.GARAK, (b'"attempt_id"', b'"detector"', b'"probe"')),
    (Tool.DEEPTEAM, (b'"vulnerability_type_results"',)),
    (Tool.INSPECT, (b'"eval_id"', b'"task_id"')),
    (Tool.PROMPTFOO, (b'"evalId"', b'"results"')),
    (Tool.PROMPTFOO, (b'"promptIdx"', b'"testCase"')),
)


def looks_like(data: bytes) -> Tool | None:
    """Return the tool that a file looks like; none when it looks like none.

    Args:
        data: The file.
    """
    if data.startswith(MAGIC):
        return Tool.PYRIT if b"pyrit_memory_alembic_version" in data else None
    if data.startswith(b"PK"):
        return Tool.INSPECT if b"header.json" in data or b"_journal/start.json" in data else None
    if is_junit(data):
        return Tool.PROMPTFOO
    ends = data[:_LOOKED_AT] + data[-_LOOKED_AT:]
    return next((tool for tool, signs in _SIGNS if all(sign in ends for sign in signs)), None)
