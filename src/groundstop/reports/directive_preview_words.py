"""What a preview tells, in plain words: who is cut off, who is not, what is not known."""

from __future__ import annotations

from collections.abc import Iterator

from groundstop.directives.previewing import Count, Membership, Outcome, Preview, Replayed
from groundstop.reports.case_words import moment, plain_lines
from groundstop.reports.directive_facts import Fact
from groundstop.reports.words import counted_large, plain

MEMBERSHIP_WORDS = {
    Membership.INSIDE: "Inside the restricted class",
    Membership.OUTSIDE: "Outside the restricted class",
    Membership.UNKNOWN: "Not known whether inside or outside",
}

SHORT_MEMBERSHIP = {
    Membership.INSIDE: "inside",
    Membership.OUTSIDE: "outside",
    Membership.UNKNOWN: "not known",
}


def count_words(count: Count) -> str:
    """Return a count, such as ``250 requests by 30 users``."""
    users = f" by {counted_large(count.users, 'user')}" if count.users else ""
    nobody = f", {count.anonymous:,} by nobody knows whom" if count.anonymous else ""
    return f"{counted_large(count.requests, 'request')}{users}{nobody}"


def preview_headline(preview: Preview) -> str:
    """Return what an order would do in one sentence."""
    inside, outside, unknown = (
        preview.count((one,), (Outcome.NEWLY_DENIED,))
        for one in (Membership.INSIDE, Membership.OUTSIDE, Membership.UNKNOWN)
    )
    return (
        f"It newly cuts off {count_words(inside)} inside the restricted class, {count_words(outside)} "
        f"outside it, and {count_words(unknown)} of which it is not known."
    )


def class_words(preview: Preview) -> str:
    """Return what the restricted class is."""
    rules = ", ".join(rule.id for rule in preview.class_of.scope)
    if any(rule.reaches_everybody for rule in preview.class_of.scope):
        return "The restricted class is everybody: the order has a rule without conditions."
    whose = "the order" if preview.class_of is preview.directive else "the scoped order beside it"
    return f"The restricted class is the scope of {whose}: {plain(rules)}. Unknown is neither in nor out."


def replayed_words(replayed: Replayed) -> str:
    """Return what was replayed."""
    total = count_words(replayed.total)
    if replayed.described is not None:
        return f"Replayed: a described population, {total}. {plain_lines(replayed.described)}"
    if replayed.first is None or replayed.last is None:
        return f"Replayed: {total}."
    return f"Replayed: {total}, recorded from {moment(replayed.first)} to {moment(replayed.last)}."


def preview_facts(preview: Preview) -> tuple[Fact, ...]:
    """Return what else a preview tells, under headings.

    Args:
        preview: What an order would do.
    """
    found = (
        Fact(label, tuple(lines))
        for label, lines in (
            ("Not about these models or acts", [f"{_capital(count_words(preview.elsewhere))}."]),
            ("Models swept in without a finding", _swept(preview)),
            ("Enforcement points", _points(preview)),
            ("What is left to use", _left(preview)),
            ("What this does not tell", [*map(plain_lines, preview.notes), *_unread(preview.replayed)]),
        )
    )
    return tuple(one for one in found if one.lines)


def _swept(preview: Preview) -> list[str]:
    swept = preview.swept_in
    if not swept.labels:
        return ["None."]
    return [f"{', '.join(map(plain, swept.labels))}: {count_words(swept.count)}."]


def _points(preview: Preview) -> Iterator[str]:
    for point in preview.surfaces:
        lost = f", {point.unjudged:,} of them not promised anything" if point.unjudged else ""
        seen = f"{plain(point.called)}: {counted_large(point.requests, 'request')}{lost}."
        yield " ".join([seen, *point.cannot])


def _left(preview: Preview) -> Iterator[str]:
    for one in preview.alternatives:
        tested = "tested" if one.tested else "not tested"
        yield f"{plain(one.model)}, {tested}: {plain(one.words)}."
    if preview.directive.fallback:
        yield "Another model may answer without being asked for."
    else:
        yield "No other model answers unless it is asked for."


def _unread(replayed: Replayed) -> Iterator[str]:
    for one in replayed.examples:
        yield f"Not read, {plain_lines(one)}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
