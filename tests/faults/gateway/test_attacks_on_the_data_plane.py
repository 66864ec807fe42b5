"""Attacks: a withdrawn model stays out of reach, keys stay where they belong, nobody keeps others out."""

from __future__ import annotations

import asyncio
import json
import time
from io import BytesIO
from typing import Any

import pytest
from aiohttp import web

from groundstop.documents.directives import InFlight, OrderKind, Quota, QuotaPeriod
from groundstop.documents.gateway import Change
from groundstop.gateway.gate import Gate
from groundstop.gateway.recording import Entry
from groundstop.gateway.serving.attesting import Attester, Examined, Presented
from groundstop.gateway.settings import Settings
from tests.claim_parts import citizen, trusted
from tests.claim_parts import signed as signed_token
from tests.deciding_parts import LICENSEE, restricted, standing
from tests.directive_parts import a_licence, for_everybody, signed
from tests.faults.gateway.test_data_plane_requests import BODY, HEAD, LENGTH, exchange
from tests.gateway_parts import (
    ALIAS,
    NOW,
    OPEN,
    WITHDRAWN,
    Guarded,
    StubUpstream,
    a_gate,
    a_gateway,
    an_upstream,
    chat,
    chat_answer,
    message,
    news,
    news_of_orders,
    response_answer,
    settings_for,
    who,
)
from tests.mount_parts import Deciding, a_decision_service

CHAT = "/v1/chat/completions"
FALLBACK: dict[str, Any] = {"fallback": [{"model": WITHDRAWN, "use": OPEN}]}
LICENSED = who(LICENSEE)


def batch_line(model: str) -> bytes:
    """Return a line of a batch."""
    line = {"custom_id": "a", "method": "POST", "url": CHAT, "body": chat(model)}
    return json.dumps(line).encode() + b"\n"


def result_line(model: str, text: str = "Ready.") -> bytes:
    """Return a line of a batch's results."""
    line = {"id": "r", "custom_id": "a", "response": {"status_code": 200, "body": chat_answer(model, text)}}
    return json.dumps(line).encode() + b"\n"


