"""Signed tokens in their compact form, read more strictly than the standards ask.

A token has three parts in the one spelling of base64url, two of them JSON objects without a repeated name.
Nothing of a token is believed before its signature is verified; its ``iss`` and ``aud`` only choose with
whose key that is done.

Source: RFC 7515 (JSON Web Signature), RFC 8725 (best current practices for JSON Web Tokens).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from groundstop.directives.claims.config import Algorithm
from groundstop.directives.claims.public_keys import PublicKeyOf
from groundstop.directives.claims.why import RefusedError, Why
from groundstop.documents import parse_json
from groundstop.errors import DocumentError

_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
_KEYS_IN_IT = frozenset({"jwk", "jku", "x5u"})
_MOST_DEPTH = 12


class Jws(NamedTuple):
    """A token, its signature not yet verified."""

    text: str
    header: Mapping[str, Any]
    payload: Mapping[str, Any]


def looks_signed(text: str) -> bool:
    """Tell whether something is meant to be a signed token: its first part begins as a JSON object does."""
    return text.startswith("ey") and text.count(".") >= 2


def read_jws(text: str) -> Jws:
    """Read a token.

    Args:
        text: Its compact form.

    Returns:
        What it says, not yet to be believed.

    Raises:
        RefusedError: It is malformed.
    """
    match = _COMPACT.fullmatch(text)
    if match is None:
        raise RefusedError(Why.MALFORMED)
    header, payload = _object(match[1]), _object(match[2])
    decoded(match[3])
    return Jws(text, header, payload)


def decoded(text: str) -> bytes:
    """Decode base64url in its one spelling.

    Raises:
        RefusedError: It is none.
    """
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise RefusedError(Why.MALFORMED) from None
    if encoded(data) != text:
        raise RefusedError(Why.MALFORMED)
    return data


def encoded(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def parsed(data: bytes) -> Any:
    """Parse JSON of a token.

    Raises:
        RefusedError: It is none, has a repeated name, or is nested deeper than any honest token.
    """
    try:
        value = parse_json(data, source="A token")
    except DocumentError:
        # What it says of the fault might quote the token.
        raise RefusedError(Why.MALFORMED) from None
    if _deeper(value, _MOST_DEPTH):
        raise RefusedError(Why.MALFORMED)
    return value


def verify(jws: Jws, keys: Sequence[PublicKeyOf], algorithms: Collection[Algorithm]) -> None:
    """Verify a token's signature.

    Args:
        jws: The token.
        keys: Its issuer's keys, or its holder's.
        algorithms: Those that they use.

    Raises:
        RefusedError: The algorithm is not allowed, no key is the one, or the signature is wrong.
    """
    from jwcrypto.common import JWException
    from jwcrypto.jws import JWS

    header = jws.header
    if _KEYS_IN_IT & set(header):
        raise RefusedError(Why.OWN_KEY)
    if "crit" in header or "b64" in header:
        raise RefusedError(Why.CRITICAL)
    algorithm = next((one for one in algorithms if one.value == header.get("alg")), None)
    if algorithm is None:
        raise RefusedError(Why.ALGORITHM)
    key = _key_for(header, keys, algorithm)
    token = JWS()
    token.allowed_algs = [algorithm.value]
    try:
        token.deserialize(jws.text)
        token.verify(key.jwk, alg=algorithm.value)
    except (JWException, ValueError, TypeError):
        raise RefusedError(Why.SIGNATURE) from None
    # What is verified is what was read: both come from the one spelling of the same text.


def _key_for(header: Mapping[str, Any], keys: Sequence[PublicKeyOf], algorithm: Algorithm) -> PublicKeyOf:
    """Return the one key that a header can mean: no other is tried."""
    fit = [key for key in keys if algorithm in key.algorithms]
    if "kid" in header:
        fit = [key for key in fit if key.kid == header["kid"] and key.kid is not None]
    if len(fit) != 1:
        raise RefusedError(Why.NO_KEY)
    return fit[0]


def _object(text: str) -> Mapping[str, Any]:
    value = parsed(decoded(text))
    if not isinstance(value, dict):
        raise RefusedError(Why.MALFORMED)
    return value


def _deeper(value: Any, most: int) -> bool:
    if most < 0:
        return True
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_deeper(one, most - 1) for one in inner)
