"""``groundstop directive lift`` and ``countersign``: an order ends on proof."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groundstop.cli import options
from groundstop.cli.directive_acting import (
    key_names,
    now,
    order_file,
    output_file,
    own_keys,
    read_directive,
    repository_folder,
    sign_and_put,
)
from groundstop.errors import ExitCode, InputError

if TYPE_CHECKING:
    from groundstop.directives.lifting import LiftReport, Weighed
    from groundstop.directives.proving import Proof
    from groundstop.documents.directives import Directive, Lift, Stop

_proofs = click.argument(
    "proofs", nargs=-1, type=click.Path(path_type=Path, dir_okay=False), metavar="[PROOF]..."
)


@click.command()
@order_file
@_proofs
@click.option("--check", "check_only", is_flag=True, help="Only say which criteria are met; sign nothing.")
@click.option(
    "--rescind", metavar="REASON", help="Take the order back for another reason: nothing is verified."
)
@click.option("--reason", help="For everybody; the default says what was verified.")
@click.option("--licensees-first", is_flag=True, help="Open the models to licensees only, for now.")
@click.option("--model", "models", multiple=True, metavar="LABEL", help="Lift it for this model only.")
@key_names
@output_file
@repository_folder
@options.workspace_folder
@options.json_output
def lift(
    order: Path,
    proofs: tuple[Path, ...],
    check_only: bool,
    rescind: str | None,
    reason: str | None,
    licensees_first: bool,
    models: tuple[str, ...],
    key_names: tuple[str, ...],
    output: Path | None,
    repository: Path | None,
    online: str | None,
    workspace: Path,
    as_json: bool,
) -> int:
    """Lift an ORDER, if the PROOFs meet its lifting criteria; or a stop, with --rescind.

    A PROOF is a case, a finding's bundle, a signed verification or a countersignature. Give all that is
    known, and not only the good: a later verification that found otherwise counts too. Whoever signed them
    is looked up in your trust file.
    """
    from groundstop.cli.output import show, show_json
    from groundstop.reports.directive_lift import lift_record, lift_text

    if (stopped := _stop_in(order)) is not None:
        if rescind is None or proofs or models or licensees_first:
            raise InputError(
                f"{stopped.id} is a stop: it has no criteria, and is lifted whole",
                "Say why with --rescind, and give no proofs, models or stages",
            )
        made = _lift_stop(stopped, rescind)
        sign_and_put(
            made,
            made.id,
            own_keys(workspace, key_names),
            output=output,
            repository=repository,
            online=online,
            workspace=workspace,
            as_json=as_json,
        )
        return ExitCode.GOOD
    directive = read_directive(order)
    if unknown := sorted(set(models) - {model.label for model in directive.subject.models}):
        raise InputError(
            f"The order {directive.id} names no model {unknown[0]!r}", "See: groundstop directive show"
        )
    proof, report = _weighed(directive, proofs, workspace, models)
    if rescind is None and (check_only or not report.met):
        if as_json:
            show_json(lift_record(directive, report, proof.left_out))
        else:
            show(lift_text(directive, report, proof.left_out))
        return ExitCode.GOOD if report.met else ExitCode.BAD
    made = _lift(directive, report, rescind=rescind, reason=reason, models=models, staged=licensees_first)
    if not as_json:
        show(lift_text(directive, report, proof.left_out, rescinded=rescind))
    keys = own_keys(workspace, key_names)
    sign_and_put(
        made,
        made.id,
        keys,
        output=output,
        repository=repository,
        online=online,
        workspace=workspace,
        as_json=as_json,
    )
    return ExitCode.GOOD


def _stop_in(path: Path) -> Stop | None:
    from groundstop.directives.reading import read_order_file
    from groundstop.documents.directives import Stop

    document = read_order_file(path).document if path.exists() else None
    return document if isinstance(document, Stop) else None


def _lift_stop(stop: Stop, reason: str) -> Lift:
    from groundstop.directives.ids import Numbered, new_id
    from groundstop.documents.directives import Lift, LiftGround, LiftStage

    moment = now()
    return Lift(
        id=new_id(Numbered.LIFT, moment, secrets.token_hex),
        issuer=stop.issuer,
        created=moment,
        content=stop.content_id,
        stop=stop.id,
        ground=LiftGround.RESCINDED,
        stage=LiftStage.EVERYBODY,
        effective=moment,
        reason=reason,
    )


def _lift(
    directive: Directive,
    report: LiftReport,
    *,
    rescind: str | None,
    reason: str | None,
    models: tuple[str, ...],
    staged: bool,
) -> Lift:
    from groundstop.directives.ids import Numbered, new_id
    from groundstop.documents.directives import Lift, LiftGround, LiftStage

    moment = now()
    values: dict[str, Any] = {
        "id": new_id(Numbered.LIFT, moment, secrets.token_hex),
        "issuer": directive.issuer,
        "created": moment,
        "directive": directive.id,
        "content": directive.content_id,
        "stage": LiftStage.LICENSEES if staged else LiftStage.EVERYBODY,
        "models": models,
        "effective": moment,
    }
    if rescind is not None:
        return Lift(ground=LiftGround.RESCINDED, reason=rescind, **values)
    found = ", ".join(f"{one.what} by {one.by}" for one in report.verifications if one.counts)
    return Lift(
        ground=LiftGround.CRITERIA_MET,
        verifications=report.counted,
        countersignatures=report.countersigned,
        reason=reason or f"The lifting criteria are met: {found}.",
        **values,
    )


@click.command()
@order_file
@_proofs
@click.option("--text", help="What you want to say with it.")
@key_names
@output_file
@options.workspace_folder
@options.json_output
def countersign(
    order: Path,
    proofs: tuple[Path, ...],
    text: str | None,
    key_names: tuple[str, ...],
    output: Path | None,
    workspace: Path,
    as_json: bool,
) -> int:
    """Agree, in your own name, that the verification in PROOF meets an ORDER's criteria.

    It is refused when the verification does not meet them: then there is nothing to agree to.
    """
    from groundstop.documents.directives import Countersignature

    directive = read_directive(order)
    _, report = _weighed(directive, proofs, workspace)
    if len(report.counted) != 1:
        raise InputError(
            f"{len(report.counted)} verifications meet {directive.id}{_why(report.verifications)}",
            "Give the one that you agree with: groundstop directive lift --check says what is missing",
        )
    (key,) = own_keys(workspace, key_names[:1])
    said = Countersignature(
        by=key.card.name,
        created=now(),
        directive=directive.id,
        content=directive.content_id,
        verification=report.counted[0],
        text=text,
    )
    called = f"{directive.id}.countersigned-by-{key.card.name}"
    sign_and_put(
        said, called, [key], output=output, repository=None, online=None, workspace=workspace, as_json=as_json
    )
    return ExitCode.GOOD


def _why(weighed: tuple[Weighed, ...]) -> str:
    problems = [problem for one in weighed for problem in one.problems]
    return f": {problems[0]}" if problems else ""


def _weighed(
    directive: Directive, paths: tuple[Path, ...], workspace: Path, models: tuple[str, ...] = ()
) -> tuple[Proof, LiftReport]:
    """Read what is put forward, and hold it against the order's criteria."""
    from groundstop.cli.parties import trusted
    from groundstop.directives.lifting import weigh_lift
    from groundstop.directives.proving import read_proof
    from groundstop.evidence import read_bounded
    from groundstop.evidence.archive import MOST_BYTES, read_archive

    files, archives = [], []
    for path in paths:
        data = read_bounded(path, most=MOST_BYTES)
        if data.startswith(b"PK"):
            archives.append((str(path), read_archive(data, source=str(path))))
        else:
            files.append((str(path), data))
    proof = read_proof(files, archives, trusted(workspace))
    report = weigh_lift(directive, proof.verifications, proof.countersignatures, now=now(), models=models)
    return proof, report