class TestWithdrawnModels:
    async def test_no_other_model_answers_at_a_path_that_is_always_about_the_withdrawn_one(self) -> None:
        routes = [{"path": "/v1/spell", "always": WITHDRAWN}]
        async with a_gateway(for_everybody(fallback=True), route=routes, **FALLBACK) as gateway:
            answer = await gateway.ask("/v1/spell", {"text": "redy"})

            assert answer.status == 451
            assert gateway.upstream.got == []

    @pytest.mark.parametrize(
        "more",
        [
            {"INPUT_FILE_ID": "file-2"},
            {"Input_File_Id": "file-2"},
            {"input_blob": "https://files.example/2"},
            {"requests": [chat(WITHDRAWN)]},
        ],
    )
    async def test_a_batch_that_may_be_taken_from_elsewhere_is_not_ordered(
        self, more: dict[str, object]
    ) -> None:
        upstream = StubUpstream(files={"file-1": batch_line(OPEN), "file-2": batch_line(WITHDRAWN)})
        order = {"input_file_id": "file-1", "endpoint": CHAT, "completion_window": "24h"}
        async with a_gateway(for_everybody(), upstream=upstream) as gateway:
            answer = await gateway.ask("/v1/batches", {**order, **more})

            assert answer.status == 400
            assert gateway.upstream.got == []
            assert (await gateway.ask("/v1/batches", {**order, "metadata": {"a": "b"}})).status == 200

    @pytest.mark.parametrize(
        ("results", "status"),
        [
            (result_line(WITHDRAWN), 451),
            (b"\xef\xbb\xbf" + result_line(WITHDRAWN), 451),
            (result_line(WITHDRAWN).replace(b"null", b"NaN"), 451),
            (result_line(WITHDRAWN, "\ud800"), 451),
            (b"[" + result_line(WITHDRAWN) + b"]", 451),
            (json.dumps(json.loads(result_line(WITHDRAWN)), indent=1).encode(), 451),
            (result_line(OPEN) + result_line(WITHDRAWN)[:-3], 502),
            (result_line(OPEN).replace(b"null", b"NaN"), 200),
        ],
    )
    @pytest.mark.parametrize("path", ["/v1/files/f-1/content", "/v1/messages/batches/f-1/results"])
    async def test_results_that_are_written_oddly_are_read_or_kept_back(
        self, path: str, results: bytes, status: int
    ) -> None:
        async with a_gateway(for_everybody(), upstream=StubUpstream(files={"f-1": results})) as gateway:
            answer = await gateway.ask(path, method="GET")

            assert answer.status == status
            assert (answer.body == results) is (status == 200)

    async def test_a_file_that_is_no_batch_is_handed_on_whatever_it_holds(self) -> None:
        data = b"%PDF-1.7\n{ \xff\n"
        async with a_gateway(for_everybody(), upstream=StubUpstream(files={"f-1": data})) as gateway:
            answer = await gateway.ask("/v1/files/f-1/content", method="GET")

            assert (answer.status, answer.body) == (200, data)

    @pytest.mark.parametrize("model", [f"{OPEN},{WITHDRAWN}", f"{WITHDRAWN},{OPEN}"])
    async def test_a_withdrawn_model_in_a_list_of_several_is_denied(self, model: str) -> None:
        async with a_gateway(for_everybody()) as gateway:
            assert (await gateway.ask(CHAT, chat(model))).status == 451
            assert (await gateway.ask(CHAT, chat(models=[OPEN, model]))).status == 451
            assert gateway.upstream.got == []

    async def test_a_stored_response_of_which_nobody_knows_the_model_is_kept_back(self) -> None:
        async def nameless(request: web.Request, body: bytes) -> web.StreamResponse | None:
            return web.json_response({**response_answer(OPEN), "model": None})

        async with a_gateway(for_everybody(), upstream=StubUpstream(answer=nameless)) as gateway:
            answer = await gateway.ask("/v1/responses/resp_1", method="GET")

            assert answer.status == 502
            assert b"Ready." not in answer.body

    async def test_a_token_that_has_ended_does_not_come_back_with_a_clock_that_is_set_back(self) -> None:
        token = signed_token(citizen(exp=int(NOW) + 60, iat=int(NOW) - 600))
        gate = a_gate(clock=lambda: NOW + 300)
        required = {"credentials": "required"}
        async with a_gateway(gate=gate, issuers=trusted(), clients=required) as gateway:
            answer = await gateway.ask(CHAT, chat(), Groundstop_Token=token)

            assert answer.status == 401
            assert gateway.upstream.got == []

    async def test_nothing_behind_an_offer_of_another_protocol_is_taken_for_a_request(self) -> None:
        offer = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
        one = HEAD + offer + LENGTH + b"\r\n" + BODY
        async with a_gateway(for_everybody()) as gateway:
            got = await exchange(gateway, one + HEAD + LENGTH + b"\r\n" + BODY)

            assert got.count(b"HTTP/1.1 ") == got.count(b"HTTP/1.1 200") == 1
            assert b"Connection: close" in got
            assert len(gateway.upstream.got) == 1

    async def test_a_path_of_the_operator_does_not_become_a_part_of_the_upstreams_name(self) -> None:
        routes = [{"path": "/v1.attacker.example/x", "model": "body"}]
        async with a_gateway(route=routes) as gateway:
            answer = await gateway.ask("/v1.attacker.example/x", chat())

            assert answer.status == 200
            assert gateway.upstream.last.target == "/v1/v1.attacker.example/x"


class _Licensed(Attester):
    """Everybody is the licensee."""

    def examine(self, presented: Presented, now: float) -> Examined:
        return Examined(LICENSED, frozenset())

    @pytest.mark.parametrize(("quota", "status"), [(2, 403), (None, 200)])
    async def test_a_batch_is_not_one_request_of_a_quota(self, quota: int | None, status: int) -> None:
        order = restricted()
        counted = None if quota is None else Quota(requests=quota, per=QuotaPeriod.TOTAL)
        gate = Gate(clock=lambda: NOW)
        gate.put(news_of_orders(standing(signed(order), signed(a_licence(order, quota=counted)))))
        requests = [{"custom_id": f"r{n}", "params": message(WITHDRAWN)} for n in range(3)]
        async with a_gateway(gate=gate) as gateway:
            gateway.plane.attester = _Licensed()
            answer = await gateway.ask("/v1/messages/batches", {"requests": requests})

            assert answer.status == status
            assert len(gateway.upstream.got) == (status == 200)


