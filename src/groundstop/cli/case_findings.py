"""A finding to rerun or to verify a fix of: its own bundle, or that of a case."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from groundstop.cases.state import CaseState
    from groundstop.evidence import Bundle


def finding_at(path: Path) -> Bundle:
    """Read a finding from its bundle or from a case.

    Args:
        path: A ``.gsb`` file of either.

    Returns:
        The finding's bundle. That of a case has the case's reruns and verifications beside its own.

    Raises:
        InputError: There is no such file, or the case is about several findings.
        DocumentError: It is neither.
    """
    return finding_and_case(path)[0]


def finding_and_case(path: Path) -> tuple[Bundle, CaseState | None]:
    """Read a finding as :func:`finding_at` does, with the state of the case that it is from, if it is."""
    from groundstop.cases.attachments import bundle_of_case
    from groundstop.cases.files import case_of, is_case
    from groundstop.cases.folding import fold
    from groundstop.evidence import Bundle, read_bounded
    from groundstop.evidence.archive import MOST_BYTES, read_archive

    members = read_archive(read_bounded(path, most=MOST_BYTES), source=str(path))
    if not is_case(members):
        return Bundle(members, str(path)), None
    case = case_of(members, source=str(path))
    state = fold(case)
    return bundle_of_case(case, state), state


def warn_of_interests(state: CaseState, name: str) -> None:
    """Tell a party of a case, before it measures anything, why its measurement would not count in the case.

    Args:
        state: The case.
        name: The party that is about to measure.
    """
    from groundstop.cases.interests import conflict_of

    why: str | None = "it is no party of the case"
    if state.party(name) is not None:
        why = conflict_of(state, name, at=datetime.now(UTC))
    if why is not None:
        click.echo(
            f"This will not count in the case: {name}: {why}. See: groundstop case interests", err=True
        )
