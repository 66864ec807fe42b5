"""What orders would do, as JSON for other programs. The names are stable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from groundstop.cases.records import plain_value
from groundstop.directives.previewing import Count, Membership, Outcome, Preview


def preview_record(previews: Sequence[Preview]) -> dict[str, Any]:
    """Return what orders would do as plain JSON types.

    Args:
        previews: Of one order, or of several on the same requests.
    """
    replayed = previews[0].replayed
    return {
        "replayed": {
            "described": replayed.described,
            **_count(replayed.total),
            "first": plain_value(replayed.first),
            "last": plain_value(replayed.last),
            "unread": replayed.unread,
            "examples": list(replayed.examples),
        },
        "class_of": previews[0].class_of.content_id,
        "previews": [_preview(one) for one in previews],
    }


def _preview(preview: Preview) -> dict[str, Any]:
    newly = (Outcome.NEWLY_DENIED,)
    return {
        "directive": preview.directive.id,
        "sequence": preview.directive.sequence,
        "content": preview.directive.content_id,
        "moment": plain_value(preview.moment),
        "newly_cut_off": {
            **_count(preview.cut_off),
            **{one.value: _count(preview.count((one,), newly)) for one in Membership},
        },
        "licensees_served": _count(preview.count(outcomes=(Outcome.LICENSED,))),
        "cells": [
            {"membership": one.membership.value, "outcome": one.outcome.value, **_count(one.count)}
            for one in preview.cells
        ],
        "elsewhere": _count(preview.elsewhere),
        "swept_in": {"models": list(preview.swept_in.labels), **_count(preview.swept_in.count)},
        "surfaces": [
            {
                "id": one.id,
                "requests": one.requests,
                "unjudged": one.unjudged,
                "cannot_evaluate": list(one.cannot),
            }
            for one in preview.surfaces
        ],
        "alternatives": [
            {"model": one.model, "tested": one.tested, "open": one.open, "told": one.words}
            for one in preview.alternatives
        ],
        "fallback": preview.directive.fallback,
        "not_enforced": list(preview.directive.not_enforced),
        "notes": list(preview.notes),
    }


def _count(count: Count) -> dict[str, int]:
    return {"requests": count.requests, "users": count.users, "anonymous": count.anonymous}