class TestLawfulClients:
    @pytest.mark.parametrize("in_flight", list(InFlight))
    async def test_the_last_request_of_a_licence_is_answered_to_its_end(
        self, in_flight: InFlight, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        order = restricted(in_flight=in_flight)
        licence = a_licence(order, quota=Quota(requests=1, per=QuotaPeriod.TOTAL))
        used: dict[str, int] = {}
        gate = Gate(used=used, clock=lambda: NOW)
        gate.put(news_of_orders(standing(signed(order), signed(licence))))
        upstream = StubUpstream(hold=asyncio.Event(), served_as={ALIAS: f"{WITHDRAWN}-2026-01-01"})
        assert upstream.hold is not None
        async with a_gateway(gate=gate, upstream=upstream) as gateway:
            gateway.plane.attester = _Licensed()
            keep = gateway.receipts.decided

            def decided(entry: Entry) -> None:
                keep(entry)
                used[licence.id] = used.get(licence.id, 0) + (entry.status == 200)

            monkeypatch.setattr(gateway.receipts, "decided", decided)
            body = chat(ALIAS, stream=True)
            async with gateway.client.post(gateway.url + CHAT, json=body) as answer:
                await answer.content.readany()
                gateway.plane.look()
                upstream.hold.set()
                rest = await answer.content.read()
            second = await gateway.ask(CHAT, chat(WITHDRAWN))

            assert answer.status == 200
            assert rest.endswith(b"data: [DONE]\n\n")
            assert [one.change for one in gateway.receipts.changes] == [Change.SERVED_AS]
            assert second.status == 451

    async def test_a_client_that_offers_http_2_beside_is_served(self) -> None:
        async with a_gateway() as gateway:
            answer = await gateway.ask(CHAT, chat(), Upgrade="h2c", Connection="Upgrade, HTTP2-Settings")

            assert answer.status == 200

    async def test_a_large_text_is_served(self) -> None:
        body = json.dumps(chat(user="a, [{" * 500_000)).encode()
        async with a_gateway() as gateway:
            headers = {"Content-Type": "application/json"}
            async with gateway.client.post(gateway.url + CHAT, data=BytesIO(body), headers=headers) as answer:
                assert answer.status == 200
            assert gateway.upstream.last.json == json.loads(body)


class TestKeys:
    async def test_the_clients_key_goes_to_no_upstream_that_it_is_not_for(self) -> None:
        async with an_upstream() as other:

            def settings(url: str) -> Settings:
                there = {"url": other.url, "models": [OPEN], "provider": "alder"}
                return settings_for({"url": url, "models": [WITHDRAWN]}, there, **FALLBACK)

            async with a_gateway(for_everybody(fallback=True), settings=settings) as gateway:
                shown = {"Authorization": "Bearer key-at-elm", "OpenAI_Organization": "org-1"}
                listed = await gateway.ask("/v1/models", method="GET", **shown)
                instead = await gateway.ask(CHAT, chat(WITHDRAWN), **shown)
                asked = await gateway.ask(CHAT, chat(OPEN), **shown)

                assert listed.status == instead.status == asked.status == 200
                assert "key-at-elm" not in str(gateway.upstream.got)
                first, second, third = other.got
                assert "key-at-elm" not in str((first, second))
                assert "org-1" not in str((first, second))
                assert third.headers["Authorization"] == "Bearer key-at-elm"

    async def test_the_clients_key_goes_with_a_list_to_the_one_upstream_that_takes_it(self) -> None:
        async with an_upstream() as other:

            def settings(url: str) -> Settings:
                there = {"url": other.url, "models": [OPEN], "key": "ALDER_KEY"}
                return settings_for({"url": url, "models": [WITHDRAWN]}, there)

            async with a_gateway(settings=settings, environment={"ALDER_KEY": "k-1"}) as gateway:
                await gateway.ask("/v1/models", method="GET", Authorization="Bearer own")

                assert gateway.upstream.last.headers["Authorization"] == "Bearer own"
                assert other.last.headers["Authorization"] == "Bearer k-1"

    @pytest.mark.parametrize(("status", "told"), [(401, 502), (400, 400)])
    async def test_what_an_upstream_says_of_the_gateways_key_is_not_handed_on(
        self, status: int, told: int
    ) -> None:
        async def refused(request: web.Request, body: bytes) -> web.StreamResponse | None:
            return web.json_response({"error": {"message": "No such key: secret-1"}}, status=status)

        def settings(url: str) -> Settings:
            return settings_for({"url": url, "key": "ELM_KEY"})

        upstream, environment = StubUpstream(answer=refused), {"ELM_KEY": "secret-1"}
        async with a_gateway(settings=settings, environment=environment, upstream=upstream) as gateway:
            for path, method in ((CHAT, "POST"), ("/v1/files", "GET")):
                answer = await gateway.ask(path, chat() if method == "POST" else None, method=method)

                assert answer.status == told
                assert b"secret-1" not in answer.body

    async def test_whoever_uses_the_gateways_key_does_not_choose_on_whose_account(self) -> None:
        def settings(url: str) -> Settings:
            return settings_for({"url": url, "key": "ELM_KEY"})

        async with a_gateway(settings=settings, environment={"ELM_KEY": "k-1"}) as gateway:
            await gateway.ask(CHAT, chat(), OpenAI_Organization="org-1", OpenAI_Project="proj-1")

            sent = gateway.upstream.last.headers
            assert "OpenAI-Organization" not in sent
            assert "OpenAI-Project" not in sent

    @pytest.mark.parametrize(
        ("shown", "goes_on"),
        [
            ("ey.broken.token", False),
            (signed_token(citizen(), header={"crit": ["odd"]}), False),
            (signed_token(citizen(iss="https://nobody.example")), True),
            ("gsk_" + "ab" * 32, False),
            ("gsk_OwnKeyAtAnUpstream0123456789", True),
        ],
    )
    async def test_what_may_tell_of_a_person_is_no_key_of_an_upstream(
        self, shown: str, goes_on: bool
    ) -> None:
        async with a_gateway(issuers=trusted()) as gateway:
            await gateway.ask(CHAT, chat(), Authorization=f"Bearer {shown}")

            assert ("Authorization" in gateway.upstream.last.headers) is goes_on


class TestGuards:
    ORDER = for_everybody(order=OrderKind.VIRTUAL_PATCH)

    @pytest.mark.parametrize(
        "more",
        [
            {"functions": [{"name": "f", "description": "the words"}]},
            {"response_format": {"type": "json_schema", "json_schema": {"description": "the words"}}},
            {"response_format": {"type": "json_schema", "json_schema": {"properties": {"the words": {}}}}},
            {"chat_template": "the words"},
            {"messages": [{"role": "the words", "content": "x"}]},
        ],
    )
    async def test_a_guard_sees_words_wherever_they_stand(self, more: dict[str, Any]) -> None:
        async with a_gateway(self.ORDER) as gateway:
            await gateway.ask(CHAT, {**chat(WITHDRAWN), **more})

            assert "the words" in gateway.guards.texts[0]

    async def test_files_that_tools_look_into_are_not_looked_at(self) -> None:
        tools = [{"type": "file_search", "vector_store_ids": ["vs_1"]}]
        async with a_gateway(self.ORDER) as gateway:
            answer = await gateway.ask("/v1/responses", {"model": WITHDRAWN, "input": "x", "tools": tools})

            assert answer.status == 451
            assert gateway.upstream.got == []


class TestRoom:
    async def test_a_body_of_millions_of_values_is_refused_unread(self) -> None:
        body = b'{"model":"desk-clerk","x":[' + b"[]," * 400_000 + b"{}]}"
        async with a_gateway() as gateway:
            headers = {"Content-Type": "application/json"}
            async with gateway.client.post(gateway.url + CHAT, data=BytesIO(body), headers=headers) as answer:
                assert answer.status == 413
                assert (await answer.json())["error"]["code"] == "too_many_values"
            assert gateway.upstream.got == []

    async def test_a_client_that_takes_no_large_answer_is_dropped(self) -> None:
        async def large(request: web.Request, body: bytes) -> web.StreamResponse | None:
            return web.json_response(chat_answer(OPEN, "x" * 20_000_000))

        upstream = StubUpstream(answer=large)
        async with a_gateway(upstream=upstream, limits={"write_s": 0.2}) as gateway:
            reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port, limit=1024)
            writer.write(HEAD + LENGTH + b"\r\n" + BODY)
            await gateway.reached()
            began = time.monotonic()
            while gateway.plane.connections:
                assert time.monotonic() - began < 10
                await asyncio.sleep(0.01)
            writer.close()
            assert not reader.at_eof()
            assert gateway.plane.in_flight == 0

    async def test_clients_that_send_no_body_take_nobodys_place(self) -> None:
        upstream = StubUpstream(hold=asyncio.Event())
        assert upstream.hold is not None
        async with a_gateway(upstream=upstream, limits={"in_flight": 2}) as gateway:
            slow = [await asyncio.open_connection("127.0.0.1", gateway.port) for _ in range(4)]
            for _, writer in slow:
                writer.write(HEAD + LENGTH + b"\r\n" + BODY[:5])
            async with asyncio.timeout(10):
                while gateway.plane.in_flight < 4:  # noqa: ASYNC110  # the gateway tells nobody
                    await asyncio.sleep(0.001)
            assert (await gateway.ask(CHAT, chat())).status == 200
            first = asyncio.create_task(gateway.ask(CHAT, chat(stream=True)))
            second = asyncio.create_task(gateway.ask(CHAT, chat(stream=True)))
            await gateway.reached(3)
            reader, writer = slow[0]
            writer.write(BODY[5:])
            assert b" 503 " in await reader.readline()
            upstream.hold.set()
            assert [(await first).status, (await second).status] == [200, 200]
            for _, writer in slow:
                writer.close()

    async def test_answers_that_nobody_takes_have_so_much_room_together(self) -> None:
        upstream = StubUpstream(files={"f-1": b"x" * 20_000_000})
        limits = {"file_bytes": 24_000_000, "answer_bytes": 1024, "write_s": 30}
        async with a_gateway(upstream=upstream, limits=limits) as gateway:
            ask = b"GET /v1/files/f-1/content HTTP/1.1\r\nHost: x\r\n\r\n"
            slow = []
            for _ in range(2):
                reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port, limit=1024)
                slow.append(writer)
                writer.write(ask)
                assert b" 200 " in await reader.readline()
            further = await gateway.ask("/v1/files/f-1/content", method="GET")
            for writer in slow:
                writer.transport.abort()
            async with asyncio.timeout(10):
                while gateway.plane.connections > 1:  # noqa: ASYNC110  # the gateway tells nobody
                    await asyncio.sleep(0.001)
            later = await gateway.ask("/v1/files/f-1/content", method="GET")

            assert further.status == 503
            assert further.json["error"]["code"] == "gateway_busy"
            assert (later.status, len(later.body)) == (200, 20_000_000)


