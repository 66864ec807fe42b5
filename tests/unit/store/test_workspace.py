from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from groundstop.assessment.ports import CallTotals, TrialKey
from groundstop.documents import Usage, Verdict
from groundstop.errors import InputError, WorkspaceError
from groundstop.evidence import WorkspaceIdentity
from groundstop.store import RunOptions, Workspace
from tests.samples import a_plan, a_trial

OPTIONS = RunOptions(targets=("scripted:held",), suite="canary")


def test_a_run_is_found_by_its_id_by_its_beginning_and_as_the_last(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    made = workspace.create_run(a_plan(), OPTIONS)
    assert [workspace.run(name) for name in (made.id, made.id[:10], "last")] == [made, made, made]
    assert workspace.runs() == [made]


def test_a_run_that_is_not_there_is_named_in_the_sentence(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    for name in ("last", "2026", "", "%"):
        with pytest.raises(InputError, match="There is no run"):
            workspace.run(name)


def test_an_ambiguous_beginning_is_refused(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.create_run(a_plan(seed=1), OPTIONS)
    workspace.create_run(a_plan(seed=2), OPTIONS)
    with pytest.raises(InputError, match="several runs"):
        workspace.run("2026")


def test_trials_come_back_as_recorded_and_a_later_record_supersedes(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    run = workspace.create_run(a_plan(), OPTIONS)
    ledger = workspace.ledger(run.id)
    first = a_trial(index=0, verdict=Verdict.UNDETERMINED)
    second = a_trial(index=1)
    again = a_trial(index=0, verdict=Verdict.VIOLATED)
    for trial, answer in ((first, None), (second, "no"), (again, "yes")):
        ledger.record(trial, asked="[]", answered=answer)
    assert list(ledger.trials()) == [second, again]
    assert ledger.answer(TrialKey.of(again)) == "yes"
    assert ledger.answer(TrialKey.of(a_trial(index=2))) is None


def test_runs_do_not_see_each_other(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    one, two = (workspace.create_run(a_plan(seed=seed), OPTIONS) for seed in (1, 2))
    workspace.ledger(one.id).record(a_trial(), asked="[]", answered="no")
    workspace.ledger(one.id).call_started(Usage())
    assert list(workspace.ledger(two.id).trials()) == []
    assert workspace.ledger(two.id).totals() == CallTotals(0, 0, 0, 0, 0)


def test_a_call_without_an_end_is_counted_as_interrupted(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    ledger = workspace.ledger(workspace.create_run(a_plan(), OPTIONS).id)
    most = Usage(prompt_tokens=100, completion_tokens=36)
    first, second, _third = (ledger.call_started(most) for _ in range(3))
    ledger.call_ended(first, Usage(prompt_tokens=10, completion_tokens=5))
    ledger.call_ended(second, None)
    assert ledger.totals() == CallTotals(
        calls=3,
        interrupted=1,
        unmetered=1,
        prompt_tokens=10,
        completion_tokens=5,
        prompt_at_most=200,
        completion_at_most=72,
    )


def test_a_workspace_of_format_1_is_brought_up_to_date_and_keeps_its_calls(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    run = workspace.create_run(a_plan(), OPTIONS).id
    workspace.ledger(run).call_started(Usage())
    for column in ("prompt_at_most", "completion_at_most"):
        workspace._connection.execute(f"ALTER TABLE calls DROP COLUMN {column}")
    workspace._connection.execute("PRAGMA user_version = 1")
    workspace.close()
    again = Workspace(tmp_path).ledger(run)
    again.call_started(Usage(prompt_tokens=7, completion_tokens=3))
    assert (again.totals().calls, again.totals().prompt_at_most) == (2, 7)


def test_what_was_said_in_a_sealed_suite_is_not_readable_on_disk(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    identity = WorkspaceIdentity.load_or_create(workspace.data / "identity.txt")
    ledger = workspace.ledger(
        workspace.create_run(a_plan(), OPTIONS).id, seal=identity.seal, unseal=identity.unseal
    )
    trial = a_trial()
    ledger.record(trial, asked="a very particular request", answered="a very particular answer")
    assert ledger.conversation(TrialKey.of(trial)) == (
        "a very particular request",
        "a very particular answer",
    )
    workspace.close()
    on_disk = b"".join(path.read_bytes() for path in workspace.data.iterdir())
    assert b"very particular" not in on_disk


def test_an_answer_that_is_not_valid_unicode_is_kept(tmp_path: Path) -> None:
    ledger = (workspace := Workspace(tmp_path)).ledger(workspace.create_run(a_plan(), OPTIONS).id)
    ledger.record(a_trial(), asked="[]", answered="half a pair: \ud83d")
    assert ledger.answer(TrialKey.of(a_trial())) == "half a pair: \ud83d"


def test_records_cannot_be_changed_or_removed_even_by_hand(tmp_path: Path) -> None:
    import sqlite3

    workspace = Workspace(tmp_path)
    run = workspace.create_run(a_plan(), OPTIONS)
    workspace.ledger(run.id).record(a_trial(), asked="[]", answered="no")
    other = sqlite3.connect(workspace.path)
    for statement in ("UPDATE trials SET run = 'x'", "DELETE FROM trials", "DELETE FROM runs"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            other.execute(statement)
    other.close()


def test_two_programs_never_carry_out_the_same_run(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with (
        workspace.locked("r"),
        pytest.raises(WorkspaceError, match="by another program"),
        workspace.locked("r"),
    ):
        pass
    with workspace.locked("r"):
        pass


def test_the_folder_of_records_is_private_to_its_owner(tmp_path: Path) -> None:
    assert stat.S_IMODE(Workspace(tmp_path).data.stat().st_mode) == 0o700


def test_the_latest_result_is_the_one_shown(tmp_path: Path) -> None:
    from tests.samples import an_assessment

    workspace = Workspace(tmp_path)
    run = workspace.create_run(a_plan(), OPTIONS)
    older, newer = an_assessment(run=run.id, reason="older"), an_assessment(run=run.id, reason="newer")
    for result in (older, newer):
        workspace.save_result(run.id, result, at=datetime(2026, 7, 2, tzinfo=UTC))
    assert workspace.run(run.id).result == newer
