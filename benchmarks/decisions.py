"""Decisions a second, beside Cedar, a CEL engine and a linear scan in the same run; and compiling the table.

The orders are each about a model of its own, and every hundredth model has five of them. A third reach
everybody, the others foreign persons, with three licences each. Of the requests, half are for models without
an order, and the others come in equal parts from citizens, foreign persons, licensees and persons of whom
nothing is known. Every engine is asked the same, and must answer the same.

    python benchmarks/decisions.py
    python benchmarks/decisions.py --requests 20000 --json
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from groundstop.directives.cedar import CedarOrders
from groundstop.directives.cedar.asking import Question
from groundstop.directives.compiling import compile_table
from groundstop.directives.deciding import decide
from groundstop.directives.definitions import definition
from groundstop.directives.explaining import explain
from groundstop.directives.facts import Attested, Facts
from groundstop.directives.names import keys_of, spelled
from groundstop.directives.orders import LicenceInForce, OrderInForce, Orders
from groundstop.directives.table import Table
from groundstop.documents.directives import (
    Act,
    Appeal,
    Assurance,
    ClaimName,
    ClaimNeeded,
    Descendants,
    Directive,
    Evidence,
    Holder,
    HostedModel,
    InFlight,
    LegalBasis,
    Licence,
    LiftingCriteria,
    OrderKind,
    Response,
    Rule,
    Silence,
    Staff,
    Subject,
    SubjectModel,
    Unknown,
    WantedVerdict,
    WhenDark,
    claims_of,
)

AskedT = TypeVar("AskedT")

NOON = datetime(2026, 7, 6, 12, tzinfo=UTC)
NOW = (NOON + timedelta(days=2)).timestamp()
SHARED = 100
"""One model in so many has five orders."""
TOGETHER = 5
LICENCES = 3
REPEATS = 3


@dataclass(frozen=True)
class Measured:
    """How one engine decides."""

    engine: str
    directives: int
    a_second: float
    p50_us: float
    p99_us: float
    wrong: int
    """Decisions that differ from the table's."""


@dataclass(frozen=True)
class Compiled:
    """What compiling a table takes."""

    directives: int
    seconds: float
    keys: int


