"""Serving local targets over HTTP, so that other clients can talk to them.

Both dialects are spoken; the request's ``model`` selects the target. Streaming sends the finished answer in
pieces: guards must have seen all of it first.
"""

from __future__ import annotations

import json
import math
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from groundstop.documents import Message, Sampling
from groundstop.errors import GroundstopError, InputError, TargetError
from groundstop.targets.conversation import ChatRequest, Reply, Target
from groundstop.targets.failures import CallFailure, FailureKind

MAX_REQUEST_BYTES = 1024 * 1024
_PIECE = 24
_STATUS = {
    FailureKind.RATE_LIMITED: 429,
    FailureKind.REQUEST_REFUSED: 400,
    FailureKind.TIMEOUT: 504,
}

_MESSAGES = "/v1/messages"
_ERROR_TYPES = {404: "not_found_error", 413: "request_too_large", 429: "rate_limit_error"}
_HTTP = {
    404: ("not_found", "There is nothing at this path"),
    405: ("method_not_allowed", "This path does not take this method"),
    413: ("request_too_large", f"The request is larger than {MAX_REQUEST_BYTES:,} bytes"),
}
_ROLES = {"developer": "system"}
"""Other names of roles."""

Targets = Mapping[str, Target]


def application(targets: Targets) -> web.Application:
    """Return the web application.

    Args:
        targets: Targets by the model name that selects them.

    Returns:
        An application with the routes of both dialects.

    Source: the public descriptions of the OpenAI chat completions and Anthropic messages interfaces.
    """
    server = _Server(targets)
    app = web.Application(client_max_size=MAX_REQUEST_BYTES, middlewares=[_typed_errors])
    app.router.add_get("/v1/models", server.models)
    app.router.add_post("/v1/chat/completions", server.chat_completions)
    app.router.add_post(_MESSAGES, server.messages)
    return app


@asynccontextmanager
async def serving(targets: Targets, *, host: str, port: int, linger_s: float = 60.0) -> AsyncIterator[str]:
    """Serve targets for the length of a block.

    Args:
        targets: Targets by model name.
        host: Address to listen on.
        port: Port; 0 for any free one.
        linger_s: How long answers in flight may still take when the block ends.

    Yields:
        The base URL, which ends in ``/v1``.

    Raises:
        TargetError: The port is taken, or the address is not this machine's.
    """
    runner = web.AppRunner(application(targets), access_log=None, shutdown_timeout=linger_s)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as error:
            raise TargetError(
                f"Nothing can be served at {host}, port {port}: {error.strerror}", "Choose another --port"
            ) from error
        bound = runner.addresses[0][1]
        shown = f"[{host}]" if ":" in host else host
        yield f"http://{shown}:{bound}/v1"
    finally:
        await runner.cleanup()


class _Server:
    """The routes."""

    def __init__(self, targets: Targets) -> None:
        self._targets = targets

    async def models(self, _request: web.Request) -> web.Response:
        data = [
            {"id": name, "object": "model", "created": 0, "owned_by": "groundstop"} for name in self._targets
        ]
        return web.json_response({"object": "list", "data": data})

    async def chat_completions(self, request: web.Request) -> web.StreamResponse:
        body = await _body(request)
        reply = await self._target(body).ask(_chat_request(body, _openai_messages(body)))
        head = {
            "id": f"chatcmpl-{secrets.token_hex(12)}",
            "created": int(time.time()),
            "model": body["model"],
        }
        if body.get("stream"):
            options = body.get("stream_options")
            usage_too = isinstance(options, dict) and options.get("include_usage") is True
            return await _stream_openai(
                request, head, reply, usage=_openai_usage(reply) if usage_too else None
            )
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": reply.text},
            "finish_reason": reply.finish,
        }
        usage = _openai_usage(reply)
        return web.json_response({**head, "object": "chat.completion", "choices": [choice], "usage": usage})

    async def messages(self, request: web.Request) -> web.StreamResponse:
        body = await _body(request)
        if body.get("stream"):
            raise _Refused(400, "stream_not_supported", "Streaming is served in the OpenAI dialect only")
        reply = await self._target(body).ask(_chat_request(body, _anthropic_messages(body)))
        stop = {"length": "max_tokens", "content_filter": "refusal"}.get(reply.finish or "", "end_turn")
        return web.json_response(
            {
                "id": f"msg_{secrets.token_hex(12)}",
                "type": "message",
                "role": "assistant",
                "model": body["model"],
                "content": [{"type": "text", "text": reply.text}],
                "stop_reason": stop,
                "stop_sequence": None,
                "usage": {
                    "input_tokens": reply.usage.prompt_tokens or 0,
                    "output_tokens": reply.usage.completion_tokens or 0,
                },
            }
        )

    def _target(self, body: dict[str, Any]) -> Target:
        name = body.get("model")
        if not isinstance(name, str) or name not in self._targets:
            known = ", ".join(self._targets)
            raise _Refused(404, "model_not_found", f"There is no such model; choose one of: {known}")
        return self._targets[name]


class _Refused(Exception):  # noqa: N818 - an answer to a client, not an error of the program
    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}

    def response(self, path: str) -> web.Response:
        """Return the reply in the dialect of the path that was asked."""
        kind = _ERROR_TYPES.get(self.status, "api_error" if self.status >= 500 else "invalid_request_error")
        if path == _MESSAGES:
            body: dict[str, Any] = {"type": "error", "error": {"type": kind, "message": self.message}}
        else:
            error = {"message": self.message, "type": kind, "param": None, "code": self.code}
            body = {"error": error}
        return web.json_response(body, status=self.status, headers=self.headers)


