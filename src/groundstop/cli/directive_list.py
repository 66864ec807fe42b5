"""``groundstop directive list`` and ``groundstop licence list``: what stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groundstop.cli import options
from groundstop.cli.directive_acting import now
from groundstop.cli.directive_source import orders_in, source_argument
from groundstop.errors import ExitCode

if TYPE_CHECKING:
    from datetime import datetime

    from groundstop.directives.orders import LicenceInForce, OrderInForce, Orders


@click.command("list")
@source_argument
@click.option(
    "--all", "with_past", is_flag=True, help="Those too that have ended, or were lifted or amended."
)
@options.json_output
def list_orders(folder: Path, with_past: bool, as_json: bool) -> int:
    """List the orders, stops and lifts that stand in FOLDER: a repository, or an operator's folder."""
    from rich.table import Table

    from groundstop.cli.output import show, show_json
    from groundstop.directives.feeds import ItemState, feed_items

    orders = orders_in(folder)
    past = (ItemState.EXPIRED, ItemState.LIFTED, ItemState.SUPERSEDED)
    items = [one for one in feed_items(orders, now()) if with_past or one.state not in past]
    if as_json:
        show_json({"items": [one.to_json() for one in items], **_aside(orders)})
        return ExitCode.GOOD
    if not items:
        click.echo("No order stands." if not with_past else "There is no order.")
    else:
        table = Table("what", "state", "models", "kept out", "until", box=None, pad_edge=False)
        table.add_column("id", no_wrap=True)
        for one in items:
            number = f" {one.sequence}" if one.sequence and one.sequence > 1 else ""
            called = one.kind.value if one.kind and one.lifts is None else one.what.value
            table.add_row(
                f"{called}{number}",
                one.state.value + ("" if one.ratified else ", not ratified"),
                ", ".join(model.label for model in one.models),
                one.reach,
                f"{one.until:%Y-%m-%d}" if one.until else "",
                one.id,
            )
        show(table)
    for refused in orders.refused:
        click.echo(f"Does not count: {refused.what} of {refused.authority}: {refused.why}")
    for note in orders.notes:
        click.echo(f"Look at this: {note}")
    return ExitCode.GOOD


@click.command("list")
@source_argument
@options.json_output
def list_licences(folder: Path, as_json: bool) -> int:
    """List the licences under the orders of FOLDER: a repository, or an operator's folder."""
    from rich.table import Table

    from groundstop.cli.output import show, show_json

    orders, moment = orders_in(folder), now()
    held = [(order, one) for order in orders.orders for one in order.licences]
    if as_json:
        show_json([_record(order, one, moment) for order, one in held])
        return ExitCode.GOOD
    if not held:
        click.echo("There is no licence.")
        return ExitCode.GOOD
    table = Table("holder", "staff", "until", "state", box=None, pad_edge=False)
    table.add_column("id", no_wrap=True)
    for _, one in held:
        licence = one.licence
        staff = f"{len(licence.holder.persons)} named" if licence.holder.persons else "all"
        table.add_row(
            licence.holder.organisation,
            staff,
            f"{licence.expires:%Y-%m-%d}",
            _state(one, moment),
            licence.id,
        )
    show(table)
    return ExitCode.GOOD


def _state(one: LicenceInForce, moment: datetime) -> str:
    if one.revoked is not None:
        return f"revoked: {one.revoked.reason}"
    if one.ends is not None and moment >= one.ends:
        return "replaced"
    if moment >= one.licence.expires:
        return "ended"
    return "in force" if moment >= one.licence.effective else "not begun"


def _record(order: OrderInForce, one: LicenceInForce, moment: datetime) -> dict[str, Any]:
    return {"directive": order.directive.id, "state": _state(one, moment), **one.licence.to_json()}


def _aside(orders: Orders) -> dict[str, Any]:
    return {
        "refused": [
            {"envelope": one.digest, "authority": one.authority, "what": one.what, "why": one.why}
            for one in orders.refused
        ],
        "notes": list(orders.notes),
    }
