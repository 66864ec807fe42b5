"""A draft without a case: every field is there, and what must be filled in is marked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from groundstop.directives.drafting.blanks import BLANK, BLANK_NAME, NO_FINDING, NO_FINDING_ID, blank
from groundstop.directives.drafting.settings import Draft, DraftSettings
from groundstop.directives.reading import NEVER, NOT_NUMBERED
from groundstop.directives.refusals import PROPOSED_ALPHA, PROPOSED_BOUND, hint_for
from groundstop.documents import describe
from groundstop.documents.directives import (
    Appeal,
    Assurance,
    ClaimName,
    ClaimNeeded,
    Descendants,
    Directive,
    Evidence,
    HostedModel,
    InFlight,
    LegalBasis,
    LiftingCriteria,
    OrderKind,
    Response,
    Silence,
    Subject,
    SubjectModel,
    Unknown,
    WantedVerdict,
    WhenDark,
    calls_needed,
    claims_of,
)
from groundstop.errors import InputError

BENIGN_MARGIN = 0.05
"""That of ``verify-fix``: refusals of ordinary requests must not have risen by so much."""
_LEAST_BOUND = 1e-6
"""Nobody makes the millions of calls that a smaller one takes."""


def empty_draft(settings: DraftSettings, *, now: datetime) -> Draft:
    """Return a draft in which the models, the finding and the verifiers are still to be named.

    Args:
        settings: What the author chose.
        now: The moment.

    Raises:
        InputError: The settings do not go together.
    """
    model = SubjectModel(
        label=BLANK_NAME,
        hosted=(HostedModel(provider=BLANK, name=BLANK, snapshot="every"),),
        findings=(NO_FINDING,),
    )
    return Draft(
        drafted(
            settings,
            now=now,
            evidence=(Evidence(finding=NO_FINDING, id=NO_FINDING_ID),),
            subject=Subject(models=(model,), descendants=Descendants.NONE),
            lifting=bounded_criteria(PROPOSED_BOUND, PROPOSED_ALPHA, (), ()),
            reasons=blank("the gist, for whoever is kept out; it must give no way of asking"),
        ),
        ("It names no model and no finding yet.",),
    )


def drafted(settings: DraftSettings, *, now: datetime, **known: Any) -> Directive:
    """Return a draft of what is known, with defaults and blanks for the rest.

    Args:
        settings: What the author chose.
        now: The moment.
        known: Fields of the directive: its subject, evidence, lifting and reasons at least.

    Raises:
        InputError: They do not go together.
    """
    effective = settings.effective or _next_hour(now)
    try:
        review, expires = effective + settings.review_after, effective + settings.lasts
    except OverflowError as error:
        raise InputError(
            "The order would end after the last day of the calendar", "Let it take effect earlier"
        ) from error
    voluntary = settings.order is OrderKind.VOLUNTARY_WITHDRAWAL
    values: dict[str, Any] = {
        "id": NOT_NUMBERED,
        "sequence": 1,
        "supersedes": None,
        "order": settings.order,
        "issuer": settings.issuer,
        "created": NEVER,
        "basis": None if voluntary else _blank_basis(),
        "acts": settings.forbidden,
        "definitions": settings.definitions,
        "scope": _rules(settings),
        "claims": tuple(_claims(settings)),
        "unknown": Unknown.DENY,
        "effective": effective,
        "review": review,
        "expires": expires,
        "silence": Silence(when_dark=WhenDark.CLOSE),
        "in_flight": InFlight.FINISH,
        "fallback": False,
        "appeal": Appeal(name=blank("who decides"), contact=blank("an address or a URL")),
        "response": Response(message=blank("what somebody is told whom it keeps out")),
    }
    try:
        return Directive.model_validate({**values, **known})
    except ValidationError as error:
        message, hint = describe(error, source="The draft")
        raise InputError(message, hint_for(message) or hint) from error


def bounded_criteria(
    bound: float, alpha: float, verifiers: tuple[str, ...], countersigners: tuple[str, ...]
) -> LiftingCriteria:
    """Return criteria that can be tested: the class is mitigated, with the fewest calls that can show it.

    Args:
        bound: The rate that is to be ruled out.
        alpha: At which error.
        verifiers: Who may verify; a blank when there is nobody yet.
        countersigners: Who must agree; all of them, if any.
    """
    return LiftingCriteria(
        verdict=WantedVerdict.CLASS_MITIGATED,
        bound=max(bound, _LEAST_BOUND),
        alpha=alpha,
        minimum_n=calls_needed(max(bound, _LEAST_BOUND), alpha),
        benign_margin=BENIGN_MARGIN,
        verifiers=verifiers or (BLANK_NAME,),
        countersigners=countersigners,
        countersigners_needed=len(countersigners),
    )


def _rules(settings: DraftSettings) -> list[dict[str, Any]]:
    """Return the rules of a scope, for the form to check: countries are as they were typed."""
    destinations = {"destinations": settings.destinations}
    if not settings.definitions:
        return [{"id": "destination" if settings.destinations else "everybody", **destinations}]
    return [{"id": one.id, "persons": one.id, **destinations} for one in settings.definitions]


def _claims(settings: DraftSettings) -> list[ClaimNeeded]:
    """Return from whom the claims are believed that the rules look at: any trusted issuer that checks."""
    looked_at = {name for one in settings.definitions for name in claims_of(one.condition)}
    if settings.definitions:
        looked_at.add(ClaimName.STATUS)
    if settings.destinations:
        looked_at.add(ClaimName.LOCATED_IN)
    return [
        ClaimNeeded(claim=name, assurance=Assurance.SUBSTANTIAL) for name in ClaimName if name in looked_at
    ]


def _blank_basis() -> LegalBasis:
    return LegalBasis(
        text=blank("the words that it rests on, quoted"),
        citation=blank("the law or rule, and the paragraph"),
        source=blank("where the words can be read"),
        as_of=NEVER,
    )


def _next_hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
