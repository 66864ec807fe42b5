from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from groundstop.assessment import Wish, assess
from groundstop.assessment.rates import rate_of
from groundstop.documents import (
    Decision,
    Finding,
    HypothesesRecord,
    PartName,
    Phase,
    Trial,
    Verdict,
    canonical_bytes,
)
from groundstop.evidence import Bundle, open_part
from groundstop.evidence.audit import CheckState, check_opened
from groundstop.evidence.commitments import commit_lines, lines_of
from groundstop.evidence.findings import Draft, Transcript
from groundstop.targets.scripted import Script
from tests.assessing import ONE_CLASS, plan_for_script, surroundings
from tests.evidence_samples import (
    Run,
    SayingLedger,
    a_bundle,
    a_draft,
    a_run,
    alder,
    edited,
    sealed,
)
from tests.virtual_time import run_in_virtual_time

Json = dict[str, Any]


def contents(bundle: Bundle) -> dict[PartName, bytes]:
    return {
        part.name: open_part(bundle, part.name, alder().identity).content for part in bundle.finding.parts
    }


def said_of(finding: Finding, opened: dict[PartName, bytes]) -> list[str]:
    return [check.detail for check in check_opened(finding, opened) if check.state is CheckState.FAILED]


def claiming(change: Callable[[Json], None]) -> list[str]:
    """Return what is found when the open part claims something else than the sealed parts hold."""
    return said_of(edited(a_bundle().finding, change), contents(a_bundle()))


def recounting(transcripts: tuple[Transcript, ...], draft: Draft | None = None) -> list[str]:
    """Return what is found when other trials were sealed than those that the open part was made from."""
    bundle = sealed(resealed_trials(draft or a_draft(), transcripts))
    return said_of(bundle.finding, contents(bundle))


def resealed_trials(draft: Draft, transcripts: tuple[Transcript, ...]) -> Draft:
    from groundstop.evidence import new_salt
    from groundstop.evidence.findings.draft import trials_part

    others = [part for part in draft.parts if part.name is not PartName.TRIALS]
    return replace(draft, parts=(*others, trials_part(transcripts, new_salt)))


def with_trial(place: int, **changes: Any) -> tuple[Transcript, ...]:
    """Return the run's transcripts with one trial told otherwise."""
    said = list(a_run().transcripts)
    said[place] = replace(said[place], trial=said[place].trial.model_copy(update=changes))
    return tuple(said)


def test_what_was_sealed_is_what_is_told_openly() -> None:
    checks = check_opened(a_bundle().finding, contents(a_bundle()))
    assert [check.state for check in checks] == [CheckState.PASSED] * 3


def test_a_part_that_is_not_opened_is_not_checked() -> None:
    only = {PartName.RECIPE: contents(a_bundle())[PartName.RECIPE]}
    states = {check.detail: check.state for check in check_opened(a_bundle().finding, only)}
    assert states["plan is not sealed to this key"] is CheckState.NOT_CHECKED
    assert states["recipe is as told openly"] is CheckState.PASSED


def set_to(path: str, value: Any) -> Callable[[Json], None]:
    def change(document: Json) -> None:
        *steps, last = path.split(".")
        place: Any = document
        for step in steps:
            place = place[int(step)] if step.isdigit() else place[step]
        place[last] = value

    return change


