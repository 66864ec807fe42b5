"""Putting copies of a case together: what anyone has is kept, and what cannot both be is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from groundstop.cases.files import FILES, LOGS, README, CaseFile, readme
from groundstop.cases.sightings import KeptLog, continues, kept_logs, named_cards
from groundstop.documents.cases import CaseStatement
from groundstop.errors import InputError


def merge(copies: Sequence[CaseFile]) -> CaseFile:
    """Put copies of one case together.

    Statements of all copies are kept, and the files that they speak of. Of each log the longest is kept, and
    where neither of two continues the other, both are: that party has shown two histories, which the state
    tells as a fork. A log whose head no named party has signed proves nothing, and is left out. The result
    does not depend on the order of the copies, and merging again changes nothing.

    Args:
        copies: The copies, at least one.

    Returns:
        The merged case, under the name of the first copy.

    Raises:
        InputError: They are not of one case, or two cases claim one id.
    """
    first = copies[0]
    for other in copies[1:]:
        _check_same(first, other)
    members: dict[str, bytes] = {}
    for copy in copies:
        for name, data in copy.members.items():
            if not name.startswith(LOGS):
                members.setdefault(name, data)
    # Read once for both: parsing the statements is most of the work.
    whole = first.with_members(members)
    spoken_of, cards = _attached(whole), named_cards(whole)
    members = {
        name: data
        for name, data in members.items()
        if not name.startswith(FILES) or name.removeprefix(FILES) in spoken_of
    }
    members[README] = readme(first.id).encode("utf-8")
    kept: dict[str, KeptLog] = {}
    for copy in copies:
        for log in kept_logs(copy, cards):
            kept[log.folder] = _one_of(kept.get(log.folder), log)
    for log in _longest(kept.values()):
        members |= {f"{LOGS}{log.folder}/{path}": data for path, data in log.files.items()}
    return first.with_members(members)


def _attached(case: CaseFile) -> set[str]:
    """Return the digests of the files that any statement speaks of; no other belongs to a case."""
    documents = [signed.document() for signed in case.statements.values()]
    return {
        one.sha256
        for document in documents
        if isinstance(document, CaseStatement)
        for one in document.attached
    }


def _check_same(first: CaseFile, other: CaseFile) -> None:
    if first.id != other.id:
        raise InputError(
            f"{other.source} is of the case {other.id}, and {first.source} of {first.id}: they are unrelated",
            "Give copies of one case; nothing was changed",
        )
    if first.opening[0] != other.opening[0]:
        raise InputError(
            f"{first.source} and {other.source} both claim the id {first.id}, and were opened differently",
            "Ask whoever opened the case which is right; nothing was changed",
        )


def _one_of(one: KeptLog | None, other: KeptLog) -> KeptLog:
    """Return one of two folders that hold the same log; spare files may differ."""
    return other if one is None else min(one, other, key=lambda log: sorted(log.files.items()))


def _longest(logs: Iterable[KeptLog]) -> list[KeptLog]:
    """Return the logs that no other log of the same key continues."""
    by_key: dict[str, list[KeptLog]] = {}
    for log in logs:
        by_key.setdefault(log.keeper.key_id, []).append(log)
    found: list[KeptLog] = []
    for rivals in by_key.values():
        tops: list[KeptLog] = []
        for log in sorted(rivals, key=lambda one: (-one.reader.size, one.folder)):
            if not any(continues(top.reader, log.reader) for top in tops):
                tops.append(log)
        found += tops
    return found
