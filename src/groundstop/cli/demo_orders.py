"""The demo's fourth part: an order that reaches those it means, is obeyed, and is lifted on proof."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.cli.demo_case import AUTHORITY, COORDINATOR
from groundstop.cli.demo_drafting import draft_licence, draft_order, shutdown_of
from groundstop.cli.demo_gateway import GATEWAY, FrontDoor
from groundstop.cli.demo_people import DEFENDER, PROVIDER, LoginDesk, population_of_the_desk

if TYPE_CHECKING:
    from groundstop.cli.demo_case import DemoCase
    from groundstop.directives.lifting import LiftReport
    from groundstop.directives.previewing import Preview
    from groundstop.directives.signing import SignedHere
    from groundstop.directives.subscribing import Subscriber
    from groundstop.documents.cases import OrderStep
    from groundstop.documents.directives import Charter, Directive, Licence, Population
    from groundstop.evidence import OwnKey
    from groundstop.reports.story import Answer

OPERATOR = "riverside-cloud"
"""Resells the desk, and obeys the office."""

Say = Callable[[str], None]

_OFFICERS = ("office-first", "office-second", "office-third")
_ROOTS = ("root-first", "root-second", "root-third")
_ONLINE = "publisher"


@dataclass
class DemoOrders:
    """The order, where it is published, and the operator who obeys it."""

    repository: Path
    officers: list[OwnKey]
    online: OwnKey
    charter: Charter
    operator: Subscriber
    login: LoginDesk
    directive: Directive
    licence: Licence
    population: Population
    cut_off: int
    """Users that the order would cut off, as it was previewed."""
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    """What each group of callers got, stage after stage."""
    files: dict[str, Path] = field(default_factory=dict)


STAGES = ("before the order", "under the order", "where another may answer", "after the lift")
"""What :attr:`DemoOrders.answers` has for each group: the third is where another model may answer."""


def prepare_order(folder: Path, case: DemoCase, say: Say) -> DemoOrders:
    """Draft an order from the case, preview it, and open the repository that the operator reads.

    Args:
        folder: The demo's folder.
        case: The case.
        say: Prints a line.

    Returns:
        What there is; nothing is published yet.
    """
    home = folder / AUTHORITY
    officers = [_key(home, name) for name in _OFFICERS]
    roots = [_key(home, name) for name in _ROOTS]
    online = _key(home, _ONLINE)
    # No key signs what is dated before it was made.
    moment = datetime.now(UTC)
    scoped = draft_order(case, moment)
    licence = draft_licence(scoped, moment)
    population = population_of_the_desk()
    cut_off = _preview(folder, scoped, licence, population, say)
    repository = folder / "orders"
    charter = _open_repository(repository, roots, officers, online, moment)
    login = LoginDesk(GATEWAY)
    operator = _operator(folder / OPERATOR, repository, login)
    return DemoOrders(
        repository, officers, online, charter, operator, login, scoped, licence, population, cut_off
    )


def ground_the_desk(folder: Path, case: DemoCase, orders: DemoOrders, door: FrontDoor, say: Say) -> None:
    """Sign and publish the order, and let everybody call before and after the gateway has heard of it.

    Args:
        folder: The demo's folder.
        case: The case.
        orders: What was prepared.
        door: The operator's gateway.
        say: Prints a line.
    """
    from groundstop.documents.cases import OrderStep

    _call(orders, door)
    home, scoped = folder / AUTHORITY, orders.directive
    _publish(orders, home, scoped, orders.officers[:2])
    _publish(orders, home, orders.licence, orders.officers[1:])
    _write_page(folder / "order.html", orders.files[scoped.kind], orders.charter, orders.licence)
    told = "The desk is restricted until a fix is verified."
    _tell(case, OrderStep.ISSUED, scoped.id, scoped.content_id, told)
    say(f"   {scoped.id} is signed by 2 of 3 officers and published; so is a licence for {DEFENDER}.")
    took = door.hear()
    say(f"   The gateway of {OPERATOR} reads it, verifies it and decides by it: {took:.2f} s.")
    _call(orders, door)
    _call(orders, door, another=True)
    _say_who_got_what(orders, say)


def _call(orders: DemoOrders, door: FrontDoor, *, another: bool = False) -> None:
    for group in orders.population.groups:
        orders.answers.setdefault(group.name, []).append(door.ask(group, another=another))


def _say_who_got_what(orders: DemoOrders, say: Say) -> None:
    """Say what each kind of caller got under the order, and whether that is what the preview said."""
    from groundstop.reports.story import Got

    kept_out = 0
    for group in orders.population.groups:
        _, under, anybody = orders.answers[group.name]
        kept_out += 0 if under.got is Got.SERVED else group.users
        other = f"; {anybody.got.value} where any may answer" if anybody.got is not under.got else ""
        why = f" ({under.why})" if under.why else ""
        say(f"   * {group.name} ({group.users}): HTTP {under.status}, {under.got.value}{why}{other}.")
    as_previewed = (
        "as previewed" if kept_out == orders.cut_off else f"NOT the {orders.cut_off} of the preview"
    )
    say(f"   {kept_out} users are kept out, {as_previewed}.")


def try_to_lift(folder: Path, case: DemoCase, orders: DemoOrders, say: Say) -> None:
    """Hold what the case has against the order's criteria, and say what is missing."""
    report = _weighed(folder, case, orders, [])
    missing = [one for one in report.criteria if not one.met]
    answer = f"No: {len(missing)} of its {len(report.criteria)} criteria are not met." if missing else "Yes."
    say(f"   Could {orders.directive.id} be lifted now? {answer}")
    for one in report.verifications:
        if one.problems:
            say(f"   * {one.what} by {one.by} does not count: {one.problems[0]}.")


