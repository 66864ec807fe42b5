"""Why a token, a key or a certificate attests nothing, or one of its claims does not count.

The reasons are a closed list, so that none can quote what was presented: a token is a secret, and what is
in it is personal.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum


class Why(StrEnum):
    """Why something does not count."""

    UNREADABLE = "it is nothing of a form that is read here"
    TOO_LARGE = "it is larger than its issuer's tokens may be"
    MALFORMED = "it is malformed"
    NO_ISSUER = "no issuer of it is trusted here"
    REVOKED_ISSUER = "its issuer is no longer trusted"
    ALGORITHM = "it is signed with an algorithm that its issuer does not use"
    OWN_KEY = "it brings the key that it wants to be verified with"
    CRITICAL = "it asks for an extension that is not understood here"
    NO_KEY = "its issuer has no key of that name for that algorithm"
    SIGNATURE = "its signature is wrong"
    TYPE = "it is a token of another type"
    AUDIENCE = "it is meant for somebody else"
    TIMES = "its times are missing or malformed"
    EXPIRED = "it has expired"
    NOT_YET = "it is not valid yet"
    TOO_LONG = "it is valid for longer than its issuer's tokens may be"
    SUBJECT = "it does not say whom it is about"
    ACTOR = "what it says of who acts for whom is malformed"
    NO_ID = "it has no id, by which its second use would be noticed"
    REPLAYED = "it was used before"
    NO_MEMORY = "its second use could not be noticed here"
    DISCLOSURE = "what it discloses is not what its issuer signed"
    NO_BINDING = "nothing shows that its holder presents it"
    BINDING = "what shows that its holder presents it is malformed, or is about another presentation"
    STALE_BINDING = "it was presented too long ago, or in the future"
    NONCE = "it answers no challenge of this place"
    BOUND = "only the holder of a key may use it, which is not checked here"
    REVOCABLE = "it may have been revoked, which is not looked up here"
    UNKNOWN_KEY = "it is in no registry"
    ENTRY_EXPIRED = "its entry in the registry has expired"
    ENTRY_REVOKED = "its entry in the registry is revoked"
    UNKNOWN_AUTHORITY = "its certificate is by no authority of the registry"
    VALUE = "its value is none that the claim can have"
    EMPTY = "it has no value"
    CONTRADICTION = "it is attested to be two things that exclude each other"
    SOMEBODY_ELSE = "it is about somebody else than the one who asks"
    OF_A_SERVICE = "a service account has no such claim: anybody may be behind it"
    BROKEN = "it could not be examined"


class RefusedError(Exception):
    """What was presented attests nothing. It never leaves this package.

    Args:
        why: The reason.
        issuer: Whose it is, by the issuer's name at the operator; none when that is not known.
    """

    def __init__(self, why: Why, issuer: str | None = None) -> None:
        super().__init__(why.value)
        self.why = why
        self.issuer = issuer


@contextmanager
def told_of(issuer: str) -> Iterator[None]:
    """Say of a refusal in this block whose token it is about."""
    try:
        yield
    except RefusedError as refused:
        raise RefusedError(refused.why, issuer) from None
