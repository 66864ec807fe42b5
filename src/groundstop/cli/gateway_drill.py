"""``groundstop gateway drill``: what users see when a model is withdrawn under load."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli import options
from groundstop.errors import ExitCode, TargetError

if TYPE_CHECKING:
    from groundstop.documents.gateway import DrillReport
    from groundstop.gateway.drilling import Drill
    from groundstop.gateway.settings import Settings

_SERVED_AFTER_S = 2.0
"""A model that still answers so long after its withdrawal is not withdrawn."""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER")
@click.option("--model", required=True, help="The model that is withdrawn.")
@click.option(
    "--streams", type=click.IntRange(1, 10_000), default=200, show_default=True, help="Users at once."
)
@click.option(
    "--seconds", type=click.FloatRange(0.1, 3600), default=5, show_default=True, help="After the withdrawal."
)
@click.option(
    "--before", type=click.FloatRange(0.1, 3600), default=3, show_default=True, help="Seconds before it."
)
@click.option(
    "--in-flight",
    type=click.Choice(["cut", "finish"]),
    default="cut",
    show_default=True,
    help="What happens to streams that are open.",
)
@click.option("--no-fallback", is_flag=True, help="No other model may answer.")
@click.option(
    "--live",
    is_flag=True,
    help="Drill with the gateway that runs: the model is put into FOLDER's stop file, and taken out again.",
)
@click.option("--url", help="Where the gateway that runs is. Default: as its settings have it.")
@click.option(
    "--token",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Tokens that the users show, one a line; only with --live.",
)
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Write a page (HTML) here.")
@options.json_output
def drill(
    folder: Path,
    model: str,
    streams: int,
    seconds: float,
    before: float,
    in_flight: str,
    no_fallback: bool,
    live: bool,
    url: str | None,
    token: Path | None,
    report: Path | None,
    as_json: bool,
) -> int:
    """Withdraw a model while users ask for it, and count what each of them got.

    By default it is drilled with a gateway that is started for this alone, on the settings of FOLDER, in
    front of a stand-in: no real user, upstream or order is touched. With --live it is the gateway that
    runs, and its real upstream answers: everybody who asks for the model meanwhile is denied. Should the
    drill itself be killed, the model stays stopped until you take its line out of the stop file.

    Exit code: 0 no request failed, and nobody was served any more; 3 nobody was served before either, so
    nothing is shown; 1 otherwise.
    """
    from groundstop.cli.output import error_console, show, show_json, write_file
    from groundstop.documents.directives import InFlight
    from groundstop.gateway.config import read_settings
    from groundstop.gateway.drilling import Drill
    from groundstop.gateway.settings import FILE_NAME
    from groundstop.reports.gateway_drill import drill_page, drill_text

    settings = read_settings(folder / FILE_NAME)
    wanted = Drill(
        model=model,
        streams=streams,
        before_s=before,
        after_s=seconds,
        in_flight=InFlight.CUT if live else InFlight(in_flight),
        fallback=not (no_fallback or live),
    )
    # What the drill's own gateway logs is not what was asked for.
    logging.getLogger("groundstop.gateway").addHandler(logging.NullHandler())
    done = asyncio.run(_drilled(wanted, settings, folder, live=live, url=url, token=token))
    if report is not None:
        write_file(report, drill_page(done))
        error_console().print(f"Report: {report}", highlight=False, soft_wrap=True)
    if as_json:
        show_json(done.to_json())
    else:
        show(drill_text(done))
    return outcome_code(done)


def outcome_code(report: DrillReport) -> ExitCode:
    """Return how a drill ends: badly when a request failed, or the model was served on.

    Where it answered nobody before the withdrawal, that it answers nobody afterwards shows nothing.
    """
    let_finish = report.cut == 0 and report.finished > 0
    served_on = (report.last_served_s or 0.0) > _SERVED_AFTER_S and not let_finish
    if report.failed or served_on:
        return ExitCode.BAD
    return ExitCode.GOOD if report.shows else ExitCode.INCONCLUSIVE


async def _drilled(
    drill: Drill, settings: Settings, folder: Path, *, live: bool, url: str | None, token: Path | None
) -> DrillReport:
    from groundstop.cli.gateway_given import read_tokens
    from groundstop.gateway.drilling import drill_here, drill_live
    from groundstop.gateway.running.holding import is_held

    def told(sentence: str) -> None:
        click.echo(sentence, err=True)

    if not live:
        return await drill_here(drill, settings, told=told)
    if url is None and not is_held(folder):
        # What answers at the address would be another gateway, which does not read this stop file.
        raise TargetError(
            f"No gateway serves from {folder}",
            "Start it, or say with --url where it is; without --live, one is started for the drill alone",
        )
    scheme = "http" if settings.tls is None else "https"
    tokens = read_tokens(token)
    headers = {} if not tokens else {"Authorization": f"Bearer {tokens[0]}"}
    return await drill_live(
        drill, url or f"{scheme}://{settings.listen}", settings, folder, headers=headers, told=told
    )
