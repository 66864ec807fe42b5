"""A real nginx asks for decisions, with the sample configuration."""

from __future__ import annotations

import asyncio
import shutil
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import ClientSession

from groundstop.documents.directives import Act
from groundstop.gateway.gate import Gate
from tests.directive_parts import for_everybody
from tests.gateway_parts import OPEN, WITHDRAWN, StubUpstream, an_upstream, chat
from tests.mount_parts import (
    COMMIT,
    OTHER_COMMIT,
    Deciding,
    OnDisk,
    Told,
    a_certificate,
    a_decision_service,
    about_weights,
    known_by,
)
from tests.real_servers import a_free_port, a_program

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
SAMPLES = Path("deploy/nginx")
BYTES = b"weights, of a kind" * 50

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed: apt-get install nginx")


class Front:
    """An nginx in front of a model server and a folder of weights."""

    def __init__(self, url: str, client: ClientSession, deciding: Deciding, upstream: StubUpstream) -> None:
        self.url = url
        self.client = client
        self.deciding = deciding
        self.upstream = upstream

    async def ask(
        self,
        target: str,
        body: object = None,
        *,
        method: str = "POST",
        shown: ssl.SSLContext | bool = True,
        **headers: str,
    ) -> Told:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        url = self.url + target
        async with self.client.request(method, url, json=body, headers=named, ssl=shown) as answer:
            return Told(answer.status, answer.headers, await answer.read())


@asynccontextmanager
async def nginx(
    folder: Path, *orders: Any, secured_by: OnDisk | None = None, **service: Any
) -> AsyncIterator[Front]:
    async with an_upstream() as upstream, a_decision_service(*orders, **service) as deciding:
        port = a_free_port()
        command = _set_up(folder, port, deciding.port, upstream.url.removesuffix("/v1"), secured_by)
        async with a_program(command, port=port, folder=folder), ClientSession() as client:
            scheme = "http" if secured_by is None else "https"
            yield Front(f"{scheme}://127.0.0.1:{port}", client, deciding, upstream)


def _set_up(folder: Path, port: int, decides_at: int, upstream: str, secured_by: OnDisk | None) -> list[str]:
    """Write the samples with the ports of a test, and a folder of weights; return the command."""
    for revision in (COMMIT, OTHER_COMMIT, "main"):
        weights = folder / "mirror/weights/elm/desk-weights/resolve" / revision / "model.bin"
        weights.parent.mkdir(parents=True)
        weights.write_bytes(BYTES)
    for sample in SAMPLES.glob("*.conf"):
        text = sample.read_text(encoding="utf-8")
        text = text.replace("127.0.0.1:8402", f"127.0.0.1:{decides_at}")
        text = text.replace("127.0.0.1:8080", f"127.0.0.1:{port}")
        text = text.replace("http://127.0.0.1:8000", upstream)
        if secured_by is not None:
            files = f"ssl_certificate {secured_by.certificate}; ssl_certificate_key {secured_by.key};"
            listen = f"listen 127.0.0.1:{port}"
            text = text.replace(f"{listen};", f"{listen} ssl; {files} ssl_verify_client optional_no_ca;")
        text = text.replace("/srv/mirror", str(folder / "mirror"))
        text = text.replace("http {", f"http {{\n    access_log off;\n{_temporary(folder)}", 1)
        (folder / sample.name).write_text(text, encoding="utf-8")
    assert NGINX is not None
    at_front = f"daemon off; master_process off; error_log stderr warn; pid {folder}/nginx.pid;"
    return [NGINX, "-p", str(folder), "-c", str(folder / "example.conf"), "-e", "stderr", "-g", at_front]


def _temporary(folder: Path) -> str:
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return "".join(f"    {kind}_temp_path {folder}/{kind};\n" for kind in kinds)


