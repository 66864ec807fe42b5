"""Envoy ``ext_authz``: the client's own request under a prefix, answered as the client is to be answered."""

from __future__ import annotations

from aiohttp import web

from groundstop.gateway.mounts.point import DecisionPoint
from groundstop.gateway.mounts.questions import OURS, Verdict
from groundstop.gateway.mounts.sight import Seen, Sight
from groundstop.gateway.reading.refusing import BadRequest

SURFACE = "ext-authz"
PREFIX = "/ext-authz"
PARTIAL_HEADER = "x-envoy-auth-partial-body"


class ExtAuthz:
    """Decides for Envoy, over HTTP and gRPC.

    Args:
        point: Decides.
        sight: Makes questions of what is seen.
    """

    def __init__(self, point: DecisionPoint, sight: Sight) -> None:
        self._point = point
        self._sight = sight

    async def verdict(self, seen: Seen) -> Verdict | None:
        """Return what is decided; None for a path that has nothing to do with a model.

        Args:
            seen: The client's request, its body as far as Envoy hands it on.
        """
        try:
            if is_partial(seen):
                message = "The body is larger than what Envoy hands on, so that its model cannot be seen"
                raise BadRequest(413, "request_too_large", message)
            question = self._sight.question(seen, SURFACE)
        except BadRequest as bad:
            dialect = self._sight.dialect(seen.headers)
            return self._point.refuse(SURFACE, bad.status, bad.code, bad.message, dialect)
        return None if question is None else await self._point.decide(question)

    async def answer(self, seen: Seen) -> web.Response:
        """Answer Envoy over HTTP: with 200, or with what the client is to be given."""
        return http_answer(await self.verdict(seen))


def http_answer(verdict: Verdict | None) -> web.Response:
    """Return a verdict as an answer: 200, or what the client is to be given."""
    return web.Response(headers=OURS) if verdict is None else verdict.answer()


def is_partial(seen: Seen) -> bool:
    """Tell whether Envoy hands on only the beginning of a body."""
    if any(one.strip().lower() != "false" for one in seen.headers.getall(PARTIAL_HEADER, ())):
        return True
    length = seen.headers.get("Content-Length", "")
    return bool(seen.body) and length.isdecimal() and int(length) != len(seen.body or b"")
