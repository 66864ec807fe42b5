"""Asking within limits, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from groundstop.documents import Limits, TargetDescription, Usage
from groundstop.errors import BudgetError
from groundstop.targets import CallFailure, CallObserver, ChatRequest, FailureKind, PacedTarget, Reply
from tests.unit.targets.endpoints import Book, a_request, described
from tests.virtual_time import run_in_virtual_time

USED = Usage(prompt_tokens=5, completion_tokens=2)
Script = Callable[[int], Awaitable[None]]


class Timed:
    """A target that keeps when it was asked, and how many asked at once."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self.starts: list[float] = []
        self.at_once = 0
        self.most_at_once = 0

    @property
    def description(self) -> TargetDescription:
        return described("http://127.0.0.1:1/v1")

    async def ask(self, request: ChatRequest) -> Reply:
        self.starts.append(asyncio.get_running_loop().time())
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self._script(len(self.starts))
        finally:
            self.at_once -= 1
        return Reply("Hello.", "stop", USED, None, None, None, 0.0)

    async def close(self) -> None:
        """Nothing to give back."""


def paced(target: Timed, limits: Limits, observer: CallObserver) -> PacedTarget:
    started = datetime(2026, 1, 1, tzinfo=UTC)
    return PacedTarget(
        target,
        limits,
        observer=observer,
        clock=lambda: started + timedelta(seconds=asyncio.get_running_loop().time()),
        sleep=asyncio.sleep,
        random=Random(1),
    )


async def at_once(_number: int) -> None:
    """Answer without waiting."""


def taking(seconds: float) -> Script:
    async def script(_number: int) -> None:
        await asyncio.sleep(seconds)

    return script


def failing(kind: FailureKind, times: int, *, retry_after_s: float | None = None) -> Script:
    async def script(number: int) -> None:
        if number <= times:
            raise CallFailure(kind, "example failed", "Try again", retry_after_s=retry_after_s)

    return script


def test_no_more_calls_are_in_flight_than_the_limit_allows() -> None:
    target, book = Timed(taking(1)), Book()

    async def work() -> None:
        one = paced(target, Limits(concurrency=3), book)
        await asyncio.gather(*(one.ask(a_request()) for _ in range(20)))
        assert asyncio.get_running_loop().time() == pytest.approx(7)

    run_in_virtual_time(work())
    assert target.most_at_once == 3
    assert len(target.starts) == 20
    assert not book.open


def test_starts_are_spaced_by_the_rate_cap() -> None:
    target = Timed(taking(0.3))

    async def work() -> None:
        one = paced(target, Limits(concurrency=50, calls_per_minute=30), Book())
        await asyncio.gather(*(one.ask(a_request()) for _ in range(10)))

    run_in_virtual_time(work())
    gaps = [later - earlier for earlier, later in zip(target.starts, target.starts[1:], strict=False)]
    assert gaps == [pytest.approx(2)] * 9


def test_retries_are_under_the_rate_cap_too() -> None:
    target = Timed(failing(FailureKind.SERVER_ERROR, 4))

    async def work() -> None:
        one = paced(target, Limits(concurrency=4, calls_per_minute=6), Book())
        await asyncio.gather(*(one.ask(a_request()) for _ in range(4)))

    run_in_virtual_time(work())
    gaps = [later - earlier for earlier, later in zip(target.starts, target.starts[1:], strict=False)]
    assert len(target.starts) == 8
    assert min(gaps) >= 10 - 1e-9


def test_being_told_to_slow_down_pauses_all_calls() -> None:
    target = Timed(failing(FailureKind.RATE_LIMITED, 1, retry_after_s=30))

    async def work() -> None:
        one = paced(target, Limits(concurrency=1), Book())
        await asyncio.gather(*(one.ask(a_request()) for _ in range(5)))

    run_in_virtual_time(work())
    assert len(target.starts) == 6
    assert target.starts[0] == 0
    assert all(30 <= start <= 32 for start in target.starts[1:])


