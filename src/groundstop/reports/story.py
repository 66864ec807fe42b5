"""The story of one finding as a page: from the first result to the order, what callers got, and its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from groundstop.reports.pages import environment


class Got(StrEnum):
    """What a caller got."""

    SERVED = "served"
    BY_ANOTHER = "served by another model"
    KEPT_OUT = "kept out"
    FAILED = "failed"


_TONES = {
    Got.SERVED: "held",
    Got.BY_ANOTHER: "inconclusive",
    Got.KEPT_OUT: "violated",
    Got.FAILED: "violated",
}
"""Marks and colours; the words say the same."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a caller."""

    got: Got
    status: int
    """Of HTTP."""
    why: str = ""
    """In a few words."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A kind of caller, and what it got at each stage."""

    kind: str
    who: str
    """In plain words."""
    answers: Sequence[Answer]
    """One for each stage."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of the story."""

    title: str
    lines: Sequence[str]
    links: Sequence[tuple[str, str]] = ()
    """What to read, and the address of its page, beside this one."""


@dataclass(frozen=True, slots=True)
class Story:
    """All of it."""

    title: str
    about: str
    stages: Sequence[str]
    """Before, during, after: the heads of the columns."""
    callers: Sequence[Caller]
    chapters: Sequence[Chapter]
    limits: Sequence[str]
    """What was not shown."""


def story_page(story: Story) -> str:
    """Return the page of a story.

    Args:
        story: What to tell.

    Returns:
        A whole HTML document, without a script; the same for the same story.
    """
    return environment().get_template("story.html.j2").render(story=story, tones=_TONES)
