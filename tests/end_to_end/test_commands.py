"""The commands as a user runs them, on targets that need no model.

Each way to use standard output and the exit code is tried in processes of their own; the rest in this one.
"""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest

from groundstop.documents import Assessment, Comparison
from tests.commands import PROGRAM, environment, groundstop
from tests.evidence_parties import in_folder

ONE = ("--behavior", "keep-secret", "--technique", "list", "--seed", "1")


def test_an_assessment_prints_one_document_on_standard_output(tmp_path: Path) -> None:
    ended = groundstop("assess", "--target", "scripted:held", *ONE, "--json", folder=tmp_path)
    assessment = Assessment.parse(ended.out.encode(), source="standard output")
    assert ended.code == 0
    assert assessment.decision == "held"
    assert "keep-secret/list: held after 63 calls" in ended.err


def test_a_violated_target_ends_with_exit_code_1_and_says_so_in_words(tmp_path: Path) -> None:
    ended = groundstop("assess", "--target", "scripted:leaky", *ONE, folder=tmp_path)
    assert ended.code == 1
    assert "violated" in ended.out
    assert "simulated" in ended.out.casefold()


def test_a_target_that_slows_down_and_fails_now_and_then_is_decided_all_the_same(tmp_path: Path) -> None:
    ended = in_folder("assess", "--target", "scripted:flaky", *ONE, "--json", folder=tmp_path)
    assert ended.code == 0
    assert ended.json["spend"]["calls"] > 63


def test_runs_are_listed_shown_and_reported(tmp_path: Path) -> None:
    in_folder("assess", "--target", "scripted:leaky", *ONE, "--json", folder=tmp_path)
    listed = in_folder("runs", "list", "--json", folder=tmp_path).json
    assert [run["result"] for run in listed] == ["violated"]
    shown = in_folder("runs", "show", listed[0]["run"], folder=tmp_path)
    assert shown.code == 1
    assert "keep-secret" in shown.out
    trials = in_folder("runs", "show", "--trials", "--json", folder=tmp_path)
    assert all(json.loads(line)["kind"] == "trial" for line in trials.out.splitlines())
    reported = groundstop("runs", "report", "--output", "r.html", folder=tmp_path)
    assert reported.code == 0
    page = (tmp_path / "r.html").read_text()
    assert page.startswith("<!doctype html>")
    assert "blue river stone" not in page.casefold()


def test_no_output_but_the_records_holds_what_was_asked_or_answered(tmp_path: Path) -> None:
    ended = groundstop(
        "assess", "--target", "scripted:leaky", "--seed", "1", "--report", "r.html", folder=tmp_path
    )
    said = (ended.out + ended.err + (tmp_path / "r.html").read_text()).casefold()
    assert "blue river stone" not in said
    assert "fry the onion" not in said


def test_the_records_are_private_to_their_owner(tmp_path: Path) -> None:
    groundstop("runs", "list", folder=tmp_path)
    assert stat.S_IMODE((tmp_path / ".groundstop").stat().st_mode) == 0o700


def test_a_comparison_pairs_its_targets(tmp_path: Path) -> None:
    command = ("compare", "--recipe", "canary/keep-secret/list", "--target", "scripted:leaky")
    ended = groundstop(
        *command, "--target", "scripted:held", "-n", "12", "--seed", "1", "--json", folder=tmp_path
    )
    comparison = Comparison.parse(ended.out.encode(), source="standard output")
    assert ended.code == 0
    assert [column.rate.n for column in comparison.targets] == [12, 12]
    assert comparison.pairings[0].only_second == 0
    text = groundstop("runs", "show", folder=tmp_path)
    assert "scripted:leaky" in text.out


def test_a_recipe_of_the_wrong_form_is_refused(tmp_path: Path) -> None:
    ended = in_folder("compare", "--recipe", "list", "--target", "scripted:held", folder=tmp_path)
    assert ended.code == 2
    assert "SUITE/BEHAVIOR/TECHNIQUE" in ended.err


def test_benign_requests_are_counted(tmp_path: Path) -> None:
    ended = in_folder(
        "assess", "--target", "scripted:held", *ONE, "--benign", "10", "--json", folder=tmp_path
    )
    assert ended.json["benign_refused"]["n"] == 10


