"""What is worked out of a case as plain JSON types: names of fields are names in the record."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, cast

from groundstop.documents.base import Part


def plain_value(value: object) -> Any:
    """Return a value as plain JSON types: dataclasses and forms as objects, moments as RFC 3339 in UTC."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Part):
        return value.to_json()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain_value(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [plain_value(one) for one in cast("tuple[object, ...]", value)]
    return value


def plain_record(value: object) -> dict[str, Any]:
    """Return a dataclass as plain JSON types."""
    record = plain_value(value)
    assert isinstance(record, dict)  # noqa: S101 - it is a dataclass
    return record