def test_a_pause_also_holds_calls_that_wait_for_their_turn_already() -> None:
    target = Timed(failing(FailureKind.RATE_LIMITED, 1, retry_after_s=100))

    async def work() -> None:
        one = paced(target, Limits(concurrency=8, calls_per_minute=60), Book())
        await asyncio.gather(*(one.ask(a_request()) for _ in range(8)))

    run_in_virtual_time(work())
    assert target.starts[0] == 0
    assert target.starts[1] >= 100
    gaps = [later - earlier for earlier, later in zip(target.starts[1:], target.starts[2:], strict=False)]
    assert min(gaps) >= 1 - 1e-9


def test_a_later_and_longer_pause_holds_calls_that_wait_for_an_earlier_one() -> None:
    async def script(number: int) -> None:
        if number == 1:
            await asyncio.sleep(0.5)
            raise CallFailure(FailureKind.RATE_LIMITED, "example", "Wait", retry_after_s=5)
        if number == 2:
            await asyncio.sleep(3)
            raise CallFailure(FailureKind.RATE_LIMITED, "example", "Wait", retry_after_s=60)

    target = Timed(script)

    async def work() -> None:
        one = paced(target, Limits(concurrency=4), Book())
        first = [asyncio.create_task(one.ask(a_request())) for _ in range(2)]
        await asyncio.sleep(1)
        await asyncio.gather(*first, *(one.ask(a_request()) for _ in range(2)))

    run_in_virtual_time(work())
    assert target.starts[:2] == [0, 0]
    assert min(target.starts[2:]) >= 63


def test_an_endless_wait_that_a_target_asks_for_is_cut_short() -> None:
    target = Timed(failing(FailureKind.SERVER_ERROR, 1, retry_after_s=1e9))

    async def work() -> None:
        await paced(target, Limits(), Book()).ask(a_request())

    run_in_virtual_time(work())
    assert 120 <= target.starts[1] <= 121


@pytest.mark.parametrize("kind", [kind for kind in FailureKind if kind is not FailureKind.FORM_CHANGED])
def test_attempts_are_limited_and_hopeless_ones_are_not_repeated(kind: FailureKind) -> None:
    target, book = Timed(failing(kind, 10_000)), Book()

    async def work() -> CallFailure:
        with pytest.raises(CallFailure) as caught:
            await paced(target, Limits(max_attempts=4), book).ask(a_request())
        return caught.value

    failure = run_in_virtual_time(work())
    expected = 3 if kind is FailureKind.UNREACHABLE else 4 if failure.retryable else 1
    assert (failure.attempts, len(target.starts), book.count) == (expected,) * 3
    assert list(book.ended_with.values()) == [None] * expected


def test_an_endpoint_that_has_answered_once_gets_every_attempt_when_it_cannot_be_reached() -> None:
    async def gone_for_a_while(number: int) -> None:
        if 2 <= number <= 5:
            raise CallFailure(FailureKind.UNREACHABLE, "example failed", "Try again")

    async def work() -> list[int]:
        asked = paced(Timed(gone_for_a_while), Limits(max_attempts=6), Book())
        return [(await asked.ask(a_request())).attempts for _ in range(2)]

    assert run_in_virtual_time(work()) == [1, 5]


def test_a_changed_form_goes_out_at_once_and_is_booked() -> None:
    target, book = Timed(failing(FailureKind.FORM_CHANGED, 2)), Book()

    async def work() -> int:
        return (await paced(target, Limits(max_attempts=1), book).ask(a_request())).attempts

    assert run_in_virtual_time(work()) == 3
    assert target.starts == [0, 0, 0]
    assert book.ended_with == {1: None, 2: None, 3: USED}


def test_the_answer_tells_its_attempts_and_when_the_last_was_sent() -> None:
    target, book = Timed(failing(FailureKind.BAD_REPLY, 2)), Book()

    async def work() -> None:
        answered = await paced(target, Limits(), book).ask(a_request())
        assert answered.attempts == 3
        assert (answered.started - datetime(2026, 1, 1, tzinfo=UTC)).total_seconds() == pytest.approx(
            target.starts[2], abs=1e-5
        )

    run_in_virtual_time(work())
    assert book.ended_with == {1: None, 2: None, 3: USED}


def test_a_call_that_takes_too_long_is_ended_and_tried_again() -> None:
    target, book = Timed(taking(3600)), Book()

    async def work() -> CallFailure:
        with pytest.raises(CallFailure) as caught:
            await paced(target, Limits(timeout_s=5, max_attempts=2), book).ask(a_request())
        return caught.value

    failure = run_in_virtual_time(work())
    assert failure.kind is FailureKind.TIMEOUT
    assert failure.message == "example gave no answer within 5 s"
    assert book.ended_with == {1: None, 2: None}
    assert target.at_once == 0


