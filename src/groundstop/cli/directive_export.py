"""``groundstop directive export``: an order for other tools."""

from __future__ import annotations

from pathlib import Path

import click

from groundstop.cli.directive_acting import order_file, read_directive
from groundstop.errors import ExitCode

_LANGUAGES = ("1.0", "2.0")


@click.command()
@order_file
@click.option(
    "--format",
    "form",
    type=click.Choice(("json", "cedar", "cedar-schema", "openc2")),
    default="json",
    show_default=True,
    help="cedar: policies that decide as the table does. openc2: deny commands, with what is lost.",
)
@click.option(
    "--openc2-version",
    type=click.Choice(_LANGUAGES),
    default="1.0",
    show_default=True,
    help="Of the language.",
)
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="Default: standard output."
)
def export(order: Path, form: str, openc2_version: str, output: Path | None) -> int:
    """Write an ORDER for other tools. What a form cannot say is told in it."""
    from groundstop.evidence import write_new

    directive = read_directive(order)
    if form == "cedar":
        from groundstop.directives.cedar import cedar_policies
        from groundstop.directives.previewing import standing_of

        text = cedar_policies(standing_of([directive]))
    elif form == "cedar-schema":
        from groundstop.directives.cedar import cedar_schema

        text = cedar_schema()
    elif form == "openc2":
        from groundstop.directives.openc2 import Language, openc2_commands

        text = openc2_commands(directive, language=Language(openc2_version)).to_json()
    else:
        text = directive.canonical().decode("utf-8") + "\n"
    if output is None:
        click.echo(text, nl=False)
    else:
        write_new(output, text.encode("utf-8"))
        click.echo(f"Written: {output}", err=True)
    return ExitCode.GOOD
