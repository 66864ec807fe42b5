"""Files, batches, stored responses and lists of models: ruled on by what they name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import FormData, web

from groundstop.documents.directives import Act, OrderKind, Unknown
from groundstop.documents.gateway import GuardOutcome
from groundstop.gateway.settings import Settings
from tests.claim_parts import citizen, signed, trusted
from tests.deciding_parts import restricted
from tests.directive_parts import for_everybody
from tests.gateway_parts import (
    OPEN,
    WITHDRAWN,
    Answered,
    Guarded,
    Running,
    StubUpstream,
    a_gateway,
    chat,
    message,
    response_answer,
    settings_for,
)

CHAT = "/v1/chat/completions"
BATCHES = "/v1/batches"
ORDER = {"input_file_id": "file-1", "endpoint": CHAT, "completion_window": "24h"}


def lines(*models: str, **more: Any) -> bytes:
    """Return a batch file that asks models."""
    values = [
        {"custom_id": f"c{number}", "method": "POST", "url": CHAT, "body": chat(model, **more)}
        for number, model in enumerate(models)
    ]
    return b"\n".join(json.dumps(one).encode() for one in values)


def results(*models: str) -> bytes:
    """Return the results of a batch."""
    values = [
        {"id": "r", "custom_id": "c", "response": {"status_code": 200, "body": {"model": model}}}
        for model in models
    ]
    return b"\n".join(json.dumps(one).encode() for one in values)


async def upload(gateway: Running, data: bytes, purpose: str = "batch", **headers: str) -> Answered:
    """Upload a file."""
    form = FormData()
    form.add_field("purpose", purpose)
    form.add_field("file", data, filename="lines.jsonl", content_type="application/jsonl")
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with gateway.client.post(f"{gateway.url}/v1/files", data=form, headers=named) as answer:
        return Answered(answer.status, answer.headers, await answer.read())


def two(url: str) -> Settings:
    """Return settings with two upstreams of the same dialect."""
    return settings_for(
        {"url": f"{url}/a", "models": [OPEN]}, {"url": f"{url}/b", "name": "birch-2", "models": ["b"]}
    )


class TestUploads:
    async def test_a_batch_of_open_models_is_handed_in_written_anew(self) -> None:
        async with a_gateway(for_everybody()) as gateway:
            answer = await upload(
                gateway, b'{ "method":"POST",' + lines(OPEN)[1:].replace(b'"method": "POST", ', b"")
            )

            assert answer.status == 200
            got = gateway.upstream.last
            assert got.target == "/v1/files"
            assert got.headers["Content-Type"].startswith("multipart/form-data; boundary=groundstop-")
            assert (
                b'{"custom_id":"c0","method":"POST","url":"/v1/chat/completions","body":{"model":' in got.body
            )
            entry = gateway.receipts.last
            assert (entry.surface, entry.names, entry.status) == ("batch", (OPEN,), 200)

    async def test_one_line_for_a_withdrawn_model_keeps_the_whole_file_out_and_is_named(self) -> None:
        async with a_gateway(for_everybody()) as gateway:
            answer = await upload(gateway, lines(OPEN, WITHDRAWN, OPEN, WITHDRAWN))

            assert answer.status == 451
            assert answer.json["error"]["groundstop"]["lines"] == [2, 4]
            assert gateway.upstream.got == []
            assert gateway.receipts.last.status == 451

    async def test_an_alias_in_a_line_becomes_the_upstreams_own_name(self) -> None:
        def settings(url: str) -> Settings:
            return settings_for({"url": url, "aliases": {"quick": OPEN, "bad": WITHDRAWN}})

        async with a_gateway(for_everybody(), settings=settings) as gateway:
            assert (await upload(gateway, lines("quick"))).status == 200
            assert b'"model":"desk-clerk"' in gateway.upstream.last.body
            assert (await upload(gateway, lines("bad"))).status == 451

    @pytest.mark.parametrize(
        ("data", "status"),
        [
            (b"{}", 400),
            (lines(OPEN).replace(b'"model"', b'"model": "x", "model"'), 400),
            (lines("desk-old"), 410),
            (b"", 400),
        ],
        ids=["no request", "model twice", "retired", "empty"],
    )
    async def test_a_file_that_is_no_good_batch_is_refused(self, data: bytes, status: int) -> None:
        async with a_gateway(for_everybody(), retired=[{"model": "desk-old"}]) as gateway:
            assert (await upload(gateway, data)).status == status
            assert gateway.upstream.got == []

    async def test_a_file_for_another_purpose_is_handed_on(self) -> None:
        async with a_gateway(for_everybody()) as gateway:
            answer = await upload(gateway, b"\x00 any bytes", purpose="user_data")

            assert answer.status == 200
            assert b"\x00 any bytes" in gateway.upstream.last.body

    async def test_where_several_upstreams_keep_files_one_has_to_be_named(self) -> None:
        async with a_gateway(settings=two) as gateway:
            unnamed = await upload(gateway, lines(OPEN))
            named = await upload(gateway, lines(OPEN), Groundstop_Upstream="elm-1")
            elsewhere = await upload(gateway, lines(OPEN), Groundstop_Upstream="birch-2")
            unknown = await upload(gateway, lines(OPEN), Groundstop_Upstream="alder-3")

            assert unnamed.json["error"]["code"] == "upstream_not_named"
            assert named.status == 200
            assert elsewhere.json["error"]["code"] == "model_elsewhere"
            assert unknown.json["error"]["code"] == "upstream_not_known"
            assert [one.target for one in gateway.upstream.got] == ["/v1/a/files"]

    async def test_a_guard_looks_at_every_line(self) -> None:
        order = for_everybody(order=OrderKind.VIRTUAL_PATCH, unknown=Unknown.DENY)
        async with a_gateway(order) as gateway:
            assert (await upload(gateway, lines(WITHDRAWN, WITHDRAWN))).status == 200
            assert len(gateway.guards.texts) == 2
        async with a_gateway(order, guards=Guarded(GuardOutcome.BLOCKED)) as gateway:
            answer = await upload(gateway, lines(WITHDRAWN, WITHDRAWN))
            assert answer.status == 403
            assert answer.json["error"]["groundstop"]["lines"] == [1]


class TestBatches:
    @pytest.mark.parametrize(("models", "status"), [((OPEN,), 200), ((OPEN, WITHDRAWN), 451)])
    async def test_the_file_of_a_batch_is_fetched_and_ruled_on_before_it_is_ordered(
        self, models: tuple[str, ...], status: int
    ) -> None:
        upstream = StubUpstream(files={"file-1": lines(*models)})
        async with a_gateway(for_everybody(), upstream=upstream) as gateway:
            answer = await gateway.ask(BATCHES, ORDER)

            assert answer.status == status
            asked = [(one.method, one.target) for one in upstream.got]
            assert asked[0] == ("GET", "/v1/files/file-1/content")
            assert asked[1:] == ([("POST", "/v1/batches")] if status == 200 else [])

    async def test_a_file_whose_lines_ask_another_route_than_the_order_is_refused(self) -> None:
        upstream = StubUpstream(files={"file-1": lines(OPEN)})
        async with a_gateway(upstream=upstream) as gateway:
            answer = await gateway.ask(BATCHES, {**ORDER, "endpoint": "/v1/embeddings"})

            assert answer.status == 400
            assert len(upstream.got) == 1

    async def test_a_file_that_the_upstream_does_not_have_is_its_error(self) -> None:
        async def answer(request: web.Request, body: bytes) -> web.StreamResponse:
            return web.json_response({"error": {"message": "no such file"}}, status=404)

        async with a_gateway(upstream=StubUpstream(answer=answer)) as gateway:
            found = await gateway.ask(BATCHES, ORDER)

            assert (found.status, found.headers["Groundstop-Source"]) == (404, "upstream")
            assert gateway.receipts.entries == []

    async def test_a_batch_in_the_body_is_ruled_on_line_by_line(self) -> None:
        def batch(*models: str) -> dict[str, Any]:
            return {
                "requests": [
                    {"custom_id": f"c{number}", "params": message(model)}
                    for number, model in enumerate(models)
                ]
            }

        async with a_gateway(for_everybody()) as gateway:
            allowed = await gateway.ask("/v1/messages/batches", batch(OPEN, OPEN))
            denied = await gateway.ask("/v1/messages/batches", batch(OPEN, WITHDRAWN))

            assert allowed.status == 200
            assert denied.status == 451
            assert denied.json["error"]["groundstop"]["lines"] == [2]
            assert len(gateway.upstream.got) == 1
            assert gateway.upstream.last.json == batch(OPEN, OPEN)

    async def test_a_running_batch_can_be_cancelled_whatever_became_of_its_model(self) -> None:
        async with a_gateway(for_everybody()) as gateway:
            answer = await gateway.ask("/v1/batches/batch_1/cancel", b"")

            assert answer.status == 200


class TestContents:
    @pytest.mark.parametrize(
        ("path", "headers"),
        [
            ("/v1/files/kept/content", {}),
            ("/v1/messages/batches/kept/results", {"anthropic_version": "2023-06-01"}),
        ],
    )
    @pytest.mark.parametrize(("models", "status"), [((OPEN,), 200), ((OPEN, WITHDRAWN), 451)])
    async def test_results_are_ruled_on_before_a_byte_of_them_goes_back(
        self, path: str, headers: dict[str, str], models: tuple[str, ...], status: int
    ) -> None:
        upstream = StubUpstream(files={"kept": results(*models)})
        async with a_gateway(for_everybody(), upstream=upstream) as gateway:
            answer = await gateway.ask(path, method="GET", **headers)

            assert answer.status == status
            assert (answer.body == upstream.files["kept"]) is (status == 200)
            assert gateway.receipts.last.surface == "batch"

    async def test_a_large_file_is_read_too(self) -> None:
        upstream = StubUpstream(files={"kept": results(*[OPEN] * 5000, WITHDRAWN)})
        async with a_gateway(for_everybody(), upstream=upstream) as gateway:
            assert (await gateway.ask("/v1/files/kept/content", method="GET")).status == 451

    async def test_a_file_that_is_larger_than_may_be_is_not_handed_on(self) -> None:
        upstream = StubUpstream(files={"kept": b"x" * 5000})
        async with a_gateway(upstream=upstream, limits={"file_bytes": 4096}) as gateway:
            answer = await gateway.ask("/v1/files/kept/content", method="GET")

            assert answer.status == 502
            assert answer.json["error"]["code"] == "upstream_too_large"


class TestStoredResponses:
    @pytest.mark.parametrize("query", ["", "?stream=true"])
    @pytest.mark.parametrize(("model", "status"), [(OPEN, 200), (WITHDRAWN, 451)])
    async def test_a_stored_response_is_ruled_on_by_the_model_that_made_it(
        self, query: str, model: str, status: int
    ) -> None:
        async def answer(request: web.Request, body: bytes) -> web.StreamResponse:
            if "stream" in request.query:
                return web.Response(body=b"data: {}\n\n", content_type="text/event-stream")
            return web.json_response(response_answer(model))

        async with a_gateway(for_everybody(), upstream=StubUpstream(answer=answer)) as gateway:
            found = await gateway.ask(f"/v1/responses/resp_1{query}", method="GET")

            assert found.status == status
            assert gateway.receipts.last.names == (model,)
            assert len(gateway.upstream.got) == (2 if query and status == 200 else 1)

    async def test_deleting_names_no_model_and_is_handed_on(self) -> None:
        async def answer(request: web.Request, body: bytes) -> web.StreamResponse:
            return web.Response(status=204)

        async with a_gateway(for_everybody(), upstream=StubUpstream(answer=answer)) as gateway:
            found = await gateway.ask("/v1/responses/resp_1", method="DELETE")

            assert found.status == 204
            assert gateway.receipts.entries == []


class TestModels:
    @pytest.mark.parametrize("headers", [{}, {"anthropic_version": "2023-06-01"}])
    async def test_the_list_marks_what_is_closed_to_whoever_asks(self, headers: dict[str, str]) -> None:
        async with a_gateway(restricted(), issuers=trusted()) as gateway:
            anybody = await gateway.ask("/v1/models", method="GET", **headers)
            token = signed(citizen())
            person = await gateway.ask("/v1/models", method="GET", Groundstop_Token=token, **headers)

            marks = {one["id"]: one["groundstop"] for one in anybody.json["data"]}
            assert marks[OPEN] == {"available": True}
            assert marks[WITHDRAWN]["available"] is False
            assert marks[WITHDRAWN]["directive"] == restricted().id
            assert all(one["groundstop"]["available"] for one in person.json["data"])

    async def test_aliases_stand_in_the_list_and_retired_models_do_not(self) -> None:
        def settings(url: str) -> Settings:
            return settings_for(
                {"url": url, "aliases": {"quick": OPEN, "bad": WITHDRAWN}},
                retired=[{"model": OPEN}],
            )

        async with a_gateway(for_everybody(), settings=settings) as gateway:
            answer = await gateway.ask("/v1/models", method="GET")
            marks = {one["id"]: one["groundstop"]["available"] for one in answer.json["data"]}

            assert marks == {WITHDRAWN: False, "bad": False}

    async def test_lists_of_several_upstreams_are_joined_even_when_one_cannot_be_reached(self) -> None:
        def settings(url: str) -> Settings:
            return settings_for(
                {"url": url},
                {"url": "http://127.0.0.1:9/v1", "name": "birch-2", "models": ["b"]},
            )

        async with a_gateway(for_everybody(), settings=settings) as gateway:
            answer = await gateway.ask("/v1/models", method="GET")

            assert [one["id"] for one in answer.json["data"]] == [WITHDRAWN, OPEN, "b"]

    async def test_one_model_is_marked_by_every_name_of_it(self) -> None:
        def settings(url: str) -> Settings:
            return settings_for({"url": url, "aliases": {"bad": WITHDRAWN}})

        async with a_gateway(for_everybody(), settings=settings) as gateway:
            answer = await gateway.ask("/v1/models/bad", method="GET")

            assert answer.json["id"] == "bad"
            assert answer.json["groundstop"]["available"] is False
            assert gateway.upstream.last.target == f"/v1/models/{WITHDRAWN}"

    async def test_a_model_that_an_upstream_is_said_to_have_is_told_of_where_it_has_no_such_route(
        self,
    ) -> None:
        async def answer(request: web.Request, body: bytes) -> web.StreamResponse:
            return web.Response(status=404)

        def settings(url: str) -> Settings:
            return settings_for({"url": url, "models": ["b"]})

        async with a_gateway(upstream=StubUpstream(answer=answer), settings=settings) as gateway:
            listed = await gateway.ask("/v1/models", method="GET")
            one = await gateway.ask("/v1/models/b", method="GET")
            missing = await gateway.ask("/v1/models/c", method="GET")

            assert [entry["id"] for entry in listed.json["data"]] == ["b"]
            assert one.json["id"] == "b"
            assert missing.status == 404

    async def test_the_list_of_a_closed_gateway_shows_everything_closed(self) -> None:
        async with a_gateway() as gateway:
            gateway.put(closed=("What is kept is damaged",))
            answer = await gateway.ask("/v1/models", method="GET")

            assert {one["groundstop"]["reason"] for one in answer.json["data"]} == {"gateway_closed"}


@pytest.mark.parametrize("path", ["/v1/files", BATCHES, "/v1/messages/batches"])
async def test_a_closed_gateway_takes_no_files_and_no_batches(path: str) -> None:
    async with a_gateway() as gateway:
        gateway.put(closed=("What is kept is damaged",))
        if path == "/v1/files":
            answer = await upload(gateway, lines(OPEN))
        elif path == BATCHES:
            answer = await gateway.ask(path, ORDER)
        else:
            answer = await gateway.ask(path, {"requests": [{"custom_id": "c", "params": message()}]})

        assert (answer.status, answer.json["error"]["code"]) == (503, "gateway_closed")
        assert gateway.upstream.got == []


async def test_lists_of_the_other_dialect_are_joined_with_their_aliases() -> None:
    def settings(url: str) -> Settings:
        other = {"url": "http://127.0.0.1:9/v1", "name": "birch-2", "models": ["b"], "aliases": {"q": "b"}}
        return settings_for({"url": url}, other)

    async with a_gateway(settings=settings) as gateway:
        answer = await gateway.ask("/v1/models", method="GET", anthropic_version="2023-06-01")

        assert [one["id"] for one in answer.json["data"]] == [WITHDRAWN, OPEN, "b", "q"]
        assert (answer.json["first_id"], answer.json["last_id"]) == (WITHDRAWN, "q")
        assert gateway.upstream.last.target == "/v1/models?limit=1000"


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"data": "none"}'])
async def test_a_list_that_makes_no_sense_is_an_empty_one(body: bytes) -> None:
    async def answer(request: web.Request, _: bytes) -> web.StreamResponse:
        return web.Response(body=body, content_type="application/json")

    async with a_gateway(upstream=StubUpstream(answer=answer)) as gateway:
        assert (await gateway.ask("/v1/models", method="GET")).json["data"] == []


async def test_a_list_that_cannot_be_had_is_the_upstreams_error() -> None:
    async with a_gateway(settings=lambda _: settings_for({"url": "http://127.0.0.1:9/v1"})) as gateway:
        for path in ("/v1/models", f"/v1/models/{OPEN}", "/v1/files", "/v1/files/a/content"):
            answer = await gateway.ask(path, method="GET")
            assert (answer.status, answer.json["error"]["code"]) == (502, "upstream_unreachable")


@pytest.mark.parametrize("kind", ["text/html", "application/json"])
async def test_something_kept_that_cannot_be_read_is_not_handed_on(kind: str) -> None:
    async def answer(request: web.Request, body: bytes) -> web.StreamResponse:
        return web.Response(body=b"{half", content_type=kind)

    async with a_gateway(upstream=StubUpstream(answer=answer)) as gateway:
        assert (await gateway.ask("/v1/batches/batch_1", method="GET")).status == 502


async def test_a_dialect_that_no_upstream_speaks_has_no_files() -> None:
    def settings(url: str) -> Settings:
        return settings_for({"url": url, "speaks": ["anthropic"]})

    async with a_gateway(settings=settings) as gateway:
        assert (await gateway.ask("/v1/files", method="GET")).status == 404


async def test_fine_tuning_is_ruled_on_as_an_act_of_its_own() -> None:
    async with a_gateway(for_everybody()) as gateway:
        job = {"model": WITHDRAWN, "training_file": "file-1"}
        allowed = await gateway.ask("/v1/fine_tuning/jobs", job)
        gateway.put(for_everybody(acts=(Act.FINE_TUNE,)))
        denied = await gateway.ask("/v1/fine_tuning/jobs", job)

        assert allowed.status == 200
        assert denied.status == 451
        assert gateway.receipts.last.act is Act.FINE_TUNE
