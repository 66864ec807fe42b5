"""A verification as SARIF 2.1.0, which code-scanning pages show: one result, under its verdict's rule."""

from __future__ import annotations

import hashlib
from typing import Any

from groundstop import __version__
from groundstop.documents import FixVerdict, RateInterval, Undetermined, Verification
from groundstop.reports.verification_parts import PartState, ReportPart, parts_of, verdict_state
from groundstop.reports.verification_steps import next_step
from groundstop.reports.verification_verdict import verdict_sentence
from groundstop.reports.verification_words import (
    NOT_DECLARED,
    UNDETERMINED_WORDS,
    VERDICT_MEANINGS,
    VERDICT_NAMES,
    model_name,
)
from groundstop.reports.words import plain

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_LEVELS = {
    PartState.GOOD: "note",
    PartState.BAD: "error",
    PartState.UNDECIDED: "warning",
    PartState.NO_CLAIM: "none",
}


def sarif(verification: Verification) -> dict[str, Any]:
    """Return a verification as a SARIF log.

    Args:
        verification: What was found.

    Returns:
        Plain JSON types, the same for the same verification. It quotes nothing that was asked or answered.

    Source: OASIS, Static Analysis Results Interchange Format (SARIF) version 2.1.0, sections 3.13 to 3.58.
    """
    v = verification
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver()},
                "automationDetails": {"id": f"groundstop/verification/{v.finding_id}/round-{v.round}"},
                "invocations": [_invocation(v)],
                "results": [_result(v)],
                "columnKind": "unicodeCodePoints",
            }
        ],
    }


def _driver() -> dict[str, Any]:
    return {
        "name": "groundstop",
        "version": __version__,
        "informationUri": "https://groundstop.dev",
        "rules": [
            {
                "id": verdict.value,
                "name": "".join(word.capitalize() for word in verdict.value.split("_")),
                "shortDescription": {"text": f"Fix: {VERDICT_NAMES[verdict]}."},
                "fullDescription": {"text": VERDICT_MEANINGS[verdict]},
            }
            for verdict in FixVerdict
        ],
    }


def _invocation(v: Verification) -> dict[str, Any]:
    invocation: dict[str, Any] = {
        # The run was carried out; what came of it is in the result.
        "executionSuccessful": True,
        "toolExecutionNotifications": [
            {
                "descriptor": {"id": f"undetermined-{cause.value}"},
                "level": "warning",
                "message": {"text": _not_decided(v, cause)},
            }
            for cause in v.undetermined
        ],
    }
    if v.model.window_start is not None:
        invocation["startTimeUtc"] = f"{v.model.window_start:%Y-%m-%dT%H:%M:%SZ}"
    if v.model.window_end is not None:
        invocation["endTimeUtc"] = f"{v.model.window_end:%Y-%m-%dT%H:%M:%SZ}"
    return invocation


def _not_decided(v: Verification, cause: Undetermined) -> str:
    step = next_step(v, cause)
    return f"Not decided: {UNDETERMINED_WORDS[cause]}." + (f" {step}." if step else "")


def _result(v: Verification) -> dict[str, Any]:
    rule = v.verdict.value
    location = {"logicalLocations": [{"fullyQualifiedName": model_name(v.model), "kind": "resource"}]}
    return {
        "ruleId": rule,
        "ruleIndex": list(FixVerdict).index(v.verdict),
        "level": _LEVELS[verdict_state(v)],
        "message": {"text": verdict_sentence(v)},
        "locations": [location],
        "partialFingerprints": {
            "findingAndVerdict/v1": hashlib.sha256(f"{v.finding_id}\n{rule}".encode()).hexdigest()
        },
        "properties": {
            "finding": v.finding_id,
            "plan": v.plan,
            "run": plain(v.run),
            "by": v.by,
            "ownRun": v.own_run,
            "interests": plain(v.interests or NOT_DECLARED),
            "simulated": v.model.simulated,
            "round": v.round,
            "alpha": v.alpha,
            "expires": f"{v.expires:%Y-%m-%dT%H:%M:%SZ}" if v.expires else None,
            "undetermined": [cause.value for cause in v.undetermined],
            "parts": [_part(part) for part in parts_of(v)],
        },
    }


def _part(part: ReportPart) -> dict[str, Any]:
    counts = _counts(part.rate) if part.rate else {}
    return {
        "name": part.name,
        "state": part.state.value,
        "decision": part.decision,
        "sentence": f"{part.sentence}.",
        **counts,
    }


def _counts(rate: RateInterval) -> dict[str, float]:
    return {
        "violated": rate.violated,
        "n": rate.n,
        "undetermined": rate.undetermined,
        "lower": rate.lower,
        "upper": rate.upper,
    }
