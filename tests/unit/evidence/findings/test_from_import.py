from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from groundstop.documents import (
    Attestation,
    Estimand,
    Import,
    ImportedClass,
    ImportedTrial,
    ModelIdentity,
    PartName,
    PhraseJudge,
    SealedRecipe,
    Verdict,
    canonical_bytes,
)
from groundstop.documents.imports import VerdictCounts
from groundstop.errors import InputError
from groundstop.evidence import new_salt, open_part
from groundstop.evidence.audit import CheckState, check_opened
from groundstop.evidence.audit.numbers import NO_RATE
from groundstop.evidence.findings import Draft, Transcript, draft_from_import
from tests.evidence_samples import SEALED, alder, audited, failures, sealed
from tests.samples import NOON, TARGET

FILE = "1" * 64
MODEL = ModelIdentity(provider="invented", name="small-model")
V, H, U = Verdict.VIOLATED, Verdict.HELD, Verdict.UNDETERMINED


def said(wording: str, verdict: Verdict, index: int, technique: str = "list", **fields: Any) -> Transcript:
    """Return an imported trial of a wording, with what was said."""
    asked = canonical_bytes([{"role": "user", "content": wording}]).decode()
    answered = f"a peculiar answer {index}"
    trial = ImportedTrial(
        import_file=FILE,
        position=f"line {index + 1}",
        behavior="keeps-a-word",
        technique=technique,
        index=index,
        verdict=verdict,
        reason="the tool said so",
        request_sha256=hashlib.sha256(asked.encode()).hexdigest(),
        answer_sha256=hashlib.sha256(answered.encode()).hexdigest(),
        **fields,
    )
    return Transcript(trial, asked, answered)


def account(transcripts: list[Transcript], **fields: Any) -> Import:
    """Return the account of a file with these trials; each technique is a class."""
    trials = [one.trial for one in transcripts if isinstance(one.trial, ImportedTrial)]
    classes = [
        ImportedClass(
            behavior="keeps-a-word",
            technique=technique,
            behavior_name=fields.get("behavior_name", "keeps.AWord"),
            technique_name=technique,
            counts=counts([trial for trial in trials if trial.technique == technique]),
            judge=fields.get("judge"),
        )
        for technique in sorted({trial.technique for trial in trials})
    ]
    told: dict[str, Any] = {
        "created": NOON,
        "software": "groundstop test",
        "tool": "garak",
        "tool_version": "0.1",
        "file_name": "report.jsonl",
        "file_sha256": FILE,
        "file_bytes": 1,
        "records": len(trials),
        "counts": counts(trials),
        "model": MODEL,
        "not_attested": ("seed",),
        "credentials_removed": 0,
        "classes": tuple(classes),
        **{name: value for name, value in fields.items() if name not in ("behavior_name", "judge")},
    }
    return Import(**told)


def counts(trials: list[ImportedTrial]) -> VerdictCounts:
    verdicts = [trial.verdict for trial in trials]
    return VerdictCounts(violated=verdicts.count(V), held=verdicts.count(H), undetermined=verdicts.count(U))


def drawn(transcripts: list[Transcript], *, chosen: str | None = None, **fields: Any) -> Draft:
    return draft_from_import(account(transcripts, **fields), transcripts, chosen=chosen, new_salt=new_salt)


def recipe_of(draft: Draft) -> SealedRecipe:
    return SealedRecipe.parse(draft.parts[0].content, source="it")


FEW = [
    *(said("first wording", verdict, index) for index, verdict in enumerate([V, H, H, U])),
    *(said("second wording", verdict, index) for index, verdict in enumerate([V, V, H, V, U], start=4)),
]
MANY = [said(f"wording {index}", V if index % 3 == 0 else H, index) for index in range(24)]


def test_with_few_wordings_it_is_about_the_one_that_violated_most() -> None:
    draft = drawn(FEW)
    assert draft.estimand is Estimand.ATTEMPTS
    assert (draft.rate.violated, draft.rate.n, draft.rate.undetermined) == (3, 5, 1)
    assert draft.effort.trials == 5
    (wording,) = recipe_of(draft).wordings
    assert wording.messages[0].content == "second wording"
    assert wording.variant is None


def test_with_many_wordings_it_is_about_all_of_them() -> None:
    draft = drawn(MANY)
    assert draft.estimand is Estimand.VARIANTS
    assert (draft.rate.violated, draft.rate.n) == (8, 24)
    assert len(recipe_of(draft).wordings) == 24


def test_no_test_decided_anything_and_nothing_is_made_up() -> None:
    draft = drawn(MANY)
    assert draft.decision is None
    assert draft.comparators is None
    assert draft.environment.sampling is None
    assert draft.environment.python is None
    assert draft.effort.spend is None
    assert draft.source is not None
    assert (draft.source.tool, draft.source.not_attested) == ("garak", ("seed",))
    assert draft.judge.errs
    assert draft.judge.measured is None


def test_a_file_of_violations_only_gives_no_rate() -> None:
    draft = drawn([one for one in MANY if one.trial.verdict is V], violations_only=True)  # type: ignore[attr-defined]
    assert (draft.rate.lower, draft.rate.upper, draft.rate.method) == (0, 1, NO_RATE)


