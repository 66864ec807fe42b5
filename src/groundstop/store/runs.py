"""Runs: a plan, fixed before the first call, and the results made from its trials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from groundstop.documents import (
    Assessment,
    Comparison,
    ComparisonPlan,
    Draw,
    Import,
    Minimization,
    Part,
    Plan,
    Reproduction,
    ReproductionPlan,
    Verification,
    VerificationPlan,
)

RunPlan = Plan | ComparisonPlan | ReproductionPlan | VerificationPlan | Import
RunResult = Assessment | Comparison | Reproduction | Minimization | Verification


class RunKind(StrEnum):
    """What a run does."""

    ASSESS = "assess"
    COMPARE = "compare"
    REPRODUCE = "reproduce"
    MINIMIZE = "minimize"
    VERIFY = "verify"
    IMPORT = "import"
    """It makes no calls: its trials were made by another tool, and its plan is the account of them."""


@dataclass(frozen=True, slots=True)
class RunForm:
    """The kinds of document that a run has."""

    plan: type[RunPlan]
    result: type[RunResult] | None
    """None when such a run has no result of its own."""


FORMS: Mapping[RunKind, RunForm] = MappingProxyType(
    {
        RunKind.ASSESS: RunForm(Plan, Assessment),
        RunKind.COMPARE: RunForm(ComparisonPlan, Comparison),
        RunKind.REPRODUCE: RunForm(ReproductionPlan, Reproduction),
        RunKind.MINIMIZE: RunForm(ReproductionPlan, Minimization),
        RunKind.VERIFY: RunForm(VerificationPlan, Verification),
        RunKind.IMPORT: RunForm(Import, None),
    }
)


def kind_of(plan: RunPlan) -> RunKind:
    """Return what a plan is for; a reproduction where its form allows for more than one."""
    return next(kind for kind, form in FORMS.items() if isinstance(plan, form.plan))


class RunOptions(Part):
    """How the user named things, so that a resumed run finds them again."""

    targets: tuple[str, ...]
    suite: str = ""
    """Empty for a run without one."""
    finding: str | None = None
    """The bundle of the finding that is rerun."""
    key: str | None = None
    """The name of the key that opens it."""
    judge: str | None = None
    """The file of a judge that was brought."""
    pools: tuple[str, ...] = ()
    """Files of held-out variants that were brought."""
    benign: str | None = None
    """The file of ordinary requests that was brought."""
    draw: Draw | None = None
    """The randomness that came after the plan of a verification."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as it stands in the workspace."""

    id: str
    kind: RunKind
    created: datetime
    plan: RunPlan
    options: RunOptions
    result: RunResult | None
    """The latest result; none while the run has none."""
