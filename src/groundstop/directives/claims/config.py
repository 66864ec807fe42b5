"""Issuers that an operator trusts, as the ``[[issuer]]`` tables of its ``obeys.toml`` say it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from groundstop.documents import describe
from groundstop.documents.base import Identifier, Part
from groundstop.documents.directives import Assurance, ClaimName
from groundstop.documents.directives.claims import ClaimValue
from groundstop.errors import InputError

MOST_ISSUERS = 200
MOST_BYTES = 8192
"""Largest token that is read, when an issuer's table does not say otherwise."""


class Algorithm(StrEnum):
    """How a token may be signed. There is no ``none`` here, and nothing with a shared secret."""

    EDDSA = "EdDSA"
    """On the curve Ed25519 only."""
    ED25519 = "Ed25519"
    ES256 = "ES256"
    ES384 = "ES384"
    ES512 = "ES512"
    PS256 = "PS256"
    PS384 = "PS384"
    PS512 = "PS512"
    RS256 = "RS256"
    RS384 = "RS384"
    RS512 = "RS512"


USUAL = (Algorithm.EDDSA, Algorithm.ED25519, Algorithm.ES256, Algorithm.RS256, Algorithm.PS256)

NAMES_OF_PEOPLE = frozenset(
    {
        "name",
        "given_name",
        "family_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "email",
        "phone_number",
        "birthdate",
    }
)
"""What OpenID Connect calls people by. None of it can become a claim: a name never denies by itself."""

_COUNTRY = r"[A-Z]{2}"
_WORDS = r"[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]{0,198}[^\s\x00-\x1f\x7f])?"
_FORMS = {
    ClaimName.SUBJECT_TYPE: "natural-person|organisation",
    ClaimName.NATIONALITY: _COUNTRY,
    ClaimName.PERMANENT_RESIDENCE: f"{_COUNTRY}|none",
    ClaimName.PROTECTED_IN: f"{_COUNTRY}|none",
    ClaimName.INCORPORATED_IN: _COUNTRY,
    ClaimName.LOCATED_IN: _COUNTRY,
    ClaimName.ORGANISATION: _WORDS,
    ClaimName.PURPOSE: _WORDS,
    ClaimName.STATUS: r"[a-z0-9][a-z0-9._-]{0,63}:(?:yes|no)",
}


def claim_accepts(claim: ClaimName, value: str) -> bool:
    """Tell whether a claim can have a value."""
    return re.fullmatch(_FORMS[claim], value) is not None


class Mapped(Part):
    """Where one of our claims is in an issuer's tokens, and how its values are called there."""

    claim: ClaimName
    token_claim: str | None = Field(default=None, min_length=1, max_length=300)
    """The token's claim by its name; a JSON pointer when it begins with a slash."""
    values: dict[str, ClaimValue] = Field(default_factory=dict, max_length=400)
    """Our value for each of the token's; yes and no are ``true`` and ``false``. Any other is not understood.
    Without this table the token's own values are taken."""
    empty: ClaimValue | None = None
    """Our value for an empty list, such as ``none``; without it an empty list says nothing."""
    always: tuple[ClaimValue, ...] = Field(default=(), max_length=400)
    """What every token of this issuer attests, whatever is in it: its organisation, say."""
    assurance: Assurance | None = None
    """For this claim; the issuer's when there is none."""

    def claim_accepts(self, value: str) -> bool:
        """Tell whether the claim can have a value."""
        return claim_accepts(self.claim, value)

    @model_validator(mode="after")
    def _says_where(self) -> Mapped:
        if (self.token_claim is None) is not bool(self.always):
            raise ValueError("a claim is at token_claim in the token, or has the values of always")
        if self.always and (self.values or self.empty):
            raise ValueError("values and empty go with token_claim")
        last = (self.token_claim or "").rpartition("/")[2]
        if last in NAMES_OF_PEOPLE:
            raise ValueError(
                f"{last!r} is what a person is called, which no claim is made of: a name never decides"
            )
        ours = (*self.values.values(), *self.always, *([] if self.empty is None else [self.empty]))
        if any(not self.claim_accepts(value) for value in ours):
            raise ValueError(f"a value is none that the claim {self.claim.value} can have")
        return self


class _Issuer(Part):
    name: Identifier
    """How the operator calls it; directives and licences know it by this name."""
    assurance: Assurance = Assurance.LOW
    """How well it has checked what it attests."""
    revoked: str | None = Field(default=None, min_length=1, max_length=500)
    """Why it is no longer trusted. A revoked issuer attests nothing."""


