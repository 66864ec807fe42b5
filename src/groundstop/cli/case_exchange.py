"""``groundstop case export``, ``import`` and ``merge``: copies of a case in several hands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli import options
from groundstop.cli.case_acting import case_file, key_name, now, read
from groundstop.errors import ExitCode, GroundstopError, InputError

if TYPE_CHECKING:
    from groundstop.cases.files import CaseFile
    from groundstop.cases.state import CaseState
    from groundstop.evidence import OwnKey


@click.command()
@case_file
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path),
    required=True,
    help="A new file, or a folder that others read too.",
)
@click.option("--without-files", is_flag=True, help="Statements and logs only, without what is attached.")
@key_name
@options.workspace_folder
@options.json_output
def export(
    file: Path, target: Path, without_files: bool, key_name: str | None, workspace: Path, as_json: bool
) -> None:
    """Write a copy of a CASE for another party: everything that you have of it.

    Recipes and transcripts are encrypted to the readers that the finding names; whoever gets the copy reads
    everything else. Into a folder that is shared, synchronised or served as static files, the copy is called
    CASE-ID.YOUR-KEY.gsb, so that parties do not write over each other's.
    """
    from groundstop.cases.files import FILES, save_new, save_over
    from groundstop.cli.output import tell
    from groundstop.cli.parties import own_key

    case = read(file)
    if without_files:
        case = case.with_members(
            {name: data for name, data in case.members.items() if not name.startswith(FILES)}
        )
    path = target
    if target.is_dir():
        path = target / f"{case.id}.{own_key(workspace, key_name).card.name}.gsb"
    if target.is_dir() and path.exists():
        save_over(path, _with(case, path))
    else:
        save_new(path, case)
    tell(f"Wrote {path}", {"case": case.id, "file": str(path)}, as_json=as_json)


@click.command("import")
@click.argument("source", metavar="COPY")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Default: CASE-ID.gsb.")
@key_name
@options.workspace_folder
@options.json_output
def import_case(
    source: str, output: Path | None, key_name: str | None, workspace: Path, as_json: bool
) -> int:
    """Take a COPY of a case that another party gave: a file, a folder of copies, or an https address.

    If you are a party of the case, your log says from now on when you saw each statement.

    Exit code: 0; 1 when the copy has a fork.
    """
    from groundstop.cases.files import save_new
    from groundstop.cases.merging import merge as merged
    from groundstop.cli.case_memory import held

    case = merged(_copies([source], known=None))
    path = output or Path(f"{case.id}.gsb")
    with held(workspace):
        case, state, remember = _seen(case, workspace, key_name)
        save_new(path, case)
        remember()
    return _tell(path, state, len(state.entries), as_json=as_json)


@click.command()
@case_file
@click.argument("sources", nargs=-1, required=True, metavar="COPY...")
@key_name
@options.workspace_folder
@options.json_output
def merge(file: Path, sources: tuple[str, ...], key_name: str | None, workspace: Path, as_json: bool) -> int:
    """Put other COPIES of a case into yours: files, folders of copies, or https addresses.

    Nothing that any copy has is lost. Where a party has shown different things to different parties, both
    are kept and the fork is shown.

    Exit code: 0 merged, 1 merged and there is a fork.
    """
    from groundstop.cases.files import save_over
    from groundstop.cases.merging import merge as merged
    from groundstop.cli.case_memory import held

    own = read(file)
    case = merged([own, *_copies(sources, known=own.id)])
    with held(workspace):
        case, state, remember = _seen(case, workspace, key_name)
        save_over(file, case)
        remember()
    return _tell(file, state, len(case.statements) - len(own.statements), as_json=as_json)


def _with(case: CaseFile, path: Path) -> CaseFile:
    from groundstop.cases.merging import merge as merged

    return merged([case, read(path)])


def _copies(sources: tuple[str, ...] | list[str], *, known: str | None) -> list[CaseFile]:
    """Read copies of a case; of a folder, all that are of the one case."""
    from groundstop.cases.fetching import fetch
    from groundstop.cases.files import parse_case

    found: list[CaseFile] = []
    for source in sources:
        if source.startswith(("https://", "http://")):
            found.append(parse_case(fetch(source), source=source))
        elif Path(source).is_dir():
            paths = sorted(Path(source).glob("GSC-*.gsb"))
            wanted = [path for path in paths if known is None or path.name.startswith(known)]
            inside = [copy for path in wanted if (copy := _readable(path)) is not None]
            if not inside:
                raise InputError(f"{source} has no copy of the case", "Give the folder that others write to")
            found += inside
        else:
            found.append(read(Path(source)))
    return found


def _readable(path: Path) -> CaseFile | None:
    """Read a copy that others have put into a shared folder; what is none is told, and keeps nothing up."""
    try:
        return read(path)
    except GroundstopError as error:
        click.echo(f"Left out: {error.message}", err=True)
        return None


def _own(state: CaseState, workspace: Path, key_name: str | None) -> OwnKey | None:
    """Return the key with which this workspace takes part in a case; none when it does not."""
    from groundstop.cli.parties import key_folder, own_key

    keys = key_folder(workspace)
    names = [party.name for party in state.parties if party.card and party.name in keys.names()]
    if key_name is None and len(names) != 1:
        return None
    key = own_key(workspace, key_name or names[0])
    if key.card.key_id in {party.card.key_id for party in state.parties if party.card}:
        return key
    if key_name is not None:
        raise InputError(
            f"{key.card.name} is no party of {state.id}", "Leave out --key, or ask to be named in the case"
        )
    return None


def _seen(
    case: CaseFile, workspace: Path, key_name: str | None
) -> tuple[CaseFile, CaseState, Callable[[], None]]:
    """Log what was seen, with the key of a party of the case where there is one.

    Returns:
        The case, its state, and what remembers one's own log once the case is saved.
    """
    from groundstop.cases.folding import fold
    from groundstop.cases.keeping import with_sightings_of
    from groundstop.cli.case_memory import memory_of

    state = fold(case)
    key = _own(state, workspace, key_name)
    if key is None:
        return case, state, lambda: None
    memory = memory_of(workspace, case, key)
    if lacking := memory.lacking(case, key):
        click.echo(f"You have seen {lacking} statements of {case.id} that this copy lacks", err=True)
    case = memory.restored(case)
    state = fold(case)
    if key.card.name not in {fork.party for fork in state.forks}:
        case = with_sightings_of(case, state, key, now=now())
        state = fold(case)
    said = max(memory.said, state.sequence.get(key.card.name, (0, ""))[0])
    return case, state, lambda: memory.keep(case, key, said)


def _tell(path: Path, state: CaseState, new: int, *, as_json: bool) -> int:
    from groundstop.cli.output import show_json

    if as_json:
        show_json(
            {
                "case": state.id,
                "file": str(path),
                "new": new,
                "statements": len(state.entries),
                "set_aside": [{"statement": one.digest, "why": one.why} for one in state.set_aside],
                "forks": [{"party": one.party, "what": one.what} for one in state.forks],
            }
        )
    else:
        click.echo(f"{path} has {len(state.entries)} statements that count, {new} of them new")
        for one in state.set_aside:
            click.echo(f"Set aside: statement {one.digest.removeprefix('sha256:')[:12]}: {one.why}")
        for fork in state.forks:
            click.echo(f"Fork: {fork.what}")
    return ExitCode.BAD if state.forks else ExitCode.GOOD
