"""A directive as OpenC2 commands, against what the language's specification says of them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from groundstop.directives.openc2 import Language, OpenC2Export, openc2_commands
from groundstop.documents.directives import Descendants, HostedModel, OrderKind, Subject
from tests.directive_parts import a_directive, a_model, at, for_everybody

DIGEST = "ab" * 32
PURL = "pkg:huggingface/elm/desk@" + "c" * 40
ACTIONS = {"deny"}
TARGETS = {"file", "uri"}
"""Of the language itself; what is a profile's own has its namespace."""


def exported(language: Language = Language.V1, **changes: Any) -> OpenC2Export:
    hosted = (HostedModel(provider="elm", name="desk-helper", snapshot="2026-05-01"),)
    model = a_model(hosted=hosted, purls=(PURL,), weights=(DIGEST,), tokenizer="d" * 64)
    subject = Subject(models=(model,), descendants=Descendants.DECLARED)
    return openc2_commands(for_everybody(subject=subject, **changes), language=language)


@pytest.mark.parametrize("language", list(Language))
def test_each_command_has_the_form_of_the_specification(language: Language) -> None:
    for command in exported(language).commands:
        assert command["action"] in ACTIONS
        assert len(command["target"]) == 1
        args = command["args"]
        assert {"start_time", "stop_time"} <= set(args)
        assert "duration" not in args
        assert isinstance(args["start_time"], int)
        assert args["start_time"] < args["stop_time"]
        assert re.fullmatch(r"\S{1,36}", command["command_id"])
        last = "actuator" if language is Language.V1 else "profile"
        assert set(command) == {"action", "target", "args", "command_id", last}
    ids = [one["command_id"] for one in exported(language).commands]
    assert len(set(ids)) == len(ids) == 3


def test_weights_and_packages_are_the_languages_own_targets() -> None:
    hosted, purl, weights = (one["target"] for one in exported().commands)
    assert weights == {"file": {"hashes": {"sha256": DIGEST.upper()}}}
    assert purl == {"uri": PURL}
    own = {"provider": "elm", "name": "desk-helper", "snapshot": "2026-05-01", "aliases": ["helper-latest"]}
    assert hosted == {"x-groundstop:model": own}
    assert exported(Language.V2).commands[0]["target"] == {"x-groundstop": {"model": own}}


def test_times_are_milliseconds() -> None:
    args = exported().commands[0]["args"]
    assert args["start_time"] == int(at(0).timestamp()) * 1000
    assert args["stop_time"] == int(at(24 * 30).timestamp()) * 1000


def test_what_is_lost_is_listed() -> None:
    everybody = exported()
    assert not any("deny everybody" in one for one in everybody.lost)
    assert any("tokenizer" in one for one in everybody.lost)
    scoped = openc2_commands(a_directive())
    assert any("deny everybody" in one for one in scoped.lost)
    assert scoped.commands[0]["args"]["x-groundstop"]["everybody"] is False
    guard = exported(order=OrderKind.VIRTUAL_PATCH)
    assert any("guard" in one for one in guard.lost)
    for export in (everybody, scoped, guard):
        for word in ("licences", "unknown claims", "lifts", "appeal"):
            assert any(word in one for one in export.lost)


def test_the_text_is_json_and_the_same_each_time() -> None:
    export = exported()
    value = json.loads(export.to_json())
    assert value["openc2"] == "1.0"
    assert value["commands"] == json.loads(json.dumps(export.commands))
    assert export.to_json() == exported().to_json()
