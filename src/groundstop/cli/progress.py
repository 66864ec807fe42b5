"""What a person sees while a run goes on: one live line on a terminal, a few plain ones elsewhere.

Everything goes to standard error, so that standard output holds the result alone.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from groundstop.documents import Phase, Trial, Verdict

if TYPE_CHECKING:
    from rich.console import Console

_PLAIN_INTERVAL_S = 10.0


class RunProgress:
    """Counts what a run does, and words it; a display asks for the words when it wants to show them.

    Args:
        clock: Monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started = clock()
        self._title = "starting"
        self._expected = 0
        self._done = 0
        self._asked = 0
        self._tokens = 0
        self._verdicts: defaultdict[tuple[str, str], Counter[Verdict]] = defaultdict(Counter)
        self._latest: tuple[str, str] | None = None
        self.on_note: Callable[[str], None] = lambda _text: None
        self.on_change: Callable[[], None] = lambda: None

    def phase(self, title: str, *, expected_calls: int) -> None:
        """A phase starts."""
        self._title, self._expected, self._done = title, expected_calls, 0
        self.on_change()

    def expect(self, calls: int) -> None:
        """So many calls more are expected, or fewer when it is negative."""
        self._expected += calls

    def trial(self, trial: Trial) -> None:
        """A trial ended."""
        self._done += 1
        self._asked += trial.attempts
        self._tokens += (trial.usage.prompt_tokens or 0) + (trial.usage.completion_tokens or 0)
        if trial.phase is Phase.CONFIRM:
            self._latest = (trial.behavior, trial.technique)
            self._verdicts[self._latest].update([trial.verdict])
        self.on_change()

    def note(self, text: str) -> None:
        """Show a line of its own."""
        self.on_note(text)

    def line(self) -> str:
        """Return the state in one line: what matters most comes first, for narrow terminals."""
        elapsed = max(self._clock() - self._started, 1e-9)
        rate = self._asked / elapsed
        parts = [f"{self._title} {self._done}/{max(self._expected, self._done)}"]
        left = max(self._expected - self._done, 0)
        if rate > 0 and left:
            parts.append(f"{_duration(left / rate)} left")
        if self._latest is not None:
            parts.append(self._bound(self._latest))
        parts += [f"{self._asked} calls, {rate:.1f}/s", f"{self._tokens:,} tokens"]
        return " · ".join(parts)

    def _bound(self, recipe: tuple[str, str]) -> str:
        from groundstop.statistics import confidence_sequence

        verdicts = self._verdicts[recipe]
        violated, unclear = verdicts[Verdict.VIOLATED], verdicts[Verdict.UNDETERMINED]
        upper = confidence_sequence(violated, verdicts.total(), undetermined=unclear).upper
        said = f", {unclear} unclear" if unclear else ""
        return f"{'/'.join(recipe)} {violated}/{verdicts.total()}{said}, at most {upper:.0%}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


@contextmanager
def shown(console: Console) -> Iterator[RunProgress]:
    """Show a run's progress on a console for the length of a block.

    Args:
        console: A console on standard error.

    Yields:
        What the run tells its progress to.
    """
    progress = RunProgress()
    if console.is_terminal:
        from rich.live import Live
        from rich.text import Text

        class _Line:
            def __rich__(self) -> Text:
                return Text(progress.line(), overflow="ellipsis", no_wrap=True)

        progress.on_note = lambda text: console.print(text, markup=False, highlight=False)
        with Live(_Line(), console=console, refresh_per_second=4, transient=True):
            yield progress
        return
    last = time.monotonic()

    def now_and_then() -> None:
        nonlocal last
        if time.monotonic() - last >= _PLAIN_INTERVAL_S:
            last = time.monotonic()
            _print_plain(console, progress.line())

    progress.on_note = lambda text: _print_plain(console, text)
    progress.on_change = now_and_then
    yield progress


def _print_plain(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
