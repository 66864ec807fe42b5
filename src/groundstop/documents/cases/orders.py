"""What an authority says in a case of its orders, which are published elsewhere."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from groundstop.documents.base import ContentId, Part, Text


class OrderStep(StrEnum):
    """What became of an order."""

    STOPPED = "stopped"
    """The model is halted for some hours."""
    ISSUED = "issued"
    AMENDED = "amended"
    LICENSED = "licensed"
    LIFTED = "lifted"


class OrderTold(Part):
    """An order about the case's models was published; this is where to find it, and not the order itself."""

    type: Literal["order"] = "order"
    step: OrderStep
    order: str = Field(pattern=r"^GS[DSLU]-[0-9]{8}-[0-9a-f]{10}$")
    """The id of the directive, stop, licence or lift."""
    content: ContentId
    """Its content id."""
    where: str | None = Field(default=None, pattern=r"^https?://[^\s<>\"]+$", max_length=500)
    """Where it is published."""
    text: Text
    """The gist of its reasons."""