def main() -> None:
    """Print what each engine takes, and what the table takes to compile."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 10_000])
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    measured: list[Measured] = []
    compiled: list[Compiled] = []
    for size in arguments.sizes:
        orders = some_orders(size)
        begun = time.perf_counter()
        table = compile_table(orders)
        compiled.append(Compiled(size, time.perf_counter() - begun, len(table.index)))
        asked = some_requests(size, arguments.requests)
        measured += engines(orders, table, asked)
    if arguments.json:
        json.dump(
            {"compiled": [asdict(one) for one in compiled], "measured": [asdict(one) for one in measured]},
            sys.stdout,
        )
        return
    print("| Engine | Directives | Decisions/s | p50 us | p99 us | Wrong |\n|---|---:|---:|---:|---:|---:|")
    for one in measured:
        print(
            f"| {one.engine} | {one.directives:,} | {one.a_second:,.0f} | {one.p50_us:.2f} "
            f"| {one.p99_us:.2f} | {one.wrong} |"
        )
    print("\n| Compiling | Seconds | Keys |\n|---|---:|---:|")
    for table_of in compiled:
        print(f"| {table_of.directives:,} directives | {table_of.seconds:.2f} | {table_of.keys:,} |")


def engines(orders: Orders, table: Table, asked: Sequence[Facts]) -> list[Measured]:
    """Time every engine on the same requests."""
    size = len(orders.orders)
    right = [decide(one, table, NOW, NOW).allowed for one in asked]

    def by_table(facts: Facts) -> bool:
        return decide(facts, table, NOW, NOW).allowed

    def in_words(facts: Facts) -> bool:
        decision = decide(facts, table, NOW, NOW)
        explain(decision)
        return decision.allowed

    few = asked[:1000]
    return [
        timed("table, with the explanation", size, by_table, asked, right),
        timed("table, explanation put into words", size, in_words, asked, right),
        timed("linear scan", size, linear(orders), asked[: 1000 if size < 1000 else 50], right),
        timed("CEL engine, by model", size, *by_cel(orders, few), right),
        timed("cedarpy, by model", size, by_cedar(orders), few, right),
    ]


def timed(
    engine: str, size: int, ask: Callable[[AskedT], bool], asked: Sequence[AskedT], right: Sequence[bool]
) -> Measured:
    """Time one engine, request by request and as a whole: the best of some runs."""
    for one in asked:
        ask(one)
    gc.collect()
    gc.disable()
    clock = time.perf_counter_ns
    runs: list[list[int]] = []
    wholes: list[int] = []
    wrong = 0
    for _ in range(REPEATS):
        taken = []
        for one, answer in zip(asked, right, strict=False):
            begun = clock()
            said = ask(one)
            taken.append(clock() - begun)
            wrong += said is not answer
        runs.append(sorted(taken))
        begun = clock()
        for one in asked:
            ask(one)
        wholes.append(clock() - begun)
    gc.enable()
    best = min(runs, key=lambda taken: taken[len(taken) // 2])
    return Measured(
        engine,
        size,
        1e9 * len(asked) / min(wholes),
        best[len(best) // 2] / 1000,
        best[len(best) * 99 // 100] / 1000,
        wrong,
    )


def linear(orders: Orders) -> Callable[[Facts], bool]:
    """Return the floor of those without an index: a table for each order, asked one after the other."""
    tables = [compile_table(Orders((one,), (), (), (), ())) for one in orders.orders]
    return lambda facts: all(decide(facts, one, NOW, NOW).allowed for one in tables)


def by_cedar(orders: Orders) -> Callable[[Facts], bool]:
    """Return Cedar with the policies that are written from the orders."""
    cedar = CedarOrders(orders)
    return lambda facts: cedar.decide(Question(facts, NOW, NOW)).allowed


def by_cel(
    orders: Orders, asked: Sequence[Facts]
) -> tuple[Callable[[tuple[str, Any]], bool], list[tuple[str, Any]]]:
    """Return a CEL engine with an expression for each order, and the requests as it takes them."""
    from cel_expr_python import cel  # type: ignore[import-untyped, unused-ignore]

    claims = cel.Type.Map(cel.Type.STRING, cel.Type.List(cel.Type.STRING))
    env = cel.NewEnv(variables={"at": cel.Type.INT, "claims": claims})
    programs: dict[str, list[Any]] = {}
    for order in orders.orders:
        for key in keys_of(order.directive.subject.models[0]):
            program = env.compile(expression(order))
            programs.setdefault(key.key, []).append(program)

    def ask(request: tuple[str, Any]) -> bool:
        model, data = request
        keys, families = spelled(model)
        found = next((programs[key] for key in (*keys, *families) if key in programs), [])
        return not any(one.eval(data=data).plain_value() for one in found)

    requests = [
        (
            one.model,
            {"at": int(NOW), "claims": {name: list(said.values) for name, said in one.claims.items()}},
        )
        for one in asked
    ]
    return ask, requests


def expression(order: OrderInForce) -> str:
    """Return when an order keeps somebody out, in CEL, written by hand: what may hold, without a licence."""
    directive = order.directive
    begins, ends = int(directive.effective.timestamp()), int(directive.expires.timestamp())
    holders = json.dumps([one.licence.holder.organisation for one in order.licences])
    licensed = f"'organisation' in claims && claims['organisation'].exists(one, one in {holders})"
    foreign = " && ".join(
        f"(!('{name}' in claims) || {sign}('{value}' in claims['{name}']))"
        for name, sign, value in (
            ("subject-type", "", "natural-person"),
            ("nationality", "!", "XA"),
            ("permanent-residence", "!", "XA"),
            ("protected-in", "!", "XA"),
        )
    )
    organisation = (
        "(!('subject-type' in claims) || !('natural-person' in claims['subject-type'])) && "
        "(!('incorporated-in' in claims) || !('XA' in claims['incorporated-in']))"
    )
    reaches = f"(({foreign}) || ({organisation}))" if directive.definitions else "true"
    return f"at >= {begins} && at < {ends} && {reaches} && !({licensed})"


def some_orders(count: int) -> Orders:
    """Return so many orders that stand."""
    return Orders(tuple(an_order(number) for number in range(count)), (), (), (), ())


def model_of(number: int) -> int:
    """Return which model an order is about: of those at the end of a hundred, five are about one."""
    return number - number % TOGETHER if number % SHARED >= SHARED - TOGETHER else number


def an_order(number: int) -> OrderInForce:
    """Return one of the orders."""
    model = model_of(number)
    directive = Directive.model_construct(
        **{
            **dict(FOREIGN if number % 3 else EVERYBODY),
            "id": f"GSD-20260706-{number:010x}",
            "subject": Subject(
                models=(
                    SubjectModel(
                        label="helper",
                        hosted=(HostedModel(provider="elm", name=f"desk-{model}", snapshot="every"),),
                        aliases=(f"desk-{model}-now",),
                    ),
                ),
                descendants=Descendants.NONE,
            ),
        }
    )
    content = f"sha256:{number:064x}"
    licences = tuple(a_licence(directive.id, number, which) for which in range(LICENCES))
    return OrderInForce(
        directive, content, ("one", "two"), directive.expires, True, frozenset(Act), licences, (), None
    )


def a_licence(directive: str, number: int, which: int) -> LicenceInForce:
    """Return one of an order's licences; holders share them all over the orders."""
    licence = Licence.model_construct(
        id=f"GSL-20260706-{number * LICENCES + which:010x}",
        sequence=1,
        supersedes=None,
        issuer="oak-office",
        created=NOON,
        directive=directive,
        holder=Holder(organisation=f"hazel-{which}", staff=Staff.ALL),
        models=(),
        acts=(Act.INFER,),
        purposes=(),
        quota=None,
        conditions=(),
        effective=NOON,
        expires=NOON + timedelta(days=20),
        grace_s=600,
    )
    return LicenceInForce(licence, f"sha256:{number * LICENCES + which:064x}", None)


