"""A provider that says back the word that it is asked for, and fails where the model's name says so.

python faulty.py PORT
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import OrderedDict
from typing import Any

from aiohttp import web

WITHDRAWN = "desk-gone"
"""A model that is named instead of the one that was asked for, where the name says ``lies``."""
PIECES = 20
_MOST_FILES = 200
_WORD = re.compile(r"word-[0-9a-f]+")
_STALL_S = 30.0
_HTML = b"<!doctype html><title>Busy</title>"


class Provider:
    """Answers requests."""

    def __init__(self) -> None:
        self._files: OrderedDict[str, bytes] = OrderedDict()
        self._made = 0

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one."""
        path = request.path
        if path == "/v1/files":
            return await self._upload(request)
        if path.startswith("/v1/files/"):
            return web.Response(body=self._files.get(path.split("/")[3], b""), content_type="text/plain")
        data = await request.read()
        if path == "/v1/batches":
            return web.json_response({"id": "batch_1", "object": "batch", "status": "validating"})
        body = json.loads(data) if data else {}
        model = body.get("model", "desk-clerk")
        found = _WORD.search(data.decode())
        word = found[0] if found else "word-0"
        is_message = path == "/v1/messages"
        if body.get("stream"):
            return await self._stream(request, model, word, is_message=is_message)
        return await self._whole(request, model, word, is_message=is_message)

    async def _upload(self, request: web.BaseRequest) -> web.Response:
        form = await request.post()
        file = form["file"]
        if not isinstance(file, web.FileField):
            return web.json_response({"error": {"message": "no file"}}, status=400)
        self._made += 1
        name = f"file-{self._made}"
        self._files[name] = file.file.read()
        while len(self._files) > _MOST_FILES:
            self._files.popitem(last=False)
        return web.json_response({"id": name, "object": "file", "purpose": "batch", "bytes": 1})

    async def _whole(
        self, request: web.BaseRequest, model: str, word: str, *, is_message: bool
    ) -> web.StreamResponse:
        match model:
            case "fault-500":
                return web.json_response({"error": {"message": "The provider is ill."}}, status=500)
            case "fault-429":
                error = {"error": {"message": "Too many.", "type": "rate_limit_error"}}
                return web.json_response(error, status=429, headers={"Retry-After": "2"})
            case "fault-close":
                _drop(request)
            case "fault-garbage":
                return web.Response(body=b'{"model": "desk-cl', content_type="application/json")
            case "fault-html":
                return web.Response(body=_HTML, content_type="text/html")
            case "fault-stall":
                await asyncio.sleep(_STALL_S)
        named = WITHDRAWN if model == "fault-lies" else model
        return web.json_response(_message(named, word) if is_message else _chat(named, word))

    async def _stream(
        self, request: web.BaseRequest, model: str, word: str, *, is_message: bool
    ) -> web.StreamResponse:
        found = re.search(r"paced-(\d+)", model)
        pace_s = int(found[1]) / 1000 if found else 0.0
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        if is_message:
            for event in _message_events(model, word):
                await response.write(event)
            await response.write_eof()
            return response
        for number in range(PIECES):
            if number == 5 and model == "fault-break":
                _drop(request)
            if number == 5 and model == "fault-hang":
                await asyncio.sleep(_STALL_S)
            named = WITHDRAWN if number == 5 and model == "fault-lies" else model
            await response.write(_chunk(named, word if number == 0 else f" {number}"))
            if pace_s:
                await asyncio.sleep(pace_s)
        await response.write(b"data: [DONE]\n\n")
        await response.write_eof()
        return response


def _drop(request: web.BaseRequest) -> None:
    if request.transport is not None:
        request.transport.abort()


def _chat(model: str, word: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": word}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    return {"id": "c1", "object": "chat.completion", "created": 1, "model": model, "choices": [choice]}


def _chunk(model: str, text: str) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    value = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": model, "choices": [choice]}
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def _message(model: str, word: str) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [{"type": "text", "text": word}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }


def _message_events(model: str, word: str) -> list[bytes]:
    def event(name: str, **value: Any) -> bytes:
        return f"event: {name}\ndata: {json.dumps({'type': name, **value})}\n\n".encode()

    delta = {"type": "text_delta", "text": word}
    return [
        event("message_start", message={**_message(model, word), "content": [], "stop_reason": None}),
        event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
        event("content_block_delta", index=0, delta=delta),
        event("content_block_stop", index=0),
        event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 1}),
        event("message_stop"),
    ]


async def _serve(port: int) -> None:
    server = web.Server(Provider().answer, access_log=None, handler_cancellation=True)
    await asyncio.get_running_loop().create_server(server, "127.0.0.1", port, backlog=4096)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
