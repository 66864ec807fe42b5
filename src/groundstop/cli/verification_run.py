"""Beginning a verification, going on with one, and telling one that still stands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.cli.verification_options import Files, Order, Parties
from groundstop.documents import Budget, FixVerdict, Verification, VerificationPlan
from groundstop.errors import InputError

if TYPE_CHECKING:
    from groundstop.assessment import Verifier
    from groundstop.cli.verification_material import Gathered
    from groundstop.evidence import Bundle, OwnKey
    from groundstop.store import RunOptions, RunRow, Workspace


def start(
    workspace: Path,
    file: Path,
    targets: list[str],
    order: Order,
    parties: Parties,
    files: Files,
    *,
    drawn: tuple[float | None, int | None],
    budget: Budget,
    as_json: bool,
) -> int:
    """Begin a verification, and carry it out unless only its plan is wanted.

    Args:
        workspace: The verifier's folder.
        file: The finding's bundle.
        targets: The model with the fix, and the one without it where there is one.
        order: What is asked.
        parties: Who asks, and whose fix it is.
        files: What is read and written besides.
        drawn: Temperature and longest answer, where the recipe does not say.
        budget: Spend cap.
        as_json: Whether to print one JSON document.

    Returns:
        The exit code.

    Raises:
        GroundstopError: Why there is no result.
    """
    from groundstop.cli.carrying import open_targets
    from groundstop.cli.case_findings import finding_and_case, warn_of_interests
    from groundstop.cli.parties import own_key
    from groundstop.cli.verification_end import finish_verification
    from groundstop.cli.verification_material import gather, rounds_spent
    from groundstop.cli.verification_plan import (
        commit,
        draw_up,
        only_commit,
        read_committed,
        read_draw,
        read_verifier,
    )
    from groundstop.cli.wiring import open_workspace, read_config

    _check_order(order, files)
    with open_workspace(workspace) as space:
        bundle, state = finding_and_case(file)
        key = own_key(workspace, parties.key)
        if state is not None:
            warn_of_interests(state, key.card.name)
        verifier = read_verifier(workspace, parties, key)
        with one_at_a_time(space, bundle):
            standing = _standing(space, bundle, targets, order, verifier)
            if standing is not None:
                return finish_verification(
                    space, standing, bundle, key, files, gathered=None, budget=None, as_json=as_json
                )
            asked = _asked(file, targets, order, key)
            if order.committed is not None:
                plan = read_committed(order.committed, key)
                gathered = gather(
                    space, bundle, key, asked, adjudicated=plan.adjudicated, except_plan=plan.content_id
                )
                _check_committed(space, bundle, order.committed, plan, gathered, targets)
            else:
                opened = open_targets(asked.targets, read_config(workspace), memoised=order.memoise)
                gathered = gather(space, bundle, key, asked, adjudicated=not order.unconfirmed)
                spent = rounds_spent(space, bundle, own_run=verifier.own_run)
                begun = replace(verifier, rounds_spent=spent, available=gathered.available)
                plan = draw_up(bundle, gathered, opened, order, begun, drawn=drawn, budget=budget)
                signed = commit(space, plan, key)
                if order.commit is not None:
                    return only_commit(order.commit, plan, signed, as_json=as_json)
            run = space.create_run(plan, asked.model_copy(update={"draw": read_draw(order.randomness)}))
            return finish_verification(
                space, run, bundle, key, files, gathered=gathered, budget=None, as_json=as_json
            )


def go_on(
    workspace: Path,
    file: Path | None,
    run_id: str,
    parties: Parties,
    files: Files,
    *,
    budget: Budget,
    as_json: bool,
) -> int:
    """Go on with a verification: after labels, after an interruption, or with a higher cap.

    Args:
        workspace: The verifier's folder.
        file: The finding's bundle; where the run found it when none.
        run_id: The run.
        parties: Whose key signs, where it is not the run's.
        files: What is read and written besides.
        budget: Spend cap in place of the plan's, where one is given.
        as_json: Whether to print one JSON document.

    Returns:
        The exit code.

    Raises:
        InputError: The run is no verification of this finding, or cannot be gone on with.
    """
    from groundstop.cli.case_findings import finding_at
    from groundstop.cli.parties import own_key
    from groundstop.cli.verification_end import finish_verification
    from groundstop.cli.wiring import open_workspace

    check_files(files)
    with open_workspace(workspace) as space:
        run = space.run(run_id)
        bundle = finding_at(file or Path(run.options.finding or ""))
        if not isinstance(run.plan, VerificationPlan) or run.plan.finding != bundle.finding.content_id:
            raise InputError(
                f"Run {run.id} is no verification of {bundle.finding.id}", "See: groundstop runs list"
            )
        key = own_key(workspace, parties.key or run.options.key)
        cap = None if budget == Budget() else budget
        with one_at_a_time(space, bundle):
            return finish_verification(
                space, run, bundle, key, files, gathered=None, budget=cap, as_json=as_json
            )


@contextmanager
def one_at_a_time(space: Workspace, bundle: Bundle) -> Iterator[None]:
    """Keep two programs from verifying one finding at once: they would ask the same variants.

    Raises:
        WorkspaceError: Another program is at it.
    """
    with space.locked(f"verification-of-{bundle.finding.id}"):
        yield


def check_files(files: Files) -> None:
    """Refuse files that could not be written or asked for in the end, before anything is asked.

    Raises:
        InputError: A file is in the way, two are one, or labels cannot be asked for.
    """
    from groundstop.cli.verification_labels import check_terminal

    if files.output is not None and files.output.exists():
        raise InputError(f"{files.output} exists already", "Remove it, or name another file with --output")
    named = [one.resolve() for one in (files.output, files.report, files.junit, files.sarif) if one]
    if len(set(named)) < len(named):
        raise InputError("One file is named for two things", "Name a file of its own for each")
    if files.confirm:
        check_terminal()


def _check_order(order: Order, files: Files) -> None:
    """Refuse what cannot go together before anything is opened."""
    check_files(files)
    if files.labels is not None:
        raise InputError(
            "A new run has no answers that could be labelled",
            "Give the labels with --run, once there are some",
        )
    if order.commit is not None and (order.randomness or order.committed):
        raise InputError(
            "A plan is committed to before its randomness is there",
            "Give --commit first, and --committed with --randomness once the randomness is published",
        )
    if order.commit is not None and order.commit.exists():
        raise InputError(f"{order.commit} exists already", "Remove it, or name another file with --commit")
    if (order.committed is None) is not (order.randomness is None):
        raise InputError(
            "Public randomness is drawn with once a plan is committed to that is older",
            "Give --commit FILE first, and later --committed FILE with --randomness SOURCE=VALUE",
        )


def _standing(
    space: Workspace, bundle: Bundle, targets: list[str], order: Order, verifier: Verifier
) -> RunRow | None:
    """Return the latest verdict on the same question about a target, as long as it does not expire soon."""
    from groundstop.cli.verification_material import runs_of

    if order.if_expiring is None:
        return None
    soon = datetime.now(UTC) + timedelta(days=order.if_expiring)
    for run in runs_of(space, bundle):
        plan, result = run.plan, run.result
        if (
            isinstance(plan, VerificationPlan)
            and isinstance(result, Verification)
            and result.verdict is not FixVerdict.INCONCLUSIVE
            and _is_asked_again(plan, targets, order, verifier)
        ):
            return run if result.expires is not None and result.expires > soon else None
    return None


def _is_asked_again(plan: VerificationPlan, targets: list[str], order: Order, verifier: Verifier) -> bool:
    """Tell whether a plan asked what an order asks, of the same models, for the same parties."""
    from groundstop.cli.verification_plan import named_strata, question_of

    question = question_of(order)
    strata = named_strata(order)
    return (
        [plan.target.name, *([plan.before.name] if plan.before else [])] == targets
        and plan.question == question.hypotheses
        and plan.scope is question.scope
        and (plan.claim.stated if plan.claim else None) == order.claim
        and (plan.benign is None or plan.benign.margin == question.margin)
        and (not strata or sorted(set(strata)) == [one.name for one in plan.strata])
        and (plan.own_run, plan.fixer) == (verifier.own_run, verifier.fixer)
    )


def _check_committed(
    space: Workspace,
    bundle: Bundle,
    path: Path,
    plan: VerificationPlan,
    gathered: Gathered,
    targets: list[str],
) -> None:
    """Check that a committed plan can be carried out, and that nothing it commits to has changed.

    Raises:
        InputError: It cannot be carried out, or is carried out already.
    """
    from groundstop.assessment import check_same_material
    from groundstop.cli.verification_material import rounds_spent, runs_of
    from groundstop.cli.verification_plan import check_committed

    for run in runs_of(space, bundle):
        if run.plan.content_id == plan.content_id:
            raise InputError(
                f"Run {run.id} carries out the plan in {path} already", f"Go on with it: --run {run.id}"
            )
    spent = rounds_spent(space, bundle, own_run=plan.own_run, except_plan=plan.content_id)
    check_committed(path, plan, bundle, targets, next_round=spent + 1)
    check_same_material(plan, gathered.material)


def _asked(file: Path, targets: list[str], order: Order, key: OwnKey) -> RunOptions:
    """Return how the user named things, so that the run finds them again from wherever it is gone on with."""
    from groundstop.store import RunOptions

    return RunOptions(
        targets=tuple(targets),
        suite=order.suite or "",
        finding=str(file.resolve()),
        key=key.card.name,
        judge=str(order.judge.resolve()) if order.judge else None,
        pools=tuple(str(pool.resolve()) for pool in order.pools),
        benign=str(order.benign_file.resolve()) if order.benign_file else None,
    )
