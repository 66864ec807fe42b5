"""Answers of the gateway's own: errors in the client's dialect, each with the request's id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp import web

from groundstop.gateway.denials import Denial
from groundstop.gateway.dialects import error_body
from groundstop.gateway.reading import REQUEST_HEADER
from groundstop.gateway.settings import Dialect

SOURCE = "Groundstop-Source"
"""Who speaks in an error: ``gateway``, or ``upstream`` where it is handed on as it came."""
ORDER = "Groundstop-Order"
FALLBACK = "Groundstop-Fallback"
ANSWERED_BY = "Groundstop-Answered-By"
INSTEAD_OF = "Groundstop-Instead-Of"
UPSTREAM = "Groundstop-Upstream"
CHALLENGE = "Groundstop-Challenge"
"""What a credential that is shown next has to answer."""
SERVER = "groundstop"
_RETRY = "x-should-retry"
_REQUEST_IDS = {Dialect.OPENAI: "x-request-id", Dialect.ANTHROPIC: "request-id"}
"""Where official clients look for the id that their errors show."""


class Refusal(Exception):  # noqa: N818  # an answer to a client, and no error of ours
    """A request ends with an error of the gateway's own.

    Args:
        status: Of the answer.
        code: A word for programs.
        message: A sentence for people, without a final full stop.
        param: What is wrong in the request.
        headers: Of the answer, besides the usual ones.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        param: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.param = param
        self.headers = headers or {}


def error_answer(
    dialect: Dialect,
    request: str,
    status: int,
    code: str,
    message: str,
    param: str | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> web.Response:
    """Return an answer that is an error of the gateway's own.

    Args:
        dialect: Of the client.
        request: The request's id.
        status: Of the answer.
        code: A word for programs.
        message: A sentence for people.
        param: What is wrong in the request.
        headers: Besides the usual ones.
        more: Goes under ``groundstop`` in the error.
    """
    body = error_body(
        dialect,
        status=status,
        code=code,
        message=message if message.endswith(".") else f"{message}.",
        request=request,
        param=param,
    )
    return web.Response(
        status=status,
        body=_with_more(body, more),
        headers={**_headers(dialect, request), **(headers or {})},
        content_type="application/json",
    )


def denial_answer(
    dialect: Dialect, request: str, denial: Denial, *, more: Mapping[str, Any] | None = None
) -> web.Response:
    """Return the answer to somebody who is kept out.

    Args:
        dialect: Of the client.
        request: The request's id.
        denial: What is told.
        more: Goes under ``groundstop`` in the error, besides what the denial tells.
    """
    body = error_body(
        dialect,
        status=denial.status,
        code=denial.reason.value,
        message=denial.message,
        request=request,
        denial=denial,
    )
    headers = _headers(dialect, request)
    if denial.order is not None:
        headers[ORDER] = denial.order
    if (link := denial.link()) is not None:
        headers["Link"] = link
    # Asking again at once would not change it, and official clients do that with whatever is 500 or more.
    headers[_RETRY] = "false"
    return web.Response(
        status=denial.status, body=_with_more(body, more), headers=headers, content_type="application/json"
    )


def _headers(dialect: Dialect, request: str) -> dict[str, str]:
    return {REQUEST_HEADER: request, _REQUEST_IDS[dialect]: request, SOURCE: "gateway", "Server": SERVER}


def _with_more(body: bytes, more: Mapping[str, Any] | None) -> bytes:
    if not more:
        return body
    value = orjson.loads(body)
    error = value["error"]
    error["groundstop"] = {**(error.get("groundstop") or {}), **more}
    return orjson.dumps(value)
