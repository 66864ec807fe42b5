"""JSON Web Tokens that are right: what they attest of people, services and whom an agent acts for."""

from __future__ import annotations

import math
from typing import Any

import pytest

from groundstop.directives.claims import Attestation, Remembered, Seen, Why, attest
from groundstop.directives.facts import Attested, Principal
from groundstop.documents.directives import Assurance, ClaimName
from tests.claim_parts import ALDER, NOW, citizen, pair, signed, token_table, trusted


def attested(payload: dict[str, Any], **changes: Any) -> Attestation:
    return attest(signed(payload), trusted(token_table(**changes)), NOW)


def reasons(found: Attestation) -> list[Why]:
    return [one.why for one in found.refused]


def test_a_good_token_attests_what_its_issuer_may() -> None:
    found = attested(citizen())
    until, rank = NOW + 660, Assurance.SUBSTANTIAL.rank
    assert found.principal == Principal("alder-id", "person-7")
    assert found.claims == {
        ClaimName.NATIONALITY: Attested(frozenset({"XA"}), "alder-id", rank, until),
        ClaimName.SUBJECT_TYPE: Attested(frozenset({"natural-person"}), "alder-id", rank, until),
    }
    assert found.refused == ()


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256", "PS256", "RS256"])
def test_tokens_are_read_in_each_usual_algorithm(algorithm: str) -> None:
    key = pair(algorithm)
    issuers = trusted(token_table(keys=[key.jwk]))
    assert attest(signed(citizen(), key), issuers, NOW).principal is not None


@pytest.mark.parametrize("algorithm", ["ES384", "ES512"])
def test_other_curves_are_read_where_the_operator_names_them(algorithm: str) -> None:
    key = pair(algorithm)
    named = trusted(token_table(keys=[key.jwk], algorithms=[algorithm]))
    usual = trusted(token_table(keys=[key.jwk, pair().jwk | {"kid": "two"}]))
    assert attest(signed(citizen(), key), named, NOW).principal is not None
    assert reasons(attest(signed(citizen(), key), usual, NOW)) == [Why.ALGORITHM]


def test_ed25519_goes_by_both_its_names() -> None:
    text = signed(citizen(), header={"alg": "Ed25519"})
    for alg in ("EdDSA", "Ed25519"):
        issuers = trusted(token_table(keys=[pair().jwk | {"alg": alg}]))
        assert attest(text, issuers, NOW).principal is not None


def test_a_token_without_a_key_name_is_verified_with_the_only_key_that_fits() -> None:
    other = pair("ES256", "two")
    one_fits = trusted(token_table(keys=[pair().jwk, other.jwk]))
    two_fit = trusted(token_table(keys=[pair().jwk, pair("EdDSA", "two").jwk]))
    text = signed(citizen(), header={"kid": None})
    assert attest(text, one_fits, NOW).principal is not None
    assert reasons(attest(text, two_fit, NOW)) == [Why.NO_KEY]


def test_bytes_and_text_are_the_same() -> None:
    text = signed(citizen())
    assert attest(text.encode(), trusted(), NOW) == attest(text, trusted(), NOW)


def test_a_claim_that_the_token_lacks_is_unknown_without_a_word() -> None:
    found = attested(citizen(nationality=None))
    assert ClaimName.NATIONALITY not in found.claims
    assert found.refused == ()


@pytest.mark.parametrize("value", ["xa", "XAA", "", 7, 1.5, {"a": 1}, ["XA", "xx"], [["XA"]], True])
def test_a_value_that_no_country_has_leaves_the_claim_unknown(value: Any) -> None:
    found = attested(citizen(nationality=value))
    assert ClaimName.NATIONALITY not in found.claims
    assert found.refused[0][1:] == (ClaimName.NATIONALITY, Why.VALUE)
    assert ClaimName.SUBJECT_TYPE in found.claims


