"""A whole look at a gateway: what it offers, the plan, the probes, and the signed report."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from aiohttp import ClientError, ClientSession
from pydantic import TypeAdapter, ValidationError

from groundstop.documents import canonical_bytes
from groundstop.documents.directives.subject import ModelName
from groundstop.documents.gateway import Caller, Probe, ProbeCounts, Probed, ProbeReport, results_of
from groundstop.errors import TargetError
from groundstop.evidence.statements import Subject, sign
from groundstop.gateway.probing.asking import Asking, ask_probes
from groundstop.gateway.probing.planning import EVERY_ROUTE, Looked, plan_probes
from groundstop.gateway.probing.subjects import ProbedOrder

if TYPE_CHECKING:
    from groundstop.evidence import OwnKey

_MOST_LIST_BYTES = 4 * 1024 * 1024
_MOST_OFFERED = 1000


class ProbedGateway(NamedTuple):
    """Which gateway is looked at."""

    name: str
    key_id: str | None
    """Of its key; none when that is not known, and then no certificate rests on it."""
    table: str | None = None
    """The digest of its table, as it tells it; none when it was not asked."""
    models: Sequence[str] = ()
    """Names that its operator says it offers, besides those that it tells."""


async def offered_at(asking: Asking, session: ClientSession) -> tuple[str, ...]:
    """Return the names in a gateway's list of models; none when it has no such list.

    Raises:
        TargetError: Nothing answers there.
    """
    shown: dict[str, str] = {}
    if asking.key is not None:
        shown["Authorization"] = f"Bearer {asking.key}"
    try:
        async with session.get(f"{asking.base}/v1/models", headers=shown, allow_redirects=False) as response:
            data = await response.content.read(_MOST_LIST_BYTES)
            while len(data) < _MOST_LIST_BYTES and (more := await response.content.read(_MOST_LIST_BYTES)):
                data += more
            return _names(data) if response.status == 200 else ()
    except (OSError, TimeoutError, ClientError) as error:
        raise TargetError(
            f"Nothing answers at {asking.base}", "Check the URL, and whether the gateway runs"
        ) from error


async def look_at(
    gateway: ProbedGateway,
    order: ProbedOrder,
    asking: Asking,
    session: ClientSession,
    *,
    prober: str,
    clock: Callable[[], datetime],
    callers: Iterable[Caller] = (Caller.UNKNOWN,),
    weights: Sequence[str] = (),
    lifted: bool = False,
    routes: Sequence[str] | None = None,
    planned: Callable[[Sequence[Probe]], None] = lambda _: None,
    told: Callable[[Probed], None] = lambda _: None,
) -> ProbeReport:
    """Look at a gateway.

    Args:
        gateway: Which.
        order: The order that is to be enforced there.
        asking: How it is asked.
        session: Carries the requests.
        prober: Who asks, by the name of its key.
        clock: The time.
        callers: As whom is asked; each but ``unknown`` has tokens in ``asking``.
        weights: URLs of weights of the order's models.
        lifted: Whether the order is lifted for everybody.
        routes: Routes to look at; all of them when none are given.
        planned: Called with the plan.
        told: Called with each probe as it comes in.

    Returns:
        The report, not signed yet.

    Raises:
        TargetError: Nothing answers there at all.
        InputError: The callers make no sense under the order.
    """
    began = clock()
    offered = dict.fromkeys((*await offered_at(asking, session), *gateway.models))
    looked = Looked(
        order,
        tuple(offered),
        tuple(callers),
        tuple(weights),
        lifted,
        EVERY_ROUTE if routes is None else tuple(routes),
    )
    plan = plan_probes(looked, began)
    planned(plan)
    results = results_of(await ask_probes(plan, order, asking, session, told=told))
    return ProbeReport(
        prober=prober,
        gateway=gateway.name,
        key_id=gateway.key_id,
        url=asking.url,
        order=order.id,
        content=order.content,
        table=gateway.table,
        began=began,
        created=clock(),
        counts=ProbeCounts.of(results),
        results=results,
    )


def sign_report(report: ProbeReport, key: OwnKey) -> bytes:
    """Sign a report.

    Args:
        report: What was seen.
        key: Whose word it is.

    Returns:
        The envelope's bytes.
    """
    return sign(report, [Subject(f"order {report.order}", report.content.removeprefix("sha256:"))], [key])


def _names(data: bytes) -> tuple[str, ...]:
    """Return the names in a list of models; what is no name is left out."""
    name = TypeAdapter[str](ModelName)
    try:
        entries = json.loads(data)["data"]
        ids = [one["id"] for one in entries]
        canonical_bytes(ids)
    except (ValueError, KeyError, TypeError, RecursionError, ArithmeticError):
        return ()
    found = []
    for one in ids[:_MOST_OFFERED]:
        try:
            found.append(name.validate_python(one))
        except ValidationError:
            continue
    return tuple(found)
