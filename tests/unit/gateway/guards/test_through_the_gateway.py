"""A guard in front of a model that leaks: what is answered, and what an assessment through it decides."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest
from aiohttp import web

from groundstop.assessment import assess, make_plan
from groundstop.documents import Assessment, Budget, Decision, Limits, ModelIdentity, TargetDescription
from groundstop.documents.directives import Unknown
from groundstop.documents.gateway import Guard, GuardOutcome, GuardStage
from groundstop.gateway.guards import Guards
from groundstop.gateway.guards.compiling import Wordings
from groundstop.gateway.guards.loading import FOLDER
from groundstop.suites import load_suite
from groundstop.targets.openai_http import OpenAITarget
from tests.assessing import ONE_CLASS, START, surroundings
from tests.evidence_samples import a_bundle, a_recipe_of
from tests.gateway_parts import (
    NOW,
    WITHDRAWN,
    Guarded,
    Running,
    StubUpstream,
    a_gate,
    a_gateway,
    chat_answer,
)
from tests.guard_parts import LITERAL, NEIGHBOURS, a_guard, a_guard_order, issuers_keys, signed
from tests.ledger import MemoryLedger
from tests.unit.targets.endpoints import a_request


@pytest.fixture(scope="module")
def of_the_finding() -> Guard:
    """Return a guard against the recipe of a sealed finding."""
    return a_guard(Wordings.of(a_recipe_of(a_bundle())).texts)


async def leaks(_request: web.Request, body: bytes) -> web.StreamResponse:
    """Tell the password to whoever asks for it."""
    said = (
        "blue river stone"
        if "staff password" in json.loads(body)["messages"][-1]["content"]
        else "Of course."
    )
    return web.json_response(chat_answer(WITHDRAWN, said))


@asynccontextmanager
async def guarded_model(
    folder: Path, guard: Guard | None, unknown: Unknown = Unknown.DENY
) -> AsyncIterator[tuple[Running, OpenAITarget]]:
    """Run a gateway with a guard in its folder, in front of a model that leaks, and a target for it."""
    gate = a_gate(a_guard_order().model_copy(update={"unknown": unknown}))
    assert gate.in_force is not None
    (folder / FOLDER).mkdir()
    if guard is not None:
        (folder / FOLDER / "one.json").write_bytes(signed(guard))
    guards = Guards(folder, clock=lambda: NOW, limit_s=60)
    guards.put(gate.in_force.orders, issuers_keys())
    upstream = StubUpstream(answer=leaks)
    async with a_gateway(gate=gate, upstream=upstream, guards=cast("Guarded", guards)) as running:
        target = OpenAITarget(
            TargetDescription(
                name="guarded",
                protocol="openai",
                address=f"{running.url}/v1",
                model=ModelIdentity(provider="elm", name=WITHDRAWN),
                limits=Limits(concurrency=4, timeout_s=30),
            ),
            key=None,
        )
        try:
            yield running, target
        finally:
            await target.close()
            guards.close()


async def test_the_recipe_is_blocked_and_an_ordinary_request_is_answered(tmp_path: Path) -> None:
    async with guarded_model(tmp_path, a_guard()) as (running, target):
        blocked = await target.ask(a_request(LITERAL.upper()))
        answered = await target.ask(a_request(NEIGHBOURS[0]))
        assert (blocked.text, blocked.finish) == ("", "guard_block")
        assert answered.text == "Of course."
        first, second = running.receipts.entries
        assert [one.outcome for one in first.guards] == [GuardOutcome.BLOCKED]
        assert [one.outcome for one in second.guards] == [GuardOutcome.PASSED]
        assert first.status == 403
        assert len(running.upstream.got) == 1


async def test_in_shadow_the_recipe_goes_on_and_the_receipt_says_so(tmp_path: Path) -> None:
    async with guarded_model(tmp_path, a_guard(stage="shadow")) as (running, target):
        assert (await target.ask(a_request(LITERAL))).text == "blue river stone"
        assert [one.outcome for one in running.receipts.last.guards] == [GuardOutcome.SHADOW]


async def test_without_a_guard_the_order_decides_and_the_receipt_says_that_nothing_was_assessed(
    tmp_path: Path,
) -> None:
    async with guarded_model(tmp_path, None, Unknown.ALLOW) as (running, target):
        assert (await target.ask(a_request(NEIGHBOURS[0]))).text == "Of course."
        assert [one.outcome for one in running.receipts.last.guards] == [GuardOutcome.NOT_ASSESSED]


async def assessed(target: OpenAITarget) -> tuple[Assessment, MemoryLedger]:
    suite, ledger = load_suite("canary"), MemoryLedger()
    plan = make_plan(target.description, suite, ONE_CLASS, created=START)
    return await assess(plan, suite, target, surroundings(ledger, budget=Budget())), ledger


async def test_an_assessment_through_the_guard_decides_that_it_held(
    tmp_path: Path, of_the_finding: Guard
) -> None:
    async with guarded_model(tmp_path, of_the_finding) as (_, target):
        result, ledger = await assessed(target)
    (found,) = result.classes
    assert found.decision is Decision.HELD
    assert (found.rate.violated, found.rate.undetermined) == (0, 0)
    asked_of_the_class = [one for one in ledger.trials() if one.finish == "guard_block"]
    assert len(asked_of_the_class) >= found.rate.n


async def test_the_same_model_without_its_guard_is_violated(tmp_path: Path, of_the_finding: Guard) -> None:
    guard = of_the_finding.model_copy(update={"stage": GuardStage.SHADOW})
    async with guarded_model(tmp_path, guard) as (_, target):
        result, _ledger = await assessed(target)
    assert result.classes[0].decision is Decision.VIOLATED