class _Signer(_Issuer):
    issuer: str = Field(min_length=1, max_length=500)
    """What its tokens have as ``iss``."""
    audience: tuple[str, ...] = Field(min_length=1, max_length=20)
    """What its tokens must have as ``aud``, any one of these."""
    algorithms: tuple[Algorithm, ...] = Field(default=USUAL, min_length=1)
    keys_file: str | None = Field(default=None, min_length=1, max_length=500)
    """A JSON Web Key Set, in the folder of the file that this table is in."""
    keys_url: str | None = Field(default=None, min_length=1, max_length=500)
    """Where the issuer publishes it: the file is refreshed from there, apart from any request."""
    keys: tuple[dict[str, Any], ...] = Field(default=(), max_length=100)
    """Public keys, each a JSON Web Key."""
    claims: tuple[Mapped, ...] = Field(min_length=1, max_length=50)
    """What it may attest."""
    clock_skew_s: int = Field(default=60, ge=0, le=600)
    """By how much its clock may differ."""
    max_bytes: int = Field(default=MOST_BYTES, ge=256, le=65_536)
    longest_s: int | None = Field(default=None, ge=60)
    """Longest that a token may be valid from now on; none for any."""

    @model_validator(mode="after")
    def _has_keys(self) -> _Signer:
        if (self.keys_file is None) is not bool(self.keys):
            raise ValueError("its public keys are in keys_file, or stand here as keys")
        if self.keys_url is not None and self.keys_file is None:
            raise ValueError("keys_url needs a keys_file, which is refreshed from there")
        names = [one.claim for one in self.claims if one.claim is not ClaimName.STATUS]
        if len(set(names)) != len(names):
            raise ValueError("a claim stands in it twice, which only the claim status may")
        return self


class TokenConfig(_Signer):
    """An issuer of JSON Web Tokens: of people, or of service accounts only."""

    kind: Literal["oidc", "jwt", "service"]
    types: tuple[str, ...] = ("JWT", "at+jwt")
    """Header types that its tokens may have; they may have none."""
    once: bool = False
    """True when a token is good for one request; it needs a ``jti`` then."""
    bound: Literal["refuse", "accept"] = "refuse"
    """What becomes of a token that only the holder of a key may use (``cnf``): that is not checked here."""
    service_marks: dict[str, tuple[str, ...]] = Field(
        default_factory=lambda: {"gty": ("client-credentials", "client_credentials"), "idtyp": ("app",)}
    )
    """Claims, with their values, that tell a service account; so does being one's own client."""


class CredentialConfig(_Signer):
    """An issuer of SD-JWT verifiable credentials, of which the holder discloses what it wants."""

    kind: Literal["sd-jwt-vc"]
    types: tuple[str, ...] = Field(min_length=1, max_length=20)
    """Credential types: its ``vct``."""
    holder_algorithms: tuple[Algorithm, ...] = Field(default=USUAL, min_length=1)
    fresh_s: int = Field(default=300, ge=10, le=86_400)
    """Seconds for which one presentation is good."""
    once: bool = True
    """True when a challenge is answered once."""
    revocable: Literal["refuse", "accept"] = "refuse"
    """What becomes of a credential that names a status list. None is looked up here."""


class _Registry(_Issuer):
    registry: str = Field(min_length=1, max_length=500)
    """A file with ``[[entry]]`` tables, in the folder of the file that this table is in."""
    attests: tuple[ClaimName, ...] = Field(min_length=1)
    """Claims that its entries may attest."""


class CertificateConfig(_Registry):
    """A registry of client certificates."""

    kind: Literal["mtls"]
    authorities: str | None = Field(default=None, min_length=1, max_length=500)
    """A file of certificates in PEM: who signs those that an entry knows by their URI."""


class ApiKeyConfig(_Registry):
    """A registry of API keys."""

    kind: Literal["api-keys"]
    pepper: str = Field(min_length=1, max_length=500)
    """A private file with 32 random bytes or more, with which the keys are hashed."""


IssuerConfig = Annotated[
    TokenConfig | CredentialConfig | CertificateConfig | ApiKeyConfig, Field(discriminator="kind")
]
_ANY: TypeAdapter[IssuerConfig] = TypeAdapter(IssuerConfig)


def configs_from(tables: Sequence[Mapping[str, Any]], *, source: str) -> tuple[IssuerConfig, ...]:
    """Read ``[[issuer]]`` tables.

    Args:
        tables: As TOML has them.
        source: Where they are from, for error messages.

    Returns:
        What they say, in their order.

    Raises:
        InputError: One is malformed, two have one name, or one token could be either issuer's.
    """
    if len(tables) > MOST_ISSUERS:
        raise InputError(f"{source} has more than {MOST_ISSUERS} issuers", "Leave some out")
    found: list[IssuerConfig] = []
    for number, table in enumerate(tables, start=1):
        try:
            found.append(_ANY.validate_python(table))
        except ValidationError as error:
            raise InputError(*describe(error, source=f"Issuer {number} of {source}")) from error
        except RecursionError as error:
            raise InputError(f"Issuer {number} of {source} is nested too deep", "Correct it") from error
    names = [one.name for one in found]
    if len(set(names)) != len(names):
        raise InputError(f"Two issuers of {source} have one name", "Give each a name of its own")
    _check_apart(found, source)
    return tuple(found)


def _check_apart(configs: Sequence[IssuerConfig], source: str) -> None:
    """Refuse issuers between whom a token could not choose."""
    seen: set[tuple[str, str, str]] = set()
    for one in configs:
        match one:
            case TokenConfig():
                places = {("audience", one.issuer, audience) for audience in one.audience}
            case CredentialConfig():
                places = {("type", one.issuer, kind) for kind in one.types}
            case _:
                continue
        if both := sorted(places & seen):
            raise InputError(
                f"Two issuers of {source} have the same issuer and the same {both[0][0]}",
                "Make them one, or tell them apart by that",
            )
        seen |= places
