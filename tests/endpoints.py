"""A real HTTP server on loopback that goes wrong in every way that an endpoint can."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

ANSWER = {
    "id": "x",
    "model": "m",
    "choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": "Certainly not."}}],
    "usage": {"prompt_tokens": 9, "completion_tokens": 3},
}


async def answer(request: web.Request) -> web.StreamResponse:
    """Answer as the first part of the path says."""
    asked = await request.text()
    match request.match_info["how"]:
        case "judge":
            said = {"role": "assistant", "content": "yes" if "blue river stone" in asked else "no"}
            return web.json_response({**ANSWER, "choices": [{"finish_reason": "stop", "message": said}]})
        case "good":
            return web.json_response(ANSWER)
        case "refused-key":
            return web.json_response({"error": {"code": "invalid_api_key"}}, status=401)
        case "no-model":
            return web.json_response({"error": {"code": "model_not_found"}}, status=404)
        case "rubbish":
            return web.Response(body=b"\x00\xff not an answer")
        case "html":
            return web.Response(text="<!doctype html><title>Welcome</title>", content_type="text/html")
        case "empty":
            choice = {"finish_reason": "stop", "message": {"role": "assistant", "content": ""}}
            return web.json_response({**ANSWER, "choices": [choice]})
        case "shape":
            return web.json_response({"choices": []})
        case "storm":
            return web.json_response({"error": {}}, status=429, headers={"Retry-After": "0.01"})
        case "truncated":
            response = web.StreamResponse(headers={"Content-Length": "1000"})
            await response.prepare(request)
            await response.write(b'{"choices": [')
            assert request.transport is not None
            request.transport.close()
            return response
    return web.Response(status=404, text="<html>nothing here</html>")


@contextmanager
def faulty_endpoint() -> Iterator[str]:
    """Serve it in a thread for the length of a block; yield ``http://127.0.0.1:PORT``."""
    loop = asyncio.new_event_loop()
    started = threading.Event()
    address: list[str] = []
    stop = asyncio.Event()

    async def serve() -> None:
        app = web.Application()
        app.router.add_post("/{how}/v1/chat/completions", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address.append(f"http://127.0.0.1:{runner.addresses[0][1]}")
        started.set()
        await stop.wait()
        await runner.cleanup()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    started.wait()
    try:
        yield address[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
