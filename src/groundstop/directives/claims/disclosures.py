"""Putting together what the holder of an SD-JWT discloses with what its issuer signed.

Source: RFC 9901 (Selective Disclosure for JSON Web Tokens), section 7.1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from groundstop.directives.claims.jose import decoded, encoded, parsed
from groundstop.directives.claims.why import RefusedError, Why

MOST = 200
_HIDDEN, _ELEMENT, _ALGORITHM = "_sd", "...", "_sd_alg"
_NEVER_DISCLOSED = frozenset({"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status", "aud"})
"""What is said openly: who could leave it out would choose whether it counts."""


class _Disclosure(NamedTuple):
    name: str | None
    """None for an element of a list."""
    value: Any


def disclosed(payload: Mapping[str, Any], texts: Sequence[str]) -> Mapping[str, Any]:
    """Return what an issuer signed, with what is disclosed in its place.

    Args:
        payload: What the issuer signed.
        texts: The disclosures.

    Returns:
        The claims. What is not disclosed is not in it.

    Raises:
        RefusedError: A disclosure is malformed, or is not the issuer's, or stands where it must not.
    """
    if len(texts) > MOST or payload.get(_ALGORITHM, "sha-256") != "sha-256":
        raise RefusedError(Why.DISCLOSURE)
    found = {digest(text): _read(text) for text in texts}
    if len(found) != len(texts):
        raise RefusedError(Why.DISCLOSURE)
    seen: list[str] = []
    claims: dict[str, Any] = _opened(
        {key: value for key, value in payload.items() if key != _ALGORITHM}, found, seen
    )
    # Each digest stands once in what is signed, and each disclosure has one.
    if len(set(seen)) != len(seen) or not set(found) <= set(seen):
        raise RefusedError(Why.DISCLOSURE)
    openly = {name for name in claims if name in payload}
    if (set(claims) - openly) & _NEVER_DISCLOSED:
        raise RefusedError(Why.DISCLOSURE)
    return claims


def digest(text: str) -> str:
    """Return the digest by which an issuer refers to a disclosure."""
    return encoded(hashlib.sha256(text.encode("ascii")).digest())


def _read(text: str) -> _Disclosure:
    match parsed(decoded(text)):
        case [str(), str(name), value] if name not in (_HIDDEN, _ELEMENT):
            return _Disclosure(name, value)
        case [str(), value]:
            return _Disclosure(None, value)
    raise RefusedError(Why.DISCLOSURE)


def _opened(value: Any, found: Mapping[str, _Disclosure], seen: list[str], depth: int = 0) -> Any:
    # A disclosure can hold digests of others; a digest cannot be in what it is of, so this ends.
    if depth > MOST:
        raise RefusedError(Why.DISCLOSURE)
    if isinstance(value, list):
        items = (_element(one, found, seen, depth) for one in value)
        return [one for item in items for one in item]
    if not isinstance(value, dict):
        return value
    if _ELEMENT in value or _ALGORITHM in value:
        raise RefusedError(Why.DISCLOSURE)
    opened = {name: _opened(one, found, seen, depth + 1) for name, one in value.items() if name != _HIDDEN}
    hidden = value.get(_HIDDEN, [])
    if not isinstance(hidden, list) or not all(isinstance(one, str) for one in hidden):
        raise RefusedError(Why.DISCLOSURE)
    for one in hidden:
        seen.append(one)
        disclosure = found.get(one)
        if disclosure is None:
            continue
        if disclosure.name is None or disclosure.name in opened:
            raise RefusedError(Why.DISCLOSURE)
        opened[disclosure.name] = _opened(disclosure.value, found, seen, depth + 1)
    return opened


def _element(item: Any, found: Mapping[str, _Disclosure], seen: list[str], depth: int) -> list[Any]:
    """Return an element of a list; none when it is hidden and not disclosed."""
    if not (isinstance(item, dict) and _ELEMENT in item):
        return [_opened(item, found, seen, depth + 1)]
    one = item[_ELEMENT]
    if set(item) != {_ELEMENT} or not isinstance(one, str):
        raise RefusedError(Why.DISCLOSURE)
    seen.append(one)
    disclosure = found.get(one)
    if disclosure is None:
        return []
    if disclosure.name is not None:
        raise RefusedError(Why.DISCLOSURE)
    return [_opened(disclosure.value, found, seen, depth + 1)]
