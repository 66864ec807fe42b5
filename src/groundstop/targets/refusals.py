"""What a reply that is no success says, in our own words.

Bodies are never quoted: a provider may send our prompt, or our key, back in them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from groundstop.targets.failures import CallFailure, FailureKind

_SHORT = 60
_GUARD_STATUS, _GUARD_REASON = 403, "request_blocked"
_NO_CREDIT = frozenset({"insufficient_quota", "billing_error", "billing_hard_limit_reached"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is known of a reply that is no success."""

    status: int
    code: str
    """The target's own short code, such as ``model_not_found``; empty without one."""
    parameter: str
    """The parameter that it objects to; empty without one."""
    about_model: bool
    """Whether its text speaks of a model: there is no common code for an unknown one."""
    retry_after_s: float | None
    by_guard: bool = False
    """Whether a guard of a Groundstop gateway says that it blocked the request."""

    @classmethod
    def read(cls, status: int, headers: Mapping[str, str], content: bytes) -> Refusal:
        """Read a reply that is no success; its body may be anything."""
        error = _error(content)
        return cls(
            status,
            code=_identifier(error.get("code")) or _identifier(error.get("type")),
            parameter=_identifier(error.get("param")),
            about_model=any(
                isinstance(text, str) and "model" in text.lower()
                for text in (error.get("message"), error.get("code"))
            ),
            retry_after_s=retry_after(headers.get("Retry-After")),
            by_guard=status == _GUARD_STATUS and _says_guard(error),
        )

    def failure(
        self, name: str, *, url: str, key_was_sent: bool, may_be_told: Callable[[str], bool]
    ) -> CallFailure:
        """Say what went wrong.

        Args:
            name: How the user called the target.
            url: Where the request went.
            key_was_sent: Whether the request had a key.
            may_be_told: Tells whether a word of the reply repeats nothing that is secret.

        Returns:
            The failure of the call.
        """
        kind, what, hint = self._sorted(url, key_was_sent=key_was_sent)
        told = [word for word in (self.code, self.parameter) if word and may_be_told(word)]
        said = ", ".join([f"HTTP {self.status}", *told])
        return CallFailure(
            kind,
            f"{name} {what} ({said})",
            hint,
            retry_after_s=self.retry_after_s,
            code=self.code,
            parameter=self.parameter,
        )

    def _sorted(self, url: str, *, key_was_sent: bool) -> tuple[FailureKind, str, str]:
        """Return the kind of the failure, what the target did, and what to do about it."""
        if 300 <= self.status < 400:
            hint = "Give the address that it redirects to; none is followed, so that the key stays at home"
            return FailureKind.WRONG_ADDRESS, "redirects to another address", hint
        if self.by_guard:
            hint = "Ask something else: the others are served"
            return FailureKind.GUARD_BLOCKED, "blocked the request by a guard", hint
        if self.status == 402 or self.code in _NO_CREDIT:
            return FailureKind.KEY_REFUSED, "says that the key's account has no credit", "Check the account"
        if self.status in (401, 403) and not key_was_sent:
            hint = "Name the environment variable that holds it with key_env in groundstop.toml"
            return FailureKind.KEY_REFUSED, "wants a key, and none was sent", hint
        if self.status in (401, 403):
            return FailureKind.KEY_REFUSED, "refused the key", "Check the key in the environment"
        if self.code == "model_not_found" or (self.status == 404 and self.about_model):
            return FailureKind.MODEL_NOT_FOUND, "does not know the model", "Check the model's name"
        if self.status in (404, 405):
            hint = "Check the path of its address, and the model's name"
            return FailureKind.WRONG_ADDRESS, f"has nothing at {url}", hint
        if self.status == 429:
            hint = "Lower limits.concurrency or set limits.calls_per_minute in groundstop.toml"
            return FailureKind.RATE_LIMITED, "asked to slow down", hint
        if self.status >= 500 or self.status == 408:
            return FailureKind.SERVER_ERROR, "failed", "Try again later"
        hint = "Check what it supports: the model, the temperature, max_tokens and seed"
        return FailureKind.REQUEST_REFUSED, "refused the request", hint


def retry_after(value: str | None) -> float | None:
    """Return the seconds that a Retry-After header asks for; none when it says nothing usable.

    Source: RFC 9110, section 10.2.3 (delay in seconds, or an HTTP date).
    """
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None


def _error(content: bytes) -> Mapping[str, object]:
    """Return the object that describes the error; some servers nest it, some do not."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    error = value.get("error", value) if isinstance(value, dict) else None
    if isinstance(error, str):
        return {"message": error}
    return error if isinstance(error, dict) else {}


def _says_guard(error: Mapping[str, object]) -> bool:
    """Tell whether an error is a gateway's word on a guard; a bare 403 is none, whatever else its reason."""
    told = error.get("groundstop")
    return isinstance(told, dict) and told.get("reason") == _GUARD_REASON


def _identifier(value: object) -> str:
    """Return a short identifier in lower case; longer texts are left out, as they may repeat the request."""
    if not isinstance(value, str) or len(value) > _SHORT or not value.isascii():
        return ""
    return value.lower() if value.replace("_", "").replace("-", "").isalnum() else ""
