"""``groundstop gateway serve``: the gateway itself."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli.directive_acting import now
from groundstop.cli.gateway_init import upstream_address
from groundstop.errors import ExitCode, InputError

if TYPE_CHECKING:
    from groundstop.gateway.running.supervisor import Supervisor
    from groundstop.gateway.settings import Settings

_QUICK_FOLDER = Path(".groundstop") / "gateway"


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
@click.option(
    "--upstream",
    metavar="URL",
    callback=upstream_address,
    help="Serve in front of this one upstream, with no settings file.",
)
@click.option("--listen", metavar="HOST:PORT", help="Where requests come in, instead of what is set.")
@click.option("--admin", metavar="HOST:PORT", help="Where its status is told, instead of what is set.")
@click.option("--workers", type=click.IntRange(1, 256), help="Processes, instead of what is set.")
@click.option("--only-check", is_flag=True, hidden=True, help="Check the configuration, and end.")
def serve(
    folder: Path | None,
    upstream: str | None,
    listen: str | None,
    admin: str | None,
    workers: int | None,
    only_check: bool,
) -> int:
    """Serve by the settings of FOLDER (this folder by default), or in front of one --upstream.

    With --upstream and no settings, the key and the receipts are kept in .groundstop/gateway here. Nobody is
    obeyed where there is no obeys.toml: only the file stop in the folder counts then.

    SIGTERM ends it when requests in flight are answered. SIGHUP reads the configuration again, and keeps the
    present one where that cannot be used. SIGUSR2 goes over to the release that is installed now. None of
    them drops a request.
    """
    import asyncio

    from groundstop.gateway.config import quick_settings, read_settings
    from groundstop.gateway.folder import prepare
    from groundstop.gateway.running.configuration import configured
    from groundstop.gateway.running.logs import log_to
    from groundstop.gateway.running.sockets import handed_over
    from groundstop.gateway.running.supervisor import Supervisor
    from groundstop.gateway.settings import FILE_NAME

    place = folder or (Path() if upstream is None else _QUICK_FOLDER)
    file = place / FILE_NAME
    if upstream is None and not file.is_file():
        raise InputError(
            f"There is no {file}, and no --upstream was given",
            f"Run: groundstop gateway init {place} --upstream URL",
        )
    if upstream is not None and file.exists():
        raise InputError(f"{file} says what is served", "Give a folder without it, or no --upstream")
    changes = {"listen": listen, "admin": admin, "workers": workers}

    def read() -> Settings:
        settings = read_settings(file) if upstream is None else quick_settings(upstream)
        wanted = {name: value for name, value in changes.items() if value is not None}
        return type(settings).model_validate({**dict(settings), **wanted})

    if upstream is not None:
        prepare(place, read().key, now=now())
    if only_check:
        configured(place, read, os.environ)
        return ExitCode.GOOD
    log_to(sys.stderr)
    supervisor = Supervisor(
        place,
        read,
        environment=os.environ,
        handed_over=handed_over(os.environ, os.getpid()),
    )
    asyncio.run(_serve(supervisor))
    return ExitCode.GOOD


async def _serve(supervisor: Supervisor) -> None:
    import asyncio
    import signal

    loop = asyncio.get_running_loop()
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, supervisor.stop)
    loop.add_signal_handler(signal.SIGHUP, supervisor.reload)
    loop.add_signal_handler(signal.SIGUSR2, supervisor.upgrade)
    await supervisor.run(
        started=lambda: click.echo(f"Serving at {supervisor.url} (status at {supervisor.admin_url}/status)")
    )