def test_waiting_for_a_turn_is_not_counted_in_the_time_out() -> None:
    target = Timed(taking(4))

    async def work() -> None:
        one = paced(target, Limits(timeout_s=5, concurrency=1, max_attempts=1), Book())
        await asyncio.gather(*(one.ask(a_request()) for _ in range(10)))

    run_in_virtual_time(work())
    assert len(target.starts) == 10


def test_a_cancelled_call_is_told_once_and_gives_its_place_back() -> None:
    target, book = Timed(taking(10)), Book()

    async def work() -> None:
        one = paced(target, Limits(concurrency=1), book)
        call = asyncio.create_task(one.ask(a_request()))
        await asyncio.sleep(1)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await one.ask(a_request())

    run_in_virtual_time(work())
    assert book.ended_with == {1: None, 2: USED}


@pytest.mark.parametrize("waiting_for", ["a place", "a turn", "the next attempt"])
def test_a_call_cancelled_before_it_is_sent_is_not_told(waiting_for: str) -> None:
    limits = {
        "a place": Limits(concurrency=1),
        "a turn": Limits(calls_per_minute=1),
        "the next attempt": Limits(max_attempts=2),
    }
    script = failing(FailureKind.SERVER_ERROR, 9, retry_after_s=50) if "next" in waiting_for else taking(10)
    target, book = Timed(script), Book()

    async def work() -> None:
        one = paced(target, limits[waiting_for], book)
        calls = [asyncio.create_task(one.ask(a_request())) for _ in range(2)]
        await asyncio.sleep(5)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)

    run_in_virtual_time(work())
    assert book.count == len(target.starts)
    assert not book.open


class Refusing(Book):
    """An observer whose budget is used up after some attempts."""

    def __init__(self, allowed: int) -> None:
        super().__init__()
        self._allowed = allowed

    def started(self, request: ChatRequest) -> int:
        if self.count >= self._allowed:
            raise BudgetError("The cap is reached", "Raise it")
        return super().started(request)


def test_nothing_is_sent_when_the_observer_refuses() -> None:
    target, book = Timed(at_once), Refusing(2)

    async def work() -> None:
        one = paced(target, Limits(concurrency=1), book)
        results = await asyncio.gather(*(one.ask(a_request()) for _ in range(5)), return_exceptions=True)
        assert sum(isinstance(result, BudgetError) for result in results) == 3

    run_in_virtual_time(work())
    assert len(target.starts) == 2
    assert book.ended_with == {1: USED, 2: USED}


def test_a_retry_that_the_observer_refuses_is_not_sent() -> None:
    target, book = Timed(failing(FailureKind.SERVER_ERROR, 10)), Refusing(1)

    async def work() -> None:
        with pytest.raises(BudgetError):
            await paced(target, Limits(), book).ask(a_request())

    run_in_virtual_time(work())
    assert len(target.starts) == 1
    assert book.ended_with == {1: None}


def test_an_error_of_the_program_is_told_once_and_not_tried_again() -> None:
    async def broken(_number: int) -> None:
        raise RuntimeError("broken")

    target, book = Timed(broken), Book()

    async def work() -> None:
        with pytest.raises(RuntimeError):
            await paced(target, Limits(), book).ask(a_request())

    run_in_virtual_time(work())
    assert book.ended_with == {1: None}


def test_a_storm_ends_without_piling_up() -> None:
    until = 20.0

    async def storm(_number: int) -> None:
        if asyncio.get_running_loop().time() < until:
            raise CallFailure(FailureKind.RATE_LIMITED, "example", "Wait", retry_after_s=5)

    target, book = Timed(storm), Book()

    async def work() -> None:
        one = paced(target, Limits(concurrency=8, max_attempts=20), book)
        await asyncio.gather(*(one.ask(a_request()) for _ in range(100)))

    run_in_virtual_time(work())
    early = sum(start < until for start in target.starts)
    assert len(target.starts) == 100 + early
    assert early <= 8 * 5
    assert not book.open
