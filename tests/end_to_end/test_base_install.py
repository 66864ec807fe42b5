"""What must work without the extras: checking, opening and growing findings, and keys."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from groundstop.evidence import KeyFolder, save_bundle, sign_verification, write_trust
from tests.commands import environment, groundstop
from tests.evidence_samples import KEYS_MADE, a_verification, birch, sealed, trusting

_WITHOUT = """
import sys
for package in ("numpy", "scipy", "aiohttp", "jinja2", "yaml", "xllamacpp"):
    sys.modules[package] = None
from groundstop.cli.main import run
sys.exit(run(sys.argv[1:]))
"""
"""Runs a command in a Python in which the packages of the extras cannot be imported."""


def without_extras(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as a base install would."""
    return subprocess.run(
        [sys.executable, "-c", _WITHOUT, *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace with a sealed finding."""
    folder = tmp_path_factory.mktemp("base")
    groundstop("key", "new", "reporter", folder=folder)
    assess = ("--target", "scripted:leaky", "--behavior", "keep-secret", "--technique", "list", "--seed", "1")
    assert groundstop("assess", *assess, folder=folder).code == 1
    assert groundstop("finding", "seal", "--output", "f.gsb", folder=folder).code == 0
    return folder


def test_an_audit_needs_no_extras_and_says_what_it_left_out(folder: Path) -> None:
    ended = without_extras("audit", "f.gsb", folder=folder)
    assert ended.returncode == 0, ended.stderr
    assert "the statistics are not installed" in " ".join(ended.stdout.split())


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("finding", "show", "f.gsb"), "not added up"),
        (("finding", "verify", "f.gsb", "--key", "reporter"), "trials is as told openly"),
        (("finding", "open", "f.gsb", "--part", "plan", "--purpose", "a test"), '"kind":"plan"'),
        (("key", "new", "another", "--workspace", "elsewhere"), "another"),
        (("key", "show"), "reporter"),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, tuple) else "",
)
def test_a_base_install_is_enough_for(folder: Path, command: tuple[str, ...], said: str) -> None:
    ended = without_extras(*command, folder=folder)
    assert ended.returncode == 0, ended.stderr
    assert said in " ".join(ended.stdout.split())


def test_a_base_install_is_enough_to_add_a_verification_and_to_show_it(tmp_path: Path) -> None:
    keys = KeyFolder(tmp_path / ".groundstop" / "keys")
    keys.new("alder-lab", created=KEYS_MADE)
    bundle = sealed(None, keys.load("alder-lab"))
    save_bundle(tmp_path / "f.gsb", bundle)
    told = a_verification(finding=bundle.finding.content_id)
    (tmp_path / "told.json").write_bytes(sign_verification(told, birch()))
    write_trust(tmp_path / "groundstop-trust.json", trusting(birch()))
    ended = without_extras("finding", "add", "f.gsb", "told.json", "--key", "alder-lab", folder=tmp_path)
    assert ended.returncode == 0, ended.stderr
    ended = without_extras("finding", "show", "f.gsb", folder=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert "CLASS MITIGATED, verified by birch-lab" in ended.stdout
