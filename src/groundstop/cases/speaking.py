"""Saying something in a case: the next statement of a party, signed, and checked as every reader will."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from groundstop.cases.attachments import finding_ref, read_bundle_bytes
from groundstop.cases.files import README, CaseFile, file_members, readme, statement_member
from groundstop.cases.folding import fold
from groundstop.cases.keeping import with_sightings_of
from groundstop.cases.ordering import heads
from groundstop.cases.severity import check_score
from groundstop.cases.state import CaseState
from groundstop.documents import describe
from groundstop.documents.cases import (
    Attached,
    AttachedKind,
    CannotReproduce,
    CaseStatement,
    Opened,
    Role,
    Said,
    Scored,
    SeverityDispute,
)
from groundstop.errors import DocumentError, InputError
from groundstop.evidence import Bundle, OwnKey
from groundstop.evidence.log import ClockError
from groundstop.evidence.statements import Subject, digest_of, sign
from groundstop.evidence.subjects import document_subject, model_subject


@dataclass(frozen=True, slots=True)
class Words:
    """What goes with a statement beside what is said."""

    summary: str | None = None
    """For the brief."""
    public: str | None = None
    """For everybody."""
    amends: str | None = None
    """The envelope of the author's own statement that this one replaces."""
    files: tuple[tuple[AttachedKind, bytes], ...] = ()
    """What is attached."""


def new_case_id(now: datetime) -> str:
    """Return a fresh id: the day, and ten random digits."""
    return f"GSC-{now:%Y%m%d}-{secrets.token_hex(5)}"


def open_case(
    case_id: str,
    opened: Opened,
    role: Role,
    bundles: Sequence[tuple[Bundle, bytes]],
    key: OwnKey,
    *,
    now: datetime,
    words: Words = Words(),
) -> CaseFile:
    """Open a case.

    Args:
        case_id: Its id.
        opened: What it is about, and whom it concerns.
        role: What the opener is.
        bundles: The findings' bundles, each with its bytes.
        key: The opener's key.
        now: The time.
        words: What else goes with the opening.

    Returns:
        The case, with the opener's log begun.

    Raises:
        InputError: The opener is not among the parties, has no right to open a case, or a value is wrong.
    """
    if opened.findings != tuple(finding_ref(bundle) for bundle, _ in bundles):
        raise InputError("The case names other findings than those given", "Give each finding's bundle")
    files = (*((AttachedKind.FINDING, data) for _, data in bundles), *words.files)
    begun = CaseFile({README: readme(case_id).encode("utf-8")}, case_id)
    statement = _statement(
        case=case_id,
        by=key.card.name,
        role=role,
        number=1,
        previous=None,
        seen=(),
        created=now,
        said=opened,
        attached=_attached(files),
        summary=words.summary,
        public=words.public,
    )
    return _entered(begun, statement, _about(opened), files, key, now=now)


def say(
    case: CaseFile, said: Said, key: OwnKey, *, now: datetime, words: Words = Words()
) -> tuple[CaseFile, str]:
    """Say something in a case, and log it with whatever else the party had not logged yet.

    Args:
        case: The case.
        said: What is said.
        key: The party's key.
        now: The time.
        words: What else goes with it.

    Returns:
        The case with the statement, and the digest of its envelope.

    Raises:
        InputError: The party is none of the case, has no right to say this, or refers to what is not there.
        ClockError: The clock is before a statement that the party has seen.
        LogError: The party's log has forked, or is damaged.
    """
    if isinstance(said, Scored | SeverityDispute):
        check_score(said.score)
    state = fold(case)
    party = state.party(key.card.name)
    if party is None:
        raise InputError(
            f"The case {case.id} has no party {key.card.name}",
            "Ask its coordinator, or whoever opened it, to name you as a party with your key card",
        )
    number, previous = _own_last(state, key.card.name)
    own = state.entry(previous) if previous is not None else None
    if own is not None and now < own.at:
        raise ClockError(
            f"The clock says {now:%Y-%m-%d %H:%M:%S}, and your last statement is of "
            f"{own.at:%Y-%m-%d %H:%M:%S}",
            "Set the clock right, or wait until that moment has passed",
        )
    _check_named(state, said, words, now)
    # What is dated ahead of this clock is left unseen, so that nobody's clock can silence the others.
    counting = {entry.digest: entry.statement for entry in state.entries if entry.at <= now}
    statement = _statement(
        case=case.id,
        by=key.card.name,
        role=party.role,
        number=number + 1,
        previous=previous,
        seen=tuple(sorted(heads(counting) - {previous})),
        created=now,
        said=said,
        amends=words.amends,
        attached=_attached(words.files),
        summary=words.summary,
        public=words.public,
    )
    grown = _entered(case, statement, _about(state.opening), words.files, key, now=now)
    (digest,) = set(grown.statements) - set(case.statements)
    return grown, digest


