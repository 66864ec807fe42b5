"""What an order says, in plain words: models, persons, times, criteria, silence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from enum import Enum

from groundstop.directives.reading import NOT_NUMBERED
from groundstop.documents import percent
from groundstop.documents.directives import (
    EVERY_SNAPSHOT,
    Act,
    AllOf,
    AnyOf,
    Assurance,
    ClaimIs,
    ClaimName,
    ClaimNeeded,
    Condition,
    Descendants,
    Directive,
    LiftingCriteria,
    Not,
    OrderKind,
    Rule,
    Silence,
    SubjectModel,
    WantedVerdict,
    WhenDark,
)
from groundstop.reports.case_words import counted, listed, moment, plain_lines
from groundstop.reports.words import plain

ACT_WORDS = {
    Act.INFER: "asking it",
    Act.FINE_TUNE: "fine-tuning it",
    Act.DOWNLOAD: "downloading it",
    Act.TRANSFER: "passing it on",
    Act.DEPLOY: "deploying it",
}

KIND_WORDS = {
    OrderKind.DE_DEPLOY: "Order to take a model out of service",
    OrderKind.RESTRICT: "Order that restricts a model",
    OrderKind.EXPORT_BAN: "Export ban on a model",
    OrderKind.VIRTUAL_PATCH: "Order to guard a model",
    OrderKind.VOLUNTARY_WITHDRAWAL: "Withdrawal of a model by whoever offers it",
}

DESCENDANT_WORDS = {
    Descendants.NONE: "Derived weights are not covered.",
    Descendants.DECLARED: "Derived weights are covered where their lineage is declared.",
    Descendants.VERIFIED: "Derived weights are covered where their lineage was derived again.",
}

VERDICT_WORDS = {
    WantedVerdict.TECHNIQUE_BLOCKED: "the reported recipe no longer works",
    WantedVerdict.CLASS_MITIGATED: "held-out variants no longer work either",
}

ASSURANCE_WORDS = {
    Assurance.ASSERTED: "on the person's own word",
    Assurance.LOW: "by any issuer that the operator trusts with it",
    Assurance.SUBSTANTIAL: "checked by the issuer with substantial assurance",
    Assurance.HIGH: "checked by the issuer with high assurance",
}

_OF_COUNTRIES = frozenset(
    {
        ClaimName.NATIONALITY,
        ClaimName.PERMANENT_RESIDENCE,
        ClaimName.PROTECTED_IN,
        ClaimName.INCORPORATED_IN,
        ClaimName.LOCATED_IN,
    }
)
_COUNTRY = re.compile("[A-Z]{2}")
_DIGEST_SHOWN = 12
_MOST_NAMED = 8


def order_name(directive: Directive) -> str:
    """Return how an order is called: by its id and sequence, or as a draft."""
    if directive.id == NOT_NUMBERED:
        return "A draft without a number"
    return directive.id + (f", sequence {directive.sequence}" if directive.sequence > 1 else "")


def headline(directive: Directive) -> str:
    """Return an order in one sentence: what, from whom, from when, until when."""
    models = _some([plain(model.label) for model in directive.subject.models])
    verb = "is" if len(directive.subject.models) == 1 else "are"
    what = "guarded" if directive.order is OrderKind.VIRTUAL_PATCH else "kept"
    whom = _some([whom_words(rule) for rule in directive.scope], "or")
    where = f"for {whom}" if directive.order is OrderKind.VIRTUAL_PATCH else f"from {whom}"
    when = f"from {moment(directive.effective)} until {moment(directive.expires)}"
    return f"{models} {verb} {what} {where}, {when}."


def whom_words(rule: Rule) -> str:
    """Return whom a rule reaches, to be put after ``from``."""
    if rule.reaches_everybody:
        return "everybody, world-wide"
    parts = [f"whoever is a {plain(rule.persons)}" if rule.persons else "whoever"]
    if rule.organisations:
        parts.append(f"is of {_some([plain(one) for one in rule.organisations], 'or')}")
    if rule.purposes:
        parts.append(f"asks for the purpose of {_some([plain(one) for one in rule.purposes], 'or')}")
    if rule.destinations:
        parts.append(f"asks from {_some(list(rule.destinations), 'or')}")
    if len(parts) == 1:
        return parts[0]
    return f"{parts[0]} {'and ' if rule.persons else ''}{' and '.join(parts[1:])}"


def model_lines(model: SubjectModel) -> list[str]:
    """Return a model by every identifier, one line each kind."""
    lines = [
        f"{plain(model.label)}: {plain(one.name)} at {plain(one.provider)}, "
        + ("every snapshot" if one.snapshot == EVERY_SNAPSHOT else f"snapshot {plain(one.snapshot)}")
        for one in model.hosted
    ] or [f"{plain(model.label)}, by its weights"]
    if model.aliases:
        lines.append(f"also asked for as {_some([plain(one) for one in model.aliases], most=40)}")
    lines += [f"as the package {plain(one)}" for one in model.purls]
    if model.weights:
        digests = [one[:_DIGEST_SHOWN] for one in model.weights]
        lines.append(f"as weights with the SHA-256 {_some(digests, 'or')}")
    if not model.findings:
        lines.append("swept in: no finding is named for it")
    return lines


def act_words(acts: Sequence[Act]) -> str:
    """Return what is forbidden, such as ``asking it and downloading it``."""
    return listed(tuple(ACT_WORDS[act] for act in acts))


def claim_words(claims: Sequence[ClaimNeeded]) -> list[str]:
    """Return from whom claims are believed, those alike together."""
    alike: dict[tuple[tuple[str, ...], Assurance], list[str]] = {}
    for one in claims:
        alike.setdefault((one.issuers, one.assurance), []).append(one.claim.value)
    return [
        f"{listed(tuple(names))}: "
        + (f"from {_some([plain(one) for one in issuers], 'or')}, " if issuers else "")
        + ASSURANCE_WORDS[assurance]
        for (issuers, assurance), names in alike.items()
    ]


def countries_words(condition: Condition) -> str:
    """Return which countries a class of persons goes by, to be put after its definition.

    The definition is quoted as its source has it; which country is the home country stands in the condition
    alone. It is called so where the class is of those who are not of it.

    Args:
        condition: Who is in the class.

    Returns:
        A space and a sentence; empty when it names no country.
    """
    found = tuple(dict.fromkeys(_countries(condition, _Sense.IS)))
    names = sorted({country for _, country in found})
    if not names:
        return ""
    if any(sense is _Sense.IS for sense, _ in found):
        what = "the country that it names is" if len(names) == 1 else "the countries that it names are"
    else:
        what = "the home country is" if len(names) == 1 else "the home countries are"
    return f" Here {what} {_some(names, most=20)}."


class _Sense(Enum):
    IS = "is"
    IS_NOT = "is not"


def _countries(condition: Condition, sense: _Sense) -> Iterator[tuple[_Sense, str]]:
    match condition:
        case ClaimIs():
            if condition.claim in _OF_COUNTRIES:
                yield from ((sense, one) for one in condition.any_of if _COUNTRY.fullmatch(one))
        case Not():
            yield from _countries(condition.of, _Sense.IS if sense is _Sense.IS_NOT else _Sense.IS_NOT)
        case AllOf() | AnyOf():
            for one in condition.of:
                yield from _countries(one, sense)


def criteria_lines(criteria: LiftingCriteria) -> list[str]:
    """Return what lifts an order."""
    shown = (
        f"A verification that {VERDICT_WORDS[criteria.verdict]}: a rate of {percent(criteria.bound)} ruled "
        f"out at an error of {percent(criteria.alpha)}, on {criteria.minimum_n:,} calls or more."
    )
    lines = [shown]
    if criteria.benign_margin is not None:
        lines.append(
            f"Refusals of ordinary requests have not risen by {percent(criteria.benign_margin)} or more."
        )
    who = _some([plain(one) for one in criteria.verifiers], "or", most=20)
    lines.append(
        f"Verified by {criteria.verifiers_needed} of: {who}"
        + (", and not by whoever claims the fix." if criteria.independent else ".")
    )
    if criteria.countersigners_needed:
        agree = _some([plain(one) for one in criteria.countersigners], "or", most=20)
        lines.append(f"Countersigned by {criteria.countersigners_needed} of: {agree}.")
    return lines


def silence_words(silence: Silence) -> str:
    """Return what a gateway does that hears nothing."""
    closes = (
        "the models are closed to everybody"
        if silence.when_dark is WhenDark.CLOSE
        else "the last denials stay, and nothing more is denied"
    )
    return (
        f"After {span_words(timedelta(seconds=silence.stale_after_s))} licences are past their grace; after "
        f"{span_words(timedelta(seconds=silence.dark_after_s))} {closes}. Denials never lapse."
    )


def span_words(span: timedelta) -> str:
    """Return a span of time in its largest whole unit."""
    seconds = round(span.total_seconds())
    for size, unit in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size and seconds % size == 0:
            return counted(seconds // size, unit)
    return counted(seconds, "second")


def quoted(text: str) -> str:
    """Return words in quotation marks, in one line and safe to print."""
    return f"“{plain_lines(text)}”"


def _some(names: Sequence[str], joint: str = "and", *, most: int = _MOST_NAMED) -> str:
    """Return names in a sentence; of very many, the first and how many more."""
    if len(names) > most:
        return f"{', '.join(names[:most])} {joint} {len(names) - most} more"
    return f"{', '.join(names[:-1])} {joint} {names[-1]}" if len(names) > 1 else "".join(names)
