from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import pytest

from groundstop.errors import InputError
from groundstop.gateway.gate import Gate
from tests.claim_parts import citizen, trusted
from tests.claim_parts import signed as token_of
from tests.directive_parts import a_directive, for_everybody
from tests.gateway_parts import NOW, OPEN, WITHDRAWN, chat, message
from tests.mount_parts import Deciding, a_decision_service

grpc = pytest.importorskip("grpc", reason="grpcio is not installed: pip install groundstop[grpc]")
from groundstop.gateway.mounts.authz_messages import METHOD, CheckRequest, CheckResponse  # noqa: E402
from groundstop.gateway.mounts.ext_authz_grpc import GrpcAuthz  # noqa: E402

TOKEN = token_of(citizen(iat=NOW - 10, exp=NOW + 600))


class Checked:
    """Asks over gRPC as Envoy does."""

    def __init__(self, channel: Any) -> None:
        self._check = channel.unary_unary(
            METHOD,
            request_serializer=CheckRequest.SerializeToString,
            response_deserializer=CheckResponse.FromString,
        )

    async def ask(
        self,
        path: str,
        body: Any = b"",
        *,
        method: str = "POST",
        raw: bool = True,
        certificate: str = "",
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Any:
        request = CheckRequest()
        http = request.attributes.request.http
        request.attributes.source.certificate = certificate
        http.method, http.path = method, path
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        http.raw_body = data
        all_headers = (("content-type", "application/json"), *headers)
        for name, value in all_headers:
            if raw:
                http.header_map.headers.add(key=name, raw_value=value.encode())
            else:
                http.headers.add(key=name, value=value)
        return await self._check(request)


@asynccontextmanager
async def checking(*orders: Any, **service: Any) -> AsyncIterator[tuple[Checked, Deciding]]:
    async with a_decision_service(*orders, **service) as deciding:
        server = GrpcAuthz(deciding.service.envoy, deciding.limits)
        port = await server.start("127.0.0.1:0")
        try:
            async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
                yield Checked(channel), deciding
        finally:
            await server.stop(0)


async def test_over_grpc_a_denial_is_what_the_client_is_to_be_given() -> None:
    async with checking(for_everybody()) as (envoy, deciding):
        allowed = await envoy.ask("/v1/chat/completions", chat())
        assert allowed.status.code == 0
        (added,) = allowed.ok_response.response_headers_to_add
        assert (added.header.key, added.header.value) == (
            "Groundstop-Request",
            deciding.receipts.last.request,
        )
        denied = await envoy.ask("/v1/chat/completions", chat(WITHDRAWN))
        assert denied.status.code == 7
        assert denied.denied_response.status.code == 451
        headers = {one.header.key: one.header.value for one in denied.denied_response.headers}
        assert headers["Link"] == '<https://office.example/orders/1>; rel="blocked-by"'
        assert json.loads(denied.denied_response.body)["error"]["code"] == "model_withdrawn"


async def test_over_grpc_a_gateway_that_knows_nothing_yet_says_so() -> None:
    async with checking(gate=Gate()) as (envoy, _):
        denied = await envoy.ask("/v1/chat/completions", chat())
        assert denied.denied_response.status.code == 503
        assert json.loads(denied.denied_response.body)["error"]["code"] == "gateway_closed"


@pytest.mark.parametrize("raw", [True, False])
async def test_tokens_are_found_whichever_way_headers_are_handed_on(raw: bool) -> None:
    async with checking(a_directive(), issuers=trusted()) as (envoy, deciding):
        value = (("groundstop-token", TOKEN), ("groundstop-token", "x.y.z"))
        joined = (("groundstop-token", f"{TOKEN},x.y.z"),)
        answer = await envoy.ask(
            "/v1/chat/completions", chat(WITHDRAWN), raw=raw, headers=value if raw else joined
        )
        assert answer.status.code == 0
        assert len(deciding.receipts.last.who.refused) == 1


async def test_a_certificate_that_is_none_is_no_permission() -> None:
    async with checking() as (envoy, _):
        answer = await envoy.ask("/v1/chat/completions", chat(), certificate=quote("-----BEGIN x"))
        assert answer.denied_response.status.code == 400


async def test_a_question_without_anything_in_it_is_no_permission() -> None:
    async with checking() as (envoy, _):
        answer = await envoy._check(CheckRequest())
        assert answer.status.code == 7
        assert answer.denied_response.status.code == 404


async def test_a_mistake_of_ours_is_no_permission_over_grpc(monkeypatch: pytest.MonkeyPatch) -> None:
    async with checking() as (envoy, deciding):

        def broken(*_: object) -> None:
            raise KeyError("a secret that was asked")

        monkeypatch.setattr(deciding.gate, "rule", broken)
        answer = await envoy.ask("/v1/chat/completions", chat())
        assert answer.denied_response.status.code == 500
        assert "secret" not in answer.denied_response.body


async def over_http(deciding: Deciding, target: str, body: Any, **headers: str) -> int:
    named = {"Content-Type": "application/json"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    return (await deciding.ask(f"/ext-authz{target}", body, headers=named)).status


async def test_every_request_of_a_batch_in_the_body_is_looked_at() -> None:
    def batch(*models: str) -> dict[str, Any]:
        return {"requests": [{"custom_id": str(n), "params": message(one)} for n, one in enumerate(models)]}

    async with a_decision_service(for_everybody()) as deciding:
        target = "/v1/messages/batches"
        assert await over_http(deciding, target, batch(OPEN, OPEN), anthropic_version="2023-06-01") == 200
        assert (
            await over_http(deciding, target, batch(OPEN, WITHDRAWN), anthropic_version="2023-06-01") == 451
        )


async def test_routes_whose_model_is_not_in_the_request_are_kept_out() -> None:
    async with a_decision_service(for_everybody()) as deciding:
        for target in ("/v1/batches", "/v1/files", "/v1/responses/resp_1/cancel"):
            assert await over_http(deciding, target, {"input_file_id": "file-1"}) in (404, 415)
        assert deciding.receipts.entries == []


async def test_a_route_that_is_always_about_one_model_is_decided_by_it() -> None:
    route = [{"path": "/rank", "always": WITHDRAWN}, {"path": "/sort", "model": "body"}]
    async with a_decision_service(for_everybody(), route=route) as deciding:
        assert await over_http(deciding, "/rank", {}) == 451
        assert await over_http(deciding, "/sort", {"model": WITHDRAWN}) == 451
        assert await over_http(deciding, "/sort", {"model": OPEN}) == 200


@pytest.mark.parametrize("said", ["true", "TRUE", "1", "", "false, true"])
async def test_whatever_is_not_told_to_be_whole_is_not_decided(said: str) -> None:
    async with a_decision_service() as deciding:
        status = await over_http(deciding, "/v1/chat/completions", chat(), x_envoy_auth_partial_body=said)
        assert status == 413


async def test_an_address_that_cannot_be_listened_at_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    async with a_decision_service() as deciding:
        server = GrpcAuthz(deciding.service.envoy, deciding.limits)
        with pytest.raises(InputError, match="Nothing can listen at grpc = 192\\.0\\.2\\.1:1"):
            await server.start("192.0.2.1:1")
        await server.stop(0)


async def test_a_body_larger_than_what_is_read_is_refused_by_envoy_s_side_of_it() -> None:
    async with checking(limits={"body_bytes": 1024}) as (envoy, _):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await envoy.ask("/v1/chat/completions", b" " * (2 * 1024 * 1024))
        assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
