"""One process of a gateway: its gate, its receipts and everything that answers requests by them."""

from __future__ import annotations

import asyncio
import hmac
import secrets
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundstop.directives.claims import Challenges, Seen
from groundstop.directives.orders import Orders
from groundstop.documents import KeyCard
from groundstop.gateway.counting import (
    Blocked,
    CountedRecorder,
    Metrics,
    Narrowed,
    Snapshot,
    Used,
    read_narrower,
)
from groundstop.gateway.counting.families import IN_FLIGHT, LICENCE_USED, RECEIPTS, RECEIPTS_FAILED
from groundstop.gateway.gate import Gate
from groundstop.gateway.guards import Guards, guard_keys
from groundstop.gateway.mounts import DecisionService, decision_service
from groundstop.gateway.news import InForce
from groundstop.gateway.receipts import Receipts
from groundstop.gateway.running.logs import LOG
from groundstop.gateway.running.told import Told
from groundstop.gateway.running.trusting import TrustingAttester
from groundstop.gateway.serving.data_plane import DataPlane
from groundstop.gateway.settings import Settings
from groundstop.gateway.standby import Standby

if TYPE_CHECKING:
    from groundstop.gateway.mounts.ext_authz_grpc import GrpcAuthz


@dataclass(frozen=True, slots=True)
class Belongings:
    """What a process needs of the operator's folder, as it was checked."""

    folder: Path
    settings: Settings
    issuers: Sequence[Mapping[str, Any]]
    """The tables ``[[issuer]]`` of ``obeys.toml``."""
    override_keys: frozenset[str]
    card: KeyCard
    """Of the gateway's key."""
    salt: bytes


def _challenges(belongings: Belongings) -> Challenges | None:
    """Return what holders of credentials answer; none where no issuer of credentials is trusted.

    Their secret follows from the salt: gateways that share one understand each other's.
    """
    if all(one.get("kind") != "sd-jwt-vc" for one in belongings.issuers):
        return None
    return Challenges(hmac.digest(belongings.salt, b"challenges", "sha256"))


def new_request_id() -> str:
    """Return an id that no other request has."""
    return f"gsr-{secrets.token_hex(12)}"


