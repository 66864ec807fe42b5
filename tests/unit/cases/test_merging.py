from __future__ import annotations

import itertools

import pytest

from groundstop.cases.files import FILES, CaseFile
from groundstop.cases.folding import fold
from groundstop.cases.keeping import with_sightings
from groundstop.cases.merging import merge
from groundstop.cases.speaking import open_case
from groundstop.documents.cases import Acknowledged, Refused, Remark, Role
from groundstop.errors import InputError
from groundstop.evidence.archive import write_archive
from tests.cases import CASE_ID, OPENED, a_case, an_opening, at, opened_as, says
from tests.evidence_samples import a_bundle, alder, birch, cedar
from tests.faults.cases.attacks import (
    a_grown_case,
    a_log,
    a_said_case,
    audited,
    listed_in,
    log_of,
    of_unknown_type,
    with_log,
    with_member,
    with_signed,
)


def test_one_copy_is_merged_to_itself() -> None:
    assert merge([a_grown_case()]).members == a_grown_case().members
    assert merge([a_grown_case(), a_grown_case()]).members == a_grown_case().members


def test_a_copy_that_is_behind_adds_nothing() -> None:
    assert merge([a_case(), a_said_case()]).members == a_said_case().members
    assert merge([a_said_case(), a_case()]).members == a_said_case().members


def test_copies_that_went_their_own_ways_have_everything_afterwards() -> None:
    one = says(a_case(), "elm-models", Acknowledged(), 1)
    other = says(a_case(), "cedar-desk", Remark(text="So."), 2)
    merged = merge([one, other])
    assert [entry.said.type for entry in fold(merged).entries] == ["opened", "acknowledged", "remark"]
    assert audited(merged).passed
    assert set(merged.members) == set(one.members) | set(other.members)


def test_the_order_of_copies_does_not_matter() -> None:
    copies = [
        a_case(),
        says(a_case(), "elm-models", Acknowledged(), 1),
        says(a_case(), "elm-models", Refused(text="No."), 2),
        with_sightings(says(a_case(), "cedar-desk", Remark(text="So."), 3), birch(), now=at(4)),
    ]
    merged = [merge(list(order)).members for order in itertools.permutations(copies)]
    assert all(one == merged[0] for one in merged)


def test_a_copy_without_files_gets_them_back() -> None:
    members = {name: data for name, data in a_said_case().members.items() if not name.startswith(FILES)}
    bare = a_said_case().with_members(members)
    assert merge([bare, a_said_case()]).members == a_said_case().members


def test_what_is_not_known_yet_is_kept() -> None:
    newer, digest = with_signed(a_said_case(), of_unknown_type(cedar()))
    assert digest in merge([a_said_case(), newer]).statements


def test_of_one_log_the_longest_is_kept() -> None:
    later = with_sightings(says(a_said_case(), "birch-lab", Remark(text="So."), 3), cedar(), now=at(4))
    merged = merge([a_said_case(), later])
    assert log_of(merged, cedar()) == log_of(later, cedar())
    assert len(listed_in(merged, cedar())) == 4


def test_two_logs_of_which_neither_continues_the_other_are_both_kept_and_told() -> None:
    folder, files = a_log(listed_in(a_said_case(), cedar())[::-1], cedar(), at(2))
    merged = merge([a_said_case(), with_log(a_said_case(), folder, files)])
    assert {folder, log_of(a_said_case(), cedar())} <= set(merged.logs)
    (fork,) = fold(merged).forks
    assert fork.party == "cedar-desk"
    assert len(fork.digests) == 2


def test_a_folder_that_lost_its_entries_is_filled_again() -> None:
    folder = log_of(a_said_case(), cedar())
    name = next(name for name in a_said_case().members if name.startswith(f"logs/{folder}/tile/entries"))
    damaged = with_member(a_said_case(), name, None)
    for copies in ([damaged, a_said_case()], [a_said_case(), damaged]):
        assert merge(copies).members == a_said_case().members


def test_a_log_that_cannot_be_read_does_not_take_the_place_of_a_whole_one() -> None:
    folder = log_of(a_said_case(), cedar())
    cut = with_member(a_said_case(), f"logs/{folder}/checkpoint", b"no head")
    assert merge([cut, a_said_case()]).logs[folder] == a_said_case().logs[folder]


def test_cases_of_two_ids_are_unrelated() -> None:
    other = another("GSC-20260702-ffffffffff")
    with pytest.raises(InputError, match="they are unrelated") as caught:
        merge([a_said_case(), other])
    assert "GSC-20260702-ffffffffff" in caught.value.message
    assert "nothing was changed" in caught.value.hint


def test_two_cases_that_claim_one_id_are_not_merged() -> None:
    with pytest.raises(InputError, match="both claim the id"):
        merge([a_said_case(), another(CASE_ID)])
    with pytest.raises(InputError, match="both claim the id"):
        merge([a_said_case(), opened_as(cedar())])


def another(case_id: str) -> CaseFile:
    bundle = (a_bundle(), write_archive(a_bundle().members))
    opening = an_opening(title="Another")
    return open_case(case_id, opening, Role.REPORTER, [bundle], alder(), now=OPENED)


def test_the_page_of_a_merged_case_does_not_depend_on_whose_copy_came_first() -> None:
    other = with_member(a_said_case(), "README.md", b"Another page.\n")
    assert merge([a_said_case(), other]).members == merge([other, a_said_case()]).members
