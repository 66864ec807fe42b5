"""What can go wrong with an engine."""

from __future__ import annotations

from groundstop.errors import ExitCode, GroundstopError


class EngineError(GroundstopError):
    """An engine is not installed, did not start, did not finish, or left no results."""

    exit_code = ExitCode.UNREACHABLE
