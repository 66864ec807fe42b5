"""Trusted issuers with their keys and registries: what is read once, at the start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import Field, ValidationError, model_validator

from groundstop.directives.claims.config import (
    ApiKeyConfig,
    CertificateConfig,
    CredentialConfig,
    IssuerConfig,
    TokenConfig,
    claim_accepts,
    configs_from,
)
from groundstop.directives.claims.public_keys import PublicKeyOf, key_set
from groundstop.directives.claims.values import excludes_itself
from groundstop.directives.table_files import read_table
from groundstop.documents import describe, parse_json
from groundstop.documents.base import Moment, Part, Sha256Hex
from groundstop.documents.directives import ClaimName
from groundstop.documents.directives.claims import ClaimValue
from groundstop.errors import InputError
from groundstop.evidence import read_bounded
from groundstop.evidence.age import check_private

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

MOST_KEY_BYTES = 256 * 1024
SHORTEST_PEPPER = 32


class Entry(Part):
    """Whom a registry knows, and what it attests of them."""

    principal: str = Field(min_length=1, max_length=300)
    claims: dict[ClaimName, tuple[ClaimValue, ...]] = Field(default_factory=dict)
    expires: Moment | None = None
    revoked: str | None = Field(default=None, min_length=1, max_length=500)
    """Why it no longer counts."""

    @model_validator(mode="after")
    def _can_be_so(self) -> Entry:
        for name, values in self.claims.items():
            if not values or not all(claim_accepts(name, value) for value in values):
                raise ValueError(f"a value is none that the claim {name.value} can have")
            if excludes_itself(name, frozenset(values)):
                raise ValueError(f"the claim {name.value} has values that exclude each other")
        return self


class CertificateEntry(Entry):
    """A client certificate that a registry knows."""

    fingerprint: Sha256Hex | None = None
    """SHA-256 of the certificate in DER."""
    uri: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9+.-]*://[!-~]+$", max_length=500)
    """A URI among its subject's alternative names, such as a SPIFFE id."""

    @model_validator(mode="after")
    def _is_known_by_one(self) -> CertificateEntry:
        if (self.fingerprint is None) is (self.uri is None):
            raise ValueError("it is known by its fingerprint, or by its uri")
        return self


class ApiKeyEntry(Entry):
    """An API key that a registry knows."""

    digest: Sha256Hex
    """Of the key; see :func:`~groundstop.directives.claims.api_keys.api_key_digest`."""


_EntryT = TypeVar("_EntryT", CertificateEntry, ApiKeyEntry)


@dataclass(frozen=True, slots=True)
class TokenIssuer:
    """An issuer of JSON Web Tokens."""

    config: TokenConfig
    keys: tuple[PublicKeyOf, ...]


@dataclass(frozen=True, slots=True)
class CredentialIssuer:
    """An issuer of verifiable credentials."""

    config: CredentialConfig
    keys: tuple[PublicKeyOf, ...]


@dataclass(frozen=True, slots=True)
class CertificateRegistry:
    """A registry of client certificates."""

    config: CertificateConfig
    entries: Mapping[str, CertificateEntry]
    """By fingerprint, and by URI."""
    authorities: tuple[Certificate, ...]


@dataclass(frozen=True, slots=True)
class ApiKeyRegistry:
    """A registry of API keys."""

    config: ApiKeyConfig
    entries: Mapping[str, ApiKeyEntry]
    """By digest."""
    pepper: bytes = field(repr=False)


Issuer = TokenIssuer | CredentialIssuer | CertificateRegistry | ApiKeyRegistry
"""Somebody whom an operator trusts with some claims."""


def issuers_from(tables: Sequence[Mapping[str, Any]], *, source: str, folder: Path) -> tuple[Issuer, ...]:
    """Read ``[[issuer]]`` tables, and the files that they name.

    Args:
        tables: As TOML has them.
        source: Where they are from, for error messages.
        folder: Where the files are.

    Returns:
        The issuers, in the order of their tables.

    Raises:
        InputError: A table or a file is malformed or missing, or the extra ``claims`` is not installed.
        WorkspaceError: A private file can be read by others.
    """
    return tuple(_loaded(config, folder) for config in configs_from(tables, source=source))


