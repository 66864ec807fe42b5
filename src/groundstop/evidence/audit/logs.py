"""Whether a log is whole, was only added to, and lists the documents that are there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from groundstop.documents import KeyCard, TrustList
from groundstop.errors import GroundstopError
from groundstop.evidence.audit.checks import Check, Rule
from groundstop.evidence.audit.documents import Found
from groundstop.evidence.keys import ed25519_public
from groundstop.evidence.log import Entry, KeyKind, Known, LogReader, SeenHeads, VerifierKey, witness_time
from groundstop.evidence.log import audit as audit_log
from groundstop.evidence.log.auditing import Head
from groundstop.evidence.log.checkpoint import parse_checkpoint
from groundstop.evidence.log.cosigned import is_cosigned_path
from groundstop.evidence.log.stored import CHECKPOINT

LOG = Rule("log", "the log was changed, reordered or cut after its head was signed")
ENTRIES = Rule("log entries", "a document was left out of the log, put in its place, or dated otherwise")
EARLIER = Rule("earlier head", "the log went backwards or was forked since it was last seen here")
WITNESS = Rule("witness", "nobody but the log's keeper vouches for when its entries were made")

NAMES = {
    "first": "seen here for the first time, and remembered",
    "same": "as it was when it was last seen here",
    "newer": "continues what was last seen here",
}


@dataclass(frozen=True, slots=True)
class Sighting:
    """That a trusted witness saw a log with so many entries."""

    size: int
    seen: datetime


def seen_with(seen: Sequence[Sighting], place: int | None) -> datetime | None:
    """Return when a trusted witness first saw a log with an entry; none when none did."""
    times = [one.seen for one in seen if place is not None and one.size > place]
    return min(times, default=None)


def check_log(
    files: Mapping[str, bytes], cards: Sequence[KeyCard], trust: TrustList, heads: Path | None
) -> tuple[list[Check], list[Sighting]]:
    """Check a log by itself. Nothing is remembered of it yet: see :func:`remember`.

    Args:
        files: Its files by path.
        cards: Keys of which one keeps the log.
        trust: The operator's list, for witnesses.
        heads: Where heads seen earlier are remembered; none when nothing is.

    Returns:
        The checks, and when trusted witnesses saw the log; nothing when something is wrong with it.
    """
    keys = _keys(files, cards)
    witnesses = [
        (entry.card, VerifierKey(entry.card.name, ed25519_public(entry.card), KeyKind.COSIGNATURE))
        for entry in trust.keys
        if entry.witness and entry.revoked is None
    ]
    earlier, checks = _earlier(files, heads)
    known = Known(keys=keys, witnesses=[key for _, key in witnesses], names=frozenset(files), earlier=earlier)
    problems = [(f"log/{one.path}", one.meaning) for one in audit_log(files.get, known)]
    if not keys:
        problems.append((f"log/{CHECKPOINT}", "none of the keys at hand keeps this log"))
    size = _size(files)
    checks = [*LOG.judge(problems, f"{size} entries under a signed head"), *checks]
    if problems:
        return checks, []
    seen = list(_sightings(files, witnesses))
    whole = seen_with(seen, size - 1)
    if whole is not None:
        detail = f"a trusted witness saw the whole log at {whole:%Y-%m-%d %H:%M:%S} UTC"
        return [*checks, WITNESS.passed(detail)], seen
    others = sum(is_cosigned_path(path) for path in files) > len(seen)
    unknown = "; one that is not in the trust file has cosigned it" if others else ""
    checks.append(WITNESS.unproved(f"no trusted witness has cosigned the log as it is{unknown}"))
    return checks, seen


def remember(files: Mapping[str, bytes], cards: Sequence[KeyCard], heads: Path) -> Check:
    """Compare the head of a log, in which nothing was found wrong, with what was seen, and remember it.

    Args:
        files: The log's files by path.
        cards: Keys of which one keeps the log.
        heads: Where heads that were seen earlier are.
    """
    try:
        outcome = SeenHeads(heads).remember(LogReader.open(files.get, _keys(files, cards)))
    except GroundstopError as error:
        if isinstance(error.__cause__, OSError):
            # What cannot be written here says nothing about the log.
            return EARLIER.not_checked(error.message)
        return EARLIER.failed(error.message, f"log/{CHECKPOINT}")
    return EARLIER.passed(NAMES[outcome.value])


def check_entries(
    files: Mapping[str, bytes],
    found: Sequence[Found],
    cards: Sequence[KeyCard],
    name_of: Callable[[int, Entry], str],
) -> list[Check]:
    """Check that a log lists some documents, all of them, in this order, and not before they were made.

    Args:
        files: The log's files by path.
        found: The documents, each with its place.
        cards: Keys of which one keeps the log.
        name_of: Gives the name that the document of an entry must have.
    """
    try:
        entries = list(LogReader.open(files.get, _keys(files, cards)).entries())
    except GroundstopError as error:
        return [ENTRIES.failed(error.message, f"log/{CHECKPOINT}")]
    problems: list[tuple[str | None, str]] = []
    placed: dict[int, Found] = {}
    for one in found:
        if one.place is None or one.place in placed or one.place >= len(entries):
            problems.append((one.name, "it is not in the log"))
        else:
            placed[one.place] = one
    for number, entry in enumerate(entries):
        listed = placed.get(number)
        if listed is None:
            problems.append((name_of(number, entry), "the log lists it, and it is not there"))
        else:
            problems += ((listed.name, what) for what in _differences(listed, number, entry))
            if not listed.name.startswith(name_of(number, entry)):
                problems.append((listed.name, f"it must be called {name_of(number, entry)}"))
    return ENTRIES.judge(problems, f"{len(entries)} documents, in the order of the log")


def _differences(one: Found, number: int, entry: Entry) -> Iterator[str]:
    if entry.document != one.digest:
        yield f"entry {number} of the log is of another document"
    elif one.signed is not None and entry.type != one.signed.predicate_type:
        yield f"the log lists it as a {entry.type}"
    elif one.created is not None and entry.logged < one.created:
        yield "it says that it was made after it was logged"


def logged_documents(files: Mapping[str, bytes]) -> list[str]:
    """Return the digests of the documents that a log lists, in order, as far as it can be read."""
    found: list[str] = []
    try:
        signed = parse_checkpoint(files.get(CHECKPOINT, b""), source=CHECKPOINT)
        found += (entry.document for entry in LogReader(files.get, signed).entries())
    except GroundstopError:
        return found
    return found


def _keys(files: Mapping[str, bytes], cards: Sequence[KeyCard]) -> list[VerifierKey]:
    """Return the verifier keys, under the log's own name, of those cards that signed its head."""
    try:
        signed = parse_checkpoint(files.get(CHECKPOINT, b""), source=CHECKPOINT)
    except GroundstopError:
        return []
    keys = []
    for card in cards:
        try:
            key = VerifierKey(signed.checkpoint.origin, ed25519_public(card))
        except GroundstopError:
            continue
        if any(line.is_by(key) for line in signed.note.signatures):
            keys.append(key)
    return keys


