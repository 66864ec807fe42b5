from __future__ import annotations

from typing import Any

import pytest

from groundstop.directives.claims import Why
from groundstop.documents.directives import Act, OrderKind, Unknown
from groundstop.documents.gateway import GuardOutcome
from groundstop.gateway.gate import Gate
from groundstop.gateway.serving.attesting import Attester
from tests.claim_parts import citizen, trusted
from tests.claim_parts import signed as token_of
from tests.directive_parts import a_directive, for_everybody
from tests.gateway_parts import ALIAS, NOW, OPEN, WITHDRAWN, Guarded, chat, message
from tests.mount_parts import a_decision_service

TOKEN = token_of(citizen(iat=NOW - 10, exp=NOW + 600))


async def test_a_model_that_is_withdrawn_is_denied_with_an_answer_ready_for_the_client() -> None:
    async with a_decision_service(for_everybody()) as deciding:
        said = await deciding.decide(model=WITHDRAWN, route="chat.completions")
        assert not said["allowed"]
        assert said["status"] == said["denial"]["status"] == said["response"]["status"] == 451
        assert said["denial"]["reason"] == "model_withdrawn"
        assert said["denial"]["directive"] == for_everybody().id
        assert said["response"]["headers"]["Link"] == '<https://office.example/orders/1>; rel="blocked-by"'
        assert said["response"]["headers"]["Groundstop-Request"] == said["request"]
        assert said["response"]["body"]["error"]["code"] == "model_withdrawn"
        assert said["table"].startswith("sha256:")
        entry = deciding.receipts.last
        assert (entry.request, entry.surface, entry.route) == (
            said["request"],
            "litellm-hook",
            "chat.completions",
        )
        assert (entry.names, entry.status, entry.act) == ((WITHDRAWN,), 451, Act.INFER)
        assert deciding.counted.answers == [("litellm-hook:chat.completions", 451)]


async def test_a_denial_is_worded_in_the_dialect_that_is_asked_for() -> None:
    async with a_decision_service(for_everybody()) as deciding:
        said = await deciding.decide(model=WITHDRAWN, dialect="anthropic")
        assert said["response"]["body"]["type"] == "error"


async def test_a_model_that_no_order_is_about_goes_on_and_is_on_record() -> None:
    async with a_decision_service(for_everybody()) as deciding:
        said = await deciding.decide(model=OPEN)
        assert said["allowed"]
        assert (said["status"], said["denial"], said["response"]) == (200, None, None)
        assert deciding.receipts.last.request == said["request"]


@pytest.mark.parametrize(
    "question",
    [
        {"model": OPEN, "models": [ALIAS]},
        {"model": OPEN, "body": chat(WITHDRAWN)},
        {"model": OPEN, "body": chat(OPEN, fallbacks=[WITHDRAWN])},
        {"model": OPEN, "body": message(OPEN, tools=[{"model": WITHDRAWN}]), "dialect": "anthropic"},
        {"model": "short", "body": {"messages": []}},
    ],
)
async def test_every_name_counts_that_the_model_goes_by(question: dict[str, Any]) -> None:
    aliased: dict[str, Any] = {
        "upstream": [{"name": "elm", "url": "http://127.0.0.1:9", "aliases": {"short": WITHDRAWN}}]
    }
    async with a_decision_service(for_everybody(), **aliased) as deciding:
        assert not (await deciding.decide(**question))["allowed"]


async def test_claims_that_are_attested_count_and_others_do_not() -> None:
    async with a_decision_service(a_directive(), issuers=trusted()) as deciding:
        assert (await deciding.decide(model=WITHDRAWN, tokens=[TOKEN]))["allowed"]
        assert deciding.receipts.last.who.principal is not None
        unknown = await deciding.decide(model=WITHDRAWN)
        assert unknown["denial"]["reason"] == "claim_unknown"
        assert "nationality" in unknown["denial"]["missing_claims"]
        forged = await deciding.decide(model=WITHDRAWN, tokens=[TOKEN[:-4] + "AAAA"])
        assert not forged["allowed"]
        assert deciding.receipts.last.who.refused[0].why is Why.SIGNATURE


async def test_whoever_must_show_credentials_and_shows_none_that_count_is_told_why() -> None:
    required = {"credentials": "required"}
    async with a_decision_service(issuers=trusted(), clients=required) as deciding:
        said = await deciding.decide(model=OPEN)
        assert (said["allowed"], said["status"]) == (False, 401)
        assert said["response"]["headers"]["WWW-Authenticate"] == "Bearer"
        said = await deciding.decide(model=OPEN, tokens=["x.y.z"])
        assert "does not count" in said["denial"]["message"]
        assert "x.y.z" not in str(said)
        assert (await deciding.decide(model=OPEN, tokens=[TOKEN]))["allowed"]
        assert len(deciding.receipts.entries) == 1


@pytest.mark.parametrize(
    "question",
    [
        b"",
        b"[]",
        b"{",
        b'{"surface": "litellm-hook", "model": "desk-clerk", "model": "desk-helper"}',
        b'{"surface": "litellm-hook", "model": "desk-clerk", "mod\\u0065l": "desk-helper"}',
        {"surface": "litellm-hook"},
        {"surface": "litellm-hook", "model": ""},
        {"surface": "litellm-hook", "model": "*"},
        {"surface": "litellm-hook", "model": 7},
        {"surface": "litellm-hook", "model": OPEN, "act": "look"},
        {"surface": "somewhere", "model": OPEN},
        {"surface": "litellm-hook", "model": OPEN, "other": 1},
        {"surface": "litellm-hook", "model": OPEN, "tokens": ["t"] * 100},
        {"surface": "litellm-hook", "model": OPEN, "certificate": "no certificate"},
        {"surface": "litellm-hook", "model": OPEN, "body": {"MODEL": WITHDRAWN}},
        {"surface": "litellm-hook", "model": OPEN, "body": {"model": 7}},
    ],
)
async def test_a_question_that_cannot_be_read_is_no_permission(question: Any) -> None:
    async with a_decision_service(for_everybody()) as deciding:
        told = await deciding.ask("/v1/decide", question)
        assert told.status == 400
        assert "allowed" not in told.json
        assert deciding.receipts.entries == []


