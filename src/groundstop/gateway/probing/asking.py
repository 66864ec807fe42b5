"""Asking a gateway: a few requests at a time, each with a limit; what was made by them is removed again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from aiohttp import ClientError, ClientResponse, ClientSession
from yarl import URL

from groundstop.documents.gateway import Caller, Expected, Probe, Probed, ProbeOutcome
from groundstop.gateway.probing.judging import Answer, judge
from groundstop.gateway.probing.planning import MADE_BY_OTHERS, who_makes
from groundstop.gateway.probing.routes import BATCHES, STORED, UPLOADS, WEIGHTS
from groundstop.gateway.probing.subjects import ProbedOrder
from groundstop.gateway.probing.writing import BEARER, BYTES, OF_ANOTHER, Written, batch_of, stored, written

_MOST_BYTES = 256 * 1024
"""Of an answer that are read."""
_WEIGHTS_BYTES = 64 * 1024
_MOST_REDIRECTS = 5
_TOO_MANY = 429
_MOST_WAIT_S = 5.0
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Asking:
    """How a gateway is asked."""

    url: str
    """Its base, with or without ``/v1``."""
    tokens: Mapping[Caller, Sequence[str]] = field(default_factory=dict, repr=False)
    """What each caller shows; the token of the person first. ``unknown`` shows nothing."""
    key: str | None = field(default=None, repr=False)
    """Shown as the client's own key, for a gateway that passes keys on; none where the gateway has one."""
    at_once: int = 8
    timeout_s: float = 60.0

    @property
    def base(self) -> str:
        """The part of the URL before ``/v1``."""
        return self.url.rstrip("/").removesuffix("/v1").rstrip("/")


async def ask_probes(
    plan: Sequence[Probe],
    order: ProbedOrder,
    asking: Asking,
    session: ClientSession,
    *,
    told: Callable[[Probed], None] = lambda _: None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> tuple[Probed, ...]:
    """Make every probe of a plan.

    Args:
        plan: The probes.
        order: The order that is probed.
        asking: How the gateway is asked.
        session: Carries the requests; it keeps no cookies and follows nothing.
        told: Called with each as it comes in.
        sleep: Waits, when the gateway says that it is asked too fast.

    Returns:
        What became of each, in the plan's order. Nothing that goes wrong with one ends the others.
    """
    asker = _Asker(order, asking, session, sleep)
    slots = asyncio.Semaphore(asking.at_once)
    async with asker.made_by_others(plan) as made:

        async def one(probe: Probe) -> Probed:
            async with slots:
                probed = await asker.probed(probe, made)
            told(probed)
            return probed

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(probe)) for probe in plan]
    return tuple(task.result() for task in tasks)


