"""Exports: what a case tells at a tier, in the formats of others, each with what was lost on the way.

An export takes what is told (``groundstop.cases.tiers``) and never the case: it cannot show
more than its tier.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from groundstop.cases.exports.avid import export_avid
from groundstop.cases.exports.csaf import csaf_file_name, export_csaf
from groundstop.cases.exports.cyclonedx import export_cyclonedx
from groundstop.cases.exports.exported import Category, Exported, Json, JsonValue, Publisher, category_of
from groundstop.cases.exports.flaw_report import export_flaw_report
from groundstop.cases.exports.notice import NoticePoint, NoticeSection, export_notice, notice_sections
from groundstop.cases.tiers import Told
from groundstop.errors import InputError

FORMATS: Mapping[str, Callable[[Told, Publisher], Exported]] = {
    "csaf": export_csaf,
    "avid": export_avid,
    "flaw-report": export_flaw_report,
    "cyclonedx": export_cyclonedx,
    "notice": export_notice,
}
"""The formats, by the name they are asked for by."""


def export(told: Told, name: str, publisher: Publisher) -> Exported:
    """Export what a case tells.

    Args:
        told: What the case tells, at the tier that the export is for.
        name: A name in :data:`FORMATS`.
        publisher: Who publishes it.

    Returns:
        The export, with what was lost.

    Raises:
        InputError: There is no such format, or it is not for that tier.
    """
    if name not in FORMATS:
        raise InputError("There is no export format of that name", f"Give one of {', '.join(FORMATS)}")
    return FORMATS[name](told, publisher)


__all__ = [
    "FORMATS",
    "Category",
    "Exported",
    "Json",
    "JsonValue",
    "NoticePoint",
    "NoticeSection",
    "Publisher",
    "category_of",
    "csaf_file_name",
    "export",
    "export_avid",
    "export_csaf",
    "export_cyclonedx",
    "export_flaw_report",
    "export_notice",
    "notice_sections",
]
