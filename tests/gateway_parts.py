"""A gateway in front of an upstream, for tests: real sockets both ways, and receipts kept in memory."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from aiohttp import ClientSession, web

from groundstop.directives.claims import Challenges, Issuer, Seen
from groundstop.directives.facts import Attested, Principal
from groundstop.directives.orders import Orders
from groundstop.documents.directives import ClaimName, Descendants, HostedModel, Subject
from groundstop.documents.gateway import Change, GuardOutcome, GuardSaid
from groundstop.gateway.gate import Gate, Ruling, Who
from groundstop.gateway.news import News
from groundstop.gateway.recording import Entry
from groundstop.gateway.serving.attesting import Attester
from groundstop.gateway.serving.data_plane import DataPlane
from groundstop.gateway.settings import Settings
from tests.claim_parts import NOW as CLAIMED_AT
from tests.deciding_parts import standing
from tests.directive_parts import a_model, signed

NOW = CLAIMED_AT
"""The time in these tests: two hours after the sample order takes effect, when sample tokens are good."""
WITHDRAWN = "desk-helper"
"""The model that the sample order is about."""
ALIAS = "helper-latest"
"""Another name of it."""
OPEN = "desk-clerk"
"""A model that no order is about."""


def news(*orders: Any, closed: tuple[str, ...] = (), now: float = NOW) -> News:
    """Return news of orders: of documents, which are signed here, or of envelopes."""
    envelopes = [one if isinstance(one, dict) else signed(one) for one in orders]
    return news_of_orders(standing(*envelopes), closed=closed, now=now)


def news_of_orders(orders: Orders, *, closed: tuple[str, ...] = (), now: float = NOW) -> News:
    """Return news of what stands, heard just now."""
    return News(orders, now, now, closed)


def a_gate(*orders: Any, clock: Callable[[], float] = lambda: NOW) -> Gate:
    """Return a gate with some orders in force."""
    gate = Gate(clock=clock)
    gate.put(news(*orders))
    return gate


def about(model: str) -> Subject:
    """Return the subject of an order about another model of the same provider."""
    found = a_model("other", hosted=(HostedModel(provider="elm", name=model, snapshot="every"),), aliases=())
    return Subject(models=(found,), descendants=Descendants.NONE)


def who(claims: Mapping[ClaimName, Attested], name: str = "person-7") -> Who:
    """Return somebody with attested claims."""
    return Who(Principal("alder-id", name), claims)


class Line(NamedTuple):
    """What became of a request after it was decided."""

    request: str
    change: Change
    status: int | None
    model: str | None
    ruling: Ruling | None


class InMemory:
    """Keeps receipts in memory, and fails like a full disk when told so."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.changes: list[Line] = []
        self.full = False

    def decided(self, entry: Entry) -> None:
        if self.full:
            raise OSError(28, "No space left on device")
        self.entries.append(entry)

    def changed(
        self,
        request: str,
        change: Change,
        *,
        status: int | None = None,
        model: str | None = None,
        ruling: Ruling | None = None,
    ) -> None:
        if self.full:
            raise OSError(28, "No space left on device")
        self.changes.append(Line(request, change, status, model, ruling))

    @property
    def last(self) -> Entry:
        """The last decision."""
        return self.entries[-1]


class Counted:
    """Counts in memory."""

    def __init__(self) -> None:
        self.answers: list[tuple[str, int]] = []
        self.pieces: list[str] = []
        self.open = 0
        self.upstreams: list[tuple[str, str]] = []

    def answered(self, route: str, status: int, seconds: float) -> None:
        self.answers.append((route, status))

    def first_piece(self, route: str, seconds: float) -> None:
        self.pieces.append(route)

    def streams(self, by: int) -> None:
        self.open += by

    def upstream(self, name: str, outcome: str, seconds: float) -> None:
        self.upstreams.append((name, outcome))


class Guarded:
    """Guards that say what they are told to say of every request."""

    def __init__(self, outcome: GuardOutcome = GuardOutcome.PASSED) -> None:
        self.outcome = outcome
        self.texts: list[tuple[str, ...]] = []

    async def check(self, directives: tuple[str, ...], texts: Sequence[str]) -> tuple[GuardSaid, ...]:
        self.texts.append(tuple(texts))
        return tuple(GuardSaid(directive=one, outcome=self.outcome) for one in directives)


