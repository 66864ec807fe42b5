"""Orders and their signatures as JSON for other programs. The names are stable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from groundstop.directives.reading import OrderFile
from groundstop.directives.signatures import Signatures
from groundstop.directives.surfaces import cannot_evaluate, surfaces
from groundstop.documents.directives import Directive
from groundstop.reports.directive_others import said_facts


def order_record(file: OrderFile, signatures: Signatures | None, notes: Sequence[str] = ()) -> dict[str, Any]:
    """Return an order, or what goes with one, as plain JSON types.

    Args:
        file: As it was read.
        signatures: Those of the envelope; none for a document that nobody has signed.
        notes: What its author should look at.
    """
    document = file.document
    return {
        "kind": document.kind,
        "content": document.content_id,
        "document": document.to_json(),
        "signatures": signature_record(signatures),
        "told": [{"label": one.label, "lines": list(one.lines)} for one in said_facts(document, signatures)],
        "cannot_evaluate": _points(document) if isinstance(document, Directive) else {},
        "notes": list(notes),
    }


def signature_record(signatures: Signatures | None) -> dict[str, Any]:
    """Return signatures as plain JSON types.

    Args:
        signatures: Those of an envelope; none for a draft.
    """
    told = signatures.told if signatures is not None else ()
    return {
        "signed": [{"key": one.key_id, "name": one.name, "state": one.state.value} for one in told],
        "needed": signatures.quorum if signatures is not None else None,
        "missing": signatures.missing if signatures is not None else None,
    }


def _points(directive: Directive) -> dict[str, list[str]]:
    return {name: list(cannot_evaluate(directive, point)) for name, point in surfaces().items()}
