"""Runs of every kind come back as what they were."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from groundstop.documents import Minimization, Trial, Verdict
from groundstop.errors import WorkspaceError
from groundstop.evidence import WorkspaceIdentity
from groundstop.store import RunKind, RunOptions, RunPlan, RunResult, Workspace
from groundstop.targets.scripted import Script, ScriptedTarget
from tests.imported import an_import, imported_trials
from tests.reproducing import (
    a_conversation,
    a_minimization_plan,
    a_recipe,
    a_reproduction,
    a_reproduction_plan,
    minimized,
)
from tests.samples import NOON, a_plan, a_trial, an_assessment

OPTIONS = RunOptions(targets=("scripted:held",), suite="canary")
RERUN = RunOptions(targets=("scripted:held",), finding="f.gsb", key="birch-lab", judge="judge.json")
LONG = a_conversation("system: Be kind", "user: Tell me")


def a_minimization() -> Minimization:
    target = ScriptedTarget(Script())
    plan = a_minimization_plan(LONG, target)
    done = minimized(target, LONG)
    return Minimization(
        created=NOON,
        finding=plan.finding,
        finding_id=plan.finding_id,
        by="birch-lab",
        model=done.model,
        hypotheses=done.hypotheses,
        steps=done.steps,
        spend=done.spend,
        part=None,
    )


RERUN_PLAN = a_reproduction_plan(a_recipe(), ScriptedTarget(Script()))


@pytest.mark.parametrize(
    ("kind", "plan", "result"),
    [
        (RunKind.ASSESS, a_plan(), an_assessment()),
        (RunKind.REPRODUCE, RERUN_PLAN, a_reproduction()),
        (RunKind.MINIMIZE, a_minimization_plan(LONG, ScriptedTarget(Script())), a_minimization()),
    ],
)
def test_a_run_comes_back_with_its_plan_options_and_latest_result(
    tmp_path: Path, kind: RunKind, plan: RunPlan, result: RunResult
) -> None:
    workspace = Workspace(tmp_path)
    made = workspace.create_run(plan, RERUN, kind=kind)
    assert workspace.run("last") == made
    assert (made.kind, made.plan, made.options, made.result) == (kind, plan, RERUN, None)
    workspace.save_result(made.id, result, at=datetime(2026, 7, 2, tzinfo=UTC))
    assert workspace.run(made.id).result == result


def test_a_plan_of_a_reproduction_is_for_one_unless_something_else_is_said(tmp_path: Path) -> None:
    assert Workspace(tmp_path).create_run(RERUN_PLAN, RERUN).kind is RunKind.REPRODUCE


def test_options_of_before_are_still_read(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    run = workspace.create_run(a_plan(), OPTIONS)
    with sqlite3.connect(workspace.path) as other:
        other.execute("DROP TRIGGER runs_no_update")
        other.execute("UPDATE runs SET options = ?", (b'{"targets": ["scripted:held"], "suite": "canary"}',))
    other.close()
    assert workspace.run(run.id).options == OPTIONS


def test_a_run_of_a_kind_from_the_future_is_said(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.create_run(a_plan(), OPTIONS)
    with sqlite3.connect(workspace.path) as other:
        other.execute("DROP TRIGGER runs_no_update")
        other.execute("UPDATE runs SET kind = 'verify-fix'")
    other.close()
    with pytest.raises(WorkspaceError, match="of the kind 'verify-fix'") as caught:
        workspace.run("last")
    assert "release of groundstop" in caught.value.hint


def test_an_import_is_kept_with_its_trials_and_makes_no_call(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    run = workspace.record_import(an_import(5), imported_trials(5), OPTIONS)
    assert workspace.run("last") == run
    assert (run.kind, run.plan, run.result) == (RunKind.IMPORT, an_import(5), None)
    ledger = workspace.ledger(run.id)
    assert list(ledger.transcripts()) == list(imported_trials(5))
    assert list(ledger.records()) == [trial for trial, _, _ in imported_trials(5)]
    assert list(ledger.trials()) == [], "none of them is a trial of this program's own"
    assert ledger.totals().calls == 0


def test_what_was_said_in_an_import_is_sealed_when_asked_for(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    identity = WorkspaceIdentity.load_or_create(workspace.data / "identity.txt")
    run = workspace.record_import(an_import(3), imported_trials(3), OPTIONS, identity.seal)
    ledger = workspace.ledger(run.id, seal=identity.seal, unseal=identity.unseal)
    assert list(ledger.transcripts()) == list(imported_trials(3))
    workspace.close()
    assert b"peculiar" not in b"".join(path.read_bytes() for path in workspace.data.iterdir())


def test_transcripts_are_the_latest_of_each_trial_in_the_order_of_recording(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    run, other = (workspace.create_run(a_plan(seed=seed), OPTIONS) for seed in (1, 2))
    ledger = workspace.ledger(run.id)
    first, second = a_trial(index=0, verdict=Verdict.UNDETERMINED), a_trial(index=1)
    again = a_trial(index=0, verdict=Verdict.VIOLATED)
    for trial, answer in ((first, None), (second, "no \ud83d"), (again, "yes")):
        ledger.record(trial, asked="[]", answered=answer)
    workspace.ledger(other.id).record(a_trial(index=7), asked="[]", answered="other")
    said = list(ledger.transcripts())
    assert said == [(second, "[]", "no \ud83d"), (again, "[]", "yes")]
    assert all(isinstance(trial, Trial) for trial, _, _ in said)


def test_transcripts_are_read_as_they_are_asked_for(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    run = workspace.record_import(an_import(2000), imported_trials(2000), OPTIONS)
    opened = 0

    def unseal(data: bytes) -> bytes:
        nonlocal opened
        opened += 1
        return data

    next(workspace.ledger(run.id, seal=lambda data: data, unseal=unseal).transcripts())
    assert opened == 2
