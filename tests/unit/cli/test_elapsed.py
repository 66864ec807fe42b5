"""How long another program has been working: one live line on a terminal, a few plain ones elsewhere."""

from __future__ import annotations

import io

from rich.console import Console

from groundstop.cli.elapsed import elapsed_shown


def shown(*seconds: float, terminal: bool) -> str:
    """Return what is written when these times are told."""
    out = io.StringIO()
    with elapsed_shown(Console(file=out, force_terminal=terminal, width=80), "garak asks mine") as on_tick:
        for elapsed_s in seconds:
            on_tick(elapsed_s)
    return out.getvalue()


def test_elsewhere_a_line_is_written_now_and_then() -> None:
    said = shown(0.0, 1.2, 29.9, 30.5, 61.0, terminal=False)
    assert said.splitlines() == [
        "garak asks mine · 0 s",
        "garak asks mine · 30 s",
        "garak asks mine · 1 min 1 s",
    ]


def test_on_a_terminal_the_line_is_kept_up_to_date() -> None:
    said = shown(0.0, 1.2, 125.0, terminal=True)
    assert "garak asks mine · 1 s" in said
    assert "garak asks mine · 2 min 5 s" in said
