"""Probes: harmless requests that show what a gateway does, and the report of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from groundstop.documents.base import ContentId, Document, Identifier, Moment, Part, Sha256Hex
from groundstop.documents.directives.subject import ModelName

HTTP_URL = r"^https?://[^\s<>\"]+$"


class Caller(StrEnum):
    """As whom a probe asks. The operator says which token is whose; the gateway is not asked."""

    WITHDRAWN = "withdrawn"
    """Somebody whom the order keeps out."""
    PERMITTED = "permitted"
    """Somebody whom it does not reach."""
    LICENSED = "licensed"
    """Somebody whom it reaches, and who has a licence."""
    UNKNOWN = "unknown"
    """Somebody who shows nothing."""


class Expected(StrEnum):
    """What has to become of a probe."""

    DENIED = "denied"
    """Kept out by this very order, or answered by another model where the order lets one answer."""
    SERVED = "served"
    KEPT_OUT = "kept-out"
    """Not passed on: by this order, or because the gateway does not take a request that is written so."""
    MARKED = "marked"
    """The list of models says that it is not there."""
    OPEN = "open"
    """The list of models does not say so."""


class ProbeOutcome(StrEnum):
    """How a probe came out."""

    AS_EXPECTED = "as-expected"
    LEAK = "leak"
    """It was served, or passed on, though the order keeps it out."""
    CUT_OFF = "cut-off"
    """An order kept it out that does not reach whoever asked."""
    UNREACHABLE = "unreachable"
    """Nothing answered, or what answers for the model did not."""
    UNPROVED = "unproved"
    """It was kept out, and nothing shows that it was by this order."""
    NOT_APPLICABLE = "not-applicable"
    """There is nothing there of that name or route."""


class Probe(Part):
    """One request, as it is planned."""

    route: str = Field(max_length=64)
    """Such as ``chat.completions``."""
    model: ModelName
    caller: Caller
    way: str = Field(default="plain", max_length=64)
    """How it is written: ``plain``, or a trick such as ``model-twice``."""
    stream: bool = False
    fallback: bool = True
    """False when it asks not to be answered by another model."""
    expected: Expected


class Probed(Part):
    """One request, and what became of it."""

    probe: Probe
    outcome: ProbeOutcome
    status: int | None = Field(default=None, ge=100, le=599)
    """None when nothing answered."""
    answered_by: ModelName | None = None
    """Where another model answered in the place of the one that was asked for."""
    why: str | None = Field(default=None, max_length=300)
    """None for what came out as expected and needs no word."""


class ProbeResult(Part):
    """Requests that differ in nothing but the model's name, and that came out alike."""

    route: str = Field(max_length=64)
    caller: Caller
    way: str = Field(max_length=64)
    stream: bool
    fallback: bool
    expected: Expected
    outcome: ProbeOutcome
    status: int | None = Field(default=None, ge=100, le=599)
    answered_by: ModelName | None = None
    why: str | None = Field(default=None, max_length=300)
    models: tuple[ModelName, ...] = Field(min_length=1, max_length=10_000)
    """The names that were asked for."""

    @property
    def probes(self) -> tuple[Probed, ...]:
        """Each of the requests."""
        shared = self.model_dump(include={"route", "caller", "way", "stream", "fallback", "expected"})
        return tuple(
            Probed(
                probe=Probe(model=model, **shared),
                outcome=self.outcome,
                status=self.status,
                answered_by=self.answered_by,
                why=self.why,
            )
            for model in self.models
        )


def results_of(probes: Sequence[Probed]) -> tuple[ProbeResult, ...]:
    """Return what became of requests, those that came out alike together, in the order of their first."""
    found: dict[tuple[object, ...], list[Probed]] = {}
    for one in probes:
        probe = one.probe
        asked = (probe.route, probe.caller, probe.way, probe.stream, probe.fallback, probe.expected)
        found.setdefault((*asked, one.outcome, one.status, one.answered_by, one.why), []).append(one)
    return tuple(
        ProbeResult(
            **first.probe.model_dump(exclude={"model"}),
            **first.model_dump(exclude={"probe"}),
            models=tuple(one.probe.model for one in alike),
        )
        for alike in found.values()
        for first in alike[:1]
    )


class ProbeCounts(Part):
    """How many came out how."""

    asked: int = Field(ge=0)
    as_expected: int = Field(ge=0)
    leaks: int = Field(ge=0)
    cut_off: int = Field(ge=0)
    unreachable: int = Field(ge=0)
    unproved: int = Field(ge=0)
    not_applicable: int = Field(ge=0)

    @classmethod
    def of(cls, results: Sequence[ProbeResult]) -> ProbeCounts:
        """Count probes."""
        found: Counter[ProbeOutcome] = Counter()
        for one in results:
            found[one.outcome] += len(one.models)
        return cls(
            asked=found.total(),
            as_expected=found[ProbeOutcome.AS_EXPECTED],
            leaks=found[ProbeOutcome.LEAK],
            cut_off=found[ProbeOutcome.CUT_OFF],
            unreachable=found[ProbeOutcome.UNREACHABLE],
            unproved=found[ProbeOutcome.UNPROVED],
            not_applicable=found[ProbeOutcome.NOT_APPLICABLE],
        )


class ProbeReport(Document):
    """What a gateway did with probes, signed by whoever asked."""

    title: ClassVar[str] = "Probe report"
    kind: Literal["probe-report"] = "probe-report"
    version: Literal[1] = 1
    prober: Identifier
    """Who asked, by the name of its key."""
    gateway: Identifier
    key_id: Sha256Hex | None
    """Of the gateway's key, as the fleet has it; none where it was not given."""
    url: str = Field(pattern=HTTP_URL, max_length=500)
    order: str = Field(max_length=64)
    """The id of the directive or stop."""
    content: ContentId
    """Its content id."""
    table: ContentId | None = None
    """The digest of the gateway's table, as it told before the first probe; none when it was not asked."""
    began: Moment
    created: Moment
    """When the last probe was answered."""
    counts: ProbeCounts
    results: tuple[ProbeResult, ...] = Field(min_length=1, max_length=100_000)

    @model_validator(mode="after")
    def _adds_up(self) -> ProbeReport:
        if self.counts != ProbeCounts.of(self.results):
            raise ValueError("the counts are not those of its results")
        if self.created < self.began:
            raise ValueError("it ended before it began")
        return self

    @property
    def callers(self) -> frozenset[Caller]:
        """As whom was asked."""
        return frozenset(one.caller for one in self.results)

    @property
    def probes(self) -> tuple[Probed, ...]:
        """Each probe that was made."""
        return tuple(probed for one in self.results for probed in one.probes)
