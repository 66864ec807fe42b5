"""What a decision-maker's brief says: one page, from what a case tells at that tier and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from groundstop.cases.exports.words import labels, standing_sentence
from groundstop.cases.tiers import Told
from groundstop.documents.cases import Tier
from groundstop.reports.case_brief_lines import (
    BriefColumn,
    BriefPart,
    Limits,
    cut,
    due_lines,
    fix_lines,
    panel_of,
    part_of,
    step_lines,
    sure_lines,
    unknown_lines,
    warning_of,
)
from groundstop.reports.case_brief_voices import (
    BriefVoice,
    dispute_lines,
    left_out_voices,
    severity_lines,
    speaking,
    voice_of,
)
from groundstop.reports.case_words import moment

LADDER = (
    Limits(10, 600, 8, 4),
    Limits(9.5, 480, 8, 3),
    Limits(9, 300, 7, 3),
    Limits(8.5, 220, 6, 2),
    Limits(8, 160, 5, 2),
    Limits(8, 120, 4, 1),
    Limits(7.5, 90, 3, 1),
    Limits(7, 40, 3, 1),
)
"""What is tried until a brief fits its page; the last fits whatever a case holds."""


@dataclass(frozen=True, slots=True)
class Brief:
    """A brief, in the order in which it is read."""

    mark: str
    """The TLP mark."""
    head: str
    title: str
    lead: str
    warning: str | None
    """What must be known before all else: an emergency, a contradiction, a simulation."""
    first: tuple[BriefPart, ...]
    panel: tuple[BriefColumn, ...]
    panel_note: str
    voices: tuple[BriefVoice, ...]
    voices_more: str | None
    later: tuple[BriefPart, ...]
    foot: str


def brief_of(told: Told, limits: Limits) -> Brief:
    """Return what a brief says.

    Args:
        told: The case as it is told at the tier of the brief, or a wider one.
        limits: How much of each kind it shows.

    Raises:
        ValueError: The case is told at a narrower tier: a brief would show more than it may.
    """
    if told.tier not in (Tier.BRIEF, Tier.PUBLIC):
        raise ValueError(f"a brief is made of what is told at its tier, not at the {told.tier.value} one")
    columns, note = panel_of(told, limits)
    parties = speaking(told, limits)
    return Brief(
        mark=told.tlp,
        head=f"{told.case}, as of {moment(told.as_of)}",
        title=cut(told.title, limits.words),
        lead=cut(f"About {labels(told.models)}. Exposure: {told.exposure.value}.", limits.words),
        warning=warning_of(told),
        first=(
            part_of("Which requirement", [standing_sentence(told)], limits),
            part_of("How sure", sure_lines(told), limits),
        ),
        panel=columns,
        panel_note=note,
        voices=tuple(voice_of(told, party, limits) for party in parties),
        voices_more=left_out_voices(told, parties),
        later=(
            part_of("What is disputed", dispute_lines(told), limits),
            part_of("The fix", fix_lines(told), limits),
            part_of("Severity", severity_lines(told), limits),
            part_of("What is due", due_lines(told), limits),
            part_of("Recommended next step", step_lines(told), limits),
            part_of("What is not known", unknown_lines(told), limits),
        ),
        foot=cut("Left out here: " + "; ".join(told.left_out) + ".", limits.words * 2),
    )