def _check_named(state: CaseState, said: Said, words: Words, now: datetime) -> None:
    """Refuse to speak of a statement that is dated ahead; it is not seen before its date."""
    fields = ("statement", "challenge", "disclosure")
    for named in (words.amends, *(getattr(said, name, None) for name in fields)):
        entry = state.entry(named) if named is not None else None
        if entry is not None and entry.at > now:
            raise InputError(
                f"The statement that this is about is dated {entry.at:%Y-%m-%d %H:%M:%S}, ahead of now",
                "Set the clock right, or try again then",
            )


def _own_last(state: CaseState, name: str) -> tuple[int, str | None]:
    """Return the number and the envelope of a party's last statement in a case."""
    if any(fork.party == name for fork in state.forks):
        raise InputError(
            f"{name} has shown two different histories of this case already",
            "Tell the other parties which of them you stand by; nothing more can be said under this name",
        )
    if any(one.by == name and one.waiting for one in state.set_aside):
        raise InputError(
            f"This copy of the case lacks what a statement of {name} names",
            "Merge a copy that has it first: what is said now would contradict it",
        )
    return state.sequence.get(name, (0, None))


def _entered(
    case: CaseFile,
    statement: CaseStatement,
    subjects: Sequence[Subject],
    files: Sequence[tuple[AttachedKind, bytes]],
    key: OwnKey,
    *,
    now: datetime,
) -> CaseFile:
    for kind, content in files:
        if kind is AttachedKind.FINDING and read_bundle_bytes(content, source="It") is None:
            raise InputError(
                "What is attached as a finding is no finding's bundle whose signature holds",
                "Attach the finding's .gsb file",
            )
    own = [Subject(f"files/{one.sha256}", one.sha256) for one in statement.attached]
    signed = sign(statement, [*subjects, *own], [key])
    name, data = statement_member(signed)
    added = file_members(content for _, content in files)
    grown = case.with_members({**case.members, **added, name: data})
    state, digest = fold(grown), digest_of(signed)
    for one in state.set_aside:
        if one.digest == digest:
            raise InputError(
                f"{statement.by} cannot say this: {one.why}",
                "Nothing was changed; see: groundstop case types",
            )
    for given in state.evidence:
        if given.entry != digest or given.problem is None:
            continue
        # A measurement by nobody in the case may be put into it; it is shown, and does not count.
        if given.document is None or isinstance(statement.said, CannotReproduce):
            raise InputError(
                f"The {given.attached.kind} that is attached does not count: {given.problem}",
                "Nothing was changed; attach the file that its author signed",
            )
    return with_sightings_of(grown, state, key, now=now)


def _statement(**values: Any) -> CaseStatement:
    try:
        return CaseStatement(**values)
    except ValidationError as error:
        raise DocumentError(*describe(error, source="The statement")) from error


def _attached(files: Sequence[tuple[AttachedKind, bytes]]) -> tuple[Attached, ...]:
    return tuple(
        Attached(kind=kind, sha256=hashlib.sha256(data).hexdigest(), size=len(data)) for kind, data in files
    )


def _about(opened: Opened) -> list[Subject]:
    subjects = []
    for ref in opened.findings:
        subjects += [document_subject(f"finding {ref.id}", ref.content), *model_subject(ref.model)]
    return list(dict.fromkeys(subjects))


def read_said(value: Mapping[str, Any]) -> Said:
    """Return what is said from plain values, such as those of a command line or a file.

    Args:
        value: The fields, ``type`` among them.

    Raises:
        DocumentError: The type is unknown, or a field is missing, unknown or wrong.
    """
    from pydantic import TypeAdapter

    adapter: TypeAdapter[Said] = TypeAdapter(Said)
    try:
        return adapter.validate_python(dict(value))
    except ValidationError as error:
        raise DocumentError(*describe(error, source="The statement")) from error
