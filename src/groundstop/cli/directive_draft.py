"""``groundstop directive draft``: an order to fill in, from a case, from a finding, or empty."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli import options
from groundstop.errors import InputError

if TYPE_CHECKING:
    from groundstop.directives.drafting import Draft, DraftSettings
    from groundstop.documents.directives import PersonClass

_KINDS = ("de-deploy", "restrict", "export-ban", "virtual-patch", "voluntary-withdrawal")
_ACTS = ("infer", "fine-tune", "download", "transfer", "deploy")
_REVIEW_DAYS = 14
_WEIGHTS = (".safetensors", ".gguf", ".bin", ".pt", ".pth", ".ckpt", ".onnx", ".npz")
_MOST_DAYS = 3660


@click.command()
@click.argument("case", required=False, type=click.Path(path_type=Path, dir_okay=False), metavar="[CASE]")
@click.option(
    "--finding",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Draft from a finding (.gsb) that is in no case.",
)
@click.option("--issuer", help="The authority, as its charter names it.")
@click.option("--order", type=click.Choice(_KINDS), default="restrict", show_default=True)
@click.option("--persons", multiple=True, help="A class of persons that it reaches, such as foreign-person.")
@click.option("--home", help="The country whose persons are not foreign, such as XA.")
@click.option("--destination", "destinations", multiple=True, metavar="XB", help="Requests from there only.")
@click.option(
    "--act",
    "acts",
    multiple=True,
    type=click.Choice(_ACTS),
    help="What is forbidden. Default: what goes with the kind of order.",
)
@click.option(
    "--effective", help="From when it applies, as 2026-07-06T12:00Z; the next full hour by default."
)
@click.option("--days", type=click.IntRange(1, _MOST_DAYS), default=30, show_default=True, help="It lasts.")
@click.option(
    "--review-days",
    type=click.IntRange(1, _MOST_DAYS),
    help="Looked at again after; 14, or at its end if sooner.",
)
@click.option(
    "--amend",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The next sequence of this order: a file, or FOLDER/ID of what stands.",
)
@click.option(
    "--weights",
    type=click.Path(path_type=Path),
    help="Name the model by these files of weights too: a folder, a file, or an OpenSSF model signature.",
)
@click.option("--ask", is_flag=True, help="Ask for what is still to be filled in, one question at a time.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Default: standard output."
)
@options.json_output
def draft(
    case: Path | None,
    finding: Path | None,
    issuer: str | None,
    order: str,
    persons: tuple[str, ...],
    home: str | None,
    destinations: tuple[str, ...],
    acts: tuple[str, ...],
    effective: str | None,
    days: int,
    review_days: int | None,
    amend: Path | None,
    weights: Path | None,
    ask: bool,
    output: Path | None,
    as_json: bool,
) -> None:
    """Draft an order from a CASE (.gsb) or a finding; without either, an empty one in which all is explained.

    Models, evidence, severity, lifting criteria, verifiers and countersigners come from the case. What only
    the issuer can say is marked FILL IN, and the order cannot be signed until it is filled in.
    """
    from groundstop.cli.output import error_console, show_json
    from groundstop.directives.drafting import DraftSettings, blanks_of, review_directive, write_draft
    from groundstop.documents.directives import Act, OrderKind
    from groundstop.evidence.disk import write_new

    if case is not None and finding is not None:
        raise InputError("Both a case and a finding are given", "Give one of them: a case holds its findings")
    if output is not None and output.suffix == ".gsb":
        raise InputError(f"{output} is called like a case or a finding", "Choose a name that ends with .toml")
    if output is not None and output.exists():
        raise InputError(f"{output} exists already", "Choose another name; nothing was changed")
    if review_days is not None and review_days > days:
        raise InputError("It would be looked at again only after it ends", "Lower --review-days")
    choices: dict[str, str] = {} if issuer is None else {"issuer": issuer}
    settings = DraftSettings(
        **choices,
        order=OrderKind(order),
        definitions=_definitions(persons, home),
        destinations=destinations,
        acts=tuple(dict.fromkeys(map(Act, acts))),
        effective=None if effective is None else _moment(effective),
        review_after=timedelta(days=review_days or min(days, _REVIEW_DAYS)),
        lasts=timedelta(days=days),
    )
    made = _drafted(case, finding, settings) if amend is None else _amended(amend, case, finding)
    if weights is not None:
        made = _with_weights(made, weights)
    if ask:
        from groundstop.cli.directive_asking import asked

        made = asked(made)
    text = write_draft(made)
    if output is not None:
        write_new(output, text.encode("utf-8"))
    if as_json:
        blanks = blanks_of(made.directive)
        show_json(
            {
                "file": None if output is None else str(output),
                "draft": made.directive.to_json(),
                "to_fill_in": list(blanks),
                "notes": [*made.notes, *review_directive(made.directive)],
            }
        )
        return
    if output is None:
        click.echo(text, nl=False)
        return
    console = error_console()
    for note in (*made.notes, *review_directive(made.directive)):
        console.print(f"! {note}", highlight=False, markup=False)
    blanks = blanks_of(made.directive)
    click.echo(f"Drafted {output}" + (f"; to fill in: {', '.join(blanks)}" if blanks else ""))
    click.echo(f"Next: groundstop directive preview {output}, then sign it")


def _drafted(case: Path | None, finding: Path | None, settings: DraftSettings) -> Draft:
    from groundstop.directives.drafting import draft_from_case, draft_from_finding, empty_draft
    from groundstop.evidence import read_bundle

    if case is not None:
        from groundstop.cli.case_acting import viewed

        return draft_from_case(viewed(case), settings)
    now = datetime.now(UTC)
    if finding is not None:
        return draft_from_finding(read_bundle(finding).finding, settings, now=now)
    return empty_draft(settings, now=now)


def _amended(amend: Path, case: Path | None, finding: Path | None) -> Draft:
    from groundstop.cli.directive_acting import read_directive
    from groundstop.directives.drafting import draft_amendment

    if case is not None or finding is not None:
        raise InputError("An amendment says what the order said", "Give no case and no finding with --amend")
    return draft_amendment(read_directive(amend))


def _with_weights(made: Draft, path: Path) -> Draft:
    from groundstop.cli.check_weights import inventory_of
    from groundstop.directives.drafting import with_weights

    inventory = inventory_of(path, ())
    # A configuration or a licence text is shared by models that have nothing else in common.
    digests = [one.sha256 for one in inventory.files if one.name.lower().endswith(_WEIGHTS)]
    if not digests or inventory.unread:
        raise InputError(
            f"{path} has {len(digests)} files of weights, and {len(inventory.unread)} that could not be read",
            f"Give files of weights, or a manifest of them: {', '.join(_WEIGHTS)}",
        )
    return with_weights(made, digests)


def _definitions(names: tuple[str, ...], home: str | None) -> tuple[PersonClass, ...]:
    from groundstop.directives.definitions import definition, read_definition

    if names and home is None:
        raise InputError("A class of persons needs a home country", "Give --home, such as --home XA")
    if home is not None and not names:
        raise InputError("--home has no effect without --persons", "Give --persons, or leave --home out")
    return tuple(
        definition(name, home=home or "", as_of=read_definition(name).read) for name in dict.fromkeys(names)
    )


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError("--effective is no moment", "Write it as 2026-07-06T12:00Z") from error
    if moment.tzinfo is None:
        raise InputError("--effective has no zone", "Write it as 2026-07-06T12:00Z")
    return moment.astimezone(UTC)