def a_directive(**changes: Any) -> Directive:
    """Return what the orders have in common."""
    values: dict[str, Any] = {
        "id": "GSD-20260706-0000000000",
        "sequence": 1,
        "supersedes": None,
        "order": OrderKind.RESTRICT,
        "issuer": "oak-office",
        "created": NOON - timedelta(hours=1),
        "basis": LegalBasis(text="The rules.", citation="7", source="https://office.example/7", as_of=NOON),
        "evidence": (Evidence(finding="sha256:" + "f" * 64, id="GSF-20260702-0123456789"),),
        "subject": Subject(
            models=(SubjectModel(label="one", weights=("0" * 64,)),), descendants=Descendants.NONE
        ),
        "acts": (Act.INFER,),
        "unknown": Unknown.DENY,
        "effective": NOON,
        "review": NOON + timedelta(days=14),
        "expires": NOON + timedelta(days=30),
        "silence": Silence(when_dark=WhenDark.CLOSE),
        "in_flight": InFlight.FINISH,
        "fallback": False,
        "lifting": LiftingCriteria(
            verdict=WantedVerdict.CLASS_MITIGATED,
            bound=0.05,
            alpha=0.05,
            minimum_n=59,
            verifiers=("birch-lab",),
        ),
        "reasons": "The model tells what its own rules keep from callers.",
        "appeal": Appeal(name="Oak Office, appeals", contact="appeals@office.example"),
        "response": Response(message="This model is restricted by an order."),
    }
    return Directive(**{**values, **changes})


_PERSONS = definition("foreign-person", home="XA", as_of=NOON)
EVERYBODY = a_directive(order=OrderKind.DE_DEPLOY, scope=(Rule(id="all"),))
FOREIGN = a_directive(
    definitions=(_PERSONS,),
    scope=(Rule(id="foreign", persons="foreign-person"),),
    claims=tuple(
        ClaimNeeded(claim=name, assurance=Assurance.SUBSTANTIAL)
        for name in sorted(claims_of(_PERSONS.condition))
    ),
)


def some_requests(directives: int, count: int) -> list[Facts]:
    """Return requests in a random order, always the same."""
    chance = random.Random(7)
    who = [citizen(), foreigner(), licensee(chance), {}]
    found = []
    for _ in range(count):
        number = model_of(chance.randrange(directives))
        model = f"desk-{number}" if chance.random() < 0.5 else f"clerk-{number}"
        if chance.random() < 0.1:
            model += "-2026-05-01"
        found.append(Facts(model, provider=chance.choice(["elm", None]), claims=chance.choice(who)))
    return found


def attested(*values: str) -> Attested:
    """Return what a trusted issuer attests."""
    return Attested(frozenset(values), "civil-registry", Assurance.SUBSTANTIAL.rank, math.inf)


def citizen() -> dict[ClaimName, Attested]:
    """Return the claims of a citizen."""
    return {
        ClaimName.SUBJECT_TYPE: attested("natural-person"),
        ClaimName.NATIONALITY: attested("XA"),
        ClaimName.ORGANISATION: attested("cedar-works"),
    }


def foreigner() -> dict[ClaimName, Attested]:
    """Return the claims of a person who is neither a citizen nor a resident."""
    return {
        ClaimName.SUBJECT_TYPE: attested("natural-person"),
        ClaimName.NATIONALITY: attested("XB"),
        ClaimName.PERMANENT_RESIDENCE: attested("none"),
        ClaimName.PROTECTED_IN: attested("none"),
        ClaimName.ORGANISATION: attested("cedar-works"),
    }


def licensee(chance: random.Random) -> dict[ClaimName, Attested]:
    """Return the claims of a foreign person who works for a holder of licences."""
    return {**foreigner(), ClaimName.ORGANISATION: attested(f"hazel-{chance.randrange(LICENCES)}")}


if __name__ == "__main__":
    main()
