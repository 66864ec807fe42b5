"""Rerunning by command: imports replayed, runs that were stopped, statements that are signed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.commands import Ended, groundstop
from tests.evidence_parties import in_folder

FIXTURES = Path(__file__).parents[1] / "fixtures" / "importers"
JUDGE = "type: phrase\nphrase: blue river stone\nmatch: alphanumeric\n"


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a workspace with an import, and the finding that was sealed from it to another party."""
    folder = tmp_path_factory.mktemp("imported")
    in_folder("key", "new", "reporter", folder=folder)
    in_folder("key", "new", "lab", "--workspace", "lab", folder=folder)
    in_folder("key", "import", "lab/.groundstop/keys/lab.json", folder=folder)
    ended = in_folder("import", "deepteam", FIXTURES / "deepteam.json", "--json", folder=folder)
    violated = [one for one in ended.json["import"]["classes"] if one["counts"]["violated"]]
    chosen = f"{violated[0]['behavior']}/{violated[0]['technique']}"
    seal = ("finding", "seal", "last", "--class", chosen, "--to", "lab", "--output", "f.gsb")
    assert in_folder(*seal, folder=folder).code == 0
    (folder / "judge.yaml").write_text(JUDGE)
    return folder


@pytest.fixture
def imported(sealed: Path, tmp_path: Path) -> Path:
    """Return a copy of that workspace, to work in."""
    return Path(shutil.copytree(sealed, tmp_path / "home"))


def rerun(folder: Path, *more: str) -> Ended:
    """Rerun the finding as the other party."""
    lab = ("--workspace", "lab", "--shares", "nothing", "--output", "rerun.json")
    return groundstop("reproduce", "f.gsb", *lab, *more, folder=folder)


def test_an_import_has_no_page_makes_no_calls_and_is_no_other_run(imported: Path) -> None:
    for command, said in (
        (("runs", "report"), "no HTML report of an import"),
        (("runs", "resume"), "makes no calls"),
        (("reproduce", "f.gsb", "--run", "last"), "is no reproduction of GSF-"),
    ):
        ended = in_folder(*command, folder=imported)
        assert ended.code == 2
        assert said in ended.err
    assert in_folder("runs", "show", "--json", folder=imported).json["tool"] == "deepteam"


def test_an_imported_finding_is_replayed_with_a_judge_that_is_brought(imported: Path) -> None:
    without = rerun(imported, "--target", "scripted:leaky")
    assert without.code == 2
    assert "Bring a judge with --judge" in without.err
    ended = rerun(imported, "--target", "scripted:custom?rate=1", "--judge", "judge.yaml", "--json")
    assert ended.code == 1, ended.err
    assert ended.json["reproduction"]["outcome"] == "reproduced"
    assert groundstop("finding", "add", "f.gsb", "rerun.json", folder=imported).code == 0
    assert groundstop("audit", "f.gsb", folder=imported).code == 0


def test_a_rerun_that_its_cap_ended_goes_on_and_is_signed_with_a_higher_one(imported: Path) -> None:
    target = ("--target", "scripted:custom?rate=1", "--judge", "judge.yaml")
    capped = rerun(imported, *target, "--max-calls", "1", "--json")
    assert capped.code == 3
    run = capped.json["reproduction"]["run"]
    taken = rerun(imported, "--run", run, "--max-calls", "100")
    assert taken.code == 2
    assert "rerun.json exists already" in taken.err
    (imported / "rerun.json").unlink()
    ended = rerun(imported, "--run", run, "--max-calls", "100", "--json")
    assert ended.code == 1, ended.err
    assert ended.json["reproduction"]["rate"]["n"] == 20
    assert (imported / "rerun.json").exists()


def test_a_file_that_is_in_the_way_is_told_before_anything_is_asked(imported: Path) -> None:
    (imported / "rerun.json").write_text("mine")
    ended = rerun(imported, "--target", "scripted:leaky", "--judge", "judge.yaml")
    assert ended.code == 2
    runs = in_folder("runs", "list", "--workspace", "lab", "--json", folder=imported).json
    assert runs == []
    assert (imported / "rerun.json").read_text() == "mine"
