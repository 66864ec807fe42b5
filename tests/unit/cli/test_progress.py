"""What a run's progress says in one line."""

from __future__ import annotations

from groundstop.cli.progress import RunProgress
from groundstop.documents import Verdict
from tests.samples import a_trial


def progress_after(*verdicts: Verdict, expected: int = 63) -> RunProgress:
    """Return the progress of a class after some verdicts, a second each."""
    seconds = iter(float(second) for second in range(1000))
    progress = RunProgress(lambda: next(seconds))
    progress.phase("deciding", expected_calls=expected)
    for index, verdict in enumerate(verdicts):
        progress.trial(a_trial(index=index, verdict=verdict))
    return progress


def test_what_matters_stands_within_the_width_of_a_terminal() -> None:
    line = progress_after(*[Verdict.HELD] * 20).line()
    assert line.startswith("deciding 20/63 · ")
    assert "left" in line[:80]
    assert "keep-secret/list 0/20, at most" in line[:80]


def test_a_trial_without_a_verdict_is_not_told_as_a_violation() -> None:
    line = progress_after(Verdict.UNDETERMINED, Verdict.HELD).line()
    assert "keep-secret/list 0/2, 1 unclear, at most" in line


def test_a_class_that_ends_early_shortens_what_is_expected() -> None:
    progress = progress_after(Verdict.VIOLATED, Verdict.VIOLATED, expected=126)
    progress.expect(2 - 63)
    assert progress.line().startswith("deciding 2/65 · ")
