from __future__ import annotations

from typing import get_args

import pytest

from groundstop.cases.folding import fold
from groundstop.cases.rights import LEADING, RIGHTS, may_say, who_may
from groundstop.documents.cases import Acknowledged, Coordination, Remark, Response, Role
from groundstop.errors import InputError
from tests.cases import ROLES, a_case, says

RESPONSES = {one.model_fields["type"].default for one in get_args(Response)}
COORDINATION = {one.model_fields["type"].default for one in get_args(Coordination)}


def test_everything_that_can_be_said_has_somebody_who_may_say_it() -> None:
    assert set(RIGHTS) == RESPONSES | COORDINATION
    assert all(right.roles for right in RIGHTS.values())
    assert len(RESPONSES) == 12


def test_the_public_says_nothing() -> None:
    assert not any(may_say(kind, Role.PUBLIC, is_opener=False) for kind in RIGHTS)


@pytest.mark.parametrize("kind", sorted(RESPONSES))
def test_a_developers_response_is_said_by_no_reporter_and_by_nobody_who_leads(kind: str) -> None:
    assert may_say(kind, Role.DEVELOPER, is_opener=False)
    for role in (Role.REPORTER, Role.COORDINATOR, Role.AUTHORITY, Role.CORROBORATOR):
        assert not may_say(kind, role, is_opener=True)


def test_what_an_operator_may_answer() -> None:
    assert {kind for kind in RESPONSES if may_say(kind, Role.OPERATOR, is_opener=False)} == {
        *("mitigated_temporarily", "refused", "voluntary_withdrawal", "legal_objection")
    }


def test_a_developer_scores_only_by_a_dispute() -> None:
    assert not may_say("scored", Role.DEVELOPER, is_opener=False)
    assert may_say("severity_dispute", Role.DEVELOPER, is_opener=False)


def test_nobody_moves_a_clock_but_those_who_lead_and_whoever_opened_the_case() -> None:
    for kind in ("clock_extended", "clock_paused", "clock_resumed", "embargo", "early_release", "closed"):
        allowed = {role for role in Role if may_say(kind, role, is_opener=False)}
        assert allowed == LEADING
        assert may_say(kind, Role.REPORTER, is_opener=True)
        assert not may_say(kind, Role.DEVELOPER, is_opener=False)


def test_a_challenge_is_upheld_only_by_those_who_lead() -> None:
    assert not may_say("challenge_upheld", Role.REPORTER, is_opener=True)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("remark", "every party but the public"),
        ("acknowledged", "developer"),
        ("refused", "developer, operator"),
        ("embargo", "authority, coordinator, whoever opened the case"),
    ],
)
def test_who_may_say_something_is_told_in_words(kind: str, words: str) -> None:
    assert who_may(kind) == words


@pytest.mark.parametrize("name", sorted(ROLES))
def test_every_party_has_its_say(name: str) -> None:
    assert fold(says(a_case(), name, Remark(text="So."), 1)).entries[-1].by == name


def test_whoever_may_not_is_told_who_may() -> None:
    with pytest.raises(InputError) as caught:
        says(a_case(), "oak-office", Acknowledged(), 1)
    assert "an authority cannot say" in caught.value.message
    assert "it is for developer" in caught.value.message
    assert caught.value.hint == "Nothing was changed; see: groundstop case types"
