"""A public notice in plain language, as text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from groundstop.cases.exports.exported import Exported, Publisher
from groundstop.cases.exports.fixes import Shown, shown_sentences
from groundstop.cases.exports.words import (
    EXPOSURE_WORDS,
    day,
    doing,
    labels,
    ranges_sentence,
    reruns_sentence,
    responses,
    standing_sentence,
)
from groundstop.cases.tiers import Told
from groundstop.documents.cases import Role, Tier
from groundstop.errors import InputError

WIDTH = 78

_LOST = (
    "Everything that the public tier leaves out; the notice names it.",
    "Signatures, logs and their proofs: the notice says where the case is, and proves nothing by itself.",
)


@dataclass(frozen=True, slots=True)
class NoticePoint:
    """A point of a notice."""

    text: str
    """A sentence; without its full stop where own words follow."""
    words: str | None = None
    """What a party says, in its own words."""


@dataclass(frozen=True, slots=True)
class NoticeSection:
    """A section of a notice."""

    title: str
    points: tuple[NoticePoint, ...]


def export_notice(told: Told, publisher: Publisher) -> Exported:
    """Make a public notice.

    Args:
        told: What the case tells in public.
        publisher: Who publishes it.

    Returns:
        The notice, and what was lost.

    Raises:
        InputError: What is told is told at another tier: a public notice has nothing of it.
    """
    if told.tier is not Tier.PUBLIC:
        raise InputError(
            f"A public notice is not made from what the tier {told.tier} tells", "Make it at the tier public"
        )
    text = "\n".join(_lines(told, publisher)) + "\n"
    return Exported("notice", f"{told.case.lower()}.notice.txt", text, _LOST)


def _lines(told: Told, publisher: Publisher) -> Iterator[str]:
    title = plain(told.title)
    yield from (title, "=" * min(len(title), WIDTH), "")
    yield from _paragraph(f"Case {told.case}, as it stood on {day(told.as_of)}. {told.tlp}: for everybody.")
    yield from _paragraph(f"Published by {publisher.name}, {publisher.namespace}.")
    for section in notice_sections(told):
        yield from (section.title, "-" * len(section.title), "")
        for point in section.points:
            words = "" if point.words is None else f'. In its own words: "{point.words}"'
            yield from textwrap.wrap(
                plain(point.text + words), WIDTH, initial_indent="* ", subsequent_indent="  "
            )
        yield ""


def notice_sections(told: Told) -> tuple[NoticeSection, ...]:
    """Return what a public notice says, for its text and its page; a section that says nothing is left out.

    Args:
        told: What the case tells in public.
    """
    shown = Shown(tuple(one for one in told.verifications if one.counts), len(told.findings))
    left_out = [f"{one[:1].upper()}{one[1:]}." for one in told.left_out]
    sections = (
        ("What it is about", _points(_about(told))),
        ("What was measured", _points(_measured(told))),
        ("What the developer says", tuple(_said_by_developers(told))),
        ("What others say", tuple(_said_by_others(told))),
        ("What is known of a fix", _points(shown_sentences(told, shown))),
        ("What is not known", _points(told.unknown)),
        ("What this notice leaves out", _points(left_out)),
    )
    return tuple(NoticeSection(title, points) for title, points in sections if points)


def _points(sentences: Iterable[str]) -> tuple[NoticePoint, ...]:
    return tuple(NoticePoint(one) for one in sentences)


def _about(told: Told) -> Iterator[str]:
    yield f"The model: {labels(told.models)}."
    yield standing_sentence(told)
    yield EXPOSURE_WORDS[told.exposure]
    closed = f"and closed on {day(told.closed)}" if told.closed else "and is open"
    yield f"The case was opened on {day(told.opened)}, {closed}."


def _measured(told: Told) -> Iterator[str]:
    for finding in told.findings:
        if finding.rate is not None:
            yield f"In the reported test the safeguard did not hold in {finding.rate.words} tries."
    yield reruns_sentence(told)
    if ranges := ranges_sentence(told):
        yield ranges


def _said_by_developers(told: Told) -> Iterator[NoticePoint]:
    for one in responses(told):
        text = f"{day(one.at)}: {one.by} {doing(one)}"
        yield NoticePoint(text, one.text) if one.text else NoticePoint(f"{text}.")


def _said_by_others(told: Told) -> Iterator[NoticePoint]:
    for one in told.statements:
        if one.role is not Role.DEVELOPER and one.stands and one.text:
            yield NoticePoint(f"{day(one.at)}, {one.by}", one.text)


def _paragraph(text: str) -> Iterator[str]:
    yield from textwrap.wrap(plain(text), WIDTH)
    yield ""


def plain(text: str) -> str:
    """Return a text on one line, without characters that do not print and could mislead a reader."""
    return "".join(
        one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in " ".join(text.split())
    )
