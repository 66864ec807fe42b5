"""``groundstop gateway certificate``: whether an order is enforced at every gateway of a fleet."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli import options
from groundstop.errors import ExitCode, InputError

if TYPE_CHECKING:
    from groundstop.documents.gateway import EnforcementCertificate

_MOST_ORDER_BYTES = 8 * 1024 * 1024


@click.command()
@click.argument("fleet", type=click.Path(path_type=Path, dir_okay=False), metavar="FLEET")
@click.option(
    "--order",
    "order_path",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The signed order.",
)
@click.option(
    "--acks",
    multiple=True,
    metavar="PATH|URL",
    help="Acknowledgements: a gateway's folder, a file, or its admin address with /acknowledgement.",
)
@click.option(
    "--probes", multiple=True, metavar="PATH", help="Signed reports of probes, or a folder of them."
)
@click.option(
    "--card",
    "cards",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="A card of somebody who probed or signed, besides those that you trust.",
)
@click.option(
    "--charter",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The issuer's charter: its keys go into the certificate's file.",
)
@click.option(
    "--acknowledged-within", type=click.FloatRange(0.01, 8784), default=25, show_default=True, help="Hours."
)
@click.option(
    "--probed-within", type=click.FloatRange(0.01, 8784), default=24, show_default=True, help="Hours."
)
@click.option("--key", "key_name", help="Sign with this key, which has signed the fleet too.")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the certificate goes. Default: ORDER-ID.certificate.json.",
)
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Write a page (HTML) here.")
@options.workspace_folder
@options.json_output
def certificate(
    fleet: Path,
    order_path: Path,
    acks: tuple[str, ...],
    probes: tuple[str, ...],
    cards: tuple[Path, ...],
    charter: Path | None,
    acknowledged_within: float,
    probed_within: float,
    key_name: str | None,
    output: Path | None,
    report: Path | None,
    workspace: Path,
    as_json: bool,
) -> int:
    """Join a fleet, what its gateways acknowledged, and probes of them into a signed certificate.

    It says complete, or incomplete with what is missing of which gateway. Anybody checks it offline with
    groundstop audit.

    Exit code: 0 complete, 3 incomplete, 1 when a probe leaked.
    """
    from groundstop.cli.gateway_given import cards_at_hand, read_fleet, read_stated
    from groundstop.cli.output import error_console, show, show_json, write_file
    from groundstop.cli.parties import own_key
    from groundstop.documents.gateway import Acknowledgement, Allowed, ProbeReport
    from groundstop.evidence import read_bounded
    from groundstop.evidence.statements import read_signed, signers_of
    from groundstop.gateway.certifying import (
        OrderCertified,
        certificate_file,
        certify,
        read_order,
        sign_certificate,
    )
    from groundstop.reports.gateway_certificate import certificate_text
    from groundstop.reports.gateway_certificate_page import certificate_page

    key = own_key(workspace, key_name)
    listed = read_fleet(fleet)
    if listed.envelope is None:
        raise InputError(f"Nobody has signed {fleet}", "Sign it with: groundstop gateway fleet sign")
    signed_fleet = read_signed(listed.envelope, source=str(fleet))
    signers_of(signed_fleet, [key.card])
    signed_order, order = read_order(
        read_bounded(order_path, most=_MOST_ORDER_BYTES).rstrip(b"\n"), source=str(order_path)
    )
    believed = [*cards_at_hand(workspace, cards, charter), key.card]
    signed_ids = {key_id for key_id, _ in signed_order.signatures}
    if signed_ids & {one.key_id for one in believed}:
        signers_of(signed_order, believed)
    else:
        click.echo("No key at hand has signed the order: give its issuer's --charter", err=True)
    said = read_stated(acks, Acknowledgement, [one.key for one in listed.fleet.gateways])
    seen = read_stated(probes, ProbeReport, believed)
    made = certify(
        listed.fleet,
        signed_fleet.digest,
        [one for one, _ in said],
        [one for one, _ in seen],
        OrderCertified.of(order),
        datetime.now(UTC),
        Allowed(acknowledged_h=acknowledged_within, probed_h=probed_within),
    )
    signed_ids |= {key_id for one, _ in seen for key_id in one.signers} | {key.card.key_id}
    file = certificate_file(
        made,
        sign_certificate(made, key),
        fleet=listed.envelope,
        order=signed_order.data,
        acknowledgements=[data for _, data in said],
        probes=[data for _, data in seen],
        keys=[one for one in {card.key_id: card for card in believed}.values() if one.key_id in signed_ids],
    )
    path = output or Path(f"{made.order}.certificate.json")
    write_file(path, file.canonical().decode() + "\n")
    if report is not None:
        write_file(report, certificate_page(made))
        error_console().print(f"Report: {report}", highlight=False, soft_wrap=True)
    if as_json:
        show_json({"file": str(path), "certificate": made.to_json()})
    else:
        show(certificate_text(made))
        click.echo(f"\nSigned as {path}. Check it with: groundstop audit {path}")
    return outcome_code(made)


def outcome_code(certificate: EnforcementCertificate) -> ExitCode:
    """Return how a command ends that made a certificate."""
    if certificate.counts.leaks:
        return ExitCode.BAD
    return ExitCode.GOOD if certificate.complete else ExitCode.INCONCLUSIVE
