"""Users' pools: requests that people or other programs wrote, as a table or a list.

A pool may hold what must not lie around. No error quotes anything of it, and its bytes may come out of an
encrypted file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from groundstop.documents import Message
from groundstop.errors import DocumentError
from groundstop.suites.csv_table import parse_table
from groundstop.suites.held_out.leaks import as_compared
from groundstop.suites.held_out.variant import MAX_STRATUM, HeldOutVariant, in_order, with_request
from groundstop.suites.yaml_text import parse_yaml

MAX_POOL_BYTES = 16 * 1024 * 1024
"""Largest pool that is read, in bytes."""

MAX_POOL_ENTRIES = 20_000
"""Most entries of a pool that are read."""

DEFAULT_STRATUM = "human"
"""Where an entry belongs that names no stratum."""

_FIELDS = frozenset({"stratum", "text"})
_STRATUM = re.compile(rf"[a-z0-9][a-z0-9._-]{{0,{MAX_STRATUM - 1}}}")
_YAML_NAME = re.compile(r"\.ya?ml(\.age)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Entry:
    place: str
    stratum: str
    text: str


def read_pool(data: bytes, *, source: str, context: tuple[Message, ...]) -> tuple[HeldOutVariant, ...]:
    """Read a user's pool.

    Args:
        data: CSV with the columns ``text`` and, if there are strata, ``stratum``; or a YAML list of mappings
            with these keys.
        source: The file's name. It is read as YAML when it ends in ``.yaml`` or ``.yml``, before an ``.age``
            too, and as CSV otherwise.
        context: The reported conversation; each text takes the place of its last request.

    Returns:
        The variants by stratum and digest. Texts of one stratum that differ in case, spacing and punctuation
        only count once: many copies of one wording are no evidence about many.

    Raises:
        DocumentError: Too large, not a table or list, another column or key, no entries or too many, an empty
            text, a stratum that is no name, one text in two strata, or two texts with one id.
    """
    if len(data) > MAX_POOL_BYTES:
        raise DocumentError(
            f"{source} holds more than the {MAX_POOL_BYTES:,} bytes of a pool that are read", "Split it"
        )
    entries = list(_yaml_entries(data, source) if _YAML_NAME.search(source) else _csv_entries(data, source))
    if not entries or len(entries) > MAX_POOL_ENTRIES:
        raise DocumentError(
            f"{source} has {len(entries):,} entries", f"Give between 1 and {MAX_POOL_ENTRIES:,}"
        )
    return in_order(_variants(entries, source, context))


def _variants(entries: list[_Entry], source: str, context: tuple[Message, ...]) -> list[HeldOutVariant]:
    by_words: dict[str, HeldOutVariant] = {}
    by_id: dict[str, HeldOutVariant] = {}
    for entry in entries:
        variant = _variant(entry, source, context)
        known = by_words.setdefault(as_compared(variant.request) or variant.digest, variant)
        if known.stratum != variant.stratum:
            raise DocumentError(
                f"{source} has one text in two strata ({known.place} and {variant.place})",
                "Keep it in one of them",
            )
        if known is not variant:
            continue
        other = by_id.setdefault(variant.id, variant)
        if other.digest != variant.digest:
            raise DocumentError(
                f"{source} has two texts with the id {variant.id} ({other.place} and {variant.place})",
                "Change one of them a little",
            )
    return list(by_words.values())


def _variant(entry: _Entry, source: str, context: tuple[Message, ...]) -> HeldOutVariant:
    if not entry.text:
        raise DocumentError(f"{source}, {entry.place}: no text", "Fill it in, or remove the entry")
    if not _STRATUM.fullmatch(entry.stratum):
        raise DocumentError(
            f"{source}, {entry.place}: the stratum is no name of at most {MAX_STRATUM} characters",
            "Use lower-case letters, digits, dots and dashes, or leave it out",
        )
    try:
        return HeldOutVariant(entry.stratum, with_request(context, entry.text), entry.place)
    except (ValueError, DocumentError):
        # No cause: the chain of a traceback would print the text.
        raise DocumentError(
            f"{source}, {entry.place}: the text is not valid Unicode", "Write it anew"
        ) from None


def _csv_entries(data: bytes, source: str) -> Iterator[_Entry]:
    table = parse_table(data, source=source)
    table.require(("text",))
    if not _FIELDS.issuperset(table.columns):
        raise DocumentError(
            f"{source} has a column other than stratum and text", "Remove it, or correct its name"
        )
    for row in table.rows:
        yield _Entry(f"line {row.line}", row["stratum"] or DEFAULT_STRATUM, row["text"])


def _yaml_entries(data: bytes, source: str) -> Iterator[_Entry]:
    value = parse_yaml(data, source=source)
    if not isinstance(value, list):
        raise DocumentError(f"{source} is not a list", "Begin each entry with '- text: '")
    for number, entry in enumerate(value, start=1):
        place = f"entry {number}"
        if not isinstance(entry, dict) or not _FIELDS.issuperset(entry):
            raise DocumentError(
                f"{source}, {place}: not a mapping of text and, if there is one, stratum",
                "Write it as '- text: ...' with these keys only; quote a text with ':' or '#' in it",
            )
        stratum, text = entry.get("stratum", DEFAULT_STRATUM), entry.get("text", "")
        if not isinstance(stratum, str) or not isinstance(text, str):
            raise DocumentError(f"{source}, {place}: the stratum or text is not text", "Put it into quotes")
        yield _Entry(place, stratum.strip(), text.strip())
