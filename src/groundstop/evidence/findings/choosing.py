"""Which class of a run a finding is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from groundstop.errors import InputError


class Classed(Protocol):
    """Something that is told of a class."""

    @property
    def behavior(self) -> str:
        """What is asked for."""
        ...

    @property
    def technique(self) -> str:
        """How it is asked."""
        ...


C = TypeVar("C", bound=Classed)


def choose_class(violated: Sequence[C], chosen: str | None, *, source: str) -> C:
    """Return the class that is meant.

    Args:
        violated: The classes that were violated; at least one.
        chosen: ``behavior/technique``, or how it begins; the only class when none.
        source: Where they are from, for the error message.

    Raises:
        InputError: None of them is meant, or several could be.
    """
    wanted = chosen or ""
    matching = [one for one in violated if _name(one) == wanted] or [
        one for one in violated if _name(one).startswith(wanted)
    ]
    if len(matching) != 1:
        names = ", ".join(_name(one) for one in violated)
        raise InputError(
            f"{source} has violations in {names}" + (f", and {chosen} is not one of them" if chosen else ""),
            "Choose one with --class BEHAVIOR/TECHNIQUE, or the beginning of one",
        )
    return matching[0]


def _name(one: Classed) -> str:
    return f"{one.behavior}/{one.technique}"
