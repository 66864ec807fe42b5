"""What every process of a gateway is told."""

from __future__ import annotations

from typing import NamedTuple

from groundstop.documents.directives import Charter
from groundstop.gateway.news import News


class Told(NamedTuple):
    """What is in force, and whose guards are believed."""

    news: News
    charters: tuple[Charter, ...]