def rate_after(n: int) -> dict[str, Any]:
    """Return the rate over the first n trials of the run."""
    return rate_of(one.trial for one in a_run().transcripts[:n] if isinstance(one.trial, Trial)).to_json()


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("effort.trials", 9, "it has 8 trials, and the finding tells of 9"),
        ("effort.screened", 2, "0 of them are screening, and the finding tells of 2"),
        ("effort.classes_tried", 3, "1 classes were tried, and the finding tells of 3"),
        ("request_ids", 1, "0 of them have a request id, and the finding tells of 1"),
        ("rate.violated", 3, "counted again, 2 of 5 trials violated"),
        ("rate", rate_after(6), "decided again, it is violated after 5 trials"),
        ("rate.n", 9, f"counted again, {rate_after(8)['violated']} of 8 trials violated"),
        ("decision.boundaries.cap", 199, "These boundaries are no sequential plan"),
        ("rate.undetermined", 1, "0 are undetermined, and the finding tells of 2 of 5 and of 1"),
        ("decision.path", [[0, 0], [1, 1], [3, 2], [5, 2]], "path of its decision is not that of its trials"),
        ("decision.decision", "held", "decided again, it is violated after 5 trials"),
        ("decision.boundaries.cap", 199, "decided by another test than the planned one"),
        ("decision.hypotheses.beta", 0.04, "decided by another test than the planned one"),
        ("plan", "sha256:" + "0" * 64, "it is another plan than the finding's"),
        ("plan", "sha256:" + "0" * 64, "a trial was made under another plan"),
        ("requirement.statement", "Something else.", "it breaks another requirement"),
        ("estimand", "attempts", "its rate is a rate of something else"),
        ("environment.sampling.temperature", 1.5, "for answers drawn otherwise"),
        ("model.identity.name", "another", "it plans for another model"),
        ("decision", None, "it plans a test, and the finding has no decision"),
        ("parts.0.size", 1, "its size is not the one told openly"),
        ("parts.2.lines.count", 7, "its lines are not those that were committed to"),
        ("parts.2.lines.root", "0" * 64, "its lines are not those that were committed to"),
        ("parts.2.lines", None, "its lines are not those that were committed to"),
    ],
)
def test_an_open_part_that_tells_something_else_is_found_out(path: str, value: Any, said: str) -> None:
    found = claiming(set_to(path, value))
    assert any(said in detail for detail in found), found


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"verdict": Verdict.VIOLATED}, "counted again"),
        ({"verdict": Verdict.UNDETERMINED}, "counted again"),
        ({"phase": Phase.SCREEN}, "1 of them are screening"),
        ({"plan": "sha256:" + "1" * 64}, "under another plan"),
        ({"behavior": "another"}, "a trial is of another behavior"),
        ({"technique": "another"}, "a trial is of another behavior or another technique"),
        ({"answer_sha256": "0" * 64}, "is not what the trial has the digests of"),
        ({"answer_sha256": None}, "is not what the trial has the digests of"),
        ({"request_sha256": "0" * 64}, "is not what the trial has the digests of"),
        ({"request_sha256": "0" * 64}, "a trial asked something that is not in it"),
        ({"request_id": "r-1"}, "1 of them have a request id"),
    ],
)
def test_a_trial_that_was_told_otherwise_is_found_out(changes: Json, said: str) -> None:
    held = next(
        place
        for place, one in enumerate(a_run().transcripts)
        if isinstance(one.trial, Trial) and one.trial.verdict is Verdict.HELD and one.trial.index < 5
    )
    found = recounting(with_trial(held, **changes))
    assert any(said in detail for detail in found), found


def test_a_trial_left_out_or_counted_twice_is_found_out() -> None:
    said = a_run().transcripts
    assert "it has 7 trials, and the finding tells of 8" in recounting(said[1:])
    assert "a trial stands in it twice" in recounting((*said[1:], said[1]))
    assert "it has 0 trials, and the finding tells of 8" in recounting(())


def test_trials_in_another_order_are_counted_in_their_own() -> None:
    assert recounting(tuple(reversed(a_run().transcripts))) == []


def test_a_wording_that_was_never_sealed_is_found_out() -> None:
    said = a_run().transcripts[0]
    asked = canonical_bytes([{"role": "user", "content": "Something that is in no recipe"}]).decode()
    digest = hashlib.sha256(asked.encode()).hexdigest()
    other = Transcript(said.trial.model_copy(update={"request_sha256": digest}), asked, said.answered)
    assert recounting((other, *a_run().transcripts[1:])) == ["a trial asked something that is not in it"]


