"""Gateways for tests: an operator's folder with a key in it, and a whole gateway on loopback."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from groundstop.gateway.folder import prepare
from groundstop.gateway.settings import Settings
from tests.commands import PROGRAM, environment
from tests.directive_parts import at
from tests.gateway_parts import WITHDRAWN, settings_for
from tests.repository_parts import Scene

ANY_PORT = "127.0.0.1:0"


def a_folder(place: Path) -> Path:
    """Return an operator's folder with the key of a gateway."""
    folder = place / "operator"
    folder.mkdir(exist_ok=True, parents=True)
    prepare(folder, "gateway", now=at(-100))
    return folder


def obeying(scene: Scene) -> Path:
    """Return the folder of an operator who obeys the scene's authority."""
    folder = a_folder(scene.folder)
    root = folder / "main.root.json"
    root.write_bytes(scene.root)
    digest = hashlib.sha256(scene.root).hexdigest()
    (folder / "obeys.toml").write_text(
        f'[[repository]]\nname = "main"\nurl = "{scene.places.public}"\nroot = "sha256:{digest}"\n'
        'root_file = "main.root.json"\n\n'
        '[[obey]]\nauthority = "oak-office"\nrepository = "main"\nmay = ["deny", "license", "lift"]\n'
    )
    return folder


def some_settings(upstream: str, **changes: Any) -> Settings:
    """Return settings of a gateway at any free port."""
    return settings_for({"url": upstream}, listen=ANY_PORT, admin=ANY_PORT, **changes)


def settings_text(upstream: str, **changes: Any) -> str:
    """Return a ``gateway.toml``."""
    values = {"name": "desk", "operator": "riverside-cloud", "listen": ANY_PORT, "admin": ANY_PORT, **changes}
    lines = [f"{name} = {json.dumps(value)}" for name, value in values.items() if not isinstance(value, dict)]
    tables = {name: value for name, value in values.items() if isinstance(value, dict)}
    lines += ["[[upstream]]", 'name = "elm-1"', f"url = {json.dumps(upstream)}"]
    lines += ['speaks = ["openai", "anthropic"]', 'provider = "elm"']
    for name, table in tables.items():
        lines += [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in table.items())]
    return "\n".join([*lines, ""])


async def chat(
    session: ClientSession, url: str, model: str = WITHDRAWN, headers: Mapping[str, str] | None = None
) -> tuple[int, Any, str | None]:
    """Ask for a chat completion; return the status, the body and the request's id."""
    body = {"model": model, "messages": [{"role": "user", "content": "Say the word ready."}]}
    async with session.post(f"{url}/v1/chat/completions", json=body, headers=headers) as answer:
        return answer.status, await answer.json(), answer.headers.get("Groundstop-Request")


@dataclass(frozen=True)
class Served:
    """A gateway in processes of its own."""

    process: subprocess.Popen[str]
    url: str
    admin: str
    log: Path

    def ended(self, *, within_s: float = 60) -> int:
        """Let it finish what it answers; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within_s)

    def told(self) -> list[dict[str, Any]]:
        """Return its log."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def events(self) -> list[str]:
        """Return the events in its log."""
        return [one["event"] for one in self.told()]

    def workers(self) -> set[int]:
        """Return the processes that answer requests now, as the system sees them."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return {int(one) for one in children.split()}


@contextmanager
def serving(*options: str | Path, folder: Path, **more: str) -> Iterator[Served]:
    """Run a gateway in processes of its own until the block ends."""
    log = folder / "gateway.log"
    with log.open("a") as errors:
        process = subprocess.Popen(
            [*PROGRAM, "gateway", "serve", *map(str, options)],
            cwd=folder,
            env=environment(**more),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("Serving at "), log.read_text()
        url, admin = line.removeprefix("Serving at ").removesuffix("/status)\n").split(" (status at ")
        yield Served(process, url, admin, log)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
