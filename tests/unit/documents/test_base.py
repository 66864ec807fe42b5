from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from groundstop.documents import ModelIdentity, Requirement, SuiteManifest, Trial
from groundstop.documents.base import Moment, describe
from groundstop.errors import DocumentError

MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)
REQUIREMENT = b'{"kind":"requirement","version":1,"id":"secret","statement":"Tell nobody."}'


def test_a_document_read_from_its_canonical_bytes_is_the_same_document() -> None:
    document = Requirement.parse(REQUIREMENT, source="a test")
    assert Requirement.parse(document.canonical(), source="a test") == document


def test_the_content_id_depends_on_the_content_and_not_on_the_order_of_fields() -> None:
    reordered = b'{"statement":"Tell nobody.","id":"secret","version":1,"kind":"requirement"}'
    changed = REQUIREMENT.replace(b"nobody", b"anybody")
    original = Requirement.parse(REQUIREMENT, source="a test")
    assert Requirement.parse(reordered, source="a test").content_id == original.content_id
    assert Requirement.parse(changed, source="a test").content_id != original.content_id


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (REQUIREMENT.replace(b'"id"', b'"ID"'), "unknown field 'ID'"),
        (REQUIREMENT.replace(b',"statement":"Tell nobody."', b""), "lacks the field 'statement'"),
        (REQUIREMENT.replace(b'"secret"', b'"No Such Id"'), "wrong value at 'id'"),
        (REQUIREMENT.replace(b'"requirement"', b'"plan"'), "is not a requirement document"),
        (REQUIREMENT.replace(b'"version":1', b'"version":2'), "reads version 1"),
        (b"[1]", "wrong value at the top level"),
        (b"{", "is not JSON"),
    ],
)
def test_a_wrong_document_is_refused_with_a_sentence_that_says_where(data: bytes, sentence: str) -> None:
    with pytest.raises(DocumentError) as caught:
        Requirement.parse(data, source="the file r.json")
    assert sentence in caught.value.message
    assert caught.value.message.startswith("the file r.json")
    assert caught.value.hint


def test_an_error_never_repeats_the_value_that_was_wrong() -> None:
    secret = "blue river stone"
    data = REQUIREMENT.replace(b'"secret"', f'"{secret}"'.encode())
    with pytest.raises(DocumentError) as caught:
        Requirement.parse(data, source="a test")
    assert secret not in str(caught.value)


def test_documents_cannot_be_changed() -> None:
    document = Requirement.parse(REQUIREMENT, source="a test")
    with pytest.raises(Exception, match="frozen"):
        document.id = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    "moment",
    [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+00:01",
        "9000-01-01T00:00:01Z",
    ],
)
def test_a_moment_that_cannot_be_worked_with_is_refused(moment: str) -> None:
    with pytest.raises(ValidationError, match="the moment is"):
        MOMENT.validate_python(moment)


@pytest.mark.parametrize("moment", ["1970-01-01T00:00:00Z", "9000-01-01T00:00:00Z"])
def test_a_moment_is_of_the_years_1970_to_9000(moment: str) -> None:
    assert MOMENT.validate_python(moment).tzinfo is UTC


def test_times_are_kept_in_utc_and_must_have_a_zone() -> None:
    fields = {
        "plan": "sha256:" + "0" * 64,
        "phase": "confirm",
        "target": "scripted:held",
        "behavior": "b",
        "technique": "t",
        "variant": None,
        "index": 0,
        "seed": 1,
        "verdict": "held",
        "reason": "no match",
        "request_sha256": "0" * 64,
        "answer_sha256": None,
        "attempts": 1,
        "latency_ms": 1,
    }
    trial = Trial.model_validate({**fields, "started": "2026-07-02T12:00:00+02:00"})
    assert trial.started == datetime(2026, 7, 2, 10, tzinfo=UTC)
    assert trial.to_json()["started"] == "2026-07-02T10:00:00Z"
    with pytest.raises(ValueError, match="timezone"):
        Trial.model_validate({**fields, "started": "2026-07-02T12:00:00"})


def test_several_problems_are_counted_and_the_first_is_named() -> None:
    with pytest.raises(ValueError, match="2 validation errors") as caught:
        ModelIdentity.model_validate({"provider": "", "name": ""})
    message, _ = describe(caught.value, source="a test")  # type: ignore[arg-type]
    assert "'provider'" in message
    assert "(and 1 more)" in message


def test_a_split_salt_too_short_to_be_a_salt_is_refused() -> None:
    with pytest.raises(ValueError, match="split_salt"):
        SuiteManifest.model_validate(
            {"id": "s", "name": "S", "release": "1", "description": "d", "licence": "CC0", "split_salt": "x"}
        )
