"""Why a call got no answer, whether to try again, and what to tell the user."""

from __future__ import annotations

from enum import StrEnum

from groundstop.errors import GroundstopError, InputError, TargetError


class FailureKind(StrEnum):
    """What went wrong with a call."""

    KEY_REFUSED = "key_refused"
    MODEL_NOT_FOUND = "model_not_found"
    WRONG_ADDRESS = "wrong_address"
    REQUEST_REFUSED = "request_refused"
    GUARD_BLOCKED = "guard_blocked"
    """A guard of a Groundstop gateway took the request for the recipe of a finding: that is an answer."""
    FORM_CHANGED = "form_changed"
    """The target refused a parameter; the next attempt has the form that it takes."""
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    BAD_REPLY = "bad_reply"


_TRY_AGAIN = frozenset(
    {
        FailureKind.FORM_CHANGED,
        FailureKind.RATE_LIMITED,
        FailureKind.SERVER_ERROR,
        FailureKind.TIMEOUT,
        FailureKind.UNREACHABLE,
        FailureKind.BAD_REPLY,
    }
)
_USERS_PART = frozenset(
    {
        FailureKind.KEY_REFUSED,
        FailureKind.MODEL_NOT_FOUND,
        FailureKind.WRONG_ADDRESS,
        FailureKind.REQUEST_REFUSED,
        FailureKind.GUARD_BLOCKED,
    }
)


class CallFailure(Exception):  # noqa: N818 - a failed call is no error of the program
    """A call that got no answer.

    Args:
        kind: What went wrong.
        message: One sentence without a full stop; never a part of the request or of a reply's body.
        hint: What the user can do next.
        retry_after_s: How long the target asked us to wait, in seconds.
        code: The target's own short code of the failure, where it gives one.
        parameter: The parameter that the target objects to, where it names one.
    """

    def __init__(
        self,
        kind: FailureKind,
        message: str,
        hint: str,
        *,
        retry_after_s: float | None = None,
        code: str = "",
        parameter: str = "",
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.hint = hint
        self.retry_after_s = retry_after_s
        self.code = code
        self.parameter = parameter
        self.attempts = 1
        """Attempts made when the call was given up."""

    @property
    def retryable(self) -> bool:
        """Whether another attempt may succeed."""
        return self.kind in _TRY_AGAIN

    def as_error(self) -> GroundstopError:
        """Return what the user is told when the command ends with this failure."""
        error = InputError if self.kind in _USERS_PART else TargetError
        return error(self.message, self.hint)
