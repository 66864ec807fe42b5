"""An order fact by fact, for a page and a terminal: what, from whom, why, until when, what lifts it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from groundstop.directives.signatures import Signatures, SignatureState
from groundstop.documents.directives import (
    URGENT_HOURS,
    Directive,
    InFlight,
    Licence,
    OrderKind,
    PersonClass,
    Staff,
    Unknown,
)
from groundstop.reports.case_words import counted, moment, plain_lines
from groundstop.reports.directive_words import (
    DESCENDANT_WORDS,
    act_words,
    claim_words,
    countries_words,
    criteria_lines,
    model_lines,
    quoted,
    silence_words,
    whom_words,
)
from groundstop.reports.words import plain


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that an order says, under its heading."""

    label: str
    lines: tuple[str, ...]
    """Safe to print."""


def directive_facts(
    directive: Directive, signatures: Signatures | None, licences: Sequence[Licence] = ()
) -> tuple[Fact, ...]:
    """Return an order fact by fact.

    Args:
        directive: The order.
        signatures: Whose it has; none for a draft.
        licences: Licences under it that are at hand.
    """
    found = (
        Fact(label, tuple(lines))
        for label, lines in (
            ("What is guarded" if _guards(directive) else "What is withdrawn", _models(directive)),
            ("From whom", _scope(directive)),
            ("Who is excepted", _exceptions(directive, licences)),
            ("If it is not known who asks", _unknown(directive)),
            ("Why", [plain_lines(directive.reasons)]),
            ("On what record", _record(directive)),
            ("Legal basis, as the issuer states it", _basis(directive)),
            ("When", _times(directive)),
            ("What lifts it", criteria_lines(directive.lifting)),
            ("If a gateway hears nothing", [silence_words(directive.silence)]),
            ("Answers on their way", [_in_flight(directive)]),
            ("What may be used instead", _instead(directive)),
            ("What no gateway can see", _not_enforced(directive)),
            ("What somebody is told whom it keeps out", _response(directive)),
            ("Appeal", _appeal(directive)),
            ("Signatures", signature_lines(signatures)),
        )
    )
    return tuple(one for one in found if one.lines)


def signature_lines(signatures: Signatures | None) -> list[str]:
    """Return whose signatures there are, and how many are missing.

    Args:
        signatures: Those of an envelope; none for a draft.
    """
    if signatures is None or not signatures.told:
        needed = [] if signatures is None or signatures.quorum is None else [f"It needs {signatures.quorum}."]
        return ["Nobody has signed it: it is a draft, and in force nowhere.", *needed]
    lines = [
        f"{plain(one.name) if one.name else 'key ' + plain(one.key_id[:16])}: "
        + ("right" if one.state is SignatureState.RIGHT else f"does not count, {_WHY[one.state]}")
        for one in signatures.told
    ]
    missing = signatures.missing
    if missing is None:
        lines.append("How many it needs is not known here: the authority's charter says it.")
    elif missing:
        lines.append(f"{missing} of {signatures.quorum} needed {'is' if missing == 1 else 'are'} missing.")
        if signatures.may_deny_alone:
            lines.append(
                f"By a key that may deny alone: it holds for {URGENT_HOURS} hours, unless the rest sign."
            )
    else:
        lines.append(f"All {signatures.quorum} that it needs have signed.")
    return lines


_WHY = {
    SignatureState.WRONG: "it is wrong",
    SignatureState.ENDED: "the key had ended, or had not begun",
    SignatureState.UNKNOWN: "the key is not known here",
}


def _models(directive: Directive) -> list[str]:
    lines: list[str] = []
    for model in directive.subject.models:
        first, *more = model_lines(model)
        lines.append("; ".join((first, *more)) + ".")
    done = act_words(directive.acts)
    what = (
        f"It stays available, behind a guard: guarded is {done}."
        if _guards(directive)
        else f"Forbidden is {done}."
    )
    return [*lines, f"{what} {DESCENDANT_WORDS[directive.subject.descendants]}"]


def _guards(directive: Directive) -> bool:
    """Tell whether an order keeps nobody out, and puts a guard before its models."""
    return directive.order is OrderKind.VIRTUAL_PATCH


def _scope(directive: Directive) -> list[str]:
    rules = [f"{_capital(whom_words(rule))} (rule {rule.id})." for rule in directive.scope]
    if _guards(directive):
        rules.append("They are not cut off: what they ask must pass a guard first.")
    return [*rules, *map(_definition, directive.definitions), *_claims(directive)]


