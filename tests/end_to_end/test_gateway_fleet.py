"""A fleet of twenty gateways, one of which is cut off: its certificate says so, by name, until it is not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path

from aiohttp import ClientSession, DummyCookieJar

from groundstop.directives.signing import sign_order
from groundstop.directives.subscribing import Subscriber
from groundstop.documents import KeyCard, TrustedKey, TrustList
from groundstop.documents.gateway import (
    Acknowledgement,
    Caller,
    EnforcementCertificate,
    Fleet,
    Lack,
    ProbeReport,
    RegisteredGateway,
)
from groundstop.evidence import KeyFolder
from groundstop.evidence.statements import digest_of
from groundstop.gateway.certifying import (
    OrderCertified,
    audit_certificate,
    certificate_file,
    certify,
    sign_certificate,
    sign_fleet,
    stated,
)
from groundstop.gateway.folder import prepare
from groundstop.gateway.here import Here, gateway_here
from groundstop.gateway.probing import Asking, ProbedGateway, ProbedOrder, look_at, sign_report
from tests.directive_parts import a_charter, at, for_everybody, officer
from tests.gateway_parts import an_upstream, settings_for
from tests.proving_parts import operator_key, prober_key
from tests.repository_parts import Network, Scene, source_or_folder

ORDER = for_everybody(effective=at(0), created=at(-1))
CUT_OFF = "gate-13"
NAMES = tuple(f"gate-{number:02}" for number in range(1, 21))
ROUTES = ("chat.completions", "messages")


class Fleets:
    """Twenty gateways that hear the same repository, each over a network of its own.

    Args:
        scene: The repository.
        folder: Where the gateways' folders are.
        url: Of the upstream that all have.
    """

    def __init__(self, scene: Scene, folder: Path, url: str) -> None:
        self.scene, self.folder, self.url = scene, folder, url
        self.now = at(-0.5)
        self.networks: dict[str, Network] = {}
        self.gateways: dict[str, Here] = {}
        self.said: list[bytes] = []
        self.seen: list[bytes] = []

    def clock(self) -> float:
        return self.now.timestamp()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for name in NAMES:
                folder = self.folder / name
                prepare(folder, "gateway", now=at(-3))
                network = self.networks[name] = Network(self.scene.places.public)
                subscriber = Subscriber(
                    folder,
                    self.scene.obeys(),
                    open_source=source_or_folder(network),
                    monotonic=lambda: 0.0,
                )
                subscriber.load(self.now)
                settings = settings_for(
                    {"url": self.url}, name=name, listen="127.0.0.1:0", admin="127.0.0.1:0"
                )
                self.gateways[name] = await stack.enter_async_context(
                    gateway_here(
                        folder,
                        settings,
                        subscriber=subscriber,
                        follow=False,
                        clock=self.clock,
                        environment={},
                        drain_s=0,
                    )
                )
            yield

    def cut_off(self, name: str) -> None:
        """Let nothing through to a gateway any more."""
        self.networks[name].folder = self.folder / "nothing"

    def let_through(self, name: str) -> None:
        """Let everything through again."""
        self.networks[name].folder = self.scene.places.public

    async def hear(self) -> None:
        """Let every gateway read what is published, as far as it can; and collect what they acknowledge."""
        self.scene.refresh(self.now)
        await asyncio.gather(*(one.hear() for one in self.gateways.values()))
        latest = [one.acknowledgement() for one in self.gateways.values()]
        self.said += [one for one in latest if one is not None and one not in self.said]

    async def probe(self, names: Sequence[str]) -> dict[str, ProbeReport]:
        """Probe gateways, and sign what was seen."""
        found = {}
        order = ProbedOrder.of(ORDER)
        async with ClientSession(cookie_jar=DummyCookieJar()) as session:
            for name in names:
                gateway = ProbedGateway(name, self.card(name).key_id)
                report = await look_at(
                    gateway,
                    order,
                    Asking(self.gateways[name].url),
                    session,
                    prober="birch-lab",
                    clock=lambda: self.now,
                    callers=(Caller.UNKNOWN,),
                    routes=ROUTES,
                )
                found[name] = report
                self.seen.append(sign_report(report, prober_key()))
        return found

    def card(self, name: str) -> KeyCard:
        return KeyFolder(self.folder / name / "keys").card("gateway")

    def fleet(self) -> Fleet:
        gateways = tuple(RegisteredGateway(name=name, key=self.card(name)) for name in NAMES)
        return Fleet(operator="riverside-cloud", created=at(-1), gateways=gateways)

    def certificate(self, now: datetime) -> tuple[EnforcementCertificate, bytes]:
        """Return the certificate that follows, and its file."""
        fleet = self.fleet()
        envelope = sign_fleet(fleet, operator_key())
        made = certify(
            fleet,
            digest_of(envelope),
            [
                stated(one, Acknowledgement, [gw.key for gw in fleet.gateways], source="it")
                for one in self.said
            ],
            [stated(one, ProbeReport, [prober_key().card], source="it") for one in self.seen],
            OrderCertified.of(ORDER),
            now,
        )
        file = certificate_file(
            made,
            sign_certificate(made, operator_key()),
            fleet=envelope,
            order=sign_order(ORDER, [officer(1), officer(2)]),
            acknowledgements=self.said,
            probes=self.seen,
            keys=[operator_key().card, prober_key().card, officer(1).card, officer(2).card],
        )
        return made, file.canonical()


TRUST = TrustList(
    keys=tuple(TrustedKey(card=one.card) for one in (operator_key(), prober_key(), officer(1), officer(2)))
)


async def test_one_of_twenty_that_is_cut_off_makes_the_certificate_incomplete_until_it_is_back(
    tmp_path: Path,
) -> None:
    scene = Scene(tmp_path / "scene", charter=a_charter())
    async with an_upstream() as upstream:
        fleets = Fleets(scene, tmp_path / "fleet", upstream.url)
        async with fleets.running():
            await fleets.hear()
            fleets.cut_off(CUT_OFF)
            assert scene.publish(ORDER, now=at(0)).published
            fleets.now = at(0.1)
            await fleets.hear()
            reports = await fleets.probe(NAMES)
            leaking = {name for name, report in reports.items() if report.counts.leaks}
            assert leaking == {CUT_OFF}
            made, file = fleets.certificate(at(0.2))
            assert not made.complete
            assert made.counts.proved == 19
            assert {one.name: one.lacks for one in made.gateways if one.lacks} == {
                CUT_OFF: (Lack.NOT_ACKNOWLEDGED, Lack.NOT_ALL_CALLERS, Lack.LEAKS)
            }
            report = audit_certificate(file, TRUST, source="certificate.json")
            assert report.passed
            assert not report.proved

            fleets.let_through(CUT_OFF)
            fleets.now = at(0.3)
            await fleets.hear()
            again = await fleets.probe([CUT_OFF])
            assert again[CUT_OFF].counts.leaks == 0
            made, file = fleets.certificate(at(0.4))
            assert made.complete
            assert made.counts.proved == 20
            assert audit_certificate(file, TRUST, source="certificate.json").proved
