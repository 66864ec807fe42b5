"""Headers: what is refused, what goes on, what comes back, and what is shown as a credential."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from multidict import MultiMapping

from groundstop.gateway.reading.naming import tidy_name
from groundstop.gateway.reading.refusing import BadRequest
from groundstop.gateway.routes import Kind, Route
from groundstop.gateway.settings import Dialect

TOKEN_HEADER = "Groundstop-Token"  # noqa: S105  # the name of a header
REQUEST_HEADER = "Groundstop-Request"
MOST_HEADERS = 128
MOST_HEADER_BYTES = 64 * 1024
MOST_TOKENS = 8
MOST_TOKEN_CHARACTERS = 16 * 1024
ANTHROPIC_VERSION = "2023-06-01"
"""What an upstream is told where the client says none."""

_ONCE = (
    "authorization",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "transfer-encoding",
    "x-api-key",
)
_JSON = frozenset({Kind.ASK, Kind.BATCH, Kind.BATCH_INLINE})
_TOKEN = re.compile(r"[!-~]+")
_BEARER = re.compile(r"bearer +([!-~]+) *", re.IGNORECASE)
_CHARSET = re.compile(r';\s*charset\s*=\s*"?([^";\s]*)', re.IGNORECASE)
ACCOUNT_HEADERS = ("openai-organization", "openai-project")
"""Say on whose account a request goes, of those that its key may use."""
_SENT_ON = {
    Dialect.OPENAI: ("openai-beta", *ACCOUNT_HEADERS),
    Dialect.ANTHROPIC: ("anthropic-beta", "anthropic-version"),
}
_SENT_ON_ALWAYS = ("idempotency-key", "traceparent", "tracestate", "user-agent")
_SENT_BACK = frozenset(
    {
        "openai-processing-ms",
        "openai-version",
        "request-id",
        "retry-after",
        "retry-after-ms",
        "x-request-id",
        "x-should-retry",
    }
)
_SENT_BACK_STARTS = ("anthropic-ratelimit-", "x-ratelimit-")
_NAMING = ("openai-model", "x-model")


class Credentials(NamedTuple):
    """What a request shows. Nothing of it has been looked at yet."""

    tokens: tuple[str, ...] = ()
    """To be attested, in this order: each ``Groundstop-Token``, the bearer token, the ``x-api-key``."""
    keys: tuple[str, ...] = ()
    """Those that may be the client's own key at an upstream: the bearer token, the ``x-api-key``."""

    @property
    def key(self) -> str | None:
        """The first of the keys."""
        return self.keys[0] if self.keys else None

    def key_beside(self, attesting: Collection[str]) -> str | None:
        """Return the client's own key for an upstream.

        Args:
            attesting: Tokens that attest somebody. They are meant for the gateway, and never passed on.
        """
        return next((one for one in self.keys if one not in attesting), None)


def check_headers(headers: MultiMapping[str], route: Route) -> None:
    """Refuse what another reader may read otherwise, and bodies of a kind that the route does not take.

    Args:
        headers: Of the request.
        route: What it asks for.

    Raises:
        BadRequest: They are refused: 400, 415, 417 or 431.
    """
    if len(headers) > MOST_HEADERS or sum(map(len, headers.values())) > MOST_HEADER_BYTES:
        raise BadRequest(431, "headers_too_large", "There are too many headers, or they are too long")
    for name in _ONCE:
        if name in headers and len(headers.getall(name)) > 1:
            raise BadRequest(400, "header_twice", f"The header {name} is there twice")
    _check_framing(headers)
    # Some clients offer HTTP/2 whenever nothing is encrypted. An offer may be passed over (RFC 9110, 7.8).
    if any(one.strip().lower() != "h2c" for one in headers.getall("upgrade", ())):
        raise BadRequest(400, "upgrade_not_allowed", "A change of protocol is not offered")
    if headers.get("expect", "100-continue").strip().lower() != "100-continue":
        raise BadRequest(417, "expectation_failed", "Only 100-continue can be expected")
    if headers.get("content-encoding", "identity").strip().lower() not in {"identity", ""}:
        message = "The body is encoded: send it as it is, without Content-Encoding"
        raise BadRequest(415, "encoding_not_supported", message)
    _check_type(headers, route)


