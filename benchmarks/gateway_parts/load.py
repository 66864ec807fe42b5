"""Load: wrk for whole answers, and a client of bare sockets for streams."""

from __future__ import annotations

import asyncio
import json
import re
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

WRK = Path("/usr/bin/wrk")
_LUA = """\
wrk.method = "POST"
wrk.body = [==[{body}]==]
{headers}
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %f %f %d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
"""


class Hop(NamedTuple):
    """What is asked: something between a client and a provider, or the provider itself."""

    url: str
    stream_url: str
    model: str = "desk-clerk"
    stream_model: str = "desk-teller"
    headers: Mapping[str, str] = {}


class Whole(NamedTuple):
    """What wrk found."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    failed: int

    @property
    def per_s(self) -> float:
        """Requests in a second."""
        return self.requests / self.seconds


def body_of(model: str, *, stream: bool = False) -> bytes:
    """Return a request's body."""
    value = {"model": model, "messages": [{"role": "user", "content": "Say the word ready."}]}
    return json.dumps({**value, "stream": True} if stream else value).encode()


def wrk(hop: Hop, folder: Path, *, connections: int, seconds: int) -> Whole:
    """Ask as often as it goes, over some connections, and return what came of it.

    Raises:
        SystemExit: wrk failed, or a request did.
    """
    script = folder / "ask.lua"
    headers = {"Content-Type": "application/json", **hop.headers}
    lines = "\n".join(f'wrk.headers["{name}"] = "{value}"' for name, value in headers.items())
    script.write_text(_LUA.format(body=body_of(hop.model).decode(), headers=lines))
    command = [WRK, "-t1", f"-c{connections}", f"-d{seconds}s", "-s", script, hop.url]
    done = subprocess.run([str(one) for one in command], capture_output=True, text=True, check=False)
    found = re.search(r"^RESULT (\d+) (\d+) ([\d.]+) ([\d.]+) (\d+)$", done.stdout, re.MULTILINE)
    if found is None:
        raise SystemExit(f"wrk failed: {done.stdout}{done.stderr}")
    requests, micros, p50, p99, failed = (float(one) for one in found.groups())
    return Whole(int(requests), micros / 1e6, p50 / 1e3, p99 / 1e3, int(failed))


class Streamed(NamedTuple):
    """One stream, in milliseconds."""

    first_ms: float
    whole_ms: float
    events: int
    complete: bool


class StreamClient:
    """Reads streams over one connection after the other, and notes when the first piece came."""

    def __init__(self, hop: Hop) -> None:
        parts = urlsplit(hop.stream_url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._body = body_of(hop.stream_model, stream=True)
        lines = [f"POST {parts.path} HTTP/1.1", f"Host: {self._host}", "Content-Type: application/json"]
        lines += [f"{name}: {value}" for name, value in hop.headers.items()]
        self._head = "\r\n".join([*lines, f"Content-Length: {len(self._body)}", "", ""]).encode()
        self._line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def stream(self) -> Streamed:
        """Ask for a stream and read it to its end.

        Raises:
            OSError: The connection failed.
        """
        if self._line is None:
            self._line = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._line
        began = time.perf_counter()
        writer.write(self._head + self._body)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"A stream was answered with {head[:60]!r}")
        first, data = 0.0, b""
        while size := int(await reader.readline(), 16):
            data += await reader.readexactly(size + 2)
            if not first:
                first = time.perf_counter()
        await reader.readexactly(2)
        ended = time.perf_counter()
        complete = b"data: [DONE]" in data
        if b"connection: close" in head.lower():
            await self.close()
        return Streamed((first - began) * 1e3, (ended - began) * 1e3, data.count(b"data: "), complete)

    async def close(self) -> None:
        """End the connection."""
        if self._line is not None:
            line, self._line = self._line, None
            line[1].close()
            with suppress(OSError):
                await line[1].wait_closed()


async def streams_one_by_one(hop: Hop, count: int) -> list[Streamed]:
    """Read some streams, one after the other."""
    client = StreamClient(hop)
    try:
        for _ in range(20):
            await client.stream()
        return [await client.stream() for _ in range(count)]
    finally:
        await client.close()


async def streams_at_once(hop: Hop, count: int, over_s: float) -> list[Streamed | BaseException]:
    """Begin many streams within some seconds, and read all of them to their end."""

    async def one(number: int) -> Streamed:
        client = StreamClient(hop)
        await asyncio.sleep(over_s * number / count)
        try:
            return await client.stream()
        finally:
            await client.close()

    return await asyncio.gather(*(one(number) for number in range(count)), return_exceptions=True)


def p(values: Sequence[float], part: float) -> float:
    """Return a percentile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else float("nan")


def median(values: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(values) if values else float("nan")
