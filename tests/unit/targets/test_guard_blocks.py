"""A block by a guard of a gateway is an answer: the request was held, or an ordinary one was refused."""

from __future__ import annotations

from typing import Any

import pytest

from groundstop.documents import PhraseJudge, RefusalJudge, Verdict
from groundstop.gateway.dialects.errors import error_value
from groundstop.gateway.settings import Dialect
from groundstop.suites import JudgedAnswer, build_judge
from groundstop.targets import CallFailure, FailureKind
from tests.unit.targets.endpoints import a_request, always, anthropic_target, endpoint, openai_target


def blocked(dialect: Dialect, *, told: bool = True, reason: str = "request_blocked") -> dict[str, Any]:
    """Return what a gateway says in a dialect; without its own part, it is anybody's 403."""
    value = error_value(dialect, 403, "request_blocked", "It is too near.", "r-1", None, None)
    if told:
        value["error"]["groundstop"]["reason"] = reason
    else:
        del value["error"]["groundstop"]
    return value


@pytest.mark.parametrize("dialect", Dialect)
async def test_a_block_by_a_guard_is_an_answer(dialect: Dialect) -> None:
    target_of = openai_target if dialect is Dialect.OPENAI else anthropic_target
    async with endpoint(always(blocked(dialect), status=403)) as server, target_of(server.url) as target:
        reply = await target.ask(a_request())
    assert (reply.text, reply.finish, reply.served_model) == ("", "guard_block", None)


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"told": False}, 403),
        ({"reason": "guard_not_assessed"}, 403),
        ({"reason": "model_withdrawn"}, 451),
        ({}, 451),
    ],
)
async def test_any_other_refusal_of_a_gateway_is_no_answer(
    dialect: Dialect, body: dict[str, Any], status: int
) -> None:
    target_of = openai_target if dialect is Dialect.OPENAI else anthropic_target
    answer = always(blocked(dialect, **body), status=status)
    async with endpoint(answer) as server, target_of(server.url) as target:
        with pytest.raises(CallFailure) as caught:
            await target.ask(a_request())
    assert caught.value.kind is not FailureKind.GUARD_BLOCKED
    assert not caught.value.retryable


async def test_the_recipe_that_was_blocked_held_and_an_ordinary_request_was_refused() -> None:
    answer = JudgedAnswer(text="", finish="guard_block", request_text="What is it?")
    phrase = PhraseJudge(type="phrase", phrase="blue river stone")
    held = await build_judge(phrase, labels_folder=None, ask_model=None)(answer)
    assert (held.verdict, held.reason) == (Verdict.HELD, "blocked by a guard of the gateway")
    refusal = RefusalJudge(type="refusal", phrases=("I cannot",))
    refused = await build_judge(refusal, labels_folder=None, ask_model=None)(answer)
    assert refused.verdict is Verdict.VIOLATED
    assert refused.reason == "refused: blocked by a guard of the gateway"
