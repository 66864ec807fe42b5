"""Notices: who was told, who has acknowledged, who cannot be reached; and the embargo."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from groundstop.cases.rights import may_say
from groundstop.cases.standing import as_of
from groundstop.cases.state import CaseState, Entry
from groundstop.cases.views import EmbargoState, Notice, RecipientAnswer, RecipientState
from groundstop.documents.cases import (
    AttachedKind,
    Disclosed,
    EarlyRelease,
    Embargo,
    LeakReported,
    NoticeReceived,
    RecipientUnreachable,
)


def notices_of(state: CaseState, now: datetime) -> tuple[Notice, ...]:
    """Return the notices that were given, each with what came back from every recipient.

    That a notice was given, or received, is a fact. A notice that its author replaced is shown as it was
    replaced, and whoever the earlier one went to stays among its recipients. What came back to the earlier
    one counts for the later one if that has the same file attached, or goes to the recipient no more. Whoever
    acknowledged was reached, whatever was said of it before.

    Args:
        state: The case.
        now: The moment; what is dated later is left out.
    """
    known = as_of(state, now)
    given = [entry for entry in known.entries if isinstance(entry.said, Disclosed)]
    replaced = {entry.statement.amends for entry in given}
    answers = _Answers.of(known)
    return tuple(_notice(known, entry, answers) for entry in given if entry.digest not in replaced)


@dataclass(frozen=True, slots=True)
class _Answers:
    """What came back to every disclosure."""

    received: Mapping[tuple[str, str], datetime]
    """By disclosure and recipient: when it first said that it has it."""
    unreachable: Collection[tuple[str, str]]
    """Disclosures, with recipients that could not be reached."""

    @classmethod
    def of(cls, state: CaseState) -> _Answers:
        received: dict[tuple[str, str], datetime] = {}
        for entry in state.entries:
            if isinstance(entry.said, NoticeReceived):
                received.setdefault((entry.said.disclosure, entry.by), entry.at)
        unreachable = set()
        for entry, said in state.standing(RecipientUnreachable):
            disclosure = state.entry(said.disclosure)
            if disclosure is not None and disclosure.by == entry.by:
                unreachable.add((said.disclosure, said.recipient))
        return cls(received, unreachable)

    def to(self, notices: Sequence[Entry], recipient: str) -> RecipientState:
        """Return what a recipient answered to one of some disclosures that are the same notice."""
        asked = [(one.digest, recipient) for one in notices]
        received = [self.received[one] for one in asked if one in self.received]
        if received:
            return RecipientState(recipient, RecipientAnswer.ACKNOWLEDGED, min(received))
        out_of_reach = any(one in self.unreachable for one in asked)
        answer = RecipientAnswer.UNREACHABLE if out_of_reach else RecipientAnswer.SILENT
        return RecipientState(recipient, answer, None)


def _notice(state: CaseState, entry: Entry, answers: _Answers) -> Notice:
    said, told = entry.said, list(_versions(state, entry))
    assert isinstance(said, Disclosed)  # noqa: S101 - the caller's to give
    recipients: dict[str, RecipientState] = {}
    for place, version in enumerate(told):
        alike = _with_same_file(state, told[place:])
        for name in _names(version):
            if name not in recipients:
                recipients[name] = answers.to(alike, name)
    return Notice(entry, said.tier, _sha256(state, entry), tuple(recipients.values()))


def _versions(state: CaseState, entry: Entry) -> Iterator[Entry]:
    """Yield a disclosure, and the earlier ones that it replaces."""
    current: Entry | None = entry
    while current is not None:
        yield current
        current = state.entry(current.statement.amends or "")


def _with_same_file(state: CaseState, versions: Sequence[Entry]) -> list[Entry]:
    sha256 = _sha256(state, versions[0])
    return list(takewhile(lambda one: _sha256(state, one) == sha256, versions))


def _names(disclosure: Entry) -> tuple[str, ...]:
    said = disclosure.said
    return tuple(one.name for one in said.recipients) if isinstance(said, Disclosed) else ()


def _sha256(state: CaseState, entry: Entry) -> str:
    # A disclosure without a notice is no valid statement.
    return state.attached(entry, AttachedKind.NOTICE)[0].sha256


def embargo_of(state: CaseState, now: datetime) -> EmbargoState | None:
    """Return the embargo that was set last; none when there was none.

    It ends at its date, by an early release, or when a party that may set an embargo reports that what is
    under it leaked; another party's report of a leak stands in the case, and ends nothing. Only a new embargo
    brings it back. It moves no clock.

    Args:
        state: The case.
        now: The moment; what is dated later is left out.
    """
    known = as_of(state, now)
    last: tuple[Entry, Embargo] | None = None
    ended: str | None = None
    for entry, said in known.standing(Embargo, EarlyRelease, LeakReported):
        if isinstance(said, Embargo):
            last, ended = (entry, said), None
        elif (
            isinstance(said, EarlyRelease | LeakReported)
            and last
            and ended is None
            and entry.at < last[1].until
            and may_say("embargo", entry.statement.role, is_opener=entry.by == state.opener)
        ):
            ended = _end(entry, said)
    if last is None:
        return None
    entry, embargo = last
    return EmbargoState(embargo.until, entry.digest, ended, active=ended is None and now < embargo.until)


def _end(entry: Entry, said: EarlyRelease | LeakReported) -> str:
    if isinstance(said, EarlyRelease):
        return f"Released early on {entry.at:%Y-%m-%d} by {entry.by}."
    return (
        f"Leaked: {entry.by} reported on {entry.at:%Y-%m-%d} that something of the tier {said.tier} is out."
    )
