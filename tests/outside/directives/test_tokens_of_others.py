"""Tokens that other people's libraries make: PyJWT, and the reference library of SD-JWT."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

from groundstop.directives.claims import Challenges, Seen, Why, attest
from groundstop.directives.claims.disclosures import disclosed
from groundstop.directives.claims.jose import read_jws
from groundstop.documents.directives import ClaimName
from tests.claim_parts import (
    ALDER,
    BIRCH,
    HERE,
    NOW,
    as_json,
    citizen,
    credential_table,
    pair,
    token_table,
    trusted,
)

ISSUER_KEY = JWK.generate(kty="EC", crv="P-256", kid="birch")
HOLDER_KEY = JWK.generate(kty="EC", crv="P-256")


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256", "ES384", "ES512", "RS256", "PS256"])
def test_a_token_of_pyjwt_is_read(algorithm: str) -> None:
    key = pair(algorithm)
    issuers = trusted(token_table(keys=[key.jwk], algorithms=[algorithm]))
    text = jwt.encode(citizen(), key.private, algorithm=algorithm, headers={"kid": "one"})
    found = attest(text, issuers, NOW)
    assert found.claims[ClaimName.NATIONALITY].values == {"XA"}
    assert found.refused == ()


def test_what_pyjwt_signs_with_a_shared_secret_attests_nothing() -> None:
    text = jwt.encode(citizen(), "k" * 64, algorithm="HS256", headers={"kid": "one"})
    assert [one.why for one in attest(text, trusted(), NOW).refused] == [Why.ALGORITHM]


def test_pyjwt_reads_our_tests_own_tokens() -> None:
    from tests.claim_parts import signed

    key = pair()
    options: Any = {"verify_exp": False, "verify_iat": False}
    said = jwt.decode(
        signed(citizen(), key), key.private.public_key(), ["EdDSA"], options, audience=HERE, issuer=ALDER
    )
    assert said == citizen()


def issued(hidden: dict[str, Any], **more: Any) -> str:
    claims: dict[Any, Any] = {
        "iss": BIRCH,
        "vct": "https://birch.example/person",
        "exp": int(time.time()) + 3600,
        **more,
        **{SDObj(name): value for name, value in hidden.items()},
    }
    made = SDJWTIssuer(
        claims,
        ISSUER_KEY,
        HOLDER_KEY,
        add_decoy_claims=True,
        extra_header_parameters={"typ": "dc+sd-jwt", "kid": "birch"},
    )
    return str(made.sd_jwt_issuance)


def test_a_credential_of_the_reference_library_shows_a_status_and_nothing_else() -> None:
    challenges, now = Challenges(b"s" * 32), time.time()
    table = credential_table(keys=[ISSUER_KEY.export_public(as_dict=True)])
    holder = SDJWTHolder(issued({"home_person": True, "nationality": ["XB"], "name": "Willow"}))
    nonce = challenges.new(now)
    holder.create_presentation({"home_person": True}, nonce, HERE, HOLDER_KEY)
    text = str(holder.sd_jwt_presentation)
    seen, issuers = Seen(), trusted(table)
    found = attest(text, issuers, now + 1, seen=seen, nonces=challenges.accepts)
    assert found.refused == ()
    assert set(found.claims) == {ClaimName.STATUS}
    assert found.claims[ClaimName.STATUS].values == {"foreign-person:no"}
    again = attest(text, issuers, now + 2, seen=seen, nonces=challenges.accepts)
    assert [one.why for one in again.refused] == [Why.REPLAYED]


NAMES = st.sampled_from(["alder", "birch", "cedar", "elm", "oak"])
SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.text("abc", max_size=3)


def _hide(value: Any, draw: st.DrawFn) -> Any:
    if isinstance(value, dict):
        return {
            (SDObj(name) if draw(st.booleans()) else name): _hide(one, draw) for name, one in value.items()
        }
    if isinstance(value, list):
        return [SDObj(_hide(one, draw)) if draw(st.booleans()) else _hide(one, draw) for one in value]
    return value


@st.composite
def partly_hidden(draw: st.DrawFn) -> dict[Any, Any]:
    """Claims of any shape, each part hidden or not."""
    values = st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
        max_leaves=8,
    )
    hidden = _hide(draw(st.dictionaries(NAMES, values, max_size=4)), draw)
    assert isinstance(hidden, dict)
    return hidden


@settings(max_examples=80, deadline=None)
@given(claims=partly_hidden(), chosen=st.randoms(use_true_random=False))
def test_disclosures_are_put_together_as_the_reference_library_does(
    claims: dict[Any, Any], chosen: Any
) -> None:
    made = SDJWTIssuer({"iss": BIRCH, **claims}, ISSUER_KEY, add_decoy_claims=True)
    credential, *disclosures, _ = made.sd_jwt_issuance.split("~")
    # Inner disclosures need the outer ones that they are in; a prefix of the issuer's order may lack them.
    kept = [one for one in disclosures if chosen.random() < 0.6]
    text = "~".join([credential, *kept, ""])
    theirs = SDJWTVerifier(text, lambda *_: JWK.from_json(ISSUER_KEY.export_public()))
    wanted = theirs.get_verified_payload()
    ours = _ours(credential, kept)
    # Theirs lets disclosures be that nothing refers to; ours, as the standard says, does not.
    if ours is not None:
        assert as_json(ours) == as_json(wanted)
    if len(kept) == len(disclosures):
        assert ours is not None


def _ours(credential: str, disclosures: list[str]) -> Any:
    from groundstop.directives.claims.why import RefusedError

    try:
        return disclosed(read_jws(credential).payload, disclosures)
    except RefusedError:
        return None
