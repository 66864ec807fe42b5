"""A verification as SARIF 2.1.0.

The schema here is of the part of the format that is used, written from the specification. To check against
the whole schema as OASIS publishes it, set GROUNDSTOP_SARIF_SCHEMA to the path of sarif-schema-2.1.0.json.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from groundstop.documents import Draw, FixVerdict, Undetermined, Verification
from groundstop.reports import sarif, verdict_sentence
from tests import verification_parts as parts
from tests import verifications as made
from tests.unit.reports.test_pages import HOSTILE

EVERY = made.every_kind()
OFFICIAL = os.environ.get("GROUNDSTOP_SARIF_SCHEMA")

TEXT = {"type": "string", "minLength": 1}
MESSAGE = {
    "type": "object",
    "properties": {"text": TEXT},
    "required": ["text"],
    "additionalProperties": False,
}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"}


def closed(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": required | optional,
        "required": list(required),
        "additionalProperties": False,
    }


RULE = closed(
    {"id": TEXT},
    name=TEXT,
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
)
NOTIFICATION = closed({"message": MESSAGE}, descriptor=closed({"id": TEXT}), level=LEVEL)
LOCATION = closed(
    {},
    logicalLocations={"type": "array", "items": closed({"fullyQualifiedName": TEXT, "kind": TEXT})},
)
RESULT = closed(
    {"message": MESSAGE},
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level=LEVEL,
    locations={"type": "array", "items": LOCATION},
    partialFingerprints={"type": "object", "additionalProperties": {"type": "string"}},
    properties={"type": "object"},
)
DRIVER = closed(
    {"name": TEXT},
    version=TEXT,
    informationUri={"type": "string", "pattern": "^https://"},
    rules={"type": "array", "items": RULE, "uniqueItems": True},
)
INVOCATION = closed(
    {"executionSuccessful": {"type": "boolean"}},
    startTimeUtc=TIME,
    endTimeUtc=TIME,
    toolExecutionNotifications={"type": "array", "items": NOTIFICATION},
)
RUN = closed(
    {"tool": closed({"driver": DRIVER})},
    automationDetails=closed({"id": TEXT}),
    invocations={"type": "array", "items": INVOCATION},
    results={"type": "array", "items": RESULT},
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
)
LOG = closed({"version": {"const": "2.1.0"}, "runs": {"type": "array", "items": RUN}}, **{"$schema": TEXT})


def result(v: Verification) -> dict[str, Any]:
    (found,) = sarif(v)["runs"][0]["results"]
    return dict(found)


@pytest.mark.parametrize("name", EVERY)
def test_the_log_has_the_form_of_the_specification(name: str) -> None:
    log = sarif(EVERY[name])
    jsonschema.validate(log, LOG)
    assert json.loads(json.dumps(log)) == log


@pytest.mark.skipif(OFFICIAL is None, reason="GROUNDSTOP_SARIF_SCHEMA does not name the schema of OASIS")
def test_every_log_fits_the_published_schema() -> None:
    schema = json.loads(Path(str(OFFICIAL)).read_bytes())
    for v in EVERY.values():
        jsonschema.validate(sarif(v), schema)


@pytest.mark.parametrize("name", EVERY)
def test_the_result_stands_under_the_rule_of_its_verdict(name: str) -> None:
    v = EVERY[name]
    rules = sarif(v)["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [verdict.value for verdict in FixVerdict]
    one = result(v)
    assert one["ruleId"] == rules[one["ruleIndex"]]["id"] == v.verdict.value
    assert one["message"]["text"] == verdict_sentence(v)


@pytest.mark.parametrize(
    ("v", "level"),
    [
        (made.class_mitigated(), "note"),
        (made.technique_blocked(), "error"),
        (made.listed_only(), "warning"),
        (made.claim_unsupported(), "error"),
        (made.undetermined(Undetermined.BENIGN), "warning"),
        (made.residual(), "error"),
        (made.regressed_benign(), "error"),
        (made.undetermined(Undetermined.JUDGE), "warning"),
    ],
)
def test_the_level_says_how_bad_a_verification_is(v: Verification, level: str) -> None:
    assert result(v)["level"] == level


def test_the_fingerprint_is_of_the_finding_and_the_verdict_and_of_nothing_else() -> None:
    first = result(made.residual())["partialFingerprints"]
    later = made.residual().model_copy(update={"round": 2, "run": "another", "reason": "other words"})
    assert result(later)["partialFingerprints"] == first
    assert result(made.class_mitigated())["partialFingerprints"] != first
    other = made.residual().model_copy(update={"finding_id": "GSF-20260620-aaaaaaaaaa"})
    assert result(other)["partialFingerprints"] != first


def test_counts_of_every_part_are_properties() -> None:
    properties = result(made.technique_blocked())["properties"]
    persona = next(part for part in properties["parts"] if part["name"] == "variants: persona")
    assert (persona["violated"], persona["n"], persona["undetermined"]) == (2, 3, 0)
    assert persona["state"] == "bad"
    assert properties["ownRun"] is False
    assert properties["expires"] == "2026-08-01T14:00:00Z"


def test_what_is_undetermined_is_a_notification_with_its_next_step() -> None:
    (invocation,) = sarif(made.partly_claimed())["runs"][0]["invocations"]
    told = {
        one["descriptor"]["id"]: one["message"]["text"] for one in invocation["toolExecutionNotifications"]
    }
    assert set(told) == {"undetermined-variants", "undetermined-potency"}
    assert "too few variants" in told["undetermined-variants"]
    assert "Bring more variants" in told["undetermined-variants"]
    assert invocation["startTimeUtc"] == "2026-07-02T12:00:00Z"


def test_a_cause_that_another_step_takes_care_of_is_still_told() -> None:
    (invocation,) = sarif(made.budget_ended())["runs"][0]["invocations"]
    endpoint, budget = (one["message"]["text"] for one in invocation["toolExecutionNotifications"])
    assert endpoint == "Not decided: the endpoint changed meanwhile, or whether it did is not known."
    assert budget.startswith("Not decided: the budget ran out. Go on with a higher cap: ")


def test_the_result_tells_the_verifiers_interests() -> None:
    assert result(made.class_mitigated())["properties"]["interests"] == "none"
    assert result(made.own_run())["properties"]["interests"] == "not declared"


def test_a_verification_that_asked_nothing_has_no_times() -> None:
    model = parts.the_model().model_copy(update={"window_start": None, "window_end": None})
    log = sarif(made.a_verification(model=model, expires=None))
    jsonschema.validate(log, LOG)
    assert "startTimeUtc" not in log["runs"][0]["invocations"][0]
    assert log["runs"][0]["results"][0]["properties"]["expires"] is None


def test_no_control_character_of_a_document_gets_through() -> None:
    v = made.a_verification(
        run=HOSTILE, claim=parts.claim().model_copy(update={"stated": HOSTILE}), judge_note=HOSTILE
    ).model_copy(update={"draw": Draw(source=HOSTILE, value="1", public=True)})
    assert "\\u001b" not in json.dumps(sarif(v))
