from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from groundstop.cases.files import FILES
from groundstop.cases.folding import fold
from groundstop.cases.merging import merge
from groundstop.cases.speaking import Words, new_case_id, open_case, read_said, say
from groundstop.documents.cases import (
    CASE_ID as PATTERN,
)
from groundstop.documents.cases import (
    AcceptedFixPlanned,
    Acknowledged,
    AttachedKind,
    CannotReproduce,
    Refused,
    Remark,
    Role,
)
from groundstop.errors import DocumentError, InputError
from groundstop.evidence.archive import write_archive
from groundstop.evidence.log import ClockError
from tests.cases import CASE_ID, OPENED, a_case, an_opening, at, elms_rerun, opened_as, says
from tests.evidence_samples import a_bundle, a_key, alder, birch, cedar, elm
from tests.faults.cases.attacks import a_said_case, member_of, statement_of, with_member, without_logs


def test_a_new_id_has_its_day_and_is_never_the_same() -> None:
    ids = {new_case_id(datetime(2026, 7, 2, 23, tzinfo=UTC)) for _ in range(50)}
    assert len(ids) == 50
    assert all(re.fullmatch(PATTERN, one) and one.startswith("GSC-20260702-") for one in ids)


def test_a_statement_names_its_authors_last_one_and_the_latest_of_the_others() -> None:
    case = a_said_case()
    case, digest = say(case, Remark(text="So."), elm(), now=at(3))
    said = fold(case).entry(digest)
    assert said is not None
    assert (said.statement.number, said.statement.previous) == (2, statement_of(case, "elm-models")[0])
    assert said.statement.seen == (statement_of(case, "cedar-desk")[0],)
    assert said.statement.role is Role.DEVELOPER


def test_whoever_speaks_logs_what_it_had_not_logged_yet() -> None:
    case, digest = say(a_said_case(), Remark(text="So."), birch(), now=at(3))
    seen = {
        entry.digest for entry in fold(case).entries if "birch-lab" in {one.keeper for one in entry.sightings}
    }
    assert seen == {entry.digest for entry in fold(case).entries}
    assert digest in seen


def test_what_is_attached_is_under_its_digest_and_signed_for() -> None:
    words = Words(files=((AttachedKind.CORROBORATION, elms_rerun()),))
    case, digest = say(a_case(), CannotReproduce(text="No."), elm(), now=at(1), words=words)
    entry = fold(case).entry(digest)
    assert entry is not None
    (one,) = entry.statement.attached
    assert (case.file(one.sha256), one.size) == (elms_rerun(), len(elms_rerun()))
    assert FILES + one.sha256 in {subject.name for subject in case.statements[digest].subjects}
    assert a_bundle().finding.content_id.removeprefix("sha256:") in {
        subject.sha256 for subject in case.statements[digest].subjects
    }


def test_words_for_wider_circles_are_kept_apart() -> None:
    words = Words(summary="For the brief.", public="For everybody.")
    case, digest = say(a_case(), Remark(text="For the case."), elm(), now=at(1), words=words)
    entry = fold(case).entry(digest)
    assert entry is not None
    assert (entry.statement.summary, entry.statement.public) == ("For the brief.", "For everybody.")


def test_saying_something_leaves_the_case_that_was_given_as_it_was() -> None:
    members = dict(a_said_case().members)
    says(a_said_case(), "elm-models", Remark(text="So."), 3)
    assert a_said_case().members == members


def test_a_response_without_its_evidence_is_refused() -> None:
    with pytest.raises(DocumentError, match="the signed rerun that did not reproduce it is attached to it"):
        says(a_case(), "elm-models", CannotReproduce(text="No."), 1)


def test_a_fix_is_planned_for_a_later_date() -> None:
    with pytest.raises(DocumentError, match="a fix is planned for a later date"):
        says(a_case(), "elm-models", AcceptedFixPlanned(by=at(1)), 1)


def test_a_party_whose_key_is_not_known_cannot_speak() -> None:
    parties = tuple(
        one.model_copy(update={"card": None}) if one.name == "elm-models" else one
        for one in an_opening().parties
    )
    with pytest.raises(InputError, match="no key of elm-models is known in the case"):
        says(opened_as(parties=parties), "elm-models", Acknowledged(), 1)


