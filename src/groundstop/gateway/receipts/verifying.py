"""Verifying receipts: that no line was changed, added or taken out, as far as checkpoints vouch for it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from groundstop.documents import KeyCard
from groundstop.documents.gateway import Begun, ReceiptCheckpoint
from groundstop.errors import GroundstopError
from groundstop.evidence.audit import AuditReport
from groundstop.evidence.audit.checks import Check, Rule
from groundstop.evidence.statements import read_as, signers_of
from groundstop.gateway.receipts.chain import FIRST, files_of
from groundstop.gateway.receipts.checkpoints import CHECKPOINTS, subject_of
from groundstop.gateway.receipts.reading import Line, chains_in, read_chain, receipt_or_why

_FORM = Rule("Each line is a receipt", "A line was changed after it was written")
_CHAIN = Rule("Each line holds on to the one before", "A line was changed, added or taken out")
_SIGNED = Rule("Checkpoints are signed by the gateway", "Somebody else has written them")
_REACHED = Rule(
    "The chain is what was signed", "Lines that the gateway has signed for were changed or taken out"
)
_TAIL = Rule("Checkpoints reach the last line", "What comes after the last one could be changed unseen")
_MOST_PROBLEMS = 20
_MOST_ENVELOPE_BYTES = 64 * 1024


@dataclass(slots=True)
class _Walk:
    """A chain, as far as it was walked."""

    lines: int = 0
    head: str = FIRST
    gateway: str | None = None
    form: list[tuple[str | None, str]] = field(default_factory=list)
    broken: list[tuple[str | None, str]] = field(default_factory=list)
    cut: int = 0
    """Bytes of a last line that was cut off."""


def verify(folder: Path, cards: Sequence[KeyCard]) -> AuditReport:
    """Check every chain of a folder, offline.

    Args:
        folder: The operator's, or its folder ``receipts``.
        cards: Public keys of the gateway that are believed.

    Returns:
        Every check; a failure names the file and the line.

    Raises:
        InputError: There are no receipts, or a file cannot be read.
    """
    checks = [check for chain in chains_in(folder) for check in _chain_checks(chain, cards)]
    return AuditReport(str(folder), "receipts", tuple(checks))


def _chain_checks(chain: Path, cards: Sequence[KeyCard]) -> Iterator[Check]:
    walk = _Walk()
    signed, forged = _checkpoints(chain, cards)
    wanted = {one.lines: one for one in signed}
    reached = list[tuple[str | None, str]]()
    firsts = {path: first for first, path in files_of(chain)}
    for line in read_chain(chain):
        if not line.whole:
            walk.cut = len(line.data)
            continue
        _take(walk, line, firsts[line.path])
        said = wanted.pop(walk.lines, None)
        if said is not None and said.head != walk.head:
            reached.append((line.place, f"it is not the line that the checkpoint of {said.created} is about"))
    reached += [
        (f"{chain.name}/{CHECKPOINTS}", f"{lines:,} lines were signed for, and {walk.lines:,} are here")
        for lines in sorted(wanted)[:1]
    ]
    reached += _strange(signed, walk, chain.name)
    yield from _FORM.judge(walk.form[:_MOST_PROBLEMS], f"{chain.name}: {walk.lines:,} lines")
    yield from _CHAIN.judge(walk.broken[:_MOST_PROBLEMS], f"{chain.name}: from the first to the last")
    yield from _SIGNED.judge(forged[:_MOST_PROBLEMS], f"{chain.name}: {len(signed):,} checkpoints")
    yield from _REACHED.judge(reached[:_MOST_PROBLEMS], f"{chain.name}: as signed")
    covered = max((one.lines for one in signed), default=0)
    if covered < walk.lines:
        yield _TAIL.unproved(
            f"{chain.name}: the last {walk.lines - covered:,} lines come after the last checkpoint"
        )
    elif not forged and not reached:
        yield _TAIL.passed(f"{chain.name}: up to line {covered:,}")
    if walk.cut:
        yield _TAIL.unproved(f"{chain.name}: a last line was cut off after {walk.cut} bytes; it told nobody")


def _take(walk: _Walk, line: Line, first: int) -> None:
    """Add a line to what was walked. After a problem it goes on from the line as it stands."""
    if line.number == 1 and first != walk.lines + 1:
        here = f"it begins with line {first:,}, and line {walk.lines:,} is the one before"
        walk.broken.append((line.place, here if walk.lines else f"the lines before {first:,} are not here"))
        walk.lines = first - 1
    receipt = receipt_or_why(line)
    digest = hashlib.sha256(line.data).hexdigest()
    if isinstance(receipt, str):
        walk.form.append((line.place, receipt))
        walk.lines, walk.head = walk.lines + 1, digest
        return
    if receipt.n != walk.lines + 1:
        walk.broken.append((line.place, f"it is line {receipt.n:,}, where {walk.lines + 1:,} was expected"))
    elif receipt.previous != walk.head:
        walk.broken.append((line.place, "it holds on to another line than the one before it"))
    if isinstance(receipt.what, Begun):
        if walk.gateway not in (None, receipt.what.gateway):
            walk.broken.append((line.place, f"it is of the gateway {receipt.what.gateway}"))
        walk.gateway = receipt.what.gateway
    elif line.number == 1:
        walk.broken.append((line.place, "a file begins with which gateway writes it, and this one does not"))
    walk.lines, walk.head = receipt.n, digest


def _checkpoints(
    chain: Path, cards: Sequence[KeyCard]
) -> tuple[list[ReceiptCheckpoint], list[tuple[str | None, str]]]:
    """Return what a chain's checkpoints say, and those that do not count."""
    path = chain / CHECKPOINTS
    signed, forged = list[ReceiptCheckpoint](), list[tuple[str | None, str]]()
    if not path.is_file():
        return signed, forged
    with path.open("rb") as file:
        number = 0
        while data := file.readline(_MOST_ENVELOPE_BYTES):
            number += 1
            if not data.endswith(b"\n") and len(data) < _MOST_ENVELOPE_BYTES:
                # It was cut off when the process ended, and vouches for nothing.
                continue
            place = f"{chain.name}/{path.name}, line {number}"
            try:
                signed.append(_checkpoint(data.removesuffix(b"\n"), cards, chain.name, place))
            except GroundstopError as error:
                forged.append((place, error.message))
    return signed, forged


def _checkpoint(data: bytes, cards: Sequence[KeyCard], chain: str, place: str) -> ReceiptCheckpoint:
    envelope, document = read_as(data, ReceiptCheckpoint, source=place, hint="It was put there by somebody")
    signers_of(envelope, cards)
    if envelope.subjects != (subject_of(document.chain, document.head),) or document.chain != chain:
        raise GroundstopError(f"{place} is about another chain", "It was put there by somebody")
    return document


def _strange(
    signed: Sequence[ReceiptCheckpoint], walk: _Walk, chain: str
) -> Iterator[tuple[str | None, str]]:
    place = f"{chain}/{CHECKPOINTS}"
    for before, after in pairwise(signed):
        if after.lines < before.lines:
            yield place, f"a checkpoint of {after.lines:,} lines comes after one of {before.lines:,}"
        elif after.lines == before.lines and after.head != before.head:
            yield place, f"two checkpoints of {after.lines:,} lines are about different lines"
    for one in signed:
        if walk.gateway is not None and one.gateway != walk.gateway:
            yield place, f"a checkpoint is of the gateway {one.gateway}, and the chain of {walk.gateway}"
            return