async def test_a_model_in_the_path_is_served_or_kept_out_with_everything_that_a_client_needs(
    tmp_path: Path,
) -> None:
    async with nginx(tmp_path, for_everybody()) as front:
        served = await front.ask(f"/models/{OPEN}/v1/chat/completions", chat(), Groundstop_Token="t.o.k")
        assert served.status == 200
        assert front.upstream.last.target == f"/models/{OPEN}/v1/chat/completions"
        assert "Groundstop-Token" not in front.upstream.last.headers
        assert served.headers["Groundstop-Request"] == front.deciding.receipts.last.request

        kept_out = await front.ask(f"/models/{WITHDRAWN}/v1/chat/completions", chat())
        assert kept_out.status == 451
        assert kept_out.headers["Content-Type"] == "application/json"
        assert kept_out.headers["Link"] == '<https://office.example/orders/1>; rel="blocked-by"'
        error = kept_out.json["error"]
        assert error["code"] == "model_withdrawn"
        assert error["groundstop"]["directive"] == kept_out.headers["Groundstop-Order"] == for_everybody().id
        assert kept_out.headers["Groundstop-Request"] == front.deciding.receipts.last.request
        assert front.deciding.receipts.last.status == 451
        assert len(front.upstream.got) == 1


async def test_a_model_that_only_the_body_names_is_not_let_through(tmp_path: Path) -> None:
    async with nginx(tmp_path, for_everybody()) as front:
        for target in ("/models/v1/chat/completions", "/models/"):
            answer = await front.ask(target, chat(OPEN))
            assert answer.status == 404
            assert answer.json["error"]["code"] == "route_not_allowed"
        assert (await front.ask("/v1/chat/completions", chat(OPEN))).status == 404
        assert front.upstream.got == []


@pytest.mark.parametrize(
    "target",
    [
        f"/models/{OPEN}/../{WITHDRAWN}/v1/chat/completions",
        f"/models/{OPEN}%2F..%2F{WITHDRAWN}/v1/chat/completions",
        f"/models/{OPEN}/v1/%2e%2e/%2e%2e/{WITHDRAWN}/v1/chat/completions",
        f"/models//{WITHDRAWN}/v1/chat/completions",
        f"/models/{OPEN};/v1/chat/completions",
        f"/models/{OPEN}%00/v1/chat/completions",
        f"/models/{OPEN}/v1/chat/completions?model={WITHDRAWN}",
    ],
)
async def test_a_path_that_servers_read_differently_is_not_let_through(tmp_path: Path, target: str) -> None:
    async with nginx(tmp_path, for_everybody()) as front:
        status = await _raw_status(front, target)
        assert status in (400, 404, 451)
        assert front.upstream.got == []


async def _raw_status(front: Front, target: str) -> int:
    """Send a request whose path no client puts right on its way."""
    host, _, port = front.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        f"POST {target} HTTP/1.1\r\nHost: desk\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}".encode()
    )
    await writer.drain()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return int(answer.split(b" ", 2)[1])


async def test_weights_are_kept_out_by_their_revision_and_not_one_byte_goes_out(tmp_path: Path) -> None:
    async with nginx(tmp_path, about_weights()) as front:
        base = "/weights/elm/desk-weights/resolve"
        other = await front.ask(f"{base}/{OTHER_COMMIT}/model.bin", method="GET")
        assert (other.status, other.body) == (200, BYTES)
        assert front.deciding.receipts.last.act is Act.DOWNLOAD
        asked: tuple[tuple[str, str, dict[str, Any]], ...] = (
            ("GET", COMMIT, {}),
            ("GET", COMMIT, {"Range": "bytes=0-3"}),
            ("GET", COMMIT, {"If_Modified_Since": "Thu, 01 Jan 2099 00:00:00 GMT"}),
            ("GET", "main", {}),  # a branch may be that very revision
            ("HEAD", COMMIT, {}),
        )
        for method, revision, headers in asked:
            answer = await front.ask(f"{base}/{revision}/model.bin", method=method, **headers)
            assert answer.status == 451, (method, revision, headers)
            assert b"weights, of a kind" not in answer.body


