"""Receipts for tests: a folder in which some requests are on record."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from groundstop.directives.facts import Attested, Principal
from groundstop.directives.signing import SignedHere
from groundstop.documents import canonical_bytes, parse_json
from groundstop.documents.directives import Act, ClaimName
from groundstop.documents.gateway import Change, GuardOutcome, GuardSaid
from groundstop.gateway.gate import NOBODY, Gate, Who
from groundstop.gateway.news import News
from groundstop.gateway.receipts import Checkpoints, Receipts
from groundstop.gateway.recording import Entry
from groundstop.gateway.settings import Keeping
from tests.deciding_parts import FOREIGN, restricted, standing
from tests.directive_parts import at, signed
from tests.evidence_samples import a_key

NOW = at(30).timestamp()
"""The time in these tests: some hours after the sample order takes effect."""
WITHDRAWN = "desk-helper"
"""The model that the sample order is about."""
SALT = bytes(32)
KEY = a_key("desk-gateway")


def a_gate(*orders: SignedHere) -> Gate:
    """Return a gate with some orders in force."""
    gate = Gate(clock=lambda: NOW)
    gate.put(News(standing(*map(signed, orders)), NOW, NOW, ()))
    return gate


def who(claims: Mapping[ClaimName, Attested], name: str = "person-7") -> Who:
    """Return somebody with attested claims."""
    return Who(Principal("alder-id", name), claims)


FOREIGNER = who(FOREIGN)


def a_receipts(
    folder: Path, *, clock: Callable[[], float] = lambda: NOW, file_bytes: int = 64 * 1024**2
) -> Receipts:
    """Return a recorder in a folder."""
    return Receipts(folder, "desk", SALT, keeping=Keeping(file_bytes=file_bytes), clock=clock)


BECAUSE = "GSD-20260706-0000000001"


def an_entry(
    gate: Gate,
    model: str = WITHDRAWN,
    *,
    asks: Who = NOBODY,
    request: str = "request-1",
    others: tuple[str, ...] = (),
    guards: tuple[GuardSaid, ...] = (),
    instead_of: str | None = None,
    because: str | None = None,
) -> Entry:
    """Return a request as a data plane tells it."""
    ruling = gate.rule([model, *others], Act.INFER, asks)
    status = 200 if ruling.allowed else 451
    names = (model, *others)
    return Entry(
        request,
        "proxy",
        "chat.completions",
        names,
        Act.INFER,
        "elm",
        asks,
        ruling,
        status,
        instead_of,
        guards,
        because,
    )


def entries() -> Iterator[Entry]:
    """Yield requests that differ in everything that a receipt tells."""
    gate = a_gate(restricted())
    yield an_entry(gate, request="a")
    yield an_entry(gate, request="b", asks=FOREIGNER)
    yield an_entry(gate, "desk-clerk", request="c", others=("desk-clerk-2026", "front"), asks=FOREIGNER)
    said = (GuardSaid(directive="GSD-20260706-0000000009", outcome=GuardOutcome.SHADOW),)
    yield an_entry(gate, "desk-clerk", request="d", guards=said, instead_of=WITHDRAWN, because=BECAUSE)
    yield an_entry(Gate(), request="e")
    yield an_entry(gate, "bücher-\N{GREEK SMALL LETTER ALPHA}", request="f")
    yield an_entry(gate, "desk*", request="g")
    yield an_entry(gate, "a\u2028b\x1b", request="h")


def write_some(receipts: Receipts) -> None:
    """Keep all of these, and a change of each kind."""
    for one in entries():
        receipts.decided(one)
    ruling = an_entry(a_gate(restricted())).ruling
    for change in Change:
        receipts.changed("c", change, status=451, model="desk-helper", ruling=ruling)
    receipts.changed("d", Change.LEFT)


def a_checkpointed_folder(folder: Path, *, lines: int = 3, more: int = 0) -> Path:
    """Return a folder with so many requests under a checkpoint, and some more behind it."""
    receipts = a_receipts(folder)
    gate = a_gate(restricted())
    for number in range(lines + more):
        receipts.decided(an_entry(gate, request=f"request-{number}"))
        if number == lines - 1:
            head = receipts.sync()
            assert head is not None
            checkpoints(folder).sign(head)
    receipts.close()
    return folder


def checkpoints(folder: Path) -> Checkpoints:
    """Return what signs for a folder."""
    return Checkpoints(folder, "desk", KEY, clock=lambda: at(31))


def the_file(folder: Path) -> Path:
    """Return the one file of the one chain."""
    (found,) = (folder / "receipts" / "w0").glob("0*.jsonl")
    return found


@contextmanager
def rewritten(path: Path) -> Iterator[list[bytes]]:
    """Give the lines of a file to be changed, and write them back."""
    lines = path.read_bytes().splitlines()
    yield lines
    path.write_bytes(b"".join(line + b"\n" for line in lines))


def chained_again(lines: list[bytes]) -> list[bytes]:
    """Return lines with numbers and digests as somebody would make them who rewrites a chain."""
    previous, found = "0" * 64, []
    for n, line in enumerate(lines, 1):
        value = parse_json(line, source="a line")
        data = canonical_bytes({**value, "n": n, "previous": previous})
        previous = hashlib.sha256(data).hexdigest()
        found.append(data)
    return found


def moment(seconds: float) -> datetime:
    """Return a time."""
    return datetime.fromtimestamp(seconds, UTC)