@web.middleware
async def _typed_errors(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Answer every failure in the dialect's own form, so that clients can read it."""
    try:
        return await handler(request)
    except _Refused as error:
        refused = error
    except CallFailure as failure:
        refused = _failed(failure)
    except GroundstopError as error:
        refused = _Refused(503, "not_available", str(error))
    except web.HTTPException as error:
        code, message = _HTTP.get(error.status, ("invalid_request", error.reason))
        refused = _Refused(error.status, code, message)
    return refused.response(request.path)


def _failed(failure: CallFailure) -> _Refused:
    headers = {}
    if failure.retry_after_s is not None:
        headers["Retry-After"] = str(math.ceil(failure.retry_after_s))
    return _Refused(_STATUS.get(failure.kind, 502), failure.kind.value, failure.message, headers)


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        value = json.loads(await request.read())
    except (ValueError, RecursionError):
        raise _Refused(400, "invalid_json", "The request is not JSON") from None
    if not isinstance(value, dict):
        raise _Refused(400, "invalid_json", "The request is not a JSON object")
    return value


def _chat_request(body: dict[str, Any], messages: tuple[Message, ...]) -> ChatRequest:
    longest = body.get("max_completion_tokens") or body.get("max_tokens")
    settings = {"temperature": body.get("temperature"), "top_p": body.get("top_p"), "max_tokens": longest}
    try:
        sampling = Sampling.model_validate({k: v for k, v in settings.items() if v is not None})
    except ValidationError as error:
        field = ".".join(str(step) for step in error.errors()[0]["loc"])
        raise _Refused(400, "invalid_value", f"The value of {field} cannot be used") from None
    if body.get("n") not in (None, 1):
        raise _Refused(400, "invalid_value", "One answer is given to a request: n must be 1")
    seed = body.get("seed")
    if seed is None:
        seed = secrets.randbits(31)
    if not isinstance(seed, int) or isinstance(seed, bool):
        raise _Refused(400, "invalid_value", "The value of seed cannot be used")
    return ChatRequest(messages, sampling, seed % 2**31)


def _openai_messages(body: dict[str, Any]) -> tuple[Message, ...]:
    return _messages(body.get("messages"))


def _anthropic_messages(body: dict[str, Any]) -> tuple[Message, ...]:
    system = body.get("system")
    first = _messages([{"role": "system", "content": system}]) if system else ()
    return (*first, *_messages(body.get("messages")))


def _messages(value: object) -> tuple[Message, ...]:
    if not isinstance(value, list) or not value:
        raise _Refused(400, "invalid_value", "The request has no messages")
    try:
        return tuple(
            Message(role=_ROLES.get(one["role"], one["role"]), content=_text(one["content"])) for one in value
        )
    except (KeyError, TypeError, UnicodeEncodeError, ValidationError):
        raise _Refused(400, "invalid_value", "A message needs a role and a text") from None


def _text(content: object) -> str:
    """Return a message's text, whether it is written plainly or in parts."""
    text = "".join(part["text"] for part in content) if isinstance(content, list) else content
    if not isinstance(text, str):
        raise TypeError("neither text nor parts")
    text.encode()  # JSON can hold halves of characters; nothing behind this can.
    return text


def _openai_usage(reply: Reply) -> dict[str, int]:
    prompt, completion = reply.usage.prompt_tokens or 0, reply.usage.completion_tokens or 0
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


async def _stream_openai(
    request: web.Request, head: dict[str, Any], reply: Reply, *, usage: dict[str, int] | None
) -> web.StreamResponse:
    head = {**head, "object": "chat.completion.chunk"}
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)

    async def send(delta: dict[str, Any], finish: str | None) -> None:
        chunk = {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
        await response.write(f"data: {json.dumps(chunk)}\n\n".encode())

    with suppress(ConnectionResetError):  # The client may leave.
        await send({"role": "assistant", "content": ""}, None)
        for start in range(0, len(reply.text), _PIECE):
            await send({"content": reply.text[start : start + _PIECE]}, None)
        await send({}, reply.finish)
        if usage is not None:
            await response.write(f"data: {json.dumps({**head, 'choices': [], 'usage': usage})}\n\n".encode())
        await response.write(b"data: [DONE]\n\n")
    return response


def local_targets(name: str, open_one: Callable[[str], Target]) -> dict[str, Target]:
    """Return what is served for a target: all versions of the embedded model, or the one target.

    Args:
        name: The target as the user named it.
        open_one: Opens a target by name.

    Returns:
        Targets by the model name that selects them.

    Raises:
        InputError: The target is not a local one.
    """
    scheme, _, rest = name.partition(":")
    if scheme == "embedded":
        from groundstop.targets.embedded import deployments

        if rest not in deployments():
            return {rest: open_one(name)}  # which says what there is
        versions = sorted(deployments(), key=lambda version: version != rest)
        return {version: open_one(f"embedded:{version}") for version in versions}
    if scheme == "scripted":
        return {rest.partition("?")[0]: open_one(name)}
    raise InputError(f"{name} is not a local target", "Serve embedded:NAME or scripted:NAME")
