"""Commands that prove what gateways enforce, run as a user runs them, against a gateway in this process."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from groundstop.directives.signing import sign_order
from groundstop.documents.directives import Directive
from groundstop.documents.gateway import Acknowledgement, StandingOrder
from groundstop.evidence import KeyFolder
from groundstop.evidence.statements import Subject, digest_of, sign
from groundstop.gateway.config import read_settings
from groundstop.gateway.folder import prepare, write_settings
from groundstop.gateway.here import Here, gateway_here
from groundstop.gateway.news import News
from tests.commands import Ended, groundstop
from tests.deciding_parts import standing
from tests.directive_parts import AUTHORITY, a_charter, for_everybody, officer, signed
from tests.evidence_parties import Party, inside
from tests.gateway_parts import an_upstream
from tests.repository_parts import Scene

NOW = datetime.now(UTC).replace(microsecond=0)


def an_order() -> Directive:
    """Return an order that is in force now."""
    return for_everybody(
        created=NOW - timedelta(hours=2),
        effective=NOW - timedelta(hours=1),
        review=NOW + timedelta(days=10),
        expires=NOW + timedelta(days=20),
        fallback=True,
    )


@asynccontextmanager
async def a_running_gateway(folder: Path, *orders: Directive) -> AsyncIterator[Here]:
    """Run a gateway with a folder as an operator has it."""
    async with an_upstream() as upstream:
        if not (folder / "gateway.toml").exists():
            settings = write_settings(folder, upstream.url, name="gate-north", operator="riverside-cloud")
            prepare(folder, settings.key, now=NOW - timedelta(days=1))
            text = (folder / "gateway.toml").read_text()
            text = text.replace("127.0.0.1:8400", "127.0.0.1:0").replace("127.0.0.1:8401", "127.0.0.1:0")
            (folder / "gateway.toml").write_text(
                f'{text}\n[[fallback]]\nmodel = "desk-helper"\nuse = "desk-clerk"\n'
            )
        async with gateway_here(
            folder, read_settings(folder / "gateway.toml"), follow=False, environment={}, drain_s=0
        ) as here:
            if orders:
                now = time.time()
                await here.take(News(standing(*(signed(one) for one in orders)), now, now, ()))
            yield here


async def run(*arguments: str | Path, folder: Path) -> Ended:
    """Run a command beside the gateway that answers it."""
    with contextlib.chdir(folder):
        return await asyncio.to_thread(inside, "gateway", *arguments)


def order_files(folder: Path, order: Directive) -> tuple[Path, Path]:
    """Write an order and its issuer's charter."""
    path, charter = folder / "order.dsse.json", folder / "charter.json"
    path.write_bytes(sign_order(order, [officer(1), officer(2)]))
    charter.write_bytes(a_charter().canonical())
    return path, charter


