"""SD-JWT credentials: a yes or no is disclosed, and nothing that it follows from."""

from __future__ import annotations

import pytest

from groundstop.directives.claims import Challenges, Seen, Why, attest
from groundstop.directives.claims.attestation import Attestation
from groundstop.directives.facts import Principal
from groundstop.documents.directives import Assurance, ClaimName
from tests.claim_parts import CHALLENGES, HERE, NOW, Wallet, a_wallet, credential_table, pair, trusted


def attested(text: str, **changes: object) -> Attestation:
    issuers = trusted(credential_table(**changes))
    return attest(text, issuers, NOW, seen=Seen(), nonces=CHALLENGES.accepts)


def reasons(found: Attestation) -> list[Why]:
    return [one.why for one in found.refused]


def test_a_status_is_shown_without_a_nationality() -> None:
    found = attested(a_wallet().present("home_person"))
    assert set(found.claims) == {ClaimName.STATUS}
    status = found.claims[ClaimName.STATUS]
    assert status.values == {"foreign-person:no"}
    assert (status.issuer, status.assurance) == ("birch-wallet", Assurance.HIGH.rank)
    assert found.refused == ()


def test_what_is_not_disclosed_is_unknown() -> None:
    found = attested(a_wallet().present())
    assert found.claims == {}
    assert found.principal is not None


def test_everything_can_be_disclosed() -> None:
    found = attested(a_wallet().present("home_person", "nationality"))
    assert found.claims[ClaimName.NATIONALITY].values == {"XB"}


def test_decoys_change_nothing() -> None:
    found = attested(a_wallet(more=["A" * 43, "B" * 43]).present("home_person"))
    assert ClaimName.STATUS in found.claims


def test_a_person_is_known_by_the_name_in_it_or_by_the_holders_key() -> None:
    named = attested(a_wallet(sub="person-7").present())
    assert named.principal == Principal("birch-wallet", "person-7")
    first, again = (attested(a_wallet().present()).principal for _ in range(2))
    assert first is not None
    assert first == again
    assert first.name.startswith("jkt:")


def test_a_presentation_is_believed_while_it_is_fresh() -> None:
    found = attested(a_wallet().present("home_person"), fresh_s=100)
    assert found.claims[ClaimName.STATUS].until == NOW - 5 + 100 + 60


def test_a_challenge_is_answered_once() -> None:
    issuers, seen = trusted(credential_table()), Seen()
    nonce = CHALLENGES.new(NOW - 8)
    texts = [a_wallet().present("home_person", nonce=nonce, iat=NOW - age) for age in (5, 4)]
    found = [attest(text, issuers, NOW, seen=seen, nonces=CHALLENGES.accepts) for text in texts]
    assert [reasons(one) for one in found] == [[], [Why.REPLAYED]]


def test_an_operator_may_let_a_fresh_presentation_serve_several_requests() -> None:
    issuers = trusted(credential_table(once=False))
    text = a_wallet().present("home_person")
    found = [attest(text, issuers, NOW + more, nonces=CHALLENGES.accepts) for more in (0, 1)]
    assert [reasons(one) for one in found] == [[], []]


def test_a_challenge_is_this_places_own_and_ends() -> None:
    mine, other = CHALLENGES.new(NOW), Challenges(b"t" * 32).new(NOW)
    assert CHALLENGES.accepts(mine, NOW)
    assert CHALLENGES.accepts(mine, NOW + 299)
    assert not CHALLENGES.accepts(mine, NOW + 300)
    assert not CHALLENGES.accepts(mine, NOW - 2)
    assert not CHALLENGES.accepts(other, NOW)
    assert not CHALLENGES.accepts(mine[:-1] + ("A" if mine[-1] != "A" else "B"), NOW)
    assert not CHALLENGES.accepts("", NOW)
    assert not CHALLENGES.accepts("nonce!", NOW)
    assert CHALLENGES.new(NOW) != mine


def test_a_secret_of_challenges_has_a_length() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Challenges(b"short")


def test_a_credential_with_a_status_list_counts_only_where_the_operator_says_so() -> None:
    wallet = a_wallet(status={"status_list": {"idx": 7, "uri": "https://birch.example/statuses/1"}})
    assert reasons(attested(wallet.present("home_person"))) == [Why.REVOCABLE]
    found = attested(wallet.present("home_person"), revocable="accept")
    assert ClaimName.STATUS in found.claims


def test_hidden_parts_of_lists_and_objects_are_put_in_their_places() -> None:
    from tests.claim_parts import digest_of, disclosure

    one, two = disclosure("s1", "XA"), disclosure("s2", "XB")
    inner = disclosure("s3", "country", "XC")
    wallet = a_wallet(
        {},
        nationality=[{"...": digest_of(one)}, {"...": digest_of(two)}],
        home={"_sd": [digest_of(inner)]},
    )
    shown = Wallet(wallet.jwt, {"one": one, "two": two, "inner": inner}, wallet.holder)
    claims = [
        {"claim": "nationality", "token_claim": "nationality"},
        {"claim": "located-in", "token_claim": "/home/country"},
    ]
    found = attested(shown.present("two", "inner"), claims=claims)
    assert found.claims[ClaimName.NATIONALITY].values == {"XB"}
    assert found.claims[ClaimName.LOCATED_IN].values == {"XC"}


def test_a_holder_may_sign_with_ed25519() -> None:
    holder = pair("EdDSA", None, 5)
    wallet = a_wallet(cnf={"jwk": holder.jwk})
    assert ClaimName.STATUS in attested(wallet.present("home_person", key=holder)).claims


def test_credentials_of_one_issuer_are_told_apart_by_their_type() -> None:
    other = credential_table(
        name="birch-badges",
        types=["https://birch.example/badge"],
        claims=[
            {"claim": "organisation", "token_claim": "works_for"},
        ],
    )
    wallet = a_wallet({"works_for": "hazel-defence"}, vct="https://birch.example/badge")
    issuers = trusted(credential_table(), other)
    found = attest(wallet.present("works_for"), issuers, NOW, seen=Seen(), nonces=CHALLENGES.accepts)
    assert found.claims[ClaimName.ORGANISATION].issuer == "birch-badges"
    assert HERE in other["audience"]
