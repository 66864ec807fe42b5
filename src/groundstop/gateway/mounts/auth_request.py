"""nginx ``auth_request``: a question in headers, an answer in a status that nginx lets pass, and headers.

nginx tells 2xx, 401 and 403 apart and nothing else, and drops the body. So whatever is kept out is 403 (or
401), and the status and the body that the client is to be given are in headers of their own.
"""

from __future__ import annotations

import json

from aiohttp import web
from multidict import MultiMapping

from groundstop.gateway.mounts.point import DecisionPoint
from groundstop.gateway.mounts.questions import OURS, Verdict
from groundstop.gateway.mounts.showing import only
from groundstop.gateway.mounts.sight import Seen, Sight
from groundstop.gateway.reading.refusing import BadRequest

SURFACE = "auth-request"
TARGET_HEADER = "X-Original-URI"
METHOD_HEADER = "X-Original-Method"
STATUS_HEADER = "Groundstop-Status"
BODY_HEADER = "Groundstop-Body"
_OF_THE_BODY = ("Content-Type", "Content-Length")
MOST_BODY = 12_000
"""Bytes of a body in a header; the sample configuration has room for 16 kilobytes of headers."""


class AuthRequest:
    """Answers nginx.

    Args:
        point: Decides.
        sight: Makes questions of what is seen.
    """

    def __init__(self, point: DecisionPoint, sight: Sight) -> None:
        self._point = point
        self._sight = sight

    async def answer(self, headers: MultiMapping[str]) -> web.Response:
        """Answer the question that nginx asks about a request.

        Args:
            headers: Of the client's request, with those that nginx has added.

        Returns:
            204, 401 or 403; 503 where nothing is decided, which nginx takes for an error of its own.
        """
        try:
            seen = Seen(only(headers, METHOD_HEADER), only(headers, TARGET_HEADER), headers)
            if not seen.method or not seen.target:
                message = f"nginx is not set to send {METHOD_HEADER} and {TARGET_HEADER}"
                return _answered(self._point.refuse(SURFACE, 500, "not_set_up", message))
            question = self._sight.question(seen, SURFACE)
        except BadRequest as bad:
            dialect = self._sight.dialect(headers)
            return _answered(self._point.refuse(SURFACE, bad.status, bad.code, bad.message, dialect))
        if question is None:
            return web.Response(status=204, headers=OURS)
        return _answered(await self._point.decide(question))


def _answered(verdict: Verdict) -> web.Response:
    answer = verdict.answer()
    headers = {name: value for name, value in answer.headers.items() if name not in _OF_THE_BODY}
    if verdict.allowed:
        return web.Response(status=204, headers=headers)
    headers[STATUS_HEADER] = str(verdict.status)
    assert isinstance(answer.body, bytes)  # noqa: S101 - it is made of bytes
    body = in_a_header(answer.body)
    if len(body) <= MOST_BODY:
        headers[BODY_HEADER] = body
    return web.Response(status=401 if verdict.status == 401 else 403, headers=headers)


def in_a_header(body: bytes) -> str:
    """Return JSON as one line of ASCII."""
    text = body.decode("utf-8")
    if text.isascii() and text.isprintable():
        return text
    return json.dumps(json.loads(text), separators=(",", ":"))