def test_a_file_that_names_no_model_leaves_it_open() -> None:
    assert drawn(FEW, model=None, not_attested=("model", "seed")).model.identity is None
    assert drawn(FEW).model.identity == MODEL


def test_without_times_there_is_no_window() -> None:
    assert (drawn(FEW).model.window_start, drawn(FEW).model.window_end) == (None, None)
    times = [NOON + timedelta(minutes=minute) for minute in (3, 1, 2)]
    timed = [said("a wording", V, index, started=time, latency_ms=500) for index, time in enumerate(times)]
    model = drawn(timed).model
    assert model.window_start == NOON + timedelta(minutes=1)
    assert model.window_end == NOON + timedelta(minutes=3, milliseconds=500)


def test_a_version_that_is_not_attested_is_said_to_be_that() -> None:
    assert drawn(FEW, tool_version=None).environment.software == "garak (version not attested)"


def test_request_ids_raise_the_level_of_attestation() -> None:
    named = [said("a wording", V, index, request_id=f"r-{index}") for index in range(4)]
    assert (drawn(named).attestation, drawn(named).request_ids) == (Attestation.PROVIDER_IDS, 4)
    assert drawn(FEW).attestation is Attestation.UNATTESTED


def test_a_judge_of_ours_that_agrees_with_the_tools_is_used_and_not_quoted() -> None:
    judge = PhraseJudge(type="phrase", phrase="a peculiar answer")
    draft = drawn(FEW, judge=judge)
    assert recipe_of(draft).judge == judge
    assert draft.judge.type == "phrase"
    assert "peculiar" not in str(draft.judge.to_json())


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("keeps.AWord", True),
        ("Prompt leakage: secrets", True),
        ("second wording", False),
        ("Second  WORDING!", False),
        ("a peculiar answer 4", False),
        ("Make the model say the word that it was told to keep", False),
        ("???", False),
    ],
)
def test_a_check_that_is_named_after_what_was_asked_is_not_named_openly(name: str, told: bool) -> None:
    draft = drawn(FEW, behavior_name=name)
    for text in (draft.requirement.statement, draft.judge.type):
        assert ("keeps-a-word" in text) is told
    assert recipe_of(draft).behavior == "keeps-a-word"


def test_one_class_of_several_is_chosen_by_name() -> None:
    two = [*FEW, *(said("third wording", V, index, "capitals") for index in range(3))]
    with pytest.raises(InputError, match="violations in keeps-a-word/capitals, keeps-a-word/list"):
        drawn(two)
    draft = drawn(two, chosen="keeps-a-word/capitals")
    assert draft.rate.n == 3
    assert draft.effort.classes_tried == 2
    with pytest.raises(InputError, match="keeps-a-word/nothing is not one of them"):
        drawn(two, chosen="keeps-a-word/nothing")


def test_a_file_in_which_nothing_was_violated_makes_no_finding() -> None:
    with pytest.raises(InputError, match="so there is no finding in it"):
        drawn([said("a wording", H, 0)])


def test_trials_that_are_not_at_hand_are_missed() -> None:
    with pytest.raises(InputError, match="violated trials of the import are not at hand"):
        draft_from_import(account(FEW), [], chosen=None, new_salt=new_salt)


@pytest.mark.parametrize(
    ("transcripts", "fields"),
    [
        (FEW, {}),
        (MANY, {}),
        (FEW, {"model": None, "not_attested": ("model",)}),
        ([one for one in FEW if one.trial.verdict is V], {"violations_only": True}),  # type: ignore[attr-defined]
    ],
    ids=["few wordings", "many wordings", "no model", "violations only"],
)
def test_it_is_sealed_audited_and_counted_again(
    tmp_path: Path, transcripts: list[Transcript], fields: dict[str, Any]
) -> None:
    bundle = sealed(drawn(transcripts, **fields))
    report = audited(bundle, tmp_path)
    assert failures(report) == []
    opened = {
        name: open_part(bundle, name, alder().identity).content for name in PartName if name != "minimal"
    }
    assert [check.state for check in check_opened(bundle.finding, opened)] == [CheckState.PASSED] * 3
    assert bundle.finding.created == SEALED


def test_an_account_of_another_file_is_found_out() -> None:
    other = account(FEW, file_sha256="2" * 64)
    draft = draft_from_import(other, FEW, chosen=None, new_salt=new_salt)
    bundle = sealed(draft)
    opened = {
        name: open_part(bundle, name, alder().identity).content for name in PartName if name != "minimal"
    }
    found = [
        check.detail for check in check_opened(bundle.finding, opened) if check.state is CheckState.FAILED
    ]
    assert found == ["a trial was made under another plan, or is from another file"]


def test_a_target_that_the_tool_asked_here_is_the_model_of_the_finding() -> None:
    draft = drawn(FEW, target=TARGET)
    assert draft.model.identity == TARGET.model
    assert draft.model.protocol == "scripted"
    assert draft.model.simulated
    assert not drawn(FEW).model.simulated
