"""Keeping a log of what was seen of a case: each party that holds a copy, in its own log."""

from __future__ import annotations

import re
from datetime import datetime

from groundstop.cases.files import LOGS, CaseFile
from groundstop.cases.folding import fold
from groundstop.cases.sightings import folder_of, kept_logs, origin_of
from groundstop.cases.state import CaseState
from groundstop.errors import GroundstopError
from groundstop.evidence import OwnKey
from groundstop.evidence.keys import ed25519_public
from groundstop.evidence.log import LogError, LogReader, NewEntry, VerifierKey, parse_checkpoint
from groundstop.evidence.log.entry import PREDICATE_TYPE
from groundstop.evidence.small_log import with_entries


def with_sightings(case: CaseFile, key: OwnKey, *, now: datetime) -> CaseFile:
    """Return a case in which a party has logged every statement that it had not logged yet.

    Args:
        case: The case.
        key: The party's key.
        now: When the party sees them.

    Returns:
        The case. A log that two heads have been signed of is left alone: it has forked already.

    Raises:
        ClockError: The clock is before the last entry of the party's log.
        LogError: The party's log is damaged, or there are two of it.
    """
    return with_sightings_of(case, fold(case), key, now=now)


def with_sightings_of(case: CaseFile, state: CaseState, key: OwnKey, *, now: datetime) -> CaseFile:
    """Do the same where the state of the case is known already; see :func:`with_sightings`."""
    own = list(kept_logs(case, {key.card.key_id: key.card}))
    if not own and any(_is_headed(case, folder, key) for folder in case.logs):
        raise LogError(
            f"The log of {case.id} by {key.card.name} is damaged: it does not hold what its head is of",
            "Go on with a copy in which it is whole: one that is begun anew looks like a fork",
        )
    if len(own) > 1:
        raise LogError(
            f"There are two logs of {case.id} by {key.card.name}, and neither continues the other",
            "Go on with the copy that has the one you stand by, and tell the other parties",
        )
    files = own[0].files if own else {}
    logged = {entry.document for log in own for entry in log.entries}
    known = {entry.digest for entry in state.entries}
    # What nobody in the case has signed is not worth a place in a log.
    known |= {one.digest for one in state.set_aside if one.authored or one.waiting}
    new = [one for one in _oldest_first(case) if one.document not in logged and one.document in known]
    if not new:
        return case
    grown = with_entries(files, new, origin_of(case.id, key.card.key_id), key, now=now)
    head = parse_checkpoint(grown["checkpoint"], source="The new head").checkpoint
    folder = folder_of(key.card.key_id, head.root)
    replaced = f"{LOGS}{own[0].folder}/" if own else None
    others = {
        name: data for name, data in case.members.items() if replaced is None or not name.startswith(replaced)
    }
    return case.with_members(others | {f"{LOGS}{folder}/{path}": data for path, data in grown.items()})


def _is_headed(case: CaseFile, folder: str, key: OwnKey) -> bool:
    """Tell whether a log's head is signed with a key, whatever else is wrong with the log."""
    verifier = VerifierKey(origin_of(case.id, key.card.key_id), ed25519_public(key.card))
    try:
        LogReader.open(case.logs[folder].get, [verifier])
    except GroundstopError:
        return False
    return True


def _oldest_first(case: CaseFile) -> list[NewEntry]:
    # What is no statement of a form that a log can name is left out; it counts for nothing.
    entries = [
        (str(signed.predicate.get("created", "")), digest, signed.predicate_type)
        for digest, signed in case.statements.items()
        if re.fullmatch(PREDICATE_TYPE, signed.predicate_type)
    ]
    return [NewEntry(digest, kind) for _, digest, kind in sorted(entries)]
