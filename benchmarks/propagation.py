"""From publishing an order to gateways enforcing it: pushed and polled, and what each step costs.

Every subscriber does the whole work: it fetches and verifies by TUF, verifies the envelopes, folds, compiles
and swaps its table. All of them run in this one process on one interpreter, with the publisher and the web
server, so that their work adds up: the worst of many is what one processor needs for all. What a fleet of
machines would see is estimated from its parts: the event's way to each, the files of a refresh when all ask
for them at once, and one subscriber's own work.

    python benchmarks/propagation.py                     # 500 subscribers, 10 orders standing
    python benchmarks/propagation.py --subscribers 100 --json
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import aiohttp

from groundstop.directives import repository
from groundstop.directives.push import Pace, RepositoryServer, follow, serve_repository
from groundstop.directives.repository import Lives
from groundstop.directives.signing import SignedHere, sign_order
from groundstop.directives.subscribing import Obeys, Refreshed, Repository, Subscriber
from groundstop.documents.directives import (
    About,
    Act,
    Appeal,
    Charter,
    Descendants,
    Directive,
    Evidence,
    HostedModel,
    InFlight,
    LegalBasis,
    LiftingCriteria,
    Obeyed,
    OrderKind,
    Response,
    Rule,
    Silence,
    Subject,
    SubjectModel,
    Unknown,
    WantedVerdict,
    WhenDark,
)
from groundstop.evidence import KeyFolder, OwnKey

LIVES = Lives(timestamp=timedelta(days=1))
"""The timestamp is not renewed meanwhile."""
FINDING = "sha256:" + "f" * 64
A_SET = 1000
"""Orders of one authority in the cold start of many: a set has 32 MiB at most."""


class Keys(NamedTuple):
    """Who signs."""

    root: OwnKey
    online: OwnKey
    officer: OwnKey


@dataclass(frozen=True)
class Row:
    """One line of the result, in milliseconds."""

    what: str
    n: int
    p50: float
    p99: float
    worst: float


def row(what: str, seconds: Sequence[float]) -> Row:
    """Return a line for some times, and print it."""
    ordered = sorted(one * 1000 for one in seconds)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    found = Row(what, len(ordered), statistics.median(ordered), p99, ordered[-1])
    print(f"{found.what:<58}{found.n:>6}{found.p50:>11.1f}{found.p99:>11.1f}{found.worst:>11.1f}", flush=True)
    return found


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that something took."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def new_keys(folder: Path, now: datetime) -> Keys:
    """Make the keys."""
    keys = KeyFolder(folder)
    for name in ("root", "online", "officer"):
        keys.new(name, created=now - timedelta(days=1))
    return Keys(*(keys.load(name) for name in ("root", "online", "officer")))


def charter_of(authority: str, keys: Keys, now: datetime) -> Charter:
    """Return the charter of an authority with one key."""
    return Charter(
        authority=authority,
        called="Oak Office",
        number=1,
        created=now,
        keys=(keys.officer.card,),
        quorum=1,
        urgent=(keys.officer.card.key_id,),
        about=(About(provider="elm"),),
    )


def order(number: int, authority: str, now: datetime) -> Directive:
    """Return an order for everybody about a model of its own."""
    model = SubjectModel(
        label="helper",
        hosted=(HostedModel(provider="elm", name=f"desk-{number}", snapshot="every"),),
        aliases=(f"desk-{number}-latest",),
        findings=(FINDING,),
    )
    return Directive(
        id=f"GSD-20260706-{number:010x}",
        sequence=1,
        supersedes=None,
        order=OrderKind.DE_DEPLOY,
        issuer=authority,
        created=now,
        basis=LegalBasis(
            text="The Office may restrict a model.",
            citation="The Office's rules, 7",
            source="https://office.example/rules",
            as_of=now,
        ),
        evidence=(Evidence(finding=FINDING, id="GSF-20260702-0123456789"),),
        subject=Subject(models=(model,), descendants=Descendants.NONE),
        acts=(Act.INFER,),
        scope=(Rule(id="all"),),
        unknown=Unknown.DENY,
        effective=now,
        review=now + timedelta(days=14),
        expires=now + timedelta(days=30),
        silence=Silence(when_dark=WhenDark.CLOSE),
        in_flight=InFlight.FINISH,
        fallback=False,
        lifting=LiftingCriteria(
            verdict=WantedVerdict.CLASS_MITIGATED,
            bound=0.05,
            alpha=0.05,
            minimum_n=59,
            verifiers=("birch-lab",),
        ),
        reasons="The model tells what its own rules keep from callers.",
        appeal=Appeal(name="Oak Office, appeals", contact="appeals@office.example"),
        response=Response(message="This model is restricted by an order."),
    )


class Bench:
    """A repository with some orders, and who reads it.

    Args:
        folder: Where all of it is.
        standing: How many orders each authority has published.
        authorities: How many authorities there are.
    """

    def __init__(self, folder: Path, standing: int, authorities: int = 1) -> None:
        self.folder = folder
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.keys = new_keys(folder / "keys", self.now)
        self.names = [f"oak-{number}" for number in range(authorities)]
        self.repository = folder / "repository"
        self.next = 1
        cards = [self.keys.root.card]
        repository.create(
            self.repository, cards, 1, self.keys.online.card, self.keys, now=self.now, lives=LIVES
        )
        for name in self.names:
            charter = charter_of(name, self.keys, self.now)
            repository.add_charter(self.repository, charter, self.keys, now=self.now, lives=LIVES)
            self._fill(name, standing)

    def _fill(self, name: str, standing: int) -> None:
        """Put orders into a set at once: one by one, each would be checked against all before it."""
        from groundstop.directives.repository.changes import Change
        from groundstop.directives.repository.disk import locked, read_current
        from groundstop.directives.repository.layout import SetPath
        from groundstop.directives.repository.publishing import grown, read_sets
        from groundstop.directives.repository.roles import set_role
        from groundstop.directives.repository.settling import settle

        envelopes = [json.loads(self.envelope(name)) for _ in range(standing)]
        with locked(self.repository) as places:
            current = read_current(places)
            target = SetPath.ORDERS.target(name)
            data = grown(read_sets(places, current, name).orders, envelopes, now=self.now).canonical()
            metadata = set_role(current.authorities[name], target, data, now=self.now, lives=LIVES)
            change = Change("fill the set", self.now, {name: metadata}, {target: data})
            settle(places, current, change, self.keys, now=self.now, lives=LIVES)

    def envelope(self, name: str) -> bytes:
        """Return a new order of an authority, signed."""
        return sign_order(order(self.take_number(), name, self.now), [self.keys.officer])

    @property
    def next_id(self) -> str:
        """The id of the order that is published next."""
        return f"GSD-20260706-{self.next:010x}"

    def publish(self) -> None:
        """Publish a new order of the first authority."""
        self._publish(self.envelope(self.names[0]))

    def put(self, document: SignedHere) -> None:
        """Publish a document of the first authority."""
        self._publish(sign_order(document, [self.keys.officer]))

    def take_number(self) -> int:
        """Return the number of an order that is to be published."""
        number, self.next = self.next, self.next + 1
        return number

    def _publish(self, envelope: bytes) -> None:
        repository.publish(self.repository, envelope, self.keys, now=self.now, lives=LIVES)

    def subscriber(self, number: int, url: str) -> Subscriber:
        """Return a subscriber in a folder of its own."""
        root = (self.repository / "public" / "metadata" / "1.root.json").read_bytes()
        obeyed = tuple(Obeyed(authority=name, repository="main") for name in self.names)
        obeys = Obeys((Repository("main", url, root, None),), obeyed, frozenset(), ())
        return Subscriber(self.folder / "operators" / str(number), obeys)

    @property
    def public(self) -> Path:
        """The public folder."""
        return self.repository / "public"


def one_more(bench: Bench) -> float:
    """Publish an order; return how long a refresh takes whose files are on this machine."""
    bench.publish()
    near = bench.subscriber(-1, str(bench.public))
    near.load(bench.now)
    if not near.active.orders.orders:
        near.refresh(bench.now)
        bench.publish()
    return timed(lambda: near.refresh(bench.now))


async def all_fetch(bench: Bench, server: RepositoryServer, count: int, rounds: int) -> list[float]:
    """Return how long each of many takes to fetch what a refresh fetches, when all do so at once."""
    newest = json.loads((bench.public / "metadata" / "timestamp.json").read_bytes())["signed"]
    snapshot = newest["meta"]["snapshot.json"]["version"]
    role = bench.names[0]
    target = max((bench.public / "targets" / "orders").glob("*.json"), key=lambda path: path.stat().st_mtime)
    version = max(int(path.name.split(".")[0]) for path in (bench.public / "metadata").glob(f"*.{role}.json"))
    paths = (
        "metadata/2.root.json",
        "metadata/timestamp.json",
        f"metadata/{snapshot}.snapshot.json",
        f"metadata/{version}.{role}.json",
        f"targets/orders/{target.name}",
    )
    times: list[float] = []

    async def fetch(session: aiohttp.ClientSession) -> None:
        began = time.perf_counter()
        for path in paths:
            async with session.get(f"{server.url}{path}") as answer:
                await answer.read()
        times.append(time.perf_counter() - began)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        for _ in range(rounds):
            await asyncio.gather(*(fetch(session) for _ in range(count)))
    return times


def enforced(subscriber: Subscriber, directive: str) -> bool:
    """Whether a subscriber's table has an order."""
    return any(one.directive.id == directive for one in subscriber.active.orders.orders)


