"""A target whose answer depends on what stands in the conversation."""

from __future__ import annotations

from collections.abc import Callable

from groundstop.documents import Message, ModelIdentity, Sampling, TargetDescription, Usage
from groundstop.targets import CallFailure, ChatRequest, FailureKind, Reply
from groundstop.targets.scripted import REFUSAL, VIOLATION


class TurnsTarget:
    """Violates when a rule says so of the conversation and its settings; counts what it is asked.

    Args:
        violates: The rule.
        refuses: Which conversations it does not even take.
        served_as: Gives the name that goes with each answer.
    """

    def __init__(
        self,
        violates: Callable[[tuple[Message, ...], Sampling], bool],
        *,
        refuses: Callable[[tuple[Message, ...]], bool] = lambda _: False,
        served_as: Callable[[int], str | None] = lambda _: None,
        fingerprint: Callable[[int], str | None] = lambda _: None,
    ) -> None:
        self.asked: list[ChatRequest] = []
        self._violates = violates
        self._refuses = refuses
        self._served_as = served_as
        self._fingerprint = fingerprint
        self.description = TargetDescription(
            name="turns",
            protocol="scripted",
            address="turns",
            model=ModelIdentity(provider="test", name="turns"),
            simulated=True,
        )

    async def ask(self, request: ChatRequest) -> Reply:
        """Answer, or refuse the request."""
        self.asked.append(request)
        if self._refuses(request.messages):
            raise CallFailure(FailureKind.REQUEST_REFUSED, "turns does not take this", "Ask otherwise")
        text = VIOLATION if self._violates(request.messages, request.sampling) else REFUSAL
        number = len(self.asked)
        return Reply(text, "stop", Usage(), self._served_as(number), self._fingerprint(number), None, 0.0)

    async def close(self) -> None:
        """Nothing to give back."""


def has(text: str) -> Callable[[tuple[Message, ...], Sampling], bool]:
    """Return the rule that a text stands in some turn."""
    return lambda messages, _: any(text in message.content for message in messages)
