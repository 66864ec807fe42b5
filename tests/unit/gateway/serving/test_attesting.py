"""Who asks, from what a request presents."""

from __future__ import annotations

from groundstop.directives.facts import Principal
from groundstop.documents.directives import ClaimName
from groundstop.gateway.gate import NOBODY
from groundstop.gateway.serving.attesting import Attester, Presented
from tests.claim_parts import NOW, citizen, signed, token_table, trusted


def test_whoever_presents_nothing_is_nobody() -> None:
    attester = Attester(trusted())

    assert attester.who(Presented(), NOW) is NOBODY
    hinted = attester.who(Presented(country="XB"), NOW)
    assert hinted.principal is None
    assert hinted.hints == {ClaimName.LOCATED_IN: frozenset({"XB"})}


def test_a_token_tells_who_asks_and_is_not_to_be_passed_on() -> None:
    token = signed(citizen())
    found = Attester(trusted()).examine(Presented((token, "key-of-the-client-itself")), NOW)

    assert found.who.principal == Principal("alder-id", "person-7")
    assert found.who.claims[ClaimName.NATIONALITY].values == {"XA"}
    assert found.ours == {token}


def test_a_token_of_a_known_issuer_that_does_not_count_is_not_to_be_passed_on_either() -> None:
    expired = signed(citizen(iat=NOW - 900, exp=NOW - 500))
    found = Attester(trusted()).examine(Presented((expired,)), NOW)

    assert found.who.principal is None
    assert found.ours == {expired}
    assert [one.issuer for one in found.who.refused] == ["alder-id"]


def test_what_nobody_knows_may_be_the_clients_own_key() -> None:
    found = Attester(trusted(token_table())).examine(Presented(("key-of-the-client-itself",)), NOW)

    assert found.ours == frozenset()


def test_only_so_many_tokens_are_looked_at() -> None:
    tokens = (*(f"key-of-the-client-number-{number}" for number in range(8)), signed(citizen()))

    assert Attester(trusted()).who(Presented(tokens), NOW).principal is None
