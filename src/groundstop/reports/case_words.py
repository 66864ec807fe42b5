"""What is said in a case, in plain words: how a kind is called, what it states, its author's own words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from groundstop.cases.state import Entry
from groundstop.documents import ModelIdentity
from groundstop.documents.cases import (
    ClockName,
    Demand,
    Said,
)
from groundstop.reports.words import plain

LABELS = {
    "acknowledged": "acknowledged",
    "cannot_reproduce": "cannot reproduce",
    "accepted_fix_planned": "accepted, fix planned",
    "mitigated_temporarily": "mitigated for the time being",
    "fix_claimed": "fix claimed",
    "not_a_defect": "not a defect",
    "baseline_dispute": "baseline disputed",
    "severity_dispute": "severity disputed",
    "wont_fix": "will not be fixed",
    "refused": "refused",
    "voluntary_withdrawal": "withdrawn of its own accord",
    "legal_objection": "legal objection",
    "opened": "case opened",
    "standing": "standing stated",
    "party": "party named",
    "identity_revealed": "identity revealed",
    "interests": "interests declared",
    "interests_challenged": "interests challenged",
    "challenge_upheld": "challenge upheld",
    "scored": "severity scored",
    "evidence": "evidence given",
    "requested": "request",
    "disputed": "disputed",
    "remark": "remark",
    "withdrawn": "statement taken back",
    "clock_extended": "deadline extended",
    "clock_paused": "clock paused",
    "clock_resumed": "clock resumed",
    "exposure": "exposure stated",
    "embargo": "embargo set",
    "early_release": "embargo ended early",
    "leak": "leak reported",
    "disclosed": "disclosed",
    "notice_received": "notice received",
    "unreachable": "recipient unreachable",
    "order": "order published",
    "closed": "case closed",
    "reopened": "case reopened",
}
"""How each kind of statement is called, by its type. Every kind has a name of its own."""

CLOCK_WORDS = {
    ClockName.ACKNOWLEDGE: "an acknowledgement",
    ClockName.RESPOND: "a response",
    ClockName.FIX: "a fix",
    ClockName.DISCLOSE: "disclosure",
}
"""What each clock waits for."""

ASKED = {
    Demand.FIX.value: "a fix",
    Demand.WITHDRAW.value: "a withdrawal",
    Demand.INFORMATION.value: "information",
}
"""What a party can be asked for."""

MISSED_WORDS = {
    ClockName.ACKNOWLEDGE: "no response",
    ClockName.RESPOND: "no response",
    ClockName.FIX: "no fix by the date",
    ClockName.DISCLOSE: "no disclosure by the date",
}
"""What it is called when a clock's date is past: a fact of the clock, which nobody has said."""


def moment(at: datetime) -> str:
    """Return a moment in UTC, to the minute."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def moment_or(at: datetime | None, otherwise: str) -> str:
    """Return a moment in UTC, or other words where there is none."""
    return otherwise if at is None else moment(at)


def counted(n: int, one: str, more: str | None = None) -> str:
    """Return a count with its noun, such as ``1 statement`` or ``3 statements``."""
    return f"{n} {one if n == 1 else more or one + 's'}"


def listed(names: tuple[str, ...]) -> str:
    """Return names in a sentence: ``a``, ``a and b``, ``a, b and c``."""
    return ", ".join(names[:-1]) + f" and {names[-1]}" if len(names) > 1 else "".join(names)


def label(said: Said) -> str:
    """Return how a kind of statement is called."""
    return LABELS[said.type]


def model_words(model: ModelIdentity | None) -> str:
    """Return which model is meant."""
    if model is None:
        return "a model that is not named"
    return plain(f"{model.provider}/{model.name}" + (f" ({model.snapshot})" if model.snapshot else ""))


def own_words(said: Said) -> str | None:
    """Return what the author says in its own words; none when it gives no words."""
    words = (getattr(said, field, None) for field in ("basis", "text", "reason", "evidence", "risk"))
    return " / ".join(plain_lines(one) for one in words if one is not None) or None


def plain_lines(text: str) -> str:
    """Return a text in one line, without control characters."""
    return plain(" ".join(text.split()))


def numbers(entries: tuple[Entry, ...]) -> dict[str, int]:
    """Return the number of each statement, by its envelope, in the order of the case."""
    return {entry.digest: number for number, entry in enumerate(entries, start=1)}


def statement_words(digest: str, numbered: Mapping[str, int]) -> str:
    """Return how a statement is referred to: by its number, or by its digest when the case lacks it."""
    number = numbered.get(digest)
    return f"statement {number}" if number else f"a statement that is not here ({digest[7:19]})"
