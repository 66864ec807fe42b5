"""Mixed traffic, each answer of which is checked against what it must be."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, FormData

from gateway_parts.cycles import Cycle, State
from gateway_parts.faulty import PIECES, WITHDRAWN
from gateway_parts.folders import CLAIMED, OPEN, People

CHAT = "/v1/chat/completions"
_MOST_WRONG = 100
_CUT_WITHIN_S = 5.0
"""After every process enforces an order, a stream that it reaches is over."""


class WrongError(Exception):
    """An answer is not what it must be."""


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """Which error it is."""
        error = json.loads(self.body).get("error", {})
        return str(error.get("code") or error.get("groundstop", {}).get("reason"))


@dataclass
class Tally:
    """What came of the traffic."""

    good: Counter[str] = field(default_factory=Counter)
    bad: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    requests: set[str] = field(default_factory=set)
    """Ids of requests that must have a receipt."""
    latency: list[tuple[float, float]] = field(default_factory=list)
    """When, and milliseconds, of plain requests."""

    def tell(self, what: str) -> None:
        """Note something that should not be."""
        self.bad["told"] += 1
        if len(self.wrong) < _MOST_WRONG:
            self.wrong.append(what)


class Traffic:
    """Asks a gateway.

    Args:
        session: What asks.
        url: The gateway's.
        people: Who have tokens.
        cycles: Models that are withdrawn and given back.
        seed: Of what is asked when.
    """

    def __init__(
        self, session: ClientSession, url: str, people: People, cycles: tuple[Cycle, ...], *, seed: int
    ) -> None:
        self.tally = Tally()
        self._session = session
        self._url = url
        self._people = people
        self._cycles = cycles
        self._random = random.Random(seed)
        self._tokens = [people.token(f"person-{number}") for number in range(50)]
        self._foreign = [people.token(f"guest-{number}", "XB") for number in range(10)]
        self._began = time.monotonic()
        self._kinds: dict[Callable[[], Awaitable[None]], int] = {
            self.plain: 30,
            self.message: 8,
            self.streamed: 10,
            self.streamed_message: 4,
            self.claimed: 10,
            self.new_token: 2,
            self.foreign: 4,
            self.wrong_token: 3,
            self.withdrawn: 6,
            self.cycled: 10,
            self.cycled_stream: 3,
            self.batch: 2,
            self.batch_withdrawn: 2,
            self.malformed: 2,
            self.fault: 6,
            self.fault_stream: 3,
            self.slow_body: 1,
            self.slow_reader: 1,
            self.leaves: 1,
        }

    async def run(self, rate: float, seconds: float) -> None:
        """Ask at a steady rate, whatever the answers take."""
        kinds, weights = list(self._kinds), list(self._kinds.values())
        tasks: set[asyncio.Task[None]] = set()
        until = time.monotonic() + seconds
        due = time.monotonic()
        while due < until:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            kind = self._random.choices(kinds, weights)[0]
            task = asyncio.create_task(self._one(kind))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            due += self._random.expovariate(rate)
        if tasks:
            await asyncio.wait(tasks, timeout=60)
        for task in tasks:
            self.tally.tell(f"{task.get_name()} did not end")
            task.cancel()

    async def _one(self, kind: Callable[[], Awaitable[None]]) -> None:
        name = kind.__name__
        try:
            async with asyncio.timeout(60):
                await kind()
        except (WrongError, ClientError, OSError, ValueError, KeyError, asyncio.IncompleteReadError) as error:
            self.tally.bad[name] += 1
            at = time.monotonic() - self._began
            self.tally.tell(f"{at:.1f} s, {name}: {type(error).__name__} {error}"[:400])
        else:
            self.tally.good[name] += 1

    async def plain(self) -> None:
        """A request that is answered."""
        began = time.monotonic()
        await self._answered(OPEN)
        self.tally.latency.append((began - self._began, (time.monotonic() - began) * 1e3))

    async def message(self) -> None:
        """The same in the other dialect."""
        await self._answered(OPEN, path="/v1/messages")

    async def claimed(self) -> None:
        """Somebody who may ask."""
        await self._answered(CLAIMED, token=self._random.choice(self._tokens))

    async def new_token(self) -> None:
        """Somebody who may ask, with a token that was never seen."""
        await self._answered(CLAIMED, token=self._people.token(f"new-{self._random.random()}"))

    async def foreign(self) -> None:
        """Somebody who may not ask."""
        answer, _ = await self._ask(CLAIMED, token=self._random.choice(self._foreign))
        _expect(answer, 451, "model_withdrawn")

    async def wrong_token(self) -> None:
        """Somebody of whom nothing is known: the token is forged, has ended, or is none."""
        good = self._random.choice(self._tokens)
        forged = good[:-8] + ("A" * 8 if good[-8:] != "A" * 8 else "B" * 8)
        ended = self._people.token("late", lives_s=-600)
        token = self._random.choice((forged, ended, "a.b.c", ""))
        answer, _ = await self._ask(CLAIMED, token=token or None)
        _expect(answer, 451, "claim_unknown")

    async def withdrawn(self) -> None:
        """A model that is withdrawn from everybody."""
        stream = self._random.random() < 0.3
        path = self._random.choice((CHAT, "/v1/messages"))
        answer, _ = await self._ask(WITHDRAWN, path=path, stream=stream)
        if answer.status != 451 or b"GSD-" not in answer.body:
            raise WrongError(f"{answer.status} {answer.body[:200]!r}")

    async def cycled(self) -> None:
        """A model that is withdrawn and given back."""
        cycle = self._random.choice(self._cycles)
        state, version = cycle.state, cycle.version
        answer, word = await self._ask(cycle.model)
        if answer.status == 200:
            _has_word(answer.body, word)
        elif answer.status != 451:
            raise WrongError(f"{answer.status} {answer.body[:200]!r}")
        wanted = {State.OPEN: 200, State.WITHDRAWN: 451}.get(state)
        if version == cycle.version and wanted not in (None, answer.status):
            raise WrongError(f"{answer.status} while {cycle.model} is {state.value}")

    async def cycled_stream(self) -> None:
        """A slow stream of a model that is withdrawn and given back."""
        cycle = self._random.choice(self._cycles)
        state, version = cycle.state, cycle.version
        answer, word = await self._ask(cycle.model, stream=True)
        if answer.status == 451 and state is not State.OPEN:
            return
        if answer.status == 451 and version != cycle.version:
            return
        if answer.status != 200:
            raise WrongError(f"{answer.status} while {cycle.model} is {state.value}")
        if state is State.WITHDRAWN and version == cycle.version:
            raise WrongError(f"a stream of {cycle.model}, which is withdrawn")
        whole = answer.body.endswith(b"data: [DONE]\n\n")
        if whole:
            _all_pieces(answer.body, word)
            reached = cycle.state is State.WITHDRAWN and time.monotonic() - cycle.since > _CUT_WITHIN_S
            if reached and cycle.cut and version != cycle.version:
                raise WrongError(f"a stream of {cycle.model} went on {_CUT_WITHIN_S:g} s after its order")
            return
        if not cycle.cut or (state is State.OPEN and version == cycle.version):
            raise WrongError(f"a stream of {cycle.model} was cut off: {answer.body[-300:]!r}")
        if b"model_withdrawn" not in answer.body.rsplit(b"data: ", 1)[1]:
            raise WrongError(f"a stream was cut off without a word: {answer.body[-300:]!r}")

    async def streamed(self) -> None:
        """A stream that is whole."""
        answer, word = await self._ask(self._random.choice((OPEN, "paced-20")), stream=True)
        _expect(answer, 200)
        _all_pieces(answer.body, word)

    async def streamed_message(self) -> None:
        """The same in the other dialect."""
        answer, word = await self._ask(OPEN, path="/v1/messages", stream=True)
        _expect(answer, 200)
        _has_word(answer.body, word)
        if not answer.body.rstrip().endswith(b'{"type": "message_stop"}'):
            raise WrongError(f"a stream is not whole: {answer.body[-200:]!r}")

    async def batch(self) -> None:
        """A batch whose requests are all allowed."""
        answer = await self._upload([OPEN, OPEN])
        _expect(answer, 200)
        body = {
            "input_file_id": json.loads(answer.body)["id"],
            "endpoint": CHAT,
            "completion_window": "24h",
        }
        _expect(await self._send("/v1/batches", json.dumps(body).encode()), 200)

    async def batch_withdrawn(self) -> None:
        """A batch with a request that is not."""
        _expect(await self._upload([OPEN, WITHDRAWN]), 451, "model_withdrawn")

    async def malformed(self) -> None:
        """What is no request."""
        data, status = self._random.choice(
            (
                (b'{"model": "desk-clerk", "model": "desk-gone", "messages": []}', 400),
                (b"{", 400),
                (b'{"messages": []}', 400),
                (b"", 404),
            )
        )
        path = CHAT if data else "/v1/audio/speech"
        _expect(await self._send(path, data, receipt=False), status)

    async def fault(self) -> None:
        """A provider that fails."""
        model, status, code = self._random.choice(
            (
                ("fault-500", 500, None),
                ("fault-429", 429, None),
                ("fault-close", 502, "upstream_closed"),
                ("fault-garbage", 502, "upstream_malformed"),
                ("fault-html", 502, "upstream_malformed"),
                ("fault-stall", 504, "upstream_timeout"),
                ("fault-lies", 451, "model_withdrawn"),
            )
        )
        answer, word = await self._ask(model)
        _expect(answer, status, code)
        if word.encode() in answer.body:
            raise WrongError(f"{model}: what must be kept back was handed on")

    async def fault_stream(self) -> None:
        """A provider that fails in the middle of a stream."""
        model, code = self._random.choice(
            (
                ("fault-break", b"upstream_closed"),
                ("fault-hang", b"upstream_timeout"),
                ("fault-lies", b"model_withdrawn"),
            )
        )
        answer, _ = await self._ask(model, stream=True)
        if answer.status == 451 and model == "fault-lies":
            # Nothing was handed on yet when it named the other model.
            _expect(answer, 451, "model_withdrawn")
            return
        _expect(answer, 200)
        if code not in answer.body or b"[DONE]" in answer.body or b'" 5"' in answer.body:
            raise WrongError(f"{model}: {answer.body[-300:]!r}")

    async def slow_body(self) -> None:
        """A client that sends its request in small pieces."""
        reader, writer, word = await self._raw(OPEN, stream=False, pieces=20)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            data = await reader.read()
            if not head.startswith(b"HTTP/1.1 200"):
                raise WrongError(f"{head[:60]!r}")
            _has_word(data, word)
        finally:
            await _end(writer)

    async def slow_reader(self) -> None:
        """A client that takes its stream slowly."""
        reader, writer, word = await self._raw("paced-20", stream=True, pieces=1)
        data = b""
        try:
            while piece := await reader.read(200):
                data += piece
                await asyncio.sleep(0.02)
            _has_word(data, word)
            if b"data: [DONE]" not in data:
                raise WrongError("a stream that was read slowly is not whole")
        finally:
            await _end(writer)

    async def leaves(self) -> None:
        """A client that goes away in the middle of its stream."""
        reader, writer, _ = await self._raw("paced-100", stream=True, pieces=1)
        await reader.readuntil(b"data: ")
        await _end(writer)

    async def _answered(self, model: str, *, path: str = CHAT, token: str | None = None) -> None:
        answer, word = await self._ask(model, path=path, token=token)
        _expect(answer, 200)
        _has_word(answer.body, word)

    async def _ask(
        self, model: str, *, path: str = CHAT, stream: bool = False, token: str | None = None
    ) -> tuple[Answer, str]:
        word = self._word()
        headers = {} if token is None else {"Groundstop-Token": token}
        return await self._send(path, _body(model, word, stream=stream), headers=headers), word

    async def _send(
        self, path: str, data: Any, *, headers: Mapping[str, str] | None = None, receipt: bool = True
    ) -> Answer:
        sent = dict(headers or {})
        if isinstance(data, bytes):
            sent["Content-Type"] = "application/json"
        async with self._session.post(self._url + path, data=data, headers=sent) as got:
            answer = Answer(got.status, got.headers, await got.read())
        if receipt and answer.status in (200, 451):
            self.tally.requests.add(answer.headers["Groundstop-Request"])
        return answer

    async def _upload(self, models: list[str]) -> Answer:
        lines = [
            {
                "custom_id": f"c{number}",
                "method": "POST",
                "url": CHAT,
                "body": json.loads(_body(model, "word-0")),
            }
            for number, model in enumerate(models)
        ]
        form = FormData()
        form.add_field("purpose", "batch")
        text = "".join(f"{json.dumps(line)}\n" for line in lines)
        form.add_field("file", text.encode(), filename="batch.jsonl", content_type="application/jsonl")
        return await self._send("/v1/files", form)

    async def _raw(
        self, model: str, *, stream: bool, pieces: int
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, str]:
        word = self._word()
        data = _body(model, word, stream=stream)
        parts = urlsplit(self._url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        sent = (
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: desk.example\r\nConnection: close\r\n"
            b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(data) + data
        )
        size = len(sent) // pieces + 1
        for start in range(0, len(sent), size):
            writer.write(sent[start : start + size])
            await writer.drain()
            if pieces > 1:
                await asyncio.sleep(0.05)
        return reader, writer, word

    def _word(self) -> str:
        return f"word-{self._random.getrandbits(64):016x}"


def _body(model: str, word: str, *, stream: bool = False) -> bytes:
    value = {
        "model": model,
        "max_tokens": 8,
        "messages": [{"role": "user", "content": f"Say {word}."}],
    }
    return json.dumps({**value, "stream": True} if stream else value).encode()


def _expect(answer: Answer, status: int, code: str | None = None) -> None:
    if answer.status != status or (code is not None and answer.code != code):
        raise WrongError(f"{answer.status} {answer.body[:300]!r}, not {status} {code or ''}")


def _has_word(data: bytes, word: str) -> None:
    """See to it that it is the answer to this request, and to no other."""
    if data.count(b"word-") != 1 or word.encode() not in data:
        raise WrongError(f"the answer to another request, or none: {data[:200]!r}")


def _all_pieces(data: bytes, word: str) -> None:
    _has_word(data, word)
    if data.count(b"data: ") != PIECES + 1 or not data.endswith(b"data: [DONE]\n\n"):
        raise WrongError(f"a stream is not whole: {data.count(b'data: ')} pieces, {data[-200:]!r}")


async def _end(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
