"""What every part of a document has in common: frozen, closed to unknown fields, with one byte form."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    StringConstraints,
    ValidationError,
)

from groundstop.documents.canonical import canonical_bytes, content_id, parse_json
from groundstop.errors import DocumentError

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
"""A short name that is safe in paths, addresses and tables."""

ContentId = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
"""The content id of a document: ``sha256:`` and 64 hexadecimal digits."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
"""Somebody's words."""

Sha256Hex = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A bare SHA-256 digest in hexadecimal."""


_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


def _to_utc(moment: datetime) -> datetime:
    try:
        in_utc = moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("the moment is out of range") from error
    # Days and years are added to moments: that must not overflow for what somebody else has written.
    if not _FIRST <= in_utc <= _LAST:
        raise ValueError(f"the moment is not between the years {_FIRST.year} and {_LAST.year}")
    return in_utc


Moment = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""A point in time with its zone, of the years 1970 to 9000; kept in UTC."""


class Part(BaseModel):
    """A piece of a document: frozen, strict, and closed to fields that its form does not name."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)

    def to_json(self) -> dict[str, Any]:
        """Return the part as plain JSON types."""
        return self.model_dump(mode="json")


class Document(Part):
    """A part that stands alone: it names its kind and version, and has a content id."""

    title: ClassVar[str]
    kind: str
    version: int

    def canonical(self) -> bytes:
        """Return the document's RFC 8785 bytes: what is hashed, signed and stored."""
        return canonical_bytes(self.to_json())

    @property
    def content_id(self) -> str:
        """``sha256:`` and the digest of the canonical bytes."""
        return content_id(self.to_json())

    @classmethod
    def parse(cls, data: bytes, *, source: str) -> Self:
        """Read a document from JSON bytes.

        Args:
            data: UTF-8 JSON.
            source: Where the bytes came from, for the error message.

        Returns:
            The validated document.

        Raises:
            DocumentError: Not JSON, another kind, a version this program does not know, or a field that is
                missing, unknown or wrong.
        """
        return cls.from_json(parse_json(data, source=source), source=source)

    @classmethod
    def from_json(cls, value: Any, *, source: str) -> Self:
        """Validate a parsed JSON value; see :meth:`parse`."""
        if isinstance(value, dict):
            _check_kind_and_version(cls, value, source)
        try:
            return cls.model_validate_json(canonical_bytes(value))
        except ValidationError as error:
            raise DocumentError(*describe(error, source=source)) from error


def _check_kind_and_version(cls: type[Document], value: dict[str, Any], source: str) -> None:
    kind = cls.model_fields["kind"].default
    version = cls.model_fields["version"].default
    if value.get("kind") != kind:
        raise DocumentError(
            f"{source} is not a {kind} document: its kind is {value.get('kind')!r}",
            f"Give a file whose kind is {kind!r}",
        )
    if value.get("version") != version:
        raise DocumentError(
            f"{source} is a {kind} of version {value.get('version')!r}, "
            f"and this groundstop reads version {version}",
            "Use the release of groundstop that wrote it, or a newer one",
        )


def describe(error: ValidationError, *, source: str) -> tuple[str, str]:
    """Turn a validation error into a message and a hint.

    Only field names and the rules they broke are told, never the values: a value may be sealed content.

    Args:
        error: What pydantic raised.
        source: Where the value came from.

    Returns:
        The message and the hint of a :class:`~groundstop.errors.DocumentError`.
    """
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    # A misspelt field is both unknown and missing; the unknown name is the more helpful one.
    problems.sort(key=lambda problem: problem["type"] != "extra_forbidden")
    first = problems[0]
    place = repr(".".join(str(step) for step in first["loc"])) if first["loc"] else "the top level"
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    if first["type"] == "extra_forbidden":
        return (
            f"{source} has an unknown field {place}{more}",
            "Remove it, or correct its spelling",
        )
    if first["type"] == "missing":
        return f"{source} lacks the field {place}{more}", "Add it"
    what = first["msg"].removeprefix("Value error, ")
    if first["type"] == "union_tag_invalid":
        # It says which tag was found, using which field, and which tags were expected.
        field, _, expected = what.partition(" found using ")[2].partition(" does not match")
        what = f"{field} is none of {expected.rpartition('tags: ')[2]}"
    if first["type"] == "timezone_aware":
        return f"{source} has a date without a zone at {place}{more}", "Write it as 2026-07-06T09:00Z"
    return f"{source} has a wrong value at {place}: {what}{more}", "Correct it"
