"""What a person sees while another program works: for how long it has, and nothing of what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_PLAIN_INTERVAL_S = 30.0


@contextmanager
def elapsed_shown(console: Console, title: str) -> Iterator[Callable[[float], None]]:
    """Show how long something has been going on: one live line on a terminal, a few plain ones elsewhere.

    Args:
        console: A console on standard error.
        title: What is going on.

    Yields:
        What is told the seconds so far, now and then.
    """
    if console.is_terminal:
        from rich.live import Live
        from rich.text import Text

        with Live(Text(title), console=console, auto_refresh=False, transient=True) as live:
            yield lambda elapsed_s: live.update(Text(_line(title, elapsed_s)), refresh=True)
        return
    due_s = 0.0

    def now_and_then(elapsed_s: float) -> None:
        nonlocal due_s
        if elapsed_s >= due_s:
            due_s = elapsed_s + _PLAIN_INTERVAL_S
            console.print(_line(title, elapsed_s), markup=False, highlight=False, soft_wrap=True)

    yield now_and_then


def _line(title: str, elapsed_s: float) -> str:
    minutes, seconds = divmod(int(elapsed_s), 60)
    return f"{title} · {minutes} min {seconds} s" if minutes else f"{title} · {seconds} s"
