"""What witnesses saw of a log, and what follows for the times at which its entries say they were logged.

A witness that saw a tree at some time shows that its entries were there by then, and later ones were not.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from groundstop.evidence.log.checkpoint import Checkpoint, SignedCheckpoint, open_checkpoint, parse_checkpoint
from groundstop.evidence.log.cosignature import witness_time
from groundstop.evidence.log.cosigned import CosignedPath, is_cosigned_path
from groundstop.evidence.log.errors import FormError, VerificationError
from groundstop.evidence.log.faults import Fault, FaultKind
from groundstop.evidence.log.keys import VerifierKey
from groundstop.evidence.log.runs import EPOCH, UNKNOWN_TIME
from groundstop.evidence.log.tiles import WIDTH, TilePath, width_at


@dataclass(frozen=True)
class Sighting:
    """One time that a witness saw a log.

    Args:
        path: The file that says so.
        checkpoint: What it saw.
        witness: Its name.
        seen: When.
    """

    path: str
    checkpoint: Checkpoint
    witness: str
    seen: datetime


@dataclass(frozen=True)
class Cosigned:
    """A cosigned checkpoint that was kept, as it was found.

    Args:
        path: The file, or what else it is called.
        signed: The checkpoint; none when it cannot be read or is not the log's.
        sightings: When witnesses saw it.
        faults: What is wrong with the file by itself.
    """

    path: str
    signed: SignedCheckpoint | None
    sightings: tuple[Sighting, ...]
    faults: tuple[Fault, ...]


def sightings(
    signed: SignedCheckpoint, witnesses: Sequence[VerifierKey], path: str
) -> tuple[list[Sighting], list[Fault]]:
    """Return when each witness saw a checkpoint, and which cosignatures do not hold."""
    found, faults = [], []
    for witness in witnesses:
        try:
            seen = witness_time(signed.note, witness)
        except VerificationError:
            meaning = f"The cosignature by {witness.name} on {path} does not hold: it was forged or changed"
            faults.append(Fault(FaultKind.SIGNATURE, path, meaning))
            continue
        if seen is not None:
            found.append(Sighting(path, signed.checkpoint, witness.name, seen))
    return found, faults


def read_cosigned(
    data: bytes, path: str, keys: Sequence[VerifierKey], witnesses: Sequence[VerifierKey]
) -> Cosigned:
    """Read a cosigned checkpoint that was kept.

    Args:
        data: Its bytes.
        path: The file, or what else to call it.
        keys: The log's keys; none leaves its signature unchecked.
        witnesses: The witnesses' keys; cosignatures by others are left unchecked.
    """
    try:
        signed = open_checkpoint(data, keys, source=path) if keys else parse_checkpoint(data, source=path)
    except FormError as error:
        fault = Fault(FaultKind.MALFORMED, path, f"{error.message}: it was changed")
        return Cosigned(path, None, (), (fault,))
    except VerificationError as error:
        fault = Fault(FaultKind.SIGNATURE, path, f"{error.message}: it was forged or changed")
        return Cosigned(path, None, (), (fault,))
    found, faults = sightings(signed, witnesses, path)
    if is_cosigned_path(path) and not _is_as_named(CosignedPath.parse(path), signed, witnesses, found):
        meaning = f"{path} does not hold the cosignature that its name says: it was renamed or changed"
        faults.append(Fault(FaultKind.SIGNATURE, path, meaning))
    return Cosigned(path, signed, tuple(found), tuple(faults))


def _is_as_named(
    path: CosignedPath, signed: SignedCheckpoint, witnesses: Sequence[VerifierKey], found: Sequence[Sighting]
) -> bool:
    if path.size != signed.checkpoint.size:
        return False
    named = [witness.name for witness in witnesses if witness.key_id.hex() == path.key_id]
    if named:
        return any(sighting.witness in named and sighting.seen == path.seen for sighting in found)
    return any(line.key_id.hex() == path.key_id for line in signed.note.signatures)


def check_order(times: array[int], size: int) -> Iterator[Fault]:
    """Yield the entries that say they were logged before the one that precedes them."""
    last = UNKNOWN_TIME
    for index, time in enumerate(times):
        if time == UNKNOWN_TIME:
            continue
        if time < last:
            meaning = (
                f"Entry {index} says {_text(time)}, before the {_text(last)} of an entry that precedes it: "
                "the clock jumped back, or the time is false"
            )
            yield Fault(FaultKind.CLOCK_BACK, _bundle(size, index), meaning, index)
        last = time


def check_times(times: array[int], size: int, seen: Sequence[Sighting], apart: timedelta) -> Iterator[Fault]:
    """Yield the entries whose time cannot be true, given what witnesses saw.

    Args:
        times: When each entry says it was logged, in microseconds since 1970.
        size: Number of entries.
        seen: What witnesses saw of this same log.
        apart: How much the clocks of a log and a witness may honestly differ.
    """
    fresh = _fresh(seen)
    slack = apart // timedelta(microseconds=1)
    passed = 0
    for index, time in enumerate(times):
        while passed < len(fresh) and fresh[passed].checkpoint.size <= index:
            passed += 1
        if time == UNKNOWN_TIME:
            continue
        if passed and time < _microseconds(fresh[passed - 1].seen) - slack:
            without = fresh[passed - 1]
            meaning = (
                f"Entry {index} says that it was logged at {_text(time)}, but {without.witness} saw the log "
                f"without it at {without.seen:%Y-%m-%d %H:%M:%S}: it was dated back, or an old log was shown"
            )
            yield Fault(FaultKind.BACK_DATED, _bundle(size, index), meaning, index)
        # A witness' time is cut to whole seconds.
        if passed < len(fresh) and time >= _microseconds(fresh[passed].seen) + slack + 1_000_000:
            with_it = fresh[passed]
            meaning = (
                f"Entry {index} says that it was logged at {_text(time)}, but {with_it.witness} saw the log "
                f"with it at {with_it.seen:%Y-%m-%d %H:%M:%S}: its time is false, or a clock is wrong"
            )
            yield Fault(FaultKind.POST_DATED, _bundle(size, index), meaning, index)


def _fresh(seen: Sequence[Sighting]) -> list[Sighting]:
    """Leave out what was old when it was seen; what is left was seen later the larger it is.

    A witness that is shown an old checkpoint says nothing about entries that another had seen by then.
    """
    fresh: list[Sighting] = []
    for sighting in sorted(seen, key=lambda each: (each.checkpoint.size, each.seen), reverse=True):
        if not fresh or sighting.seen < fresh[-1].seen:
            fresh.append(sighting)
    return fresh[::-1]


def _bundle(size: int, index: int) -> str:
    bundle = index // WIDTH
    return str(TilePath(None, bundle, width_at(size, None, bundle)))


def _microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def _text(microseconds: int) -> str:
    return f"{EPOCH + timedelta(microseconds=microseconds):%Y-%m-%d %H:%M:%S}"