async def propagation(bench: Bench, count: int, rounds: int) -> Iterator[Row]:
    """Measure how long it takes until all subscribers enforce what is published."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(8))
    rows = []
    async with serve_repository(bench.public, watch_s=0.01) as server:
        subscribers = [bench.subscriber(number, server.url) for number in range(count)]
        await asyncio.gather(*(asyncio.to_thread(one.refresh, bench.now) for one in subscribers))
        woken = await fan_out(server, count, rounds)
        rows.append(row(f"event at each of {count}", woken))
        fetched = await all_fetch(bench, server, count, rounds)
        rows.append(row(f"files of a refresh at each of {count}, all at once", fetched))
        draw = random.Random(7)
        own = [await asyncio.to_thread(one_more, bench) for _ in range(20)]
        rows.append(row("verify, fold, compile, swap: one order more", own))
        fleet = [draw.choice(woken) + draw.choice(fetched) + draw.choice(own) for _ in range(10_000)]
        rows.append(row(f"estimate for {count} machines: the sum of these three", fleet))
        few = min(count, 20)
        for what, many, pace, events in (
            ("pushed to one", 1, Pace(poll_s=600), True),
            (f"pushed to {few}, one process doing all their work", few, Pace(poll_s=600), True),
            (f"pushed to {count}, one process doing all their work", count, Pace(poll_s=600), True),
            (f"polled by {few} every 7 s", few, Pace(poll_s=7), False),
        ):
            some = subscribers[:many]
            times = await until_enforced(bench, server, some, pace, rounds=rounds, events=events)
            rows.append(row(what, times))
    return iter(rows)


async def until_enforced(
    bench: Bench,
    server: RepositoryServer,
    subscribers: Sequence[Subscriber],
    pace: Pace,
    *,
    rounds: int,
    events: bool,
) -> list[float]:
    """Publish some orders; return how long each took until each subscriber enforced it."""
    address = f"{server.url}events" if events else None
    waiting: dict[int, float] = {}
    wanted, began, done = "", 0.0, asyncio.Event()
    looked: set[int] = set()

    def told(number: int) -> Callable[[Refreshed], None]:
        def tell(_: Refreshed) -> None:
            looked.add(number)
            if wanted and number not in waiting and enforced(subscribers[number], wanted):
                waiting[number] = time.perf_counter() - began
            if len(waiting) == len(subscribers) or (not wanted and len(looked) == len(subscribers)):
                done.set()

        return tell

    tasks = [
        asyncio.ensure_future(
            follow(one, "main", address, pace=pace, clock=lambda: bench.now, told=told(number))
        )
        for number, one in enumerate(subscribers)
    ]
    times: list[float] = []
    try:
        await done.wait()
        # The lines are open, and what opening them set off has been looked at.
        while events and len(server.followers) < len(subscribers):  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.01)
        await asyncio.sleep(2 + len(subscribers) / 50)
        for _ in range(rounds):
            waiting.clear()
            done.clear()
            wanted, began = bench.next_id, time.perf_counter()
            await asyncio.to_thread(bench.publish)
            await asyncio.wait_for(done.wait(), 120)
            times += waiting.values()
            await asyncio.sleep(0.5)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return times


class Idle:
    """A subscriber that only notes when it was woken."""

    def __init__(self) -> None:
        self.woken = 0.0

    def refresh(self, now: datetime, *, only: str | None = None) -> Refreshed:
        """Note the time."""
        self.woken = time.perf_counter()
        return Refreshed(now, (), 0, swapped=False, digest=only or "")


async def fan_out(server: RepositoryServer, count: int, rounds: int) -> list[float]:
    """Return how long an event takes to wake each of many, who then do nothing."""
    idle = [Idle() for _ in range(count)]
    pace = Pace(poll_s=600, least_s=0.01)
    address = f"{server.url}events"
    tasks = [asyncio.ensure_future(follow(one, "main", address, pace=pace)) for one in idle]
    times = []
    try:
        while len(server.followers) < count:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.05)
        await asyncio.sleep(2)
        for _ in range(rounds):
            began = time.perf_counter()
            server.announce()
            while min(one.woken for one in idle) < began:  # noqa: ASYNC110 - they are woken in threads
                await asyncio.sleep(0.001)
            times += [one.woken - began for one in idle]
            await asyncio.sleep(0.2)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return times


@contextmanager
def quiet() -> Iterator[None]:
    """Forget what earlier steps have read, so that a cold start is cold."""
    from groundstop.directives import taking

    known = taking._READ._known
    known.clear()
    yield


def costs(folder: Path, standing: int, rounds: int) -> Iterator[Row]:
    """Measure publishing, and refreshes of one subscriber that reads a folder."""
    bench = Bench(folder, standing)
    subscriber = bench.subscriber(0, str(bench.public))
    subscriber.refresh(bench.now)
    yield row(
        f"refresh, nothing changed, {standing} orders",
        [timed(lambda: subscriber.refresh(bench.now)) for _ in range(rounds)],
    )
    published, changed = [], []
    for _ in range(max(3, rounds // 10)):
        published.append(timed(bench.publish))
        changed.append(timed(lambda: subscriber.refresh(bench.now)))
    yield row(f"publish one more, {standing} orders", published)
    yield row(f"refresh, one order more, {standing} orders", changed)


def cold(folder: Path, orders: int) -> Iterator[Row]:
    """Measure the first refresh of a gateway, and its start from disk."""
    authorities = max(1, orders // A_SET)
    bench = Bench(folder, orders // authorities, authorities)
    subscriber = bench.subscriber(0, str(bench.public))
    with quiet():
        first = timed(lambda: subscriber.refresh(bench.now))
    if len(subscriber.active.orders.orders) != orders:
        raise SystemExit("orders are missing after a cold start")
    yield row(f"cold start from the network, {orders:,} orders", [first])
    again = bench.subscriber(0, str(bench.public))
    with quiet():
        started = timed(lambda: again.load(bench.now))
    if again.active.table.digest != subscriber.active.table.digest:
        raise SystemExit("a start from disk gives another table")
    yield row(f"start from disk, {orders:,} orders", [started])


def main(count: int, standing: int, rounds: int, most: int, *, as_json: bool) -> None:
    """Print the table."""
    # Each subscriber has two lines open at either end, all of them in this process.
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print(f"{'milliseconds':<58}{'n':>6}{'p50':>11}{'p99':>11}{'worst':>11}")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        rows += asyncio.run(propagation(Bench(folder / "fleet", standing), count, rounds))
        rows += costs(folder / "10", 10, 200)
        rows += costs(folder / "100", 100, 100)
        for orders in sorted({100, most}):
            rows += cold(folder / f"cold-{orders}", orders)
    if as_json:
        print(json.dumps([asdict(one) for one in rows]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--subscribers", type=int, default=500)
    parser.add_argument("--standing", type=int, default=10, help="orders that stand already")
    parser.add_argument("--rounds", type=int, default=5, help="orders that are published and waited for")
    parser.add_argument("--cold", type=int, default=10_000, help="orders in the larger cold start")
    parser.add_argument("--json", action="store_true", help="print the rows as JSON too")
    options = parser.parse_args()
    main(options.subscribers, options.standing, options.rounds, options.cold, as_json=options.json)
