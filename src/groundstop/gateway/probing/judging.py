"""How a probe came out, by what was answered. Nothing here asks anybody."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from groundstop.documents.gateway import Caller, Expected, Probe, Probed, ProbeOutcome
from groundstop.gateway.probing.routes import WEIGHTS
from groundstop.gateway.probing.subjects import ProbedOrder
from groundstop.gateway.probing.writing import OF_ANOTHER

_CLOSED = "gateway_closed"
_GUARDED = ("request_blocked", "guard_not_assessed")
_NOT_THERE = frozenset({400, 404, 405, 410, 413, 415, 422, 501})
_CREDENTIALS = frozenset({401, 403})


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """By name in small letters."""
    body: bytes
    """As much of it as was read."""


class _Said(NamedTuple):
    """What an answer says, as far as a gateway of ours says it."""

    details: Mapping[str, Any]
    """Of a denial; empty when it is none."""
    code: str
    by_gateway: bool
    by_upstream: bool

    @property
    def orders(self) -> tuple[str, ...]:
        """The orders that keep it out."""
        others = self.details.get("others")
        found = (self.details.get("directive"), *(others if isinstance(others, list) else ()))
        return tuple(one for one in found if isinstance(one, str))

    @property
    def reason(self) -> str:
        return str(self.details.get("reason", ""))


def judge(probe: Probe, answer: Answer | None, order: ProbedOrder, *, trouble: str = "") -> Probed:
    """Say how a probe came out.

    Args:
        probe: What was asked.
        answer: What came back; none when nothing did.
        order: The order that is probed.
        trouble: Why nothing came back.
    """
    if answer is None:
        return Probed(probe=probe, outcome=ProbeOutcome.UNREACHABLE, status=None, why=trouble or "no answer")
    outcome, why = _JUDGES[probe.expected](probe, answer, order)
    return Probed(
        probe=probe,
        outcome=outcome,
        status=answer.status,
        answered_by=_name(answer.headers.get("groundstop-answered-by")),
        why=why,
    )


_Judged = tuple[ProbeOutcome, str | None]


def _denied(probe: Probe, answer: Answer, order: ProbedOrder) -> _Judged:
    said = _said(answer)
    if 200 <= answer.status < 300:
        return _answered_by_another(probe, answer, order)
    if said.details:
        if order.id in said.orders:
            return ProbeOutcome.AS_EXPECTED, None
        if said.reason == _CLOSED:
            return ProbeOutcome.UNPROVED, "the gateway is closed to everybody"
        return ProbeOutcome.UNPROVED, f"it is kept out by {', '.join(said.orders) or 'something else'}"
    if said.by_upstream and _asked_another(probe, answer, order):
        return ProbeOutcome.NOT_APPLICABLE, "another model was asked in its place, and has nothing there"
    return _kept_out_by_what(answer, said) or (
        ProbeOutcome.UNPROVED,
        f"it was refused with {answer.status}, and not by the order",
    )


def _asked_another(probe: Probe, answer: Answer, order: ProbedOrder) -> bool:
    """Tell whether it was refused by a model that was asked in the place of the one that is kept out."""
    by = answer.headers.get("groundstop-answered-by")
    because = answer.headers.get("groundstop-order")
    return (
        by is not None
        and probe.fallback
        and order.lets_answer_another
        and because == order.id
        and not order.is_about(by)
        and answer.status in _NOT_THERE
    )


def _answered_by_another(probe: Probe, answer: Answer, order: ProbedOrder) -> _Judged:
    by = answer.headers.get("groundstop-answered-by")
    if by is None or not probe.fallback:
        return ProbeOutcome.LEAK, "it was served"
    if answer.headers.get("groundstop-order") != order.id:
        return ProbeOutcome.UNPROVED, "another model answered, and not because of the order"
    named = [by, *_models_in(answer)]
    if any(order.is_about(name) for name in named):
        return ProbeOutcome.LEAK, "a model that the order is about answered in the place of another"
    if not order.lets_answer_another:
        return ProbeOutcome.UNPROVED, "another model answered, which the order does not provide for"
    return ProbeOutcome.AS_EXPECTED, None


def _kept_out(probe: Probe, answer: Answer, order: ProbedOrder) -> _Judged:
    if 200 <= answer.status < 300:
        if probe.route == WEIGHTS and not answer.body:
            return ProbeOutcome.UNPROVED, "it was answered with no bytes"
        return _answered_by_another(probe, answer, order)
    if probe.route == WEIGHTS and answer.status >= 400:
        # What matters of weights is that no byte of them comes, whoever refuses it.
        refused = answer.status < 500
        return (ProbeOutcome.AS_EXPECTED, None) if refused else (ProbeOutcome.UNREACHABLE, _status(answer))
    said = _said(answer)
    if said.details and order.id in said.orders:
        return ProbeOutcome.AS_EXPECTED, None
    if said.by_gateway and answer.status in _NOT_THERE:
        return ProbeOutcome.AS_EXPECTED, None
    if said.details:
        return _denied(probe, answer, order)
    if probe.way == OF_ANOTHER and answer.status in _NOT_THERE:
        # Upstreams keep what one customer has made from others by themselves.
        return ProbeOutcome.NOT_APPLICABLE, "what somebody else has made is not to be seen there"
    return _kept_out_by_what(answer, said) or (ProbeOutcome.UNPROVED, _status(answer))


def _kept_out_by_what(answer: Answer, said: _Said) -> _Judged | None:
    """Judge a refusal that is no denial, of somebody whom the order keeps out."""
    if said.by_upstream or (answer.status >= 500 and said.code.startswith("upstream")):
        return ProbeOutcome.LEAK, f"it was passed on, and refused with {answer.status} by what answers"
    if answer.status in _CREDENTIALS:
        return ProbeOutcome.UNPROVED, "its credentials were not taken"
    if answer.status in _NOT_THERE and said.by_gateway:
        return ProbeOutcome.NOT_APPLICABLE, f"the gateway has nothing there ({said.code or answer.status})"
    return None


def _served(probe: Probe, answer: Answer, order: ProbedOrder) -> _Judged:
    said = _said(answer)
    if said.details:
        return _lawful_denied(probe, said, order)
    if 200 <= answer.status < 300:
        if "groundstop-answered-by" in answer.headers:
            return ProbeOutcome.CUT_OFF, "another model answered somebody who may use this one"
        return ProbeOutcome.AS_EXPECTED, None
    if answer.status in _CREDENTIALS:
        return ProbeOutcome.UNPROVED, "its credentials were not taken"
    if answer.status in _NOT_THERE:
        return ProbeOutcome.NOT_APPLICABLE, f"there is nothing there ({said.code or answer.status})"
    if answer.status >= 500:
        return ProbeOutcome.UNREACHABLE, f"what answers for it did not ({said.code or answer.status})"
    return ProbeOutcome.UNPROVED, _status(answer)


def _lawful_denied(probe: Probe, said: _Said, order: ProbedOrder) -> _Judged:
    if said.reason == _CLOSED:
        return ProbeOutcome.CUT_OFF, "the gateway is closed to everybody"
    if said.reason in _GUARDED:
        return ProbeOutcome.CUT_OFF, "a guard kept out a harmless request"
    if order.id in said.orders:
        stands_for = said.details.get("model")
        if isinstance(stands_for, str) and order.is_about(stands_for) and not order.is_about(probe.model):
            # Whether that is so, only its operator can say.
            return ProbeOutcome.NOT_APPLICABLE, "the gateway says that it stands for a model of the order"
        if probe.caller is Caller.LICENSED and isinstance(licence := said.details.get("licence"), str):
            # That a licence is used up, or counts no more, only the gateway can know.
            return ProbeOutcome.UNPROVED, f"the gateway says that the licence does not help: {licence[:200]}"
        return ProbeOutcome.CUT_OFF, f"it was kept out by the order ({said.reason})"
    return ProbeOutcome.NOT_APPLICABLE, f"another order keeps it out: {', '.join(said.orders) or said.reason}"


def _marked(_probe: Probe, answer: Answer, order: ProbedOrder) -> _Judged:
    if answer.status != 200:
        return _looked_in_vain(answer)
    mark = _mark(answer)
    if mark.get("available") is False:
        orders = _Said(mark, "", by_gateway=True, by_upstream=False).orders
        if order.id in orders:
            return ProbeOutcome.AS_EXPECTED, None
        return ProbeOutcome.UNPROVED, f"it is marked for another order: {', '.join(orders)}"
    return ProbeOutcome.UNPROVED, "the list of models does not say that it is kept out"


def _open(_probe: Probe, answer: Answer, order: ProbedOrder) -> _Judged:
    if answer.status != 200:
        return _looked_in_vain(answer)
    mark = _mark(answer)
    if mark.get("available") is False:
        if order.id in _Said(mark, "", by_gateway=True, by_upstream=False).orders:
            return ProbeOutcome.CUT_OFF, "the list of models says that it is kept out"
        return ProbeOutcome.NOT_APPLICABLE, "another order keeps it out"
    return ProbeOutcome.AS_EXPECTED, None


def _looked_in_vain(answer: Answer) -> _Judged:
    if answer.status in _NOT_THERE:
        return ProbeOutcome.NOT_APPLICABLE, "the list of models does not have it"
    if answer.status >= 500:
        return ProbeOutcome.UNREACHABLE, _status(answer)
    return ProbeOutcome.UNPROVED, _status(answer)


_JUDGES: Mapping[Expected, Callable[[Probe, Answer, ProbedOrder], _Judged]] = {
    Expected.DENIED: _denied,
    Expected.KEPT_OUT: _kept_out,
    Expected.SERVED: _served,
    Expected.MARKED: _marked,
    Expected.OPEN: _open,
}


def _status(answer: Answer) -> str:
    return f"it was answered with {answer.status}"


def _said(answer: Answer) -> _Said:
    source = answer.headers.get("groundstop-source")
    error: Mapping[str, Any] = {}
    for value in _json_in(answer):
        found = value.get("error")
        if isinstance(found, dict):
            error = found
            break
    details = error.get("groundstop")
    return _Said(
        # Every error of the gateway's tells its request's id there; a denial tells its reason too.
        details if isinstance(details, dict) and "reason" in details and source != "upstream" else {},
        str(error.get("code") or error.get("type") or ""),
        by_gateway=source == "gateway",
        by_upstream=source == "upstream",
    )


def _json_in(answer: Answer) -> list[dict[str, Any]]:
    """Return the objects in an answer: itself, or those of its events."""
    if answer.headers.get("content-type", "").startswith("text/event-stream"):
        lines = [line[5:].strip() for line in answer.body.splitlines() if line.startswith(b"data:")]
    else:
        lines = [answer.body]
    found = []
    for line in lines:
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            found.append(value)
    return found


def _models_in(answer: Answer) -> list[str]:
    found = []
    for value in _json_in(answer):
        for holder in (value, value.get("message"), value.get("response")):
            name = holder.get("model") if isinstance(holder, dict) else None
            if isinstance(name, str):
                found.append(name)
    return found


def _mark(answer: Answer) -> Mapping[str, Any]:
    for value in _json_in(answer):
        mark = value.get("groundstop")
        if isinstance(mark, dict):
            return mark
    return {}


def _name(text: str | None) -> str | None:
    """Return a header's value as a model's name; none when it is none."""
    if not text or len(text) > 300 or any(one in text for one in "*?") or not text.isprintable():
        return None
    return " ".join(text.split()) or None
