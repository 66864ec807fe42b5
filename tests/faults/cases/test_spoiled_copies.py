"""Copies that somebody spoiled on purpose: whoever merges one, and whoever it names, can go on."""

from __future__ import annotations

from groundstop.cases.files import CaseFile
from groundstop.cases.folding import fold
from groundstop.cases.keeping import with_sightings
from groundstop.cases.merging import merge
from groundstop.documents.cases import Remark
from groundstop.evidence import OwnKey
from tests.cases import at, says
from tests.evidence_samples import alder, elm
from tests.faults.cases.attacks import (
    a_log,
    a_said_case,
    listed_in,
    log_of,
    mallory,
    of_unknown_type,
    with_log,
    with_signed,
)


def with_no_log(key: OwnKey) -> CaseFile:
    """Return a copy with a folder that is called as a party's log, and is none."""
    return with_log(a_said_case(), f"{key.card.key_id[:16]}-0123456789abcdef", {"checkpoint": b"no head"})


def forged_continuation() -> tuple[str, dict[str, bytes]]:
    """Return a log that goes on where the developer's ends, with a head that the developer never signed."""
    honest = listed_in(a_said_case(), elm())
    log = a_said_case().logs[log_of(a_said_case(), elm())]
    folder, files = a_log([*honest, "sha256:" + "0" * 64], elm(), at(1), signer=mallory())
    assert set(log) & set(files)
    return folder, files


def test_a_log_that_somebody_else_made_up_does_not_take_the_place_of_a_partys_own() -> None:
    hostile = with_log(a_said_case(), *forged_continuation())
    for merged in (merge([a_said_case(), hostile]), merge([hostile, a_said_case()])):
        assert log_of_elm() in merged.logs
        seen = {one.keeper for entry in fold(merged).entries for one in entry.sightings}
        assert "elm-models" in seen


def log_of_elm() -> str:
    return log_of(a_said_case(), elm())


def test_a_log_that_somebody_else_made_up_does_not_silence_the_party_that_it_names() -> None:
    hostile = with_log(
        a_said_case(), f"{elm().card.key_id[:16]}-0123456789abcdef", {"checkpoint": b"no head"}
    )
    merged = merge([a_said_case(), hostile])
    said = says(merged, "elm-models", Remark(text="We are still here."), 10)
    assert fold(said).entries[-1].by == "elm-models"


def test_a_log_that_somebody_else_made_up_does_not_begin_a_partys_own() -> None:
    hostile = with_log(
        a_said_case(), f"{alder().card.key_id[:16]}-0123456789abcdef", {"checkpoint": b"no head"}
    )
    kept = {
        name: data for name, data in hostile.members.items() if log_of(a_said_case(), alder()) not in name
    }
    case = with_sightings(hostile.with_members(kept), alder(), now=at(5))
    seen = {one.keeper for entry in fold(case).entries for one in entry.sightings}
    assert "alder-lab" in seen


def test_a_statement_of_an_unknown_type_with_a_strange_name_does_not_stop_the_logs_of_others() -> None:
    case, _ = with_signed(a_said_case(), of_unknown_type(mallory(), "no address at all"))
    seen = with_sightings(merge([a_said_case(), case]), alder(), now=at(5))
    assert all("alder-lab" in {one.keeper for one in entry.sightings} for entry in fold(seen).entries)


def test_a_statement_from_the_far_future_does_not_silence_the_others() -> None:
    ahead = says(a_said_case(), "elm-models", Remark(text="From ten years ahead."), 60 * 24 * 3650)
    merged = merge([a_said_case(), ahead])
    said = says(merged, "cedar-desk", Remark(text="We go on."), 10)
    assert "cedar-desk" in {entry.by for entry in fold(said).entries}
