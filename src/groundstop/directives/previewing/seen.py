"""Requests as enforcement points see them: what one of them does not see, it does not decide by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from groundstop.directives.previewing.logs import BadLine
from groundstop.directives.surfaces import SeesModel, Surface, surfaces
from groundstop.documents.directives import Asked, Population, PopulationGroup, RecordedRequest


class Seen(NamedTuple):
    """Requests that are alike, as an enforcement point sees them."""

    surface: str
    asked: Asked
    judged: bool
    """Whether the point sees enough to decide at all."""
    requests: int
    users: int | None
    """Of a description; none for a recorded request, whose principal tells them apart."""


def seen_in(source: Population | Iterable[RecordedRequest | BadLine]) -> Iterator[Seen | BadLine]:
    """Yield what enforcement points see of recorded or described requests.

    Args:
        source: A population, or what :func:`groundstop.directives.previewing.logs.read_log` yields.
    """
    if isinstance(source, Population):
        yield from (_described(group, surfaces().get(group.surface)) for group in source.groups)
        return
    for one in source:
        # What was recorded was seen: the record is by the enforcement point itself.
        yield one if isinstance(one, BadLine) else Seen(one.surface, one.asked, True, 1, None)


def _described(group: PopulationGroup, point: Surface | None) -> Seen:
    asked, judged = group.asked, False
    if point is not None:
        judged = asked.act in point.acts and point.sees_model is SeesModel.ALWAYS
        claims = tuple(one for one in asked.claims if one.hint or point.sees(one.claim))
        asked = asked.model_copy(update={"claims": claims})
    return Seen(group.surface, asked, judged, group.requests, group.users)
