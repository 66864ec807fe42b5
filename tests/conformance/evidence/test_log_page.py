"""The page that describes the log says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from groundstop.evidence.log import Entry, FaultKind, VerifierKey, open_checkpoint
from tests.unit.evidence.log.logs import KEY, a_log, reader_of

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "log.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\w+\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_every_fault_is_explained() -> None:
    explained = re.findall(r"^\| `(\w+)` \|", PAGE.split("## What an audit finds")[1], re.MULTILINE)
    assert sorted(explained) == sorted(FaultKind)


def test_every_field_of_an_entry_is_explained_and_the_example_is_one() -> None:
    fields = re.findall(r"^\| `(\w+)` \|", PAGE.split("## Entries")[1].split("## ")[0], re.MULTILINE)
    assert fields == sorted(Entry.model_fields)
    assert Entry.parse(BLOCKS[0].strip().encode(), source="The example")


def test_the_example_of_a_checkpoint_is_a_real_one_and_verifies_with_the_example_of_a_key(
    tmp_path: Path,
) -> None:
    key = VerifierKey.parse(BLOCKS[2].strip())
    assert key == KEY
    signed = open_checkpoint(BLOCKS[1].encode(), [key], source="The example")
    a_log(tmp_path, 300)
    assert signed == reader_of(tmp_path).signed