def test_an_empty_list_says_nothing_unless_the_operator_says_what() -> None:
    residence = {"claim": "permanent-residence", "token_claim": "residences"}
    payload = citizen(residences=[])
    silent = attested(payload, claims=[residence])
    assert reasons(silent) == [Why.EMPTY]
    said = attested(payload, claims=[{**residence, "empty": "none"}])
    assert said.claims[ClaimName.PERMANENT_RESIDENCE].values == {"none"}


def test_yes_and_no_become_a_status_without_a_nationality() -> None:
    values = {"true": "foreign-person:no", "false": "foreign-person:yes"}
    status = {"claim": "status", "token_claim": "home_person", "values": values}
    for said, wanted in ((True, "foreign-person:no"), (False, "foreign-person:yes")):
        found = attested(citizen(home_person=said), claims=[status])
        assert found.claims[ClaimName.STATUS].values == {wanted}
    assert reasons(attested(citizen(home_person="perhaps"), claims=[status])) == [Why.VALUE]


def test_two_definitions_have_a_status_each() -> None:
    person = {"claim": "status", "token_claim": "a", "values": {"true": "foreign-person:no"}}
    national = {
        "claim": "status",
        "token_claim": "b",
        "values": {"true": "foreign-national:yes"},
        "assurance": "low",
    }
    found = attested(citizen(a=True, b=True), claims=[person, national])
    assert found.claims[ClaimName.STATUS].values == {"foreign-person:no", "foreign-national:yes"}
    assert found.claims[ClaimName.STATUS].assurance == Assurance.LOW.rank


def test_a_status_that_is_yes_and_no_is_unknown() -> None:
    yes = {"claim": "status", "token_claim": "a", "values": {"true": "foreign-person:yes"}}
    no = {"claim": "status", "token_claim": "b", "values": {"true": "foreign-person:no"}}
    found = attested(citizen(a=True, b=True), claims=[yes, no])
    assert found.claims == {}
    assert reasons(found) == [Why.CONTRADICTION]


def test_a_residence_beside_none_is_unknown() -> None:
    residence = {"claim": "permanent-residence", "token_claim": "residences"}
    assert reasons(attested(citizen(residences=["none", "XA"]), claims=[residence])) == [Why.CONTRADICTION]


def test_claims_are_found_by_pointer_and_by_a_name_that_looks_like_a_path() -> None:
    by_pointer = {"claim": "nationality", "token_claim": "/verified/claims/0/a~1b"}
    by_name = {"claim": "organisation", "token_claim": "https://alder.example/works-for"}
    payload = citizen(
        verified={"claims": [{"a/b": "XB"}]}, **{"https://alder.example/works-for": "hazel-defence"}
    )
    found = attested(payload, claims=[by_pointer, by_name])
    assert found.claims[ClaimName.NATIONALITY].values == {"XB"}
    assert found.claims[ClaimName.ORGANISATION].values == {"hazel-defence"}


@pytest.mark.parametrize("place", ["/verified/9/x", "/verified/x", "/nationality/0/0", "/verified/-"])
def test_a_pointer_that_leads_nowhere_leaves_the_claim_unknown(place: str) -> None:
    found = attested(citizen(verified=[1]), claims=[{"claim": "nationality", "token_claim": place}])
    assert found.claims == {}
    assert found.refused == ()


def test_a_service_account_has_its_owners_claims_and_no_persons() -> None:
    claims = [
        {"claim": "subject-type", "always": ["natural-person"]},
        {"claim": "nationality", "token_claim": "nationality"},
        {"claim": "incorporated-in", "token_claim": "owner_country"},
        {"claim": "organisation", "token_claim": "owner"},
    ]
    payload = citizen(sub="batch-3", client_id="batch-3", owner="hazel-defence", owner_country="XA")
    for kind, said in (("oidc", payload), ("service", {**payload, "client_id": "another"})):
        found = attested(said, claims=claims, kind=kind)
        assert set(found.claims) == {ClaimName.INCORPORATED_IN, ClaimName.ORGANISATION}
        assert {one.claim for one in found.refused} == {ClaimName.SUBJECT_TYPE, ClaimName.NATIONALITY}
        assert set(reasons(found)) == {Why.OF_A_SERVICE}
        assert found.principal == Principal("alder-id", "batch-3")


