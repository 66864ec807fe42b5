from __future__ import annotations

from datetime import timedelta

import pytest

from groundstop.documents import VerificationPlan
from groundstop.errors import DocumentError, InputError
from groundstop.evidence import (
    document_subject,
    read_signed_plan,
    sign_verification,
    sign_verification_plan,
)
from groundstop.evidence.statements import sign
from tests.evidence_samples import (
    SEALED,
    a_bundle,
    a_key,
    a_verification,
    a_verification_plan,
    alder,
    birch,
)

SUBJECT = document_subject("finding", a_bundle().finding.content_id)
CARDS = [birch().card]


def plan(minutes: int = 0, **changes: object) -> VerificationPlan:
    """Return birch-lab's plan of a verification that is begun so many minutes later."""
    created = SEALED + timedelta(minutes=minutes)
    return a_verification_plan().model_copy(update={"created": created, **changes})


def mixed(signed: bytes, other: bytes) -> bytes:
    """Return an envelope with the signature of another."""
    place = b'"sig":"'
    return signed[: signed.rindex(place)] + other[other.rindex(place) :]


# In the records of a workspace


def test_a_signed_plan_is_read() -> None:
    signed = sign_verification_plan(plan(), birch())
    assert read_signed_plan(signed, [alder().card, birch().card], source="plan.json") == plan()


def test_a_plan_by_an_unknown_key_or_with_a_wrong_signature_is_refused() -> None:
    one, other = (sign_verification_plan(plan(minutes), birch()) for minutes in (1, 2))
    with pytest.raises(DocumentError, match="signed by no key at hand"):
        read_signed_plan(one, [alder().card], source="plan.json")
    with pytest.raises(DocumentError, match=r"signature by birch-lab .* is wrong"):
        read_signed_plan(mixed(one, other), CARDS, source="plan.json")


def test_what_is_no_envelope_is_refused_by_its_name() -> None:
    with pytest.raises(DocumentError, match=r"plan\.json cannot be believed"):
        read_signed_plan(plan().canonical(), CARDS, source="plan.json")


def test_another_statement_is_no_plan() -> None:
    signed = sign_verification(a_verification(), birch())
    with pytest.raises(
        InputError, match=r"plan\.json is a .*verification/v1, not a .*verification-plan/v1"
    ) as caught:
        read_signed_plan(signed, CARDS, source="plan.json")
    assert caught.value.hint == "Give the plan that groundstop verify-fix signed"


def test_a_plan_in_the_name_of_another_is_refused() -> None:
    mallory = a_key("mallory")
    signed = sign(plan(), [SUBJECT], [mallory])
    with pytest.raises(InputError, match=r"plan\.json says that it is by birch-lab, and mallory signed it"):
        read_signed_plan(signed, [*CARDS, mallory.card], source="plan.json")
