"""``groundstop repository serve``: the files over HTTP, with events, and a timestamp that is kept fresh."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli import options
from groundstop.cli.directive_acting import now, online_keys
from groundstop.cli.repository_keys import folder_argument
from groundstop.errors import ExitCode, GroundstopError

if TYPE_CHECKING:
    from groundstop.directives.push import Renewing
    from groundstop.directives.repository import Renewed


@click.command()
@folder_argument
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Where to listen; this machine only by default."
)
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=8765, show_default=True, help="0 for any free one."
)
@click.option("--online", "online", metavar="NAME", help="Keep the timestamp fresh with this key of yours.")
@options.workspace_folder
def serve(folder: Path, host: str, port: int, online: str | None, workspace: Path) -> int:
    """Serve the public folder of a REPOSITORY, and wake subscribers when it changes.

    Any web server does for the files: events only save the seconds until the next look. Without --online,
    something else has to renew the timestamp: groundstop repository refresh.
    """
    import asyncio

    renewing = None if online is None else _renewing(folder, online, workspace)
    try:
        asyncio.run(_serve(folder, host, port, renewing))
    except KeyboardInterrupt:
        click.echo("No longer served.", err=True)
    return ExitCode.GOOD


async def _serve(folder: Path, host: str, port: int, renewing: Renewing | None) -> None:
    import asyncio

    from groundstop.directives.push import serve_repository
    from groundstop.directives.repository import Places, status

    # A folder that holds no repository is told now, and not by every request.
    status(folder, now=now())
    async with serve_repository(Places(folder).public, host=host, port=port, renewing=renewing) as server:
        click.echo(f"Serving {folder} at {server.url} (events at {server.url}events)")
        await asyncio.Event().wait()


def _renewing(folder: Path, online: str, workspace: Path) -> Renewing:
    from groundstop.directives.push import Renewing

    (key,) = online_keys(workspace, online, folder)

    def told(done: Renewed | GroundstopError) -> None:
        if isinstance(done, GroundstopError):
            click.echo(f"Not renewed: {done}", err=True)
            return
        for what in done.published:
            click.echo(f"Published: {what}.")

    return Renewing(folder, key, now, told=told)
