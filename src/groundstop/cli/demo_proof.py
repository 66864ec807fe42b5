"""The demo's proof: somebody else probes the operator's gateway, and the operator issues a certificate."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.cli.demo_evidence import EVALUATOR, party_card
from groundstop.cli.demo_gateway import GATEWAY, FrontDoor
from groundstop.cli.demo_orders import OPERATOR, DemoOrders
from groundstop.cli.parties import own_key

if TYPE_CHECKING:
    from groundstop.documents import KeyCard
    from groundstop.documents.gateway import Caller, EnforcementCertificate, ProbeReport

Say = Callable[[str], None]

FILE_NAME = "certificate.json"


def prove_enforcement(folder: Path, orders: DemoOrders, door: FrontDoor, say: Say) -> EnforcementCertificate:
    """Probe the gateway as the evaluator, and certify as the operator what that and its own word show.

    Args:
        folder: The demo's folder; the certificate's file goes there.
        orders: The order, which is in force.
        door: The gateway.
        say: Prints a line.

    Returns:
        The certificate.
    """
    from groundstop.cli.output import write_file
    from groundstop.documents.gateway import Acknowledgement, Fleet, ProbeReport, RegisteredGateway
    from groundstop.evidence import KeyFolder, read_bounded
    from groundstop.evidence.statements import digest_of
    from groundstop.gateway.certifying import (
        OrderCertified,
        certificate_file,
        certify,
        sign_certificate,
        sign_fleet,
        stated,
    )
    from groundstop.gateway.folder import KEYS
    from groundstop.gateway.probing import sign_report
    from groundstop.reports.gateway_certificate_page import certificate_page

    home = folder / OPERATOR
    party_card(home, OPERATOR)
    operator, prober = own_key(home, OPERATOR), own_key(folder / EVALUATOR, EVALUATOR)
    card = KeyFolder(home / KEYS).load("gateway").card
    report = _probed(orders, door, card)
    counts = report.counts
    say(
        f"   {EVALUATOR} probes it {counts.asked} times: {counts.as_expected} came out as they must, "
        f"{counts.leaks} leaks, {counts.cut_off} lawful callers cut off; {counts.not_applicable} routes or "
        "names are not offered there."
    )
    probes = sign_report(report, prober)
    said = door.gateway.acknowledgement() or b""
    registered = RegisteredGateway(name=GATEWAY, key=card, url=door.url, surfaces=("proxy",))
    fleet = Fleet(operator=OPERATOR, created=datetime.now(UTC), gateways=(registered,))
    fleet_envelope = sign_fleet(fleet, operator)
    certificate = certify(
        fleet,
        digest_of(fleet_envelope),
        [stated(said, Acknowledgement, [card], source="The acknowledgement")],
        [stated(probes, ProbeReport, [prober.card], source="The report")],
        OrderCertified.of(orders.directive),
        datetime.now(UTC),
    )
    keys = (operator.card, prober.card, *(one.card for one in orders.officers))
    file = certificate_file(
        certificate,
        sign_certificate(certificate, operator),
        fleet=fleet_envelope,
        order=read_bounded(orders.files[orders.directive.kind], most=1024 * 1024),
        acknowledgements=[said],
        probes=[probes],
        keys=keys,
    )
    write_file(folder / FILE_NAME, file.canonical().decode())
    write_file(folder / "certificate.html", certificate_page(certificate))
    lacking = ", ".join(lack.value for one in certificate.gateways for lack in one.lacks)
    word = "complete" if certificate.complete else f"incomplete: {lacking}"
    say(f"   {OPERATOR} issues an enforcement certificate: {word}. It is checked with its file alone.")
    return certificate


def _probed(orders: DemoOrders, door: FrontDoor, card: KeyCard) -> ProbeReport:
    from groundstop.documents.gateway import Caller

    shown = {
        Caller.WITHDRAWN: "foreign-callers",
        Caller.PERMITTED: "citizens",
        Caller.LICENSED: "defenders-abroad",
    }
    groups = {group.name: group for group in orders.population.groups}
    tokens = {caller: (door.login.token(groups[name]) or "",) for caller, name in shown.items()}
    return door.run(_look(orders, door, card, tokens))


async def _look(
    orders: DemoOrders, door: FrontDoor, card: KeyCard, tokens: dict[Caller, tuple[str]]
) -> ProbeReport:
    from aiohttp import ClientSession

    from groundstop.documents.gateway import Caller
    from groundstop.gateway.probing import Asking, ProbedGateway, ProbedOrder, look_at

    in_force = door.gateway.gate.in_force
    gateway = ProbedGateway(GATEWAY, card.key_id, None if in_force is None else in_force.table.digest)
    async with ClientSession() as session:
        return await look_at(
            gateway,
            ProbedOrder.of(orders.directive),
            Asking(door.url, tokens),
            session,
            prober=EVALUATOR,
            clock=lambda: datetime.now(UTC),
            callers=(*tokens, Caller.UNKNOWN),
        )
