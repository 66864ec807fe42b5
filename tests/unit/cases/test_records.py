from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from groundstop.cases.records import plain_record, plain_value
from groundstop.documents import ModelIdentity
from groundstop.documents.cases import Tier


@dataclass(frozen=True)
class Thing:
    """Something with a field of every kind."""

    tier: Tier
    at: datetime
    model: ModelIdentity
    inner: tuple[Thing, ...] = ()


def test_names_of_fields_are_names_in_the_record_and_moments_are_in_utc() -> None:
    at = datetime(2026, 7, 6, 11, 0, tzinfo=timezone(timedelta(hours=2)))
    model = ModelIdentity(provider="alder", name="desk-helper", snapshot=None)
    inner = Thing(Tier.BRIEF, at, model)
    record = plain_record(Thing(Tier.PUBLIC, at, model, (inner,)))
    assert (record["tier"], record["at"]) == ("public", "2026-07-06T09:00:00Z")
    assert record["model"] == model.to_json()
    assert record["inner"] == [plain_value(inner)]
    assert type(record["tier"]) is str
