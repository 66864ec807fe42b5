"""The demo's gateway: the desk over HTTP, what stands in front of it, and those who call it."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from groundstop.cli.demo_people import DESK, PROVIDER, LoginDesk

if TYPE_CHECKING:
    from aiohttp import ClientSession

    from groundstop.directives.subscribing import Subscriber
    from groundstop.documents.directives import PopulationGroup
    from groundstop.gateway.here import Here
    from groundstop.gateway.settings import Settings
    from groundstop.reports.story import Answer
    from groundstop.targets import Target

ANOTHER = "paper-desk"
"""Answers in the desk's place. It is the build that refuses too much, under a name of its own."""
GATEWAY = "riverside-front-door"
_ASKED = "When does the library open on Mondays?"
_MOST_TOKENS = 16
_SEED = 7
_LOOK_LIMIT_S = 120.0

T = TypeVar("T")


class FrontDoor:
    """A gateway in front of the desk, in an event loop of its own, with clients that really call.

    Args:
        loop: Runs all of it, in another thread.
        gateway: The gateway.
        session: Carries the callers' requests.
        desks: What answers, by the name that is asked for; it can be replaced while it runs.
        login: Gives callers their tokens.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        gateway: Here,
        session: ClientSession,
        desks: dict[str, Target],
        login: LoginDesk,
    ) -> None:
        self._loop = loop
        self._session = session
        self._desks = desks
        self.gateway = gateway
        self.login = login

    @property
    def url(self) -> str:
        """Where callers ask."""
        return self.gateway.url

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run some work in the loop, and return what came of it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_LOOK_LIMIT_S)

    def hear(self) -> float:
        """Let the gateway look at the repository; return how many seconds it took until it decided by it."""
        began = time.monotonic()
        self.run(self.gateway.hear())
        return time.monotonic() - began

    def replace(self, target: str) -> None:
        """Put another build of the desk in the place of the one that answers."""
        self._desks[DESK] = _desk(target)

    def ask(self, group: PopulationGroup, *, another: bool = False) -> Answer:
        """Ask the desk as somebody.

        Args:
            group: Of whom.
            another: Whether another model may answer.
        """
        return self.run(self._ask(self.login.token(group), another=another))

    async def _ask(self, token: str | None, *, another: bool) -> Answer:
        from groundstop.reports.story import Answer, Got

        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        if not another:
            headers["Groundstop-Fallback"] = "no"
        body = {
            "model": DESK,
            "messages": [{"role": "user", "content": _ASKED}],
            "max_tokens": _MOST_TOKENS,
            "seed": _SEED,
        }
        async with self._session.post(
            f"{self.url}/v1/chat/completions", json=body, headers=headers
        ) as response:
            status, told = response.status, await response.json()
            by = response.headers.get("Groundstop-Answered-By")
        if status == 200:
            return Answer(Got.BY_ANOTHER, status, f"by {by}") if by else Answer(Got.SERVED, status)
        code = str(told["error"].get("code") or told["error"]["type"])
        return Answer(Got.KEPT_OUT if status == 451 else Got.FAILED, status, code.replace("_", " "))


@contextmanager
def front_door(folder: Path, subscriber: Subscriber, login: LoginDesk, first: str) -> Iterator[FrontDoor]:
    """Put a gateway in front of the desk, for the length of a block.

    Args:
        folder: The operator's.
        subscriber: What hears orders there.
        login: Gives callers their tokens.
        first: The build of the desk that answers at first.

    Yields:
        The gateway, and those who call it.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="front door", daemon=True)
    thread.start()
    stack = AsyncExitStack()
    try:
        opened = asyncio.run_coroutine_threadsafe(_open(stack, loop, folder, subscriber, login, first), loop)
        yield opened.result(_LOOK_LIMIT_S)
    finally:
        asyncio.run_coroutine_threadsafe(stack.aclose(), loop).result(_LOOK_LIMIT_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _open(
    stack: AsyncExitStack,
    loop: asyncio.AbstractEventLoop,
    folder: Path,
    subscriber: Subscriber,
    login: LoginDesk,
    first: str,
) -> FrontDoor:
    from datetime import UTC, datetime

    from aiohttp import ClientSession

    from groundstop.gateway.config import read_settings
    from groundstop.gateway.folder import prepare
    from groundstop.gateway.here import gateway_here
    from groundstop.gateway.settings import FILE_NAME
    from groundstop.targets.serve import serving

    desks = {DESK: _desk(first), ANOTHER: _desk("embedded:strict")}
    upstream = await stack.enter_async_context(serving(desks, host="127.0.0.1", port=0, linger_s=1.0))
    path = folder / FILE_NAME
    path.write_text(_settings(folder.name, upstream), encoding="utf-8")
    settings = read_settings(path)
    prepare(folder, settings.key, now=datetime.now(UTC))
    session = await stack.enter_async_context(ClientSession())
    await _test_the_other(folder, settings, session)
    gateway = await stack.enter_async_context(
        gateway_here(folder, settings, subscriber=subscriber, follow=False)
    )
    await gateway.hear()
    return FrontDoor(loop, gateway, session, desks, login)


async def _test_the_other(folder: Path, settings: Settings, session: ClientSession) -> None:
    """Ask the model that may answer in the desk's place, as its operator must before it may."""
    from datetime import UTC, datetime

    from groundstop.evidence import KeyFolder
    from groundstop.gateway.folder import KEYS
    from groundstop.gateway.standby import keep_test
    from groundstop.gateway.standby.testing import fallback_test, smoke_test

    (fallback,) = settings.fallback
    smoke = await smoke_test(settings, fallback.use, session, environment={})
    # The operator is no reader of the finding, and so cannot rerun it: the order's issuer can.
    test = fallback_test(settings.name, fallback, smoke, (), stated=0.1, now=datetime.now(UTC))
    keep_test(folder, test, KeyFolder(folder / KEYS).load(settings.key))


def _desk(target: str) -> Target:
    from groundstop.targets import Config, open_target

    # Every caller asks the same: one answer of the model serves them all, each through its own filter.
    return open_target(target, config=Config(Path("groundstop.toml")), environ={}, memoised=True)


def _settings(operator: str, upstream: str) -> str:
    lines: Sequence[str] = (
        f'name = "{GATEWAY}"',
        f'operator = "{operator}"',
        'listen = "127.0.0.1:0"',
        'admin = "127.0.0.1:0"',
        "",
        "[[upstream]]",
        'name = "library"',
        f"url = {json.dumps(upstream)}",
        f'provider = "{PROVIDER}"',
        'speaks = ["openai", "anthropic"]',
        f'models = ["{DESK}", "{ANOTHER}"]',
        "",
        "[[fallback]]",
        f'model = "{DESK}"',
        f'use = "{ANOTHER}"',
        "",
    )
    return "\n".join(lines)
