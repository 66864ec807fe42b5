"""The front door: which format an advisory is in, and what it says."""

from __future__ import annotations

from collections.abc import Callable

from groundstop.cases.reading.csaf import read_csaf
from groundstop.cases.reading.fields import Fields
from groundstop.cases.reading.imported import MAX_BYTES, Imported
from groundstop.cases.reading.others import read_avid, read_cyclonedx, read_flaw_report
from groundstop.documents import parse_json
from groundstop.errors import DocumentError


def read_advisory(data: bytes, source: str) -> Imported:
    """Read another's advisory: CSAF 2.0, AVID report, AI flaw report, or CycloneDX with vulnerabilities.

    What it says is its publisher's word. It helps to open a case: title, models, references. What it tells of
    a party becomes no statement of that party, now or later: one person's word is never another's.

    Args:
        data: The file.
        source: Where it came from, for error messages.

    Returns:
        What it says, and what of it was left out.

    Raises:
        DocumentError: It is too large, not JSON, in no format that is known, or damaged. No value of the
            file is quoted.
    """
    if len(data) > MAX_BYTES:
        raise DocumentError(
            f"{source} holds {len(data):,} bytes, more than the {MAX_BYTES:,} that are read",
            "Give the advisory of one case",
        )
    top = Fields(parse_json(data, source=source), source)
    return _reader(top, source)(top, source)


def _reader(top: Fields, source: str) -> Callable[[Fields, str], Imported]:
    if "bomFormat" in top:
        return read_cyclonedx
    if "data_type" in top and "problemtype" in top:
        return read_avid
    if "Report ID" in top and "Flaw Description" in top:
        return read_flaw_report
    if "document" in top:
        return read_csaf
    raise DocumentError(
        f"{source} is in no format that is known here",
        "Give a CSAF 2.0 advisory, an AVID report, an AI flaw report or a CycloneDX VEX, as JSON",
    )
