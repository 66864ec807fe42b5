"""The logs of those who hold a case: who had which statement, since when, and who shows two logs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from groundstop.cases.files import CaseFile
from groundstop.cases.state import Fork, Sighting, named_in
from groundstop.documents import KeyCard
from groundstop.documents.cases import CaseStatement
from groundstop.errors import GroundstopError
from groundstop.evidence.keys import ed25519_public, verifying_key
from groundstop.evidence.log import Entry as LogEntry
from groundstop.evidence.log import LogReader, VerificationError, VerifierKey, tile_paths
from groundstop.evidence.log.stored import CHECKPOINT

_ORIGIN = "groundstop.dev/cases/"
KEY_DIGITS = 16
"""How much of a key's id and of a root stands in the name of a log's folder."""


def origin_of(case_id: str, key_id: str) -> str:
    """Return the origin line of the log that a key keeps of a case."""
    return f"{_ORIGIN}{case_id}/{key_id[:KEY_DIGITS]}"


def folder_of(key_id: str, root: bytes) -> str:
    """Return the name of the folder of a log under a head; a log that forks has two."""
    return f"{key_id[:KEY_DIGITS]}-{root.hex()[:KEY_DIGITS]}"


@dataclass(frozen=True)
class KeptLog:
    """A log whose head is signed by a party of the case."""

    folder: str
    keeper: KeyCard
    reader: LogReader
    files: Mapping[str, bytes]
    """By their paths in the log."""
    entries: tuple[LogEntry, ...]


def open_log(case: CaseFile, folder: str, cards: Mapping[str, KeyCard]) -> KeptLog:
    """Open one of a case's logs, and verify its head.

    Args:
        case: The case.
        folder: The name of the log's folder.
        cards: The key cards of the parties, by key id.

    Raises:
        GroundstopError: Its head is signed by no party of the case, it is not the head its folder names, or
            its entries are not those of its head.
    """
    begins = folder.partition("-")[0]
    for card in cards.values():
        if card.key_id.startswith(begins):
            key = VerifierKey(origin_of(case.id, card.key_id), ed25519_public(card))
            reader = LogReader.open(case.logs[folder].get, [key])
            if folder_of(card.key_id, reader.checkpoint.root) == folder:
                entries = tuple(reader.entries())
                return KeptLog(folder, card, reader, _own_files(case.logs[folder], reader.size), entries)
    raise VerificationError(
        f"The log {folder} of {case.source} is not signed by a party of the case",
        "Do not believe it; ask whoever keeps it for the original",
    )


def _own_files(files: Mapping[str, bytes], size: int) -> dict[str, bytes]:
    """Return the files that a log of a size has; spare ones may have been put there by anybody."""
    names = {CHECKPOINT, *(str(path) for path in tile_paths(size))}
    return {name: data for name, data in files.items() if name in names}


def named_cards(case: CaseFile) -> dict[str, KeyCard]:
    """Return every key card that a statement of a case names, whether or not that statement counts.

    It says whose logs are kept when copies are merged; which of them prove something is for the fold.
    """
    found: dict[str, KeyCard] = {}
    for signed in case.statements.values():
        document = signed.document()
        for one in named_in(document.said) if isinstance(document, CaseStatement) else ():
            if one.card is not None and _is_usable(one.card):
                found.setdefault(one.card.key_id, one.card)
    return found


def _is_usable(card: KeyCard) -> bool:
    try:
        verifying_key(card)
        ed25519_public(card)
    except GroundstopError:
        return False
    return True


def kept_logs(case: CaseFile, cards: Mapping[str, KeyCard]) -> Iterator[KeptLog]:
    """Yield the logs of a case whose heads are signed by a party of it; others prove nothing."""
    for folder in sorted(case.logs):
        try:
            yield open_log(case, folder, cards)
        except GroundstopError:
            continue


def sightings_of(logs: Iterable[KeptLog]) -> dict[str, tuple[Sighting, ...]]:
    """Return which logs have each statement, the earliest first, by the digest of its envelope."""
    found: dict[str, list[Sighting]] = {}
    for log in logs:
        for index, entry in enumerate(log.entries):
            found.setdefault(entry.document, []).append(Sighting(log.keeper.name, index, entry.logged))
    return {
        digest: tuple(sorted(seen, key=lambda one: (one.logged, one.keeper, one.index)))
        for digest, seen in found.items()
    }


def forked_logs(logs: Iterable[KeptLog]) -> list[Fork]:
    """Return the parties that keep two logs of the case of which neither continues the other."""
    heads: dict[str, list[KeptLog]] = {}
    for log in logs:
        heads.setdefault(log.keeper.key_id, []).append(log)
    return [
        Fork(
            rivals[0].keeper.name,
            f"{rivals[0].keeper.name} has shown different logs of the case to different parties",
            tuple(f"sha256:{log.reader.checkpoint.root.hex()}" for log in rivals),
        )
        for rivals in heads.values()
        if len(rivals) > 1
    ]


def continues(log: LogReader, earlier: LogReader) -> bool:
    """Tell whether a log is an earlier one with entries added, or is the same."""
    if earlier.size > log.size:
        return False
    try:
        return log.root(earlier.size) == earlier.checkpoint.root
    except GroundstopError:
        return False
