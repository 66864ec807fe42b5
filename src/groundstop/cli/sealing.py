"""From a run on record to a finding's draft, and from the names of readers to their cards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.documents import Assessment, Comparison, Import, PartName, Plan
from groundstop.errors import InputError

if TYPE_CHECKING:
    from groundstop.evidence.findings import Draft, Reader
    from groundstop.store import Workspace

_READABLE = frozenset({PartName.RECIPE, PartName.PLAN, PartName.TRIALS})


def draft_of_run(space: Workspace, run: str, *, chosen: str | None, comparison: str | None) -> Draft:
    """Draw up the finding of a run.

    Args:
        space: The workspace.
        run: The run's id: an assessment or an import.
        chosen: Which class, as ``behavior/technique``; none when there is only one.
        comparison: A comparison's run, if any.

    Returns:
        The draft.

    Raises:
        InputError: The run has no result, violated nothing, or is of another kind.
    """
    from groundstop.cli.wiring import ledger_of, open_ledger, open_suite
    from groundstop.evidence import new_salt
    from groundstop.evidence.findings import Transcript, draft_from_assessment, draft_from_import

    row = space.run(run)
    if isinstance(row.plan, Import):
        transcripts = [Transcript(*said) for said in ledger_of(space, row).transcripts()]
        return draft_from_import(row.plan, transcripts, chosen=chosen, new_salt=new_salt)
    if not isinstance(row.plan, Plan):
        raise InputError(
            f"Run {row.id} is no assessment and no import", "Seal the run that confirmed the violation"
        )
    if not isinstance(row.result, Assessment):
        raise InputError(f"Run {row.id} has no result yet", f"Go on with: groundstop runs resume {row.id}")
    suite = open_suite(row.options.suite, space)
    transcripts = [Transcript(*said) for said in open_ledger(space, row.id, suite).transcripts()]
    return draft_from_assessment(
        row.plan,
        row.result,
        suite,
        transcripts,
        chosen=chosen,
        comparison=_comparison(space, comparison),
        new_salt=new_salt,
    )


def read_readers(workspace: Path, texts: tuple[str, ...]) -> list[Reader]:
    """Read who may read what, such as ``alder-lab`` or ``coordinator:recipe,plan``.

    Raises:
        InputError: There is no such party or part.
    """
    from groundstop.cli.parties import find_card
    from groundstop.evidence.findings import Reader

    readers = []
    for text in texts:
        name, _, parts = text.partition(":")
        try:
            chosen = frozenset(PartName(part) for part in parts.split(",")) if parts else _READABLE
        except ValueError as error:
            raise InputError(
                f"{text!r} names a part that no finding has", f"Choose from: {', '.join(sorted(_READABLE))}"
            ) from error
        readers.append(Reader(find_card(workspace, name), chosen & _READABLE))
    return readers


def _comparison(space: Workspace, run: str | None) -> Comparison | None:
    if run is None:
        return None
    result = space.run(run).result
    if not isinstance(result, Comparison):
        raise InputError(f"Run {run} is no finished comparison", "See them with: groundstop runs list")
    return result