async def test_metadata_that_is_let_through_opens_no_bytes(tmp_path: Path) -> None:
    mounts = {"modelless": ["/weights/index/*"]}
    async with nginx(tmp_path, about_weights(), mounts=mounts) as front:
        index = tmp_path / "mirror/weights/index/elm.json"
        index.parent.mkdir()
        index.write_text('{"desk-weights": ["main"]}')
        assert (await front.ask("/weights/index/elm.json", method="GET")).status == 200
        aside = f"/weights/index/../elm/desk-weights/resolve/{COMMIT}/model.bin"
        assert await _raw_status(front, aside) in (400, 404, 451)
        bytes_of = f"/weights/elm/desk-weights/resolve/{COMMIT}/model.bin"
        assert (await front.ask(bytes_of, method="GET")).status == 451


async def test_an_error_of_nginx_itself_is_told_as_its_own(tmp_path: Path) -> None:
    async with nginx(tmp_path) as front:
        base = f"/weights/elm/desk-weights/resolve/{OTHER_COMMIT}"
        assert (await front.ask(f"{base}/none.bin", method="GET")).status == 404
        (tmp_path / "mirror/weights/elm/desk-weights/resolve" / OTHER_COMMIT / "folder").mkdir()
        answer = await front.ask(f"{base}/folder/", method="GET")
        assert answer.status == 403
        assert "Groundstop-Order" not in answer.headers


async def test_whoever_must_show_credentials_and_has_none_is_told_so(tmp_path: Path) -> None:
    async with nginx(tmp_path, clients={"credentials": "required"}) as front:
        answer = await front.ask(f"/models/{OPEN}/v1/chat/completions", chat())
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.json["error"]["code"] == "credentials_required"
        assert front.upstream.got == []


async def test_nothing_goes_on_while_nobody_decides(tmp_path: Path) -> None:
    async with nginx(tmp_path) as front:
        target = f"/models/{OPEN}/v1/chat/completions"
        front.deciding.receipts.full = True
        full = await front.ask(target, chat())
        assert full.status == 503
        assert full.json["error"]["code"] == "receipts_unavailable"
        front.deciding.receipts.full = False
        assert (await front.ask(target, chat())).status == 200
        await front.deciding.service.stop(0)
        silent = await front.ask(target, chat())
        assert silent.status == 503
        assert silent.json["error"]["code"] == "decision_unavailable"
        assert len(front.upstream.got) == 1


async def test_everything_is_closed_where_nothing_was_loaded_yet(tmp_path: Path) -> None:
    async with nginx(tmp_path, gate=Gate()) as front:
        answer = await front.ask(f"/models/{OPEN}/v1/chat/completions", chat())
        assert answer.status == 503
        assert answer.json["error"]["code"] == "gateway_closed"


async def test_a_client_cannot_say_itself_which_model_it_asks_for(tmp_path: Path) -> None:
    mounts = {"model_header": "X-Groundstop-Model", "certificate_header": "X-Groundstop-Certificate"}
    async with nginx(tmp_path, for_everybody(), mounts=mounts) as front:
        answer = await front.ask(
            "/models/",
            chat(OPEN),
            X_Groundstop_Model=OPEN,
            X_Original_URI=f"/models/{OPEN}/v1/chat/completions",
        )
        assert answer.status == 404
        answer = await front.ask(f"/models/{OPEN}/v1/chat/completions", X_Groundstop_Certificate="none")
        assert answer.status == 200


async def test_a_client_certificate_tells_who_asks(tmp_path: Path) -> None:
    server, client = a_certificate(tmp_path, "desk"), a_certificate(tmp_path, "hazel-batch")
    stranger = a_certificate(tmp_path, "stranger")
    issuers = known_by(client, tmp_path)
    needed = {
        "clients": {"credentials": "required"},
        "mounts": {"certificate_header": "X-Groundstop-Certificate"},
    }
    target = f"/models/{OPEN}/v1/chat/completions"
    async with nginx(tmp_path, secured_by=server, issuers=issuers, **needed) as front:
        assert (await front.ask(target, chat(), shown=client.client())).status == 200
        known = front.deciding.receipts.last.who.principal
        assert known is not None
        assert known.name == "hazel-batch"
        assert (await front.ask(target, chat(), shown=stranger.client())).status == 401
        pem = quote(client.certificate.read_text(encoding="ascii"))
        forged = await front.ask(target, chat(), shown=stranger.client(), X_Groundstop_Certificate=pem)
        assert forged.status == 401