def test_nobody_goes_on_in_a_copy_that_lacks_what_they_said() -> None:
    case = says(a_said_case(), "elm-models", Remark(text="So."), 3)
    digest, _ = statement_of(case, "cedar-desk")
    lacking = without_logs(with_member(case, member_of(digest), None))
    with pytest.raises(InputError, match="lacks what a statement of elm-models names") as caught:
        says(lacking, "elm-models", Remark(text="Again."), 4)
    assert "Merge a copy that has it first" in caught.value.hint
    whole = merge([lacking, case])
    assert fold(says(whole, "elm-models", Remark(text="Again."), 4)).entries[-1].statement.number == 3


def test_two_statements_at_one_moment_are_in_order() -> None:
    case = says(a_said_case(), "elm-models", Remark(text="One."), 3)
    case = says(case, "elm-models", Remark(text="Two."), 3)
    assert [entry.statement.number for entry in fold(case).entries if entry.by == "elm-models"] == [1, 2, 3]


def test_the_clock_may_stand_still_and_not_go_back() -> None:
    case = says(a_said_case(), "birch-lab", Remark(text="Now."), 2)
    says(case, "birch-lab", Remark(text="Still now."), 2)
    with pytest.raises(ClockError) as caught:
        says(case, "birch-lab", Remark(text="Before."), 1.9)
    assert "your last statement is of 2026-07-02 15:02:00" in caught.value.message


def test_what_is_dated_ahead_of_ones_clock_is_left_unseen() -> None:
    case, digest = say(a_said_case(), Remark(text="Before."), birch(), now=at(1.9))
    said = fold(case).entry(digest)
    assert said is not None
    assert said.statement.seen == (statement_of(case, "elm-models")[0],)


def test_a_key_that_has_ended_says_nothing() -> None:
    short = a_key("elm-models", expires=at(5))
    parties = tuple(
        one.model_copy(update={"card": short.card}) if one.name == "elm-models" else one
        for one in an_opening().parties
    )
    case = says(opened_as(parties=parties), short, Acknowledged(), 4)
    with pytest.raises(InputError):
        says(case, short, Remark(text="Late."), 6)


def test_a_case_names_the_findings_that_are_given_with_it() -> None:
    bundle = (a_bundle(), write_archive(a_bundle().members))
    with pytest.raises(InputError, match="names other findings than those given"):
        open_case(CASE_ID, an_opening(), Role.REPORTER, [], alder(), now=OPENED)
    with pytest.raises(InputError, match="names other findings than those given"):
        open_case(CASE_ID, an_opening(), Role.REPORTER, [bundle, bundle], alder(), now=OPENED)


@pytest.mark.parametrize("case_id", ["", "GSC-1", "GSC-20260702-0123456789\n", "../case"])
def test_an_id_that_no_case_has_is_refused(case_id: str) -> None:
    bundle = (a_bundle(), write_archive(a_bundle().members))
    with pytest.raises(DocumentError, match="a wrong value at 'case'"):
        open_case(case_id, an_opening(), Role.REPORTER, [bundle], alder(), now=OPENED)


def test_those_who_lead_open_a_case_too_and_a_developer_does_not() -> None:
    assert fold(opened_as(cedar())).opener == "cedar-desk"
    with pytest.raises((InputError, DocumentError), match="a developer cannot say 'opened'"):
        opened_as(elm())


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"type": "refused", "text": "No."}, Refused(text="No.")),
        ({"type": "acknowledged"}, Acknowledged()),
    ],
)
def test_plain_values_become_what_is_said(value: dict[str, Any], said: object) -> None:
    assert read_said(value) == said


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({}, "type"),
        ({"type": "shrugged"}, "'type' is none of"),
        ({"type": "refused"}, "lacks the field 'refused.text'"),
        ({"type": "refused", "text": ""}, "refused.text"),
        ({"type": "refused", "text": "x" * 4001}, "refused.text"),
        ({"type": "embargo", "until": "2026-07-06T09:00"}, "a date without a zone at 'embargo.until'"),
        ({"type": "no_response"}, "'type' is none of"),
    ],
)
def test_plain_values_that_say_nothing_are_refused(value: dict[str, Any], problem: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read_said(value)
    assert problem in caught.value.message
    assert "xxx" not in caught.value.message
