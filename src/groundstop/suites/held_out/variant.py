"""One held-out request, named by what it says and not by where it came from."""

from __future__ import annotations

from dataclasses import dataclass, field

from groundstop.documents import Message, said_digest

MAX_STRATUM = 50
"""Longest name of a stratum, so that the ids of its variants are identifiers too."""

_ID_DIGITS = 10


@dataclass(frozen=True, slots=True)
class HeldOutVariant:
    """A whole conversation that asks for a behavior, ready to be sent once."""

    stratum: str
    """The kind of rewrite: one of :data:`STRATA`, or a name that a user's pool gives."""
    messages: tuple[Message, ...] = field(repr=False)
    place: str | None = field(default=None, compare=False)
    """Where it stands in a user's pool, for messages; none for a generated one."""
    digest: str = field(init=False)
    """SHA-256 of the canonical messages, as a trial records what was asked."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", said_digest(self.messages))

    @property
    def id(self) -> str:
        """The stratum and ten digits of the digest."""
        return f"{self.stratum}.{self.digest[:_ID_DIGITS]}"

    @property
    def request(self) -> str:
        """The last thing that the user says."""
        return last_request(self.messages)


def last_request(messages: tuple[Message, ...]) -> str:
    """Return the content of the last message of the user; empty when there is none."""
    return next((one.content for one in reversed(messages) if one.role == "user"), "")


def with_request(context: tuple[Message, ...], text: str) -> tuple[Message, ...]:
    """Return a conversation that ends with another request.

    Args:
        context: A conversation.
        text: What the user says instead of its last request.

    Returns:
        Everything before the last message of the user, and the request; all of the context, and the request,
        when the user says nothing in it.
    """
    places = [place for place, one in enumerate(context) if one.role == "user"]
    before = context[: places[-1]] if places else context
    return (*before, Message(role="user", content=text))


def in_order(variants: list[HeldOutVariant]) -> tuple[HeldOutVariant, ...]:
    """Return variants in the order of their strata and digests."""
    return tuple(sorted(variants, key=lambda one: (one.stratum, one.digest)))
