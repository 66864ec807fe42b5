"""LiteLLM asks a Groundstop gateway before each request goes on. Where nobody decides, nothing does.

Set ``callbacks: groundstop_litellm.hook`` in LiteLLM's settings, and ``GROUNDSTOP_URL`` in its environment.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from typing import Any, NamedTuple

import aiohttp

__all__ = ["hook"]

_URL = "http://127.0.0.1:8402"
_TIMEOUT_S = 5.0
_TOKEN_HEADER = "groundstop-token"  # noqa: S105 - its name
_ROUTES = {
    "completion": "chat.completions",
    "acompletion": "chat.completions",
    "text_completion": "completions",
    "atext_completion": "completions",
    "embeddings": "embeddings",
    "embedding": "embeddings",
    "aembedding": "embeddings",
    "responses": "responses",
    "aresponses": "responses",
    "anthropic_messages": "messages",
}
"""Of kinds of calls, as the gateway names the routes; any other is named as LiteLLM does."""
_TOLD = ("model", "messages", "input", "prompt", "system", "instructions", "tools", "models", "fallbacks")
"""What is looked at of a request whose own body is not at hand."""


class _Asked(NamedTuple):
    """What was decided before, in the same request."""

    names: frozenset[str]
    tokens: tuple[str, ...]
    kind: str


_asked: ContextVar[_Asked | None] = ContextVar("groundstop_asked", default=None)


def __getattr__(name: str) -> Any:
    # LiteLLM is imported by then: it is what asks for the hook.
    if name == "hook":
        found = _hook()
        globals()["hook"] = found
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class _Gateway:
    """Asks for decisions."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._url = environment.get("GROUNDSTOP_URL", _URL).rstrip("/") + "/v1/decide"
        self._timeout = aiohttp.ClientTimeout(
            total=float(environment.get("GROUNDSTOP_TIMEOUT_S", _TIMEOUT_S))
        )
        self._sessions: dict[asyncio.AbstractEventLoop, aiohttp.ClientSession] = {}

    async def ask(self, question: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what is decided.

        Args:
            question: As ``/v1/decide`` takes it.

        Raises:
            Exception: Nobody decided, whatever the reason.
        """
        loop = asyncio.get_running_loop()
        session = self._sessions.get(loop)
        if session is None or session.closed:
            self._sessions = {one: kept for one, kept in self._sessions.items() if not one.is_closed()}
            session = self._sessions[loop] = aiohttp.ClientSession(timeout=self._timeout, trust_env=False)
        data = json.dumps(question, allow_nan=False).encode()
        headers = {"Content-Type": "application/json"}
        async with session.post(self._url, data=data, headers=headers, allow_redirects=False) as answer:
            decided = await answer.json()
        if not isinstance(decided, dict) or not isinstance(decided.get("allowed"), bool):
            raise ValueError(f"it answered {answer.status}")
        return decided


def _hook() -> Any:
    from litellm.integrations.custom_logger import CustomLogger
    from litellm.proxy._types import ProxyException

    class Denied(ProxyException):
        """A request is kept out; LiteLLM answers with what the gateway has worded."""

        def __init__(self, status: int, error: Mapping[str, Any], headers: Mapping[str, str]) -> None:
            super().__init__(
                message=str(error.get("message", "")),
                type=str(error.get("type", "")),
                param=None,
                code=status,
                headers=dict(headers),
                openai_code=str(error.get("code", "")),
                provider_specific_fields={"groundstop": error.get("groundstop")},
            )
            self.status_code = status
            self._error = dict(error)

        def to_dict(self) -> dict[str, Any]:
            return self._error

    class GroundstopHook(CustomLogger):
        """Lets a request go on only when a gateway says so."""

        def __init__(self, environment: Mapping[str, str]) -> None:
            super().__init__()
            self._gateway = _Gateway(environment)
            listed = environment.get("GROUNDSTOP_MODELLESS", "").split(",")
            self._modelless = frozenset(one.strip() for one in listed if one.strip())

        async def async_pre_call_hook(
            self,
            user_api_key_dict: Any,  # noqa: ARG002 - LiteLLM gives it by name
            cache: Any,  # noqa: ARG002
            data: dict[str, Any],
            call_type: str,
        ) -> dict[str, Any]:
            """Ask about a request as the client sent it, by every name that its model goes by."""
            kind = str(getattr(call_type, "value", call_type))
            if kind in self._modelless:
                return data
            sent = data.get("proxy_server_request") or {}
            body = sent.get("body")
            body = body if isinstance(body, dict) else data
            headers = sent.get("headers") or {}
            named = (data.get("model"), body.get("model"))
            names = [one for one in named if isinstance(one, str) and one]
            names = [*names, *(deployed for one in names for deployed in _deployments(one))]
            asked = _Asked(frozenset(), _tokens(headers), kind)
            await self._ask(asked, names, body)
            return data

        async def async_pre_call_deployment_hook(
            self, kwargs: dict[str, Any], call_type: Any
        ) -> dict[str, Any] | None:
            """Ask about the deployment that was chosen, where it is none that was decided before."""
            kind = str(getattr(call_type, "value", call_type) or "deployment")
            before = _asked.get() or _Asked(frozenset(), (), kind)
            model = kwargs.get("model")
            names = _spellings(model) if isinstance(model, str) else []
            if not names or not before.names.issuperset(names):
                await self._ask(before, names, kwargs)
            return None

        async def _ask(self, asked: _Asked, names: Iterable[str], body: Mapping[str, Any]) -> None:
            known = list(dict.fromkeys(names))
            if not known:
                raise _refused(404, "model_not_seen", "No model can be seen in this request.")
            anthropic = asked.kind == "anthropic_messages"
            question = {
                "surface": "litellm-hook",
                "route": _ROUTES.get(asked.kind, asked.kind[:64]),
                "act": "fine-tune" if "fine_tuning" in asked.kind else "infer",
                "dialect": "anthropic" if anthropic else "openai",
                "model": known[0],
                "models": known[1:],
                "tokens": list(asked.tokens),
                "body": _plain({name: body[name] for name in _TOLD if body.get(name) is not None}),
            }
            try:
                decided = await self._gateway.ask(question)
            except Exception:  # noqa: BLE001 - whatever went wrong, nobody has decided
                message = "It could not be decided whether this request may go on."
                raise _refused(503, "decision_unavailable", message) from None
            if not decided["allowed"]:
                response = decided.get("response") or {}
                told = response.get("body") or {}
                raise Denied(
                    int(response.get("status", 451)),
                    told.get("error") or {"message": "This request is kept out.", "code": "denied"},
                    _headers(response.get("headers") or {}),
                )
            _asked.set(asked._replace(names=asked.names.union(known)))

    def _refused(status: int, code: str, message: str) -> Denied:
        error = {"message": message, "type": "api_error", "param": None, "code": code}
        return Denied(status, error, {"x-should-retry": "false"})

    return GroundstopHook(os.environ)


def _headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that go to the client, less those that are LiteLLM's own."""
    own = ("content-type", "content-length", "x-request-id", "request-id")
    return {name: value for name, value in headers.items() if name.lower() not in own}


def _tokens(headers: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a client shows of who it is; LiteLLM joins headers of one name by commas."""
    found = [value for name, value in headers.items() if name.lower() == _TOKEN_HEADER]
    return tuple(one.strip() for value in found for one in str(value).split(",") if one.strip())


def _spellings(model: str) -> list[str]:
    """Return a model's name, and without LiteLLM's own word before it for how it is reached."""
    return [model, model.partition("/")[2]] if model.partition("/")[2] else [model]


def _deployments(model: str) -> list[str]:
    """Return every name that a model of LiteLLM's settings stands for."""
    try:
        from litellm.proxy.proxy_server import llm_router
    except ImportError:
        return _spellings(model)
    found = _spellings(model)
    if llm_router is None:
        return found
    for one in llm_router.get_model_list(model_name=model) or ():
        for name in (
            (one.get("litellm_params") or {}).get("model"),
            (one.get("model_info") or {}).get("base_model"),
        ):
            found += _spellings(name) if isinstance(name, str) and name else []
    return found


def _plain(value: Any) -> Any:
    """Return a value as plain JSON; what is none is told by its kind alone, which no guard can look at."""
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if hasattr(value, "model_dump"):
        return _plain(value.model_dump())
    return value if value is None or isinstance(value, (str, int, float, bool)) else {"type": "opaque"}
