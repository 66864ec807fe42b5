from __future__ import annotations

import pytest

from groundstop.cases.files import LOGS
from groundstop.cases.folding import fold
from groundstop.cases.keeping import with_sightings
from groundstop.cases.sightings import folder_of, open_log, origin_of
from groundstop.documents.cases import Remark
from groundstop.errors import GroundstopError
from groundstop.evidence.log import ClockError, LogError
from tests.cases import CASE_ID, a_case, at, says
from tests.evidence_samples import alder, birch, cedar, elm
from tests.faults.cases.attacks import a_log, a_said_case, listed_in, log_of, mallory, with_log, with_member


def test_a_party_logs_every_statement_once_the_oldest_first() -> None:
    case = with_sightings(a_said_case(), birch(), now=at(5))
    made = [entry.digest for entry in fold(case).entries]
    assert listed_in(case, birch()) == made
    assert with_sightings(case, birch(), now=at(6)) is case


def test_a_log_goes_on_where_it_was_and_its_earlier_folder_is_gone() -> None:
    before = with_sightings(a_said_case(), birch(), now=at(5))
    later = with_sightings(says(before, "elm-models", Remark(text="So."), 6), birch(), now=at(7))
    assert listed_in(later, birch())[:3] == listed_in(before, birch())
    assert log_of(before, birch()) not in later.logs
    assert len([one for one in later.logs if one.startswith(birch().card.key_id[:16])]) == 1


def test_what_others_have_logged_stays_as_it_is() -> None:
    case = with_sightings(a_said_case(), birch(), now=at(5))
    for folder, files in a_said_case().logs.items():
        assert case.logs[folder] == files


def test_the_folder_of_a_log_names_its_key_and_its_head() -> None:
    case = with_sightings(a_said_case(), birch(), now=at(5))
    log = open_log(case, log_of(case, birch()), {birch().card.key_id: birch().card})
    assert log.folder == folder_of(birch().card.key_id, log.reader.checkpoint.root)
    assert log.reader.checkpoint.origin == origin_of(CASE_ID, birch().card.key_id)
    assert origin_of(CASE_ID, "ab" * 32) == f"groundstop.dev/cases/{CASE_ID}/{'ab' * 8}"


def test_a_clock_before_the_last_entry_is_told_and_nothing_is_logged() -> None:
    case = with_sightings(a_said_case(), birch(), now=at(60))
    case = says(case, "elm-models", Remark(text="So."), 70)
    with pytest.raises(ClockError, match="the last entry is of"):
        with_sightings(case, birch(), now=at(50))


def test_a_party_with_two_logs_is_asked_which_one_it_stands_by() -> None:
    other = a_log(listed_in(a_said_case(), cedar())[::-1], cedar(), at(2))
    with pytest.raises(LogError, match="There are two logs") as caught:
        with_sightings(with_log(a_said_case(), *other), cedar(), now=at(3))
    assert "Go on with the copy" in caught.value.hint


def test_a_log_that_was_damaged_is_not_begun_anew_which_others_would_take_for_a_fork() -> None:
    case = says(a_said_case(), "elm-models", Remark(text="So."), 3)
    entries = next(
        name for name in case.members if name.startswith(f"{LOGS}{log_of(case, cedar())}/tile/entries")
    )
    with pytest.raises(GroundstopError):
        with_sightings(with_member(case, entries, None), cedar(), now=at(4))


def test_a_stranger_can_keep_a_log_that_proves_nothing() -> None:
    case = with_sightings(a_said_case(), mallory(), now=at(3))
    assert {one.keeper for entry in fold(case).entries for one in entry.sightings} == {
        *("alder-lab", "elm-models", "cedar-desk")
    }


def test_sightings_are_in_the_order_of_their_time() -> None:
    case = with_sightings(with_sightings(a_case(), elm(), now=at(9)), birch(), now=at(3))
    (entry,) = fold(case).entries
    assert [one.keeper for one in entry.sightings] == ["alder-lab", "birch-lab", "elm-models"]
    assert entry.sightings[0].logged == at(0)
    assert alder().card.name == entry.by
