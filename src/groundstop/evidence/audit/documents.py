"""Whether the documents of a bundle are of known form, and belong together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from groundstop.documents import Finding
from groundstop.errors import GroundstopError
from groundstop.evidence.audit.checks import Check, Rule
from groundstop.evidence.statements import Signed, Statement, digest_of, read_signed

FORM = Rule("documents", "a document is damaged, or is not in the one form that its signature is over")
KINDS = Rule("document kinds", "a newer release may say more about this document; nothing is guessed")


@dataclass(frozen=True, slots=True)
class Found:
    """A document as it lies in a bundle or in records. Nothing of it is verified."""

    name: str
    place: int | None
    """Its entry in the log; none when its name gives none."""
    digest: str
    """Of its bytes."""
    signed: Signed | None
    """None when it is malformed."""
    document: Statement | None
    """None when it is malformed, or of a kind that this release does not know."""

    @property
    def created(self) -> datetime | None:
        """When it says that it was made."""
        return None if self.document is None else self.document.created


def read_documents(documents: Iterable[tuple[str, int | None, bytes]]) -> tuple[list[Found], list[Check]]:
    """Read documents, each by itself, so that one bad one does not hide the others.

    Args:
        documents: Their names, places in the log, and bytes.

    Returns:
        All of them, and the checks.
    """
    found: list[Found] = []
    problems: list[tuple[str | None, str]] = []
    unknown: list[str] = []
    for name, place, data in documents:
        signed, document = None, None
        try:
            signed = read_signed(data, source="It")
            document = signed.document()
            if document is None:
                unknown.append(f"{name} ({signed.predicate_type})")
        except GroundstopError as error:
            problems.append((name, error.message))
            signed = None
        found.append(Found(name, place, digest_of(data), signed, document))
    checks = FORM.judge(problems, f"{len(found)} documents in canonical form")
    if unknown:
        checks.append(KINDS.not_checked(f"not known to this release: {', '.join(unknown)}"))
    return found, checks


def finding_of(found: Sequence[Found]) -> Finding | None:
    """Return the finding that a bundle begins with; none when it is malformed, or of an unknown version."""
    first = next((one.document for one in found if one.place == 0), None)
    return first if isinstance(first, Finding) else None