@pytest.mark.parametrize("name", ["scripted:held", "scripted:leaky"])
def test_a_target_is_checked_in_one_screen(tmp_path: Path, name: str) -> None:
    ended = in_folder("target", "check", name, folder=tmp_path)
    assert ended.code == 0
    assert "simulated" in ended.out
    assert len(ended.out.splitlines()) < 24
    assert in_folder("target", "check", name, "--json", folder=tmp_path).json["target"] == name


def test_a_target_that_is_not_there_fails_its_check(tmp_path: Path) -> None:
    ended = groundstop("target", "check", "http://127.0.0.1:1/v1#m", folder=tmp_path)
    assert ended.code == 4
    assert "cannot be reached" in " ".join(ended.out.split())


def test_suites_are_listed_shown_and_validated(tmp_path: Path) -> None:
    assert "canary" in in_folder("suite", "list", folder=tmp_path).out
    shown = in_folder("suite", "show", "canary", "--json", folder=tmp_path).json
    assert {"keep-secret", "forbidden-word", "stay-on-topic", "plain-format"} <= set(shown["behaviors"])
    assert in_folder("suite", "show", "canary", folder=tmp_path).code == 0


def test_a_folder_that_is_no_suite_is_bad(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    ended = groundstop("suite", "validate", "s", "--json", folder=tmp_path)
    assert ended.code == 1
    assert ended.json["problems"]


def test_an_imported_list_is_sealed_and_can_be_assessed_with_peoples_labels(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("goal,target\nSing a lighthouse song,Sure\nName a garden bird,Sure\n")
    imported = in_folder("suite", "import", "list.csv", "--name", "songs", folder=tmp_path)
    assert imported.code == 0
    (tmp_path / "list.csv").unlink()
    ended = in_folder(
        "assess", "--target", "scripted:held", "--suite", "suites/songs", "--json", folder=tmp_path
    )
    assert ended.code == 3, "without a label nothing is decided"
    assert {one["decision"] for one in ended.json["classes"]} == {"inconclusive"}
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert b"lighthouse" not in path.read_bytes(), path
    calls = ended.json["spend"]["calls"]
    trials = in_folder("runs", "show", "--trials", "--json", folder=tmp_path).out.splitlines()
    digests = {json.loads(line)["answer_sha256"] for line in trials}
    labels = "".join(f"{digest},held\n" for digest in digests)
    (tmp_path / "suites" / "songs" / "labels.csv").write_text("answer_sha256,verdict\n" + labels)
    labelled = in_folder("runs", "resume", "--json", folder=tmp_path)
    assert labelled.code == 0, labelled.err
    assert labelled.json["spend"]["calls"] >= calls
    key = tmp_path / ".groundstop" / "identity.txt"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_help_is_given_for_every_command(tmp_path: Path) -> None:
    for command in (
        (),
        ("assess",),
        ("compare",),
        ("runs",),
        ("runs", "resume"),
        ("finding",),
        ("finding", "minimize"),
        ("reproduce",),
        ("import",),
        ("audit",),
        ("key",),
        ("target",),
        ("suite",),
        ("demo",),
    ):
        ended = (in_folder if command else groundstop)(*command, "--help", folder=tmp_path)
        assert ended.code == 0
        assert "Usage: groundstop" in ended.out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_are_printed(tmp_path: Path, shell: str) -> None:
    assert "_GROUNDSTOP_COMPLETE" in in_folder("completion", shell, folder=tmp_path).out


def test_the_shell_completes_commands(tmp_path: Path) -> None:
    ended = groundstop(
        folder=tmp_path, _GROUNDSTOP_COMPLETE="bash_complete", COMP_WORDS="groundstop a", COMP_CWORD="1"
    )
    assert "assess" in ended.out


def test_no_colour_codes_are_written_where_nobody_wants_them(tmp_path: Path) -> None:
    ended = groundstop("assess", "--target", "scripted:leaky", *ONE, folder=tmp_path, FORCE_COLOR="")
    assert "\x1b[" not in ended.out + ended.err


def test_a_reader_that_goes_away_causes_no_traceback(tmp_path: Path) -> None:
    in_folder("assess", "--target", "scripted:held", *ONE, "--json", folder=tmp_path)
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [*PROGRAM, "runs", "show", "--trials"],
        cwd=tmp_path,
        env=environment(),
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write)
    assert done.stderr == ""
    assert done.returncode == 1, "as every program that writes to a closed pipe"
