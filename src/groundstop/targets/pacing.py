"""Asking within limits: calls in flight, calls per minute, time-outs, and retries that do not pile up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Protocol

from groundstop.documents import Limits, Usage
from groundstop.targets.conversation import ChatRequest, Reply, Target
from groundstop.targets.failures import CallFailure, FailureKind

_ATTEMPTS_TO_REACH = 3
"""Attempts to reach an endpoint from which nothing ever came."""
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
_LONGEST_RETRY_AFTER_S = 120.0


class CallObserver(Protocol):
    """Told of every attempt."""

    def started(self, request: ChatRequest) -> int:
        """Called just before an attempt is sent; returns its number. If it raises, nothing is sent."""
        ...

    def ended(self, number: int, usage: Usage | None) -> None:
        """Called exactly once after the attempt, with what it used where that is known."""
        ...


@dataclass(frozen=True, slots=True)
class Answered:
    """A reply, and what it took to get it."""

    reply: Reply
    attempts: int
    started: datetime
    """When the attempt that was answered was sent."""


class PacedTarget:
    """A target that is asked within its limits.

    When the target says 429, the pause that it asks for holds for all of its calls: retries of single
    calls would keep the storm going.

    Args:
        target: The target.
        limits: Its limits.
        observer: Told of every attempt.
        clock: The time, for the record.
        sleep: Waits so many seconds.
        random: Chance, for the jitter of retries.

    Source: exponential backoff with full jitter, M. Brooker, "Exponential Backoff And Jitter" (2015);
    Retry-After, RFC 9110, section 10.2.3.
    """

    def __init__(
        self,
        target: Target,
        limits: Limits,
        *,
        observer: CallObserver,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
        random: Random,
    ) -> None:
        self._target = target
        self._limits = limits
        self._observer = observer
        self._clock = clock
        self._sleep = sleep
        self._random = random
        self._slots = asyncio.Semaphore(limits.concurrency)
        self._spacing_s = 60 / limits.calls_per_minute if limits.calls_per_minute else 0.0
        self._next_start = 0.0
        self._paused_until = 0.0
        self._has_answered = False

    async def ask(self, request: ChatRequest) -> Answered:
        """Ask until there is an answer or no hope of one.

        Args:
            request: What to ask.

        Returns:
            The reply.

        Raises:
            CallFailure: The attempts are used up, or another attempt would not help.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                async with self._slots:
                    await self._wait_for_turn()
                    started = self._clock()
                    reply = await self._attempt(request)
                self._has_answered = True
                return Answered(reply, attempt, started)
            except CallFailure as failure:
                failure.attempts = attempt
                if failure.kind is FailureKind.FORM_CHANGED:
                    continue
                if not failure.retryable or attempt >= self._most_attempts(failure):
                    raise
                await self._back_off(failure, attempt)

    def _most_attempts(self, failure: CallFailure) -> int:
        """Give up sooner on an endpoint that never answered: it is more likely absent than busy."""
        most = self._limits.max_attempts
        if failure.kind is FailureKind.UNREACHABLE and not self._has_answered:
            return min(most, _ATTEMPTS_TO_REACH)
        return most

    async def _attempt(self, request: ChatRequest) -> Reply:
        number = self._observer.started(request)
        usage: Usage | None = None
        try:
            async with asyncio.timeout(self._limits.timeout_s):
                reply = await self._target.ask(request)
            usage = reply.usage
            return reply
        except TimeoutError:
            raise CallFailure(
                FailureKind.TIMEOUT,
                f"{self._target.description.name} gave no answer within {self._limits.timeout_s:g} s",
                "Raise limits.timeout_s, lower limits.concurrency, or try again later",
            ) from None
        finally:
            self._observer.ended(number, usage)

    async def _wait_for_turn(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            now = loop.time()
            start = max(now, self._next_start)
            self._next_start = start + self._spacing_s
            if start > now:
                await self._sleep(start - now)
            # A pause may have begun during the wait; then this turn is lost.
            if start >= self._paused_until:
                return

    async def _back_off(self, failure: CallFailure, attempt: int) -> None:
        ceiling = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2**attempt)
        pause = self._random.uniform(0, ceiling)
        if failure.retry_after_s is not None:
            pause += min(failure.retry_after_s, _LONGEST_RETRY_AFTER_S)
        if failure.kind is FailureKind.RATE_LIMITED:
            self._paused_until = max(self._paused_until, asyncio.get_running_loop().time() + pause)
            self._next_start = max(self._next_start, self._paused_until)
        await self._sleep(pause)
