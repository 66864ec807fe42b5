"""Public keys of issuers and holders: JSON Web Keys, each fit for the algorithms that it may be used with.

Source: RFC 7517 (JSON Web Key), RFC 7518 section 3.1, RFC 8037; RFC 8725 sections 3.1 and 3.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from groundstop.directives.claims.config import Algorithm
from groundstop.errors import InputError

if TYPE_CHECKING:
    from jwcrypto.jwk import JWK

MOST_KEYS = 100
LEAST_RSA_BITS = 2048
MOST_RSA_BITS = 8192
"""A larger one only takes time."""

_RSA = frozenset({one for one in Algorithm if one.value[:2] in {"RS", "PS"}})
_FITS: Mapping[tuple[str, str | None], frozenset[Algorithm]] = {
    ("OKP", "Ed25519"): frozenset({Algorithm.EDDSA, Algorithm.ED25519}),
    ("EC", "P-256"): frozenset({Algorithm.ES256}),
    ("EC", "P-384"): frozenset({Algorithm.ES384}),
    ("EC", "P-521"): frozenset({Algorithm.ES512}),
    ("RSA", None): _RSA,
}
"""One curve for each algorithm: whoever presents a token has no choice in it."""
_PUBLIC = ("kty", "crv", "x", "y", "n", "e")
_SECRET = frozenset({"d", "k", "p", "q", "dp", "dq", "qi", "oth", "priv"})


@dataclass(frozen=True, slots=True)
class PublicKeyOf:
    """A public key of an issuer or a holder."""

    kid: str | None
    algorithms: frozenset[Algorithm]
    """The algorithms that it is fit for."""
    jwk: JWK


def public_key(value: Any) -> PublicKeyOf | None:
    """Read a JSON Web Key.

    Args:
        value: A JSON value, from anybody.

    Returns:
        The key; none when it is no public key for verifying signatures with one of our algorithms.
    """
    if not isinstance(value, dict) or _SECRET & set(value):
        return None
    kid = value.get("kid")
    if kid is not None and not isinstance(kid, str):
        return None
    parts = {name: value[name] for name in _PUBLIC if name in value}
    if not all(isinstance(one, str) and len(one) <= 2048 for one in parts.values()):
        return None
    algorithms = _FITS.get((parts.get("kty", ""), parts.get("crv")), frozenset())
    if value.get("use", "sig") != "sig" or "verify" not in _operations(value):
        return None
    if "alg" in value:
        algorithms &= _same(value["alg"])
    jwk = _loaded(parts) if algorithms else None
    return None if jwk is None else PublicKeyOf(kid, algorithms, jwk)


def key_set(values: Iterable[Any], *, source: str) -> tuple[PublicKeyOf, ...]:
    """Read an issuer's keys; those for other uses are left out.

    Args:
        values: JSON Web Keys.
        source: Where they are from, for error messages.

    Returns:
        The keys that signatures can be verified with.

    Raises:
        InputError: There are none, there are too many, one is secret, or two have the same name.
    """
    listed = list(values)
    if len(listed) > MOST_KEYS:
        raise InputError(f"{source} has more than {MOST_KEYS} keys", "Leave out those that are not in use")
    for one in listed:
        if isinstance(one, dict) and (one.get("kty") == "oct" or _SECRET & set(one)):
            raise InputError(
                f"{source} holds a secret key",
                "Give public keys only: whoever has a secret one could make tokens",
            )
    keys = tuple(key for key in map(public_key, listed) if key is not None)
    if not keys:
        raise InputError(
            f"{source} has no public key that tokens are verified with",
            "Give Ed25519, P-256, P-384, P-521 keys, or RSA keys of 2048 bits or more",
        )
    names = [key.kid for key in keys if key.kid is not None]
    if len(set(names)) != len(names):
        raise InputError(
            f"Two keys of {source} have one kid", "Ask the issuer for a set in which each has its own"
        )
    return keys


def _operations(value: Mapping[str, Any]) -> Any:
    found = value.get("key_ops", ["verify"])
    return found if isinstance(found, list) else ()


def _same(name: Any) -> frozenset[Algorithm]:
    """Return an algorithm; Ed25519 goes by two names."""
    if not isinstance(name, str) or name not in {one.value for one in Algorithm}:
        return frozenset()
    edwards = frozenset({Algorithm.EDDSA, Algorithm.ED25519})
    return edwards if name in edwards else frozenset({Algorithm(name)})


def _loaded(parts: Mapping[str, str]) -> JWK | None:
    from jwcrypto.common import JWException
    from jwcrypto.jwk import JWK

    try:
        jwk = JWK(**parts)
        # The numbers are looked at only here: whether they are on the curve, and how large they are.
        native = jwk.get_op_key("verify")
    except (JWException, ValueError, TypeError, KeyError):
        return None
    if parts["kty"] == "RSA" and not LEAST_RSA_BITS <= native.key_size <= MOST_RSA_BITS:
        return None
    return jwk
