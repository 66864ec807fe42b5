"""The demo's fourth part: an order that reaches those it means, is obeyed, and is lifted on proof."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.cli.demo_case import AUTHORITY, COORDINATOR, view_now
from groundstop.cli.demo_evidence import EVALUATOR
from groundstop.cli.demo_people import DEFENDER, DESK, HOME, PROVIDER, population_of_the_desk

if TYPE_CHECKING:
    from groundstop.cli.demo_case import DemoCase
    from groundstop.directives.decision import Decision
    from groundstop.directives.lifting import LiftReport
    from groundstop.directives.previewing import Preview
    from groundstop.directives.signing import SignedHere
    from groundstop.directives.subscribing import Subscriber
    from groundstop.documents.cases import OrderStep
    from groundstop.documents.directives import Charter, Directive, Licence, Population, PopulationGroup
    from groundstop.evidence import OwnKey

OPERATOR = "riverside-cloud"
"""Resells the desk, and obeys the office."""

Say = Callable[[str], None]

_OFFICERS = ("office-first", "office-second", "office-third")
_ROOTS = ("root-first", "root-second", "root-third")
_ONLINE = "publisher"
_BOUND = 0.10
_MARGIN = 0.1


@dataclass
class DemoOrders:
    """The order, where it is published, and the operator who obeys it."""

    repository: Path
    officers: list[OwnKey]
    online: OwnKey
    operator: Subscriber
    directive: Directive
    licence: Licence
    population: Population
    files: dict[str, Path]


def ground_the_desk(folder: Path, case: DemoCase, say: Say) -> DemoOrders:
    """Draft an order from the case, preview it, sign and publish it, and let an operator obey it.

    Args:
        folder: The demo's folder.
        case: The case.
        say: Prints a line.

    Returns:
        What stands.
    """
    from groundstop.documents.cases import OrderStep

    home = folder / AUTHORITY
    officers = [_key(home, name) for name in _OFFICERS]
    roots = [_key(home, name) for name in _ROOTS]
    online = _key(home, _ONLINE)
    # No key signs what is dated before it was made.
    moment = datetime.now(UTC)
    scoped = _draft(case, moment)
    licence = _licence(scoped, moment)
    population = population_of_the_desk()
    previewed = _preview(folder, scoped, licence, population, say)
    repository = folder / "orders"
    charter = _open_repository(repository, roots, officers, online, moment)
    orders = DemoOrders(
        repository,
        officers,
        online,
        _operator(folder / OPERATOR, repository),
        scoped,
        licence,
        population,
        {},
    )
    _publish(orders, home, scoped, officers[:2])
    _publish(orders, home, licence, officers[1:])
    _write_page(folder / "order.html", orders.files[scoped.kind], charter, licence)
    told = "The desk is restricted until a fix is verified."
    _tell(case, OrderStep.ISSUED, scoped.id, scoped.content_id, told)
    say(f"   {scoped.id} is signed by 2 of 3 officers and published; so is a licence for {DEFENDER}.")
    _obey(orders, previewed, say)
    return orders


def try_to_lift(folder: Path, case: DemoCase, orders: DemoOrders, say: Say) -> None:
    """Hold what the case has against the order's criteria, and say what is missing."""
    report = _weighed(folder, case, orders, [])
    missing = [one for one in report.criteria if not one.met]
    answer = f"No: {len(missing)} of its {len(report.criteria)} criteria are not met." if missing else "Yes."
    say(f"   Could {orders.directive.id} be lifted now? {answer}")
    for one in report.verifications:
        if one.problems:
            say(f"   * {one.what} by {one.by} does not count: {one.problems[0]}.")


def lift_on_proof(folder: Path, case: DemoCase, orders: DemoOrders, say: Say) -> bool:
    """Lift the order, now that its criteria can be met, and let the operator hear of it.

    Args:
        folder: The demo's folder.
        case: The case, with the verification of the last fix.
        orders: What stands.
        say: Prints a line.

    Returns:
        Whether it was lifted.
    """
    from groundstop.directives.ids import Numbered, new_id
    from groundstop.directives.signing import sign_order
    from groundstop.documents.cases import OrderStep
    from groundstop.documents.directives import Countersignature, Lift, LiftGround, LiftStage

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
    heard = orders.operator.refresh(datetime.now(UTC))
    decided = _decided(orders)
    served = sum(group.users for group, decision in decided if decision.allowed)
    total = sum(group.users for group in orders.population.groups)
    say(f"   {lift.id} is published. {OPERATOR} serves {served} of {total} users again.")
    if heard.problems:
        say(f"   But: {heard.problems[0]}")
    return served == total


def _key(folder: Path, name: str) -> OwnKey:
    from groundstop.cli.demo_evidence import party_card
    from groundstop.cli.parties import own_key

    party_card(folder, name)
    return own_key(folder, name)


