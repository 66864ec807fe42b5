"""What another's advisory says, for whoever opens a case: its word, told as such."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from groundstop.documents.cases import Opened

MAX_BYTES = 4 * 1024 * 1024
"""Largest advisory that is read, in bytes."""

MAX_ITEMS = 1000
"""Most models, references or statuses that are taken from one; the rest is counted in ``not_read``."""

_TITLE = Opened.model_fields["title"].metadata
MAX_TITLE = next(limit for one in _TITLE if (limit := getattr(one, "max_length", None)) is not None)
"""Longest title of a case."""

MAX_TEXT = 4000
"""Longest text that is taken; the rest is left out, and ``not_read`` says so."""


@dataclass(frozen=True, slots=True)
class ImportedModel:
    """A model that an advisory names, as it names it."""

    provider: str | None
    name: str
    version: str | None
    purl: str | None


@dataclass(frozen=True, slots=True)
class ImportedStatus:
    """What an advisory says of a party or a model. It is the advisory's word, and no statement of theirs."""

    of: str
    """The kind of party, or the model."""
    status: str
    at: datetime | None
    text: str | None


@dataclass(frozen=True, slots=True)
class Imported:
    """What helps to open a case: nothing of it is in a case until a party says it under its own key."""

    kind: str
    """The format: ``csaf``, ``avid``, ``flaw-report`` or ``cyclonedx``."""
    source: str
    title: str
    ids: tuple[str, ...]
    publisher: str | None
    tlp: str | None
    dated: datetime | None
    models: tuple[ImportedModel, ...]
    requirement: str | None
    """What is said to be violated, in the advisory's words."""
    description: str | None
    references: tuple[tuple[str, str], ...]
    """Label and address."""
    statuses: tuple[ImportedStatus, ...]
    not_read: tuple[str, ...]
    """What the advisory has and this leaves out, one sentence each."""


@dataclass(slots=True)
class Notes:
    """Gathers what is left out while an advisory is read."""

    left: list[str] = field(default_factory=list)

    def title(self, text: str | None, otherwise: str) -> str:
        """Return a title on one line, shortened to what a case can have."""
        line = " ".join((text or "").split()) or otherwise
        if len(line) <= MAX_TITLE:
            return line
        self.add("The title was shortened.")
        return f"{line[: MAX_TITLE - 1]}…"

    def text(self, text: str | None) -> str | None:
        """Return a text, shortened to what is taken; none when it is empty."""
        if text is None or not text.strip():
            return None
        if len(text) <= MAX_TEXT:
            return text
        self.add("A long text was shortened.")
        return f"{text[: MAX_TEXT - 1]}…"

    def first(self, found: list[object]) -> list[object]:
        """Return the items that are taken."""
        if len(found) > MAX_ITEMS:
            self.add(f"Only the first {MAX_ITEMS:,} items of a list were taken.")
        return found[:MAX_ITEMS]

    def add(self, sentence: str) -> None:
        """Note what is left out, once."""
        if sentence not in self.left:
            self.left.append(sentence)


def moment(text: str | None) -> datetime | None:
    """Return a point in time from its ISO 8601 form; none when it is none, or does not say its zone.

    A bare date is taken as the beginning of that day in UTC.
    """
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found.replace(tzinfo=UTC) if len(text) == len("2026-07-06") else None
