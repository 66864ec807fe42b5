"""The bytes of a receipt. Pure, and on the way of every request: nothing is validated here.

The fields stand in the order of RFC 8785, so that a line is the canonical form of the document that it holds.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson

from groundstop.documents.directives import Assurance
from groundstop.documents.gateway import Change
from groundstop.gateway.gate import Ruling
from groundstop.gateway.recording import Entry

NO_TABLE = f"sha256:{'0' * 64}"
"""Stands for the table where none was loaded yet."""
HINT = "hint"
"""Stands for the issuer of what was only worked out."""
CLOSED = "closed"
_ASSURANCES = tuple(one.value for one in Assurance)
_NAME = re.compile(r"[^\x00-\x20\x7f*?]+( [^\x00-\x20\x7f*?]+)*")
_LONGEST_NAME = 300


def line_of(n: int, previous: str, at_us: int, what: dict[str, Any]) -> bytes:
    """Return a line, without its end.

    Args:
        n: Its number.
        previous: The digest of the line before.
        at_us: The time, in microseconds since 1970.
        what: What happened; its fields in order.
    """
    return orjson.dumps(
        {"at": moment(at_us), "kind": "receipt", "n": n, "previous": previous, "version": 1, "what": what}
    )


def moment(at_us: int) -> str:
    """Return a time as documents have it."""
    seconds, rest = divmod(at_us, 1_000_000)
    return f"{_second(seconds)}.{rest:06d}Z" if rest else f"{_second(seconds)}Z"


@lru_cache(maxsize=16)
def _second(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}"


def begun(gateway: str, version: str, lost_bytes: int) -> dict[str, Any]:
    """Return that a process begins to write."""
    return {"event": "begun", "gateway": gateway, "lost_bytes": lost_bytes, "version": version}


def decided(entry: Entry, principal: str | None) -> dict[str, Any]:
    """Return that a request was ruled on.

    Args:
        entry: The request.
        principal: The digest of whoever asks.
    """
    who, ruling, names = entry.who, entry.ruling, entry.names
    decision = ruling.decision
    order = None if decision is None else decision.order
    return {
        "allowed": ruling.allowed and entry.status < 400,
        "asked": {
            "act": entry.act.value,
            "claims": _claims(entry) if who.claims or who.hints else [],
            "model": model_name(names[0]),
            "principal": principal,
            "principal_issuer": None if who.principal is None else who.principal.issuer,
            "provider": entry.provider,
        },
        "because": entry.because,
        "content": None if order is None else order.content,
        "departs": order is not None and order.departs is not None,
        "event": "decided",
        "ground": CLOSED if decision is None else decision.ground.value,
        "guards": [{"directive": one.directive, "outcome": one.outcome.value} for one in entry.guards],
        "instead_of": None if entry.instead_of is None else model_name(entry.instead_of),
        "licence": None if decision is None else decision.licence,
        "missing": [] if decision is None else [one.value for one in decision.missing],
        "order": None if order is None else order.id,
        "request": entry.request,
        "route": entry.route,
        "routed": [model_name(one) for one in names[1:]],
        "rule": None if decision is None else decision.rule,
        "sequence": None if order is None else order.sequence,
        "status": entry.status,
        "surface": entry.surface,
        "table": ruling.table or NO_TABLE,
        "used": []
        if decision is None
        else [{"claim": one.claim.value, "issuer": one.issuer} for one in decision.claims],
    }


def _claims(entry: Entry) -> list[dict[str, Any]]:
    found = [
        {
            "assurance": _ASSURANCES[one.assurance],
            "claim": name.value,
            "hint": False,
            "issuer": one.issuer,
            "values": sorted(one.values),
        }
        for name, one in entry.who.claims.items()
    ]
    found += [
        {
            "assurance": _ASSURANCES[0],
            "claim": name.value,
            "hint": True,
            "issuer": HINT,
            "values": sorted(values),
        }
        for name, values in entry.who.hints.items()
    ]
    return found


def changed(
    request: str, change: Change, status: int | None, model: str | None, ruling: Ruling | None
) -> dict[str, Any]:
    """Return what became of a request; see :meth:`groundstop.gateway.recording.Recorder.changed`."""
    order = None if ruling is None or ruling.decision is None else ruling.decision.order
    return {
        "change": change.value,
        "content": None if order is None else order.content,
        "event": "changed",
        "model": None if model is None else model_name(model),
        "order": None if order is None else order.id,
        "request": request,
        "status": status,
    }


@lru_cache(maxsize=10_000)
def model_name(asked: str) -> str:
    """Return a name as receipts have it: one that no model can have is told by its digest."""
    if len(asked) <= _LONGEST_NAME and _NAME.fullmatch(asked) and asked.isprintable():
        return asked
    digest = hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()
    return f"unreadable:{digest[:32]}"
