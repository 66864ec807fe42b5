"""From what somebody presents to what is decided: the claims that were attested, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from groundstop.directives.claims import Attestation, Seen, attest, combined, location_hint
from groundstop.directives.compiling import compile_table
from groundstop.directives.deciding import decide
from groundstop.directives.decision import Decision, Ground
from groundstop.directives.definitions import definition
from groundstop.directives.facts import Facts
from groundstop.directives.folding import fold
from groundstop.documents.directives import ClaimName
from tests.claim_parts import (
    CHALLENGES,
    NOW,
    a_wallet,
    citizen,
    credential_table,
    signed,
    token_table,
    trusted,
)
from tests.directive_parts import a_directive, a_licence, at, published
from tests.directive_parts import signed as enveloped

ORDER = a_directive(definitions=(definition("foreign-person", home="XA", as_of=at(-24)),))
TABLE = compile_table(fold([published(enveloped(ORDER), enveloped(a_licence(ORDER)))]))
CLAIMS = [
    {"claim": "subject-type", "token_claim": "type"},
    *(
        {"claim": name, "token_claim": name, "empty": "none"}
        for name in ("permanent-residence", "protected-in")
    ),
    {"claim": "nationality", "token_claim": "nationality"},
    {"claim": "organisation", "token_claim": "works_for"},
]
FOREIGN = {"type": "natural-person", "nationality": ["XB"], "permanent-residence": [], "protected-in": []}


def decided(found: Attestation, country: str | None = None) -> Decision:
    facts = Facts(
        "desk-helper",
        provider="elm",
        principal=found.principal,
        claims=found.claims,
        hints=location_hint(country),
    )
    return decide(facts, TABLE, NOW, NOW)


def token(**said: Any) -> Attestation:
    return attest(signed(citizen(**said)), trusted(token_table(claims=CLAIMS)), NOW)


def credential(*names: str, **hidden: Any) -> Attestation:
    text = a_wallet(hidden or None).present(*names)
    return attest(text, trusted(credential_table()), NOW, seen=Seen(), nonces=CHALLENGES.accepts)


def test_a_citizen_a_resident_and_a_foreigner_come_out_as_the_definition_says() -> None:
    assert at(2).timestamp() == NOW
    assert decided(token(**{**FOREIGN, "nationality": ["XA"]})).allowed
    assert decided(token(**{**FOREIGN, "permanent-residence": ["XA"]})).allowed
    refused = decided(token(**FOREIGN))
    assert (refused.allowed, refused.ground) == (False, Ground.IN_SCOPE)


def test_a_yes_or_no_alone_is_enough() -> None:
    allowed = decided(credential("home_person"))
    assert allowed.allowed
    assert [one.claim for one in allowed.claims] == [ClaimName.STATUS]
    assert decided(credential("home_person", home_person=False)).ground is Ground.IN_SCOPE


@pytest.mark.parametrize(
    "found",
    [
        Attestation(),
        credential(),
        token(exp=NOW - 3600),
        token(**FOREIGN, iss="https://id.elm.example"),
        token(nationality=["XA"], type=None),
        token(**{**FOREIGN, "nationality": ["XA"]}, client_id="person-7"),
        combined(token(**FOREIGN), credential("nationality", nationality=["XC"], home_person=True)),
    ],
    ids=["nothing", "undisclosed", "expired", "forged", "too little", "service account", "contradicted"],
)
def test_whatever_is_not_attested_is_unknown(found: Attestation) -> None:
    decision = decided(found, country="XA")
    assert (decision.allowed, decision.ground) == (False, Ground.UNKNOWN)
    assert decision.missing


def test_a_licence_reaches_whoever_is_attested_to_work_for_its_holder() -> None:
    licensed = decided(token(**FOREIGN, works_for="hazel-defence"))
    assert (licensed.allowed, licensed.ground) == (True, Ground.LICENSED)
    assert not decided(token(**FOREIGN, works_for="hazel-defense")).allowed


def test_an_agent_is_decided_by_whom_it_acts_for() -> None:
    assert decided(token(**{**FOREIGN, "nationality": ["XA"]}, act={"sub": "agent"})).allowed
    assert not decided(token(**FOREIGN, act={"sub": "agent", "nationality": ["XA"]})).allowed
