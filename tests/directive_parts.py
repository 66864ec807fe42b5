"""Orders for tests: an authority of three keys, a model that is grounded, and what goes with it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from groundstop.directives.orders import Published
from groundstop.directives.signing import SignedHere, sign_order
from groundstop.documents.directives import (
    About,
    Act,
    AllOf,
    Alternative,
    AnyOf,
    Appeal,
    Assurance,
    Charter,
    ClaimIs,
    ClaimName,
    ClaimNeeded,
    Descendants,
    Directive,
    Evidence,
    Holder,
    HostedModel,
    InFlight,
    LegalBasis,
    Licence,
    LicenceRevocation,
    Lift,
    LiftGround,
    LiftingCriteria,
    LiftStage,
    Not,
    Obeyed,
    OrderKind,
    PersonClass,
    Response,
    Rule,
    Silence,
    Staff,
    Stop,
    Subject,
    SubjectModel,
    Unknown,
    WantedVerdict,
    WhenDark,
)
from groundstop.evidence import OwnKey
from tests.evidence_samples import a_key

NOON = datetime(2026, 7, 6, 12, tzinfo=UTC)
"""When the sample order takes effect."""
FINDING = "sha256:" + "f" * 64
VERIFICATION = "sha256:" + "e" * 64
HOME = "XA"
"""The country whose persons are no foreign persons."""
AUTHORITY = "oak-office"


def at(hours: float) -> datetime:
    """Return a moment some hours after the sample order takes effect."""
    return NOON + timedelta(hours=hours)


@cache
def officer(number: int) -> OwnKey:
    """Return one of the authority's keys, 1 to 3."""
    return a_key(f"oak-officer-{number}")


def a_charter(authority: str = AUTHORITY, **changes: Any) -> Charter:
    """Return the authority's charter: two of three, the first key may deny alone, about one provider."""
    values: dict[str, Any] = {
        "authority": authority,
        "called": "Oak Office",
        "number": 1,
        "created": at(-48),
        "keys": tuple(officer(number).card for number in (1, 2, 3)),
        "quorum": 2,
        "urgent": (officer(1).card.key_id,),
        "about": (About(provider="elm"), About(purl_prefix="pkg:huggingface/elm/")),
    }
    return Charter(**{**values, **changes})


def foreign_person() -> PersonClass:
    """Return a class of persons in which a permanent resident is not, and a foreign organisation is."""
    home = (HOME,)
    natural = AllOf(
        of=(
            ClaimIs(claim=ClaimName.SUBJECT_TYPE, any_of=("natural-person",)),
            Not(of=ClaimIs(claim=ClaimName.NATIONALITY, any_of=home)),
            Not(of=ClaimIs(claim=ClaimName.PERMANENT_RESIDENCE, any_of=home)),
            Not(of=ClaimIs(claim=ClaimName.PROTECTED_IN, any_of=home)),
        )
    )
    organisation = AllOf(
        of=(
            Not(of=ClaimIs(claim=ClaimName.SUBJECT_TYPE, any_of=("natural-person",))),
            Not(of=ClaimIs(claim=ClaimName.INCORPORATED_IN, any_of=home)),
        )
    )
    return PersonClass(
        id="foreign-person",
        revision=1,
        text="A person who is neither a citizen nor a lawful permanent resident nor protected.",
        citation="The Office's rules, 2",
        source="https://office.example/rules",
        as_of=at(-24 * 30),
        condition=AnyOf(of=(natural, organisation)),
    )


def criteria(**changes: Any) -> LiftingCriteria:
    """Return criteria that one verification of the class by birch-lab meets."""
    values: dict[str, Any] = {
        "verdict": WantedVerdict.CLASS_MITIGATED,
        "bound": 0.05,
        "alpha": 0.05,
        "minimum_n": 59,
        "benign_margin": 0.1,
        "verifiers": ("birch-lab",),
    }
    return LiftingCriteria(**{**values, **changes})


def a_model(label: str = "helper", **changes: Any) -> SubjectModel:
    """Return a hosted model that is asked for by two names."""
    values: dict[str, Any] = {
        "label": label,
        "hosted": (HostedModel(provider="elm", name=f"desk-{label}", snapshot="every"),),
        "aliases": (f"{label}-latest",),
        "findings": (FINDING,),
    }
    return SubjectModel(**{**values, **changes})


