"""``groundstop gateway fallbacks``: which models may answer in another's place, and tests of them."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli import options
from groundstop.errors import ExitCode, InputError

if TYPE_CHECKING:
    from groundstop.documents import KeyCard, Reproduction
    from groundstop.documents.gateway import FallbackTest, Smoke
    from groundstop.gateway.settings import Fallback, Settings

_folder: options.Decorator = click.argument(
    "folder", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER"
)


@dataclass(frozen=True, slots=True)
class _Rerun:
    """A finding that is rerun on a fallback."""

    file: Path
    target: str
    key: str | None
    judge: Path | None
    trials: int
    stated: float
    workspace: Path


@click.group()
def fallbacks() -> None:
    """Test the models that answer while another is kept out, and see which are ready.

    A fallback answers only while its last test passed and is fresh. Where the finding behind an order is in
    FOLDER/findings, the test must have shown that the fallback does not reproduce it.
    """


@fallbacks.command(name="list")
@_folder
@options.json_output
def list_fallbacks(folder: Path, as_json: bool) -> int:
    """Show each fallback of FOLDER's gateway, its last test, and whether it is ready.

    Exit code: 0 all are ready, 3 one is not.
    """
    from groundstop.cli.output import show_json
    from groundstop.gateway.standby import Standby, kept_tests

    settings, card = _settings_and_card(folder)
    standby = Standby(folder, settings, card)
    tests = kept_tests(folder, card)
    by_pair = {(one.test.model, one.test.use): one.test for one in tests if one.test is not None}
    now = datetime.now(UTC).timestamp()
    rows = [
        (one, by_pair.get((one.model, one.use)), standby.ready(one.model, one.use, now))
        for one in settings.fallback
    ]
    broken = [one for one in tests if one.why is not None]
    if as_json:
        show_json(
            {
                "fallbacks": [
                    {
                        "model": one.model,
                        "use": one.use,
                        "ready": why is None,
                        "why": why,
                        "test": None if test is None else test.to_json(),
                    }
                    for one, test, why in rows
                ],
                "unusable": [{"file": str(one.path), "why": one.why} for one in broken],
            }
        )
    else:
        if not rows:
            click.echo("No fallback is in gateway.toml.")
        for one, test, why in rows:
            tested = "never tested" if test is None else f"tested {test.created:%Y-%m-%d %H:%M} UTC"
            click.echo(f"{one.use} in place of {one.model}: {tested}; {_ready(why)}")
        for kept in broken:
            click.echo(f"{kept.path} does not count: {kept.why}", err=True)
    return ExitCode.GOOD if all(why is None for _, _, why in rows) else ExitCode.INCONCLUSIVE


@fallbacks.command()
@_folder
@click.option("--use", help="Only the fallback of this name.")
@click.option("--key-env", metavar="NAME", help="Variable with the key that clients show, if one is wanted.")
@click.option(
    "--finding",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A finding (.gsb): its recipe is rerun on the fallback, and must not come back.",
)
@click.option("--target", help="The fallback as a target. Default: at its upstream, by its name.")
@click.option("--key", "key_name", help="Your key, which opens the recipe.")
@click.option("--judge", type=click.Path(path_type=Path, dir_okay=False), help="A judge, if it has none.")
@click.option(
    "--trials",
    type=click.IntRange(1),
    default=120,
    show_default=True,
    help="Calls made in any case; fewer cannot show a rate below 5 %.",
)
@click.option(
    "--stated",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.05,
    show_default=True,
    help="The rate at which the finding may come back at most, by its 95 % bound.",
)
@options.workspace_folder
@options.json_output
def test(
    folder: Path,
    use: str | None,
    key_env: str | None,
    finding: Path | None,
    target: str | None,
    key_name: str | None,
    judge: Path | None,
    trials: int,
    stated: float,
    workspace: Path,
    as_json: bool,
) -> int:
    """Ask each fallback of FOLDER's gateway harmless requests, at its upstream, and sign what came of it.

    With --finding its recipe is rerun on the fallback too, on record in the workspace as any rerun.

    Exit code: 0 passed, 1 not.
    """
    from groundstop.cli.output import show_json
    from groundstop.evidence import KeyFolder
    from groundstop.gateway.folder import KEYS
    from groundstop.gateway.standby import keep_test
    from groundstop.gateway.standby.testing import fallback_test

    settings, _ = _settings_and_card(folder)
    chosen = [one for one in settings.fallback if use is None or one.use == use]
    if not chosen:
        raise InputError(
            f"There is no fallback {'' if use is None else use + ' '}in {folder / 'gateway.toml'}",
            "Add one: [[fallback]] with model and use",
        )
    if target is not None and finding is None:
        raise InputError("--target is what a finding is rerun on", "Give --finding too")
    key = KeyFolder(folder / KEYS).load(settings.key)
    done = []
    for one in chosen:
        smoke = asyncio.run(_smoke(settings, one.use, key_env))
        reruns: Sequence[Reproduction] = ()
        if finding is not None:
            at = target or _target_of(settings, one.use)
            reruns = (_rerun(_Rerun(finding, at, key_name, judge, trials, stated, workspace)),)
        made = fallback_test(settings.name, one, smoke, reruns, stated=stated, now=datetime.now(UTC))
        keep_test(folder, made, key)
        done.append(made)
        if not as_json:
            _tell(one, made)
    if as_json:
        show_json([one.to_json() for one in done])
    return ExitCode.GOOD if all(one.passed for one in done) else ExitCode.BAD


def _settings_and_card(folder: Path) -> tuple[Settings, KeyCard]:
    from groundstop.evidence import KeyFolder
    from groundstop.gateway.config import read_settings
    from groundstop.gateway.folder import KEYS
    from groundstop.gateway.settings import FILE_NAME

    settings = read_settings(folder / FILE_NAME)
    return settings, KeyFolder(folder / KEYS).card(settings.key)


def _tell(fallback: Fallback, made: FallbackTest) -> None:
    click.echo(
        f"{fallback.use} in place of {fallback.model}: {made.smoke.answered} of {made.smoke.asked} requests "
        f"answered; {'passed' if made.passed else 'not passed'}"
    )
    for one in made.reruns:
        click.echo(
            f"  the finding: {one.outcome.value}, {one.violated} of {one.trials} calls; at most "
            f"{one.upper:.1%} (stated {one.stated:.1%})"
        )


def _ready(why: str | None) -> str:
    return "ready" if why is None else f"not ready: {why[0].lower()}{why[1:]}"


async def _smoke(settings: Settings, use: str, key_env: str | None) -> Smoke:
    from aiohttp import ClientSession, DummyCookieJar

    from groundstop.gateway.standby.testing import smoke_test

    key = None if key_env is None else os.environ.get(key_env)
    if key_env is not None and not key:
        raise InputError(f"{key_env} is not in the environment", "Set it to the key that clients show")
    async with ClientSession(cookie_jar=DummyCookieJar(), trust_env=False) as session:
        return await smoke_test(
            settings,
            use,
            session,
            environment=os.environ,
            client_key=key,
            told=lambda why: click.echo(f"{use}: {why}", err=True),
        )


def _target_of(settings: Settings, use: str) -> str:
    """Return a fallback as a target, at its upstream.

    Raises:
        InputError: Its upstream wants a key of the gateway's, which a target's name cannot carry.
    """
    from urllib.parse import quote

    from groundstop.gateway.settings import Dialect
    from groundstop.gateway.standby.testing import fallback_upstream

    upstream, model, dialect = fallback_upstream(settings, use)
    if upstream.key is not None:
        raise InputError(
            f"The upstream {upstream.name} wants the key in {upstream.key}",
            f"Put the fallback into groundstop.toml with key_env = {upstream.key!r}, and give its --target",
        )
    url = upstream.url.rstrip("/")
    if dialect is Dialect.ANTHROPIC:
        return f"anthropic+{url.removesuffix('/v1')}#{quote(model)}"
    return f"{url}#{quote(model)}"


def _rerun(rerun: _Rerun) -> Reproduction:
    """Rerun a finding on a fallback, on record in the workspace."""
    from groundstop.assessment import make_reproduction_plan
    from groundstop.cli.carrying import carry_out, open_targets
    from groundstop.cli.case_findings import finding_at
    from groundstop.cli.opening import open_recipe
    from groundstop.cli.output import error_console
    from groundstop.cli.parties import own_key
    from groundstop.cli.rerunning import asked_sampling, read_judge, rerun_options
    from groundstop.cli.wiring import open_workspace, read_config
    from groundstop.documents import Budget, Reproduction

    with open_workspace(rerun.workspace) as space:
        bundle = finding_at(rerun.file)
        key = own_key(rerun.workspace, rerun.key)
        recipe = open_recipe(rerun.workspace, bundle, key, purpose=f"a fallback's test on {rerun.target}")
        (target,) = open_targets((rerun.target,), read_config(rerun.workspace))
        plan = make_reproduction_plan(
            bundle.finding,
            recipe,
            target.description,
            judge=read_judge(rerun.judge),
            estimate_calls=rerun.trials,
            sampling=asked_sampling(recipe, None, None),
            seed=secrets.randbits(32),
            budget=Budget(),
            created=datetime.now(UTC),
        )
        run = space.create_run(plan, rerun_options(rerun.file, rerun.target, key, rerun.judge))
        result = carry_out(space, run, error_console())
    if not isinstance(result, Reproduction):
        raise InputError(f"Run {run.id} is no reproduction", "See: groundstop runs list")
    return result
