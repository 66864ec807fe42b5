"""Ids of orders and what goes with them: a date and ten random hexadecimal digits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum


class Numbered(StrEnum):
    """What has an id, with the id's beginning."""

    DIRECTIVE = "GSD"
    STOP = "GSS"
    LICENCE = "GSL"
    LIFT = "GSU"


def new_id(kind: Numbered, now: datetime, random_hex: Callable[[int], str]) -> str:
    """Return a new id.

    Args:
        kind: What it is for.
        now: The moment, whose date in UTC is in it.
        random_hex: Returns twice as many random hexadecimal digits as it is told; ``secrets.token_hex``.
    """
    return f"{kind.value}-{now:%Y%m%d}-{random_hex(5)}"
