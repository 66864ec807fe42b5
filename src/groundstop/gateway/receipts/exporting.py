"""Receipts for other tools: as Parquet, and as recorded requests that a preview replays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from groundstop.documents.directives import RecordedRequest
from groundstop.documents.gateway import Begun, Changed, Decided
from groundstop.gateway.receipts.reading import chains_in, read_chain, read_receipts

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 20_000
"""In a row group: so many are in memory at a time."""


class Row(NamedTuple):
    """A receipt as a row of a table. Claims are told by their names: their values stay where they are."""

    chain: str
    n: int
    at: datetime
    event: str
    gateway: str | None = None
    request: str | None = None
    surface: str | None = None
    route: str | None = None
    model: str | None = None
    provider: str | None = None
    act: str | None = None
    principal: str | None = None
    principal_issuer: str | None = None
    claims: Sequence[str] = ()
    routed: Sequence[str] = ()
    instead_of: str | None = None
    because: str | None = None
    allowed: bool | None = None
    status: int | None = None
    ground: str | None = None
    order: str | None = None
    sequence: int | None = None
    content: str | None = None
    rule: str | None = None
    used: Sequence[str] = ()
    missing: Sequence[str] = ()
    licence: str | None = None
    departs: bool | None = None
    guards: Sequence[str] = ()
    table: str | None = None
    change: str | None = None


def rows(folder: Path) -> Iterator[Row]:
    """Yield the receipts of a folder as rows.

    Raises:
        InputError: There are none, or a file cannot be read.
        DocumentError: A line is no receipt.
    """
    for chain in chains_in(folder):
        for line in read_chain(chain):
            if not line.whole:
                continue
            receipt = line.receipt()
            start = Row(chain.name, receipt.n, receipt.at, receipt.what.event)
            match receipt.what:
                case Begun() as what:
                    yield start._replace(gateway=what.gateway)
                case Decided() as what:
                    yield _decided(start, what)
                case Changed() as what:
                    yield start._replace(
                        request=what.request,
                        change=what.change.value,
                        status=what.status,
                        model=what.model,
                        order=what.order,
                        content=what.content,
                    )


def _decided(start: Row, what: Decided) -> Row:
    asked = what.asked
    return start._replace(
        request=what.request,
        surface=what.surface,
        route=what.route,
        model=asked.model,
        provider=asked.provider,
        act=asked.act.value,
        principal=asked.principal,
        principal_issuer=asked.principal_issuer,
        claims=[one.claim.value for one in asked.claims if not one.hint],
        routed=what.routed,
        instead_of=what.instead_of,
        because=what.because,
        allowed=what.allowed,
        status=what.status,
        ground=what.ground,
        order=what.order,
        sequence=what.sequence,
        content=what.content,
        rule=what.rule,
        used=[f"{one.claim.value}@{one.issuer}" for one in what.used],
        missing=[one.value for one in what.missing],
        licence=what.licence,
        departs=what.departs,
        guards=[f"{one.directive}:{one.outcome.value}" for one in what.guards],
        table=what.table,
    )


def _schema() -> pa.Schema:
    import pyarrow as pa

    text, texts = pa.dictionary(pa.int32(), pa.string()), pa.list_(pa.string())
    kinds = {
        "n": pa.int64(),
        "at": pa.timestamp("us", tz="UTC"),
        "request": pa.string(),
        "allowed": pa.bool_(),
        "departs": pa.bool_(),
        "status": pa.int16(),
        "sequence": pa.int32(),
        **dict.fromkeys(("claims", "routed", "used", "missing", "guards"), texts),
    }
    return pa.schema([(name, kinds.get(name, text)) for name in Row._fields])


def export_parquet(folder: Path, path: Path, *, told: Callable[[int], None] = lambda _: None) -> int:
    """Write the receipts of a folder as one Parquet file, a part at a time.

    Args:
        folder: The operator's.
        path: The file.
        told: Is told after each part how many there are so far.

    Returns:
        How many were written.

    Raises:
        InputError: There are no receipts, or a file cannot be read.
        DocumentError: A line is no receipt.
        OSError: It cannot be written.
    """
    import pyarrow as pa
    from pyarrow import parquet

    schema, written, source = _schema(), 0, rows(folder)
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        while part := list(islice(source, ROWS)):
            columns = [
                pa.array(column, kind)
                for column, kind in zip(zip(*part, strict=True), schema.types, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
            written += len(part)
            told(written)
    return written


def recorded(folder: Path) -> Iterator[RecordedRequest]:
    """Yield the requests in the receipts of a folder as a preview replays them.

    Each has the status that it was answered with in the end.

    Raises:
        InputError: There are none, or a file cannot be read.
        DocumentError: A line is no receipt.
    """
    ended = {
        receipt.what.request: receipt.what.status
        for receipt in read_receipts(folder)
        if isinstance(receipt.what, Changed) and receipt.what.status is not None
    }
    for receipt in read_receipts(folder):
        what = receipt.what
        if isinstance(what, Decided):
            yield RecordedRequest(
                at=receipt.at,
                surface=what.surface,
                asked=what.asked,
                status=ended.get(what.request, what.status),
            )


def write_recorded(
    requests: Iterable[RecordedRequest], out: IO[bytes], *, told: Callable[[int], None] = lambda _: None
) -> int:
    """Write recorded requests, one a line.

    Returns:
        How many were written.
    """
    written = 0
    for written, one in enumerate(requests, 1):
        out.write(one.canonical() + b"\n")
        if written % ROWS == 0:
            told(written)
    return written
