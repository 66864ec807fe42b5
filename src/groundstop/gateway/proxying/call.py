"""One request on its way: what it asks for, who sends it, and what is on record of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from aiohttp import web

from groundstop.documents.gateway import Change, GuardSaid
from groundstop.gateway.denials import Denial, denial_of
from groundstop.gateway.gate import Ruling, Who
from groundstop.gateway.proxying.flights import Flight
from groundstop.gateway.proxying.parts import Parts
from groundstop.gateway.proxying.refusing import SERVER, Refusal, denial_answer
from groundstop.gateway.proxying.upstreams import Sending
from groundstop.gateway.reading import ACCOUNT_HEADERS, Credentials, upstream_headers
from groundstop.gateway.recording import Entry
from groundstop.gateway.settings import Dialect, Upstream

if TYPE_CHECKING:
    from groundstop.gateway.routes import Matched

PROXY = "proxy"
BATCH = "batch"
"""Surfaces, as ``surfaces.toml`` has them."""
_JSON = ("Content-Type", "application/json")
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Sender(NamedTuple):
    """Who sends a request."""

    who: Who
    credentials: Credentials
    ours: frozenset[str]
    """Credentials that are for the gateway only."""


class Call:
    """One request.

    Args:
        parts: What the data plane works with.
        request: As it came in; nothing of its body has been read.
        matched: The route.
        id: The request's id.
        sender: Who sends it.
        began: When it came in, by the clock of the event loop.
    """

    __slots__ = (
        "_held",
        "_held_back",
        "_licence",
        "_recorded",
        "began",
        "id",
        "matched",
        "parts",
        "request",
        "sender",
        "settled",
    )

    def __init__(
        self,
        parts: Parts,
        request: web.BaseRequest,
        matched: Matched,
        *,
        id: str,  # noqa: A002  # it is what it is called everywhere else
        sender: Sender,
        began: float,
    ) -> None:
        self.parts = parts
        self.request = request
        self.matched = matched
        self.id = id
        self.sender = sender
        self.began = began
        self.settled = False
        """Whether what became of it is on record: a later end says nothing new."""
        self._recorded = False
        self._licence: str | None = None
        self._held = self._held_back = 0

    @property
    def dialect(self) -> Dialect:
        """That the client speaks."""
        return self.matched.route.dialect

    async def read(self, most: int) -> bytes:
        """Return the request's body.

        Args:
            most: Bytes that it may have.

        Raises:
            Refusal: It is larger, comes too slowly, or breaks off.
        """
        request, limits = self.request, self.parts.limits
        length = request.content_length
        if length is not None and length > most:
            raise _too_large(most)
        if request.headers.get("Expect", "").lower() == "100-continue":
            await request.writer.write(_CONTINUE)
            request.writer.output_size = 0
        content = request.content
        if content.is_eof() and content.exception() is None:
            data = content.read_nowait()  # It is all here: most requests are, and a wait costs something.
            return data if len(data) <= most else _raise_too_large(most)
        pieces: list[bytes] = []
        size = 0
        room = self.parts.room
        room.waiting += 1
        try:
            async with asyncio.timeout(limits.body_s):
                while size <= most and (piece := await content.readany()):
                    self._hold(len(piece))
                    pieces.append(piece)
                    size += len(piece)
        except TimeoutError:
            raise Refusal(
                408, "body_timeout", f"The body was not there after {limits.body_s:g} seconds"
            ) from None
        except (web.RequestPayloadError, ValueError, OSError):
            raise Refusal(400, "body_broken", "The body breaks off, or its pieces are malformed") from None
        finally:
            room.waiting -= 1
        if self.parts.is_busy():
            # Whoever sends slowly takes nobody's place meanwhile, and so has none for sure.
            raise busy()
        return b"".join(pieces) if size <= most else _raise_too_large(most)

    def _hold(self, size: int) -> None:
        if not self.parts.room.take(size):
            message = "The gateway holds as many bodies as it has room for; ask again"
            raise Refusal(503, "gateway_busy", message, headers={"Retry-After": "1"})
        self._held += size

    def take(self, size: int) -> bool:
        """Take room for so much of its answer; false when there is none."""
        taken = self.parts.answers.take(size)
        self._held_back += size if taken else 0
        return taken

    def let_go(self) -> None:
        """Give back the room that its body and its answer took."""
        self.parts.room.give_back(self._held)
        self.parts.answers.give_back(self._held_back)
        self._held = self._held_back = 0

    def sending(
        self,
        upstream: Upstream,
        path: str,
        body: bytes | None,
        *,
        content_type: str | None = None,
        method: str | None = None,
        clients_key: bool = True,
    ) -> Sending:
        """Return what goes to an upstream for this request.

        Args:
            upstream: Where to.
            path: What follows its address.
            body: Written anew; none for none.
            content_type: Of the body, where it is no JSON.
            method: Where it is not the route's.
            clients_key: Whether the client's own key is meant for this upstream, where the gateway has none.
        """
        # What is not ASCII could not be written again; none of these headers needs it.
        headers = [one for one in upstream_headers(self.request.headers, self.dialect) if one[1].isascii()]
        clients_key = clients_key and upstream.key is None
        if not clients_key:
            # Whoever uses another's key does not choose on whose account.
            headers = [one for one in headers if one[0] not in ACCOUNT_HEADERS]
        headers.append(("Accept-Encoding", "identity"))
        if all(name != "user-agent" for name, _ in headers):
            headers.append(("User-Agent", SERVER))
        if body is not None:
            headers.append(_JSON if content_type is None else ("Content-Type", content_type))
        key = self._clients_key() if clients_key else self._own_key(upstream)
        if key is not None:
            headers.append(key)
        return Sending(method or self.matched.route.method, path, headers, body)

    def _own_key(self, upstream: Upstream) -> tuple[str, str] | None:
        own = self.parts.upstreams.key(upstream)
        if not own:
            return None
        if self.dialect is Dialect.ANTHROPIC:
            return ("x-api-key", own)
        return ("Authorization", f"Bearer {own}")

    def _clients_key(self) -> tuple[str, str] | None:
        key = self.sender.credentials.key_beside(self.sender.ours)
        if key is None:
            return None
        if self.request.headers.get("x-api-key") == key:
            return ("x-api-key", key)
        return ("Authorization", f"Bearer {key}")

    def record(
        self,
        ruling: Ruling,
        names: tuple[str, ...],
        status: int,
        *,
        provider: str | None,
        instead_of: str | None = None,
        because: str | None = None,
        guards: tuple[GuardSaid, ...] = (),
        surface: str = PROXY,
    ) -> None:
        """Put on record what was ruled, before anything goes on or is answered.

        Args:
            ruling: What was ruled.
            names: The models that it was ruled by, as asked first.
            status: What it is answered with; 200 for what goes on.
            provider: Where it is routed to.
            instead_of: The model that was asked for, where another answers.
            because: The id of the order that keeps that model out.
            guards: What guards said.
            surface: The enforcement point.

        Raises:
            Refusal: It cannot be kept: then nothing goes on.
        """
        route = self.matched.route
        entry = Entry(
            request=self.id,
            surface=surface,
            route=route.name,
            names=names,
            act=route.act,
            provider=provider,
            who=self.sender.who,
            ruling=ruling,
            status=status,
            instead_of=instead_of,
            guards=guards,
            because=because,
        )
        try:
            self.parts.recorder.decided(entry)
        except OSError:
            raise _no_receipts() from None
        self._recorded = True
        self.settled = status != 200
        self._licence = None if ruling.decision is None else ruling.decision.licence

    def changed(
        self,
        change: Change,
        *,
        status: int | None = None,
        model: str | None = None,
        ruling: Ruling | None = None,
    ) -> None:
        """Put on record what became of it, where that is not what was recorded before.

        Raises:
            Refusal: It cannot be kept: then it must not be answered as if it were.
        """
        if not self._recorded or self.settled:
            return
        self.settled = change is not Change.SERVED_AS
        try:
            self.parts.recorder.changed(self.id, change, status=status, model=model, ruling=ruling)
        except OSError:
            raise _no_receipts() from None

    def ended(self, change: Change, *, model: str | None = None, ruling: Ruling | None = None) -> None:
        """Put on record how it ended, if that can be kept: nothing is left that could be held back."""
        with suppress(Refusal):
            self.changed(change, model=model, ruling=ruling)

    def deny(
        self,
        ruling: Ruling,
        names: tuple[str, ...],
        *,
        provider: str | None,
        denial: Denial | None = None,
        guards: tuple[GuardSaid, ...] = (),
        surface: str = PROXY,
        more: Mapping[str, Any] | None = None,
    ) -> web.Response:
        """Put a denial on record, and return its answer.

        Args:
            ruling: That keeps it out.
            names: The models that it was ruled by.
            provider: Where it would be routed to.
            denial: What is told, where that is not what the ruling tells.
            guards: What guards said.
            surface: The enforcement point.
            more: What else programs are told.

        Raises:
            Refusal: It cannot be put on record.
        """
        told = denial or denial_of(ruling)
        self.record(ruling, names, told.status, provider=provider, guards=guards, surface=surface)
        if told.missing and (refused := self.sender.who.refused):
            # Somebody whose token has expired has to know that, and not only that nothing is known.
            more = {**(more or {}), "presented": sorted({one.why.value for one in refused})}
        return denial_answer(self.dialect, self.id, told, more=more)

    def withhold(self, ruling: Ruling, *, model: str | None = None) -> web.Response:
        """Put on record that an answer is kept back, and return what is answered instead.

        Args:
            ruling: That keeps it back.
            model: Which the answer names, where that is why.

        Raises:
            Refusal: It cannot be put on record.
        """
        told = denial_of(ruling)
        self.changed(Change.WITHHELD, status=told.status, model=model, ruling=ruling)
        return denial_answer(self.dialect, self.id, told)

    def flight(self, names: tuple[str, ...], table: str, provider: str | None) -> Flight:
        """Return a flight for it, by what allowed it.

        Args:
            names: The models that it was ruled by; none where no model is known.
            table: The digest of what it was ruled by.
            provider: Where it is routed to.
        """
        return Flight(names, self.matched.route.act, self.sender.who, provider, table, self._licence)


def busy() -> Refusal:
    """Return what is told when as many requests are answered as may be."""
    message = "The gateway answers as many requests as it may; ask again"
    return Refusal(503, "gateway_busy", message, headers={"Retry-After": "1"})


def _too_large(most: int) -> Refusal:
    return Refusal(413, "request_too_large", f"The body is larger than {most:,} bytes")


def _raise_too_large(most: int) -> bytes:
    raise _too_large(most)


def _no_receipts() -> Refusal:
    return Refusal(
        503, "receipts_unavailable", "The gateway cannot keep its receipts, and answers nothing without them"
    )