def a_directive(number: int = 1, **changes: Any) -> Directive:
    """Return an order that keeps foreign persons, and whoever is unknown, from one model.

    Args:
        number: Tells orders apart: it is in the id.
        changes: Fields that differ.
    """
    values: dict[str, Any] = {
        "id": f"GSD-20260706-{number:010x}",
        "sequence": 1,
        "supersedes": None,
        "order": OrderKind.RESTRICT,
        "issuer": AUTHORITY,
        "created": at(-1),
        "basis": LegalBasis(
            text="The Office may restrict a model that breaks its own safeguard.",
            citation="The Office's rules, 7",
            source="https://office.example/rules",
            as_of=at(-24 * 30),
        ),
        "evidence": (Evidence(finding=FINDING, id="GSF-20260702-0123456789"),),
        "subject": Subject(models=(a_model(),), descendants=Descendants.NONE),
        "acts": (Act.INFER,),
        "definitions": (foreign_person(),),
        "scope": (Rule(id="foreign", persons="foreign-person"),),
        "claims": tuple(
            ClaimNeeded(claim=name, assurance=Assurance.SUBSTANTIAL)
            for name in (
                ClaimName.SUBJECT_TYPE,
                ClaimName.NATIONALITY,
                ClaimName.PERMANENT_RESIDENCE,
                ClaimName.PROTECTED_IN,
                ClaimName.INCORPORATED_IN,
                ClaimName.STATUS,
            )
        ),
        "unknown": Unknown.DENY,
        "effective": NOON,
        "review": at(24 * 14),
        "expires": at(24 * 30),
        "silence": Silence(when_dark=WhenDark.CLOSE),
        "in_flight": InFlight.FINISH,
        "fallback": False,
        "alternatives": (Alternative(model="desk-clerk"),),
        "lifting": criteria(),
        "reasons": "The model tells what its own rules keep from callers.",
        "appeal": Appeal(name="Oak Office, appeals", contact="appeals@office.example", answer_days=30),
        "response": Response(
            message="This model is restricted by an order.", more="https://office.example/orders/1"
        ),
    }
    return Directive(**{**values, **changes})


def for_everybody(number: int = 1, **changes: Any) -> Directive:
    """Return an order that keeps everybody from one model."""
    values: dict[str, Any] = {
        "order": OrderKind.DE_DEPLOY,
        "definitions": (),
        "claims": (),
        "scope": (Rule(id="all"),),
    }
    return a_directive(number, **{**values, **changes})


def amended(directive: Directive, **changes: Any) -> Directive:
    """Return the next sequence of an order."""
    values = {"sequence": directive.sequence + 1, "supersedes": directive.content_id}
    return Directive.model_validate({**dict(directive), **values, **changes})


def a_stop(**changes: Any) -> Stop:
    """Return a stop of the sample model, for a day."""
    values: dict[str, Any] = {
        "id": "GSS-20260706-0000000001",
        "issuer": AUTHORITY,
        "created": NOON,
        "provider": "elm",
        "models": ("desk-helper",),
        "expires": at(24),
        "reason": "It tells its password.",
        "contact": "duty@office.example",
    }
    return Stop(**{**values, **changes})


def a_licence(directive: Directive | None = None, **changes: Any) -> Licence:
    """Return a licence for all staff of an organisation that defends."""
    values: dict[str, Any] = {
        "id": "GSL-20260706-0000000001",
        "sequence": 1,
        "supersedes": None,
        "issuer": AUTHORITY,
        "created": at(1),
        "directive": (directive or a_directive()).id,
        "holder": Holder(organisation="hazel-defence", staff=Staff.ALL),
        "acts": (Act.INFER,),
        "effective": at(1),
        "expires": at(24 * 20),
        "grace_s": 600,
    }
    return Licence(**{**values, **changes})


def a_revocation(licence: Licence | None = None, **changes: Any) -> LicenceRevocation:
    """Return the revocation of a licence."""
    values: dict[str, Any] = {
        "licence": (licence or a_licence()).id,
        "issuer": AUTHORITY,
        "created": at(2),
        "reason": "It was passed on.",
    }
    return LicenceRevocation(**{**values, **changes})


def a_lift(directive: Directive | None = None, **changes: Any) -> Lift:
    """Return a lift of an order for everybody, whose criteria are said to be met."""
    order = directive or a_directive()
    values: dict[str, Any] = {
        "id": "GSU-20260720-0000000001",
        "issuer": AUTHORITY,
        "created": at(24 * 10),
        "directive": order.id,
        "content": order.content_id,
        "ground": LiftGround.CRITERIA_MET,
        "verifications": (VERIFICATION,),
        "stage": LiftStage.EVERYBODY,
        "effective": at(24 * 10),
        "reason": "The fix was verified.",
    }
    return Lift(**{**values, **changes})


def signed(document: SignedHere, *numbers: int) -> dict[str, Any]:
    """Return an envelope, signed by officers of the authority: two when none are named."""
    envelope = sign_order(document, [officer(number) for number in numbers or (1, 2)])
    found: dict[str, Any] = json.loads(envelope)
    return found


def published(
    *envelopes: dict[str, Any], charter: Charter | None = None, obeyed: Obeyed | None = None
) -> Published:
    """Return what the authority has published, obeyed in everything."""
    charter = charter or a_charter()
    default = Obeyed(authority=charter.authority, repository="main")
    return Published(charter, tuple(envelopes), obeyed or default)


def documents() -> Sequence[SignedHere]:
    """Return one of each kind."""
    return (a_directive(), a_stop(), a_licence(), a_revocation(), a_lift())
