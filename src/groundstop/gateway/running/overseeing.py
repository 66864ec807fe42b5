"""Looking at the whole: a gateway's state, put together for whoever looks in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from groundstop import __version__
from groundstop.directives.subscribing import Subscriber
from groundstop.gateway.counting import Snapshot, exposition
from groundstop.gateway.running.configuration import NOBODY_OBEYED, Configured
from groundstop.gateway.running.enforcing import Enforcing
from groundstop.gateway.running.status import (
    AcknowledgementStatus,
    GatewayStatus,
    WorkerStatus,
    authorities_of,
    gauges_of,
    heard_of,
)


class Overseen(Protocol):
    """A gateway, as its admin listener sees it."""

    def status(self) -> GatewayStatus:
        """Return how it stands. It may wait for the disk."""

    def snapshot(self) -> Snapshot:
        """Return what its processes count."""

    def acknowledgement(self) -> bytes | None:
        """Return the last signed acknowledgement; none when there is none."""


def status_of(
    configuration: Configured,
    subscriber: Subscriber,
    enforcing: Enforcing,
    *,
    workers: Sequence[WorkerStatus],
    listens: Sequence[str],
    started: datetime,
    now: datetime,
) -> GatewayStatus:
    """Return how a gateway stands."""
    active, heard = subscriber.active, subscriber.status(now)
    problems, silent = heard_of(heard)
    said, digest = enforcing.acknowledgements.said, enforcing.acknowledgements.previous
    return GatewayStatus(
        gateway=configuration.settings.name,
        operator=configuration.settings.operator,
        version=__version__,
        at=now,
        started=started,
        listens=tuple(listens),
        table=active.table.digest,
        orders=len(active.orders.orders) + len(active.orders.stops),
        closed=active.closed,
        heard=datetime.fromtimestamp(active.heard, UTC) if active.heard > 0 else None,
        obeys=configuration.obeys is not NOBODY_OBEYED,
        authorities=authorities_of(heard),
        problems=problems,
        silent=silent,
        refused=len(heard.refused),
        notes=heard.notes,
        workers=tuple(workers),
        acknowledgement=None
        if said is None or digest is None
        else AcknowledgementStatus(
            digest=digest, created=said.created, table=said.table, workers=said.workers
        ),
        checkpoint=enforcing.checkpoint,
        warnings=configuration.warnings,
    )


def metrics_text(overseen: Overseen) -> str:
    """Return a gateway's metrics as Prometheus reads them."""
    return exposition(overseen.snapshot(), gauges_of(overseen.status()))
