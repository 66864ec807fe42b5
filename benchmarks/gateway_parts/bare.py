"""The floor: what aiohttp costs that receives a request and sends it on, and looks at nothing.

python bare.py PORT JSON_URL STREAM_URL
"""

from __future__ import annotations

import asyncio
import sys

import orjson
from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector, web
from yarl import URL


async def serve(port: int, whole: URL, streamed: URL) -> None:
    """Serve until the process ends."""
    session = ClientSession(
        connector=TCPConnector(limit=0), cookie_jar=DummyCookieJar(), timeout=ClientTimeout(total=None)
    )

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        body = orjson.loads(await request.read())
        url = streamed if body.get("stream") else whole
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        async with session.post(url, data=orjson.dumps(body), headers=headers) as got:
            if not body.get("stream"):
                return web.Response(body=await got.read(), content_type="application/json")
            response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
            await response.prepare(request)
            while piece := await got.content.readany():
                await response.write(piece)
            await response.write_eof()
            return response

    server = web.Server(answer, access_log=None)
    await asyncio.get_running_loop().create_server(server, "127.0.0.1", port, backlog=4096)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), URL(sys.argv[2]), URL(sys.argv[3])))