def _size(files: Mapping[str, bytes]) -> int:
    try:
        return parse_checkpoint(files.get(CHECKPOINT, b""), source=CHECKPOINT).checkpoint.size
    except GroundstopError:
        return 0


def _earlier(files: Mapping[str, bytes], heads: Path | None) -> tuple[Head | None, list[Check]]:
    if heads is None:
        return None, [EARLIER.not_checked("this is no workspace, so no earlier look is remembered")]
    try:
        origin = parse_checkpoint(files.get(CHECKPOINT, b""), source=CHECKPOINT).checkpoint.origin
        last = SeenHeads(heads).last(origin)
    except GroundstopError as error:
        return None, [EARLIER.not_checked(error.message)]
    return (Head(last.checkpoint.size, last.checkpoint.root) if last else None), []


def _sightings(
    files: Mapping[str, bytes], witnesses: Sequence[tuple[KeyCard, VerifierKey]]
) -> Iterator[Sighting]:
    """Yield when trusted witnesses, whose keys had not ended, saw a log in which nothing is wrong."""
    for path, data in files.items():
        if path != CHECKPOINT and not is_cosigned_path(path):
            continue
        signed = parse_checkpoint(data, source=path)
        for card, key in witnesses:
            seen = witness_time(signed.note, key)
            if seen is not None and (card.expires is None or seen <= card.expires):
                yield Sighting(signed.checkpoint.size, seen)
