"""What holds for every test."""

from __future__ import annotations

LONGEST_NAME = 80


def pytest_make_parametrize_id(config: object, val: object, argname: str) -> str | None:
    """Name a case by its argument where its value is long.

    A case made of a file would hold that file in its name: megabytes that each worker sends, and, where
    the file was packed a moment ago, a name that two workers do not agree on.
    """
    long = isinstance(val, str | bytes) and len(val) > LONGEST_NAME
    return argname if long else None