@pytest.mark.parametrize(
    "mark",
    [{"gty": "client-credentials"}, {"gty": ["client-credentials"]}, {"idtyp": "app"}, {"azp": "person-7"}],
)
def test_a_service_account_is_known_by_what_issuers_mark_it_with(mark: dict[str, Any]) -> None:
    found = attested(citizen(**mark))
    assert found.claims == {}
    assert set(reasons(found)) == {Why.OF_A_SERVICE}
    assert attested(citizen(kind="robot"), service_marks={"kind": ["robot"]}).claims == {}
    assert attested(citizen(gty="password", azp="desk-app", client_id="desk-app")).refused == ()


def test_a_token_bound_to_a_key_counts_only_where_somebody_else_has_checked_that() -> None:
    payload = citizen(cnf={"jkt": "A" * 43})
    assert reasons(attested(payload)) == [Why.BOUND]
    assert reasons(attested(payload, bound="accept")) == []


def test_a_delegated_agent_has_the_claims_of_whom_it_acts_for() -> None:
    found = attested(citizen(act={"sub": "agent-1", "act": {"sub": "agent-0"}}))
    assert found.principal == Principal("alder-id", "person-7")
    assert found.actors == (Principal("alder-id", "agent-1"), Principal("alder-id", "agent-0"))
    assert found.claims[ClaimName.NATIONALITY].values == {"XA"}


def test_an_agent_whose_token_says_nothing_of_the_person_leaves_it_unknown() -> None:
    found = attested(
        citizen(act={"sub": "agent-1", "nationality": ["XA"]}, nationality=None),
        claims=[{"claim": "nationality", "token_claim": "nationality"}],
    )
    assert found.claims == {}
    assert len(found.actors) == 1


def test_two_issuers_of_one_address_are_told_apart_by_audience() -> None:
    people = token_table()
    service = token_table(name="alder-services", kind="service", audience=["https://batch.example"])
    text = signed(citizen(aud=["https://batch.example", "https://other.example"]))
    found = attest(text, trusted(people, service), NOW)
    assert found.principal == Principal("alder-services", "person-7")


def test_a_token_that_is_good_once_is_good_once() -> None:
    issuers, seen = trusted(token_table(once=True)), Seen()
    text = signed(citizen(jti="t-1"))
    assert attest(text, issuers, NOW, seen=seen).principal is not None
    assert reasons(attest(text, issuers, NOW + 1, seen=seen)) == [Why.REPLAYED]
    assert attest(signed(citizen(jti="t-2")), issuers, NOW, seen=seen).principal is not None
    assert reasons(attest(signed(citizen()), issuers, NOW, seen=seen)) == [Why.NO_ID]
    assert reasons(attest(signed(citizen(jti="t-3")), issuers, NOW)) == [Why.NO_MEMORY]


def test_a_token_that_is_refused_uses_nothing_up() -> None:
    issuers, seen = trusted(token_table(once=True)), Seen()
    early = signed(citizen(jti="t-1", nbf=NOW + 3600))
    assert reasons(attest(early, issuers, NOW, seen=seen)) == [Why.NOT_YET]
    assert len(seen) == 0


