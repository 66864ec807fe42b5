"""The lines of a decision-maker's brief, from what a case tells at that tier, and how they are shortened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groundstop.cases.exports.fixes import is_same, shown_of_claim
from groundstop.cases.exports.words import (
    ended,
    reruns_sentence,
    responses,
    verification_sentence,
)
from groundstop.cases.tiers import (
    Told,
    ToldColumn,
    ToldFact,
    ToldFinding,
    ToldRate,
    ToldVerification,
)
from groundstop.reports.case_same import OTHER_MODELS, SAME_MODEL
from groundstop.reports.case_words import counted, moment, plain_lines
from groundstop.reports.verification_words import capital

NAME = 60
"""Most characters of a model's name, or of a build's: what is said of it must not be cut off for it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of each kind a brief shows; the rest is counted, never dropped in silence."""

    size: float
    """Of the letters, in points."""
    words: int
    """Most characters of a sentence, or of a party's words."""
    items: int
    """Most lines of a section, and rows of a table."""
    said: int
    """Most statements of a party, where it has not made more kinds of them: the latest of each is shown."""


@dataclass(frozen=True, slots=True)
class BriefPart:
    """A section of a brief."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BriefColumn:
    """A model of the comparator panel."""

    model: str
    words: str
    rate: ToldRate
    plainly: str


def cut(words: str, most: int) -> str:
    """Return words in one line, and how many characters of them are left out."""
    line = plain_lines(words)
    if len(line) <= most:
        return line
    kept = line[:most].rstrip()
    return f"{kept}… (and {len(line) - len(kept)} more characters)"


def more_words(n: int, one: str, more: str) -> str | None:
    """Return how many are left out; none when none is."""
    return f"and {n} more {one if n == 1 else more}" if n > 0 else None


def part_of(title: str, lines: Sequence[str], limits: Limits) -> BriefPart:
    """Return a section, with as many of its lines as the limits allow, and how many more there are."""
    shown = [cut(line, limits.words) for line in lines[: limits.items]]
    rest = more_words(len(lines) - len(shown), "line", "lines")
    return BriefPart(title, (*shown, capital(rest) + ".") if rest else tuple(shown))


def warning_of(told: Told) -> str | None:
    """Return what must be known before all else; none when there is nothing of it."""
    found = [f"Emergency: {told.exposure.value}."] if told.emergency else []
    if told.forks:
        found.append(f"The record contradicts itself: {counted(told.forks, 'fork')}.")
    if told.set_aside:
        found.append(f"{capital(counted(told.set_aside, 'statement'))} set aside, not counted.")
    if any(finding.simulated for finding in told.findings):
        found.append("Simulated: no model was asked.")
    return " ".join(found) or None


def sure_lines(told: Told) -> list[str]:
    """Return how sure the finding is: counts, intervals, reruns."""
    lines = [_finding(one) for one in told.findings]
    lines.append(capital(reruns_sentence(told)))
    lines += [ended(f"Not counted: {who}, as {why}") for who, why in told.corroborations.not_counted]
    return lines


def _finding(one: ToldFinding) -> str:
    if one.rate is None:
        return f"Finding {one.id}: how often it works is not known here."
    shown = f"Finding {one.id}: the reported way of asking got through in {one.rate.words}"
    return f"{shown}, interval at {one.rate.level * 100:g} %; attestation: {one.attestation or 'none'}."


def panel_of(told: Told, limits: Limits) -> tuple[tuple[BriefColumn, ...], str]:
    """Return the comparator panel, the reported model first, and what is said of it."""
    if not told.comparators:
        return (), "No comparator run counts: whether other models do the same is not known."
    columns = (*_reported(told), *told.comparators)
    shown = columns[: limits.items]
    rest = more_words(len(columns) - len(shown), "model", "models")
    note = "Share that got through, with its interval, on a scale from 0 to 100 %"
    return tuple(_column(one) for one in shown), f"{note}{f'; {rest}' if rest else ''}."


def _reported(told: Told) -> list[ToldColumn]:
    """Return the reported model's own column, where the panel does not have it."""
    named = {column.model for column in told.comparators}
    return [
        ToldColumn(f"{one.model.label} (as reported)", one.rate, None)
        for one in told.findings
        if one.model is not None and one.rate is not None and one.model.label not in named
    ]


def _column(one: ToldColumn) -> BriefColumn:
    plainly = "not measured" if one.baseline is None else one.baseline.words
    return BriefColumn(cut(one.model, NAME), one.rate.words, one.rate, plainly)


def fix_lines(told: Told) -> list[str]:
    """Return what is true of a claimed fix, the latest verification first; each with what was tested."""
    latest = sorted(told.verifications, key=lambda one: one.at, reverse=True)
    given = [_uncounted(one) + _tested(told, one) + verification_sentence(one) for one in latest]
    if any(one.counts for one in told.verifications):
        return given
    claimed = any(one.type == "fix_claimed" and one.stands for one in told.statements)
    nobody = "A fix is claimed, and nobody independent has verified it." if claimed else "No fix is claimed."
    return [nobody, *given]


def _tested(told: Told, one: ToldVerification) -> str:
    """Return which model was tested, and as which build it is claimed to be fixed, where that is known."""
    build = _build(told, one)
    claimed = f", claimed as build {cut(build, NAME)}" if build else ""
    return f"On {cut(one.model or 'a model that is not attested', NAME)}{claimed}: "


def _build(told: Told, one: ToldVerification) -> str | None:
    """Return the build of the claim that a verification is of: of the latest claim of the model it tested."""
    claims = [claim for claim in responses(told) if claim.type == "fix_claimed"]
    of_model = [claim for claim in claims if claim.at <= one.at and is_same(one.tested, claim.model)]
    matched = of_model or [claim for claim in claims if one in shown_of_claim(told, claim).verifications]
    return matched[-1].build if matched else None


def _uncounted(one: ToldVerification) -> str:
    """Return that a verification does not count, where it does not: what may be cut off comes after it."""
    if one.counts:
        return ""
    why = f", as {one.problem.removesuffix('.')}" if one.problem else ""
    return f"Not counted{why}: "


def due_lines(told: Told) -> list[str]:
    """Return what is due, and from whom; an embargo first."""
    lines = []
    if told.embargo is not None and told.embargo.active:
        lines.append(f"Nothing is to be published until {moment(told.embargo.until)}.")
    lines += [
        f"From {one.party}: {one.what}" + (f", by {moment(one.by)}" if one.by else "") + _late(one.late)
        for one in told.due
    ]
    return lines or ["Nothing that is told here."]


def _late(late: bool) -> str:
    return "; the date is past." if late else "."


def unknown_lines(told: Told) -> list[str]:
    """Return what is not known; a comparator run of versions of one model alone is no missing one."""
    alone = {f"Not measured: {fact.what}." for fact in told.facts if is_without_others(fact, told)}
    kept = [line for line in told.unknown if line not in alone]
    return [*([f"{SAME_MODEL}."] if alone else []), *kept] or ["Nothing that is asked for here."]


def is_without_others(fact: ToldFact, told: Told) -> bool:
    """Tell whether a fact of other models has no value although a comparator run was made."""
    return fact.code in OTHER_MODELS and fact.value is None and any(one.rate.n for one in told.comparators)


def step_lines(told: Told) -> list[str]:
    """Return the recommended next step, by our own table."""
    if told.next_step is None:
        return ["Not told here."]
    one = told.next_step
    table = f"By our own table {one.table}, which decides nothing by itself"
    return [ended(f"{table}: {one.step}. {capital(one.why)}")]
