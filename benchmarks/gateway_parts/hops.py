"""What is compared: the provider itself, and everything that can stand in front of it."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gateway_parts.folders import CLAIMED, OPEN, People, an_operator, settings_text, with_claims
from gateway_parts.load import Hop
from gateway_parts.nginx import fixed, nginx, proxy
from gateway_parts.processes import a_free_port, children, program
from propagation import Bench

HERE = Path(__file__).parent
STREAMED = "desk-teller"
"""The model that is streamed, in 50 pieces that come at once."""
_PATH = "/v1/chat/completions"
_MORE = """
[limits]
headers_s = 600
connections = 20000
in_flight = 20000
"""


@dataclass(frozen=True)
class Running:
    """One of them, running."""

    name: str
    hop: Hop
    pids: tuple[int, ...] = ()
    """Of the processes that serve; none where nobody asks what they use."""
    streams: bool = True
    quick: bool = True
    """Whether it is worth asking thousands of times."""


@dataclass
class Compared:
    """Everything that runs, and what is left out."""

    running: list[Running] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    admin: str = ""
    """Where the gateway's state is told."""
    supervisor: int = 0
    """The gateway's first process."""
    orders: int = 0


class Stubs:
    """The provider: one program for whole answers and one for streams."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self.whole, self.streamed = a_free_port(), a_free_port()
        stack.enter_context(nginx(folder, "provider", self.whole, fixed(self.whole)))
        command = ["node", HERE / "stub.js", str(self.streamed)]
        stack.enter_context(program(command, self.streamed, folder / "node.log"))

    @property
    def whole_url(self) -> str:
        """The part before the routes, for whole answers."""
        return f"http://127.0.0.1:{self.whole}/v1"

    @property
    def streamed_url(self) -> str:
        """The part before the routes, for streams."""
        return f"http://127.0.0.1:{self.streamed}/v1"


@contextmanager
def compared(folder: Path, orders: int) -> Iterator[Compared]:
    """Run everything that is compared until the block ends."""
    found = Compared()
    with ExitStack() as stack:
        stubs = Stubs(stack, folder)
        direct = Hop(f"{stubs.whole_url}/chat/completions", f"{stubs.streamed_url}/chat/completions")
        found.running.append(Running("stub direct", direct))
        port = a_free_port()
        pids = stack.enter_context(nginx(folder, "proxy", port, proxy(port, stubs.whole, stubs.streamed)))
        origin = f"http://127.0.0.1:{port}"
        found.running.append(
            Running("nginx, plain proxy", Hop(f"{origin}{_PATH}", f"{origin}/stream{_PATH}"), tuple(pids))
        )
        found.running.append(_bare(stack, folder, stubs))
        found.running += _groundstop(stack, folder, stubs, orders, found)
        for name, begin in (("LiteLLM", _litellm), ("Portkey", _portkey)):
            variable = f"GROUNDSTOP_BENCH_{name.upper()}"
            place = os.environ.get(variable)
            if place is None:
                found.skipped[name] = f"{variable} does not say where it is installed"
            else:
                found.running.append(begin(stack, folder, stubs, Path(place)))
        yield found


def _bare(stack: ExitStack, folder: Path, stubs: Stubs) -> Running:
    port = a_free_port()
    command = [
        *(sys.executable, HERE / "bare.py", str(port)),
        *(f"{stubs.whole_url}/chat/completions", f"{stubs.streamed_url}/chat/completions"),
    ]
    process = stack.enter_context(program(command, port, folder / "bare.log"))
    url = f"http://127.0.0.1:{port}{_PATH}"
    return Running("bare aiohttp proxy, decides nothing", Hop(url, url), (process.pid,))


def _groundstop(stack: ExitStack, folder: Path, stubs: Stubs, orders: int, found: Compared) -> list[Running]:
    bench, people = Bench(folder, orders - 1), People()
    bench.put(with_claims(bench, bench.take_number()))
    ports = a_free_port(), a_free_port()
    settings = settings_text(
        ports,
        {
            "whole": (stubs.whole_url, (OPEN,)),
            "claimed": (f"http://127.0.0.1:{stubs.whole}/{CLAIMED}/v1", (CLAIMED,)),
            "streamed": (stubs.streamed_url, ()),
        },
        workers=1,
        more=_MORE,
    )
    place = an_operator(bench, people, settings)
    command = [sys.executable, "-m", "groundstop", "gateway", "serve", place]
    process = stack.enter_context(program(command, ports[0], folder / "gateway.log"))
    found.admin, found.supervisor, found.orders = f"http://127.0.0.1:{ports[1]}", process.pid, orders
    workers = enforcing(found.admin, orders)
    if not set(workers) <= set(children(process.pid)):
        raise SystemExit("the gateway's processes are not those that it tells of")
    url = f"http://127.0.0.1:{ports[0]}{_PATH}"
    token = {"Groundstop-Token": people.token("person-7")}
    return [
        Running("Groundstop, no token", Hop(url, url, OPEN, STREAMED), workers),
        Running("Groundstop, a token each", Hop(url, url, CLAIMED, STREAMED, token), workers),
    ]


def status_of(admin: str) -> dict[str, Any]:
    """Return how a gateway stands, as it tells itself."""
    with urllib.request.urlopen(f"{admin}/status", timeout=10) as answer:  # noqa: S310  # an address of ours
        value: dict[str, Any] = json.load(answer)
    return value


def afresh(found: Compared) -> Running:
    """Let the gateway begin its worker anew, so that its memory is that of one that has done nothing."""
    ours = next(one for one in found.running if one.name.startswith("Groundstop"))
    before = set(enforcing(found.admin, found.orders))
    os.kill(found.supervisor, signal.SIGHUP)
    until = time.monotonic() + 60
    while set(pids := enforcing(found.admin, found.orders)) & before:
        if time.monotonic() > until:
            raise SystemExit("the gateway does not begin its worker anew")
        time.sleep(0.2)
    return replace(ours, pids=pids)


def enforcing(admin: str, orders: int, *, within_s: float = 60) -> tuple[int, ...]:
    """Wait until every process of a gateway decides by some orders; return the processes.

    Raises:
        SystemExit: They do not.
    """
    until = time.monotonic() + within_s
    while True:
        status = status_of(admin)
        ready = {one["table"] for one in status["workers"]} == {status["table"]}
        if status["orders"] == orders and ready and not status["closed"]:
            return tuple(one["pid"] for one in status["workers"])
        if time.monotonic() > until:
            raise SystemExit(f"{status['orders']} orders are in force, not {orders}: {status['problems']}")
        time.sleep(0.1)


def _litellm(stack: ExitStack, folder: Path, stubs: Stubs, python: Path) -> Running:
    port = a_free_port()

    def entry(name: str, url: str) -> dict[str, object]:
        return {
            "model_name": name,
            "litellm_params": {"model": f"openai/{name}", "api_base": url, "api_key": "k"},
        }

    # JSON is YAML.
    config = {"model_list": [entry(OPEN, stubs.whole_url), entry(STREAMED, stubs.streamed_url)]}
    (folder / "litellm.yaml").write_text(json.dumps(config))
    command = [python.parent / "litellm", "--config", folder / "litellm.yaml", "--host", "127.0.0.1"]
    command += ["--port", port, "--telemetry", "False"]
    environment = {"LITELLM_LOG": "ERROR", "LITELLM_LOCAL_MODEL_COST_MAP": "True", "NO_DOCS": "True"}
    # None of the others asks its clients for a key either.
    environment["LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY"] = "true"
    process = stack.enter_context(program(command, port, folder / "litellm.log", environment))
    url = f"http://127.0.0.1:{port}{_PATH}"
    return Running("LiteLLM", Hop(url, url, OPEN, STREAMED), (process.pid,), quick=False)


def _portkey(stack: ExitStack, folder: Path, stubs: Stubs, place: Path) -> Running:
    port = a_free_port()
    command = ["node", place, f"--port={port}", "--headless"]
    process = stack.enter_context(program(command, port, folder / "portkey.log"))
    url = f"http://127.0.0.1:{port}{_PATH}"
    headers = {
        "x-portkey-provider": "openai",
        "x-portkey-custom-host": stubs.whole_url,
        "Authorization": "Bearer k",
    }
    return Running("Portkey", Hop(url, url, OPEN, OPEN, headers), (process.pid,), streams=False, quick=False)
