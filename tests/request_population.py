"""Orders and requests by chance, for comparing what decides them: small worlds in which much collides."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass

from groundstop.directives.facts import Attested, Facts, Principal
from groundstop.directives.orders import LicenceInForce, OrderInForce, Orders, StopInForce
from groundstop.documents.directives import (
    Act,
    AllOf,
    AnyOf,
    Assurance,
    ClaimIs,
    ClaimName,
    ClaimNeeded,
    Condition,
    Direction,
    Directive,
    Holder,
    HostedModel,
    LicenceRevocation,
    Lift,
    LiftGround,
    LiftStage,
    Not,
    OrderKind,
    Override,
    PersonClass,
    Quota,
    QuotaPeriod,
    Rule,
    Silence,
    Staff,
    Stop,
    Subject,
    SubjectModel,
    Unknown,
    WhenDark,
    principal_commitment,
)
from tests.directive_parts import a_directive, a_licence, a_lift, a_revocation, a_stop, at, foreign_person

ISSUERS = ("civil-registry", "hazel-desk", "oak-badge")
VALUES: Mapping[ClaimName, tuple[str, ...]] = {
    ClaimName.SUBJECT_TYPE: ("natural-person", "organisation"),
    ClaimName.NATIONALITY: ("XA", "XB", "XC"),
    ClaimName.PERMANENT_RESIDENCE: ("XA", "XB", "none"),
    ClaimName.PROTECTED_IN: ("XA", "none"),
    ClaimName.INCORPORATED_IN: ("XA", "XB"),
    ClaimName.LOCATED_IN: ("XA", "XB", "XC"),
    ClaimName.ORGANISATION: ("hazel-defence", "cedar-works"),
    ClaimName.PURPOSE: ("defence", "teaching"),
    ClaimName.STATUS: ("foreign-person:yes", "foreign-person:no", "chance:yes", "chance:no"),
}
PERSONS = tuple(Principal("civil-registry", name) for name in ("ann", "bob"))
SALT = "5" * 64
NAMES = ("desk", "clerk", "porter")
SPELLINGS = (
    "{}",
    "{}",
    "elm/{}",
    "birch/{}",
    "{}-2026-05-01",
    "{}-20260501",
    "{}@7",
    "{}-now",
    "router/elm/{}",
    "ELM/{}",
    "{}\u200b",
    "pkg:huggingface/elm/{}",
    "pkg:huggingface/elm/{}@abc?x=1",
    "elm/{}-v2",
    "router/{}",
    "router/birch/{}-latest",
    "{}-latest",
    "{}:2026-05",
    "{}_2026-05-01:free",
    "{}/2026-05-02",
)
TIMES = (-5, 0, 1, 3, 4, 4, 4, 5, 5, 5, 5, 6, 6, 7, 12, 20, 50, 100, 240, 721)
"""Hours around which something begins or ends."""
SILENCES = (0,) * 20 + (1, 300, 301, 900, 901, 3600, 3601, 90_000, -600, math.inf)
USED = tuple({f"GSL-20260706-{number:010x}": used for number in range(20)} for used in (0, 9, 10))


@dataclass(frozen=True)
class Question:
    """A request, at a time, when something was last heard at another."""

    facts: Facts
    now: float
    heard: float


def some_orders(chance: random.Random, count: int) -> Orders:
    """Return so many orders that stand, and perhaps a stop."""
    orders = tuple(an_order(chance, number) for number in range(1, count + 1))
    stops = tuple(_stop(chance, number) for number in range(chance.choice((0, 0, 0, 0, 1))))
    return Orders(orders, stops, (), (), ())


def an_order(chance: random.Random, number: int) -> OrderInForce:
    """Return an order by chance, with licences, lifts and an override or none."""
    directive = chance_directive(chance, number)
    licences = tuple(_licence(chance, directive, one) for one in range(chance.choice((0, 0, 1, 2))))
    lifts = tuple(_lift(chance, directive, one) for one in range(chance.choice((0, 0, 0, 0, 0, 1, 2))))
    return OrderInForce(
        directive=directive,
        content=directive.content_id,
        signers=("one", "two"),
        ends=directive.expires,
        ratified=chance.random() < 0.8,
        acts=frozenset(directive.acts),
        licences=licences,
        lifts=lifts,
        override=_override(chance, directive),
    )


def chance_directive(chance: random.Random, number: int) -> Directive:
    """Return an order with any scope, exceptions, claims and times."""
    definitions = (foreign_person(), _class_of_chance(chance))
    scope = tuple(_rule(chance, f"rule-{place}") for place in range(chance.choice((1, 1, 2, 3))))
    exceptions = tuple(
        rule
        for place in range(chance.choice((0, 0, 0, 0, 1)))
        if not (rule := _rule(chance, f"except-{place}")).reaches_everybody
    )
    used = {rule.persons for rule in (*scope, *exceptions)}
    claims = tuple(
        ClaimNeeded(
            claim=name,
            assurance=chance.choice((*Assurance, Assurance.LOW, Assurance.SUBSTANTIAL)),
            issuers=chance.choice(((), (), (), ISSUERS[:1], ISSUERS[:2])),
        )
        for name in ClaimName
        if name is not ClaimName.STATUS or chance.random() < 0.5
    )
    begins = chance.choice((-5, 0, 1, 3))
    expires = begins + chance.choice((4, 200, 720, 720))
    return a_directive(
        number,
        order=chance.choice((OrderKind.RESTRICT,) * 4 + (OrderKind.VIRTUAL_PATCH,)),
        subject=Subject(models=_models(chance), descendants="none"),
        acts=chance.choice(((Act.INFER,), (Act.INFER,), (Act.INFER, Act.DOWNLOAD), (Act.DEPLOY,))),
        definitions=tuple(one for one in definitions if one.id in used),
        scope=scope,
        exceptions=exceptions,
        claims=claims,
        unknown=chance.choice(list(Unknown)),
        created=at(begins - number % 2),
        effective=at(begins),
        review=at(begins + 1),
        expires=at(expires),
        silence=Silence(stale_after_s=300, dark_after_s=3600, when_dark=chance.choice(list(WhenDark))),
    )


def some_questions(chance: random.Random, count: int) -> list[Question]:
    """Return so many requests, by some hundred persons: whole seconds around the times that matter."""
    people = [some_claims(chance) for _ in range(max(count // 10, 1))]
    models = chance.choices([spelling.format(name) for spelling in SPELLINGS for name in NAMES], k=count)
    acts = chance.choices((Act.INFER,) * 8 + tuple(Act), k=count)
    providers = chance.choices((None, "elm", "elm", "elm", "Elm", "router/elm", "birch"), k=count)
    times = chance.choices([at(hours).timestamp() for hours in TIMES], k=count)
    late = chance.choices((-1, 0, 1, 299, 4000), k=count)
    silences = chance.choices(SILENCES, k=count)
    found = []
    for place in range(count):
        now = times[place] + late[place]
        facts = Facts(
            model=models[place],
            act=acts[place],
            provider=providers[place],
            principal=chance.choice((None, *PERSONS)),
            claims=chance.choice(people),
            used=chance.choice(USED),
        )
        found.append(Question(facts, now, now - silences[place]))
    return found


def some_claims(chance: random.Random) -> dict[ClaimName, Attested]:
    """Return what is attested of somebody, by chance: by issuers who are believed or not, until any time."""
    return {
        name: Attested(
            frozenset(chance.sample(values, chance.choice((1, 1, 1, 2)))),
            chance.choice(ISSUERS[:2] + ISSUERS),
            chance.choice((0, 1, 2, 2, 3, 3)),
            chance.choice((math.inf, math.inf, at(6).timestamp(), at(300).timestamp())),
        )
        for name, values in VALUES.items()
        if chance.random() < (0.2 if name is ClaimName.STATUS else 0.75)
    }


def _models(chance: random.Random) -> tuple[SubjectModel, ...]:
    return tuple(
        SubjectModel(
            label=f"{name}-model",
            hosted=(
                HostedModel(
                    provider="elm", name=name, snapshot=chance.choice(("every", "2026-05-01", "20260501"))
                ),
            ),
            aliases=chance.choice(((), (f"{name}-now",))),
            purls=chance.choice(((), (f"pkg:huggingface/elm/{name}",), (f"pkg:huggingface/elm/{name}@abc",))),
        )
        for name in chance.sample(NAMES, chance.choice((1, 2, 2, 3)))
    )


def _rule(chance: random.Random, name: str) -> Rule:
    return Rule(
        id=name,
        persons=chance.choice((None, "foreign-person", "chance", "foreign-person")),
        destinations=chance.choice(((), (), ("XB",), ("XB", "XC"))),
        organisations=chance.choice(((), (), (), ("cedar-works",))),
        purposes=chance.choice(((), (), (), ("teaching",))),
    )


def _class_of_chance(chance: random.Random) -> PersonClass:
    return PersonClass(
        id="chance",
        revision=1,
        text="Whoever it happens to be.",
        citation="The Office's rules, 99",
        source="https://office.example/rules",
        as_of=at(-24),
        condition=_condition(chance, 3),
    )


def _condition(chance: random.Random, depth: int) -> Condition:
    what = chance.choice(("is", "is", "all", "any", "not")) if depth > 1 else "is"
    if what == "is":
        names = [name for name in VALUES if name is not ClaimName.STATUS]
        claim = chance.choice(names)
        values = VALUES[claim]
        return ClaimIs(claim=claim, any_of=tuple(chance.sample(values, chance.choice((1, len(values) - 1)))))
    if what == "not":
        return Not(of=_condition(chance, depth - 1))
    of = tuple(_condition(chance, depth - 1) for _ in range(chance.choice((1, 2, 3))))
    return AllOf(of=of) if what == "all" else AnyOf(of=of)


def _licence(chance: random.Random, directive: Directive, which: int) -> LicenceInForce:
    named = chance.random() < 0.3
    holder = Holder(
        organisation=chance.choice(VALUES[ClaimName.ORGANISATION]),
        staff=Staff.NAMED if named else Staff.ALL,
        salt=SALT if named else None,
        persons=(principal_commitment(SALT, PERSONS[0].issuer, PERSONS[0].name),) if named else (),
    )
    number = int(directive.id[-10:], 16) * 4 + which
    labels = tuple(model.label for model in directive.subject.models)
    begins = chance.choice((1, 3))
    licence = a_licence(
        directive,
        id=f"GSL-20260706-{number:010x}",
        holder=holder,
        models=chance.choice(((), labels[:1])),
        acts=tuple(sorted(chance.sample(list(Act), 4))),
        purposes=chance.choice(((), (), ("defence",))),
        quota=chance.choice((None, None, None, Quota(requests=10, per=QuotaPeriod.DAY))),
        created=at(chance.choice((0, 1))),
        effective=at(begins),
        expires=at(begins + chance.choice((4, 600))),
        grace_s=chance.choice((0, 600)),
    )
    revoked: LicenceRevocation | None = a_revocation(licence) if chance.random() < 0.1 else None
    ends = chance.choice((None, None, None, at(50)))
    return LicenceInForce(licence, licence.content_id, revoked, ends)


def _lift(chance: random.Random, directive: Directive, which: int) -> Lift:
    return a_lift(
        directive,
        id=f"GSU-20260720-{which:010x}",
        created=at(chance.choice((2, 12))),
        ground=LiftGround.RESCINDED,
        verifications=(),
        stage=chance.choice(list(LiftStage)),
        models=chance.choice(((), (directive.subject.models[0].label,))),
        effective=at(chance.choice((3, 50, 240))),
    )


def _override(chance: random.Random, directive: Directive) -> Override | None:
    if chance.random() < 0.8:
        return None
    begins = chance.choice((1, 3))
    return Override(
        by="elm-operator",
        created=at(begins),
        directive=directive.id,
        content=directive.content_id,
        direction=chance.choice(list(Direction)),
        until=at(begins + chance.choice((6, 300))),
        reason="It is our own decision.",
    )


def _stop(chance: random.Random, number: int) -> StopInForce:
    stop: Stop = a_stop(
        id=f"GSS-20260706-{number:010x}",
        models=(chance.choice(NAMES),),
        provider=chance.choice(("elm", None)),
        created=at(chance.choice((0, 7))),
        expires=at(chance.choice((12, 50))),
    )
    lift: Lift | None = None
    if chance.random() < 0.3:
        lift = Lift(
            id="GSU-20260720-00000000ff",
            issuer=stop.issuer,
            created=at(8),
            content=stop.content_id,
            stop=stop.id,
            ground=LiftGround.RESCINDED,
            stage=LiftStage.EVERYBODY,
            effective=at(8),
            reason="It was a mistake.",
        )
    return StopInForce(stop, stop.content_id, ("one",), lift, frozenset(chance.sample(list(Act), 4)))
