"""How a gateway stands: what ``gateway status`` shows, and what readiness and metrics are made of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from groundstop.directives.subscribing import Silence, SubscriberStatus
from groundstop.documents.base import Moment, Part
from groundstop.gateway.counting import Gauge
from groundstop.gateway.counting import families as of


class AuthorityStatus(Part):
    """An authority that is obeyed."""

    authority: str
    repository: str
    charter: int | None
    orders: int | None
    """The number of its set; none when it was never heard."""
    urgent: int | None


class ProblemStatus(Part):
    """Something that is wrong with what is heard."""

    kind: str
    where: str
    what: str
    hint: str


class SilentOrder(Part):
    """An order of which nothing was heard for too long."""

    directive: str
    models: tuple[str, ...]
    silence: str


class WorkerStatus(Part):
    """A process that answers requests."""

    pid: int | None
    state: str
    """``starting``, ``ready``, ``behind`` (it decides by an older table), ``draining``."""
    table: str | None
    chain: str | None
    """Of its receipts."""
    in_flight: int
    receipts_writable: bool


class AcknowledgementStatus(Part):
    """The last that was said for all processes."""

    digest: str
    created: Moment
    table: str
    workers: int


class GatewayStatus(Part):
    """A gateway at a moment."""

    gateway: str
    operator: str
    version: str
    at: Moment
    started: Moment
    listens: tuple[str, ...]
    table: str
    orders: int
    """Directives and stops."""
    closed: tuple[str, ...]
    heard: Moment | None
    """When everything that is obeyed was last heard afresh; none for never."""
    obeys: bool
    """Whether anybody is obeyed at all."""
    authorities: tuple[AuthorityStatus, ...]
    problems: tuple[ProblemStatus, ...]
    silent: tuple[SilentOrder, ...]
    refused: int
    """Documents that do not count."""
    notes: tuple[str, ...]
    workers: tuple[WorkerStatus, ...]
    acknowledgement: AcknowledgementStatus | None
    checkpoint: Moment | None
    """When every line of receipts was last known to be under a signed checkpoint."""
    warnings: tuple[str, ...]

    @property
    def not_ready(self) -> tuple[str, ...]:
        """Why it does not serve as it should, a sentence each; nothing when it does."""
        return tuple(_not_ready(self))


def _not_ready(status: GatewayStatus) -> Iterator[str]:
    serving = [one for one in status.workers if one.state != "draining"]
    if not serving:
        yield "No process answers requests"
    starting = sum(one.state == "starting" for one in serving)
    if starting:
        yield f"{starting} of {len(serving)} processes are starting"
    behind = sum(one.table != status.table for one in serving if one.state != "starting")
    if behind:
        yield f"{behind} of {len(serving)} processes do not decide by the newest table yet"
    if any(not one.receipts_writable for one in serving):
        yield "Receipts cannot be written: no request goes on"
    yield from status.closed


def heard_of(status: SubscriberStatus) -> tuple[tuple[ProblemStatus, ...], tuple[SilentOrder, ...]]:
    """Return what is wrong with what a subscriber hears, and the orders that silence bears on."""
    problems = dict.fromkeys(problem for one in status.repositories for problem in one.problems)
    return (
        tuple(
            ProblemStatus(
                kind=one.kind.value, where=one.authority or one.repository, what=one.what, hint=one.hint
            )
            for one in problems
        ),
        tuple(
            SilentOrder(directive=one.directive, models=one.models, silence=one.silence.value)
            for one in status.subjects
            if one.silence is not Silence.FRESH
        ),
    )


def authorities_of(status: SubscriberStatus) -> tuple[AuthorityStatus, ...]:
    """Return what was heard of each authority."""
    return tuple(
        AuthorityStatus(
            authority=one.authority,
            repository=one.repository,
            charter=one.charter,
            orders=None if one.published is None else one.published[0],
            urgent=None if one.published is None else one.published[1],
        )
        for one in status.authorities
    )


def gauges_of(status: GatewayStatus) -> Iterator[Gauge]:
    """Yield a gateway's state as metrics."""

    def age(since: datetime) -> float:
        return max(0.0, (status.at - since).total_seconds())

    yield Gauge(of.TABLE, (status.table,), 1)
    yield Gauge(of.ORDERS, (), status.orders)
    yield Gauge(of.CLOSED, (), float(bool(status.closed)))
    yield Gauge(of.PROBLEMS, (), len(status.problems))
    if status.obeys and status.heard is not None:
        yield Gauge(of.HEARD_AGE, (), age(status.heard))
    if status.checkpoint is not None:
        yield Gauge(of.CHECKPOINT_AGE, (), age(status.checkpoint))
    for silence in (Silence.STALE, Silence.DARK):
        silent = sum(one.silence == silence.value for one in status.silent)
        yield Gauge(of.SILENT, (silence.value,), silent)
    for state in ("ready", "starting", "behind", "draining"):
        yield Gauge(of.WORKERS, (state,), sum(one.state == state for one in status.workers))
