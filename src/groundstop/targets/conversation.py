"""What is sent to a target and what comes back: plain values, on the hot path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from groundstop.documents import Message, Sampling, TargetDescription, Usage


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One conversation to be answered."""

    messages: tuple[Message, ...]
    sampling: Sampling
    seed: int


@dataclass(frozen=True, slots=True)
class Reply:
    """A target's answer. An empty text is an answer too; what it means is for a judge to say."""

    text: str
    finish: str | None
    """Why the answer ended; ``content_filter`` when the target says that it was blocked, ``guard_block`` when
    a guard of a gateway in front of it says so."""
    usage: Usage
    served_model: str | None
    fingerprint: str | None
    request_id: str | None
    latency_s: float


def blocked(finish: str, latency_s: float) -> Reply:
    """Return the answer of whoever refuses a request with an error instead of a reply.

    Args:
        finish: ``content_filter`` or ``guard_block``.
        latency_s: How long it took.
    """
    return Reply(
        text="",
        finish=finish,
        usage=Usage(),
        served_model=None,
        fingerprint=None,
        request_id=None,
        latency_s=latency_s,
    )


class Target(Protocol):
    """A model endpoint under test."""

    @property
    def description(self) -> TargetDescription:
        """The target as it goes on record."""
        ...

    async def ask(self, request: ChatRequest) -> Reply:
        """Make one attempt.

        Raises:
            CallFailure: No answer came.
        """
        ...

    async def close(self) -> None:
        """Give back connections and the like; safe to call twice."""
        ...