def an_acknowledgement(folder: Path, order: Directive) -> Path:
    """Write what a gateway's key acknowledges of an order."""
    key = KeyFolder(folder / "keys").load("gateway")
    when = datetime.now(UTC) - timedelta(minutes=1)
    said = Acknowledgement(
        gateway="gate-north",
        created=when,
        table="sha256:" + "a" * 64,
        heard=when,
        orders=(StandingOrder(id=order.id, sequence=1, content=order.content_id),),
        workers=1,
    )
    path = folder / "acknowledgements.jsonl"
    path.write_bytes(sign(said, [Subject("table", "a" * 64)], [key]) + b"\n")
    return path


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Return a workspace with a key in it."""
    assert inside("key", "new", "riverside-cloud", "--workspace", tmp_path).code == 0
    return tmp_path


async def test_from_a_fleet_to_a_certificate_that_anybody_can_check(here: Path) -> None:
    order = an_order()
    path, charter = order_files(here, order)
    operator = here / "operator"
    operator.mkdir()
    async with a_running_gateway(operator, order) as gateway:
        made = await run("fleet", "new", "fleet.json", operator, "--operator", "riverside-cloud", folder=here)
        assert made.code == 0, made.err
        unsigned = await run("certificate", "fleet.json", "--order", path, folder=here)
        assert unsigned.code == 2
        assert "Nobody has signed" in unsigned.err
        what = ("--unreachable", "weights that were copied", "--why", "nobody knows where", "--copies", "3")
        assert (await run("fleet", "add", "fleet.json", *what, folder=here)).code == 0
        assert (await run("fleet", "sign", "fleet.json", folder=here)).code == 0
        shown = await run("fleet", "show", "fleet.json", "--json", folder=here)
        assert shown.json["signers"] == ["riverside-cloud"]

        missing = await run("certificate", "fleet.json", "--order", path, "--json", folder=here)
        assert missing.code == 3
        assert missing.json["certificate"]["gateways"][0]["lacks"] == ["not-acknowledged"]

        card = operator / "keys" / "gateway.json"
        asked = await run(
            *("probe", gateway.url, "--order", path, "--name", "gate-north", "--card", card),
            *("--route", "chat.completions", "-o", "reports", "--json"),
            folder=here,
        )
        assert asked.code == 0, asked.out
        (report,) = asked.json
        assert report["counts"]["as_expected"] == report["counts"]["asked"] > 20
    said = an_acknowledgement(operator, order)
    # Probes count from the acknowledgement on, which was made a minute ago.
    arguments = ("--acks", said, "--probes", "reports", "--charter", charter, "--report", "page.html")
    whole = await run("certificate", "fleet.json", "--order", path, *arguments, folder=here)
    assert whole.code == 0, whole.out + whole.err
    assert "Complete" in whole.out
    assert "3 (nobody knows where)" in whole.out
    assert "Complete" in (here / "page.html").read_text()
    checked = inside("audit", here / f"{order.id}.certificate.json", "--json", "--workspace", here)
    assert checked.code == 0
    assert checked.json["kind"] == "certificate"
    changed = here / "changed.json"
    file = json.loads((here / f"{order.id}.certificate.json").read_text())
    changed.write_text(json.dumps({**file, "probes": []}))
    assert inside("audit", changed, "--workspace", here).code == 1


async def test_a_probe_finds_the_leak_of_a_gateway_that_has_not_heard(here: Path) -> None:
    path, _ = order_files(here, an_order())
    operator = here / "operator"
    operator.mkdir()
    async with a_running_gateway(operator) as gateway:
        asked = await run("probe", gateway.url, "--order", path, "--route", "messages", folder=here)
    assert asked.code == 1
    assert "Leaks" in asked.out
    assert "it was served" in asked.out


async def test_a_probe_of_nothing_says_that_nothing_answers(here: Path) -> None:
    path, _ = order_files(here, an_order())
    asked = await run("probe", "http://127.0.0.1:9", "--order", path, folder=here)
    assert asked.code == 4
    assert "Nothing answers" in asked.err


async def test_callers_and_routes_that_cannot_be_are_refused(here: Path) -> None:
    path, _ = order_files(here, an_order())
    token = here / "token"
    token.write_text("sesame\n")
    async with an_upstream() as upstream:
        permitted = await run("probe", upstream.url, "--order", path, "--permitted", token, folder=here)
        unknown = await run("probe", upstream.url, "--order", path, "--route", "chat", folder=here)
    assert (permitted.code, unknown.code) == (2, 2)
    assert "keeps everybody out" in permitted.err
    assert "chat.completions" in unknown.err


async def test_fallbacks_are_tested_and_listed(here: Path) -> None:
    operator = here / "operator"
    operator.mkdir()
    async with a_running_gateway(operator):
        before = await run("fallbacks", "list", operator, folder=here)
        tested = await run("fallbacks", "test", operator, "--json", folder=here)
        after = await run("fallbacks", "list", operator, "--json", folder=here)
    assert before.code == 3
    assert "never tested" in before.out
    assert tested.code == 0
    assert tested.json[0]["smoke"] == {"asked": 5, "answered": 5}
    assert after.code == 0
    assert after.json["fallbacks"][0]["ready"] is True
    failed = await run("fallbacks", "test", operator, folder=here)
    assert failed.code == 1
    assert "0 of 5" in failed.out
    assert "desk-clerk: 5 of 5 requests: the upstream cannot be reached" in failed.err


@pytest.fixture
def alder(tmp_path: Path) -> Party:
    """Return a party that has sealed a finding."""
    party = Party.new("alder-lab", tmp_path / "alder")
    party.seals(tmp_path / "finding.gsb")
    return party


@pytest.mark.parametrize(("rate", "code"), [(0, 0), (1, 1)])
async def test_a_finding_must_not_come_back_on_a_fallback(
    tmp_path: Path, alder: Party, rate: int, code: int
) -> None:
    operator = tmp_path / "operator"
    operator.mkdir()
    async with a_running_gateway(operator):
        # In a process of its own: a run sees to it that it can be interrupted.
        tested = await asyncio.to_thread(
            groundstop,
            *("gateway", "fallbacks", "test", operator, "--finding", "finding.gsb"),
            *("--target", f"scripted:custom?rate={rate}", "--workspace", alder.folder, "--json"),
            folder=tmp_path,
        )
    assert tested.code == code, tested.err
    ((rerun,),) = (one["reruns"] for one in tested.json)
    assert rerun["outcome"] == ("reproduced" if rate else "not reproducible now")
    assert (rerun["upper"] <= rerun["stated"]) is not bool(rate)
    listed = inside("gateway", "fallbacks", "list", operator)
    assert listed.code == (3 if rate else 0)


async def test_a_drill_touches_nothing_and_shows_what_users_see(here: Path) -> None:
    operator = here / "operator"
    operator.mkdir()
    async with a_running_gateway(operator):
        pass
    kept = sorted(operator.rglob("*"))
    arguments = ("--streams", "5", "--before", "0.3", "--seconds", "0.5", "--report", "drill.html", "--json")
    done = await run("drill", operator, "--model", "desk-helper", *arguments, folder=here)
    assert done.code == 0, done.err
    assert done.json["cut"] == 5
    assert sum(one["failed"] for one in done.json["pieces"]) == 0
    assert "withdrawn" in (here / "drill.html").read_text()
    assert sorted(operator.rglob("*")) == kept


async def test_a_fleet_is_probed_gateway_by_gateway_with_what_each_has_acknowledged(here: Path) -> None:
    order = an_order()
    path, _ = order_files(here, order)
    operator = here / "operator"
    operator.mkdir()
    async with a_running_gateway(operator, order) as gateway:
        new = await run("fleet", "new", "fleet.json", operator, "--operator", "riverside-cloud", folder=here)
        assert new.code == 0
        nowhere = await run("probe", "fleet.json", "--order", path, folder=here)
        assert nowhere.code == 2
        assert "No gateway to probe has an address" in nowhere.err
        other = groundstop("key", "new", "gate-south", "--workspace", "south", folder=here)
        assert other.code == 0
        card = here / "south" / ".groundstop" / "keys" / "gate-south.json"
        added = await run(
            *("fleet", "add", "fleet.json", "--name", "gate-south", "--card", card),
            *("--url", gateway.url, "--model", "desk-clerk"),
            folder=here,
        )
        assert added.code == 0, added.err
        unknown = await run("probe", "fleet.json", "--order", path, "--only", "gate-east", folder=here)
        assert unknown.code == 2
        asked = await run(
            *("probe", "fleet.json", "--order", path, "--only", "gate-south", "--route", "messages"),
            *("--acks", an_acknowledgement(operator, order), "--json", "-o", "reports"),
            folder=here,
        )
    assert asked.code == 0, asked.out
    (report,) = asked.json
    assert report["gateway"] == "gate-south"
    # The acknowledgement is another gateway's.
    assert report["table"] is None
    assert [one.name for one in (here / "reports").iterdir()] == [f"{order.id}.gate-south.probes.json"]


def test_an_order_that_an_operator_has_heard_is_named_by_its_folder_and_id(tmp_path: Path) -> None:
    scene, order = Scene(tmp_path / "scene", charter=a_charter()), an_order()
    assert scene.publish(order, now=datetime.now(UTC)).published
    root = tmp_path / "1.root.json"
    root.write_bytes(scene.root)
    with contextlib.chdir(tmp_path):
        begun = inside(
            *("obeys", "init", "operator", "--repository", scene.places.public, "--root", root),
            *("--digest", digest_of(scene.root), "--authority", AUTHORITY),
        )
        assert begun.code == 0, begun.err
        assert inside("obeys", "refresh", "operator").code == 0
        nothing = ("gateway", "probe", "http://127.0.0.1:9", "--order")
        known = inside(*nothing, f"operator/{order.id}")
        unknown = inside(*nothing, "operator/GSD-20260101-0000000000")
    assert (known.code, unknown.code) == (4, 2)
    assert "Nothing answers" in known.err
    assert "Nothing in operator is called GSD-20260101-0000000000" in unknown.err


async def test_a_gateway_is_asked_itself_what_it_has_acknowledged(here: Path) -> None:
    path, charter = order_files(here, an_order())
    operator = here / "operator"
    operator.mkdir()
    (here / "junk").mkdir()
    (here / "junk" / "other.json").write_text("{}")
    async with a_running_gateway(operator) as gateway:
        new = ("fleet", "new", "fleet.json", operator, "--operator", "riverside-cloud")
        assert (await run(*new, folder=here)).code == 0
        assert (await run("fleet", "sign", "fleet.json", folder=here)).code == 0
        made = await run(
            *("certificate", "fleet.json", "--order", path, "--charter", charter),
            *("--acks", f"{gateway.admin_url}/acknowledgement", "--acks", operator, "--acks", "junk"),
            folder=here,
        )
        wrong = await run(
            *("certificate", "fleet.json", "--order", path, "--acks", f"{gateway.admin_url}/nothing"),
            folder=here,
        )
    # It runs, and has heard of no order.
    assert made.code == 3
    assert "It has not acknowledged the order" in made.out
    assert made.err.count("It does not count") == 1
    assert wrong.code == 4
    assert "answers with 404" in wrong.err
    gone = await run(
        "certificate", "fleet.json", "--order", path, "--acks", "http://127.0.0.1:9/x", folder=here
    )
    assert gone.code == 4
    assert "does not answer" in gone.err


async def test_a_live_drill_withdraws_the_model_of_the_gateway_that_runs(here: Path) -> None:
    operator = here / "operator"
    operator.mkdir()
    token = here / "token"
    token.write_text("sesame\n")
    async with a_running_gateway(operator) as gateway:
        looking = asyncio.create_task(_look_often(gateway))
        numbers = ("--streams", "3", "--before", "0.2", "--seconds", "0.4", "--token", token)
        live = ("--live", "--url", gateway.url)
        done = await run("drill", operator, "--model", "desk-helper", *live, *numbers, folder=here)
        looking.cancel()
    assert done.code == 0, done.out
    assert "that runs" in done.out
    assert not (operator / "stop").exists()


def test_a_live_drill_of_a_gateway_that_does_not_run_touches_nothing(here: Path) -> None:
    write_settings(here / "operator", "http://127.0.0.1:9/v1", name="gate-north", operator="riverside-cloud")
    with contextlib.chdir(here):
        ended = inside("gateway", "drill", "operator", "--model", "desk-helper", "--live")
    assert ended.code == 4
    assert "No gateway serves from operator" in ended.err
    assert not (here / "operator" / "stop").exists()


async def _look_often(gateway: Here) -> None:
    """Look at the operator's files as a gateway does, and more often."""
    while True:
        await gateway.look()
        await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("fleet", "new", "fleet.json", "--operator", "riverside-cloud"), "No gateway is given"),
        (("fleet", "new", "taken.json", "--operator", "riverside-cloud"), "exists already"),
        (("fleet", "show", "order.json"), "is not a fleet document"),
        (("certificate", "taken.json", "--order", "taken.json"), "is not a fleet document"),
        (("probe", "http://127.0.0.1:9", "--order", "taken.json"), "taken.json"),
        (("fallbacks", "list", "."), "gateway.toml"),
        (("drill", ".", "--model", "desk-helper"), "gateway.toml"),
    ],
)
def test_what_cannot_be_done_is_said_with_what_to_do(
    here: Path, arguments: tuple[str, ...], said: str
) -> None:
    (here / "taken.json").write_text("{}")
    (here / "order.json").write_bytes(an_order().canonical())
    with contextlib.chdir(here):
        ended = inside("gateway", *arguments)
    assert ended.code == 2
    assert said in " ".join(ended.err.split())


