"""Which upstream keeps a file, a batch or a response: the only one, or the one that the client names."""

from __future__ import annotations

from groundstop.gateway.denials import Denial, denial_of
from groundstop.gateway.gate import Ruling
from groundstop.gateway.proxying.call import Call
from groundstop.gateway.proxying.refusing import UPSTREAM, Refusal
from groundstop.gateway.settings import Upstream


def chosen_upstream(call: Call) -> Upstream:
    """Return the upstream that a request is for which names no model.

    Args:
        call: The request.

    Raises:
        Refusal: There are several and it names none, or none of that name.
    """
    speaking = call.parts.routing.speaking(call.dialect)
    wanted = call.request.headers.get(UPSTREAM)
    if wanted is None:
        if len(speaking) == 1:
            return speaking[0]
        if not speaking:
            raise Refusal(404, "route_not_allowed", f"No upstream of this gateway speaks {call.dialect}")
        message = f"Several upstreams may keep this: name one of them in the header {UPSTREAM}"
        raise Refusal(400, "upstream_not_named", message, UPSTREAM)
    found = next((one for one in speaking if one.name == wanted.strip()), None)
    if found is None:
        message = f"The header {UPSTREAM} names no upstream that speaks {call.dialect}"
        raise Refusal(400, "upstream_not_known", message, UPSTREAM)
    return found


def closed(call: Call) -> Denial | None:
    """Return what is told when everything is closed, of a request that names no model; none when it is not.

    Args:
        call: The request.
    """
    in_force = call.parts.gate.in_force
    if in_force is not None and not in_force.closed:
        return None
    why = ("Nothing was loaded yet",) if in_force is None else in_force.closed
    return denial_of(Ruling(False, "", None, why, ""))
