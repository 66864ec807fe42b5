"""The plan of a look at a gateway: every request that is made, and what has to become of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from groundstop.documents.directives import Act
from groundstop.documents.gateway import Caller, Expected, Probe
from groundstop.errors import InputError
from groundstop.gateway.probing.routes import BATCHES, ROUTES, STORED, UPLOADS, WEIGHTS, ProbeRoute, Shape
from groundstop.gateway.probing.subjects import ProbedOrder
from groundstop.gateway.probing.writing import BEARER, BYTES, FIRST_BYTE, OF_ANOTHER, TRICKS

MOST_PROBES = 100_000
MOST_OTHERS = 10
"""Models that the order is not about, of those that the gateway offers; asked to see that they are served."""
EVERY_ROUTE = tuple(one.name for one in ROUTES)
MADE_BY_OTHERS = {BATCHES: UPLOADS, STORED: "responses"}
"""Routes about what somebody else has made, and where that is made."""
_ANY_ROUTE = "chat.completions"


@dataclass(frozen=True, slots=True)
class Looked:
    """What is looked at."""

    order: ProbedOrder
    offered: Sequence[str]
    """Names that the gateway says, or its operator says, that it offers."""
    callers: Collection[Caller]
    """As whom somebody can ask: those for whom there are tokens, and ``unknown``."""
    weights: Sequence[str] = ()
    """URLs of files of weights of the order's models."""
    lifted: bool = False
    """Whether the order is lifted for everybody: then nobody may be kept out by it any more."""
    routes: Collection[str] = EVERY_ROUTE
    """Routes to look at."""


def plan_probes(looked: Looked, at: datetime) -> tuple[Probe, ...]:
    """Plan the probes of a gateway.

    Args:
        looked: What is looked at.
        at: The time: an order that has not begun, or is over, keeps nobody out.

    Returns:
        Each probe once: every name on every route, streamed and not, with and without another model that
        answers instead, as each caller; every trick as somebody who is kept out; and some models that the
        order is not about.

    Raises:
        InputError: The callers make no sense under the order, or it would be too many.
    """
    looked.order.check_callers(frozenset(looked.callers))
    found = tuple(dict.fromkeys(_planned(looked, at)))
    if len(found) > MOST_PROBES:
        raise InputError(
            f"It would take {len(found):,} probes, and at most {MOST_PROBES:,} are made",
            "Look at fewer routes with --route",
        )
    if not found:
        raise InputError("There is nothing to ask", "Give a token of somebody, or another --route")
    return found


def names_of(looked: Looked) -> tuple[str, ...]:
    """Return the names of the order's models that are asked for."""
    mine = [name for name in looked.offered if looked.order.is_about(name)]
    askable = [name for name in looked.order.names if not name.startswith(("pkg:", "sha256:"))]
    return tuple(dict.fromkeys((*mine, *askable)))


def others_of(looked: Looked) -> tuple[str, ...]:
    """Return the names that are offered and that the order is not about, as far as they are asked for."""
    return tuple(name for name in looked.offered if not looked.order.is_about(name))[:MOST_OTHERS]


def _planned(looked: Looked, at: datetime) -> Iterator[Probe]:
    routes = [one for one in ROUTES if one.name in looked.routes]
    callers = [one for one in Caller if one in looked.callers]
    for caller in callers:
        for route in routes:
            out = looked.order.keeps_out(caller, route.act, at) and not looked.lifted
            for name in names_of(looked):
                yield from _of_route(looked, route, name, caller, out=out)
            for name in others_of(looked) if route.act is Act.INFER else ():
                yield from _of_route(looked, route, name, caller, out=False)
        out = looked.order.keeps_out(caller, Act.DOWNLOAD, at) and not looked.lifted
        for url in looked.weights:
            for way in (FIRST_BYTE, BYTES):
                expected = Expected.KEPT_OUT if out else Expected.SERVED
                yield Probe(route=WEIGHTS, model=url, caller=caller, way=way, expected=expected)
    yield from _tricks(looked, callers, at)


def _of_route(looked: Looked, route: ProbeRoute, name: str, caller: Caller, *, out: bool) -> Iterator[Probe]:
    if route.shape is Shape.LOOK:
        expected = Expected.MARKED if out else Expected.OPEN
        yield Probe(route=route.name, model=name, caller=caller, expected=expected)
        return
    if route.act is not Act.INFER and not out:
        # Somebody who may would begin a training.
        return
    expected = Expected.DENIED if out else Expected.SERVED
    for stream in (False, True) if route.streams else (False,):
        yield Probe(route=route.name, model=name, caller=caller, stream=stream, expected=expected)
        if out and looked.order.lets_answer_another and route.shape is Shape.ASK:
            yield Probe(
                route=route.name,
                model=name,
                caller=caller,
                stream=stream,
                fallback=False,
                expected=expected,
            )


def _tricks(looked: Looked, callers: Sequence[Caller], at: datetime) -> Iterator[Probe]:
    """Plan how requests are written oddly: once for each caller who is kept out, by the first name."""
    out = [
        caller for caller in callers if looked.order.keeps_out(caller, Act.INFER, at) and not looked.lifted
    ]
    names = names_of(looked)
    if _ANY_ROUTE not in looked.routes or not names:
        return
    name = names[0]
    for caller in out:
        for way in TRICKS:
            yield Probe(
                route=_ANY_ROUTE,
                model=name,
                caller=caller,
                way=way,
                fallback=False,
                expected=Expected.KEPT_OUT,
            )
    for caller in callers:
        if caller is not Caller.UNKNOWN:
            yield Probe(
                route=_ANY_ROUTE,
                model=name,
                caller=caller,
                way=BEARER,
                fallback=False,
                expected=Expected.DENIED if caller in out else Expected.SERVED,
            )
    for route, made_on in MADE_BY_OTHERS.items():
        if made_on in looked.routes and any(caller not in out for caller in callers):
            for caller in out:
                yield Probe(
                    route=route, model=name, caller=caller, way=OF_ANOTHER, expected=Expected.KEPT_OUT
                )


def who_makes(plan: Sequence[Probe], route: str, model: str) -> Caller | None:
    """Return as whom something is made that others are then to be kept from; none when nobody may.

    Args:
        plan: The probes.
        route: Of :data:`MADE_BY_OTHERS`.
        model: The model that it is about.
    """
    made_on = MADE_BY_OTHERS[route]
    may = [
        one.caller
        for one in plan
        if one.route == made_on and one.model == model and one.expected is Expected.SERVED
    ]
    return may[0] if may else None