def _loaded(config: IssuerConfig, folder: Path) -> Issuer:
    match config:
        case TokenConfig():
            return TokenIssuer(config, _keys(config, folder))
        case CredentialConfig():
            return CredentialIssuer(config, _keys(config, folder))
        case CertificateConfig():
            return _certificates(config, folder)
        case ApiKeyConfig():
            return _api_keys(config, folder)


def _keys(config: TokenConfig | CredentialConfig, folder: Path) -> tuple[PublicKeyOf, ...]:
    try:
        import jwcrypto  # noqa: F401
    except ModuleNotFoundError as error:
        raise InputError(
            f"The issuer {config.name} gives tokens, and what reads them is not installed",
            "Run: pip install 'groundstop[claims]'",
        ) from error
    if config.keys_file is None:
        return key_set(config.keys, source=f"The issuer {config.name}")
    path = folder / config.keys_file
    return key_set_of(read_bounded(path, most=MOST_KEY_BYTES), source=str(path))


def key_set_of(data: bytes, *, source: str) -> tuple[PublicKeyOf, ...]:
    """Read a JSON Web Key Set; see :func:`~groundstop.directives.claims.public_keys.key_set`."""
    found = parse_json(data, source=source)
    listed = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(listed, list):
        raise InputError(f"{source} is no JSON Web Key Set", "Get it from the issuer's jwks_uri")
    return key_set(listed, source=source)


def _certificates(config: CertificateConfig, folder: Path) -> CertificateRegistry:
    entries = _entries(config, CertificateEntry, folder)
    by_uri = any(one.uri is not None for one in entries)
    if by_uri and config.authorities is None:
        raise InputError(
            f"The registry of {config.name} knows certificates by their URI, and not who signs them",
            'Name the file of their authorities: authorities = "ca.pem"',
        )
    authorities = () if config.authorities is None else _pem(folder / config.authorities)
    named = {one.fingerprint or one.uri or "": one for one in entries}
    _check_once(config, len(named), len(entries))
    return CertificateRegistry(config, named, authorities)


def _api_keys(config: ApiKeyConfig, folder: Path) -> ApiKeyRegistry:
    entries = _entries(config, ApiKeyEntry, folder)
    path = folder / config.pepper
    check_private(path)
    pepper = read_bounded(path, most=4096)
    if len(pepper) < SHORTEST_PEPPER:
        raise InputError(
            f"The pepper {path} has less than {SHORTEST_PEPPER} bytes",
            f"Make one with: head -c {SHORTEST_PEPPER} /dev/urandom; then all its API keys need new digests",
        )
    named = {one.digest: one for one in entries}
    _check_once(config, len(named), len(entries))
    return ApiKeyRegistry(config, named, pepper)


def _check_once(config: IssuerConfig, named: int, entries: int) -> None:
    if named != entries:
        raise InputError(f"An entry stands twice in the registry of {config.name}", "Take one of them out")


def _entries(
    config: CertificateConfig | ApiKeyConfig, kind: type[_EntryT], folder: Path
) -> tuple[_EntryT, ...]:
    path = folder / config.registry
    table = read_table(path)
    listed = table.get("entry")
    if set(table) != {"entry"} or not isinstance(listed, list):
        raise InputError(f"{path} is no registry: it has [[entry]] tables and nothing else", "Correct it")
    found = []
    for number, one in enumerate(listed, start=1):
        try:
            entry = kind.model_validate(one)
        except ValidationError as error:
            raise InputError(*describe(error, source=f"Entry {number} of {path}")) from error
        if more := sorted(set(entry.claims) - set(config.attests)):
            raise InputError(
                f"Entry {number} of {path} has the claim {more[0].value}, which {config.name} may not attest",
                "Take it out, or add it to attests",
            )
        found.append(entry)
    return tuple(found)


def _pem(path: Path) -> tuple[Certificate, ...]:
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return tuple(load_pem_x509_certificates(read_bounded(path, most=MOST_KEY_BYTES)))
    except ValueError as error:
        raise InputError(f"{path} holds no certificates in PEM", "Check the path") from error
