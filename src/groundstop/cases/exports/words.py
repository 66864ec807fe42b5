"""Sentences that exports share."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from groundstop.cases.tiers import Told, ToldModel, ToldStatement, ToldVerification
from groundstop.documents.cases import Exposure, Role, StandingKind

RESPONSE_WORDS = {
    "acknowledged": "has received the report and looks at it",
    "cannot_reproduce": "could not reproduce it, and has attached its own rerun",
    "accepted_fix_planned": "accepts it and plans a fix",
    "mitigated_temporarily": "holds it back for the time being",
    "fix_claimed": "claims that it is fixed",
    "not_a_defect": "holds that no requirement is broken",
    "baseline_dispute": "holds that the same is available without this model",
    "severity_dispute": "holds that the severity is another",
    "wont_fix": "accepts it and will not fix it: the risk is accepted",
    "refused": "refuses what was asked for",
    "voluntary_withdrawal": "takes the model out of service by itself",
    "legal_objection": "objects on legal grounds",
}
"""What a developer says with each of its responses."""

OTHER_WORDS = {
    "opened": "opened the case",
    "standing": "stated which requirement is concerned",
    "disputed": "disputes a statement",
    "withdrawn": "took back a statement",
    "exposure": "stated how far the weakness reaches",
    "order": "published an order about the model, or what became of one",
    "closed": "closed the case",
    "reopened": "reopened the case",
}
"""What other statements do, where it is not said by their type."""

STANDING_WORDS = {
    StandingKind.DEFECT: "A stated requirement is said to be broken",
    StandingKind.CAPABILITY: "It is a concern about what the model can do; no stated requirement is broken",
    StandingKind.POLICY: "What the requirement ought to be is in dispute",
}

VERDICT_WORDS = {
    "technique_blocked": "The reported way of asking is blocked; nothing more was shown",
    "class_mitigated": "The reported way of asking is blocked, and so are held-out ways, to the stated bound",
    "residual": "The reported way of asking still works",
    "regressed_benign": "The reported way of asking is blocked, and so are ordinary requests",
    "inconclusive": "What is true of the fix could not be decided",
}

EXPOSURE_WORDS = {
    Exposure.RESTRICTED: "The model is offered to few, or to nobody.",
    Exposure.OFFERED: "The model is generally offered. The way of asking is not known to be public.",
    Exposure.RECIPE_PUBLIC: "The way of asking is public.",
    Exposure.EXPLOITED: "It is known to be used.",
}
"""How far the weakness reaches, as a sentence."""


def day(moment: datetime) -> str:
    """Return a date as ``6 July 2026``."""
    return f"{moment.day} {moment:%B %Y}"


def stamp(moment: datetime) -> str:
    """Return a moment as RFC 3339 has it, in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def doing(statement: ToldStatement) -> str:
    """Return what somebody does with a statement, as the end of a sentence."""
    words = RESPONSE_WORDS.get(statement.type) or OTHER_WORDS.get(statement.type)
    if words is None:
        return f"made a statement ({statement.type.replace('_', ' ')})"
    if statement.type == "accepted_fix_planned" and statement.date is not None:
        return f"{words} by {day(statement.date)}"
    if statement.type == "voluntary_withdrawal" and statement.date is not None:
        return f"{words}, in effect on {day(statement.date)}"
    return words


def responses(told: Told) -> Iterator[ToldStatement]:
    """Yield the responses of developers that stand, in order."""
    for statement in told.statements:
        if statement.role is Role.DEVELOPER and statement.stands and statement.type in RESPONSE_WORDS:
            yield statement


def standing_sentence(told: Told) -> str:
    """Return which requirement is said to be broken, as a sentence."""
    standing = told.standing
    if standing is None:
        return "Which requirement is broken has not been stated."
    cited = [
        words
        for words in (
            standing.requirement,
            standing.version and f"version {standing.version}",
            standing.source and f"stated in {standing.source}",
        )
        if words
    ]
    wording = f' "{standing.statement}"' if standing.statement else ""
    tail = f": {', '.join(cited)}.{wording}" if cited else "."
    return f"{STANDING_WORDS[standing.standing]}{tail}"


def verification_sentence(one: ToldVerification) -> str:
    """Return what is true of a claimed fix, as a sentence."""
    by = f"by {one.by}, who claims the fix" if one.own_run else f"by {one.by}"
    parts = [
        f"{VERDICT_WORDS.get(one.verdict, one.verdict)} ({one.verdict}; verified on {day(one.at)} {by})",
        f"the reported way worked in {one.recipe.words} tries",
    ]
    if one.mixture is not None:
        parts.append(f"held-out ways in {one.mixture.words}")
    elif one.held_out:
        listed = [
            f"{bound.rate.words}{' of a short list' if bound.listed_only else ''}" for bound in one.held_out
        ]
        parts.append(f"held-out ways, by kind, in {', '.join(listed)}")
    if one.benign_change is not None and one.benign_lower is not None and one.benign_upper is not None:
        parts.append(
            f"refusals of ordinary requests changed by {100 * one.benign_change:+.1f} points "
            f"({100 * one.benign_lower:+.1f} to {100 * one.benign_upper:+.1f})"
        )
    return f"{'; '.join(parts)}."


def ranges_sentence(told: Told) -> str | None:
    """Return the severity as ranges, with the number of scorers; none where no score counts."""
    if not told.ranges:
        return None
    said = [
        f"{one.lowest if one.lowest == one.highest else f'{one.lowest} to {one.highest}'} "
        f"({one.profile}, {one.scorers} {'scorer' if one.scorers == 1 else 'scorers'})"
        for one in told.ranges
    ]
    return f"Severity, as a range and never an average: {'; '.join(said)}."


def reruns_sentence(told: Told) -> str:
    """Return how many independent reruns count, and how many are asked for."""
    one = told.corroborations
    return f"{one.counted} of the {one.wanted} independent reruns that are asked for reproduced it and count."


def ended(sentence: str) -> str:
    """Return words as a sentence, with one full stop."""
    return sentence if sentence.endswith((".", "!", "?", "…")) else f"{sentence}."


def begun(who: str) -> str:
    """Return what a party is called as the beginning of a sentence: a name stays as it is."""
    return f"The {who.removeprefix('the ')}" if who.startswith("the ") else who


def credited_in(told: Told) -> list[str]:
    """Return the reporters to be credited: those whose name is told, and is their own."""
    return [one.called for one in told.parties if one.role is Role.REPORTER and one.name and not one.withheld]


def labels(models: tuple[ToldModel, ...]) -> str:
    """Return the models, as a list in a sentence."""
    return ", ".join(model.label for model in models) or "a model that is not attested"