def presented(headers: MultiMapping[str]) -> Credentials:
    """Return what a request shows as credentials.

    Args:
        headers: Of the request.

    Raises:
        BadRequest: There are too many, one is too long or has odd characters, or a header stands there twice
            that may not.
    """
    tokens: dict[str, None] = {}
    if TOKEN_HEADER in headers:
        for value in headers.getall(TOKEN_HEADER):
            # What stands between may join several headers of a name into one.
            tokens.update((one.strip(), None) for one in value.split(",") if one.strip())
    keys: dict[str, None] = {}
    bearer = _BEARER.fullmatch(_one(headers, "authorization"))
    if bearer is not None:
        keys[bearer[1]] = None
    if api_key := _one(headers, "x-api-key").strip():
        keys[api_key] = None
    tokens.update(keys)
    if len(tokens) > MOST_TOKENS:
        raise BadRequest(400, "too_many_tokens", f"More than {MOST_TOKENS} tokens are shown")
    for token in tokens:
        if len(token) > MOST_TOKEN_CHARACTERS:
            message = f"A token is longer than {MOST_TOKEN_CHARACTERS:,} characters"
            raise BadRequest(431, "token_too_large", message)
        if _TOKEN.fullmatch(token) is None:
            raise BadRequest(400, "invalid_token", "A token has characters that no token has")
    return Credentials(tuple(tokens), tuple(keys))


def upstream_headers(headers: MultiMapping[str], dialect: Dialect) -> list[tuple[str, str]]:
    """Return the headers that go on to an upstream. Credentials and the kind of the body are not among them.

    Args:
        headers: Of the request.
        dialect: That the upstream is asked in.
    """
    sent = [
        (name, value)
        for name in (*_SENT_ON_ALWAYS, *_SENT_ON[dialect])
        if name in headers
        for value in headers.getall(name)
    ]
    if dialect is Dialect.ANTHROPIC and "anthropic-version" not in headers:
        sent.append(("anthropic-version", ANTHROPIC_VERSION))
    return sent


def answer_headers(headers: MultiMapping[str]) -> list[tuple[str, str]]:
    """Return the headers of an upstream's answer that go back. Its kind and length are not among them.

    Args:
        headers: Of the answer.
    """
    return [
        (name, value)
        for name, value in headers.items()
        if (low := name.lower()) in _SENT_BACK or low.startswith(_SENT_BACK_STARTS)
    ]


def answer_type(headers: MultiMapping[str]) -> str:
    """Return the kind of an upstream's answer, in lower case, without parameters; empty where it has none.

    Args:
        headers: Of the answer.
    """
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def models_in_headers(headers: MultiMapping[str]) -> tuple[str, ...]:
    """Return the models that the headers of an upstream's answer name.

    Args:
        headers: Of the answer.
    """
    named = (tidy_name(headers.get(name, "")) for name in _NAMING)
    return tuple(dict.fromkeys(one for one in named if one))


def _one(headers: MultiMapping[str], name: str) -> str:
    if name not in headers:
        return ""
    values = headers.getall(name)
    if len(values) > 1:
        raise BadRequest(400, "header_twice", f"The header {name} is there twice")
    return values[0]


def _check_framing(headers: MultiMapping[str]) -> None:
    length, coding = headers.get("content-length"), headers.get("transfer-encoding")
    if length is not None and coding is not None:
        message = "Content-Length and Transfer-Encoding are both there: only one can be right"
        raise BadRequest(400, "framing_unclear", message)
    if length is not None and not (length.isascii() and length.isdigit()):
        raise BadRequest(400, "framing_unclear", "Content-Length is no number")
    if coding is not None and coding.strip().lower() != "chunked":
        raise BadRequest(400, "framing_unclear", "Transfer-Encoding is not just chunked")


def _check_type(headers: MultiMapping[str], route: Route) -> None:
    if route.kind is Kind.UPLOAD:
        wanted = "multipart/form-data"
    elif route.kind in _JSON or (route.kind is Kind.FIXED and "content-type" in headers):
        wanted = "application/json"
    else:
        return
    value = headers.get("content-type", "")
    if value.partition(";")[0].strip().lower() != wanted:
        raise BadRequest(415, "type_not_supported", f"This route takes a body of the type {wanted}")
    charset = _CHARSET.search(value)
    if charset is not None and charset[1].lower() not in {"utf-8", "utf8"}:
        raise BadRequest(415, "type_not_supported", "The body must be UTF-8")