class TestMounts:
    """The doors at which other gateways ask."""

    @pytest.mark.parametrize(
        "target", ["/api/desk-helper/ask/", "/API/desk-helper/ask", "/api/desk-helper/Ask"]
    )
    async def test_another_spelling_of_a_path_with_a_model_is_not_one_without(self, target: str) -> None:
        mounts = {"path_model": [{"path": "/api/{model}/ask"}], "modelless": ["/api/*", "/API/*"]}
        async with a_decision_service(for_everybody(), mounts=mounts) as deciding:
            assert (await deciding.nginx(target)).status == 403
            assert (await deciding.nginx("/api/status")).status == 204

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({"Content-Type": "application/json"}, 451),
            ({"Content-Type": "text/plain"}, 451),
            ({"Content-Type": "application/vnd.x+json"}, 451),
            ({"Content-Type": "text/plain", "Content-Encoding": "gzip"}, 415),
        ],
    )
    async def test_another_model_in_the_body_is_seen_whatever_its_kind_is_said_to_be(
        self, headers: dict[str, str], status: int
    ) -> None:
        async with a_decision_service(for_everybody()) as deciding:
            path = f"/ext-authz/models/{OPEN}/v1/x"
            told = await deciding.ask(path, b" " + json.dumps(chat(WITHDRAWN)).encode(), headers=headers)
            assert told.status == status
            sound = await deciding.ask(path, b"\x00\x01{", headers={"Content-Type": "audio/wav"})
            assert sound.status == 200

    async def test_a_path_that_is_always_about_one_model_hides_none_in_the_body(self) -> None:
        routes = [{"path": "/v1/spell", "always": OPEN}]
        async with a_decision_service(for_everybody(), route=routes) as deciding:
            headers = {"Content-Type": "application/json"}
            assert (await deciding.ask("/ext-authz/v1/spell", {"text": "x"}, headers=headers)).status == 200
            assert (await deciding.ask("/ext-authz/v1/spell", chat(WITHDRAWN), headers=headers)).status == 451

    async def test_an_order_that_arrives_while_a_guard_looks_still_counts(self) -> None:
        class Slow(Guarded):
            async def check(self, directives: Any, texts: Any) -> Any:
                running[0].gate.put(news(for_everybody(2)))
                return await super().check(directives, texts)

        running: list[Deciding] = []
        patch = for_everybody(order=OrderKind.VIRTUAL_PATCH)
        async with a_decision_service(patch, guards=Slow()) as deciding:
            running.append(deciding)
            told = await deciding.decide(model=WITHDRAWN, texts=["x"])

            assert told["allowed"] is False
            assert told["denial"]["reason"] == "model_withdrawn"
