"""``groundstop obeys refresh``, ``follow`` and ``status``: what authorities say, and what is in force."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groundstop.cli import options
from groundstop.cli.directive_acting import now
from groundstop.cli.obeys_files import folder_argument
from groundstop.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from groundstop.directives.subscribing import Problem, Refreshed, Subscriber, SubscriberStatus


def subscriber_of(folder: Path) -> Subscriber:
    """Return the subscriber of an operator's folder, with what is on disk loaded.

    Raises:
        InputError: There is no ``obeys.toml``, or it cannot be used.
    """
    from groundstop.directives.subscribing import Subscriber, read_obeys

    subscriber = Subscriber(folder, read_obeys(folder / "obeys.toml"))
    subscriber.load(now())
    return subscriber


@click.command()
@folder_argument
@options.json_output
def refresh(folder: Path, as_json: bool) -> int:
    """Fetch what the authorities of FOLDER say, verify it, and put it in force.

    Whatever goes wrong is told by its kind, and leaves the last denials in place.
    """
    from groundstop.cli.output import show_json

    subscriber = subscriber_of(folder)
    done = subscriber.refresh(now())
    closed = subscriber.active.closed
    if as_json:
        show_json(
            {
                "table": done.digest,
                "added": done.added,
                "changed": done.swapped,
                "problems": [_problem(one) for one in done.problems],
                "closed": list(closed),
            }
        )
    else:
        _tell(done, closed)
    return _code(done.problems, closed)


@click.command()
@folder_argument
@options.json_output
def keys(folder: Path, as_json: bool) -> int:
    """Fetch the keys of every token issuer of FOLDER that has a keys_url, and keep them in its keys_file.

    A set that is none leaves the old one in place. Run it now and then: no request ever waits for it.
    """
    from groundstop.cli.output import tell
    from groundstop.directives.claims import configs_from, refresh_keys
    from groundstop.directives.subscribing import read_obeys

    path = folder / "obeys.toml"
    found = {}
    for one in configs_from(read_obeys(path).issuers, source=str(path)):
        if (known := refresh_keys(one, folder)) != ():
            found[one.name] = [key or "without a name" for key in known]
    told = "\n".join(f"{name}: {', '.join(known)}" for name, known in found.items())
    tell(told or f"No issuer in {path} has a keys_url.", found, as_json=as_json)
    return ExitCode.GOOD


@click.command()
@folder_argument
def follow(folder: Path) -> int:
    """Keep FOLDER up to date until it is interrupted: a line each time that something changes."""
    import asyncio

    subscriber = subscriber_of(folder)
    click.echo(f"In force: {subscriber.active.table.digest}", err=True)
    try:
        asyncio.run(_follow_all(subscriber, folder))
    except KeyboardInterrupt:
        click.echo("No longer followed; the last denials stay.", err=True)
    return ExitCode.GOOD


async def _follow_all(subscriber: Subscriber, folder: Path) -> None:
    import asyncio
    from functools import partial

    from groundstop.directives.push import follow as follow_one
    from groundstop.directives.subscribing import read_obeys

    said: dict[str, tuple[str, ...]] = {}

    def told(done: Refreshed, *, name: str) -> None:
        problems = tuple(str(one) for one in done.problems if one.repository == name)
        if done.swapped or problems != said.get(name):
            said[name] = problems
            _tell(done, subscriber.active.closed)

    async with asyncio.TaskGroup() as tasks:
        for one in read_obeys(folder / "obeys.toml").repositories:
            heard = partial(told, name=one.name)
            tasks.create_task(follow_one(subscriber, one.name, one.events, told=heard))


@click.command()
@folder_argument
@options.json_output
def status(folder: Path, as_json: bool) -> int:
    """Show what FOLDER has heard, verified and has in force, without asking anybody.

    Exit codes: 0 all is fresh, 1 something is wrong, 3 nothing was heard for too long.
    """
    from groundstop.cli.output import show_json
    from groundstop.directives.subscribing import Silence

    subscriber = subscriber_of(folder)
    found = subscriber.status(now())
    problems = [problem for one in found.repositories for problem in one.problems]
    if as_json:
        show_json(_record(found))
    else:
        _show(found)
    code = _code(problems, found.closed)
    if code is ExitCode.GOOD and any(one.silence is not Silence.FRESH for one in found.subjects):
        return ExitCode.INCONCLUSIVE
    return code


def _tell(done: Refreshed, closed: Sequence[str]) -> None:
    click.echo(
        f"{done.added} new documents; in force: {done.digest}" + (" (changed)" if done.swapped else "")
    )
    for why in closed:
        click.echo(f"EVERYTHING IS CLOSED: {why}.")
    for problem in done.problems:
        click.echo(f"Problem: {problem}", err=True)


def _code(problems: Sequence[Problem], closed: Sequence[str]) -> ExitCode:
    from groundstop.directives.subscribing import ProblemKind

    if any(one.kind is not ProblemKind.UNREACHABLE for one in problems):
        return ExitCode.BAD
    if problems:
        return ExitCode.UNREACHABLE
    return ExitCode.BAD if closed else ExitCode.GOOD


def _show(found: SubscriberStatus) -> None:
    for why in found.closed:
        click.echo(f"EVERYTHING IS CLOSED: {why}.")
    for one in found.repositories:
        heard = "never" if one.heard is None else f"{one.heard:%Y-%m-%d %H:%M:%S} UTC"
        click.echo(f"{one.name}: last heard afresh {heard}")
        for problem in one.problems:
            click.echo(f"  problem: {problem}")
    for authority in found.authorities:
        click.echo(
            f"{authority.authority}: charter {authority.charter or 'never heard'}, "
            f"{authority.verified} documents verified"
        )
        if authority.withheld:
            click.echo(
                f"  {len(authority.withheld)} of them its repository no longer shows; they stay in force"
            )
    for subject in found.subjects:
        click.echo(f"{subject.directive}: {', '.join(subject.models)} ({subject.silence.value})")
    for refused in found.refused:
        click.echo(f"Does not count: {refused.what} of {refused.authority}: {refused.why}")
    for note in found.notes:
        click.echo(f"Look at this: {note}")
    click.echo(f"In force: {found.active}")


def _problem(one: Problem) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "repository": one.repository,
        "authority": one.authority,
        "what": one.what,
        "hint": one.hint,
    }


def _record(found: SubscriberStatus) -> dict[str, Any]:
    return {
        "at": found.at.isoformat(),
        "table": found.active,
        "closed": list(found.closed),
        "repositories": [
            {
                "name": one.name,
                "heard": None if one.heard is None else one.heard.isoformat(),
                "problems": [_problem(problem) for problem in one.problems],
            }
            for one in found.repositories
        ],
        "authorities": [
            {
                "authority": one.authority,
                "repository": one.repository,
                "charter": one.charter,
                "verified": one.verified,
                "withheld": list(one.withheld),
            }
            for one in found.authorities
        ],
        "orders": [
            {
                "directive": one.directive,
                "sequence": one.sequence,
                "models": list(one.models),
                "silence": one.silence.value,
            }
            for one in found.subjects
        ],
        "refused": [
            {"envelope": one.digest, "authority": one.authority, "what": one.what, "why": one.why}
            for one in found.refused
        ],
        "notes": list(found.notes),
    }
