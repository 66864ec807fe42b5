from __future__ import annotations

import json

import pytest

from groundstop.cases.attachments import readers_of
from groundstop.cases.folding import fold
from groundstop.cases.giving import check_disclosure, notice_bytes, told_record
from groundstop.cases.tiers import told
from groundstop.cases.view import view_of
from groundstop.cases.views import CaseView
from groundstop.documents import canonical_bytes
from groundstop.documents.cases import Embargo, Tier
from groundstop.errors import InputError
from tests.cases import a_case, an_opening, at, keys, opened_as, says
from tests.evidence_samples import birch
from tests.faults.cases.attacks import a_grown_case

EVERYBODY = frozenset(key.card.key_id for key in keys().values())


def a_view(minute: float = 10, *, embargo: float | None = None) -> CaseView:
    case = a_grown_case()
    if embargo is not None:
        case = says(case, "cedar-desk", Embargo(until=at(embargo)), 8)
    return view_of(fold(case), now=at(minute))


@pytest.mark.parametrize("tier", [Tier.PUBLIC, Tier.BRIEF])
def test_a_public_notice_and_a_brief_may_go_to_anybody(tier: Tier) -> None:
    check_disclosure(a_view(), tier, ["elm-models", "a-newspaper"], frozenset())


@pytest.mark.parametrize("tier", [Tier.TECHNICAL, Tier.FULL])
def test_a_technical_notice_goes_to_parties_whose_key_is_known(tier: Tier) -> None:
    check_disclosure(a_view(), tier, ["elm-models", "oak-office"], EVERYBODY)
    with pytest.raises(InputError, match=f"a-newspaper has no key in the case, and a {tier} notice"):
        check_disclosure(a_view(), tier, ["elm-models", "a-newspaper"], EVERYBODY)


def test_a_full_notice_goes_to_those_who_can_open_the_recipe() -> None:
    case = a_grown_case()
    readers = readers_of(case, fold(case))
    assert readers >= {birch().card.key_id}
    check_disclosure(a_view(), Tier.FULL, ["birch-lab"], readers)
    with pytest.raises(InputError, match="elm-models cannot open the recipe") as caught:
        check_disclosure(a_view(), Tier.FULL, ["birch-lab", "elm-models"], readers)
    assert "groundstop finding grant" in caught.value.hint
    check_disclosure(a_view(), Tier.TECHNICAL, ["elm-models"], readers)


def test_a_party_without_a_key_gets_no_technical_notice() -> None:
    parties = tuple(
        one.model_copy(update={"card": None}) if one.name == "oak-office" else one
        for one in an_opening().parties
    )
    view = view_of(fold(opened_as(parties=parties)), now=at(1))
    with pytest.raises(InputError, match="oak-office has no key in the case"):
        check_disclosure(view, Tier.TECHNICAL, ["oak-office"], EVERYBODY)


def test_nothing_is_public_while_an_embargo_lasts() -> None:
    view = a_view(embargo=60)
    with pytest.raises(InputError, match="The embargo lasts until 2026-07-02 16:00 UTC") as caught:
        check_disclosure(view, Tier.PUBLIC, ["a-newspaper"], frozenset())
    assert "early_release" in caught.value.hint
    check_disclosure(view, Tier.BRIEF, ["a-newspaper"], frozenset())
    check_disclosure(a_view(61, embargo=60), Tier.PUBLIC, ["a-newspaper"], frozenset())


def test_a_notice_is_canonical_json_of_what_is_told() -> None:
    for tier in Tier:
        notice = told(a_view(), tier)
        record = told_record(notice)
        assert notice_bytes(notice) == canonical_bytes(record)
        assert json.loads(notice_bytes(notice)) == record
        assert (record["tier"], record["case"]) == (tier.value, a_case().id)


def test_the_same_view_gives_the_same_notice() -> None:
    assert notice_bytes(told(a_view(), Tier.BRIEF)) == notice_bytes(told(a_view(), Tier.BRIEF))


def test_times_are_told_in_utc() -> None:
    assert b"+00:00" not in notice_bytes(told(a_view(), Tier.FULL))
