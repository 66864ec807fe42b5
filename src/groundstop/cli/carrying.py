"""Carrying out a run for a command, a new one or the rest of an old one."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.cli.progress import shown
from groundstop.cli.wiring import ledger_of, open_ledger, open_suite, opened, read_config, run_until_done
from groundstop.documents import Budget, ComparisonPlan, Import, Plan, VerificationPlan
from groundstop.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console

    from groundstop.assessment import Surroundings
    from groundstop.cli.verification_material import Gathered
    from groundstop.store import RunResult, RunRow, SqliteLedger, Workspace
    from groundstop.targets import Config, Target


@dataclass(frozen=True, slots=True)
class Work:
    """What a run needs besides its targets."""

    ledger: SqliteLedger
    procedure: Callable[[list[Target], Surroundings], Awaitable[RunResult]]
    labels_folder: Path | None
    budget: Budget
    memoised: bool = False


def open_targets(names: tuple[str, ...], config: Config, *, memoised: bool = False) -> list[Target]:
    """Open targets by the names that a user gave."""
    from groundstop.targets import open_target

    return [open_target(name, config=config, environ=os.environ, memoised=memoised) for name in names]


def carry_out(
    workspace: Workspace,
    run: RunRow,
    console: Console,
    *,
    budget: Budget | None = None,
    gathered: Gathered | None = None,
) -> RunResult:
    """Carry out a run, save its result, and return it.

    Args:
        workspace: Where the run is.
        run: The run.
        console: For progress, on standard error.
        budget: Spend cap in place of the plan's, if any.
        gathered: What a verification asks, if it is at hand already.

    Returns:
        The result, which is on record.

    Raises:
        GroundstopError: Why there is no result. What was recorded stays.
    """
    from groundstop.assessment import Halt, Surroundings

    config = read_config(workspace.folder)
    work = _work(workspace, run, gathered)
    targets = open_targets(run.options.targets, config, memoised=work.memoised)
    judges: list[Target] = []

    def open_judge(name: str) -> Target:
        judges.extend(open_targets((name,), config))
        return judges[-1]

    halt = Halt()
    with workspace.locked(run.id), shown(console) as progress:
        around = Surroundings(
            run=run.id,
            ledger=work.ledger,
            progress=progress,
            halt=halt,
            open_judge=open_judge,
            labels_folder=work.labels_folder,
            budget=budget or work.budget,
        )

        async def carried() -> RunResult:
            async with opened(targets), opened(judges):
                return await work.procedure(targets, around)

        result = run_until_done(carried(), halt, run=run.id)
        workspace.save_result(run.id, result, at=around.clock())
    return result


def _work(workspace: Workspace, run: RunRow, gathered: Gathered | None) -> Work:
    from groundstop.assessment import assess, compare

    plan = run.plan
    if isinstance(plan, Import):
        raise InputError(
            f"Run {run.id} is an import, which makes no calls", "Seal it with: groundstop finding seal"
        )
    if isinstance(plan, VerificationPlan):
        return _verification_work(workspace, run, plan, gathered)
    if not isinstance(plan, Plan | ComparisonPlan):
        from groundstop.cli.rerunning import rerun_procedure

        return Work(
            ledger=ledger_of(workspace, run),
            procedure=rerun_procedure(workspace, run, plan),
            labels_folder=workspace.folder,
            budget=plan.budget,
        )
    suite = open_suite(run.options.suite, workspace)

    async def procedure(targets: list[Target], around: Surroundings) -> RunResult:
        if isinstance(plan, Plan):
            return await assess(plan, suite, targets[0], around)
        return await compare(plan, suite, targets, around)

    return Work(
        ledger=open_ledger(workspace, run.id, suite),
        procedure=procedure,
        labels_folder=suite.folder,
        budget=plan.budget,
        memoised=isinstance(plan, ComparisonPlan) and plan.memoised,
    )


def _verification_work(
    workspace: Workspace, run: RunRow, plan: VerificationPlan, gathered: Gathered | None
) -> Work:
    from groundstop.assessment import verify
    from groundstop.cli.verification_labels import labels_folder

    if gathered is None:
        raise InputError(f"Run {run.id} is a verification", f"Go on with: groundstop runs resume {run.id}")
    material = gathered.material
    draw = run.options.draw
    if draw is None:
        raise InputError(f"Run {run.id} has no randomness to draw with", "Begin a new verification")

    async def procedure(targets: list[Target], around: Surroundings) -> RunResult:
        before = targets[1] if len(targets) > 1 else None
        return await verify(plan, draw, material, targets[0], before, around)

    return Work(
        ledger=ledger_of(workspace, run),
        procedure=procedure,
        labels_folder=labels_folder(workspace, run.id),
        budget=plan.budget,
        memoised=plan.memoised,
    )
