"""Withdrawing a model for a drill: by an order that only a gateway of the drill's own gets, or by a stop."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from groundstop.directives.orders import OrderInForce, Orders
from groundstop.directives.subscribing.stopping import FILE_NAME as STOP_FILE
from groundstop.directives.subscribing.stopping import read_stop_file
from groundstop.documents.directives import (
    Act,
    Appeal,
    Descendants,
    Directive,
    HostedModel,
    InFlight,
    LiftingCriteria,
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
from groundstop.errors import InputError
from groundstop.evidence.disk import write_whole

_HOURS = timedelta(hours=1)


def drill_order(
    model: str, provider: str, *, operator: str, in_flight: InFlight, fallback: bool, now: datetime
) -> Directive:
    """Return an order that keeps everybody from a model, for a gateway that nobody else uses.

    Args:
        model: The model.
        provider: Whose it is.
        operator: In whose name.
        in_flight: What happens to answers that are being streamed.
        fallback: Whether another model may answer.
        now: The time.
    """
    subject = SubjectModel(
        label="drilled", hosted=(HostedModel(provider=provider, name=model, snapshot="every"),)
    )
    criteria = LiftingCriteria(
        verdict=WantedVerdict.TECHNIQUE_BLOCKED, bound=0.05, alpha=0.05, minimum_n=59, verifiers=(operator,)
    )
    return Directive(
        id=f"GSD-{now:%Y%m%d}-0000000000",
        sequence=1,
        supersedes=None,
        order=OrderKind.VOLUNTARY_WITHDRAWAL,
        issuer=operator,
        created=now - timedelta(minutes=1),
        basis=None,
        evidence=(),
        withheld="A drill: there is no finding.",
        subject=Subject(models=(subject,), descendants=Descendants.NONE),
        acts=(Act.INFER,),
        scope=(Rule(id="everybody"),),
        unknown=Unknown.DENY,
        effective=now - timedelta(minutes=1),
        review=now + _HOURS,
        expires=now + _HOURS,
        silence=Silence(when_dark=WhenDark.KEEP),
        in_flight=in_flight,
        fallback=fallback,
        lifting=criteria,
        reasons="A drill.",
        appeal=Appeal(name=operator, contact="the operator of this gateway"),
        response=Response(message="This model is withdrawn for a drill"),
    )


def with_order(orders: Orders, directive: Directive) -> Orders:
    """Return what stands, and a drill's order beside it."""
    order = OrderInForce(
        directive=directive,
        content=directive.content_id,
        signers=(),
        ends=directive.expires,
        ratified=True,
        acts=frozenset(directive.acts),
        licences=(),
        lifts=(),
        override=None,
    )
    return Orders((*orders.orders, order), orders.stops, orders.history, orders.refused, orders.notes)


class StopLine:
    """A line in the stop file of a folder, for as long as a drill lasts.

    Args:
        folder: The operator's.
        model: The model.

    Raises:
        InputError: The model is stopped already, or the file cannot be read: a drill would change something
            that is not its own.
    """

    def __init__(self, folder: Path, model: str) -> None:
        self._path = folder / STOP_FILE
        self._model = model
        if model in read_stop_file(self._path):
            raise InputError(
                f"{model} stands in {self._path} already", "Drill with a model that is not stopped"
            )

    def write(self) -> None:
        """Add the line; whatever else the file says stays.

        Raises:
            WorkspaceError: It cannot be written.
        """
        text = self._text()
        gap = "" if not text or text.endswith("\n") else "\n"
        write_whole(self._path, f"{text}{gap}{self._model}\n".encode())

    def remove(self) -> None:
        """Take out the line that was added, and the file if nothing else is in it.

        Raises:
            WorkspaceError: It cannot be written.
        """
        lines = self._text().splitlines(keepends=True)
        kept = "".join(line for line in lines if line.strip() != self._model)
        if kept.strip():
            write_whole(self._path, kept.encode())
        else:
            self._path.unlink(missing_ok=True)

    def _text(self) -> str:
        return self._path.read_text(encoding="utf-8") if self._path.exists() else ""
