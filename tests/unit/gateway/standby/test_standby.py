from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web

from groundstop.documents import ReproductionOutcome
from groundstop.documents.directives import Evidence
from groundstop.documents.gateway import FallbackTest, RerunOnFallback, Smoke
from groundstop.errors import InputError
from groundstop.evidence import read_bundle
from groundstop.gateway.settings import Dialect, Fallback, Settings, Upstream
from groundstop.gateway.standby import Standby, findings_about, keep_test, kept_tests
from groundstop.gateway.standby.testing import fallback_upstream, smoke_test
from tests.deciding_parts import standing
from tests.directive_parts import FINDING, a_directive, at, for_everybody, signed
from tests.evidence_samples import a_bundle, a_key, written
from tests.gateway_parts import StubUpstream, an_upstream, chat_answer

MODEL, USE = "desk-helper", "desk-clerk"
KEY = a_key("gate-north")
NOW = at(5)


def settings(url: str = "http://127.0.0.1:9/v1", **changes: Any) -> Settings:
    values: dict[str, Any] = {
        "name": "gate-north",
        "operator": "riverside-cloud",
        "upstream": (Upstream(name="elm", url=url, speaks=tuple(Dialect)),),
        "fallback": (Fallback(model=MODEL, use=USE),),
    }
    return Settings(**{**values, **changes})


def a_rerun(**changes: Any) -> RerunOnFallback:
    values: dict[str, Any] = {
        "finding": FINDING,
        "outcome": ReproductionOutcome.NOT_NOW,
        "trials": 59,
        "violated": 0,
        "upper": 0.05,
        "stated": 0.05,
    }
    return RerunOnFallback(**{**values, **changes})


def a_test(*, when: datetime = NOW, answered: int = 5, **changes: Any) -> FallbackTest:
    values: dict[str, Any] = {
        "gateway": "gate-north",
        "created": when,
        "model": MODEL,
        "use": USE,
        "smoke": Smoke(asked=5, answered=answered),
    }
    return FallbackTest(**{**values, **changes})


def ready(folder: Path, now: datetime = NOW, **more: Any) -> str | None:
    return Standby(folder, settings(), KEY.card, **more).ready(MODEL, USE, now.timestamp())


def test_a_fresh_passed_test_makes_a_fallback_ready(tmp_path: Path) -> None:
    keep_test(tmp_path, a_test(), KEY)
    assert ready(tmp_path) is None


@pytest.mark.parametrize(
    ("test", "why"),
    [
        (a_test(when=NOW - timedelta(hours=25)), "older than 24 hours"),
        (a_test(when=NOW + timedelta(hours=1)), "ahead of the clock"),
        (a_test(answered=4), "answered 4 of 5"),
        (a_test(reruns=(a_rerun(outcome=ReproductionOutcome.REPRODUCED),)), "not shown to be free"),
        (a_test(reruns=(a_rerun(outcome=ReproductionOutcome.INCONCLUSIVE),)), "not shown to be free"),
        (a_test(reruns=(a_rerun(upper=0.06),)), "not shown to be free"),
    ],
    ids=["old", "ahead", "smoke", "reproduced", "undecided", "bound"],
)
def test_why_a_fallback_is_not_ready_is_a_sentence(tmp_path: Path, test: FallbackTest, why: str) -> None:
    keep_test(tmp_path, test, KEY)
    assert why in (ready(tmp_path) or "")


def test_what_was_never_tested_or_never_named_is_not_ready(tmp_path: Path) -> None:
    assert "never tested" in (ready(tmp_path) or "")
    keep_test(tmp_path, a_test(), KEY)
    standby = Standby(tmp_path, settings(), KEY.card)
    assert "Nothing says" in (standby.ready(MODEL, "desk-other", NOW.timestamp()) or "")


def _by_another(path: Path) -> None:
    path.unlink()
    keep_test(path.parent.parent, a_test(), a_key("fern-desk"))


def _changed(path: Path) -> None:
    envelope = json.loads(path.read_bytes())
    envelope["signatures"][0]["sig"] = "A" * 86 + "=="
    path.write_text(json.dumps(envelope, separators=(",", ":"), sort_keys=True))


def _for_others(path: Path) -> None:
    other = keep_test(path.parent.parent, a_test(model="desk-other"), KEY)
    shutil.move(other, path)


