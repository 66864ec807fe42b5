"""A real LiteLLM proxy asks for decisions, and which of its routes do not.

LiteLLM is in an environment of its own, at the path in GROUNDSTOP_TEST_LITELLM.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, FormData

from tests.claim_parts import citizen, trusted
from tests.claim_parts import signed as token_of
from tests.directive_parts import a_directive, for_everybody
from tests.gateway_parts import NOW, OPEN, WITHDRAWN, StubUpstream, an_upstream, chat, message
from tests.mount_parts import Deciding, Told, a_decision_service
from tests.real_servers import a_free_port, a_program

WHERE = os.environ.get("GROUNDSTOP_TEST_LITELLM", "")
ADAPTER = Path("adapters/litellm/src")

pytestmark = [
    pytest.mark.skipif(not WHERE, reason="GROUNDSTOP_TEST_LITELLM names no environment with LiteLLM 1.104.0"),
    pytest.mark.asyncio(loop_scope="module"),
]


@dataclass
class Front:
    """A LiteLLM proxy in front of a model server."""

    url: str
    client: ClientSession
    deciding: Deciding
    upstream: StubUpstream

    async def ask(self, path: str, body: Any = None, *, method: str = "POST", **headers: str) -> Told:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent: dict[str, Any] = {"data": body} if isinstance(body, FormData) else {"json": body}
        async with self.client.request(method, self.url + path, headers=named, **sent) as answer:
            return Told(answer.status, answer.headers, await answer.read())


@asynccontextmanager
async def litellm(folder: Path, *orders: Any, **service: Any) -> AsyncIterator[Front]:
    async with an_upstream() as upstream, a_decision_service(*orders, **service) as deciding:
        port, origin = a_free_port(), upstream.url.removesuffix("/v1")

        def served(name: str, model: str, at: str) -> dict[str, Any]:
            return {"model_name": name, "litellm_params": {"model": model, "api_base": at, "api_key": "k"}}

        settings = {
            "model_list": [
                served("helper", f"openai/{WITHDRAWN}", upstream.url),
                served("clerk", f"openai/{OPEN}", upstream.url),
                served("broken", "openai/desk-broken", "http://127.0.0.1:9/v1"),
            ],
            "router_settings": {"fallbacks": [{"broken": ["helper"]}], "num_retries": 0},
            "litellm_settings": {"callbacks": ["groundstop_litellm.hook"]},
            "general_settings": {
                "pass_through_endpoints": [{"path": "/elm", "target": f"{origin}/v1/chat/completions"}]
            },
        }
        config = folder / "config.yaml"
        config.write_text(json.dumps(settings), encoding="utf-8")
        environment = {
            "PATH": f"{WHERE}/bin:/usr/bin:/bin",
            "HOME": str(folder),
            "PYTHONPATH": str(ADAPTER.absolute()),  # noqa: ASYNC240
            "GROUNDSTOP_URL": deciding.url,
            "OPENAI_API_BASE": upstream.url,
            "OPENAI_API_KEY": "k",
            "ANTHROPIC_API_BASE": origin,
            "ANTHROPIC_API_KEY": "k",
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
            "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true",
            "NO_PROXY": "*",
        }
        command = [
            f"{WHERE}/bin/litellm",
            "--config",
            str(config),
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
        ]
        running = a_program(command, port=port, folder=folder, environment=environment, within_s=120)
        async with running, ClientSession() as client:
            yield Front(f"http://127.0.0.1:{port}", client, deciding, upstream)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("litellm")


COVERED: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("chat", "/v1/chat/completions", chat("MODEL")),
    ("chat, streamed", "/v1/chat/completions", chat("MODEL", stream=True)),
    ("completions", "/v1/completions", {"model": "MODEL", "prompt": "Say the word ready."}),
    ("embeddings", "/v1/embeddings", {"model": "MODEL", "input": "ready"}),
    ("responses", "/v1/responses", {"model": "MODEL", "input": "Say the word ready."}),
    ("messages", "/v1/messages", message("MODEL")),
    ("messages, streamed", "/v1/messages", message("MODEL", stream=True)),
    ("engines", "/engines/MODEL/chat/completions", chat("MODEL")),
    ("deployments", "/openai/deployments/MODEL/chat/completions", {"messages": chat()["messages"]}),
    ("images", "/v1/images/generations", {"model": "MODEL", "prompt": "a desk"}),
    ("speech", "/v1/audio/speech", {"model": "MODEL", "input": "ready", "voice": "elm"}),
    ("generateContent", "/v1beta/models/MODEL:generateContent", {"contents": [{"parts": [{"text": "hi"}]}]}),
)
"""Routes that ask, as measured with LiteLLM 1.104.0."""


async def test_every_route_that_is_told_to_be_covered_is(folder: Path) -> None:
    async with litellm(folder, for_everybody()) as front:
        for called, path, body in COVERED:
            for model, status in (("clerk", 200), ("helper", 451)):
                before = len(front.upstream.got)
                asked = json.loads(json.dumps(body).replace("MODEL", model))
                answer = await front.ask(path.replace("MODEL", model), asked)
                assert answer.status == status, (called, model, answer)
                assert len(front.upstream.got) == before + (status == 200), (called, model)
                if status == 451:
                    assert for_everybody().id in answer.body.decode(), called

        kept_out = await front.ask("/v1/chat/completions", chat("helper"))
        assert kept_out.headers["Link"] == '<https://office.example/orders/1>; rel="blocked-by"'
        assert kept_out.json["error"]["code"] == "model_withdrawn"
        assert kept_out.json["error"]["groundstop"]["directive"] == for_everybody().id

        # By the deployment's own name, through routes that pass on what they get, and in a fallback.
        before = len(front.upstream.got)
        assert (await front.ask("/v1/chat/completions", chat(f"openai/{WITHDRAWN}"))).status == 451
        assert (await front.ask("/elm", chat(WITHDRAWN))).status == 451
        assert (await front.ask("/openai/v1/chat/completions", chat(WITHDRAWN))).status == 451
        assert (await front.ask("/anthropic/v1/messages", message(WITHDRAWN))).status == 451
        for called, path, body in COVERED:
            asked = json.loads(json.dumps(body).replace("MODEL", "broken"))
            answer = await front.ask(path.replace("MODEL", "broken"), asked)
            assert answer.status >= 400, called
            assert front.deciding.receipts.last.status == 451, called
            assert WITHDRAWN in front.deciding.receipts.last.names, called
        two = await front.ask("/v1/chat/completions", chat("clerk,helper"))
        assert two.status == 200
        assert [one.json["model"] for one in front.upstream.got[before:]] == [OPEN]

        # No model can be seen: what is stored, and files.
        form = FormData({"purpose": "batch", "custom_llm_provider": "openai"})
        line = {"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": chat(WITHDRAWN)}
        form.add_field("file", json.dumps(line).encode(), filename="requests.jsonl")
        assert (await front.ask("/v1/files", form)).status == 404
        assert (await front.ask("/v1/responses/resp_1", method="GET")).status == 404
        assert (await front.ask("/openai/v1/responses/resp_1", method="GET")).status == 404

        # Blind: no hook is called. docs/reference/mounts.md tells it.
        before = len(front.deciding.receipts.entries)
        assert (await front.ask("/v1/messages/count_tokens", message("helper"))).status == 200
        assert len(front.deciding.receipts.entries) == before
        assert "helper" in (await front.ask("/v1/models", method="GET")).body.decode()

        await front.deciding.service.stop(0)
        before = len(front.upstream.got)
        silent = await front.ask("/v1/chat/completions", chat("clerk"))
        assert silent.status == 503
        assert silent.json["error"]["code"] == "decision_unavailable"
        assert len(front.upstream.got) == before


async def test_whoever_shows_that_an_order_does_not_reach_them_is_served(folder: Path) -> None:
    tells = citizen(iat=NOW - 10, exp=NOW + 600)
    async with litellm(folder, a_directive(), issuers=trusted()) as front:
        assert (await front.ask("/v1/chat/completions", chat("helper"))).status == 451
        served = await front.ask("/v1/chat/completions", chat("helper"), Groundstop_Token=token_of(tells))
        assert served.status == 200, served
        assert front.deciding.receipts.last.who.principal is not None
