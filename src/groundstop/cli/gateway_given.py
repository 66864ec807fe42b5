"""What the commands about gateways are given: orders, fleets, cards, tokens; from files and folders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import click

from groundstop.cli import options
from groundstop.errors import GroundstopError, InputError, TargetError

if TYPE_CHECKING:
    from groundstop.documents import KeyCard
    from groundstop.documents.directives import Directive, Stop
    from groundstop.documents.gateway import Acknowledgement, Fleet, ProbeReport
    from groundstop.gateway.certifying import Stated

    _KindT = TypeVar("_KindT", Acknowledgement, ProbeReport)

_MOST_TOKEN_BYTES = 64 * 1024
_MOST_BYTES = 64 * 1024 * 1024
_MOST_FILES = 10_000

order_option: options.Decorator = click.option(
    "--order", "order", required=True, metavar="ORDER", help="The order's file, or FOLDER/ID of one obeyed."
)


class FleetFile(NamedTuple):
    """A fleet as its file has it."""

    fleet: Fleet
    envelope: bytes | None
    """None for a fleet that nobody has signed yet."""


def order_document(text: str) -> Directive | Stop:
    """Return an order: from its file, or one that an operator's folder has heard.

    Args:
        text: A path; or an operator's folder, a slash, and the id of an order.

    Raises:
        InputError: There is no such order.
        DocumentError: The file cannot be read as one.
    """
    from groundstop.directives.reading import read_order_file
    from groundstop.documents.directives import Directive, Stop

    path = Path(text)
    if not path.is_file() and (path.parent / "obeys.toml").is_file():
        return _heard(path.parent, path.name)
    document = read_order_file(path).document
    if not isinstance(document, Directive | Stop):
        raise InputError(f"{path} is a {document.kind}, and no order", "Give a directive or a stop")
    return document


def _heard(folder: Path, name: str) -> Directive | Stop:
    from groundstop.cli.obeys_hearing import subscriber_of

    orders = subscriber_of(folder).active.orders
    for stop in orders.stops:
        if stop.stop.id == name:
            return stop.stop
    directives = [one.directive for one in orders.orders if one.directive.id == name]
    if not directives:
        raise InputError(f"Nothing in {folder} is called {name}", "See: groundstop obeys status FOLDER")
    return max(directives, key=lambda one: one.sequence)


def read_fleet(path: Path) -> FleetFile:
    """Read a fleet, signed or not; signatures are not verified here.

    Raises:
        InputError: It cannot be read.
        DocumentError: It is no fleet.
    """
    from groundstop.documents import parse_json
    from groundstop.documents.gateway import Fleet
    from groundstop.evidence import read_bounded
    from groundstop.evidence.statements import read_as

    data = read_bounded(path, most=_MOST_BYTES)
    value = parse_json(data, source=str(path))
    if isinstance(value, dict) and "payload" in value:
        _, fleet = read_as(data, Fleet, source=str(path), hint="Give a fleet")
        return FleetFile(fleet, data)
    return FleetFile(Fleet.from_json(value, source=str(path)), None)


def cards_at_hand(workspace: Path, files: Sequence[Path] = (), charter: Path | None = None) -> list[KeyCard]:
    """Return the cards that a command believes: of the workspace, given files, and an authority's charter.

    Args:
        workspace: Whose trust file and own keys count.
        files: Cards that are given besides.
        charter: A charter whose keys count.
    """
    from groundstop.cli.directive_show import read_charter
    from groundstop.cli.parties import trusted
    from groundstop.evidence import read_card

    found: list[KeyCard] = [] if charter is None else list(read_charter(charter).keys)
    if (workspace / ".groundstop").is_dir():
        found += [one.card for one in trusted(workspace).keys if one.revoked is None and not one.witness]
    return [*found, *map(read_card, files)]


def read_tokens(path: Path | None) -> tuple[str, ...]:
    """Return the tokens in a file, one a line: the person's first. None for none.

    Raises:
        InputError: The file cannot be read, or there is no token in it.
    """
    from groundstop.evidence import read_bounded

    if path is None:
        return ()
    text = read_bounded(path, most=_MOST_TOKEN_BYTES).decode("utf-8", "replace")
    found = tuple(line.strip() for line in text.splitlines() if line.strip())
    if not found or not all(one.isascii() and one.isprintable() and " " not in one for one in found):
        raise InputError(f"{path} holds no token, or one that cannot be shown", "Write one token a line")
    return found


def envelopes_at(places: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Yield signed envelopes: of a file, of a file with one a line, of a folder of either, or from a URL.

    Args:
        places: Paths and URLs.

    Yields:
        Where each is from, and its bytes.

    Raises:
        InputError: Something cannot be read.
        TargetError: A URL does not answer.
    """
    from groundstop.evidence import read_bounded

    for place in places:
        if place.startswith(("http://", "https://")):
            yield place, fetched(place)
            continue
        path = Path(place)
        found = sorted(_files(path)) if path.is_dir() else [path]
        for one in found[:_MOST_FILES]:
            data = read_bounded(one, most=_MOST_BYTES)
            if one.suffix == ".jsonl":
                yield from ((str(one), line) for line in data.splitlines() if line.strip())
            else:
                yield str(one), data.rstrip(b"\n")


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder that may hold envelopes; of an operator's, those with acknowledgements."""
    kept = folder / "acknowledgements.jsonl"
    if kept.is_file():
        yield kept
        return
    yield from (path for path in folder.iterdir() if path.suffix in (".json", ".jsonl") and path.is_file())


def fetched(url: str) -> bytes:
    """Return what a gateway's admin address says.

    Raises:
        TargetError: It does not answer, or with an error.
    """
    import asyncio

    from aiohttp import ClientError, ClientSession, ClientTimeout

    async def get() -> bytes:
        limit = ClientTimeout(total=30)
        async with ClientSession(timeout=limit) as session, session.get(url, allow_redirects=False) as got:
            if got.status != 200:
                raise TargetError(f"{url} answers with {got.status}", "Check the address")
            data = b""
            async for piece in got.content.iter_any():
                data += piece
                if len(data) > _MOST_BYTES:
                    raise TargetError(f"{url} answers without end", "Check the address")
            return data.strip()

    try:
        return asyncio.run(get())
    except (OSError, TimeoutError, ClientError) as error:
        raise TargetError(f"{url} does not answer", "Check the address, and that the gateway runs") from error


def read_stated(
    places: Sequence[str], kind: type[_KindT], cards: Sequence[KeyCard]
) -> list[tuple[Stated[_KindT], bytes]]:
    """Read what is said; what cannot be believed is told on standard error, and does not count.

    Args:
        places: See :func:`envelopes_at`.
        kind: What it must be.
        cards: Keys that are believed.

    Returns:
        Each statement once, with the bytes of its envelope.
    """
    from groundstop.gateway.certifying import stated

    found = {}
    for place, data in envelopes_at(places):
        try:
            one = stated(data, kind, cards, source=place)
        except GroundstopError as error:
            click.echo(f"It does not count: {error.message}", err=True)
            continue
        found[one.digest] = (one, data)
    return list(found.values())
