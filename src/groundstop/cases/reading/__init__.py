"""Reading others' advisories: what helps to open a case, told as their publisher's word."""

from groundstop.cases.reading.imported import (
    MAX_BYTES,
    MAX_ITEMS,
    MAX_TEXT,
    MAX_TITLE,
    Imported,
    ImportedModel,
    ImportedStatus,
)
from groundstop.cases.reading.reading import read_advisory

__all__ = [
    "MAX_BYTES",
    "MAX_ITEMS",
    "MAX_TEXT",
    "MAX_TITLE",
    "Imported",
    "ImportedModel",
    "ImportedStatus",
    "read_advisory",
]
