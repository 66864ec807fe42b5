"""Whatever is presented: nothing is raised, and nothing is attested that no trusted issuer has signed."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from groundstop.directives.claims import Seen, Why, attest, attest_certificate, combined
from groundstop.directives.claims.attestation import Attestation
from groundstop.directives.facts import Attested
from groundstop.documents.directives import ClaimName
from tests.claim_parts import (
    CHALLENGES,
    NOW,
    a_wallet,
    as_json,
    b64,
    citizen,
    credential_table,
    signed,
    token_table,
    trusted,
)

ISSUERS = trusted(token_table(), credential_table())
TOKEN = signed(citizen())
PRESENTED = a_wallet().present("home_person", "nationality")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ("iss", "aud", "sub", "exp", "nbf", "iat", "jti", "act", "nationality", "client_id", "azp")


def attested(token: bytes | str) -> Attestation:
    return attest(token, ISSUERS, NOW, seen=Seen(), nonces=CHALLENGES.accepts)


def nothing(found: Attestation) -> bool:
    (refused,) = found.refused
    # Each fault is met where it is, and none by the net under all of them.
    return found.principal is None and not found.claims and refused.why is not Why.BROKEN


@settings(max_examples=300)
@given(data=st.binary(max_size=300) | st.text(max_size=300))
@example(data="~")
@example(data="ey..")
@example(data=b"\x00" * 70_000)
def test_any_bytes_attest_nothing_and_raise_nothing(data: bytes | str) -> None:
    assert nothing(attested(data))


@settings(max_examples=150)
@given(header=JSON, payload=JSON, ending=st.text("Aa_~.", max_size=12))
def test_any_json_without_a_signature_attests_nothing(header: Any, payload: Any, ending: str) -> None:
    assert nothing(attested(f"{b64(as_json(header))}.{b64(as_json(payload))}.{ending}"))


@settings(max_examples=200)
@given(changes=st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4))
def test_a_trusted_issuer_that_signs_nonsense_harms_nobody(changes: dict[str, Any]) -> None:
    found = attested(signed({**citizen(), **changes}))
    for one in found.claims.values():
        assert one.issuer == "alder-id"
        assert one.until > NOW
    if "nationality" in changes and ClaimName.NATIONALITY in found.claims:
        assert all(len(value) == 2 for value in found.claims[ClaimName.NATIONALITY].values)


@settings(max_examples=300)
@given(
    place=st.integers(0, 10_000),
    character=st.characters(codec="ascii"),
    text=st.sampled_from([TOKEN, PRESENTED]),
)
def test_a_token_with_one_character_changed_attests_nothing(place: int, character: str, text: str) -> None:
    place %= len(text)
    changed = text[:place] + character + text[place + 1 :]
    if changed != text:
        assert nothing(attested(changed))


@settings(max_examples=100)
@given(data=st.binary(max_size=400))
def test_any_bytes_for_a_certificate_attest_nothing(data: bytes) -> None:
    assert nothing(attest_certificate(data, ISSUERS, NOW))


VALUES = st.frozensets(st.sampled_from(["XA", "XB"]), min_size=1)
CLAIMS = st.builds(
    Attested,
    VALUES,
    st.sampled_from(["alder-id", "oak-id"]),
    st.integers(0, 3),
    st.sampled_from([NOW, NOW + 9]),
)
ATTESTATIONS = st.builds(
    Attestation,
    st.none(),
    st.dictionaries(st.sampled_from([ClaimName.NATIONALITY, ClaimName.LOCATED_IN]), CLAIMS),
)


@given(parts=st.lists(ATTESTATIONS, max_size=4), more=ATTESTATIONS)
def test_presenting_more_never_changes_what_a_claim_is_known_to_be(
    parts: list[Attestation], more: Attestation
) -> None:
    before, after = combined(*parts), combined(*parts, more)
    for name, one in after.claims.items():
        known = before.claims.get(name)
        assert known is None or known.values == one.values
        if known is not None:
            assert one.assurance >= known.assurance


@given(parts=st.lists(ATTESTATIONS, min_size=2, max_size=4), shuffled=st.randoms(use_true_random=False))
def test_the_order_in_which_things_are_presented_settles_no_claim(
    parts: list[Attestation], shuffled: Any
) -> None:
    again = list(parts)
    shuffled.shuffle(again)
    first, second = combined(*parts).claims, combined(*again).claims
    assert {name: one.values for name, one in first.items()} == {
        name: one.values for name, one in second.items()
    }
