"""``groundstop finding``: sealing what a run confirmed, showing it, opening it, and adding to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli import finding_growing, options
from groundstop.errors import ExitCode, InputError

if TYPE_CHECKING:
    from groundstop.assessment import MergedEvidence
    from groundstop.evidence import Bundle
    from groundstop.evidence.audit import Rerun

_PARTS = finding_growing.PARTS

_file = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.group()
def finding() -> None:
    """Seal, show, open, verify and extend findings."""


@finding.command()
@click.argument("run", default="last")
@click.option(
    "--to", "readers", multiple=True, metavar="NAME[:PART,...]", help="Who may read it, or parts of it."
)
@click.option("--key", "key_names", multiple=True, help="Sign with this key; repeat for several signatures.")
@click.option(
    "--class", "chosen", metavar="BEHAVIOR/TECHNIQUE", help="Which violated class, if several were."
)
@click.option("--comparison", metavar="RUN", help="A comparison of the same recipe, as the comparator panel.")
@click.option("--interests", help="Your interests in this finding, in a sentence; or that you have none.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Default: FINDING-ID.gsb.")
@options.workspace_folder
@options.json_output
def seal(
    run: str,
    readers: tuple[str, ...],
    key_names: tuple[str, ...],
    chosen: str | None,
    comparison: str | None,
    interests: str | None,
    output: Path | None,
    workspace: Path,
    as_json: bool,
) -> None:
    """Seal what a run confirmed as a finding, in one file that others can check and rerun.

    RUN is a run that ended as violated, or an import. Recipes and conversations are encrypted to the
    readers and to yourself; counts, decisions and commitments stand in the open.
    """
    from groundstop.cli.output import show_json
    from groundstop.cli.parties import own_key, records
    from groundstop.cli.sealing import draft_of_run, read_readers
    from groundstop.cli.wiring import open_workspace
    from groundstop.evidence import new_finding_id, new_salt, save_bundle
    from groundstop.evidence.findings import seal_finding

    now = datetime.now(UTC)
    with open_workspace(workspace) as space:
        keys = [own_key(workspace, name) for name in key_names] or [own_key(workspace, None)]
        draft = draft_of_run(space, run, chosen=chosen, comparison=comparison)
        bundle = seal_finding(
            draft,
            read_readers(workspace, readers),
            keys,
            finding_id=new_finding_id(now),
            interests=interests,
            now=now,
            new_salt=new_salt,
        )
        path = output or Path(f"{bundle.finding.id}.gsb")
        save_bundle(path, bundle)
        records(space.folder).enter_signed(bundle.documents[0].data, now=now)
    if as_json:
        show_json({"file": str(path), "finding": bundle.finding.to_json()})
        return
    click.echo(f"Finding {bundle.finding.id} sealed as {path}")
    click.echo(f"Check it with: groundstop audit {path}")


@finding.command()
@_file
@options.workspace_folder
@options.json_output
def show(file: Path, workspace: Path, as_json: bool) -> int:
    """Show a finding's open part, its reruns and the verifications of its fixes.

    Only what trusted parties signed counts; see also "finding verify".
    """
    from groundstop.cli.output import show as show_text
    from groundstop.cli.output import show_json
    from groundstop.cli.parties import trusted
    from groundstop.evidence import has_expired, read_bundle
    from groundstop.evidence.audit import reruns as reruns_of
    from groundstop.evidence.audit import verifications
    from groundstop.reports import attestation_words, finding_text

    bundle = read_bundle(file)
    trust, now = trusted(workspace), datetime.now(UTC)
    reruns, verified = reruns_of(bundle, trust), verifications(bundle, trust)
    merged = _merged(bundle, reruns)
    if as_json:
        show_json(
            {
                "finding": bundle.finding.to_json(),
                "content_id": bundle.finding.content_id,
                "attestation": attestation_words(bundle.finding, merged),
                "corroborations": [
                    {"key_id": one.key_id, "counts": one.counts, "statement": one.statement.to_json()}
                    for one in reruns
                ],
                "verifications": [
                    {
                        "key_id": one.key_id,
                        "counts": one.counts,
                        "expired": has_expired(one.statement, now),
                        "statement": one.statement.to_json(),
                    }
                    for one in verified
                ],
            }
        )
    else:
        show_text(finding_text(bundle.finding, merged, reruns, verified, now=now))
    return ExitCode.GOOD


@finding.command("open")
@_file
@click.option("--part", type=click.Choice([*_PARTS, "minimal"]), default="recipe", show_default=True)
@click.option("--key", "key_name", help="Open with this key.")
@click.option("--purpose", required=True, help="Why you open it; goes on record.")
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write it here, not to the screen."
)
@click.option(
    "--line", type=click.IntRange(0), help="Of the trials: one line, with the proof that it is committed."
)
@click.option(
    "--opening", is_flag=True, help="Write the salt too, so that others can check it: needs --output."
)
@options.workspace_folder
def open_part(
    file: Path,
    part: str,
    key_name: str | None,
    purpose: str,
    output: Path | None,
    line: int | None,
    opening: bool,
    workspace: Path,
) -> None:
    """Open a sealed part that was sealed to you. That you did goes on record first."""
    from groundstop.cli.opening import open_recorded
    from groundstop.cli.parties import own_key
    from groundstop.documents import PartName
    from groundstop.evidence import PRIVATE, prove_line, read_bundle, write_new

    if opening and output is None:
        raise InputError("An opening is bytes, which a screen cannot show", "Name a file with --output")
    bundle = read_bundle(file)
    key = own_key(workspace, key_name)
    opened = open_recorded(workspace, bundle, PartName(part), key, purpose=purpose)
    data = opened.opening if opening else opened.content
    if line is not None:
        data = prove_line(bundle.finding, PartName(part), opened.content, line).canonical() + b"\n"
    if output is None:
        click.echo(data.decode("utf-8"))
        return
    write_new(output, data, mode=PRIVATE)
    click.echo(f"Part {part} of {bundle.finding.id} written to {output}, readable by you only")


@finding.command()
@_file
@click.option("--key", "key_name", help="Open with this key too, and count every trial again.")
@click.option(
    "--opening", type=click.Path(path_type=Path, dir_okay=False), help="Check an opening of --part."
)
@click.option("--part", type=click.Choice([*_PARTS, "minimal"]), default="recipe", show_default=True)
@click.option("--line", type=click.Path(path_type=Path, dir_okay=False), help="Check one line's proof.")
@options.workspace_folder
@options.json_output
def verify(
    file: Path,
    key_name: str | None,
    opening: Path | None,
    part: str,
    line: Path | None,
    workspace: Path,
    as_json: bool,
) -> int:
    """Check a finding, and say what was proved and what was not.

    Exit code: 0 nothing failed and the signers are trusted, 1 something failed, 3 nothing failed but a
    signer is not in the trust file.
    """
    from groundstop.cli.opening import checks_with_key, checks_with_openings
    from groundstop.cli.output import show as show_text
    from groundstop.cli.output import show_json
    from groundstop.cli.parties import trusted
    from groundstop.evidence.audit import KNOWN, AuditReport, CheckState, audit_path
    from groundstop.reports import audit_text

    data = workspace / ".groundstop"
    report = audit_path(file, trusted(workspace), heads=data / "heads" if data.is_dir() else None)
    if report.passed:
        more = checks_with_openings(file, part, opening, line)
        if key_name is not None:
            more += checks_with_key(file, workspace, key_name)
        report = AuditReport(report.path, report.kind, (*report.checks, *more))
    if as_json:
        show_json(report.to_json())
    else:
        show_text(audit_text(report))
        for sentence in _not_proved(key_name):
            click.echo(sentence)
    if not report.passed:
        return ExitCode.BAD
    unknown = any(check.what == KNOWN.what and check.state is CheckState.UNPROVED for check in report.checks)
    return ExitCode.INCONCLUSIVE if unknown else ExitCode.GOOD


def _merged(bundle: Bundle, reruns: Sequence[Rerun]) -> MergedEvidence | None:
    """Add up the reruns that count; none where the statistics are not installed."""
    try:
        from groundstop.assessment import merge_corroborations
    except ModuleNotFoundError:
        return None
    reporter = bundle.documents[0].signatures[0][0]
    return merge_corroborations(reporter, [(one.key_id, one.statement) for one in reruns if one.counts])


def _not_proved(key_name: str | None) -> list[str]:
    said = [
        "Not proved: that a model said what the record says, and that nothing was left out.",
        "Not proved: when it was signed, beyond what a witness or your own earlier look vouches for.",
    ]
    if key_name is None:
        said.append("Not proved: that the sealed parts are what they were committed to; see --key.")
    return said


for _command in (
    finding_growing.grant,
    finding_growing.add,
    finding_growing.cosign,
    finding_growing.minimize,
):
    finding.add_command(_command)
