"""Reminders of what is due. They name case, party, date and what is due; nothing that a party wrote."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from groundstop.cases.views import Due


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder."""

    key: str
    """The same for the same thing: whoever sends it remembers the key, and sends it once."""
    text: str
    """One line."""


def reminders(
    due: Iterable[Due], now: datetime, within: timedelta, *, case: str, sent: Set[str] = frozenset()
) -> tuple[Reminder, ...]:
    """Return the reminders that are to be sent now.

    What has no date is never reminded of. What has one is reminded of when it comes near, and again when it
    is late; when the date moves, anew.

    Args:
        due: What is due.
        now: The moment.
        within: How long before its date something is near.
        case: The id of the case.
        sent: Keys of reminders that were sent before.
    """
    made = [
        _reminder(one, case) for one in due if one.by is not None and (one.late or one.by - now <= within)
    ]
    return tuple({one.key: one for one in made if one.key not in sent}.values())


def _reminder(due: Due, case: str) -> Reminder:
    state = "late" if due.late else "due"
    date = f"{due.by:%Y-%m-%d %H:%M} UTC"
    named = "\n".join((case, due.party, due.what, date, state))
    return Reminder(
        key=hashlib.sha256(named.encode("utf-8")).hexdigest()[:32],
        text=f"{case}: {state} {'since' if due.late else 'by'} {date}, from {due.party}: {due.what}",
    )
