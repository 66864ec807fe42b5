"""Cases need no extras: every command but a PDF and a reminder through Apprise works on a base install."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from groundstop.cli.case import case
from tests.commands import environment
from tests.evidence_parties import Party
from tests.unit.reports.test_pages import compared

_WITHOUT = """
import contextlib, io, json, sys
for package in ("numpy", "scipy", "aiohttp", "yaml", "xllamacpp", "typst", "apprise", "avidtools", "jef"):
    sys.modules[package] = None
from groundstop.cli.main import run
ended = []
for words in json.load(sys.stdin):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = int(run(words))
    ended.append({"code": code, "out": out.getvalue(), "err": err.getvalue()})
    if code not in (0, 1):
        break
json.dump(ended, sys.stdout)
"""
"""Runs commands one after the other in a Python in which the packages of the extras cannot be imported."""


def without_extras(commands: list[tuple[str | Path, ...]]) -> list[dict[str, Any]]:
    """Run commands as a base install would; none after one that failed."""
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT],
        input=json.dumps([[str(word) for word in words] for words in commands]),
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    ended: list[dict[str, Any]] = json.loads(done.stdout)
    return ended


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two parties, a finding and a comparator run."""
    root = tmp_path_factory.mktemp("base-cases") / "root"
    root.mkdir()
    reporter, developer = (Party.new(name, root / name) for name in ("harbour-team", "elm-models"))
    reporter.believes(developer)
    developer.believes(reporter)
    reporter.seals(root / "finding.gsb", "--to", "elm-models")
    (root / "comparison.json").write_bytes(compared()[1].canonical())
    return root


@pytest.fixture
def root(begun: Path, tmp_path: Path) -> Path:
    shutil.copytree(begun, tmp_path / "root")
    return tmp_path / "root"


def commands_of(root: Path) -> list[tuple[str | Path, ...]]:
    """Return every command of a case in the order in which parties use them."""
    ours, theirs, shared = root / "case.gsb", root / "theirs.gsb", root / "shared"
    mine, others = ("--workspace", root / "harbour-team"), ("--workspace", root / "elm-models")
    shared.mkdir()
    axes = ("capability_gain=1", "breadth=0", "ease_of_weaponization=1", "discoverability=1")
    reasons = [part for axis in axes for part in ("--reason", f"{axis.split('=')[0]}=As it was measured.")]
    run = ("--comparators", root / "comparison.json")
    published = ("--publisher", "Harbour", "--namespace", "https://harbour.example")
    opened = ("--title", "The desk tells its password", "--party", "developer=elm-models")
    forms = ("csaf", "avid", "flaw-report", "cyclonedx", "notice")
    return [
        ("case", "types"),
        ("case", "profiles"),
        ("case", "policies"),
        ("case", "open", root / "finding.gsb", *opened, "--output", ours, *mine),
        ("case", "interests", ours, "--none-of", "organisation", "--none-of", "person", *mine),
        ("case", "invite", ours, "operator=lighthouse-cloud", *mine),
        ("case", "import", ours, "--output", theirs, *others),
        ("case", "say", theirs, "acknowledged", *others),
        ("case", "export", theirs, "--to", shared, *others),
        ("case", "merge", ours, shared, *mine),
        ("case", "score", ours, *axes, *reasons, *run, *mine),
        ("case", "disclose", ours, "--tier", "brief", "--to", "elm-models", *mine),
        ("case", "state", ours),
        ("case", "state", ours, "--json"),
        ("case", "show", ours, "--report", root / "case.html"),
        ("case", "show", ours, "--json"),
        ("case", "timeline", ours, "--report", root / "timeline.html"),
        ("case", "brief", ours, "--output", root / "brief.html"),
        *(
            ("case", "advisory", ours, "--format", form, *published, "--output", root / form)
            for form in forms
        ),
        ("case", "read", root / "csaf"),
        ("case", "remind", ours, "--within", "30d", "--command", f"tee -a {root / 'got.txt'}", *mine),
        ("audit", ours, *mine),
    ]


def test_a_base_install_is_enough_for_every_command_of_a_case(root: Path) -> None:
    commands = commands_of(root)
    ended = without_extras(commands)
    assert [one for one in ended if one["code"] not in (0, 1)] == []
    assert len(ended) == len(commands)
    for name in ("case.html", "timeline.html", "brief.html"):
        assert (root / name).read_text(encoding="utf-8").startswith("<!doctype html>")
    audit = ended[-1]
    assert audit["code"] == 0, audit["out"]
    assert "the statistics are not installed" in " ".join(audit["out"].split())


def test_every_command_of_a_case_was_tried_on_a_base_install(root: Path) -> None:
    tried = {words[1] for words in commands_of(root) if words[0] == "case"}
    # Revealing an identity takes no other way than saying something.
    assert set(case.list_commands(click.Context(case))) - tried == {"reveal"}


def test_what_needs_an_extra_says_which(root: Path) -> None:
    ours = root / "case.gsb"
    mine = ("--workspace", root / "harbour-team")
    opened = ("case", "open", root / "finding.gsb", "--title", "It", "--output", ours, *mine)
    *_, pdf = without_extras([opened, ("case", "brief", ours, "--output", root / "brief.pdf")])
    assert pdf["code"] == 2
    assert "groundstop[" in pdf["err"]
    assert not (root / "brief.pdf").exists()
