"""What another gateway asks, whatever door it asks at, and what it is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from aiohttp import web

from groundstop.documents.directives import Act
from groundstop.gateway.denials import Denial
from groundstop.gateway.gate import Ruling
from groundstop.gateway.proxying.refusing import SERVER, denial_answer, error_answer
from groundstop.gateway.reading import REQUEST_HEADER
from groundstop.gateway.serving.attesting import NOTHING, Presented
from groundstop.gateway.settings import Dialect

JSON = "application/json"
OURS: Mapping[str, str] = MappingProxyType({"Server": SERVER})
"""The header that says who answers."""


class Question(NamedTuple):
    """May this go on?"""

    names: tuple[str, ...]
    """Every name that the model goes by, as far as it is seen."""
    surface: str
    """The enforcement point that asks."""
    route: str
    act: Act = Act.INFER
    presented: Presented = NOTHING
    provider: str | None = None
    dialect: Dialect = Dialect.OPENAI
    """In which a denial is worded."""
    texts: Sequence[str] | None = None
    """What the model would be told; none where that is not seen."""
    opaque: bool = False
    """Whether it would be told something besides, which is no text."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is decided of a question, with all that the one who asked needs to say it."""

    request: str
    """The id under which it is in the receipts."""
    status: int
    """200 when it may go on, else what the client is to be answered with."""
    dialect: Dialect
    code: str = ""
    """A word for programs; empty when it may go on."""
    message: str = ""
    denial: Denial | None = None
    """What is told of the order that keeps it out; none where no order does."""
    ruling: Ruling | None = None
    """None where nothing was ruled on: the request cannot be read, or its model cannot be seen."""

    @property
    def allowed(self) -> bool:
        """Whether it may go on."""
        return self.status == 200

    def answer(self) -> web.Response:
        """Return what the client is to be given; for what may go on, 200 with the request's id."""
        if self.allowed:
            return web.Response(headers={**OURS, REQUEST_HEADER: self.request})
        if self.denial is not None:
            return denial_answer(self.dialect, self.request, self.denial)
        challenge = {"WWW-Authenticate": "Bearer"} if self.status == 401 else None
        return error_answer(
            self.dialect, self.request, self.status, self.code, self.message, headers=challenge
        )


def refused(request: str, status: int, code: str, message: str, dialect: Dialect = Dialect.OPENAI) -> Verdict:
    """Return the verdict on something that cannot be ruled on: it does not go on.

    Args:
        request: Its id.
        status: What the client is to be answered with.
        code: A word for programs.
        message: A sentence for people, without a final full stop.
        dialect: In which it is worded.
    """
    return Verdict(request, status, dialect, code, f"{message}.")
