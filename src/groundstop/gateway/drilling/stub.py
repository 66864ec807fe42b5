"""A stand-in for the upstreams of a drill: it streams slowly, as models do, and answers for every model."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

_MOST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Pace:
    """How a stand-in streams."""

    pieces: int = 8
    every_s: float = 0.25


STEADY = Pace()
"""An answer in two seconds."""


@asynccontextmanager
async def stand_in(pace: Pace) -> AsyncIterator[str]:
    """Serve a stand-in on this machine for the length of a block.

    Args:
        pace: How it streams.

    Yields:
        Its base URL, which ends in ``/v1``.
    """
    server = _Server(pace)
    app = web.Application(client_max_size=_MOST_BYTES)
    app.router.add_post("/v1/chat/completions", server.chat)
    app.router.add_post("/v1/messages", server.messages)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


class _Server:
    def __init__(self, pace: Pace) -> None:
        self._pace = pace

    async def chat(self, request: web.Request) -> web.StreamResponse:
        model = await _model(request)
        head = {"id": "chatcmpl-drill", "object": "chat.completion.chunk", "created": 0, "model": model}
        events = [
            _event(None, {**head, "choices": [{"index": 0, "delta": {"content": f"{number} "}}]})
            for number in range(1, self._pace.pieces + 1)
        ]
        stop = {"index": 0, "delta": {}, "finish_reason": "stop"}
        return await self._stream(
            request, [], events, [_event(None, {**head, "choices": [stop]}), b"data: [DONE]\n\n"]
        )

    async def messages(self, request: web.Request) -> web.StreamResponse:
        model = await _model(request)
        message = {"id": "msg_drill", "type": "message", "role": "assistant", "model": model, "content": []}
        usage = {"input_tokens": 1, "output_tokens": 1}
        begin = [
            _event("message_start", {"message": {**message, "usage": usage, "stop_reason": None}}),
            _event("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}}),
        ]
        events = [
            _event("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": f"{number} "}})
            for number in range(1, self._pace.pieces + 1)
        ]
        end = [
            _event("content_block_stop", {"index": 0}),
            _event("message_delta", {"delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 1}}),
            _event("message_stop", {}),
        ]
        return await self._stream(request, begin, events, end)

    async def _stream(
        self, request: web.Request, begin: list[bytes], events: list[bytes], end: list[bytes]
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for event in begin:
            await response.write(event)
        for event in events:
            await response.write(event)
            await asyncio.sleep(self._pace.every_s)
        for event in end:
            await response.write(event)
        await response.write_eof()
        return response


async def _model(request: web.Request) -> str:
    body = await request.json()
    model = body.get("model") if isinstance(body, dict) else None
    if not isinstance(model, str):
        raise web.HTTPBadRequest
    return model


def _event(name: str | None, value: dict[str, object]) -> bytes:
    if name is None:
        return b"data: " + json.dumps(value).encode() + b"\n\n"
    return f"event: {name}\ndata: {json.dumps({'type': name, **value})}\n\n".encode()
