"""``groundstop obeys init``, ``stop`` and ``override``: the files of an operator's folder."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import click

from groundstop.cli import options
from groundstop.cli.directive_acting import Hours, now, order_file, read_directive
from groundstop.errors import ExitCode, InputError

folder_argument: options.Decorator = click.argument(
    "folder", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER"
)
_MOST_ROOT_BYTES = 4 * 1024 * 1024


@click.command()
@folder_argument
@click.option(
    "--repository", "url", required=True, help="Its https address, or the path of its public folder."
)
@click.option(
    "--root",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Its 1.root.json, as it was given.",
)
@click.option("--digest", required=True, metavar="sha256:…", help="The root's digest, as you were told it.")
@click.option(
    "--authority", "authorities", multiple=True, required=True, metavar="NAME", help="Whom to obey."
)
@click.option("--events", help="Where the repository says that something changed.")
@click.option("--name", default="main", show_default=True, help="How the repository is called here.")
def init(
    folder: Path,
    url: str,
    root: Path,
    digest: str,
    authorities: tuple[str, ...],
    events: str | None,
    name: str,
) -> int:
    """Begin to obey an authority: write obeys.toml into FOLDER, to be edited by hand from then on.

    Compare the digest with what the repository's keeper told you on another way.
    """
    from groundstop.directives.subscribing import read_obeys
    from groundstop.evidence import read_bounded, write_new, write_whole

    if "://" not in url:
        url = str(Path(url).resolve())
    path, copy = folder / "obeys.toml", folder / f"{name}.root.json"
    if path.exists():
        raise InputError(f"{path} exists already", "Edit it: it is made for that")
    write_whole(copy, read_bounded(root, most=_MOST_ROOT_BYTES))
    lines = [
        "# Whom this operator obeys, and how far. See docs/reference/obeying.md.",
        "",
        "[[repository]]",
        f"name = {json.dumps(name)}",
        f"url = {json.dumps(url)}",
        f"root = {json.dumps(digest)}",
        f"root_file = {json.dumps(copy.name)}",
        *([f"events = {json.dumps(events)}"] if events else []),
    ]
    for authority in authorities:
        lines += ["", "[[obey]]", f"authority = {json.dumps(authority)}", f"repository = {json.dumps(name)}"]
        lines += ['may = ["deny", "license", "lift"]']
    write_new(path, "\n".join([*lines, ""]).encode("utf-8"))
    try:
        read_obeys(path)
    except InputError:
        # What was just written would only be in the way of the next try.
        path.unlink()
        copy.unlink(missing_ok=True)
        raise
    click.echo(f"{path}: {', '.join(authorities)} will be obeyed. Next: groundstop obeys refresh {folder}")
    return ExitCode.GOOD


@click.command()
@folder_argument
@click.argument("models", nargs=-1, metavar="MODEL...")
@click.option("--clear", is_flag=True, help="Halt each MODEL no more; without one, nothing at all.")
def stop(folder: Path, models: tuple[str, ...], clear: bool) -> int:
    """Halt each MODEL at the gateways of FOLDER, for everybody, until the line is taken out again.

    It writes the names into the file FOLDER/stop, one a line; a text editor does as well. With nothing else,
    it shows what is halted.
    """
    from groundstop.directives.subscribing import read_stop_file
    from groundstop.evidence import write_whole

    path = folder / "stop"
    # A gateway that obeys nobody has none but its own files there.
    here = ("obeys.toml", "state", "gateway.toml", "serving.lock")
    if not any((folder / name).exists() for name in here):
        raise InputError(f"Nobody obeys from {folder}, so a stop file there halts nothing", "Check the path")
    if clear and not models:
        path.unlink(missing_ok=True)
    elif models:
        # A stop file that cannot be read closes everything; it must not be replaced by one that says less.
        held = read_stop_file(path)
        unknown = [name for name in models if clear and name not in held]
        if unknown:
            raise InputError(f"{unknown[0]!r} is not halted by {path}", "See: groundstop obeys stop FOLDER")
        _check_names(models)
        kept = [name for name in held if name not in models] if clear else [*held, *models]
        write_whole(path, "".join(f"{name}\n" for name in dict.fromkeys(kept)).encode("utf-8"))
    names = read_stop_file(path)
    for name in names:
        click.echo(name)
    if not names:
        click.echo("The stop file halts nothing here.", err=True)
    return ExitCode.GOOD


def _check_names(models: tuple[str, ...]) -> None:
    """Check names before they are in the file: there, one that is none closes everything."""
    from pydantic import TypeAdapter, ValidationError

    from groundstop.documents.directives import ModelName

    for name in models:
        try:
            TypeAdapter[str](ModelName).validate_python(name)
        except ValidationError as error:
            raise InputError(
                f"{name!r} is no model's name, and no patterns are read", "Give each name in full"
            ) from error


@click.command()
@folder_argument
@order_file
@click.option(
    "--direction",
    type=click.Choice(("allow", "deny")),
    required=True,
    help="allow: do not enforce the order here. deny: do not follow its lift, it stays in force here.",
)
@click.option("--reason", required=True, help="Why. It is signed, and kept.")
@click.option("--hours", type=Hours(24 * 366), required=True, help="For how long.")
@click.option("--key", "key_name", help="Your key; its id stands in obeys.toml, at override_keys.")
@options.workspace_folder
@options.json_output
def override(
    folder: Path,
    order: Path,
    direction: str,
    reason: str,
    hours: float,
    key_name: str | None,
    workspace: Path,
    as_json: bool,
) -> int:
    """Depart from an ORDER at the gateways of FOLDER, in your own name and with a signed reason.

    It ends by itself, and with any amendment of the order.
    """
    from groundstop.cli.output import tell
    from groundstop.cli.parties import own_key, records
    from groundstop.directives.signing import sign_order
    from groundstop.directives.subscribing import read_obeys
    from groundstop.documents.directives import Direction, Override
    from groundstop.evidence import write_new, write_whole

    directive, key, moment = read_directive(order), own_key(workspace, key_name), now()
    if key.card.key_id not in read_obeys(folder / "obeys.toml").override_keys:
        raise InputError(
            f"The key {key.card.name} may sign no override here",
            f"Put its id into {folder / 'obeys.toml'}, above the tables: override_keys = "
            f'["{key.card.key_id}"]',
        )
    made = Override(
        by=key.card.name,
        created=moment,
        directive=directive.id,
        content=directive.content_id,
        direction=Direction(direction),
        until=moment + timedelta(hours=hours),
        reason=reason,
    )
    envelope = sign_order(made, [key])
    path = folder / "overrides" / f"{directive.id}-{moment:%Y%m%dT%H%M%S}.json"
    write_whole(folder / "override-keys" / f"{key.card.key_id[:16]}.json", key.card.canonical() + b"\n")
    write_new(path, envelope)
    records(workspace).enter_signed(envelope, now=moment)
    told = "is not enforced" if direction == "allow" else "stays in force"
    tell(
        f"{path}: {directive.id} {told} here until {made.until:%Y-%m-%d %H:%M} UTC.",
        {"file": str(path), **made.to_json()},
        as_json=as_json,
    )
    return ExitCode.GOOD
