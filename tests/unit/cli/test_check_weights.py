"""``directive check-weights``: its words, its JSON and how it ends."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from groundstop.cli.check_weights import check_weights
from groundstop.documents.directives import Descendants, Directive, Subject
from groundstop.errors import ExitCode, GroundstopError
from tests.directive_parts import a_directive, a_licence, a_model, a_stop, for_everybody

BASE = hashlib.sha256(b"base").hexdigest()
FAR = datetime(2999, 1, 1, tzinfo=UTC)


def order(number: int = 1, *, label: str = "helper", **changes: Any) -> Directive:
    model = a_model(label, weights=(BASE,), tokenizer=hashlib.sha256(b"tokens").hexdigest())
    subject = Subject(models=(model,), descendants=Descendants.DECLARED)
    return for_everybody(number, **{"subject": subject, "review": FAR, "expires": FAR, **changes})


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "weights").mkdir()
    (tmp_path / "order.json").write_bytes(order().canonical())
    return tmp_path


def run(place: Path, *arguments: str | Path, orders: str = "order.json") -> Result:
    return CliRunner().invoke(
        check_weights,
        [str(one) for one in (place / "weights", "--orders", place / orders, *arguments)],
        standalone_mode=False,
        env={"NO_COLOR": "1", "COLUMNS": "160"},
    )


def test_a_copy_is_grounded(place: Path) -> None:
    (place / "weights" / "renamed.bin").write_text("base")
    result = run(place)
    assert result.return_value == ExitCode.BAD
    assert result.stdout.startswith("Grounded: 1 match, 1 file compared.\n")
    assert "renamed.bin" in result.stdout
    assert "GSD-20260706-0000000001" in result.stdout


def test_other_weights_are_not_and_the_limits_are_told(place: Path) -> None:
    (place / "weights" / "other.bin").write_text("other")
    result = run(place)
    assert result.return_value == ExitCode.GOOD
    assert result.stdout.startswith("Nothing of it is grounded: 1 file compared.\n")
    for words in ("no signature was verified", "Converted, quantised"):
        assert words in result.stdout


def test_a_shared_tokenizer_cannot_be_told(place: Path) -> None:
    (place / "weights" / "tokenizer.json").write_text("tokens")
    (place / "weights" / "other.bin").write_text("other")
    result = run(place)
    assert result.return_value == ExitCode.INCONCLUSIVE
    assert "the same tokenizer" in result.stdout


def test_a_lineage_catches_a_converted_copy(place: Path) -> None:
    (place / "weights" / "small.gguf").write_text("small")
    edge = {
        "child": hashlib.sha256(b"small").hexdigest(),
        "parent": BASE,
        "relation": "quantised",
        "declared_by": "elm",
    }
    (place / "lineage.json").write_text(json.dumps({"edges": [edge]}))
    assert run(place).return_value == ExitCode.GOOD
    assert run(place, "--lineage", place / "lineage.json").return_value == ExitCode.BAD


def test_the_record_says_everything(place: Path) -> None:
    (place / "weights" / "a.bin").write_text("base")
    (place / "weights" / "link").symlink_to("/etc/hostname")
    record = json.loads(run(place, "--json", "--purl", "pkg:huggingface/oak/other@1").stdout)
    assert record["outcome"] == "caught"
    assert record["can_tell"] is False
    assert record["repositories"] == ["pkg:huggingface/oak/other@1"]
    (match,) = record["matches"]
    wanted = ("caught", "the same bytes", "a.bin", BASE, "GSD-20260706-0000000001", ["infer"])
    assert tuple(match[key] for key in ("outcome", "how", "name", "sha256", "order", "acts")) == wanted
    assert [one["name"] for one in record["not_compared"]] == ["link"]


def test_an_order_that_has_ended_grounds_nothing_and_a_future_one_says_so(place: Path) -> None:
    (place / "weights" / "a.bin").write_text("base")
    (place / "old.json").write_bytes(a_directive(subject=order().subject).canonical())
    over = run(place, orders="old.json")
    assert over.return_value == ExitCode.GOOD
    assert "ended on 2026-08-05" in over.stdout
    later = order(effective=FAR.replace(year=2998))
    (place / "later.json").write_bytes(later.canonical())
    assert "takes effect on 2998-01-01" in run(place, orders="later.json").stdout


def test_an_order_without_weights_is_told_and_settles_nothing_against_them(place: Path) -> None:
    (place / "weights" / "a.bin").write_text("base")
    hosted = order(subject=a_directive().subject)
    (place / "hosted.json").write_bytes(hosted.canonical())
    result = run(place, orders="hosted.json")
    assert result.return_value == ExitCode.GOOD
    assert "names nothing of helper that these files could be compared with" in result.stdout


def test_control_characters_of_a_name_do_not_reach_the_terminal(place: Path) -> None:
    (place / "weights" / "a\x1b[31mb.bin").write_text("base")
    assert "\x1b" not in run(place).stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--purl", "huggingface/elm/x"), "no package URL"),
        (("--lineage", "nothing.toml"), "no file"),
        (("--orders", "licence.json"), "grounds no model"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(place: Path, arguments: tuple[str, str], said: str) -> None:
    (place / "licence.json").write_bytes(a_licence().canonical())
    option, value = arguments
    given = value if option == "--purl" else place / value
    error = run(place, option, given).exception
    assert isinstance(error, GroundstopError)
    assert said in str(error)


def test_a_stop_is_read_too(place: Path) -> None:
    (place / "weights" / "a.bin").write_text("base")
    now = datetime.now(UTC)
    stop = a_stop(models=(f"sha256:{BASE}",), created=now, expires=now + timedelta(hours=1))
    (place / "stop.json").write_bytes(stop.canonical())
    assert run(place, orders="stop.json").return_value == ExitCode.BAD
