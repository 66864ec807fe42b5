"""Small logs for tests: keys from fixed seeds, a clock set by hand, documents that are numbers."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from groundstop.evidence.log import LogReader, LogWriter, NewEntry, Signer, file_names, folder_files

ORIGIN = "log.example/case-7"
TYPE = "https://groundstop.dev/predicates/finding/v1"
START = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)


def a_signer(name: str = ORIGIN, seed: int = 1) -> Signer:
    key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    return Signer(name, key.public_key().public_bytes_raw(), key.sign)


SIGNER = a_signer()
KEY = SIGNER.key()
WITNESS = a_signer("witness.example/w1", seed=2)


def entries(start: int, stop: int, type_: str = TYPE) -> list[NewEntry]:
    return [NewEntry(f"sha256:{number:064x}", type_) for number in range(start, stop)]


class Clock:
    """Says what it was set to; a second later each time it is asked."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


def a_log(folder: Path, *sizes: int, clock: Clock | None = None, signer: Signer = SIGNER) -> LogWriter:
    """A log that was appended to until it had each of these sizes."""
    writer = LogWriter.create(folder, signer, clock=clock or Clock())
    before = 0
    for size in sizes:
        writer.append(entries(before, size))
        before = size
    return writer


def reader_of(folder: Path) -> LogReader:
    return LogReader.open(folder_files(folder), [KEY])


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in file_names(folder)}


def a_copy(folder: Path, target: Path) -> Path:
    return Path(shutil.copytree(folder, target))
