"""What an audit says: a list of checks, each with its outcome and what a failure would mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class CheckState(StrEnum):
    """How a check came out."""

    PASSED = "passed"
    FAILED = "failed"
    UNPROVED = "unproved"
    """Nothing is wrong, and what is at hand does not prove it either."""
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Check:
    """One check."""

    what: str
    state: CheckState
    detail: str
    means: str
    """What a failure means, or would mean."""
    member: str | None = None
    """The member or file that is concerned, where one is."""


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The checks of one bundle or log."""

    path: str
    kind: str
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing failed."""
        return all(check.state is not CheckState.FAILED for check in self.checks)

    @property
    def proved(self) -> bool:
        """Whether nothing failed, and nothing is left unproved."""
        return all(check.state is CheckState.PASSED for check in self.checks)

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain JSON types."""
        return {
            "path": self.path,
            "kind": self.kind,
            "passed": self.passed,
            "checks": [
                {
                    "what": check.what,
                    "state": check.state.value,
                    "member": check.member,
                    "detail": check.detail,
                    "means": check.means,
                }
                for check in self.checks
            ],
        }


@dataclass(frozen=True, slots=True)
class Rule:
    """A check before it was made: what is looked at, and what a failure would mean."""

    what: str
    means: str

    def passed(self, detail: str) -> Check:
        """Say that it passed."""
        return Check(self.what, CheckState.PASSED, detail, self.means)

    def failed(self, detail: str, member: str | None = None) -> Check:
        """Say that it failed, and where."""
        return Check(self.what, CheckState.FAILED, detail, self.means, member)

    def unproved(self, detail: str) -> Check:
        """Say that nothing proves it."""
        return Check(self.what, CheckState.UNPROVED, detail, self.means)

    def not_checked(self, detail: str) -> Check:
        """Say that it was not looked at, and why."""
        return Check(self.what, CheckState.NOT_CHECKED, detail, self.means)

    def judge(self, problems: Iterable[tuple[str | None, str]], good: str) -> list[Check]:
        """Return a failure for each problem (member, detail), or one check that passed."""
        found = [self.failed(detail, member) for member, detail in problems]
        return found or [self.passed(good)]
