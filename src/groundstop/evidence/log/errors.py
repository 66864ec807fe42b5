"""What can be wrong with a transparency log, or with something said about one."""

from __future__ import annotations

from groundstop.errors import ExitCode, GroundstopError


class LogError(GroundstopError):
    """A log cannot be used as asked."""


class FormError(LogError):
    """A note, checkpoint, key, path or entry does not have the form that its specification requires."""


class ClockError(LogError):
    """The clock is before the last entry's time."""


class VerificationError(LogError):
    """A signature or a proof does not hold."""

    exit_code = ExitCode.BAD


class DamagedLogError(LogError):
    """A file of a log is missing, or is not what was logged."""

    exit_code = ExitCode.BAD


class HeadAlarmError(LogError):
    """A log went backwards, or is not a continuation of what was seen of it earlier."""

    exit_code = ExitCode.BAD
