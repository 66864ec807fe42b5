"""Filling in a draft by questions: what is asked, and how each answer is checked."""

from __future__ import annotations

import pytest

from groundstop.directives.drafting import DraftSettings, blanks_of, empty_draft
from groundstop.directives.drafting.questions import answered, questions_about
from groundstop.documents.directives import Directive, OrderKind, Unknown, WhenDark, calls_needed
from groundstop.errors import InputError
from tests.case_parts import START
from tests.directive_parts import FINDING, a_directive, at, foreign_person

ANSWERS = {
    "issuer": "oak-office",
    "basis.text": "The Office may restrict a model.",
    "basis.citation": "The Office's rules, 7",
    "basis.source": "https://office.example/rules",
    "basis.as_of": "2026-06-01T00:00Z",
    "evidence.0.finding": FINDING,
    "evidence.0.id": "GSF-20260702-0123456789",
    "subject.models.0.label": "helper",
    "subject.models.0.hosted.0.provider": "elm",
    "subject.models.0.hosted.0.name": "desk-helper",
    "lifting.verifiers.0": "birch-lab, alder-lab",
    "reasons": "It tells its password.",
    "appeal.name": "Oak Office",
    "appeal.contact": "appeals@office.example",
    "response.message": "This model is restricted.",
}


def an_empty_one() -> Directive:
    return empty_draft(DraftSettings(definitions=(foreign_person(),)), now=START).directive


def test_everything_blank_is_asked_and_what_an_author_decides() -> None:
    asked = {question.path: question for question in questions_about(an_empty_one())}
    assert set(blanks_of(an_empty_one())) <= set(asked)
    assert asked["basis.text"].default is None
    assert asked["unknown"].default == "deny"
    assert asked["fallback"].default == "no"
    assert asked["response.more"].default == ""
    assert all(question.text for question in asked.values())


def test_answers_to_all_that_is_blank_make_an_order_that_can_be_signed() -> None:
    directive = an_empty_one()
    for question in questions_about(directive):
        if question.path in blanks_of(directive):
            directive = answered(directive, question.path, ANSWERS[question.path])
    assert blanks_of(directive) == ()
    assert directive.lifting.verifiers == ("birch-lab", "alder-lab")
    assert directive.subject.models[0].findings == (FINDING,)


def test_later_dates_move_with_the_date_of_effect() -> None:
    before = a_directive()
    after = answered(before, "effective", "2026-07-08T12:00Z")
    assert after.effective == at(48)
    assert (after.review - before.review, after.expires - before.expires) == (at(48) - at(0),) * 2


def test_the_calls_follow_from_the_bound() -> None:
    after = answered(a_directive(), "lifting.bound", "0.01")
    assert (after.lifting.bound, after.lifting.minimum_n) == (0.01, calls_needed(0.01, 0.05))
    after = answered(after, "lifting.alpha", "0.01")
    assert after.lifting.minimum_n == calls_needed(0.01, 0.01)


def test_what_may_be_left_out_can_be_given_and_taken_back() -> None:
    after = answered(a_directive(), "appeal.answer_days", "14")
    assert after.appeal.answer_days == 14
    assert answered(after, "appeal.answer_days", "").appeal.answer_days is None
    assert answered(after, "response.more", "").response.more is None


def test_choices_and_yes_or_no_are_read() -> None:
    after = answered(a_directive(), "unknown", "allow")
    after = answered(after, "silence.when_dark", "keep")
    after = answered(after, "fallback", "Yes")
    after = answered(after, "acts", "infer, download")
    after = answered(after, "order", "export-ban")
    assert (after.unknown, after.silence.when_dark, after.fallback) == (Unknown.ALLOW, WhenDark.KEEP, True)
    assert [act.value for act in after.acts] == ["infer", "download"]
    assert after.order is OrderKind.EXPORT_BAN


@pytest.mark.parametrize(
    ("path", "answer", "message"),
    [
        ("unknown", "maybe", "unknown"),
        ("fallback", "perhaps", "yes or no"),
        ("lifting.bound", "0", "a rate of zero can never be shown"),
        ("lifting.bound", "nan", "no canonical JSON form"),
        ("lifting.bound", "1e-320", "beyond counting"),
        ("lifting.bound", "little", "is a number"),
        ("lifting.verifiers", ",", "lifting.verifiers"),
        ("appeal.answer_days", "soon", "is a number"),
        ("appeal.answer_days", "0", "appeal.answer_days"),
        ("effective", "tomorrow", "effective"),
        ("effective", "2026-07-06T12:00", "without a zone"),
        ("effective", "9999-12-31T00:00Z", "beyond counting"),
        ("expires", "2026-07-01T00:00Z", "it expires after"),
        ("review", "2027-07-01T00:00Z", "it is reviewed after"),
        ("response.more", "javascript:x", "response.more"),
        ("issuer", "Oak Office", "issuer"),
        ("reasons", "", "reasons"),
        ("acts", "sing", "acts.0"),
        ("subject.models.0.hosted.0.name", "desk-*", "hosted.0.name"),
    ],
)
def test_an_answer_that_makes_no_order_is_refused_at_once(path: str, answer: str, message: str) -> None:
    with pytest.raises(InputError) as refused:
        answered(a_directive(), path, answer)
    assert message in refused.value.message
    assert refused.value.hint