async def test_a_question_that_is_too_large_is_not_read() -> None:
    async with a_decision_service(limits={"body_bytes": 2048}) as deciding:
        told = await deciding.ask("/v1/decide", b" " * 4096)
        assert told.status == 413


async def test_nothing_goes_on_that_cannot_be_put_on_record() -> None:
    async with a_decision_service() as deciding:
        deciding.receipts.full = True
        told = await deciding.ask("/v1/decide", {"surface": "litellm-hook", "model": OPEN})
        assert told.status == 503
        assert (told.json["allowed"], told.json["denial"]["reason"]) == (False, "receipts_unavailable")


async def test_everything_is_closed_where_nothing_was_loaded_yet() -> None:
    async with a_decision_service(gate=Gate()) as deciding:
        said = await deciding.decide(model=OPEN)
        assert (said["status"], said["denial"]["reason"]) == (503, "gateway_closed")
        assert (await deciding.ask("/healthz", method="GET")).status == 503


async def test_a_mistake_of_ours_is_no_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_decision_service() as deciding:

        def broken(*_: object) -> None:
            raise KeyError("a secret that was asked")

        monkeypatch.setattr(deciding.gate, "rule", broken)
        told = await deciding.ask("/v1/decide", {"surface": "litellm-hook", "model": OPEN})
        assert told.status == 500
        assert b"secret" not in told.body
        assert (await deciding.nginx(f"/models/{OPEN}/v1/x")).status == 500
        asked = {"Content-Type": "application/json"}
        assert (await deciding.ask("/ext-authz/v1/chat/completions", chat(), headers=asked)).status == 500


async def test_no_answer_tells_what_it_is_made_of() -> None:
    async with a_decision_service(for_everybody()) as deciding:
        asked = {"surface": "litellm-hook", "model": OPEN}
        answers = [
            await deciding.ask("/v1/decide", asked),
            await deciding.ask("/v1/decide", b"{"),
            await deciding.ask("/healthz", method="GET"),
            await deciding.nginx("/status"),
            await deciding.nginx(f"/models/{OPEN}/v1/x"),
            await deciding.nginx(f"/models/{WITHDRAWN}/v1/x"),
            await deciding.ask("/ext-authz/status", method="GET"),
            await deciding.ask(f"/ext-authz/models/{OPEN}/v1/x"),
        ]
        assert {one.headers["Server"] for one in answers} == {"groundstop"}


async def test_there_is_no_other_door() -> None:
    async with a_decision_service() as deciding:
        for method, path in (
            ("GET", "/v1/decide"),
            ("POST", "/auth-request"),
            ("GET", "/ext-authz"),
            ("GET", "/"),
        ):
            assert (await deciding.ask(path, method=method)).status == 404


def a_patch(**changes: Any) -> Any:
    """Return an order that lets a model stay behind a guard."""
    return for_everybody(**{"order": OrderKind.VIRTUAL_PATCH, **changes})


@pytest.mark.parametrize(
    ("outcome", "unknown", "status"),
    [
        (GuardOutcome.PASSED, Unknown.DENY, 200),
        (GuardOutcome.SHADOW, Unknown.DENY, 200),
        (GuardOutcome.BLOCKED, Unknown.ALLOW, 403),
        (GuardOutcome.NOT_ASSESSED, Unknown.DENY, 451),
        (GuardOutcome.NOT_ASSESSED, Unknown.ALLOW, 200),
    ],
)
async def test_a_guard_that_an_order_asks_for_decides(
    outcome: GuardOutcome, unknown: Unknown, status: int
) -> None:
    guards = Guarded(outcome)
    async with a_decision_service(a_patch(unknown=unknown), guards=guards) as deciding:
        said = await deciding.decide(model=WITHDRAWN, body=chat(WITHDRAWN))
        assert said["status"] == status
        assert guards.texts == [("Say the word ready.",)]
        assert [one.outcome for one in deciding.receipts.last.guards] == [outcome]


async def test_a_guard_that_is_shown_nothing_or_not_all_passes_nothing() -> None:
    guards = Guarded(GuardOutcome.PASSED)
    picture = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]
    async with a_decision_service(a_patch(unknown=Unknown.DENY), guards=guards) as deciding:
        for question in ({}, {"body": {"messages": [{"role": "user", "content": picture}]}}):
            said = await deciding.decide(model=WITHDRAWN, **question)
            assert said["denial"]["reason"] == "guard_not_assessed"
            assert [one.outcome for one in deciding.receipts.last.guards] == [GuardOutcome.NOT_ASSESSED]
        assert (await deciding.decide(model=WITHDRAWN, texts=["ready"]))["allowed"]


async def test_the_issuers_are_replaced_as_a_whole() -> None:
    async with a_decision_service(a_directive()) as deciding:
        assert not (await deciding.decide(model=WITHDRAWN, tokens=[TOKEN]))["allowed"]

        deciding.service.attester = Attester(trusted())
        assert (await deciding.decide(model=WITHDRAWN, tokens=[TOKEN]))["allowed"]