@pytest.mark.parametrize("text", ["", "  \n", "two words\n", "t\u00f6ken\n"])
def test_a_file_without_a_token_is_refused(here: Path, text: str) -> None:
    path, _ = order_files(here, an_order())
    token = here / "token"
    token.write_text(text, encoding="utf-8")
    with contextlib.chdir(here):
        ended = inside("gateway", "probe", "http://127.0.0.1:9", "--order", path, "--withdrawn", token)
    assert ended.code == 2
    assert "holds no token" in ended.err


def test_gateways_that_cannot_be_told_apart_are_noticed(here: Path) -> None:
    for name in ("north", "south", "twin"):
        called = "gate-north" if name == "twin" else f"gate-{name}"
        settings = write_settings(
            here / name, "http://127.0.0.1:9/v1", name=called, operator="riverside-cloud"
        )
        prepare(here / name, settings.key, now=NOW)
    new = ("gateway", "fleet", "new", "fleet.json", "--operator", "riverside-cloud")
    with contextlib.chdir(here):
        twice = inside(*new, "north", "twin")
        told = inside(*new, "north", "south")
        again = inside(
            "gateway", "fleet", "add", "fleet.json", "--name", "other", "--card", "south/keys/gateway.json"
        )
    assert twice.code == again.code == 2
    assert "Two gateways of the fleet are called gate-north" in " ".join(twice.err.split())
    assert "other and gate-south have the same key" in " ".join(again.err.split())
    assert told.code == 0
    assert "gate-north, gate-south are all at http://127.0.0.1:8400" in " ".join(told.out.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--name", "gate-south"), "--name and --card"),
        (("--url", "http://127.0.0.1:9"), "--name and --card"),
        (("--unreachable", "weights"), "--unreachable and --why"),
        ((), "nothing to add"),
    ],
)
def test_half_a_gateway_is_not_added(here: Path, arguments: tuple[str, ...], said: str) -> None:
    gateways = [{"name": "gate-north", "key": officer(1).card.to_json()}]
    fleet = {
        "kind": "fleet",
        "version": 1,
        "operator": "riverside-cloud",
        "created": "2026-07-06T12:00:00Z",
        "gateways": gateways,
    }
    (here / "fleet.json").write_text(json.dumps(fleet))
    with contextlib.chdir(here):
        ended = inside("gateway", "fleet", "add", "fleet.json", *arguments)
        shown = inside("gateway", "fleet", "show", "fleet.json")
    assert ended.code == 2
    assert said in " ".join(ended.err.split())
    assert "Not proved: nobody has signed it" in shown.out