class Standing:
    """Fallbacks that are ready, or not for one reason."""

    def __init__(self, why: str | None = None) -> None:
        self.why = why

    def ready(self, model: str, use: str, now: float) -> str | None:
        return self.why


class Got(NamedTuple):
    """What the upstream received."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Answer = Callable[[web.Request, bytes], Awaitable[web.StreamResponse | None]]


def chat_answer(model: str, text: str = "Ready.") -> dict[str, Any]:
    """Return a chat completion."""
    message = {"role": "assistant", "content": text, "refusal": None}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12},
    }


def message_answer(model: str, text: str = "Ready.") -> dict[str, Any]:
    """Return a message of the other dialect."""
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 9, "output_tokens": 3},
    }


def response_answer(model: str, text: str = "Ready.") -> dict[str, Any]:
    """Return a response of the responses interface."""
    part = {"type": "output_text", "text": text, "annotations": []}
    message = {"id": "m1", "type": "message", "role": "assistant", "status": "completed", "content": [part]}
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "status": "completed",
        "model": model,
        "output": [message],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }


def chat_chunk(model: str, text: str) -> bytes:
    """Return an event of a streamed chat completion."""
    choice = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}
    chunk = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": model, "choices": [choice]}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def named_event(name: str, value: Mapping[str, Any]) -> bytes:
    """Return an event that has a name."""
    return f"event: {name}\ndata: {json.dumps({'type': name, **value})}\n\n".encode()


def message_events(model: str, *texts: str) -> list[bytes]:
    """Return the events of a streamed message."""
    begun = {**message_answer(model), "content": [], "stop_reason": None}
    block = {"index": 0, "content_block": {"type": "text", "text": ""}}
    return [
        named_event("message_start", {"message": begun}),
        named_event("content_block_start", block),
        *(
            named_event("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": text}})
            for text in texts
        ),
        named_event("content_block_stop", {"index": 0}),
        named_event(
            "message_delta",
            {"delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": 3}},
        ),
        named_event("message_stop", {}),
    ]


def response_events(model: str, *texts: str) -> list[bytes]:
    """Return the events of a streamed response."""
    whole = response_answer(model)
    begun = {**whole, "status": "in_progress", "output": []}
    place = {"item_id": "m1", "output_index": 0, "content_index": 0, "logprobs": []}
    values: list[tuple[str, dict[str, Any]]] = [("response.created", {"response": begun})]
    values += [("response.output_text.delta", {**place, "delta": text}) for text in texts]
    values.append(("response.completed", {"response": whole}))
    return [named_event(name, {"sequence_number": n, **value}) for n, (name, value) in enumerate(values)]


@dataclass
class StubUpstream:
    """A provider that records what it got, and speaks both dialects.

    Set ``answer`` to answer otherwise: what it returns is sent, None answers as usual.
    """

    got: list[Got] = field(default_factory=list)
    answer: Answer | None = None
    served_as: dict[str, str] = field(default_factory=dict)
    """Models that another one answers for, without a word."""
    texts: tuple[str, ...] = ("Ready", ".")
    """Pieces of a streamed answer."""
    hold: asyncio.Event | None = None
    """Streams wait for it after their first piece of text."""
    files: dict[str, bytes] = field(default_factory=dict)
    """Contents of files, by id."""
    url: str = ""
    streaming: int = 0
    """Streams that are open."""

    @property
    def last(self) -> Got:
        return self.got[-1]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.got.append(Got(request.method, request.raw_path, request.headers, body))
        if self.answer is not None and (answer := await self.answer(request, body)) is not None:
            return answer
        # Two upstreams of a gateway may be one stub, told apart by a letter.
        path = re.sub("^/v1/[a-z]/", "/v1/", request.path)
        if path == "/v1/models" or path.startswith("/v1/models/"):
            return self._models(request, path)
        if path.startswith(("/v1/files", "/v1/batches", "/v1/messages/batches", "/v1/fine_tuning")):
            return self._stored(request, path)
        value = json.loads(body) if body else {}
        model = self.served_as.get(value.get("model", ""), value.get("model", ""))
        if value.get("stream"):
            return await self._stream(request, self._events(path, model))
        return web.json_response(self._whole(path, model))

    def _whole(self, path: str, model: str) -> dict[str, Any]:
        match path:
            case "/v1/messages":
                return message_answer(model)
            case "/v1/messages/count_tokens":
                return {"input_tokens": 9}
            case "/v1/responses":
                return response_answer(model)
            case "/v1/completions":
                choice = {"index": 0, "text": "Ready.", "finish_reason": "stop", "logprobs": None}
                return {
                    "id": "c1",
                    "object": "text_completion",
                    "created": 1,
                    "model": model,
                    "choices": [choice],
                }
            case "/v1/embeddings":
                data = [{"object": "embedding", "index": 0, "embedding": [0.5, 0.25]}]
                usage = {"prompt_tokens": 2, "total_tokens": 2}
                return {"object": "list", "data": data, "model": model, "usage": usage}
            case _ if path.startswith("/v1/responses/"):
                return response_answer(self.served_as.get("stored", OPEN))
            case _:
                return chat_answer(model)

    def _events(self, path: str, model: str) -> list[bytes]:
        match path:
            case "/v1/messages":
                return message_events(model, *self.texts)
            case "/v1/responses":
                return response_events(model, *self.texts)
            case _:
                return [*(chat_chunk(model, text) for text in self.texts), b"data: [DONE]\n\n"]

    async def _stream(self, request: web.Request, events: Sequence[bytes]) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        self.streaming += 1
        try:
            for number, event in enumerate(events):
                await response.write(event)
                if self.hold is not None and number == min(2, len(events) - 2):
                    await self.hold.wait()
            await response.write_eof()
        finally:
            self.streaming -= 1
        return response

    def _models(self, request: web.Request, path: str) -> web.Response:
        entries: list[dict[str, Any]]
        if "anthropic-version" in request.headers:
            entries = [
                {"type": "model", "id": name, "display_name": name, "created_at": "2026-01-01T00:00:00Z"}
                for name in (WITHDRAWN, OPEN)
            ]
            whole: dict[str, Any] = {
                "data": entries,
                "has_more": False,
                "first_id": WITHDRAWN,
                "last_id": OPEN,
            }
        else:
            entries = [
                {"id": name, "object": "model", "created": 0, "owned_by": "elm"} for name in (WITHDRAWN, OPEN)
            ]
            whole = {"object": "list", "data": entries}
        wanted = path.removeprefix("/v1/models").lstrip("/")
        if not wanted:
            return web.json_response(whole)
        found = [one for one in entries if one["id"] == wanted]
        return web.json_response(found[0] if found else {"error": {"message": "no such model"}}, status=200)

    def _stored(self, request: web.Request, path: str) -> web.Response:
        parts = path.strip("/").split("/")
        if parts[-1] == "content" or parts[-1] == "results":
            return web.Response(body=self.files.get(parts[-2], b""), content_type="application/octet-stream")
        if parts[1] == "files" and request.method == "POST":
            name = f"file-{len(self.files) + 1}"
            self.files[name] = self.got[-1].body
            return web.json_response({"id": name, "object": "file", "purpose": "batch", "bytes": 1})
        what = {"files": "file", "batches": "batch", "messages": "message_batch"}.get(parts[1], "job")
        return web.json_response({"id": parts[-1] if len(parts) > 2 else "batch_1", "object": what})


@asynccontextmanager
async def an_upstream(upstream: StubUpstream | None = None) -> AsyncIterator[StubUpstream]:
    """Serve an upstream on loopback; its ``url`` ends in ``/v1``."""
    stub = upstream or StubUpstream()
    app = web.Application(client_max_size=64 * 1024**2)
    app.router.add_route("*", "/{path:.*}", stub.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        stub.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        yield stub
    finally:
        await runner.cleanup()


def a_socket() -> socket.socket:
    """Return a socket that listens on a free port of this machine."""
    found = socket.create_server(("127.0.0.1", 0), backlog=1024)
    found.setblocking(False)
    return found


def settings_for(*upstreams: Mapping[str, Any], **changes: Any) -> Settings:
    """Return settings of a gateway; upstreams speak both dialects unless they say otherwise."""
    entries = [
        {"name": f"elm-{number}", "speaks": ["openai", "anthropic"], "provider": "elm", **one}
        for number, one in enumerate(upstreams, start=1)
    ]
    values = {"name": "desk", "operator": "riverside-cloud", "upstream": entries, **changes}
    return Settings.model_validate_json(json.dumps(values))


@dataclass
class Running:
    """A gateway that runs, and everything around it."""

    url: str
    """Without ``/v1``."""
    port: int
    plane: DataPlane
    gate: Gate
    upstream: StubUpstream
    receipts: InMemory
    counted: Counted
    guards: Guarded
    standby: Standing
    client: ClientSession

    async def reached(self, requests: int = 1) -> None:
        """Wait until so many requests have reached the upstream."""
        async with asyncio.timeout(10):
            while len(self.upstream.got) < requests:  # noqa: ASYNC110  # the upstream tells nobody
                await asyncio.sleep(0.001)

    def put(self, *orders: Any, closed: tuple[str, ...] = ()) -> None:
        """Let other orders be in force from now on."""
        self.gate.put(news(*orders, closed=closed))
        self.plane.look()

    async def ask(self, path: str, body: Any = None, *, method: str = "POST", **headers: str) -> Answered:
        """Send a request; underscores in names of headers are hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        if data is not None:
            named.setdefault("Content-Type", "application/json")
        async with self.client.request(method, self.url + path, data=data, headers=named) as answer:
            return Answered(answer.status, answer.headers, await answer.read())


