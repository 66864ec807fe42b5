"""Errors in the words of each dialect."""

from __future__ import annotations

from typing import Any

import orjson

from groundstop.gateway.denials import Denial
from groundstop.gateway.settings import Dialect

_INVALID = "invalid_request_error"
_OPENAI_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    429: "rate_limit_error",
}
_ANTHROPIC_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    410: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}


def error_body(
    dialect: Dialect,
    *,
    status: int,
    code: str,
    message: str,
    request: str,
    param: str | None = None,
    denial: Denial | None = None,
) -> bytes:
    """Return the body of an answer that is an error.

    Args:
        dialect: That the client speaks.
        status: Of the answer.
        code: A word for programs, such as ``model_withdrawn``.
        message: A sentence for people.
        request: The request's id.
        param: What is wrong in the request, by its place.
        denial: What is told of an order, where one keeps the request out; under ``groundstop``.

    Returns:
        JSON. In the OpenAI dialect ``code`` and ``param`` stand in the error, as its clients show them; in
        the Anthropic dialect the code is its ``details.error_code`` too.
    """
    return orjson.dumps(error_value(dialect, status, code, message, request, param, denial))


def error_value(
    dialect: Dialect,
    status: int,
    code: str,
    message: str,
    request: str,
    param: str | None,
    denial: Denial | None,
) -> dict[str, Any]:
    """Return what :func:`error_body` writes; its arguments are the same."""
    told: dict[str, Any] = {"request": request}
    if denial is not None:
        told |= denial.details()
    kind = code if status == 451 else _type(dialect, status)
    error: dict[str, Any] = {"message": message, "type": kind, "param": param, "code": code}
    if dialect is Dialect.OPENAI:
        return {"error": {**error, "groundstop": told}}
    error["details"] = {"error_code": code}
    return {"type": "error", "error": {**error, "groundstop": told}, "request_id": request}


def _type(dialect: Dialect, status: int) -> str:
    if dialect is Dialect.OPENAI:
        return _OPENAI_TYPES.get(status, _INVALID if status < 500 else "server_error")
    return _ANTHROPIC_TYPES.get(status, _INVALID if status < 500 else "api_error")
