"""The one tree of errors that users meet.

Each error is a sentence (what was wrong, and where) with a hint (what to do next), and knows the exit
code of the command that ends with it. A traceback on a user's screen is a bug.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """How a command ended, as its process exit status."""

    GOOD = 0
    """Done, and the answer is good."""
    BAD = 1
    """Done, and the answer is bad: vulnerable, not fixed, check failed, denied."""
    USAGE = 2
    """Usage or input error."""
    INCONCLUSIVE = 3
    """Inconclusive or incomplete."""
    UNREACHABLE = 4
    """The target or a service could not be reached."""
    INTERRUPTED = 130
    """Interrupted; the work can be resumed."""


class GroundstopError(Exception):
    """Anything that ends a command with a sentence instead of a result.

    Args:
        message: What was wrong, and where, as one sentence without a final full stop.
        hint: What the user can do next, as one sentence without a final full stop.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.USAGE

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[type[GroundstopError], tuple[str, str]]:
        # Without it no error could come back from another process.
        return type(self), (self.message, self.hint)

    def __str__(self) -> str:
        return f"{self.message}. {self.hint}."


class InputError(GroundstopError):
    """A file, name, option or value that the user gave cannot be used."""


class DocumentError(InputError):
    """A document does not have the form that its kind and version require."""


class WorkspaceError(GroundstopError):
    """The workspace on disk cannot be read or written."""


class BudgetError(GroundstopError):
    """The spend cap of a run does not allow the next call."""

    exit_code = ExitCode.INCONCLUSIVE


class TargetError(GroundstopError):
    """A target, or a service it needs, could not be reached or used."""

    exit_code = ExitCode.UNREACHABLE
