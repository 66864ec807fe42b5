"""Handing large answers over: piece by piece, and not to whoever does not take them."""

from __future__ import annotations

import asyncio

from aiohttp import web

_LARGE_BYTES = 64 * 1024
"""A smaller answer is held by the socket, and waits for nobody."""
_OF_OURS = ("content-length", "content-type")
"""Headers that are written by what follows them."""


async def hand_over(
    request: web.BaseRequest, answer: web.Response, body: bytes, write_s: float
) -> web.StreamResponse:
    """Send a large answer; a connection whose client does not take it is broken off.

    Args:
        request: What is answered.
        answer: The answer; a small one is left as it is, to be sent by the server.
        body: Of the answer.
        write_s: Seconds that a client may take for each piece.

    Returns:
        What has been sent, or is still to be.
    """
    if len(body) <= _LARGE_BYTES:
        return answer
    headers = [(name, value) for name, value in answer.headers.items() if name.lower() not in _OF_OURS]
    sent = web.StreamResponse(status=answer.status, headers=headers)
    sent.content_type = answer.content_type
    sent.content_length = len(body)
    if answer.keep_alive is False:
        sent.force_close()
    rest = memoryview(body)
    try:
        async with asyncio.timeout(write_s):
            await sent.prepare(request)
        while rest:
            async with asyncio.timeout(write_s):
                await sent.write(rest[:_LARGE_BYTES])
            rest = rest[_LARGE_BYTES:]
        async with asyncio.timeout(write_s):
            await sent.write_eof()
    except (TimeoutError, ConnectionError):
        if request.transport is not None:
            request.transport.abort()
    return sent