class Process:
    """Answers requests, by what it is told.

    Args:
        belongings: What it needs.
        environment: Holds the upstreams' keys.
        clock: Seconds since 1970.
        new_id: Gives each request its id.

    Raises:
        InputError: Something cannot be used.
        OSError: A file of the TLS settings cannot be used.
        WorkspaceError: Receipts cannot be written.
    """

    def __init__(
        self,
        belongings: Belongings,
        *,
        environment: Mapping[str, str],
        clock: Callable[[], float] = time.time,
        new_id: Callable[[], str] = new_request_id,
    ) -> None:
        folder, settings = belongings.folder, belongings.settings
        self._belongings = belongings
        self.metrics = Metrics()
        self.used = Used(clock=clock)
        self.gate = Gate(used=self.used, clock=clock)
        drafts = read_narrower(settings.narrower, folder)
        self._narrowed = Narrowed(drafts, clock=clock) if drafts else None
        self._attester = TrustingAttester(
            belongings.issuers, folder, seen=Seen(), challenges=_challenges(belongings)
        )
        self._guards = Guards(folder, clock=clock)
        self._standby = Standby(folder, settings, belongings.card, orders=self._orders)
        self.receipts = Receipts(
            folder, settings.name, belongings.salt, keeping=settings.receipts, clock=clock
        )
        self.recorder = CountedRecorder(
            self.receipts, self.metrics, Blocked(self.metrics, self._narrowed), self.used
        )
        self.plane = DataPlane(
            settings,
            self.gate,
            attester=self._attester,
            recorder=self.recorder,
            counter=self.metrics,
            guards=self._guards,
            standby=self._standby,
            environment=environment,
            new_id=new_id,
            clock=clock,
        )
        self._decisions: DecisionService | None = None
        self._grpc: GrpcAuthz | None = None
        if settings.decide is not None or settings.grpc is not None:
            self._decisions = decision_service(
                settings,
                self.gate,
                attester=self._attester,
                recorder=self.recorder,
                counter=self.metrics,
                guards=self._guards,
                new_id=new_id,
            )
        self._taking = asyncio.Lock()
        self._guarded_by: Orders | None = None
        """The orders that the guards were read for."""

    async def take(self, told: Told) -> InForce:
        """Decide by what is told from now on, requests in flight too.

        Raises:
            GroundstopError, ArithmeticError, ValueError, RecursionError: It cannot be compiled. What was
                decided by before stays.
        """
        async with self._taking:
            before = self.gate.in_force
            if before is not None and before.orders is told.news.orders:
                # Nothing is compiled: only when it was heard is new, or that everything is closed.
                in_force = self._put(told)
            else:
                in_force = await asyncio.to_thread(self._put, told)
            self.plane.look()
            # After the look: what an order says at once must not wait for files.
            if self._guarded_by is not told.news.orders:
                await asyncio.to_thread(self._put_guards, told)
                self._guarded_by = told.news.orders
            return in_force

    async def start(
        self, doors: Sequence[socket.socket], decide: Sequence[socket.socket] = (), grpc: str | None = None
    ) -> None:
        """Answer requests.

        Args:
            doors: Where clients come in; they belong to this process from now on.
            decide: Where other gateways ask over HTTP.
            grpc: Where Envoy asks over gRPC; other processes may answer there too.
        """
        await self.plane.start(doors)
        if self._decisions is not None and decide:
            await self._decisions.start(decide)
        if self._decisions is not None and grpc is not None:
            from groundstop.gateway.mounts.ext_authz_grpc import GrpcAuthz

            self._grpc = GrpcAuthz(self._decisions.envoy, self._belongings.settings.limits)
            await self._grpc.start(grpc)

    async def look(self) -> None:
        """Look once a second: at requests in flight, and at files that the operator may change."""
        self.plane.look()
        await asyncio.to_thread(self._look_at_files)

    async def drain(self, within_s: float) -> int:
        """Take no more requests, and finish those in flight.

        Args:
            within_s: After which the rest is cut.

        Returns:
            How many were cut.
        """
        stops = [self.plane.drain(within_s)]
        if self._decisions is not None:
            await self._decisions.stop(min(within_s, 1.0))
        if self._grpc is not None:
            await self._grpc.stop(min(within_s, 1.0))
        (cut,) = await asyncio.gather(*stops)
        return cut

    def close(self) -> None:
        """Give back what is held. Receipts that are written stay."""
        self._guards.close()
        self.receipts.close()

    def snapshot(self) -> Snapshot:
        """Return what this process counts."""
        found = self.metrics.snapshot()
        more: dict[tuple[str, tuple[str, ...]], float] = {
            (IN_FLIGHT.name, ()): float(self.plane.in_flight),
            (RECEIPTS.name, ()): float(self.receipts.lines),
            (RECEIPTS_FAILED.name, ()): float(self.receipts.failed),
        }
        for licence, used in self.used.own.items():
            more[LICENCE_USED.name, (licence,)] = float(used.total)
        return found._replace(sums={**found.sums, **more})

    def _orders(self) -> Orders | None:
        in_force = self.gate.in_force
        return None if in_force is None else in_force.orders

    def _put(self, told: Told) -> InForce:
        self.used.learn(told.news.orders)
        in_force = self.gate.put(told.news)
        if self._narrowed is not None:
            self._narrowed.put(told.news)
        return in_force

    def _put_guards(self, told: Told) -> None:
        keys = guard_keys(told.charters, self._belongings.folder, self._belongings.override_keys)
        for problem in self._guards.put(told.news.orders, keys).problems:
            LOG.warning("guard_not_used", extra={"file": problem.file, "problem": problem.why})

    def _look_at_files(self) -> None:
        self._standby.look()
        self._attester.look()
        if self._guards.look():
            LOG.info("guards_read")
