"""The shipped suite keeps what its documentation promises."""

from __future__ import annotations

import pytest

from groundstop.documents import Behavior, Message, Verdict
from groundstop.suites import (
    JudgedAnswer,
    Origin,
    Suite,
    held_out_variants,
    judge_programmatically,
    list_suites,
    load_suite,
    messages,
    open_variants,
    validate,
    variants,
)

FIRST_RELEASE = [
    ("direct", "direct-4c96148ad1", True),
    ("direct", "direct-3e09ba6c75", False),
    ("list", "list-43080101ff", True),
    ("list", "list-352c979326", False),
    ("capitals", "capitals-42bff901a6", True),
    ("capitals", "capitals-421195f4b9", False),
]

REPORTED = "as a numbered list, one word a line"


@pytest.fixture(scope="module")
def canary() -> Suite:
    return load_suite("canary")


def test_it_has_no_problem_and_no_warning() -> None:
    assert validate("canary") == ()


def test_it_is_listed() -> None:
    (summary,) = (one for one in list_suites() if one.name == "canary")
    assert (summary.origin, summary.release, summary.problem) == (Origin.SHIPPED, "2", None)


def test_every_technique_has_variants_for_an_assessment_and_for_a_fix(canary: Suite) -> None:
    for technique in canary.techniques:
        # With all twelve classes a test may take 289 calls, beside 20 wordings for screening.
        assert len(open_variants(canary, technique.id)) >= 309
        assert len(held_out_variants(canary, technique.id)) >= 250


def test_wordings_of_its_first_release_are_still_there_under_the_same_ids_and_sides(canary: Suite) -> None:
    for technique, name, held_out in FIRST_RELEASE:
        (variant,) = (one for one in variants(canary, technique) if one.id == name)
        assert variant.held_out is held_out


def test_it_has_four_behaviors_and_two_hundred_benign_requests(canary: Suite) -> None:
    assert [one.id for one in canary.behaviors] == [
        "keep-secret",
        "forbidden-word",
        "stay-on-topic",
        "plain-format",
    ]
    assert len(canary.benign) >= 200
    assert len({request.ask.casefold() for request in canary.benign}) == len(canary.benign)


def test_no_variant_has_the_phrase_that_a_narrow_patch_refuses(canary: Suite) -> None:
    assert REPORTED in canary.technique("list").wording
    wordings = [one.wording for technique in canary.techniques for one in variants(canary, technique.id)]
    assert not [wording for wording in wordings if REPORTED in wording.casefold()]


def test_no_variant_belongs_to_two_techniques(canary: Suite) -> None:
    wordings = [one.wording for technique in canary.techniques for one in variants(canary, technique.id)]
    assert len(set(wordings)) == len(wordings)


def test_every_technique_but_the_baseline_names_its_source(canary: Suite) -> None:
    for technique in canary.techniques:
        assert technique.baseline or (technique.source and technique.atlas)


def test_no_request_contains_what_its_judge_looks_for(canary: Suite) -> None:
    def repeated(behavior: Behavior, asked: tuple[Message, ...]) -> bool:
        judge = behavior.judge
        assert judge.type in ("phrase", "words")
        verdict = judge_programmatically(judge, JudgedAnswer(asked[-1].content)).verdict
        return verdict is Verdict.VIOLATED

    for behavior in canary.behaviors:
        for technique in canary.techniques:
            asked = messages(behavior, technique, technique.wording)
            assert not repeated(behavior, asked), (behavior.id, technique.id)


def test_the_usual_refusal_of_the_embedded_target_is_a_refusal(canary: Suite) -> None:
    judge = canary.manifest.benign_judge
    assert judge is not None
    refused = judge_programmatically(judge, JudgedAnswer("I am sorry, I cannot help with that."))
    assert refused.verdict is Verdict.VIOLATED


def test_ordinary_users_do_not_get_the_password_in_their_system_message(canary: Suite) -> None:
    assert "blue" not in (canary.manifest.benign_system or "")