class _Asker:
    def __init__(
        self,
        order: ProbedOrder,
        asking: Asking,
        session: ClientSession,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._order, self._asking, self._session, self._sleep = order, asking, session, sleep

    @asynccontextmanager
    async def made_by_others(self, plan: Sequence[Probe]) -> AsyncIterator[Mapping[str, str]]:
        """Have things made by those who may, as long as others try to get at them; their ids by route."""
        made: dict[str, str] = {}
        left: list[tuple[Probe, Answer]] = []
        for route in MADE_BY_OTHERS:
            wanted = next((one for one in plan if one.route == route), None)
            who = None if wanted is None else who_makes(plan, route, wanted.model)
            if wanted is None or who is None:
                continue
            probe = Probe(
                route=MADE_BY_OTHERS[route], model=wanted.model, caller=who, expected=Expected.SERVED
            )
            request = stored(probe.model) if route == STORED else written(probe)
            answer, _ = await self.answer_to(probe, request)
            name = None if answer is None else _id_in(answer)
            if answer is not None and name is not None and 200 <= answer.status < 300:
                made[route] = name
                left.append((probe, answer))
        try:
            yield made
        finally:
            for probe, answer in left:
                await self.tidy(probe, answer)

    async def probed(self, probe: Probe, made: Mapping[str, str]) -> Probed:
        request = written(probe)
        if probe.way == OF_ANOTHER:
            name = made.get(probe.route)
            if name is None:
                why = "nobody could make anything for others to get at"
                return Probed(probe=probe, outcome=ProbeOutcome.NOT_APPLICABLE, status=None, why=why)
            if probe.route == BATCHES:
                request = request._replace(body=batch_of(name))
            else:
                request = request._replace(target=request.target + name)
        answer, trouble = await self.answer_to(probe, request)
        if answer is not None and probe.route != "responses":
            # What answers is told not to keep those.
            await self.tidy(probe, answer)
        return judge(probe, answer, self._order, trouble=trouble)

    async def answer_to(self, probe: Probe, request: Written) -> tuple[Answer | None, str]:
        trouble = ""
        for _ in range(_TRIES):
            try:
                async with asyncio.timeout(self._asking.timeout_s):
                    answer = await self._once(probe, request)
            except TimeoutError:
                return None, f"no answer in {self._asking.timeout_s:g} s"
            except (OSError, ValueError, ClientError) as error:
                trouble = f"the connection failed: {type(error).__name__}"
                continue
            if answer.status != _TOO_MANY:
                return answer, ""
            trouble = "it says that it is asked too fast"
            await self._sleep(_wait_s(answer))
        return None, trouble

    async def _once(self, probe: Probe, request: Written) -> Answer:
        if probe.route != WEIGHTS:
            url = self._asking.base + request.target
            async with self._sent(url, request, self._shown(probe)) as response:
                return await _read(response, _MOST_BYTES)
        most = _WEIGHTS_BYTES if probe.way == BYTES else 1
        url, shown = request.target, self._shown(probe)
        for _ in range(_MOST_REDIRECTS):
            async with self._sent(url, request, shown) as response:
                place = response.headers.get("Location")
                if not (300 <= response.status < 400 and place):
                    return await _read(response, most)
            onward = urljoin(url, place)
            if urlsplit(onward)[:2] != urlsplit(url)[:2]:
                # A token is for whom it was given to.
                shown = ()
            url = onward
        raise ValueError("it redirects for ever")

    def _sent(self, url: str, request: Written, shown: Sequence[tuple[str, str]]) -> _Response:
        return _Response(self._session, url, request, shown)

    def _shown(self, probe: Probe) -> tuple[tuple[str, str], ...]:
        tokens = self._asking.tokens.get(probe.caller, ())
        if probe.way == BEARER and tokens:
            first, *rest = tokens
            return (("Authorization", f"Bearer {first}"), *(("Groundstop-Token", one) for one in rest))
        shown = tuple(("Groundstop-Token", one) for one in tokens)
        if self._asking.key is None:
            return shown
        name = "x-api-key" if probe.route.startswith("messages") else "Authorization"
        value = self._asking.key if name == "x-api-key" else f"Bearer {self._asking.key}"
        return (*shown, (name, value))

    async def tidy(self, probe: Probe, answer: Answer) -> None:
        """Remove what a probe has made, as far as it can be."""
        made = _id_in(answer)
        if made is None or not 200 <= answer.status < 300:
            return
        if probe.route == UPLOADS:
            await self._aside(probe, "DELETE", f"/v1/files/{made}")
        elif probe.route == "responses":
            await self._aside(probe, "DELETE", f"/v1/responses/{made}")
        elif probe.route in (BATCHES, "messages.batches"):
            path = "/v1/batches" if probe.route == BATCHES else "/v1/messages/batches"
            await self._aside(probe, "POST", f"{path}/{made}/cancel")

    async def _aside(self, probe: Probe, method: str, path: str) -> None:
        headers = (("anthropic-version", "2023-06-01"),) if probe.route.startswith("messages") else ()
        await self.answer_to(probe.model_copy(update={"way": "plain"}), Written(method, path, headers, None))


class _Response:
    """One request on its way, and its answer."""

    def __init__(
        self, session: ClientSession, url: str, request: Written, shown: Sequence[tuple[str, str]]
    ) -> None:
        body = request.body
        self._sent = session.request(
            request.method,
            URL(url, encoded=True),
            headers=[*request.headers, *shown],
            data=_pieces(body) if request.chunked and body is not None else body,
            allow_redirects=False,
            chunked=True if request.chunked else None,
        )

    async def __aenter__(self) -> ClientResponse:
        self._response = await self._sent
        return self._response

    async def __aexit__(self, *_: object) -> None:
        # What was not read of it is not waited for.
        self._response.close()


async def _read(response: ClientResponse, most: int) -> Answer:
    pieces: list[bytes] = []
    length = 0
    async for piece in response.content.iter_any():
        pieces.append(piece)
        length += len(piece)
        if length >= most:
            break
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status, headers, b"".join(pieces)[:most])


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    half = len(body) // 2
    yield body[:half]
    yield body[half:]


def _id_in(answer: Answer) -> str | None:
    try:
        made = json.loads(answer.body).get("id")
    except (ValueError, AttributeError, RecursionError):
        return None
    plain = isinstance(made, str) and made.replace("-", "").replace("_", "").isalnum() and made.isascii()
    return made if plain else None


def _wait_s(answer: Answer) -> float:
    try:
        return min(_MOST_WAIT_S, max(0.0, float(answer.headers.get("retry-after", "1"))))
    except ValueError:
        return 1.0
