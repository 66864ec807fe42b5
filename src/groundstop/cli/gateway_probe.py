"""``groundstop gateway probe``: what a gateway does with harmless requests, as several callers."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli import options
from groundstop.cli.gateway_given import order_option
from groundstop.errors import ExitCode, InputError

if TYPE_CHECKING:
    from groundstop.documents import KeyCard
    from groundstop.documents.gateway import Caller, ProbeReport
    from groundstop.evidence import OwnKey
    from groundstop.gateway.probing import Asking, ProbedGateway, ProbedOrder

_ENDING = ".probes.json"


def _token_file(caller: str, whose: str) -> options.Decorator:
    return click.option(
        f"--{caller}",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help=f"Tokens, one a line, of somebody {whose}.",
    )


@click.command()
@click.argument("where", metavar="URL|FLEET")
@order_option
@_token_file("withdrawn", "whom the order keeps out")
@_token_file("permitted", "whom it does not reach")
@_token_file("licensed", "who has a licence")
@click.option("--alias", "aliases", multiple=True, help="A name of your own for a model of the order.")
@click.option("--weights", multiple=True, metavar="URL", help="A file of weights: its bytes are fetched.")
@click.option("--route", "routes", multiple=True, help="Only this route, such as chat.completions.")
@click.option("--only", multiple=True, metavar="NAME", help="Only this gateway of the fleet.")
@click.option("--name", default="gateway", show_default=True, help="How a gateway at a URL is called.")
@click.option(
    "--card",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The key card of a gateway at a URL: without it no certificate rests on the report.",
)
@click.option(
    "--acks",
    multiple=True,
    metavar="PATH|URL",
    help="What the gateway has acknowledged: the digest of its table goes into the report.",
)
@click.option("--key-env", metavar="NAME", help="Variable with the key that clients show, if it wants one.")
@click.option("--lifted", is_flag=True, help="The order is lifted for everybody: nobody may be kept out.")
@click.option("--at-once", type=click.IntRange(1, 256), default=8, show_default=True, help="Requests.")
@click.option("--timeout", type=click.FloatRange(0.1, 3600), default=60, show_default=True, help="Seconds.")
@click.option("--key", "key_name", help="Sign the report with this key of yours.")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Folder for signed reports. Default: this one.",
)
@options.workspace_folder
@options.json_output
def probe(
    where: str,
    order: str,
    withdrawn: Path | None,
    permitted: Path | None,
    licensed: Path | None,
    aliases: tuple[str, ...],
    weights: tuple[str, ...],
    routes: tuple[str, ...],
    only: tuple[str, ...],
    name: str,
    card: Path | None,
    acks: tuple[str, ...],
    key_env: str | None,
    lifted: bool,
    at_once: int,
    timeout: float,
    key_name: str | None,
    output: Path,
    workspace: Path,
    as_json: bool,
) -> int:
    """Ask a gateway, or each of a fleet, harmless requests on every route, name and way.

    What has to become of each is worked out from the order and from whose tokens you give, never asked of
    the gateway. Somebody who shows nothing is always asked as, too.

    Exit code: 0 all as it has to be, 1 a leak, or a lawful user cut off, 3 something is not proved, 4
    something did not answer.
    """
    from groundstop.cli.gateway_given import order_document
    from groundstop.cli.output import show, show_json
    from groundstop.gateway.probing import Asking, ProbedOrder
    from groundstop.reports.gateway_probes import probes_text

    probed = ProbedOrder.of(order_document(order), also=aliases)
    _check_routes(routes)
    tokens = _tokens(withdrawn=withdrawn, permitted=permitted, licensed=licensed)
    key = _signing_key(workspace, key_name)
    client_key = None if key_env is None else os.environ.get(key_env)
    if key_env is not None and not client_key:
        raise InputError(f"{key_env} is not in the environment", "Set it to the key that clients show")
    reports = []
    for gateway, url in _gateways(where, only=only, name=name, card=card, acks=acks):
        asking = Asking(url, tokens, client_key, at_once, timeout)
        report = asyncio.run(
            _look(gateway, probed, asking, key=key, weights=weights, lifted=lifted, routes=routes)
        )
        reports.append(report)
        if not as_json:
            show(probes_text(report))
        if key is not None:
            _write(output, report, key)
    if as_json:
        show_json([one.to_json() for one in reports])
    return outcome_code(reports)


def outcome_code(reports: Sequence[ProbeReport]) -> ExitCode:
    """Return how a command ends that looked at gateways: by the worst that was found."""
    counts = [one.counts for one in reports]
    if any(one.leaks or one.cut_off for one in counts):
        return ExitCode.BAD
    if any(one.unreachable for one in counts):
        return ExitCode.UNREACHABLE
    if any(one.unproved for one in counts) or not any(one.as_expected for one in counts):
        return ExitCode.INCONCLUSIVE
    return ExitCode.GOOD


def _tokens(**files: Path | None) -> dict[Caller, tuple[str, ...]]:
    from groundstop.cli.gateway_given import read_tokens
    from groundstop.documents.gateway import Caller

    return {Caller(name): read_tokens(path) for name, path in files.items() if path is not None}


def _check_routes(routes: Sequence[str]) -> None:
    from groundstop.gateway.probing import ROUTES

    known = [one.name for one in ROUTES]
    for one in routes:
        if one not in known:
            raise InputError(f"There is no route {one!r}", f"Choose among: {', '.join(known)}")


def _signing_key(workspace: Path, name: str | None) -> OwnKey | None:
    """Return the key that signs; none where there is no key yet, and none is asked for."""
    from groundstop.cli.parties import own_key

    if name is None and not (workspace / ".groundstop" / "keys").is_dir():
        click.echo("Not signed: there is no key here. Make one with: groundstop key new NAME", err=True)
        return None
    return own_key(workspace, name)


def _gateways(
    where: str, *, only: tuple[str, ...], name: str, card: Path | None, acks: Sequence[str]
) -> list[tuple[ProbedGateway, str]]:
    from groundstop.cli.gateway_given import read_fleet
    from groundstop.evidence import read_card
    from groundstop.gateway.probing import ProbedGateway

    if where.startswith(("http://", "https://")):
        shown = None if card is None else read_card(card)
        table = None if shown is None else _tables(acks, [shown]).get(shown.key_id)
        return [(ProbedGateway(name, None if shown is None else shown.key_id, table), where)]
    fleet = read_fleet(Path(where)).fleet
    unknown = set(only) - {one.name for one in fleet.gateways}
    if unknown:
        raise InputError(f"There is no gateway {min(unknown)!r} in {where}", "Give a name of the fleet")
    wanted = [one for one in fleet.gateways if not only or one.name in only]
    tables = _tables(acks, [one.key for one in wanted])
    found = []
    for one in wanted:
        if one.url is None:
            click.echo(f"{one.name} has no address, and is not probed", err=True)
        else:
            key_id = one.key.key_id
            found.append((ProbedGateway(one.name, key_id, tables.get(key_id), one.models), one.url))
    if not found:
        raise InputError("No gateway to probe has an address", "Add one with: groundstop gateway fleet add")
    return found


def _tables(acks: Sequence[str], cards: Sequence[KeyCard]) -> dict[str, str]:
    """Return the digests of the tables that keys have acknowledged last, as far as it is known."""
    from groundstop.cli.gateway_given import read_stated
    from groundstop.documents.gateway import Acknowledgement

    said = [one for one, _ in read_stated(acks, Acknowledgement, cards)]
    said.sort(key=lambda one: one.document.created)
    return {key: one.document.table for one in said for key in one.signers}


async def _look(
    gateway: ProbedGateway,
    order: ProbedOrder,
    asking: Asking,
    *,
    key: OwnKey | None,
    weights: Sequence[str],
    lifted: bool,
    routes: Sequence[str],
) -> ProbeReport:
    from aiohttp import ClientSession, DummyCookieJar, TCPConnector
    from rich.progress import Progress

    from groundstop.cli.output import error_console
    from groundstop.documents.gateway import Caller
    from groundstop.gateway.probing import look_at

    connector = TCPConnector(limit=asking.at_once * 2)
    with Progress(console=error_console(), transient=True) as progress:
        task = progress.add_task(gateway.name, total=None)
        async with ClientSession(
            connector=connector, cookie_jar=DummyCookieJar(), trust_env=False
        ) as session:
            return await look_at(
                gateway,
                order,
                asking,
                session,
                prober="nobody" if key is None else key.card.name,
                clock=lambda: datetime.now(UTC),
                callers=(*asking.tokens, Caller.UNKNOWN),
                weights=weights,
                lifted=lifted,
                routes=routes or None,
                planned=lambda plan: progress.update(task, total=len(plan)),
                told=lambda _: progress.advance(task),
            )


def _write(folder: Path, report: ProbeReport, key: OwnKey) -> None:
    from groundstop.evidence.disk import write_whole
    from groundstop.gateway.probing import sign_report

    path = folder / f"{report.order}.{report.gateway}{_ENDING}"
    write_whole(path, sign_report(report, key))
    click.echo(f"Signed as {path}", err=True)
