"""``groundstop gateway init`` and ``check``: the files of a gateway, made and looked through."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli import options
from groundstop.cli.directive_acting import now
from groundstop.cli.obeys_files import folder_argument
from groundstop.errors import ExitCode, InputError

if TYPE_CHECKING:
    from groundstop.gateway.running.configuration import Configured


def upstream_address(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Return what was given as an address of models.

    Raises:
        InputError: It is none.
    """
    if value is not None and not value.startswith(("http://", "https://")):
        raise InputError(
            f"{value} is no address of models", "Give one such as https://api.example/v1 with --upstream"
        )
    return value


@click.command()
@folder_argument
@click.option(
    "--upstream",
    callback=upstream_address,
    metavar="URL",
    help="The address of its routes, such as https://api.example/v1; not beside a gateway.toml.",
)
@click.option("--name", default="gateway", show_default=True, help="How the gateway calls itself.")
@click.option("--operator", default="operator", show_default=True, help="Whose gateway it is.")
@options.json_output
def init(folder: Path, upstream: str | None, name: str, operator: str, as_json: bool) -> int:
    """Begin a gateway in FOLDER: write gateway.toml, to be edited from then on, and make its key and salt.

    A gateway.toml that was written by hand stays as it is: only what is missing is made, when no --upstream
    is given. So does an obeys.toml: groundstop obeys init makes one.
    """
    from groundstop.cli.output import tell
    from groundstop.gateway.config import read_settings
    from groundstop.gateway.folder import KEYS, prepare, write_settings
    from groundstop.gateway.settings import FILE_NAME

    path = folder / FILE_NAME
    if upstream is not None:
        settings = write_settings(folder, upstream, name=name, operator=operator)
    elif path.is_file():
        settings = read_settings(path)
    else:
        raise InputError(f"There is no {path} yet", "Give the address of the models with --upstream URL")
    prepare(folder, settings.key, now=now())
    card = folder / KEYS / f"{settings.key}.json"
    obeys = folder / "obeys.toml"
    told = [f"{path} and the key whose card is {card} are there."]
    if not obeys.exists():
        told.append(f"Nobody is obeyed yet: groundstop obeys init {folder} ...")
    told.append(f"Next: groundstop gateway serve {folder}")
    tell(
        "\n".join(told),
        {"settings": str(path), "card": str(card), "obeys": obeys.exists()},
        as_json=as_json,
    )
    return ExitCode.GOOD


@click.command()
@folder_argument
@options.json_output
def check(folder: Path, as_json: bool) -> int:
    """Check everything that a gateway in FOLDER is run by, as a start or a reload does; nothing is used.

    Exit codes: 0 it can be used, 2 something has to be put right.
    """
    from groundstop.cli.output import tell
    from groundstop.reports.words import counted_large

    found = configuration_of(folder)
    settings = found.settings
    processes = counted_large(settings.workers, "process", "processes")
    told = [f"{folder}: can be used: {settings.name} at {settings.listen}, {processes}."]
    told += [f"Look at this: {one}." for one in found.warnings]
    value = {"usable": True, "warnings": list(found.warnings), "settings": settings.to_json()}
    tell("\n".join(told), value, as_json=as_json)
    return ExitCode.GOOD


def configuration_of(folder: Path) -> Configured:
    """Read and check the configuration of a folder.

    Raises:
        InputError: Something has to be put right.
    """
    from groundstop.gateway.config import read_settings
    from groundstop.gateway.running.configuration import configured
    from groundstop.gateway.settings import FILE_NAME

    return configured(folder, lambda: read_settings(folder / FILE_NAME), os.environ)
