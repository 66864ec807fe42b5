"""Orders from files: drafts in TOML, documents in JSON, signed envelopes; each refusal says what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from groundstop.directives.refusals import hint_for
from groundstop.directives.signing import SignedHere, said_in
from groundstop.directives.toml_text import parse_toml
from groundstop.documents import canonical_bytes, describe, parse_json
from groundstop.documents.directives import (
    Countersignature,
    Directive,
    Licence,
    LicenceRevocation,
    Lift,
    Override,
    Stop,
)
from groundstop.errors import DocumentError, InputError

MOST_BYTES = 8 * 1024 * 1024
"""Largest file that is read."""

NOT_NUMBERED = "GSD-00000000-0000000000"
"""The id of a draft, which gets its own when it is signed first."""
NOT_MADE = "1970-01-01T00:00:00Z"
"""When a draft says that it was made, and a date that is still to be filled in."""
NEVER = datetime.fromisoformat(NOT_MADE)
"""The same, as a moment."""

_KINDS: Mapping[str, type[SignedHere]] = {
    kind.model_fields["kind"].default: kind
    for kind in (Directive, Stop, Licence, LicenceRevocation, Lift, Countersignature, Override)
}
_DRAFT_DEFAULTS: Mapping[str, Any] = {
    "id": NOT_NUMBERED,
    "created": NOT_MADE,
    "sequence": 1,
    "supersedes": None,
    "basis": None,
    "evidence": [],
}
"""What the TOML of a draft may leave out: TOML has no null, and a draft has no number yet."""
_NULLS: Mapping[str, tuple[str, ...]] = {"stop": ("provider",), "licence": ("supersedes",)}
"""Fields whose value may be none, and which are required all the same."""


@dataclass(frozen=True, slots=True)
class OrderFile:
    """An order, or what goes with one, as it was read from a file."""

    document: SignedHere
    envelope: bytes | None
    """The signed envelope; none for a document that nobody has signed."""
    signers: tuple[str, ...]
    """Ids of the keys that the envelope says have signed. No signature is verified here."""
    source: str

    def directive(self) -> Directive:
        """Return the directive in it.

        Raises:
            InputError: It is a document of another kind.
        """
        if not isinstance(self.document, Directive):
            raise InputError(
                f"{self.source} is a {self.document.kind}, and no directive", "Give a directive's file"
            )
        return self.document


def read_order_file(path: Path) -> OrderFile:
    """Read an order, or what goes with one.

    Args:
        path: TOML, JSON, or a signed envelope; told apart by how the file begins.

    Returns:
        What was read, its signatures not verified.

    Raises:
        InputError: There is no such file, it is too large, or holds another kind of document.
        DocumentError: It is malformed, or an order that is refused, with what to do about it.
    """
    from groundstop.evidence import read_bounded

    return parse_order(read_bounded(path, most=MOST_BYTES), source=str(path))


def parse_order(data: bytes, *, source: str) -> OrderFile:
    """Read an order from its file's bytes; see :func:`read_order_file`."""
    if not data.lstrip(b" \t\r\n\xef\xbb\xbf").startswith((b"{", b"[{")):
        return OrderFile(_from_toml(parse_toml(data, source=source), source), None, (), source)
    value = parse_json(data, source=source)
    if isinstance(value, dict) and "payload" in value and "signatures" in value:
        return _from_envelope(data, source)
    if not isinstance(value, dict):
        raise _no_order(source, value)
    kind = _kind_of(value, source)
    unmade = {"id": NOT_NUMBERED, "created": NOT_MADE} if kind is Directive else {}
    return OrderFile(_validated(kind, {**unmade, **value}, source), None, (), source)


def _from_envelope(data: bytes, source: str) -> OrderFile:
    from groundstop.evidence.statements import read_signed

    # A text editor, or a download, adds a newline to what is canonical without one.
    envelope = data.strip(b" \t\r\n")
    signed = read_signed(envelope, source=source)
    document = said_in(signed, source=source)
    return OrderFile(document, envelope, tuple(key for key, _ in signed.signatures), source)


def _from_toml(value: dict[str, Any], source: str) -> SignedHere:
    value.setdefault("kind", Directive.model_fields["kind"].default)
    value.setdefault("version", 1)
    kind = _kind_of(value, source)
    nulls = dict.fromkeys(_NULLS.get(value["kind"], ()))
    defaults = _DRAFT_DEFAULTS if kind is Directive else nulls
    return _validated(kind, {**defaults, **value}, source)


def _kind_of(value: Mapping[str, Any], source: str) -> type[SignedHere]:
    kind = value.get("kind")
    found = _KINDS.get(kind) if isinstance(kind, str) else None
    if found is None:
        raise _no_order(source, kind)
    return found


def _no_order(source: str, kind: object) -> DocumentError:
    said = f"its kind is {kind!r}" if isinstance(kind, str) and len(kind) < 100 else "it names no kind"
    return DocumentError(
        f"{source} is no order: {said}",
        f"Give a document of the kind {', '.join(_KINDS)}, or its signed envelope",
    )


def _validated(kind: type[SignedHere], value: Mapping[str, Any], source: str) -> SignedHere:
    """Validate a document, and say what to do about what is refused in it.

    Unlike ``Document.from_json``, which gives the same documents, it knows what an author can do.
    """
    if value.get("version") != kind.model_fields["version"].default:
        return kind.from_json(dict(value), source=source)
    try:
        return kind.model_validate_json(canonical_bytes(dict(value)))
    except ValidationError as error:
        message, hint = describe(error, source=source)
        raise DocumentError(message, hint_for(message) or hint) from error


__all__ = [
    "NEVER",
    "NOT_MADE",
    "NOT_NUMBERED",
    "OrderFile",
    "parse_order",
    "read_order_file",
]
