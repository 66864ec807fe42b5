"""What supervisor and workers say to each other: length, kind and content, over a pair of sockets.

Only the supervisor sends pickles. What a worker says is JSON, and is read strictly: a worker faces clients,
and the supervisor holds the key.
"""

from __future__ import annotations

import asyncio
import pickle
import struct
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import orjson
from pydantic import Field, TypeAdapter

from groundstop.documents.base import ContentId, Part, Sha256Hex
from groundstop.gateway.counting.quotas import Tally
from groundstop.gateway.running.told import Told

_HEADER = struct.Struct(">cI")
_JSON, _PICKLE = b"j", b"p"
_MOST_JSON_BYTES = 16 * 1024**2
_MOST_PICKLE_BYTES = 2 * 1024**3


class TallyForm(Part):
    """How often a licence was used."""

    total: int = Field(ge=0)
    day: int = Field(ge=0)
    today: int = Field(ge=0)

    @classmethod
    def of(cls, tally: Tally) -> TallyForm:
        """Return the form of a tally."""
        return cls(total=tally.total, day=tally.day, today=tally.today)

    def tally(self) -> Tally:
        """Return the tally."""
        return Tally(self.total, self.day, self.today)


class HeadForm(Part):
    """How far a chain of receipts goes, on disk for good."""

    chain: str = Field(pattern=r"^w[0-9]{1,4}$")
    lines: int = Field(ge=1)
    digest: Sha256Hex


class Begin(Part):
    """To a worker, first: what to serve, and how."""

    kind: Literal["begin"] = "begin"
    folder: str
    settings: dict[str, Any]
    issuers: tuple[dict[str, Any], ...]
    override_keys: tuple[str, ...]
    card: dict[str, Any]


class HeardAgain(Part):
    """To a worker: the orders are the same, and were heard again, or everything is closed."""

    kind: Literal["heard-again"] = "heard-again"
    number: int
    heard: float
    time: float
    closed: tuple[str, ...]


class UsedElsewhere(Part):
    """To a worker: what all others have counted under licences."""

    kind: Literal["used-elsewhere"] = "used-elsewhere"
    licences: dict[str, TallyForm]


class Drain(Part):
    """To a worker: take no more, finish, and end."""

    kind: Literal["drain"] = "drain"


ToWorker = Begin | HeardAgain | UsedElsewhere | Drain


class Decides(Part):
    """Of a worker: it decides by this from now on."""

    kind: Literal["decides"] = "decides"
    number: int
    table: ContentId


class Listens(Part):
    """Of a worker: it answers requests."""

    kind: Literal["listens"] = "listens"


class Reports(Part):
    """Of a worker, each second: that it lives, and what it counts."""

    kind: Literal["reports"] = "reports"
    chain: str = Field(max_length=16)
    metrics: dict[str, Any]
    used: dict[str, TallyForm]
    in_flight: int = Field(ge=0)
    writable: bool
    synced: HeadForm | None = None


class Trouble(Part):
    """Of a worker: something is wrong, in one sentence."""

    kind: Literal["trouble"] = "trouble"
    what: str = Field(max_length=2000)


FromWorker = Decides | Listens | Reports | Trouble

_TO: TypeAdapter[ToWorker] = TypeAdapter(Annotated[ToWorker, Field(discriminator="kind")])
_FROM: TypeAdapter[FromWorker] = TypeAdapter(Annotated[FromWorker, Field(discriminator="kind")])


class Line:
    """One end of the channel.

    Args:
        reader: What comes in.
        writer: What goes out.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, message: Part) -> None:
        """Send a message as JSON.

        Raises:
            OSError: The other end is gone.
        """
        await self._send(_JSON, orjson.dumps(message.to_json()))

    async def send_news(self, pickled: bytes) -> None:
        """Send news that :func:`pickled_news` made; see :meth:`send`."""
        await self._send(_PICKLE, pickled)

    async def heard(self) -> ToWorker | tuple[int, Told] | None:
        """Return what the supervisor says next; none when it is gone."""
        found = await self._next(_MOST_PICKLE_BYTES)
        if found is None:
            return None
        kind, data = found
        if kind == _PICKLE:
            # It comes from the process that has started this one; nobody else has the other socket.
            number, told = pickle.loads(data)  # noqa: S301
            return int(number), told
        return _TO.validate_json(data)

    async def told(self) -> FromWorker | None:
        """Return what a worker says next; none when it is gone.

        Raises:
            ValueError: It is none of what a worker says.
        """
        found = await self._next(_MOST_JSON_BYTES)
        if found is None:
            return None
        kind, data = found
        if kind != _JSON:
            raise ValueError("a worker sends JSON")
        return _FROM.validate_json(data)

    def close(self) -> None:
        """End the channel."""
        self._writer.close()

    async def _send(self, kind: bytes, data: bytes) -> None:
        self._writer.write(_HEADER.pack(kind, len(data)) + data)
        await self._writer.drain()

    async def _next(self, most: int) -> tuple[bytes, bytes] | None:
        try:
            kind, size = _HEADER.unpack(await self._reader.readexactly(_HEADER.size))
            if size > most:
                raise ValueError("it is larger than anything that is said here")
            return kind, await self._reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError):
            return None


def pickled_news(number: int, told: Told) -> bytes:
    """Return news as they go to workers."""
    return pickle.dumps((number, told), protocol=pickle.HIGHEST_PROTOCOL)


def tally_forms(tallies: Mapping[str, Tally]) -> dict[str, TallyForm]:
    """Return tallies as they are sent."""
    return {licence: TallyForm.of(one) for licence, one in tallies.items()}