def _draft(case: DemoCase, moment: datetime) -> Directive:
    """Draft an order from the case, and fill in what only the office can say."""
    from groundstop.directives.definitions import definition
    from groundstop.directives.drafting import DraftSettings, draft_from_case
    from groundstop.directives.ids import Numbered, new_id
    from groundstop.documents.directives import (
        Alternative,
        Appeal,
        Descendants,
        Directive,
        HostedModel,
        LegalBasis,
        LiftingCriteria,
        OrderKind,
        Response,
        Subject,
        SubjectModel,
        WantedVerdict,
        calls_needed,
    )

    settings = DraftSettings(
        issuer=AUTHORITY,
        order=OrderKind.RESTRICT,
        definitions=(definition("foreign-person", home=HOME, as_of=moment),),
        effective=moment,
    )
    drafted = draft_from_case(view_now(case.of(AUTHORITY)), settings).directive
    model = drafted.subject.models[0]
    hosted = HostedModel(provider=PROVIDER, name=model.hosted[0].name, snapshot="every")
    # The weakness is the desk's, not that of the weights under it: those are left alone.
    desk = SubjectModel(label="help-desk", hosted=(hosted,), aliases=(DESK,), findings=model.findings)
    filled = {
        "id": new_id(Numbered.DIRECTIVE, moment, secrets.token_hex),
        "created": moment,
        "basis": LegalBasis(
            text="The office may restrict a desk that breaks its own rules until a fix is verified.",
            citation="The county's rules for automatic desks, 7 (invented)",
            source="https://office.example/rules",
            as_of=moment,
        ),
        "subject": Subject(models=(desk,), descendants=Descendants.NONE),
        "lifting": LiftingCriteria(
            verdict=WantedVerdict.CLASS_MITIGATED,
            bound=_BOUND,
            alpha=0.05,
            minimum_n=calls_needed(_BOUND, 0.05),
            benign_margin=_MARGIN,
            verifiers=(EVALUATOR,),
            countersigners=(COORDINATOR,),
            countersigners_needed=1,
        ),
        "alternatives": (Alternative(model="paper-desk"),),
        "reasons": "The desk tells callers its staff password, which its own rules forbid.",
        "appeal": Appeal(name="The office, appeals", contact="appeals@office.example", answer_days=30),
        "response": Response(
            message="This desk is restricted by an order. Persons of the county may sign in.",
            more="https://office.example/orders",
        ),
    }
    return Directive.model_validate({**dict(drafted), **filled})


def _shutdown(scoped: Directive) -> Directive:
    """Return what the order would be if it were for everybody."""
    from groundstop.documents.directives import Directive, OrderKind, Rule

    for_all = {"order": OrderKind.DE_DEPLOY, "definitions": (), "claims": (), "scope": (Rule(id="all"),)}
    return Directive.model_validate({**dict(scoped), **for_all})


def _licence(directive: Directive, moment: datetime) -> Licence:
    from groundstop.directives.ids import Numbered, new_id
    from groundstop.directives.licensing import Wanted, new_licence

    return new_licence(
        directive,
        Wanted(organisation=DEFENDER, conditions=("Answers stay inside the organisation.",)),
        licence_id=new_id(Numbered.LICENCE, moment, secrets.token_hex),
        salt=secrets.token_hex(32),
        now=moment,
    )


def _preview(folder: Path, scoped: Directive, licence: Licence, population: Population, say: Say) -> int:
    """Show whom the order would cut off beside a shutdown, and return how many users that are."""
    from groundstop.cli.output import write_file
    from groundstop.directives.previewing import Setting, previews
    from groundstop.reports.directive_preview_page import preview_page

    setting = Setting(scoped.effective, secrets.token_bytes(16), licences=(licence,))
    found = previews([_shutdown(scoped), scoped], population, setting)
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


def _operator(folder: Path, repository: Path) -> Subscriber:
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
    ]
    write_whole(folder / "obeys.toml", "\n".join(lines).encode())
    return Subscriber(folder, read_obeys(folder / "obeys.toml"))


def _publish(orders: DemoOrders, home: Path, document: SignedHere, signers: Sequence[OwnKey]) -> None:
    from groundstop.directives.repository import publish
    from groundstop.directives.signing import sign_order
    from groundstop.evidence import write_whole

    envelope = sign_order(document, signers)
    path = home / f"{getattr(document, 'id', document.kind)}.dsse.json"
    write_whole(path, envelope)
    orders.files[document.kind] = path
    publish(orders.repository, envelope, [*signers, orders.online], now=datetime.now(UTC))


def _obey(orders: DemoOrders, previewed: int, say: Say) -> None:
    """Let the operator hear of the order, and decide a request of each kind of user by it."""
    heard = orders.operator.refresh(datetime.now(UTC))
    if heard.problems:
        say(f"   {OPERATOR} could not hear it: {heard.problems[0]}")
        return
    decided = _decided(orders)
    denied = sum(group.users for group, decision in decided if not decision.allowed)
    as_previewed = "as many as previewed" if denied == previewed else f"NOT the {previewed} of the preview"
    say(f"   {OPERATOR} has heard it, and keeps out {denied} users, {as_previewed}:")
    for group, decision in decided:
        word = "served" if decision.allowed else "kept out"
        say(f"   * {group.name} ({group.users}): {word}, {decision.ground.value}.")


def _decided(orders: DemoOrders) -> list[tuple[PopulationGroup, Decision]]:
    from groundstop.directives.asked import facts_of
    from groundstop.directives.deciding import decide

    active = orders.operator.active
    now = orders.operator.time(datetime.now(UTC)).timestamp()
    return [
        (group, decide(facts_of(group.asked), active.table, now, active.heard))
        for group in orders.population.groups
    ]


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