@pytest.mark.parametrize(
    "line",
    [b"{}", b"[]", b"5", b'{"value":5}', b'{"value":{"trial":{}}}', b"\xff", b'{"a":1,"a":2}', b"", b"{"],
    ids=range(9),
)
def test_lines_that_hold_no_trial_are_said_to_hold_none(line: bytes) -> None:
    content = line + b"\n" + contents(a_bundle())[PartName.TRIALS]

    def told(value: Json) -> None:
        value["parts"][2] |= {"size": len(content), "lines": commit_lines(content).to_json()}

    finding = edited(a_bundle().finding, told)
    found = said_of(finding, {**contents(a_bundle()), PartName.TRIALS: content})
    assert "A line of the trials" in found[0]


@pytest.mark.parametrize(
    ("part", "content"),
    [
        (PartName.RECIPE, b"{}"),
        (PartName.RECIPE, b"\xff"),
        (PartName.RECIPE, b'{"kind":"sealed-recipe","version":2}'),
        (PartName.PLAN, b"{}"),
        (PartName.PLAN, b"[]"),
        (PartName.PLAN, b'{"kind":"plan","version":1}'),
        (PartName.PLAN, b'{"kind":"comparison-plan","version":1}'),
    ],
)
def test_a_part_that_cannot_be_read_is_found_out(part: PartName, content: bytes) -> None:
    found = said_of(a_bundle().finding, {**contents(a_bundle()), part: content})
    assert len(found) >= 2
    assert "its size is not the one told openly" in found


def test_an_answer_that_is_no_text_is_sealed_and_counted_again() -> None:
    broken = "half a pair: \ud800"
    place = next(place for place, one in enumerate(a_run().transcripts) if one.answered is not None)
    digest = hashlib.sha256(broken.encode("utf-8", "surrogatepass")).hexdigest()
    said = list(with_trial(place, answer_sha256=digest))
    said[place] = replace(said[place], answered=broken)
    bundle = sealed(resealed_trials(a_draft(), tuple(said)))
    opened = contents(bundle)
    assert said_of(bundle.finding, opened) == []
    value = json.loads([*lines_of(opened[PartName.TRIALS])][place])["value"]
    assert base64.b64decode(value["answered"]["base64"]).decode("utf-8", "surrogatepass") == broken


def test_a_decision_with_undetermined_trials_is_decided_again_in_full() -> None:
    plan, target, suite = plan_for_script(Script(rate=0.3, empty_rate=0.3), ONE_CLASS)
    ledger = SayingLedger()
    result = run_in_virtual_time(assess(plan, suite, target, surroundings(ledger)))
    draft = a_draft(Run(plan, result, suite, tuple(ledger.said)))
    assert draft.rate.undetermined > 0
    bundle = sealed(draft)
    assert said_of(bundle.finding, contents(bundle)) == []
    moved = edited(bundle.finding, set_to("rate.undetermined", 0))
    assert any("are undetermined" in detail for detail in said_of(moved, contents(bundle)))


def test_a_draft_dated_and_drawn_as_planned_has_the_plans_test() -> None:
    question = a_run().plan.classes[0].hypotheses
    assert isinstance(question, HypothesesRecord)
    decision = a_bundle().finding.decision
    assert decision is not None
    assert decision.hypotheses == question
    assert a_bundle().finding.created > a_run().plan.created + timedelta(minutes=1)


@pytest.mark.parametrize(
    "target", [Script(rate=0.2, error_rate=0.1, attempts=20), Script(rate=0.15, empty_rate=0.05)]
)
def test_a_class_that_was_screened_among_others_adds_up_too(target: Script) -> None:
    wish = Wish(behaviors=("keep-secret", "forbidden-word"), techniques=("list", "capitals"), seed=5)
    plan, scripted, suite = plan_for_script(target, wish)
    ledger = SayingLedger()
    result = run_in_virtual_time(assess(plan, suite, scripted, surroundings(ledger)))
    violated = [one for one in result.classes if one.decision is Decision.VIOLATED]
    assert violated
    for one in violated:
        chosen = f"{one.behavior}/{one.technique}"
        draft = a_draft(Run(plan, result, suite, tuple(ledger.said)), chosen=chosen)
        assert draft.effort.screened > 0
        bundle = sealed(draft)
        assert said_of(bundle.finding, contents(bundle)) == []
