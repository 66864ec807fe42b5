"""What holds for every test."""

from __future__ import annotations

from pathlib import Path

import pytest

LONGEST_NAME = 80
_TESTS = Path(__file__).parent
_EARLY = ("end_to_end", "faults", "outside", "browser")
"""Folders of tests that start programs and wait for them."""


def pytest_make_parametrize_id(config: object, val: object, argname: str) -> str | None:
    """Name a case by its argument where its value is long.

    A case made of a file would hold that file in its name: megabytes that each worker sends, and, where
    the file was packed a moment ago, a name that two workers do not agree on.
    """
    long = isinstance(val, str | bytes) and len(val) > LONGEST_NAME
    return argname if long else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with what takes long, so that no worker is left with it when the other has ended.

    What the model is asked goes to one worker, and is the longest of all. Next to it come the tests that
    mostly wait, while the model needs the processor; then simulations, and what ends in no time.
    """
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    if item.get_closest_marker("model"):
        return 0
    if item.path.is_relative_to(_TESTS) and item.path.relative_to(_TESTS).parts[0] in _EARLY:
        return 1
    return 2 if item.get_closest_marker("slow") else 3
