"""The recommended next step, by a decision table of our own. It recommends; people decide."""

from __future__ import annotations

import tomllib
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib import resources

from groundstop.cases.severity.counting import Column, columns_of, is_reported, latest_verified
from groundstop.cases.standing import exposure_of
from groundstop.cases.state import CaseFinding, CaseState
from groundstop.cases.views import NextStep
from groundstop.documents import Part
from groundstop.documents.cases import Exposure, FixClaimed

UNKNOWN = "unknown"
"""The severity while no score counts."""


class FixState(StrEnum):
    """How a fix stands, as far as somebody other than the fixer has looked; the worst last."""

    CLASS_MITIGATED = "class_mitigated"
    TECHNIQUE_BLOCKED = "technique_blocked"
    REGRESSED_BENIGN = "regressed_benign"
    CLAIMED = "claimed, not verified"
    """Somebody claims one, and no independent verification that still holds says what is true of it."""
    INCONCLUSIVE = "inconclusive"
    NONE = "none claimed"
    RESIDUAL = "residual"


class Transfer(StrEnum):
    """Whether the recipe works on other models; the worst last."""

    NOT = "not on other models"
    """On every one that was run the rate lies clearly below that of the finding, and none violated."""
    UNKNOWN = "unknown"
    TOO = "on other models too"


class Step(Part):
    """A recommendation, and what it means."""

    name: str
    means: str


class SeverityGroup(Part):
    """Levels that are treated alike."""

    group: str
    values: tuple[str, ...]


class ExposureValues(Part):
    """The columns of every table."""

    values: tuple[Exposure, ...]


class FixGroup(Part):
    """States of a fix that are treated alike, with their table."""

    group: str
    values: tuple[FixState, ...]
    table: dict[str, tuple[str, ...]]
    """A row of steps for each group of severity, a step for each exposure."""


class TransferRule(Part):
    """The mildest step that a transfer allows."""

    value: Transfer
    least: str


class DecisionTable(Part):
    """The table: every input from the mildest to the worst, and a step for every combination."""

    name: str
    version: str
    steps: tuple[Step, ...]
    severity: tuple[SeverityGroup, ...]
    exposure: ExposureValues
    fix: tuple[FixGroup, ...]
    transfer: tuple[TransferRule, ...]

    def step(self, exposure: Exposure, level: str, fix: FixState, transfer: Transfer) -> Step:
        """Return the step for a combination.

        Args:
            exposure: How far the weakness reaches.
            level: A level of CJS, or ``unknown``.
            fix: How a fix stands.
            transfer: Whether the recipe works on other models.
        """
        severity = next(one.group for one in self.severity if level in one.values)
        table = next(one.table for one in self.fix if fix in one.values)
        least = next(one.least for one in self.transfer if one.value is transfer)
        names = [one.name for one in self.steps]
        by_table = table[severity][self.exposure.values.index(exposure)]
        return self.steps[max(names.index(by_table), names.index(least))]


@cache
def decision_table() -> DecisionTable:
    """Return the table."""
    text = (resources.files(__package__) / "next-step-2026.toml").read_text(encoding="utf-8")
    return DecisionTable.model_validate(tomllib.loads(text))


def next_step(state: CaseState, level: str, *, now: datetime | None = None) -> NextStep:
    """Return the recommended next step of a case.

    Args:
        state: The case.
        level: The highest CJS level of the scores that count, or ``unknown``.
        now: The time, by which a verification may have expired; none not to look at that.

    Returns:
        The step, with the inputs that it follows from. It is a recommendation to whoever coordinates: no
        score and no step triggers a directive.
    """
    exposure, fix, transfer = exposure_of(state), fix_state(state, now=now), transfer_of(state)
    table = decision_table()
    step = table.step(exposure, level, fix, transfer)
    return NextStep(
        step=step.name,
        why=(
            f"{step.means} It follows from: exposure {exposure}; severity {level}; fix {fix}; "
            f"transfer {transfer}. The table is our own, and recommends; people decide."
        ),
        table=f"{table.name}, version {table.version}",
    )


def fix_state(state: CaseState, *, now: datetime | None = None) -> FixState:
    """Return how the fix stands: of the finding for which it stands worst, where there are several.

    Args:
        state: The case.
        now: The time; a verification that has expired no longer counts. None not to look at that.
    """
    claimed = any(state.standing(FixClaimed))
    unverified = FixState.CLAIMED if claimed else FixState.NONE
    return _worst(*(_fix_of(state, one, now, unverified) for one in state.findings))


def _fix_of(state: CaseState, finding: CaseFinding, now: datetime | None, unverified: FixState) -> FixState:
    latest = latest_verified(state, finding.ref.content)
    if latest is None or not latest.independent:
        return unverified
    verdict = FixState(latest.verification.verdict.value)
    expires = latest.verification.expires
    expired = now is not None and expires is not None and now >= expires
    # What was residual is not better for being old.
    return _worst(verdict, FixState.CLAIMED) if expired else verdict


def _worst(*states: FixState) -> FixState:
    return max(states, key=list(FixState).index)


def transfer_of(state: CaseState) -> Transfer:
    """Return whether the recipe works on other models, as far as they were run."""
    others = [one for one in columns_of(state) if not is_reported(state, one.model)]
    rates = [one.finding.rate.lower for one in state.findings if one.finding is not None]
    if any(one.rate.violated for one in others):
        return Transfer.TOO
    if others and rates and all(_clearly_below(one, min(rates)) for one in others):
        return Transfer.NOT
    return Transfer.UNKNOWN


def _clearly_below(column: Column, rate: float) -> bool:
    return column.rate.undetermined == 0 and column.rate.upper < rate