def _claims(directive: Directive) -> Iterator[str]:
    if directive.claims:
        yield f"It is told by claims: {'; '.join(claim_words(directive.claims))}."


def _definition(one: PersonClass) -> str:
    return (
        f"A {one.id} is, by {plain_lines(one.citation)}: {quoted(one.text)} "
        f"({plain_lines(one.source)}, read {one.as_of:%Y-%m-%d}).{countries_words(one.condition)}"
    )


def _exceptions(directive: Directive, licences: Sequence[Licence]) -> list[str]:
    lines = [f"{_capital(whom_words(rule))} (exception {rule.id})." for rule in directive.exceptions]
    lines += [licence_line(one) for one in licences if one.directive == directive.id]
    if not _guards(directive):
        lines.append(f"Whoever {plain(directive.issuer)} grants a licence, within its terms.")
    return lines


def licence_line(licence: Licence) -> str:
    """Return a licence in a sentence."""
    holder = licence.holder
    staff = (
        "all staff"
        if holder.staff is Staff.ALL
        else counted(len(holder.persons), "named person", "named persons")
    )
    parts = [
        f"{licence.id}: {staff} of {plain(holder.organisation)}",
        f"for {act_words(licence.acts)}",
        f"{moment(licence.effective)} to {moment(licence.expires)}",
    ]
    if licence.purposes:
        parts.append(f"for {', '.join(map(plain, licence.purposes))}")
    if licence.quota is not None:
        parts.append(f"{licence.quota.requests:,} requests per {licence.quota.per.value} and gateway")
    return "; ".join(parts) + "."


def _unknown(directive: Directive) -> list[str]:
    if not directive.claims_looked_at():
        return []
    if _guards(directive):
        return ["What somebody asks who does not show the claims that would settle it is guarded too."]
    if directive.unknown is Unknown.DENY:
        return ["Whoever does not show the claims that would settle it is kept out."]
    return ["Whoever does not show the claims that would settle it is let through."]


def _record(directive: Directive) -> list[str]:
    if directive.withheld is not None:
        return [f"The evidence is withheld: {quoted(directive.withheld)}"]
    return [
        f"Finding {one.id} ({one.finding[7:19]})"
        + (f", in case {one.case}" if one.case else "")
        + (f"; severity as scored: {plain_lines(one.severity)}" if one.severity else "")
        + "."
        for one in directive.evidence
    ]


def _basis(directive: Directive) -> list[str]:
    basis = directive.basis
    if basis is None:
        return ["None: whoever offers the model withdraws it of its own accord."]
    source = f"{plain_lines(basis.citation)}; {plain_lines(basis.source)}, as of {basis.as_of:%Y-%m-%d}"
    return [f"{quoted(basis.text)} ({source}). Nobody here judges it."]


def _times(directive: Directive) -> list[str]:
    days = (directive.expires - directive.effective).days
    return [
        f"Since {moment(directive.effective)}.",
        f"Until {moment(directive.expires)}, after {counted(days, 'day')}, unless it is renewed or lifted.",
        f"Looked at again by {moment(directive.review)}.",
    ]


def _in_flight(directive: Directive) -> str:
    if directive.in_flight is InFlight.FINISH:
        return "What is being streamed when it takes effect is finished."
    return "What is being streamed when it takes effect is cut off."


def _instead(directive: Directive) -> list[str]:
    lines = [
        f"{plain(one.model)}, {'in which the finding did not come back' if one.tested else 'not tested'}."
        for one in directive.alternatives
    ]
    lines.append(
        "Another model may answer without being asked for."
        if directive.fallback
        else "No other model answers unless it is asked for."
    )
    return lines


def _not_enforced(directive: Directive) -> list[str]:
    return [
        f"{quoted(one)}: it binds whoever obeys, and nothing enforces it." for one in directive.not_enforced
    ]


def _response(directive: Directive) -> list[str]:
    more = directive.response.more
    return [quoted(directive.response.message) + (f" More: {plain(more)}" if more else "")]


def _appeal(directive: Directive) -> list[str]:
    appeal = directive.appeal
    answer = f", decided within {counted(appeal.answer_days, 'day')}" if appeal.answer_days else ""
    return [f"{plain_lines(appeal.name)}, {plain_lines(appeal.contact)}{answer}. An appeal suspends nothing."]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
