"""A clock that is set back, by an accident or on purpose, opens nothing, and hides no silence."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest

from groundstop.directives.deciding import decide
from groundstop.directives.facts import Facts
from groundstop.directives.subscribing import ProblemKind, Silence, Subscriber
from tests.directive_parts import a_charter, at, for_everybody
from tests.repository_parts import Scene, denied, kinds

FIRST = for_everybody(1)
HOUR = 3600.0


@pytest.fixture(autouse=True)
def a_disk_that_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for the disk would show nothing here."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


class Ticks:
    """Seconds that only grow, as far as a test lets them."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    scene = Scene(tmp_path, charter=a_charter())
    scene.publish(FIRST)
    return scene


def silent_for(subscriber: Subscriber, now: datetime) -> float:
    """Return for how long nothing was heard, as a gateway takes it."""
    return subscriber.time(now).timestamp() - subscriber.active.heard


def silence(subscriber: Subscriber, now: datetime) -> Silence:
    (subject,) = subscriber.status(now).subjects
    return subject.silence


def test_the_operators_stop_holds_whatever_the_clock_says(scene: Scene) -> None:
    subscriber = scene.subscriber()
    assert subscriber.refresh(at(0)).good
    (scene.folder / "operator" / "stop").write_text("fir-chat\n")
    for hours in (-24 * 5, -24 * 365 * 40, 24 * 5):
        subscriber.look_here(at(hours))
        assert denied(subscriber, at(hours), "fir-chat")
        # Nor does it open to whoever takes the clock as it is.
        facts, raw = Facts("fir-chat"), at(hours).timestamp()
        assert not decide(facts, subscriber.active.table, raw, subscriber.active.heard).allowed


def test_a_clock_that_is_set_back_while_nothing_is_heard_hides_no_silence(scene: Scene) -> None:
    ticks = Ticks()
    subscriber = scene.subscriber(monotonic=ticks)
    assert subscriber.refresh(at(0)).good
    for hours, back in ((2, -48), (3, -47), (50, 0)):
        ticks.seconds = 1000.0 + hours * HOUR
        now = at(back)
        told = subscriber.look_here(now)
        assert silent_for(subscriber, now) >= hours * HOUR
        assert silence(subscriber, now) is Silence.DARK
        assert (ProblemKind.CLOCK in kinds(told)) is (back < 0)


def test_the_longer_silence_counts_of_the_clocks_and_of_the_seconds(scene: Scene) -> None:
    ticks = Ticks()
    subscriber = scene.subscriber(monotonic=ticks)
    assert subscriber.refresh(at(0)).good
    ticks.seconds += 60
    subscriber.look_here(at(0.5))
    assert silent_for(subscriber, at(0.5)) == 0.5 * HOUR
    ticks.seconds += HOUR
    # The clock was set back by half an hour, to a time that is later than what was heard all the same.
    subscriber.look_here(at(0.6))
    assert silent_for(subscriber, at(0.6)) >= HOUR
    now = at(0.6).timestamp()
    assert now - subscriber.active.heard == pytest.approx(HOUR + 60)


def test_a_clock_that_is_behind_leaves_a_gateway_fresh_as_long_as_it_hears(scene: Scene) -> None:
    ticks = Ticks()
    subscriber = scene.subscriber(monotonic=ticks)
    assert subscriber.refresh(at(0)).good
    for minutes in range(1, 4):
        ticks.seconds += 60
        scene.refresh(at(minutes / 60))
        assert kinds(subscriber.refresh(at(-48))) == {ProblemKind.CLOCK}
        assert silent_for(subscriber, at(-48)) <= 60
        assert silence(subscriber, at(-48)) is Silence.FRESH


def test_an_old_timestamp_is_nothing_heard_by_a_clock_that_is_behind(scene: Scene) -> None:
    ticks = Ticks()
    subscriber = scene.subscriber(monotonic=ticks)
    assert subscriber.refresh(at(0)).good
    for _ in range(10):
        ticks.seconds += 20
        assert kinds(subscriber.refresh(at(-48))) == {ProblemKind.CLOCK}
    assert silent_for(subscriber, at(-48)) == 200
    ticks.seconds += 150
    assert kinds(subscriber.refresh(at(-48))) == {ProblemKind.CLOCK, ProblemKind.FREEZE}
    assert silent_for(subscriber, at(-48)) == 350


def test_after_a_start_by_a_clock_that_is_behind_nobody_knows_how_long_it_was_silent(scene: Scene) -> None:
    assert scene.subscriber().refresh(at(0)).good
    ticks = Ticks()
    subscriber = scene.subscriber(monotonic=ticks)
    assert kinds(subscriber.load(at(-0.5))) == {ProblemKind.CLOCK}
    assert subscriber.active.heard == 0
    assert silence(subscriber, at(-0.5)) is Silence.DARK
    # Also when the clock has crept up to what was heard, and when only what was shown already is shown.
    for now in (at(0), at(-0.01)):
        told = subscriber.look_here(at(0))
        assert kinds(told) == {ProblemKind.CLOCK}
        assert silence(subscriber, now) is Silence.DARK
    subscriber.refresh(at(-0.01))
    assert silence(subscriber, at(-0.01)) is Silence.DARK
    scene.refresh(at(0.01))
    subscriber.refresh(at(-0.01))
    assert silence(subscriber, at(-0.01)) is Silence.FRESH
    assert subscriber.look_here(at(-0.01)).good


def test_a_clock_that_is_a_little_behind_after_a_start_is_none_that_was_set_back(scene: Scene) -> None:
    assert scene.subscriber().refresh(at(0)).good
    subscriber = scene.subscriber()
    assert subscriber.load(at(-0.01)).good
    assert silence(subscriber, at(-0.01)) is Silence.FRESH
