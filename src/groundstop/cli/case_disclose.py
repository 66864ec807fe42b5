"""``groundstop case disclose``, ``brief`` and ``advisory``: what leaves a case, in tiers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli import options
from groundstop.cli.case_acting import (
    case_file,
    check_apart,
    key_name,
    now,
    read,
    said_in,
    viewed,
    words_options,
)
from groundstop.errors import ExitCode, InputError

if TYPE_CHECKING:
    from groundstop.cases.tiers import Told
    from groundstop.cases.views import CaseView

_TIERS = ("public", "brief", "technical", "full")
_FORMATS = ("csaf", "avid", "flaw-report", "cyclonedx", "notice")

_output: options.Decorator = click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Where to write it."
)


@click.command()
@case_file
@click.option("--tier", type=click.Choice(_TIERS), required=True, help="How much is told.")
@click.option("--to", "names", multiple=True, required=True, metavar="NAME", help="A recipient.")
@_output
@key_name
@words_options
@options.workspace_folder
@options.json_output
def disclose(
    file: Path,
    tier: str,
    names: tuple[str, ...],
    output: Path | None,
    key_name: str | None,
    summary: str | None,
    public: str | None,
    workspace: Path,
    as_json: bool,
) -> int:
    """Give a notice of a CASE to recipients, in one tier, and put on record to whom.

    The notice holds what the tier may hold and nothing more; write it with --output (a page in .html, or data
    in .json), and send it to the recipients yourself, by the way that you trust. Those that are parties
    acknowledge it with "case say CASE notice_received", and "case show" counts who did, who was silent, and
    who was out of reach.
    """
    from groundstop.cases.attachments import readers_of
    from groundstop.cases.folding import fold
    from groundstop.cases.giving import check_disclosure, notice_bytes
    from groundstop.cases.speaking import Words, read_said
    from groundstop.cases.tiers import told
    from groundstop.cases.view import view_of
    from groundstop.cli.output import tell, write_file
    from groundstop.cli.parties import own_key
    from groundstop.documents.cases import AttachedKind, Tier

    check_apart(output, file)
    case = read(file)
    view, wanted = view_of(fold(case), now=now()), Tier(tier)
    check_disclosure(view, wanted, names, readers_of(case, view.state))
    notice, key = told(view, wanted), own_key(workspace, key_name)
    data = notice_bytes(notice)
    page = None if output is None else _page(view, notice, output, key.card.name)
    said = read_said(
        {
            "type": "disclosed",
            "tier": tier,
            "recipients": [
                {"name": name, "party": view.state.party(name) is not None} for name in dict.fromkeys(names)
            ],
        }
    )
    words = Words(summary=summary, public=public, files=((AttachedKind.NOTICE, data),))
    key = own_key(workspace, key_name)
    _, digest = said_in(workspace, file, said, key, words)
    if output is not None and page is not None:
        write_file(output, page)
    to = list(dict.fromkeys(names))
    value = {"statement": digest, "tier": tier, "tlp": notice.tlp, "recipients": to}
    tell(f"Disclosed at {notice.tlp} to {', '.join(to)}", value, as_json=as_json)
    return ExitCode.GOOD


@click.command()
@case_file
@_output
@options.json_output
def brief(file: Path, output: Path | None, as_json: bool) -> int:
    """Write the decision-maker's brief of a CASE: one page, as HTML or, where OUTPUT ends in .pdf, PDF.

    Without --output it is CASE-ID-brief.html in this folder.
    """
    from groundstop.cases.giving import told_record
    from groundstop.cases.tiers import told
    from groundstop.cli.output import error_console, show_json, write_file
    from groundstop.documents.cases import Tier
    from groundstop.evidence import write_whole
    from groundstop.reports.case_brief_page import brief_page
    from groundstop.reports.case_brief_pdf import brief_pdf

    notice = told(viewed(file), Tier.BRIEF)
    path = output or Path(f"{notice.case}-brief.html")
    check_apart(path, file)
    if path.suffix == ".pdf":
        write_whole(path, brief_pdf(notice))
    else:
        write_file(path, brief_page(notice))
    error_console().print(f"Brief ({notice.tlp}): {path}", highlight=False, soft_wrap=True)
    if as_json:
        show_json(told_record(notice))
    return ExitCode.GOOD


@click.command()
@case_file
@click.option("--format", "form", type=click.Choice(_FORMATS), default="csaf", show_default=True)
@click.option("--tier", type=click.Choice(_TIERS[:3]), default="public", show_default=True)
@click.option("--publisher", required=True, help="Who publishes it, as readers know it.")
@click.option("--namespace", required=True, metavar="URL", help="An address under the publisher's control.")
@click.option("--category", default="other", show_default=True, help="CSAF: coordinator, vendor, ...")
@click.option("--folder", metavar="URL", help="Where the file will be found.")
@_output
@options.json_output
def advisory(
    file: Path,
    form: str,
    tier: str,
    publisher: str,
    namespace: str,
    category: str,
    folder: str | None,
    output: Path | None,
    as_json: bool,
) -> int:
    """Export an advisory of a CASE for other tools, and say what is lost on the way.

    The formats are CSAF 2.0, an AVID report, a flaw report, CycloneDX VEX, and a notice in plain language.
    """
    from groundstop.cases.exports import Publisher, category_of, export
    from groundstop.cases.giving import check_embargo
    from groundstop.cases.tiers import told
    from groundstop.cli.output import show_json, write_file
    from groundstop.documents.cases import Tier

    by = Publisher(publisher, namespace, category_of(category), folder)
    view = viewed(file)
    check_embargo(view, Tier(tier))
    made = export(told(view, Tier(tier)), form, by)
    path = output or Path(made.file_name)
    check_apart(path, file)
    write_file(path, made.data().decode("utf-8"))
    if as_json:
        show_json({"file": str(path), "format": made.format, "lost": list(made.lost)})
    else:
        click.echo(f"Wrote {path}")
        for one in made.lost:
            click.echo(f"Lost: {one}")
    return ExitCode.GOOD


def _page(view: CaseView, notice: Told, output: Path, publisher: str) -> str:
    """Return a notice for people, in the form that its file's name asks for."""
    from groundstop.cases.giving import notice_bytes
    from groundstop.documents.cases import Tier
    from groundstop.reports.case_brief_page import brief_page
    from groundstop.reports.case_notice import notice_page
    from groundstop.reports.case_page import case_page

    if output.suffix == ".json":
        return notice_bytes(notice).decode("utf-8")
    if output.suffix != ".html":
        raise InputError(f"{output} is neither a page nor data", "Let its name end in .html or .json")
    if notice.tier is Tier.PUBLIC:
        return notice_page(notice, publisher)
    return brief_page(notice) if notice.tier is Tier.BRIEF else case_page(view)
