"""What one entry of a log says: that an envelope with this digest was logged, and when."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints, ValidationError

from groundstop.documents.base import ContentId, Moment, Part, describe
from groundstop.evidence.log.errors import FormError

PREDICATE_TYPE = r"^[a-z][a-z0-9+.-]*:[!#-\[\]-~]{1,1000}$"
PredicateType = Annotated[str, StringConstraints(pattern=PREDICATE_TYPE, max_length=1024)]
"""The URI that says what kind of statement an envelope holds; without quotes, spaces and backslashes."""

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class NewEntry:
    """What is to be logged.

    Args:
        document: ``sha256:`` and the digest of the envelope's bytes.
        type: The predicate type of the statement in it.
    """

    document: str
    type: str


class Entry(Part):
    """One entry."""

    document: ContentId
    """``sha256:`` and the digest of the envelope's bytes."""
    type: PredicateType
    """The predicate type of the statement in the envelope."""
    logged: Moment
    """When it was logged, by the clock of whoever keeps the log."""

    def canonical(self) -> bytes:
        """Return the entry's RFC 8785 bytes: what the tree hashes."""
        # None of the fields can hold a character that JSON escapes, so the canonical form is this text. It is
        # ten times as quick as the general way, which a test holds it to.
        logged = self.logged.isoformat().removesuffix("+00:00")
        return f'{{"document":"{self.document}","logged":"{logged}Z","type":"{self.type}"}}'.encode("ascii")

    @classmethod
    def parse(cls, data: bytes, *, source: str) -> Entry:
        """Read an entry.

        Raises:
            FormError: The bytes are not the canonical form of an entry.
        """
        try:
            entry = cls.model_validate_json(data)
        except ValidationError as error:
            raise FormError(*describe(error, source=source)) from error
        if entry.canonical() != data:
            raise FormError(
                f"{source} is not in canonical form", "Check that it is an entry of this kind of log"
            )
        return entry


def encode_entries(new: Iterable[NewEntry], logged: datetime) -> list[bytes]:
    """Return the canonical bytes of entries that are logged at one moment.

    Args:
        new: What is to be logged.
        logged: When, with its zone.

    Raises:
        FormError: A digest or a type has another form.
    """
    # Entries of one type and moment differ in their digests alone: the rest is checked once.
    around: dict[str, tuple[bytes, bytes]] = {}
    encoded = []
    for entry in new:
        document, parts = entry.document, around.get(entry.type)
        if parts is None or not _DIGEST.fullmatch(document):
            before, _, after = _checked(entry, logged).canonical().partition(document.encode())
            parts = around[entry.type] = (before, after)
        encoded.append(parts[0] + document.encode() + parts[1])
    return encoded


def _checked(new: NewEntry, logged: datetime) -> Entry:
    try:
        return Entry(document=new.document, type=new.type, logged=logged)
    except ValidationError as error:
        raise FormError(*describe(error, source="An entry to be logged")) from error
