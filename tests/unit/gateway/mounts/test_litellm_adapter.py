"""The adapter for LiteLLM against a decision service; a stand-in has the few names of LiteLLM that it uses.

LiteLLM itself is tried in tests/outside/gateway/test_mount_litellm.py.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.claim_parts import citizen, trusted
from tests.claim_parts import signed as token_of
from tests.directive_parts import a_directive, for_everybody
from tests.gateway_parts import NOW, OPEN, WITHDRAWN, chat, message
from tests.mount_parts import Deciding, a_decision_service

TOKEN = token_of(citizen(iat=NOW - 10, exp=NOW + 600))
SOURCE = Path("adapters/litellm/src")


class CustomLogger:
    """Stands in for LiteLLM's."""


class ProxyException(Exception):  # noqa: N818 - LiteLLM's name
    """Stands in for LiteLLM's."""

    def __init__(self, message: str, **fields: Any) -> None:
        super().__init__(message)
        self.message, self.code, self.headers = message, str(fields["code"]), fields["headers"]


class Router:
    """Stands in for LiteLLM's: one name for two deployments."""

    def get_model_list(self, model_name: str) -> list[dict[str, Any]]:
        if model_name != "helper":
            return []
        azure = {
            "litellm_params": {"model": "azure/team-7"},
            "model_info": {"base_model": f"azure/{WITHDRAWN}"},
        }
        return [{"litellm_params": {"model": f"openai/{OPEN}"}}, azure]


@pytest.fixture
def adapter(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    stand_ins: dict[str, dict[str, Any]] = {
        "litellm": {},
        "litellm.integrations": {},
        "litellm.integrations.custom_logger": {"CustomLogger": CustomLogger},
        "litellm.proxy": {},
        "litellm.proxy._types": {"ProxyException": ProxyException},
        "litellm.proxy.proxy_server": {"llm_router": Router()},
    }
    for name, members in stand_ins.items():
        module = ModuleType(name)
        vars(module).update(members)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.syspath_prepend(str(SOURCE))
    yield importlib.import_module("groundstop_litellm")
    del sys.modules["groundstop_litellm"]


def hook_of(adapter: Any, deciding: Deciding, monkeypatch: pytest.MonkeyPatch, **more: str) -> Any:
    for name, value in {"GROUNDSTOP_URL": deciding.url, **more}.items():
        monkeypatch.setenv(name, value)
    return adapter.hook


async def kept_out(hook: Any, data: dict[str, Any], kind: str = "acompletion") -> Any:
    """Return what a client is answered with; nothing where the request goes on."""
    try:
        given = await hook.async_pre_call_hook(user_api_key_dict=None, cache=None, data=data, call_type=kind)
    except ProxyException as denied:
        return denied
    assert given is data
    return None


def sent(body: dict[str, Any], **headers: str) -> dict[str, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {**body, "proxy_server_request": {"headers": named, "body": body}, "logging_obj": object()}


@pytest.fixture
async def closing(adapter: Any) -> Any:
    yield
    gateway = vars(adapter).get("hook") and adapter.hook._gateway
    for session in (gateway._sessions if gateway else {}).values():
        await session.close()


pytestmark = pytest.mark.usefixtures("closing")


async def test_a_model_is_asked_for_by_every_name_that_it_stands_for(
    adapter: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_decision_service(for_everybody()) as deciding:
        hook = hook_of(adapter, deciding, monkeypatch)
        denied = await kept_out(hook, sent(chat("helper")))
        assert deciding.receipts.last.names == (
            "helper", f"openai/{OPEN}", OPEN, "azure/team-7", "team-7", f"azure/{WITHDRAWN}", WITHDRAWN
        )  # fmt: skip
        assert denied.code == "451"
        assert denied.headers["Link"] == '<https://office.example/orders/1>; rel="blocked-by"'
        assert denied.to_dict()["groundstop"]["directive"] == for_everybody().id
        assert await kept_out(hook, sent(chat("clerk"))) is None
        assert (await kept_out(hook, sent(message("helper")), "anthropic_messages")).code == "451"
        assert [one.route for one in deciding.receipts.entries] == [
            "chat.completions",
            "chat.completions",
            "messages",
        ]


async def test_a_name_in_the_body_is_not_hidden_by_the_one_that_litellm_goes_by(
    adapter: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_decision_service(for_everybody()) as deciding:
        hook = hook_of(adapter, deciding, monkeypatch)
        assert (await kept_out(hook, {**sent(chat(WITHDRAWN)), "model": "clerk"})).code == "451"
        assert (await kept_out(hook, {**sent(chat("clerk")), "model": WITHDRAWN})).code == "451"
        assert (await kept_out(hook, chat(WITHDRAWN))).code == "451"


async def test_a_deployment_that_was_not_decided_before_is_decided(
    adapter: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_decision_service(a_directive(), issuers=trusted()) as deciding:
        hook = hook_of(adapter, deciding, monkeypatch)
        with pytest.raises(ProxyException):
            await hook.async_pre_call_deployment_hook({"model": f"openai/{WITHDRAWN}"}, None)
        assert await kept_out(hook, sent(chat("clerk"), groundstop_token=TOKEN)) is None
        asked = len(deciding.receipts.entries)
        await hook.async_pre_call_deployment_hook({"model": "clerk"}, None)
        assert len(deciding.receipts.entries) == asked
        # A fallback, in the same request and so of the same person.
        await hook.async_pre_call_deployment_hook({"model": f"openai/{WITHDRAWN}"}, None)
        assert len(deciding.receipts.entries) == asked + 1
        assert deciding.receipts.last.who.principal is not None


@pytest.mark.parametrize("data", [{}, {"model": ""}, {"model": None}, {"model": ["helper"]}])
async def test_a_request_in_which_no_model_can_be_seen_is_kept_out(
    adapter: Any, monkeypatch: pytest.MonkeyPatch, data: dict[str, Any]
) -> None:
    async with a_decision_service() as deciding:
        hook = hook_of(adapter, deciding, monkeypatch, GROUNDSTOP_MODELLESS="list_mcp_tools, call_mcp_tool")
        assert (await kept_out(hook, data, "pass_through_endpoint")).code == "404"
        assert await kept_out(hook, data, "call_mcp_tool") is None
        assert deciding.receipts.entries == []


async def test_nothing_goes_on_while_nobody_decides(adapter: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_decision_service() as deciding:
        hook = hook_of(adapter, deciding, monkeypatch)
        deciding.receipts.full = True
        assert (await kept_out(hook, sent(chat("clerk")))).code == "503"
        deciding.receipts.full = False
        assert await kept_out(hook, sent(chat("clerk"))) is None
        unreadable = {**chat("clerk"), "input": float("nan")}
        assert (await kept_out(hook, unreadable)).code == "503"
    assert (await kept_out(hook, sent(chat("clerk")))).code == "503"