class Answered(NamedTuple):
    """What a client got."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def chat(model: str = OPEN, **more: Any) -> dict[str, Any]:
    """Return a request of the chat completions route."""
    return {"model": model, "messages": [{"role": "user", "content": "Say the word ready."}], **more}


def message(model: str = OPEN, **more: Any) -> dict[str, Any]:
    """Return a request of the messages route."""
    return {**chat(model), "max_tokens": 8, **more}


@asynccontextmanager
async def a_gateway(
    *orders: Any,
    gate: Gate | None = None,
    upstream: StubUpstream | None = None,
    settings: Callable[[str], Settings] | None = None,
    issuers: Sequence[Issuer] = (),
    challenges: Challenges | None = None,
    guards: Guarded | None = None,
    standby: Standing | None = None,
    environment: Mapping[str, str] | None = None,
    **changes: Any,
) -> AsyncIterator[Running]:
    """Run a gateway in front of a stub.

    Args:
        orders: In force.
        gate: Instead of one with the orders.
        upstream: The stub.
        settings: Makes settings from the stub's address.
        issuers: Whom the operator trusts.
        challenges: For credentials.
        guards: Guards.
        standby: Fallbacks.
        environment: Variables that hold secrets.
        changes: Other values of the settings.
    """
    numbers = itertools.count(1)
    receipts, counted = InMemory(), Counted()
    guards, standby = guards or Guarded(), standby or Standing()
    gate = gate or a_gate(*orders)
    async with an_upstream(upstream) as stub:
        made = settings(stub.url) if settings else settings_for({"url": stub.url}, **changes)
        plane = DataPlane(
            made,
            gate,
            attester=Attester(issuers, seen=Seen(), challenges=challenges),
            recorder=receipts,
            counter=counted,
            guards=guards,
            standby=standby,
            environment=environment or {},
            new_id=lambda: f"req-{next(numbers)}",
            clock=lambda: NOW,
        )
        listening = a_socket()
        port = listening.getsockname()[1]
        await plane.start([listening])
        async with ClientSession(auto_decompress=False) as client:
            try:
                yield Running(
                    f"http://127.0.0.1:{port}",
                    port,
                    plane,
                    gate,
                    stub,
                    receipts,
                    counted,
                    guards,
                    standby,
                    client,
                )
            finally:
                await plane.drain(0)
