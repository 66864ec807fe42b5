"""API keys: a registry holds what they are hashed to, and what is attested of whoever has one.

A key is hashed with HMAC-SHA-256 under a secret of the operator's, its pepper. A slow hash such as scrypt
would cost each request tens of milliseconds, and is for passwords, which can be guessed: a key is random, and
without the pepper a registry that leaks says nothing even of a weak one. The digest is looked up in a table:
whoever measures how long that takes learns about the digests of guesses, which without the pepper are random.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable, Sequence

from groundstop.directives.claims.attestation import Attestation
from groundstop.directives.claims.issuers import ApiKeyRegistry
from groundstop.directives.claims.registries import attest_entry
from groundstop.directives.claims.why import RefusedError, Why, told_of

SHORTEST = 24
LONGEST = 512
_RANDOM_BYTES = 32
_MADE = re.compile(rf"gsk_[0-9a-f]{{{2 * _RANDOM_BYTES}}}")


def new_api_key(random: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """Return a fresh key: 256 random bits, with a mark by which secret scanners can know it."""
    return f"gsk_{random(_RANDOM_BYTES).hex()}"


def is_made_here(key: str) -> bool:
    """Tell whether a key has the form of those that :func:`new_api_key` makes, whether it is known or not."""
    return _MADE.fullmatch(key) is not None


def api_key_digest(key: str, pepper: bytes) -> str:
    """Return what stands in a registry for a key: HMAC-SHA-256 under the pepper, in hexadecimal."""
    return hmac.digest(pepper, key.encode("utf-8"), "sha256").hex()


def attest_api_key(key: str, registries: Sequence[ApiKeyRegistry], now: float) -> Attestation:
    """Return what is attested of whoever has a key.

    Args:
        key: The key.
        registries: Those that are trusted.
        now: Seconds since 1970.

    Raises:
        RefusedError: It attests nothing.
    """
    if not SHORTEST <= len(key) <= LONGEST:
        raise RefusedError(Why.UNREADABLE)
    for registry in registries:
        digest = api_key_digest(key, registry.pepper)
        entry = registry.entries.get(digest)
        if entry is not None and hmac.compare_digest(entry.digest, digest):
            with told_of(registry.config.name):
                return attest_entry(entry, registry.config, now)
    raise RefusedError(Why.UNKNOWN_KEY)
