"""Users of a drill: each asks for a stream, reads it to its end, and asks again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout

from groundstop.gateway.drilling.tally import Got, Tally

_QUESTION = "Count from one to twenty."
_LIMIT = ClientTimeout(total=None, connect=30, sock_read=60)
_MOST_ERROR_BYTES = 64 * 1024
_LINE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Load:
    """What users do."""

    url: str
    """Of the gateway, without ``/v1``."""
    model: str
    streams: int
    """At the same time."""
    think_s: float = 0.2
    """Between an answer and the next request."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What users show of themselves."""
    anthropic: bool = False
    """Whether they speak that dialect."""


class Users:
    """A crowd of users, for as long as it is let.

    Args:
        load: What they do.
        session: Carries their requests; with room for as many connections.
        tally: Is told what they got.
        clock: Seconds that only grow.
    """

    def __init__(self, load: Load, session: ClientSession, tally: Tally, clock: Callable[[], float]) -> None:
        self._load, self._session, self._tally, self._clock = load, session, tally, clock
        self._done = asyncio.Event()
        self.streaming = 0
        """Streams that are open now."""

    def finish(self) -> None:
        """Ask no more; what has begun is read to its end."""
        self._done.set()

    async def run(self) -> None:
        """Ask until :meth:`finish`."""
        async with asyncio.TaskGroup() as group:
            for number in range(self._load.streams):
                group.create_task(self._user(number))

    async def ask_once(self) -> Got:
        """Ask once, as one of the users does, and return what came of it; it is not counted."""
        alone = Users(self._load, self._session, Tally(1.0), self._clock)
        what, _ = await alone._ask()
        return what

    async def _user(self, number: int) -> None:
        # Not all at the same moment: real users do not either.
        await self._pause(self._load.think_s * number / self._load.streams)
        while not self._done.is_set():
            began = self._clock()
            what, why = await self._ask()
            self._tally.got(what, self._clock(), began=began, why=why)
            await self._pause(self._load.think_s)

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._done.wait()
        except TimeoutError:
            pass

    async def _ask(self) -> tuple[Got, str]:
        load = self._load
        path = "/v1/messages" if load.anthropic else "/v1/chat/completions"
        headers = {**load.headers, **({"anthropic-version": "2023-06-01"} if load.anthropic else {})}
        body = {
            "model": load.model,
            "max_tokens": 64,
            "stream": True,
            "messages": [{"role": "user", "content": _QUESTION}],
        }
        try:
            async with self._session.post(
                load.url + path, json=body, headers=headers, allow_redirects=False, timeout=_LIMIT
            ) as answer:
                if answer.status != 200:
                    return await _refused(answer)
                by_another = "Groundstop-Answered-By" in answer.headers
                self.streaming += 1
                try:
                    return await self._read(answer, by_another=by_another)
                finally:
                    self.streaming -= 1
        except (OSError, TimeoutError, ClientError) as error:
            return Got.FAILED, f"the connection failed: {type(error).__name__}"

    async def _read(self, answer: ClientResponse, *, by_another: bool) -> tuple[Got, str]:
        ended = False
        async for event in _events(answer):
            error = event.get("error")
            if isinstance(error, dict):
                if isinstance(error.get("groundstop"), dict):
                    self._tally.cut += 1
                    return Got.DENIED, ""
                return Got.FAILED, f"the stream ended with an error: {error.get('code') or error.get('type')}"
            if not by_another:
                self._tally.piece(self._clock())
            ended = ended or event.get("type") == "message_stop" or "[DONE]" in event
        if not ended:
            return Got.FAILED, "the stream broke off"
        return (Got.FALLBACK if by_another else Got.SERVED), ""


async def _refused(answer: ClientResponse) -> tuple[Got, str]:
    data = await answer.content.read(_MOST_ERROR_BYTES)
    try:
        error = json.loads(data)["error"]
        said = isinstance(error["groundstop"]["reason"], str)
    except (ValueError, KeyError, TypeError):
        return Got.FAILED, f"refused with {answer.status}, and no reason that programs can read"
    if said and answer.status == 451:
        return Got.DENIED, ""
    return Got.FAILED, f"refused with {answer.status}: {error['groundstop']['reason']}"


async def _events(answer: ClientResponse) -> AsyncIterator[dict[str, Any]]:
    """Yield the events of a stream; its last word of all is ``[DONE]``."""
    rest = b""
    async for piece in answer.content.iter_any():
        *lines, rest = (rest + piece).split(b"\n")
        if len(rest) > _LINE_BYTES:
            return
        for line in lines:
            if not line.startswith(b"data:"):
                continue
            text = line[5:].strip()
            if text == b"[DONE]":
                yield {"[DONE]": True}
                continue
            try:
                value = json.loads(text)
            except ValueError:
                continue
            if isinstance(value, dict):
                yield value