def lift_on_proof(folder: Path, case: DemoCase, orders: DemoOrders, door: FrontDoor, say: Say) -> bool:
    """Lift the order, now that its criteria can be met, and let everybody call again.

    Args:
        folder: The demo's folder.
        case: The case, with the verification of the last fix.
        orders: What stands.
        door: The operator's gateway, with the fixed desk behind it.
        say: Prints a line.

    Returns:
        Whether it was lifted.
    """
    from groundstop.directives.ids import Numbered, new_id
    from groundstop.directives.signing import sign_order
    from groundstop.documents.cases import OrderStep
    from groundstop.documents.directives import Countersignature, Lift, LiftGround, LiftStage
    from groundstop.reports.story import Got

    directive = orders.directive
    before = _weighed(folder, case, orders, [])
    if not before.counted:
        say("   No verification meets the order's criteria: it stays in force.")
        return False
    moment = datetime.now(UTC)
    agreed = sign_order(
        Countersignature(
            by=COORDINATOR,
            created=moment,
            directive=directive.id,
            content=directive.content_id,
            verification=before.counted[0],
        ),
        [case.keys[COORDINATOR]],
    )
    report = _weighed(folder, case, orders, [agreed])
    for one in report.criteria:
        say(f"   {'Met' if one.met else 'Not met'}: {one.what} by {one.found}.")
    if not report.met:
        return False
    lift = Lift(
        id=new_id(Numbered.LIFT, moment, secrets.token_hex),
        issuer=AUTHORITY,
        created=moment,
        directive=directive.id,
        content=directive.content_id,
        ground=LiftGround.CRITERIA_MET,
        verifications=report.counted,
        countersignatures=report.countersigned,
        stage=LiftStage.EVERYBODY,
        effective=moment,
        reason="A fix was verified on held-out variants, and ordinary callers are served as before.",
    )
    _publish(orders, folder / AUTHORITY, lift, orders.officers[:2])
    _tell(case, OrderStep.LIFTED, lift.id, lift.content_id, lift.reason)
    took = door.hear()
    _call(orders, door)
    served = sum(
        group.users for group in orders.population.groups if orders.answers[group.name][-1].got is Got.SERVED
    )
    total = sum(group.users for group in orders.population.groups)
    say(f"   {lift.id} is published. {took:.2f} s later {OPERATOR} serves {served} of {total} users again.")
    return served == total


def _key(folder: Path, name: str) -> OwnKey:
    from groundstop.cli.demo_evidence import party_card
    from groundstop.cli.parties import own_key

    party_card(folder, name)
    return own_key(folder, name)


def _preview(folder: Path, scoped: Directive, licence: Licence, population: Population, say: Say) -> int:
    """Show whom the order would cut off beside a shutdown, and return how many users that are."""
    from groundstop.cli.output import write_file
    from groundstop.directives.previewing import Setting, previews
    from groundstop.reports.directive_preview_page import preview_page

    setting = Setting(scoped.effective, secrets.token_bytes(16), licences=(licence,))
    found = previews([shutdown_of(scoped), scoped], population, setting)
    for called, one in zip(("A shutdown for everybody", "This order"), found, strict=True):
        say(f"   {called} would cut off {_cut_off(one)}.")
    write_file(folder / "preview.html", preview_page(found))
    return found[1].cut_off.users


