"""A finding to rerun or to verify a fix of: its own bundle, or that of a case."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
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
    from groundstop.cases.attachments import bundle_of_case
    from groundstop.cases.files import is_case, parse_case
    from groundstop.cases.folding import fold
    from groundstop.evidence import Bundle, read_bounded
    from groundstop.evidence.archive import MOST_BYTES, read_archive

    data = read_bounded(path, most=MOST_BYTES)
    members = read_archive(data, source=str(path))
    if not is_case(members):
        return Bundle(members, str(path))
    case = parse_case(data, source=str(path))
    return bundle_of_case(case, fold(case))


def warn_of_interests(path: Path, name: str) -> None:
    """Tell a party of a case, before it measures anything, why its measurement would not count in the case.

    Args:
        path: A finding's bundle, of which nothing is told, or a case.
        name: The party that is about to measure.
    """
    from groundstop.cases.files import is_case, parse_case
    from groundstop.cases.folding import fold
    from groundstop.cases.interests import conflict_of
    from groundstop.evidence import read_bounded
    from groundstop.evidence.archive import MOST_BYTES, read_archive

    data = read_bounded(path, most=MOST_BYTES)
    if not is_case(read_archive(data, source=str(path))):
        return
    state = fold(parse_case(data, source=str(path)))
    why = (
        conflict_of(state, name, at=datetime.now(UTC)) if state.party(name) else "it is no party of the case"
    )
    if why is not None:
        click.echo(
            f"This will not count in the case: {name}: {why}. See: groundstop case interests", err=True
        )
