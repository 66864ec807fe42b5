"""Receipts are checked with sha256sum and openssl alone, by the commands of their page."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from shutil import which

import pytest

from tests.receipt_parts import KEY, a_checkpointed_folder, rewritten, the_file

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "receipts.md"
(COMMANDS,) = re.findall(r"^```shell\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
pytestmark = pytest.mark.skipif(which("openssl") is None, reason="there is no openssl here")


def checked(folder: Path) -> subprocess.CompletedProcess[str]:
    card = folder / "card.json"
    card.write_bytes(KEY.card.canonical())
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", COMMANDS],
        cwd=the_file(folder).parent,
        env={"CARD": str(card), "PATH": "/usr/bin:/bin", "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_what_a_gateway_wrote_passes(tmp_path: Path) -> None:
    done = checked(a_checkpointed_folder(tmp_path, more=2))
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.split()[-2:]
    assert first == second
    assert "Signature Verified Successfully" in done.stdout


def test_a_line_that_was_changed_is_found(tmp_path: Path) -> None:
    with rewritten(the_file(a_checkpointed_folder(tmp_path))) as lines:
        lines[1] = lines[1].replace(b"request-0", b"request-9")
    done = checked(tmp_path)
    assert done.returncode != 0
    assert "broken: " in done.stdout


def test_a_checkpoint_of_somebody_else_is_found(tmp_path: Path) -> None:
    path = the_file(a_checkpointed_folder(tmp_path)).parent / "checkpoints.jsonl"
    with rewritten(path) as lines:
        lines[-1] = lines[-1].replace(b'"sig":"', b'"sig":"AAAA')
    assert checked(tmp_path).returncode != 0
