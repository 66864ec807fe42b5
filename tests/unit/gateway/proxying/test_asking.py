"""Requests that name a model: let through, kept out, retired, guarded, or answered by another."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web

from groundstop.directives.facts import Principal
from groundstop.documents.directives import OrderKind, Unknown
from groundstop.documents.gateway import Change, GuardOutcome
from groundstop.gateway.settings import Settings
from tests.claim_parts import CHALLENGES, a_wallet, citizen, credential_table, signed, trusted
from tests.deciding_parts import restricted
from tests.directive_parts import for_everybody
from tests.gateway_parts import (
    ALIAS,
    OPEN,
    WITHDRAWN,
    Guarded,
    Running,
    Standing,
    StubUpstream,
    a_gateway,
    about,
    chat,
    message,
    settings_for,
)

CHAT = "/v1/chat/completions"
MESSAGES = "/v1/messages"
FALLBACK: dict[str, Any] = {"fallback": [{"model": WITHDRAWN, "use": OPEN}]}


async def test_a_request_goes_on_as_it_was_read_and_its_answer_comes_back() -> None:
    async with a_gateway() as gateway:
        answer = await gateway.ask(CHAT, b'{ "messages": [],\n"model" : "desk-clerk" }', X_Odd="1")

        assert answer.status == 200
        assert answer.json["model"] == OPEN
        assert answer.headers["Groundstop-Request"] == "req-1"
        assert gateway.upstream.last.target == "/v1/chat/completions"
        assert gateway.upstream.last.body == b'{"messages":[],"model":"desk-clerk"}'
        assert "X-Odd" not in gateway.upstream.last.headers
        assert gateway.receipts.last.status == 200
        assert gateway.receipts.last.names == (OPEN,)
        assert gateway.counted.answers == [("chat.completions", 200)]
        assert gateway.counted.upstreams == [("elm-1", "ok")]


async def test_a_withdrawn_model_is_denied_and_never_asked() -> None:
    async with a_gateway(for_everybody()) as gateway:
        answer = await gateway.ask(CHAT, chat(WITHDRAWN))

        assert answer.status == 451
        assert answer.headers["Link"] == '<https://office.example/orders/1>; rel="blocked-by"'
        assert answer.headers["Groundstop-Source"] == "gateway"
        assert answer.json["error"]["code"] == "model_withdrawn"
        assert answer.json["error"]["groundstop"]["directive"] == for_everybody().id
        assert gateway.upstream.got == []
        assert gateway.receipts.last.status == 451
        assert not gateway.receipts.last.ruling.allowed


@pytest.mark.parametrize("model", [WITHDRAWN, ALIAS, f"elm/{WITHDRAWN}", WITHDRAWN.upper()])
async def test_every_name_of_a_withdrawn_model_is_denied(model: str) -> None:
    async with a_gateway(for_everybody()) as gateway:
        answer = await gateway.ask(MESSAGES, message(model))

        assert answer.status == 451
        assert answer.json["type"] == "error"


async def test_an_alias_of_the_operator_is_ruled_on_as_what_it_stands_for_and_sent_on_as_that() -> None:
    def settings(url: str) -> Settings:
        aliases = {"quick": OPEN, "helpful": WITHDRAWN}
        return settings_for({"url": url, "aliases": aliases})

    async with a_gateway(for_everybody(), settings=settings) as gateway:
        allowed = await gateway.ask(CHAT, chat("quick"))
        denied = await gateway.ask(CHAT, chat("helpful"))

        assert allowed.status == 200
        assert gateway.upstream.last.json["model"] == OPEN
        assert gateway.receipts.entries[0].names == ("quick", OPEN)
        assert denied.status == 451
        assert len(gateway.upstream.got) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"models": [OPEN, WITHDRAWN]},
        {"fallbacks": [{"model": WITHDRAWN}]},
        {"tools": [{"type": "advisor", "model": WITHDRAWN}]},
    ],
)
async def test_a_withdrawn_model_beside_the_one_that_is_asked_for_is_denied(more: dict[str, Any]) -> None:
    async with a_gateway(for_everybody()) as gateway:
        answer = await gateway.ask(CHAT, chat(OPEN, **more))

        assert answer.status == 451
        assert gateway.upstream.got == []
        assert WITHDRAWN in gateway.receipts.last.names


async def test_models_are_routed_by_name_and_one_that_nobody_has_is_not_found() -> None:
    def settings(url: str) -> Settings:
        first = {"url": f"{url}/a", "models": ["a"]}
        second = {"url": f"{url}/b", "models": ["b"], "name": "birch-2", "speaks": ["openai"]}
        return settings_for(first, second)

    async with a_gateway(settings=settings) as gateway:
        for model in ("a", "b"):
            assert (await gateway.ask(CHAT, chat(model))).status == 200
        missing = await gateway.ask(CHAT, chat("c"))
        other_dialect = await gateway.ask(MESSAGES, message("b"))

        assert [one.target for one in gateway.upstream.got] == [
            "/v1/a/chat/completions",
            "/v1/b/chat/completions",
        ]
        assert missing.status == other_dialect.status == 404
        assert missing.json["error"]["code"] == "model_not_found"


async def test_a_retired_model_is_gone_with_what_to_ask_for_instead_and_no_order_behind_it() -> None:
    retired = [{"model": "desk-old", "use": OPEN}]
    async with a_gateway(retired=retired) as gateway:
        answer = await gateway.ask(CHAT, chat("desk-old"))

        assert answer.status == 410
        assert answer.json["error"]["code"] == "model_retired"
        assert OPEN in answer.json["error"]["message"]
        assert "Link" not in answer.headers
        assert "Groundstop-Order" not in answer.headers


async def test_a_request_stays_unanswered_when_no_receipt_of_it_can_be_kept() -> None:
    async with a_gateway(for_everybody()) as gateway:
        gateway.receipts.full = True
        answers = [await gateway.ask(CHAT, chat(model)) for model in (OPEN, WITHDRAWN)]

        assert [one.status for one in answers] == [503, 503]
        assert answers[0].json["error"]["code"] == "receipts_unavailable"
        assert gateway.upstream.got == []


async def test_a_closed_gateway_answers_nothing_and_says_that_it_is_no_outage_of_the_upstream() -> None:
    async with a_gateway() as gateway:
        gateway.put(closed=("What is kept is damaged",))
        answers = [
            await gateway.ask(CHAT, chat()),
            await gateway.ask("/v1/files", method="GET"),
            await gateway.ask("/v1/files/file-1/content", method="GET"),
        ]

        assert [one.status for one in answers] == [503, 503, 503]
        assert {one.json["error"]["code"] for one in answers} == {"gateway_closed"}
        assert answers[0].headers["x-should-retry"] == "false"
        assert gateway.upstream.got == []


class TestWhoAsks:
    async def test_a_person_with_the_right_claims_is_served_and_the_token_goes_no_further(self) -> None:
        token = signed(citizen())
        async with a_gateway(restricted(), issuers=trusted()) as gateway:
            unknown = await gateway.ask(CHAT, chat(WITHDRAWN), Authorization="Bearer own-key-of-the-client")
            person = await gateway.ask(
                CHAT, chat(WITHDRAWN), Authorization="Bearer own-key-of-the-client", Groundstop_Token=token
            )
            as_bearer = await gateway.ask(CHAT, chat(WITHDRAWN), Authorization=f"Bearer {token}")

            assert unknown.status == 451
            assert unknown.json["error"]["code"] == "claim_unknown"
            assert "nationality" in unknown.json["error"]["groundstop"]["missing_claims"]
            assert person.status == as_bearer.status == 200
            first, second = gateway.upstream.got
            assert first.headers["Authorization"] == "Bearer own-key-of-the-client"
            assert "Authorization" not in second.headers
            assert all(token not in str(one) for one in gateway.upstream.got)
            assert gateway.receipts.last.who.principal == Principal("alder-id", "person-7")

    async def test_a_token_that_no_longer_counts_is_not_handed_to_the_upstream_as_a_key(self) -> None:
        expired = signed(citizen(exp=1_700_000_000, iat=1_699_999_000))
        async with a_gateway(issuers=trusted()) as gateway:
            answer = await gateway.ask(CHAT, chat(), Authorization=f"Bearer {expired}")

            assert answer.status == 200
            assert "Authorization" not in gateway.upstream.last.headers

    async def test_credentials_that_are_required_and_missing_are_asked_for(self) -> None:
        expired = signed(citizen(exp=1_700_000_000, iat=1_699_999_000))
        async with a_gateway(issuers=trusted(), clients={"credentials": "required"}) as gateway:
            nothing = await gateway.ask(CHAT, chat())
            wrong = await gateway.ask(MESSAGES, message(), x_api_key=expired)
            right = await gateway.ask(CHAT, chat(), Authorization=f"Bearer {signed(citizen())}")

            assert nothing.status == wrong.status == 401
            assert nothing.headers["WWW-Authenticate"] == "Bearer"
            assert wrong.json["error"]["type"] == "authentication_error"
            assert "it has expired" in wrong.json["error"]["message"]
            assert expired not in wrong.body.decode()
            assert right.status == 200

    async def test_an_upstream_with_a_key_of_the_gateway_gets_that_and_never_the_clients(self) -> None:
        def settings(url: str) -> Settings:
            return settings_for({"url": url, "key": "ELM_KEY"})

        async with a_gateway(settings=settings, environment={"ELM_KEY": "k-1"}) as gateway:
            await gateway.ask(CHAT, chat(), Authorization="Bearer own-key-of-the-client")
            await gateway.ask(MESSAGES, message(), x_api_key="own-key-of-the-client")

            first, second = gateway.upstream.got
            assert first.headers["Authorization"] == "Bearer k-1"
            assert second.headers["x-api-key"] == "k-1"
            assert "own-key" not in str(gateway.upstream.got)

    async def test_a_credential_that_answers_the_challenge_of_a_denial_counts(self) -> None:
        issuers, wallet = trusted(credential_table()), a_wallet()
        async with a_gateway(restricted(), issuers=issuers, challenges=CHALLENGES) as gateway:
            denied = await gateway.ask(CHAT, chat(WITHDRAWN))
            shown = wallet.present("home_person", nonce=denied.headers["Groundstop-Challenge"])
            served = await gateway.ask(CHAT, chat(WITHDRAWN), Groundstop_Token=shown)

            assert (denied.status, served.status) == (451, 200)
            assert "Groundstop-Challenge" not in served.headers
        async with a_gateway(restricted()) as gateway:
            assert "Groundstop-Challenge" not in (await gateway.ask(CHAT, chat(WITHDRAWN))).headers


class TestFallback:
    async def test_another_model_answers_where_the_order_lets_one_and_it_is_named(self) -> None:
        async with a_gateway(for_everybody(fallback=True), **FALLBACK) as gateway:
            answer = await gateway.ask(CHAT, chat(WITHDRAWN))

            assert answer.status == 200
            assert answer.headers["Groundstop-Answered-By"] == OPEN
            assert answer.headers["Groundstop-Instead-Of"] == WITHDRAWN
            assert answer.headers["Groundstop-Order"] == for_everybody().id
            assert gateway.upstream.last.json["model"] == OPEN
            assert gateway.receipts.last.instead_of == WITHDRAWN
            assert gateway.receipts.last.because == for_everybody().id
            assert gateway.receipts.last.names == (OPEN,)

    async def test_a_stream_is_answered_by_another_model_too(self) -> None:
        async with a_gateway(for_everybody(fallback=True), **FALLBACK) as gateway:
            answer = await gateway.ask(MESSAGES, message(WITHDRAWN, stream=True))

            assert answer.status == 200
            assert answer.headers["Groundstop-Answered-By"] == OPEN
            assert b"message_stop" in answer.body

    async def test_its_upstreams_error_tells_too_that_another_model_was_asked(self) -> None:
        async def has_no_such_route(_request: web.Request, _body: bytes) -> web.StreamResponse:
            return web.json_response({"error": {}}, status=404)

        upstream = StubUpstream(answer=has_no_such_route)
        async with a_gateway(for_everybody(fallback=True), upstream=upstream, **FALLBACK) as gateway:
            answer = await gateway.ask(CHAT, chat(WITHDRAWN))

            assert answer.status == 404
            assert answer.headers["Groundstop-Source"] == "upstream"
            assert answer.headers["Groundstop-Answered-By"] == OPEN
            assert answer.headers["Groundstop-Order"] == for_everybody().id

    async def test_one_that_is_not_ready_does_not_answer_and_the_denial_says_why(self) -> None:
        standby = Standing("desk-clerk was last tried 30 hours ago")
        async with a_gateway(for_everybody(fallback=True), standby=standby, **FALLBACK) as gateway:
            answer = await gateway.ask(CHAT, chat(WITHDRAWN))

            assert answer.status == 451
            assert answer.json["error"]["groundstop"]["fallback"] == standby.why
            assert gateway.upstream.got == []

    @pytest.mark.parametrize("fallback", [True, False])
    async def test_none_answers_where_the_order_or_the_request_does_not_want_it(self, fallback: bool) -> None:
        async with a_gateway(for_everybody(fallback=fallback), **FALLBACK) as gateway:
            answer = await gateway.ask(CHAT, chat(WITHDRAWN), Groundstop_Fallback="no" if fallback else "")

            assert answer.status == 451
            assert gateway.upstream.got == []

    async def test_one_that_is_withdrawn_too_does_not_answer(self) -> None:
        orders = (for_everybody(fallback=True), for_everybody(2, subject=about(OPEN), alternatives=()))
        async with a_gateway(*orders, **FALLBACK) as gateway:
            answer = await gateway.ask(CHAT, chat(WITHDRAWN))

            assert answer.status == 451
            assert answer.json["error"]["groundstop"]["fallback"] == f"{OPEN} is kept out too"

    async def test_one_that_is_served_by_the_withdrawn_model_is_withheld(self) -> None:
        upstream = StubUpstream(served_as={OPEN: WITHDRAWN})
        async with a_gateway(for_everybody(fallback=True), upstream=upstream, **FALLBACK) as gateway:
            answer = await gateway.ask(CHAT, chat(WITHDRAWN))

            assert answer.status == 451
            assert gateway.receipts.changes[-1].change is Change.WITHHELD


class TestGuards:
    ORDER = for_everybody(order=OrderKind.VIRTUAL_PATCH, unknown=Unknown.DENY)

    @pytest.mark.parametrize(
        ("outcome", "status"),
        [
            (GuardOutcome.PASSED, 200),
            (GuardOutcome.SHADOW, 200),
            (GuardOutcome.BLOCKED, 403),
            (GuardOutcome.NOT_ASSESSED, 451),
        ],
    )
    async def test_a_request_goes_on_only_when_its_guard_lets_it(
        self, outcome: GuardOutcome, status: int
    ) -> None:
        async with a_gateway(self.ORDER, guards=Guarded(outcome)) as gateway:
            answer = await gateway.ask(CHAT, chat(WITHDRAWN))

            assert answer.status == status
            assert gateway.guards.texts == [("Say the word ready.",)]
            assert gateway.receipts.last.guards[0].outcome is outcome
            assert gateway.receipts.last.ruling.allowed is (status == 200)
            assert len(gateway.upstream.got) == (status == 200)

    async def test_a_guard_that_could_not_look_lets_it_on_where_the_order_says_so(self) -> None:
        order = for_everybody(order=OrderKind.VIRTUAL_PATCH, unknown=Unknown.ALLOW)
        async with a_gateway(order, guards=Guarded(GuardOutcome.NOT_ASSESSED)) as gateway:
            assert (await gateway.ask(CHAT, chat(WITHDRAWN))).status == 200

    async def test_what_a_guard_cannot_see_counts_as_not_looked_at(self) -> None:
        picture = {"type": "image_url", "image_url": {"url": "https://pictures.example/1"}}
        body = {"model": WITHDRAWN, "messages": [{"role": "user", "content": [picture]}]}
        async with a_gateway(self.ORDER) as gateway:
            answer = await gateway.ask(CHAT, body)

            assert answer.status == 451
            assert answer.json["error"]["code"] == "guard_not_assessed"

    async def test_an_order_that_arrives_while_a_guard_looks_still_counts(self) -> None:
        class Slow(Guarded):
            async def check(self, directives: Any, texts: Any) -> Any:
                running[0].put(for_everybody(2))
                return await super().check(directives, texts)

        running: list[Running] = []
        async with a_gateway(self.ORDER, guards=Slow()) as gateway:
            running.append(gateway)
            answer = await gateway.ask(CHAT, chat(WITHDRAWN))

            assert answer.status == 451
            assert answer.json["error"]["code"] == "model_withdrawn"
            assert gateway.upstream.got == []


async def test_the_operators_own_route_is_let_through_by_its_model() -> None:
    routes = [
        {"path": "/v1/rerank", "model": "body"},
        {"path": "/v1/spell", "always": WITHDRAWN},
        {"path": "/v1/sound", "always": OPEN},
    ]

    async def sound(request: web.Request, body: bytes) -> web.StreamResponse | None:
        if request.path == "/v1/sound":
            return web.Response(body=b"\x00\x01", content_type="audio/wav")
        return None

    async with a_gateway(for_everybody(), upstream=StubUpstream(answer=sound), route=routes) as gateway:
        assert (await gateway.ask("/v1/rerank", chat())).status == 200
        assert (await gateway.ask("/v1/rerank", chat(WITHDRAWN))).status == 451
        assert (await gateway.ask("/v1/spell", {"text": "redy"})).status == 451
        heard = await gateway.ask("/v1/sound", {"text": "ready"})
        assert (heard.status, heard.body) == (200, b"\x00\x01")
        assert (await gateway.ask("/v1/unknown", chat())).status == 404


async def test_more_requests_than_may_be_in_flight_are_told_to_come_again() -> None:
    upstream = StubUpstream(hold=asyncio.Event())
    async with a_gateway(upstream=upstream, limits={"in_flight": 1}) as gateway:
        first = asyncio.create_task(gateway.ask(CHAT, chat(stream=True)))
        await gateway.reached()
        second = await gateway.ask(CHAT, chat())
        assert upstream.hold is not None
        upstream.hold.set()

        assert second.status == 503
        assert second.json["error"]["code"] == "gateway_busy"
        assert second.headers["Retry-After"] == "1"
        assert (await first).status == 200
