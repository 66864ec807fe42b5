from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

import pytest

from groundstop.cases.files import (
    FILES,
    LOGS,
    README,
    CaseFile,
    is_case,
    parse_case,
    read_case,
    readme,
    save_new,
    save_over,
    statement_member,
)
from groundstop.cases.folding import fold
from groundstop.cases.keeping import with_sightings
from groundstop.documents.cases import Remark
from groundstop.errors import DocumentError, InputError
from groundstop.evidence.archive import write_archive
from groundstop.evidence.log import LogError
from groundstop.evidence.log.disk import locked
from tests.cases import CASE_ID, a_case, an_opening, at, opened_as, says
from tests.evidence_samples import a_bundle, alder, cedar
from tests.faults.cases.attacks import a_said_case, restated, with_member, without_logs


def test_a_case_comes_back_as_it_was_written(tmp_path: Path) -> None:
    save_new(tmp_path / "case.gsb", a_said_case())
    again = read_case(tmp_path / "case.gsb")
    assert again.members == a_said_case().members
    assert (again.id, again.source) == (CASE_ID, str(tmp_path / "case.gsb"))


def test_equal_cases_have_equal_bytes() -> None:
    turned = dict(reversed(list(a_said_case().members.items())))
    assert write_archive(turned) == write_archive(a_said_case().members)


def test_a_statement_is_called_by_its_digest() -> None:
    name, data = statement_member(b"{}")
    assert (name, data) == (f"statements/{hashlib.sha256(b'{}').hexdigest()}.json", b"{}")
    for digest in a_said_case().statements:
        assert f"statements/{digest.removeprefix('sha256:')}.json" in a_said_case().members


def test_a_bundle_is_no_case_and_a_case_is_no_bundle() -> None:
    assert is_case(a_said_case().members)
    assert not is_case(a_bundle().members)
    assert not is_case({})


def test_a_file_is_there_or_is_not() -> None:
    (sha256,) = [name.removeprefix(FILES) for name in a_case().members if name.startswith(FILES)]
    assert a_case().file(sha256) == write_archive(a_bundle().members)
    assert a_case().file("0" * 64) is None


def test_logs_are_put_together_by_their_folders() -> None:
    assert len(a_said_case().logs) == 3
    for folder, files in a_said_case().logs.items():
        assert "checkpoint" in files
        assert all(f"{LOGS}{folder}/{path}" in a_said_case().members for path in files)


def test_the_page_tells_of_the_case_and_of_nothing_else() -> None:
    page = readme(CASE_ID)
    assert page.startswith(f"# The case {CASE_ID}\n")
    assert "{{" not in page
    assert a_case().members[README].decode() == page


def test_a_case_without_an_opening_or_with_two_is_refused() -> None:
    opening = f"statements/{a_case().opening[0].removeprefix('sha256:')}.json"
    left = with_member(a_said_case(), opening, None)
    with pytest.raises(DocumentError, match="has 0 openings, and a case has one"):
        parse_case(write_archive(left.members), source="it")
    other, _ = restated(without_logs(opened_as(cedar())), "cedar-desk", cedar(), said=an_opening(title="2"))
    both = {**a_case().members, **other.members}
    with pytest.raises(DocumentError, match="has 2 openings, and a case has one"):
        parse_case(write_archive(both), source="it")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no file"):
        read_case(tmp_path / "none.gsb")
    with pytest.raises(InputError, match="is not a file"):
        read_case(tmp_path)


def test_a_new_file_does_not_take_the_place_of_another(tmp_path: Path) -> None:
    path = tmp_path / "case.gsb"
    path.write_bytes(b"something")
    with pytest.raises(InputError, match="exists already"):
        save_new(path, a_case())
    assert path.read_bytes() == b"something"


def test_a_case_is_saved_over_an_earlier_state_of_it(tmp_path: Path) -> None:
    path = tmp_path / "case.gsb"
    save_new(path, a_case())
    path.chmod(0o600)
    save_over(path, a_said_case())
    assert read_case(path).members == a_said_case().members
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_case_is_not_saved_over_one_that_has_more(tmp_path: Path) -> None:
    path = tmp_path / "case.gsb"
    save_new(path, a_said_case())
    before = path.read_bytes()
    other = says(a_case(), "birch-lab", Remark(text="So."), 1)
    with pytest.raises(InputError, match="was changed meanwhile: it has what was not there before") as caught:
        save_over(path, other)
    assert caught.value.hint == "Nothing was overwritten; run the command again"
    assert path.read_bytes() == before


def test_a_case_is_not_saved_over_what_is_no_case(tmp_path: Path) -> None:
    path = tmp_path / "case.gsb"
    path.write_bytes(b"notes of my own")
    with pytest.raises(DocumentError):
        save_over(path, a_said_case())
    assert path.read_bytes() == b"notes of my own"


def test_a_case_is_not_saved_while_another_program_writes_to_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "case.gsb"
    save_new(path, a_case())
    with locked(tmp_path), pytest.raises(LogError, match="is being written to by another program"):
        save_over(path, a_said_case())
    assert read_case(path).members == a_case().members


def test_a_log_that_another_program_saved_meanwhile_is_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "case.gsb"
    save_new(path, a_said_case())
    ours = says(read_case(path), "elm-models", Remark(text="So."), 5)
    save_over(path, with_sightings(read_case(path), alder(), now=at(4)))
    with suppress(InputError):
        # To refuse it is right, and so is to put both together.
        save_over(path, ours)
    keepers = [{one.keeper for one in entry.sightings} for entry in fold(read_case(path)).entries]
    assert all("alder-lab" in one for one in keepers[:3])


def test_other_members_make_another_case_of_the_same_name() -> None:
    other = a_said_case().with_members({README: b"x"})
    assert isinstance(other, CaseFile)
    assert (other.source, dict(other.members)) == (a_said_case().source, {README: b"x"})
