"""``groundstop gateway status``: how a gateway stands, as it says itself, or as its folder tells."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli import options
from groundstop.cli.directive_acting import now
from groundstop.cli.gateway_receipts import own_cards
from groundstop.cli.obeys_files import folder_argument
from groundstop.errors import ExitCode, TargetError

if TYPE_CHECKING:
    from groundstop.gateway.running.status import GatewayStatus

_TIMEOUT_S = 5.0
_MOST_BYTES = 16 * 1024**2


@click.command()
@folder_argument
@click.option("--admin", metavar="HOST:PORT", help="Where its status is told, instead of what is set.")
@options.json_output
def status(folder: Path, admin: str | None, as_json: bool) -> int:
    """Show how the gateway of FOLDER stands: what it enforces, what it hears, and which processes serve.

    Where it does not run, what its folder tells is shown.

    Exit codes: 0 all is well, 1 something is wrong, 3 it serves and has not heard something for too long,
    4 it does not run.
    """
    import asyncio

    from groundstop.cli.output import show_json

    address = admin or _admin_of(folder)
    try:
        found = asyncio.run(_asked(address))
        if admin is None:
            _check_own(folder, address, found)
    except TargetError as error:
        if as_json:
            show_json({"running": False, "why": error.message})
        else:
            click.echo(f"It does not run: {error.message}. {error.hint}.")
            for line in _from_folder(folder):
                click.echo(line)
        return ExitCode.UNREACHABLE
    why = found.not_ready
    if as_json:
        show_json({"running": True, **found.to_json(), "not_ready": list(why)})
    else:
        for line in _lines(found, folder):
            click.echo(line)
    if why or any(one.kind != "unreachable" for one in found.problems):
        return ExitCode.BAD
    return ExitCode.INCONCLUSIVE if found.silent or found.problems else ExitCode.GOOD


def _admin_of(folder: Path) -> str:
    """Return where the gateway of a folder tells its status.

    Raises:
        InputError: Its settings cannot be read: the address has to be given.
    """
    from groundstop.gateway.config import read_settings
    from groundstop.gateway.settings import FILE_NAME, Settings

    path = folder / FILE_NAME
    if not path.exists() and folder.is_dir():
        return str(Settings.model_fields["admin"].default)
    return read_settings(path).admin


def _check_own(folder: Path, address: str, found: GatewayStatus) -> None:
    """Check that what answered serves from the folder that was given.

    Raises:
        TargetError: Another gateway has the address.
    """
    from groundstop.gateway.running.holding import is_held

    here = address.startswith(("127.", "localhost:", "[::1]:"))
    if here and not is_held(folder):
        raise TargetError(
            f"No gateway serves from {folder}, and {found.gateway} of another folder is at {address}",
            "Start it, with an admin address of its own in gateway.toml",
        )


async def _asked(address: str) -> GatewayStatus:
    import aiohttp
    from pydantic import ValidationError

    from groundstop.gateway.running.status import GatewayStatus

    timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(f"http://{address}/status", allow_redirects=False) as answer,
        ):
            data = await answer.content.read(_MOST_BYTES)
            while not answer.content.at_eof() and len(data) < _MOST_BYTES:
                data += await answer.content.read(_MOST_BYTES - len(data))
            return GatewayStatus.model_validate_json(data)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise TargetError(
            f"Nothing answers at {address}",
            "Start it: groundstop gateway serve; or say with --admin where it is",
        ) from error
    except ValidationError as error:
        raise TargetError(
            f"What answers at {address} is no gateway of this release", "Check the address of admin"
        ) from error


def _lines(found: GatewayStatus, folder: Path) -> Iterator[str]:
    from groundstop.reports.words import counted_large

    for why in found.closed:
        yield f"EVERYTHING IS CLOSED: {why}."
    places = ", ".join(found.listens)
    yield f"{found.gateway} of {found.operator} serves at {places} since {found.started:%Y-%m-%d %H:%M} UTC"
    yield from (f"NOT READY: {why}." for why in found.not_ready if why not in found.closed)
    yield f"In force: {counted_large(found.orders, 'order')}, table {found.table}"
    if found.orders:
        yield f"  groundstop directive list {folder} shows them"
    heard = "never" if found.heard is None else f"{found.heard:%Y-%m-%d %H:%M:%S} UTC"
    if found.obeys:
        yield f"Everything last heard afresh: {heard}"
    for one in found.authorities:
        numbers = f"set {one.orders}, urgent {one.urgent}" if one.charter is not None else "never heard"
        yield f"  {one.authority} in {one.repository}: {numbers}"
    yield from (f"  {one.silence}: {one.directive} ({', '.join(one.models)})" for one in found.silent)
    yield from (f"Problem: {one.where}: {one.kind}: {one.what}. {one.hint}." for one in found.problems)
    if found.refused:
        count = "1 document does" if found.refused == 1 else f"{found.refused:,} documents do"
        yield f"{count} not count: groundstop obeys status tells why"
    yield from (f"Look at this: {one}." for one in (*found.notes, *found.warnings))
    for each in found.workers:
        kept = "no receipts yet" if each.chain is None else f"receipts in {each.chain}"
        writable = "" if each.receipts_writable else ", WHICH CANNOT BE WRITTEN"
        yield f"Process {each.pid}: {each.state}, {each.in_flight:,} in flight, {kept}{writable}"
    said = found.acknowledgement
    yield (
        "Nothing was acknowledged yet"
        if said is None
        else f"Acknowledged {said.created:%Y-%m-%d %H:%M:%S} UTC for "
        f"{counted_large(said.workers, 'process', 'processes')}: {said.table}"
    )
    if found.checkpoint is not None:
        yield f"Receipts under a checkpoint up to {found.checkpoint:%Y-%m-%d %H:%M:%S} UTC"


def _from_folder(folder: Path) -> Iterator[str]:
    """Yield what a folder tells of a gateway that does not run."""
    from groundstop.directives.subscribing import Subscriber
    from groundstop.errors import GroundstopError
    from groundstop.gateway.acknowledging import FILE_NAME, read_acknowledgements
    from groundstop.gateway.running.configuration import obeyed_in
    from groundstop.reports.words import counted_large

    subscriber = Subscriber(folder, obeyed_in(folder))
    subscriber.load(now())
    active = subscriber.active
    orders = len(active.orders.orders) + len(active.orders.stops)
    yield f"It would decide by {counted_large(orders, 'order')}, table {active.table.digest}"
    yield from (f"EVERYTHING WOULD BE CLOSED: {why}." for why in active.closed)
    try:
        said = deque(read_acknowledgements(folder / FILE_NAME, own_cards(folder)), maxlen=1)
    except GroundstopError:
        return
    for _, last in said:
        yield f"Last acknowledged {last.created:%Y-%m-%d %H:%M:%S} UTC: {last.table}"
