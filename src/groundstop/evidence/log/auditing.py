"""Auditing a whole log: is it what its checkpoint says, was it only added to, and can its times be true."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from groundstop.evidence.log.checkpoint import open_checkpoint, parse_checkpoint
from groundstop.evidence.log.comparing import compare_names, compare_runs, compare_tiles
from groundstop.evidence.log.cosigned import is_cosigned_path
from groundstop.evidence.log.errors import FormError, VerificationError
from groundstop.evidence.log.faults import Fault, FaultKind
from groundstop.evidence.log.keys import VerifierKey
from groundstop.evidence.log.rebuilding import Rebuilt, rebuild
from groundstop.evidence.log.stored import CHECKPOINT, Read
from groundstop.evidence.log.witnessing import Cosigned, check_order, check_times, read_cosigned, sightings

CLOCKS_APART = timedelta(minutes=1)
"""How much the clocks of a log and a witness may differ before a time counts as false."""

MAX_FAULTS = 1_000
"""Most faults that an audit returns; who has so many needs a copy of the log, not more of them."""


@dataclass(frozen=True)
class Head:
    """What a log looked like once: its size and its tree's head."""

    size: int
    root: bytes


@dataclass(frozen=True)
class Known:
    """What an auditor knows beside the log itself. The less is known, the less is checked.

    Args:
        keys: The log's verifier keys; without them its signature is not checked.
        witnesses: The keys of witnesses; cosignatures by others are not looked at.
        earlier: What was seen of the log earlier.
        cosigned: Cosigned checkpoints that were kept elsewhere.
        names: The paths of all files; without them, files that are too much are not found, and the cosigned
            checkpoints in the log are not looked at.
        clocks_apart: How much the clocks of the log and a witness may honestly differ.
    """

    keys: Sequence[VerifierKey] = ()
    witnesses: Sequence[VerifierKey] = ()
    earlier: Head | None = None
    cosigned: Sequence[bytes] = ()
    names: Collection[str] = ()
    clocks_apart: timedelta = CLOCKS_APART


def audit(read: Read, known: Known = Known()) -> tuple[Fault, ...]:
    """Check a whole log: every entry, every tile, every signature.

    Args:
        read: Gives the log's files.
        known: What to check them against.

    Returns:
        What is wrong, at most :data:`MAX_FAULTS`; nothing when all is well. With the log's keys and all
        names given, any single changed byte of any file gives a fault that names the file.
    """
    return tuple(islice(_audit(read, known), MAX_FAULTS))


def _audit(read: Read, known: Known) -> Iterator[Fault]:
    data = read(CHECKPOINT)
    if data is None:
        meaning = "There is no checkpoint, so nothing says what the log holds"
        yield Fault(FaultKind.MISSING, CHECKPOINT, meaning)
        return
    try:
        signed = parse_checkpoint(data, source=CHECKPOINT)
    except FormError as error:
        yield Fault(FaultKind.MALFORMED, CHECKPOINT, f"{error.message}: it was changed")
        return
    if known.keys:
        try:
            open_checkpoint(data, known.keys, source=CHECKPOINT)
        except VerificationError as error:
            yield Fault(
                FaultKind.SIGNATURE, CHECKPOINT, f"{error.message}: it was changed, or is not the log's own"
            )
    head = signed.checkpoint
    tree = rebuild(read, head.size, head.root)
    yield from tree.faults
    yield from compare_runs(read, tree)
    if tree.complete:
        if not tree.sound:
            meaning = "The root in the checkpoint is not that of the entries: one or the other was changed"
            yield Fault(FaultKind.ROOT_DIFFERS, CHECKPOINT, meaning)
        yield from compare_tiles(read, tree)
    if known.names:
        yield from compare_names(read, tree, known.names)
    if known.earlier:
        yield from _compare_head(read, tree, known.earlier, CHECKPOINT, "what was seen of it earlier")
    yield from check_order(tree.times, head.size)
    seen, faults = sightings(signed, known.witnesses, CHECKPOINT)
    yield from faults
    for path, kept in _cosigned(read, known):
        if kept is None:
            yield Fault(FaultKind.MISSING, path, f"{path} is listed, but it is not there: it was removed")
            continue
        cosigned = read_cosigned(kept, path, known.keys, known.witnesses)
        faults = [*cosigned.faults, *_compare_cosigned(read, tree, cosigned, head.origin)]
        yield from faults
        # A witness' time says something of these entries only if it saw this very log.
        seen += () if faults else cosigned.sightings
    yield from check_times(tree.times, head.size, seen, known.clocks_apart)


def _cosigned(read: Read, known: Known) -> Iterator[tuple[str, bytes | None]]:
    for path in sorted(filter(is_cosigned_path, known.names)):
        yield path, read(path)
    for number, data in enumerate(known.cosigned, start=1):
        yield f"cosigned checkpoint {number} of those given", data


def _compare_cosigned(read: Read, tree: Rebuilt, cosigned: Cosigned, origin: str) -> Iterator[Fault]:
    if cosigned.signed is None:
        return
    seen = cosigned.signed.checkpoint
    if seen.origin != origin:
        meaning = f"{cosigned.path} is of the log {seen.origin!r}, not of this one: it was put there"
        yield Fault(FaultKind.EXTRA, cosigned.path, meaning)
        return
    yield from _compare_head(read, tree, Head(seen.size, seen.root), cosigned.path, "what a witness cosigned")


def _compare_head(read: Read, tree: Rebuilt, earlier: Head, path: str, what: str) -> Iterator[Fault]:
    if earlier.size > tree.size:
        meaning = (
            f"The log has {tree.size:,} entries, fewer than the {earlier.size:,} of {what}: it went backwards"
        )
        yield Fault(FaultKind.WENT_BACK, path, meaning)
    elif tree.complete and tree.root_at(read, earlier.size) != earlier.root:
        meaning = f"The log's first {earlier.size:,} entries are not {what}: it was rewritten, or it forked"
        yield Fault(FaultKind.FORKED, path, meaning)
