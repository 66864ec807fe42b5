"""Appending to a log and proving from it, beside the bare SHA-256 of the same bytes in the same run.

The floor hashes what a Merkle tree has to hash, a leaf for each entry and a node for each but one, and keeps
nothing. Waiting for the disk is shown apart: it depends on the disk, and on how many entries share one
checkpoint.

    python benchmarks/log.py                 # 1,000,000 entries in batches of 10,000
    python benchmarks/log.py --count 100000
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from groundstop.evidence.log import (
    Known,
    LogReader,
    LogWriter,
    NewEntry,
    Signer,
    audit,
    file_names,
    folder_files,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from groundstop.evidence.log.entry import encode_entries

TYPE = "https://groundstop.dev/predicates/finding/v1"
SINGLE = 100
"""Entries that are appended one by one, each under a checkpoint of its own."""

PROOFS = 300
"""Proofs of each kind, at random places."""


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that something took."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


@contextmanager
def without_waiting() -> Iterator[None]:
    """Leave the disk to itself, to see what is left of an append."""
    real = os.fsync
    os.fsync = lambda fd: None  # noqa: ARG005 - it stands in for the real one
    try:
        yield
    finally:
        os.fsync = real


def new_entries(start: int, stop: int) -> list[NewEntry]:
    """Return entries whose documents are numbers."""
    return [NewEntry(f"sha256:{number:064x}", TYPE) for number in range(start, stop)]


def hash_all(leaves: list[bytes]) -> None:
    """Do the hashing of a tree, one call a leaf and one a node, and keep nothing."""
    sha256 = hashlib.sha256
    node = bytes(65)
    for leaf in leaves:
        sha256(leaf).digest()
    for _ in leaves:
        sha256(node).digest()


def floors(count: int) -> tuple[float, float, int]:
    """Return the seconds of hashing leaf by leaf and all at once, and the bytes of an entry."""
    leaves = encode_entries(new_entries(0, count), datetime.now(UTC))
    whole = b"".join(leaves)
    leaf_by_leaf = statistics.median(timed(lambda: hash_all(leaves)) for _ in range(3))
    return leaf_by_leaf, timed(lambda: hashlib.sha256(whole).digest()), len(whole) // count


def append_all(writer: LogWriter, count: int, batch: int) -> float:
    """Append in batches; return the seconds spent in appending."""
    total = 0.0
    for start in range(0, count, batch):
        new = new_entries(start, min(count, start + batch))
        total += timed(lambda new=new: writer.append(new))  # type: ignore[misc]
    return total


def row(what: str, seconds: float, entries: int, floor: float) -> None:
    """Print one line of the first table."""
    print(f"{what:<34}{seconds:>9.2f}{seconds / entries * 1e6:>12.2f}{seconds / floor:>9.1f}", flush=True)


def proofs(folder: Path, signer: Signer, count: int) -> None:
    """Print how long proofs take: from a log that has just been opened, and from one that is kept open."""
    draw = random.Random(7)
    read = folder_files(folder)
    asked: list[str] = []

    def counting(path: str) -> bytes | None:
        asked.append(path)
        return read(path)

    def opened() -> LogReader:
        return LogReader.open(counting, [signer.key()])

    print(f"\n{'at ' + format(count, ',') + ' entries':<34}{'median ms':>11}{'p95 ms':>9}{'files read':>12}")
    kept = opened()
    root = kept.checkpoint.root
    places = [draw.randrange(1, count) for _ in range(PROOFS)]

    def report(what: str, work: Callable[[int], object]) -> None:
        times, files = [], []
        for place in places:
            asked.clear()
            times.append(timed(lambda place=place: work(place)) * 1000)  # type: ignore[misc]
            files.append(len(asked))
        p95 = statistics.quantiles(times, n=20)[-1]
        print(
            f"{what:<34}{statistics.median(times):>11.3f}{p95:>9.3f}{statistics.median(files):>12.0f}",
            flush=True,
        )

    report("open and verify the checkpoint", lambda _: opened())
    report("inclusion proof, log just opened", lambda place: opened().inclusion_proof(place))
    report("consistency proof, just opened", lambda place: opened().consistency_proof(place))
    report("inclusion proof, log kept open", kept.inclusion_proof)
    report("consistency proof, kept open", kept.consistency_proof)
    made = {place: (kept.inclusion_proof(place), leaf_hash(kept.entry_bytes(place))) for place in places}
    report(
        "verify an inclusion proof", lambda at: verify_inclusion(at, count, made[at][1], made[at][0], root)
    )
    older = {place: (kept.consistency_proof(place), kept.root(place)) for place in places}
    report(
        "verify a consistency proof",
        lambda at: verify_consistency(at, count, older[at][0], older[at][1], root),
    )


def main(count: int, batch: int) -> None:
    """Print the tables."""
    key = Ed25519PrivateKey.generate()
    signer = Signer("log.example/benchmark", key.public_key().public_bytes_raw(), key.sign)

    def begin(folder: str) -> LogWriter:
        return LogWriter.create(Path(folder) / "log", signer, clock=lambda: datetime.now(UTC))

    floor, at_once, size = floors(count)
    print(f"{count:,} entries of {size} bytes, {batch:,} a checkpoint")
    print(f"{'':<34}{'wall s':>9}{'us / entry':>12}{'x floor':>9}")
    row("SHA-256 of the same bytes at once", at_once, count, floor)
    row("floor: SHA-256, leaf by leaf", floor, count, floor)
    with tempfile.TemporaryDirectory() as folder, without_waiting():
        row("append, not waiting for the disk", append_all(begin(folder), count, batch), count, floor)
    with tempfile.TemporaryDirectory() as folder:
        writer = begin(folder)
        row("append", append_all(writer, count, batch), count, floor)
        more = [new_entries(count + number, count + number + 1) for number in range(SINGLE)]
        seconds = timed(lambda: [writer.append(one) for one in more])
        row("append, a checkpoint an entry", seconds, SINGLE, floor * SINGLE / count)
        known = Known(keys=[signer.key()], names=file_names(writer.folder))
        row("audit", timed(lambda: audit(folder_files(writer.folder), known)), count, floor)
        proofs(writer.folder, signer, count + SINGLE)
    print(f"\npeak MiB: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=1_000_000, help="entries")
    parser.add_argument("--batch", type=int, default=10_000, help="entries that share a checkpoint")
    options = parser.parse_args()
    main(options.count, options.batch)
