"""The join behind a certificate: a fleet, what its gateways acknowledged, and what probes showed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Generic, NamedTuple, TypeVar

from groundstop.documents.directives import Directive, OrderKind, Stop
from groundstop.documents.gateway import (
    Acknowledgement,
    Allowed,
    Caller,
    CertificateCounts,
    EnforcementCertificate,
    Expected,
    Fleet,
    GatewayProof,
    Lack,
    ProbeOutcome,
    ProbeReport,
    RegisteredGateway,
    SeenAcknowledgement,
    SeenProbes,
)
from groundstop.errors import InputError

StatedT = TypeVar("StatedT", Acknowledgement, ProbeReport)


class Stated(NamedTuple, Generic[StatedT]):
    """A signed statement, its signature verified."""

    document: StatedT
    digest: str
    """Of its envelope."""
    signers: tuple[str, ...]
    """Ids of the keys whose signatures are right."""


class OrderCertified(NamedTuple):
    """What a certificate has to know of an order."""

    id: str
    issuer: str
    content: str
    begins: datetime
    ends: datetime
    reaches_everybody: bool
    guards: bool
    """Whether it puts a guard in front of a model, and keeps nobody out."""

    @classmethod
    def of(cls, document: Directive | Stop) -> OrderCertified:
        """Take a directive or a stop."""
        content = document.content_id
        if isinstance(document, Stop):
            begins, ends = document.created, document.expires
            return cls(
                document.id, document.issuer, content, begins, ends, reaches_everybody=True, guards=False
            )
        everybody = any(rule.reaches_everybody for rule in document.scope) and not document.exceptions
        return cls(
            document.id,
            document.issuer,
            content,
            document.effective,
            document.expires,
            reaches_everybody=everybody,
            guards=document.order is OrderKind.VIRTUAL_PATCH,
        )


def certify(
    fleet: Fleet,
    fleet_digest: str,
    acknowledgements: Sequence[Stated[Acknowledgement]],
    probes: Sequence[Stated[ProbeReport]],
    order: OrderCertified,
    now: datetime,
    allowed: Allowed | None = None,
) -> EnforcementCertificate:
    """Say whether an order is enforced at every gateway of a fleet.

    A gateway is proved when its own key has lately acknowledged the order, does not depart from it and is not
    closed, and somebody has probed it since: every probe came out as it had to, as somebody who is kept out,
    and as somebody who is not where there is anybody.

    Args:
        fleet: Every gateway that the operator has.
        fleet_digest: Of the fleet's envelope.
        acknowledgements: What gateways have said. That by a key which is not in the fleet does not count.
        probes: What was seen of them.
        order: The order.
        now: The time.
        allowed: How old it all may be.

    Returns:
        The certificate, not signed yet; the same for the same arguments, in whatever order they are given.

    Raises:
        InputError: The order is not in force at this time.
    """
    if not order.begins <= now < order.ends:
        past = now >= order.ends
        moment = f"{order.ends if past else order.begins:%Y-%m-%d %H:%M} UTC"
        raise InputError(
            f"{order.id} {'was over' if past else 'takes effect'} at {moment}: there is nothing to certify",
            "Certify an order that is in force",
        )
    allowed = allowed or Allowed()
    join = _Join(order, now, allowed)
    gateways = tuple(join.proof(one, acknowledgements, probes) for one in fleet.gateways)
    probed = [one.probed for one in gateways if one.probed is not None]
    return EnforcementCertificate(
        operator=fleet.operator,
        created=now,
        fleet=fleet_digest,
        order=order.id,
        issuer=order.issuer,
        content=order.content,
        allowed=allowed,
        complete=not any(one.lacks for one in gateways),
        counts=CertificateCounts(
            registered=len(gateways),
            acknowledged=sum(one.acknowledged is not None for one in gateways),
            probed=len(probed),
            proved=sum(not one.lacks for one in gateways),
            leaks=sum(one.counts.leaks for one in probed),
            cut_off=sum(one.counts.cut_off for one in probed),
            unreachable_copies=sum(one.copies or 1 for one in fleet.unreachable),
        ),
        gateways=gateways,
        unreachable=fleet.unreachable,
        limits=tuple(_limits(fleet)),
    )


class _Join(NamedTuple):
    """What one gateway after another is held against."""

    order: OrderCertified
    now: datetime
    allowed: Allowed

    def proof(
        self,
        gateway: RegisteredGateway,
        acknowledgements: Sequence[Stated[Acknowledgement]],
        probes: Sequence[Stated[ProbeReport]],
    ) -> GatewayProof:
        key = gateway.key.key_id
        said = [one for one in acknowledgements if key in one.signers and one.document.created <= self.now]
        seen = self._acknowledged(sorted(said, key=lambda one: (one.document.created, one.digest)))
        # Who has acknowledged nothing may have been probed all the same, and a leak there is to be told.
        report = self._report(key, self.order.begins if seen is None else seen[0].since, probes)
        lacks = [Lack.NOT_ACKNOWLEDGED] if seen is None else list(self._acknowledged_badly(seen[1]))
        if report is not None:
            lacks += self._seen_badly(report.document)
        elif seen is not None:
            lacks.append(Lack.NOT_PROBED)
        return GatewayProof(
            name=gateway.name,
            key_id=key,
            acknowledged=None if seen is None else seen[0],
            probed=None if report is None else _seen_probes(report),
            lacks=tuple(lacks),
        )

    def _acknowledged(
        self, said: Sequence[Stated[Acknowledgement]]
    ) -> tuple[SeenAcknowledgement, Acknowledgement] | None:
        """Return a gateway's last acknowledgement; none when that one does not have the order."""
        row: list[Stated[Acknowledgement]] = []
        for one in reversed(said):
            if all(standing.content != self.order.content for standing in one.document.orders):
                break
            row.append(one)
        if not row:
            return None
        last, first = row[0], row[-1]
        document = last.document
        seen = SeenAcknowledgement(
            envelope=last.digest,
            first=first.digest,
            since=first.document.created,
            created=document.created,
            table=document.table,
            heard=document.heard,
            workers=document.workers,
        )
        return seen, document

    def _acknowledged_badly(self, last: Acknowledgement) -> Iterator[Lack]:
        old = self.now - last.created > timedelta(hours=self.allowed.acknowledged_h)
        unheard = timedelta(seconds=self.allowed.unheard_s)
        if old or last.heard is None or last.created - last.heard > unheard:
            yield Lack.SILENT
        if any(one.departs for one in last.orders if one.content == self.order.content):
            yield Lack.DEPARTS
        if last.closed:
            yield Lack.CLOSED

    def _report(
        self, key: str, since: datetime, probes: Sequence[Stated[ProbeReport]]
    ) -> Stated[ProbeReport] | None:
        """Return the last report that counts: one that leaks is not made good by an older one."""
        earliest = max(since, self.order.begins, self.now - timedelta(hours=self.allowed.probed_h))
        found = [
            one
            for one in probes
            if one.document.key_id == key
            and one.document.content == self.order.content
            and one.document.began >= earliest
            and one.document.created <= self.now
        ]
        return max(found, key=lambda one: (one.document.created, one.digest), default=None)

    def _seen_badly(self, report: ProbeReport) -> Iterator[Lack]:
        good = [one for one in report.results if one.outcome is ProbeOutcome.AS_EXPECTED]
        denied = any(one.expected is Expected.DENIED for one in good)
        served = any(
            one.expected is Expected.SERVED and one.caller in (Caller.PERMITTED, Caller.UNKNOWN)
            for one in good
        )
        if (not denied and not self.order.guards) or (not served and not self.order.reaches_everybody):
            yield Lack.NOT_ALL_CALLERS
        counts = report.counts
        found = {
            Lack.LEAKS: counts.leaks,
            Lack.CUTS_OFF: counts.cut_off,
            Lack.UNREACHABLE: counts.unreachable,
            Lack.UNPROVED: counts.unproved,
        }
        yield from (lack for lack, count in found.items() if count)


def _seen_probes(report: Stated[ProbeReport]) -> SeenProbes:
    document = report.document
    return SeenProbes(
        envelope=report.digest,
        prober=document.prober,
        began=document.began,
        created=document.created,
        counts=document.counts,
    )


def _limits(fleet: Fleet) -> Iterator[str]:
    yield "It covers the gateways of the fleet as its operator has registered them, and no others."
    yield (
        "Probes ask harmless requests, by the names and on the routes that their reports list, at the times "
        "that they give; what nobody asked is not covered. That the gateway which was asked has the key that "
        "is given is its prober's word."
    )
    yield "It rests on the word of the keys that signed, and says nothing about whether the order is right."
    if fleet.unreachable:
        yield (
            "Copies that nobody can reach stay usable by whoever has them: they are counted, "
            "and no gateway stands in front of them."
        )