@pytest.mark.parametrize("change", [_by_another, _changed, _for_others, lambda path: path.write_bytes(b"{}")])
def test_only_the_gateways_own_word_counts(tmp_path: Path, change: Callable[[Path], None]) -> None:
    path = keep_test(tmp_path, a_test(), KEY)
    change(path)
    assert "never tested" in (ready(tmp_path) or "")
    (kept,) = kept_tests(tmp_path, KEY.card)
    assert kept.test is None
    assert kept.why


def test_a_newer_test_takes_the_place_of_the_one_before_and_is_seen_at_the_next_look(tmp_path: Path) -> None:
    keep_test(tmp_path, a_test(answered=0), KEY)
    standby = Standby(tmp_path, settings(), KEY.card)
    keep_test(tmp_path, a_test(when=NOW + timedelta(seconds=1)), KEY)
    assert standby.ready(MODEL, USE, NOW.timestamp()) is not None
    standby.look()
    assert standby.ready(MODEL, USE, NOW.timestamp()) is None


def test_a_finding_that_is_at_hand_must_have_been_tried(tmp_path: Path) -> None:
    bundle_file = written(a_bundle(), tmp_path)
    finding = read_bundle(bundle_file).finding.content_id
    order = for_everybody(evidence=(Evidence(finding=finding, id="GSF-20260702-0123456789"),))
    orders = standing(signed(order))
    assert findings_about(orders, "elm/desk-helper") == {finding}
    keep_test(tmp_path, a_test(), KEY)
    assert ready(tmp_path, orders=lambda: orders) is None
    (tmp_path / "findings").mkdir()
    shutil.copy(bundle_file, tmp_path / "findings")
    assert "not tested with the finding" in (ready(tmp_path, orders=lambda: orders) or "")
    keep_test(tmp_path, a_test(reruns=(a_rerun(finding=finding),)), KEY)
    assert ready(tmp_path, orders=lambda: orders) is None


def test_orders_about_other_models_ask_for_nothing() -> None:
    assert findings_about(standing(signed(a_directive())), "desk-clerk") == frozenset()


async def test_a_smoke_test_asks_the_fallbacks_upstream_harmless_things() -> None:
    async with an_upstream() as stub, ClientSession() as session:
        smoke = await smoke_test(settings(stub.url), USE, session, environment={}, client_key="sesame")
    assert smoke == Smoke(asked=5, answered=5)
    assert {one.json["model"] for one in stub.got} == {USE}
    assert {one.headers["Authorization"] for one in stub.got} == {"Bearer sesame"}


async def test_an_upstream_that_answers_nothing_of_use_fails_the_smoke_test() -> None:
    async def empty(_request: web.Request, _body: bytes) -> web.Response:
        return web.json_response(chat_answer(USE, " "))

    async with an_upstream(StubUpstream(answer=empty)) as stub, ClientSession() as session:
        smoke = await smoke_test(settings(stub.url), USE, session, environment={})
    assert smoke.answered == 0


async def test_nothing_there_fails_the_smoke_test() -> None:
    async with ClientSession() as session:
        assert (await smoke_test(settings(), USE, session, environment={})).answered == 0


async def test_the_other_interface_is_spoken_where_the_upstream_has_only_that() -> None:
    async with an_upstream() as stub, ClientSession() as session:
        upstream = Upstream(name="elm", url=stub.url, speaks=(Dialect.ANTHROPIC,), key="ELM_KEY")
        smoke = await smoke_test(
            settings(upstream=(upstream,)), USE, session, environment={"ELM_KEY": "sesame"}
        )
    assert smoke.answered == 5
    assert {one.target for one in stub.got} == {"/v1/messages"}
    assert {one.headers["x-api-key"] for one in stub.got} == {"sesame"}


async def test_a_key_that_is_not_in_the_environment_is_named() -> None:
    upstream = Upstream(name="elm", url="http://127.0.0.1:9/v1", key="ELM_KEY")
    async with ClientSession() as session:
        with pytest.raises(InputError, match="not in the environment"):
            await smoke_test(settings(upstream=(upstream,)), USE, session, environment={})


def test_a_fallback_that_no_upstream_has_is_named() -> None:
    upstream = Upstream(name="elm", url="http://127.0.0.1:9/v1", models=(MODEL,))
    with pytest.raises(InputError, match="No upstream"):
        fallback_upstream(settings(upstream=(upstream,)), USE)
