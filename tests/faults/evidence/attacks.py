"""Attacks on bundles.

Who has no key changes a bundle (``changed``). A reporter who cheats signs again (``resealed``, ``relogged``).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from groundstop.evidence import (
    Bundle,
    OwnKey,
)
from groundstop.evidence.statements import Subject
from groundstop.evidence.subjects import document_subject
from tests.evidence_samples import (
    a_key,
    audited,
    failures,
)

FINDING = "documents/000000-finding.json"
CORROBORATION = "documents/000001-corroboration.json"


def mallory() -> OwnKey:
    """Return the key of somebody whom nobody knows."""
    return a_key("mallory")


def fails(bundle: Bundle, folder: Path, what: str, member: str | None, said: str, **given: Any) -> None:
    """Check that the audit fails at this check, names this member, and says this."""
    found = failures(audited(bundle, folder, **given))
    assert any((what, member) == (check, where) and said in detail for check, where, detail in found), found


def envelope_of(bundle: Bundle, name: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(bundle.members[name])
    return value


def documents_of(bundle: Bundle) -> list[bytes]:
    return [one.data for one in bundle.documents]


def finding_subject(bundle: Bundle) -> Subject:
    return document_subject("finding", bundle.finding.content_id)