def _cut_off(preview: Preview) -> str:
    from groundstop.directives.previewing import Membership, Outcome

    denied = (Outcome.NEWLY_DENIED,)
    inside = preview.count((Membership.INSIDE,), denied).users
    outside = preview.count((Membership.OUTSIDE,), denied).users
    unknown = preview.count((Membership.UNKNOWN,), denied).users
    licensed = preview.count(outcomes=(Outcome.LICENSED,)).users
    return (
        f"{preview.cut_off.users} of {preview.count().users} users: {inside} of the restricted class, "
        f"{unknown} of whom it is not known, {outside} of nobody's concern ({licensed} served by licence)"
    )


def _open_repository(
    repository: Path,
    roots: Sequence[OwnKey],
    officers: Sequence[OwnKey],
    online: OwnKey,
    moment: datetime,
) -> Charter:
    from groundstop.directives.repository import add_charter, create
    from groundstop.documents.directives import About, Charter

    cards = [key.card for key in roots]
    create(repository, cards, 2, online.card, [*roots[:2], online], now=moment)
    charter = Charter(
        authority=AUTHORITY,
        called="The model safety office (invented)",
        number=1,
        created=moment,
        keys=tuple(key.card for key in officers),
        quorum=2,
        urgent=(officers[0].card.key_id,),
        about=(About(provider=PROVIDER),),
    )
    add_charter(repository, charter, [*roots[:2], *officers, online], now=moment)
    return charter


def _write_page(path: Path, file: Path, charter: Charter, licence: Licence) -> None:
    """Write the order as a page, with whose signatures it has."""
    from groundstop.cli.output import write_file
    from groundstop.directives.reading import read_order_file
    from groundstop.directives.signatures import signatures_of
    from groundstop.reports.directive_page import directive_page

    read = read_order_file(file)
    signed = signatures_of(read, charter.keys, charter)
    write_file(path, directive_page(read.directive(), signed, licences=[licence]))


def _operator(folder: Path, repository: Path, login: LoginDesk) -> Subscriber:
    from groundstop.directives.repository import Places
    from groundstop.directives.subscribing import Subscriber, read_obeys
    from groundstop.evidence import read_bounded, write_whole
    from groundstop.evidence.statements import digest_of

    root = read_bounded(Places(repository).role("root", 1), most=1024 * 1024)
    write_whole(folder / "orders.root.json", root)
    lines = [
        "[[repository]]",
        'name = "orders"',
        f"url = {json.dumps(str(Places(repository).public.resolve()))}",
        f'root = "{digest_of(root)}"',
        'root_file = "orders.root.json"',
        "",
        "[[obey]]",
        f'authority = "{AUTHORITY}"',
        'repository = "orders"',
        "",
        login.table(),
    ]
    write_whole(folder / "obeys.toml", "\n".join(lines).encode())
    subscriber = Subscriber(folder, read_obeys(folder / "obeys.toml"))
    subscriber.load(datetime.now(UTC))
    return subscriber


def _publish(orders: DemoOrders, home: Path, document: SignedHere, signers: Sequence[OwnKey]) -> None:
    from groundstop.directives.repository import publish
    from groundstop.directives.signing import sign_order
    from groundstop.evidence import write_whole

    envelope = sign_order(document, signers)
    path = home / f"{getattr(document, 'id', document.kind)}.dsse.json"
    write_whole(path, envelope)
    orders.files[document.kind] = path
    publish(orders.repository, envelope, [*signers, orders.online], now=datetime.now(UTC))


def _weighed(folder: Path, case: DemoCase, orders: DemoOrders, files: Sequence[bytes]) -> LiftReport:
    """Hold what the office's copy of the case has, and further files, against the order's criteria."""
    from groundstop.cli.parties import trusted
    from groundstop.directives.lifting import weigh_lift
    from groundstop.directives.proving import read_proof

    held = case.of(AUTHORITY)
    named = [(f"statement {place}", data) for place, data in enumerate(files)]
    # The reporter's folder has everybody's card in its trust file: all of them are the demo's own.
    proof = read_proof(named, [(held.source, held.members)], trusted(folder))
    return weigh_lift(orders.directive, proof.verifications, proof.countersignatures, now=datetime.now(UTC))


def _tell(case: DemoCase, step: OrderStep, order: str, content: str, text: str) -> None:
    """Let the office put on record, in the case, that an order was published."""
    from groundstop.cases.speaking import Words
    from groundstop.documents.cases import OrderTold

    said = OrderTold(step=step, order=order, content=content, text=text)
    case.says(AUTHORITY, said, Words(summary=text, public=text))