@pytest.mark.parametrize(
    ("changes", "later", "why"),
    [
        ({"exp": NOW}, 59.9, None),
        ({"exp": NOW}, 60.0, Why.EXPIRED),
        ({"nbf": NOW + 60}, 0.0, None),
        ({"nbf": NOW + 60.5}, 0.0, Why.NOT_YET),
        ({"iat": NOW + 60}, 0.0, None),
        ({"iat": NOW + 61}, 0.0, Why.NOT_YET),
    ],
)
def test_clocks_may_differ_by_a_minute_and_no_more(
    changes: dict[str, float], later: float, why: Why | None
) -> None:
    found = attest(signed(citizen(**changes)), trusted(), NOW + later)
    assert reasons(found) == ([] if why is None else [why])
    # What is accepted now is believed now.
    assert all(one.until > NOW + later for one in found.claims.values())


def test_an_operator_can_bound_how_long_tokens_are_valid() -> None:
    assert reasons(attested(citizen(exp=NOW + 7200), longest_s=3600)) == [Why.TOO_LONG]
    assert reasons(attested(citizen(exp=NOW + 3600), longest_s=3600)) == []


def test_a_full_memory_accepts_nothing_more_until_an_id_ends() -> None:
    issuers, seen = trusted(token_table(once=True)), Seen(most=2)
    texts = [signed(citizen(jti=f"t-{number}")) for number in range(3)]
    found = [attest(text, issuers, NOW, seen=seen) for text in texts]
    assert [reasons(one) for one in found] == [[], [], [Why.NO_MEMORY]]
    late = signed(citizen(jti="t-9", exp=NOW + 9000))
    assert attest(late, issuers, NOW + 661, seen=seen).principal is not None
    assert len(seen) == 1


def test_a_revoked_issuer_attests_nothing() -> None:
    found = attested(citizen(), revoked="Its keys were stolen.")
    assert found.principal is None
    assert (found.refused[0].issuer, found.refused[0].why) == ("alder-id", Why.REVOKED_ISSUER)


def test_what_an_issuer_always_attests_is_not_in_the_token() -> None:
    claims = [{"claim": "organisation", "always": ["hazel-defence"]}]
    found = attested(citizen(organisation="cedar-works"), claims=claims)
    assert found.claims[ClaimName.ORGANISATION].values == {"hazel-defence"}


def test_the_issuers_address_is_compared_to_the_letter() -> None:
    assert reasons(attested(citizen(iss=f"{ALDER}/"))) == [Why.NO_ISSUER]
    assert math.isfinite(attested(citizen()).claims[ClaimName.NATIONALITY].until)


def test_a_token_is_verified_once_and_remembered_until_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    from groundstop.directives.claims import remembering

    asked: list[object] = []

    def counted(*given: Any, **more: Any) -> Attestation:
        asked.append(given)
        return attest(*given, **more)

    monkeypatch.setattr(remembering, "attest", counted)
    remembered, text = Remembered(trusted()), signed(citizen())
    first, again = remembered.attest(text, NOW), remembered.attest(text.encode(), NOW + 659)
    assert again is first
    assert len(asked) == 1
    assert reasons(remembered.attest(text, NOW + 660)) == [Why.EXPIRED]


def test_what_is_good_once_or_refused_is_never_remembered() -> None:
    once = Remembered(trusted(token_table(once=True)), seen=Seen())
    text = signed(citizen(jti="t-1"))
    assert reasons(once.attest(text, NOW)) == []
    assert reasons(once.attest(text, NOW)) == [Why.REPLAYED]
    early = signed(citizen(nbf=NOW + 100))
    usual = Remembered(trusted())
    assert reasons(usual.attest(early, NOW)) == [Why.NOT_YET]
    assert reasons(usual.attest(early, NOW + 100)) == []
    assert reasons(usual.attest("\ud800", NOW)) == [Why.UNREADABLE]


def test_only_so_many_tokens_are_remembered() -> None:
    remembered = Remembered(trusted(), most=2)
    texts = [signed(citizen(sub=f"person-{number}")) for number in range(3)]
    first = [remembered.attest(text, NOW) for text in texts]
    assert remembered.attest(texts[2], NOW) is first[2]
    assert remembered.attest(texts[0], NOW) is not first[0]
