"""Tokens that an attacker would try: each attests nothing, and the reason says no word of it."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from groundstop.directives.claims import Attestation, Seen, Why, attest
from tests.claim_parts import (
    ALDER,
    CHALLENGES,
    HERE,
    NOW,
    Pair,
    Wallet,
    a_wallet,
    as_json,
    b64,
    citizen,
    credential_table,
    digest_of,
    disclosure,
    pair,
    signed,
    token_table,
    trusted,
    unb64,
)

SECRET = "person-7"


def with_secret(secret: bytes, header: dict[str, Any]) -> str:
    head, body = b64(as_json(header)), b64(as_json(citizen()))
    return f"{head}.{body}.{b64(hmac.digest(secret, f'{head}.{body}'.encode(), 'sha256'))}"


def unsigned(alg: str, ending: str = "AA") -> str:
    return f"{b64(as_json({'alg': alg, 'kid': 'one'}))}.{b64(as_json(citizen()))}.{ending}"


def raw_key() -> bytes:
    return unb64(pair().jwk["x"])


def nested(depth: int) -> bytes:
    return as_json(citizen())[:-1] + b', "x": ' + b"[" * depth + b"]" * depth + b"}"


def other_spelling(text: str) -> str:
    """Change bits of the signature's last character that decode to nothing."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    changed = text[:-1] + alphabet[alphabet.index(text[-1]) ^ 1]
    assert unb64(text.rpartition(".")[2]) == unb64(changed.rpartition(".")[2])
    return changed


def cut(text: str) -> str:
    signed_part, _, signature = text.rpartition(".")
    return f"{signed_part}.{b64(unb64(signature)[:60])}"


def repeated(name: str, value: Any) -> bytes:
    return as_json(citizen())[:-1] + b", " + as_json({name: value})[1:]


TOKENS: dict[str, tuple[Callable[[], str | bytes], Why]] = {
    "alg none": (lambda: unsigned("none"), Why.ALGORITHM),
    "alg none, in capitals": (lambda: unsigned("NONE"), Why.ALGORITHM),
    "alg none, without a signature": (lambda: unsigned("none", ""), Why.MALFORMED),
    "no alg": (lambda: signed(citizen(), header={"alg": None}), Why.ALGORITHM),
    "alg is a list": (lambda: signed(citizen(), header={"alg": ["EdDSA"]}), Why.ALGORITHM),
    "HS256 with the public key": (
        lambda: with_secret(raw_key(), {"alg": "HS256", "kid": "one"}),
        Why.ALGORITHM,
    ),
    "HS256 with the key's JSON": (
        lambda: with_secret(json.dumps(pair().jwk).encode(), {"alg": "HS256", "kid": "one"}),
        Why.ALGORITHM,
    ),
    "EdDSA, in fact an HMAC": (lambda: with_secret(raw_key(), {"alg": "EdDSA", "kid": "one"}), Why.SIGNATURE),
    "another key under the same kid": (lambda: signed(citizen(), pair(number=9)), Why.SIGNATURE),
    "an unknown kid": (lambda: signed(citizen(), header={"kid": "nine"}), Why.NO_KEY),
    "a kid that is a number": (lambda: signed(citizen(), header={"kid": 1}), Why.NO_KEY),
    "a kid that is a path": (lambda: signed(citizen(), header={"kid": "../../dev/null"}), Why.NO_KEY),
    "an algorithm of another key": (lambda: signed(citizen(), pair("ES256", "one")), Why.NO_KEY),
    "a key in the header": (lambda: signed(citizen(), header={"jwk": pair().jwk}), Why.OWN_KEY),
    "a key's address in the header": (
        lambda: signed(citizen(), header={"jku": "https://elm.example/keys"}),
        Why.OWN_KEY,
    ),
    "a critical extension": (lambda: signed(citizen(), header={"crit": ["exp"]}), Why.CRITICAL),
    "a payload that is not encoded": (
        lambda: signed(citizen(), header={"b64": False, "crit": ["b64"]}),
        Why.CRITICAL,
    ),
    "another issuer": (lambda: signed(citizen(iss="https://id.elm.example")), Why.NO_ISSUER),
    "no issuer": (lambda: signed(citizen(iss=None)), Why.NO_ISSUER),
    "an issuer that is a list": (lambda: signed(citizen(iss=[ALDER])), Why.NO_ISSUER),
    "another audience": (lambda: signed(citizen(aud="https://elm.example")), Why.AUDIENCE),
    "no audience": (lambda: signed(citizen(aud=None)), Why.AUDIENCE),
    "an audience inside another": (lambda: signed(citizen(aud=f"{HERE}.elm.example")), Why.AUDIENCE),
    "an audience that is an object": (lambda: signed(citizen(aud={HERE: 1})), Why.AUDIENCE),
    "an audience in a list in a list": (lambda: signed(citizen(aud=[[HERE]])), Why.AUDIENCE),
    "expired": (lambda: signed(citizen(exp=NOW - 61)), Why.EXPIRED),
    "no expiry": (lambda: signed(citizen(exp=None)), Why.TIMES),
    "an expiry that is a text": (lambda: signed(citizen(exp=str(NOW + 60))), Why.TIMES),
    "an expiry that is true": (lambda: signed(citizen(exp=True)), Why.TIMES),
    "an expiry without end": (lambda: signed(repeated_exp("1e999")), Why.TIMES),
    "an expiry that is no number": (lambda: signed(repeated_exp("NaN")), Why.MALFORMED),
    "an expiry before 1970": (lambda: signed(citizen(exp=-1)), Why.TIMES),
    "an expiry of thousands of digits": (lambda: signed(repeated_exp("9" * 5000)), Why.MALFORMED),
    "an expiry in the year 10000": (lambda: signed(citizen(exp=1e15)), Why.TIMES),
    "not valid yet": (lambda: signed(citizen(nbf=NOW + 61)), Why.NOT_YET),
    "made in the future": (lambda: signed(citizen(iat=NOW + 61)), Why.NOT_YET),
    "a beginning that is null": (lambda: signed({**citizen(), "nbf": None}), Why.TIMES),
    "no subject": (lambda: signed(citizen(sub=None)), Why.SUBJECT),
    "an empty subject": (lambda: signed(citizen(sub="")), Why.SUBJECT),
    "a subject that is a number": (lambda: signed(citizen(sub=7)), Why.SUBJECT),
    "a subject with a line break": (lambda: signed(citizen(sub="person\n7")), Why.SUBJECT),
    "a subject with an invisible mark": (lambda: signed(citizen(sub="person\u200b7")), Why.SUBJECT),
    "a subject of any length": (lambda: signed(citizen(sub="p" * 301)), Why.SUBJECT),
    "an actor that is a text": (lambda: signed(citizen(act="agent")), Why.ACTOR),
    "an actor without a name": (lambda: signed(citizen(act={})), Why.ACTOR),
    "a long chain of actors": (lambda: signed(citizen(act=actors(9))), Why.ACTOR),
    "a token that is bound to a key": (lambda: signed(citizen(cnf={"jkt": "A" * 43})), Why.BOUND),
    "another type": (lambda: signed(citizen(), header={"typ": "kb+jwt"}), Why.TYPE),
    "a credential as a token": (lambda: signed(citizen(), header={"typ": "dc+sd-jwt"}), Why.TYPE),
    "a type that is a number": (lambda: signed(citizen(), header={"typ": 7}), Why.TYPE),
    "a payload that is a list": (lambda: signed([citizen()]), Why.MALFORMED),
    "a payload that is no JSON": (lambda: signed(b"\xff\xfe"), Why.MALFORMED),
    "a payload with a claim twice": (lambda: signed(repeated("nationality", ["XB"])), Why.MALFORMED),
    "a deep payload": (lambda: signed(nested(20)), Why.MALFORMED),
    "a payload as deep as it is long": (lambda: signed(nested(3000)), Why.MALFORMED),
    "garbage after it": (lambda: signed(citizen()) + ".e30", Why.MALFORMED),
    "a space after it": (lambda: signed(citizen()) + " ", Why.MALFORMED),
    "a line break after it": (lambda: signed(citizen()) + "\n", Why.MALFORMED),
    "padding": (lambda: signed(citizen()) + "==", Why.MALFORMED),
    "the other base64 alphabet": (lambda: signed(citizen()) + "+/", Why.MALFORMED),
    "another spelling of its signature": (lambda: other_spelling(signed(citizen())), Why.MALFORMED),
    "a signature cut short": (lambda: cut(signed(citizen())), Why.SIGNATURE),
    "a payload that was changed": (
        lambda: with_payload(signed(citizen()), citizen(nationality=["XB"])),
        Why.SIGNATURE,
    ),
    "a token of five parts": (lambda: signed(citizen()) + ".AA.AA", Why.MALFORMED),
    "larger than its issuer's": (lambda: signed(citizen(more="m" * 8192)), Why.TOO_LARGE),
    "larger than any": (lambda: "eyJ" + "A" * 70_000, Why.TOO_LARGE),
    "nothing": (lambda: "", Why.UNREADABLE),
    "not ASCII": (lambda: "ey\u0130.a.b", Why.UNREADABLE),
    "bytes that are no text": (lambda: b"\xff\x00" * 20, Why.UNREADABLE),
    "a word": (lambda: "a-word-that-is-no-key-here", Why.UNKNOWN_KEY),
    "JSON serialization": (lambda: json.dumps({"payload": "e30", "signatures": []}), Why.UNKNOWN_KEY),
}


def repeated_exp(number: str) -> bytes:
    return as_json(citizen(exp=None))[:-1] + b', "exp": ' + number.encode() + b"}"


def actors(deep: int) -> dict[str, Any]:
    found: dict[str, Any] = {"sub": "agent"}
    for _ in range(deep - 1):
        found = {"sub": "agent", "act": found}
    return found


def with_payload(text: str, payload: dict[str, Any]) -> str:
    head, _, signature = text.split(".")
    return f"{head}.{b64(as_json(payload))}.{signature}"


def refused(found: Attestation) -> list[Why]:
    assert found.principal is None
    assert found.claims == {}
    for one in found.refused:
        assert one.claim is None
        assert SECRET not in f"{one}"
    return [one.why for one in found.refused]


@pytest.mark.parametrize("case", TOKENS)
def test_a_hostile_token_attests_nothing(case: str) -> None:
    made, why = TOKENS[case]
    assert refused(attest(made(), trusted(), NOW)) == [why]


def test_a_key_on_a_foreign_curve_is_no_key() -> None:
    foreign = pair("ES256K", "two")
    issuers = trusted(token_table(keys=[pair().jwk, foreign.jwk]))
    as_named = signed(citizen(), replace(foreign, algorithm="ES256"))
    assert refused(attest(as_named, issuers, NOW)) == [Why.NO_KEY]
    assert refused(attest(signed(citizen(), foreign), issuers, NOW)) == [Why.ALGORITHM]


def test_a_key_on_a_larger_curve_does_not_serve_a_smaller_ones_algorithm() -> None:
    larger = pair("ES384", "two")
    issuers = trusted(token_table(keys=[larger.jwk]))
    text = signed(citizen(), larger, header={"alg": "ES256"})
    assert refused(attest(text, issuers, NOW)) == [Why.NO_KEY]


def test_a_key_of_another_issuer_signs_nothing_for_this_one() -> None:
    other = pair("EdDSA", "elm-key")
    issuers = trusted(
        token_table(), token_table(name="elm-id", issuer="https://id.elm.example", keys=[other.jwk])
    )
    assert refused(attest(signed(citizen(), other), issuers, NOW)) == [Why.NO_KEY]
    with_same_name = replace(other, kid="one")
    assert refused(attest(signed(citizen(), with_same_name), issuers, NOW)) == [Why.SIGNATURE]


def test_a_revoked_issuer_is_said_to_be_so_and_nothing_is_verified() -> None:
    issuers = trusted(token_table(revoked="Its keys were stolen."))
    assert refused(attest(signed(citizen()), issuers, NOW)) == [Why.REVOKED_ISSUER]


def presented(text: str) -> list[Why]:
    issuers = trusted(credential_table(), token_table())
    return refused(attest(text, issuers, NOW, seen=Seen(), nonces=CHALLENGES.accepts))


def forged(wallet: Wallet, *parts: Any) -> Wallet:
    """Return a wallet with a disclosure of the holder's own making."""
    return replace(wallet, disclosures={**wallet.disclosures, "forged": disclosure(*parts)})


def hidden(value: Any, *digests: str, **changes: Any) -> Wallet:
    """Return a credential whose issuer signed the digest of one disclosure, whatever that says."""
    text = disclosure(*value)
    wallet = a_wallet({}, more=[digest_of(text), *digests], **changes)
    return replace(wallet, disclosures={"it": text})


def stranger() -> Pair:
    return pair("ES256", None, 77)


CREDENTIALS: dict[str, tuple[Callable[[], str], Why]] = {
    "a disclosure of the holder's own": (
        lambda: forged(a_wallet(), "salt", "home_person", True).present("forged"),
        Why.DISCLOSURE,
    ),
    "a disclosure that was changed": (
        lambda: replace(
            a_wallet({"home_person": False}),
            disclosures={"home_person": disclosure("salt-home_person", "home_person", True)},
        ).present("home_person"),
        Why.DISCLOSURE,
    ),
    "a disclosure twice": (lambda: a_wallet().present("home_person", "home_person"), Why.DISCLOSURE),
    "a digest twice": (
        lambda: hidden(["s", "home_person", True], digest_of(disclosure("s", "home_person", True))).present(
            "it"
        ),
        Why.DISCLOSURE,
    ),
    "a disclosure over an open claim": (
        lambda: hidden(["s", "vct", "https://birch.example/person"]).present("it"),
        Why.DISCLOSURE,
    ),
    "a hidden expiry": (lambda: hidden(["s", "exp", NOW + 60], exp=None).present("it"), Why.DISCLOSURE),
    "a hidden holder": (
        lambda: hidden(["s", "cnf", {"jwk": pair("ES256", None, 1).jwk}], cnf=None).present("it"),
        Why.DISCLOSURE,
    ),
    "a disclosure called _sd": (lambda: hidden(["s", "_sd", ["x"]]).present("it"), Why.DISCLOSURE),
    "a disclosure called ...": (lambda: hidden(["s", "...", "x"]).present("it"), Why.DISCLOSURE),
    "a disclosure of four parts": (lambda: hidden(["s", "a", "b", "c"]).present("it"), Why.DISCLOSURE),
    "a disclosure whose name is a number": (lambda: hidden(["s", 1, "x"]).present("it"), Why.DISCLOSURE),
    "a disclosure of an element in an object": (lambda: hidden(["s", "x"]).present("it"), Why.DISCLOSURE),
    "a disclosure that is no JSON": (
        lambda: replace(a_wallet(), disclosures={"it": b64(b"{")}).present("it"),
        Why.MALFORMED,
    ),
    "an empty disclosure": (
        lambda: replace(a_wallet(), disclosures={"it": ""}).present("it"),
        Why.MALFORMED,
    ),
    "another digest algorithm": (
        lambda: a_wallet(_sd_alg="md5").present("home_person"),
        Why.DISCLOSURE,
    ),
    "digests that are no list": (lambda: a_wallet(_sd={"a": 1}).present(), Why.DISCLOSURE),
    "no key binding": (lambda: a_wallet().jwt + "~", Why.NO_BINDING),
    "no key binding, and a disclosure": (
        lambda: a_wallet().jwt + "~" + a_wallet().disclosures["home_person"] + "~",
        Why.NO_BINDING,
    ),
    "no holder's key": (lambda: a_wallet(cnf=None).present("home_person"), Why.NO_BINDING),
    "a holder's key that is a secret": (
        lambda: a_wallet(cnf={"jwk": {"kty": "oct", "k": "AAAA"}}).present("home_person"),
        Why.NO_BINDING,
    ),
    "a holder's key that is no point": (
        lambda: a_wallet(cnf={"jwk": {**pair("ES256", None, 1).jwk, "y": b64(b"\1" * 32)}}).present(
            "home_person"
        ),
        Why.NO_BINDING,
    ),
    "another holder": (lambda: a_wallet().present("home_person", key=stranger()), Why.SIGNATURE),
    "another nonce": (lambda: a_wallet().present("home_person", nonce="guessed"), Why.NONCE),
    "no nonce": (lambda: a_wallet().present("home_person", nonce=""), Why.NONCE),
    "a nonce that has ended": (
        lambda: a_wallet().present("home_person", nonce=CHALLENGES.new(NOW - 301)),
        Why.NONCE,
    ),
    "another audience": (lambda: a_wallet().present("home_person", aud="https://elm.example"), Why.AUDIENCE),
    "an audience in a list": (lambda: a_wallet().present("home_person", aud=[HERE]), Why.AUDIENCE),
    "another presentation's binding": (
        lambda: a_wallet().present("home_person", sd_hash=digest_of("other")),
        Why.BINDING,
    ),
    "a disclosure taken away": (
        lambda: a_wallet().jwt + "~" + a_wallet().present("home_person").rpartition("~")[2],
        Why.BINDING,
    ),
    "a binding of another type": (
        lambda: a_wallet().present("home_person", header={"typ": "JWT"}),
        Why.BINDING,
    ),
    "a binding without a type": (
        lambda: a_wallet().present("home_person", header={"typ": None}),
        Why.BINDING,
    ),
    "a binding with alg none": (
        lambda: a_wallet().present("home_person", header={"alg": "none"}),
        Why.ALGORITHM,
    ),
    "a binding of days ago": (lambda: a_wallet().present("home_person", iat=NOW - 361), Why.STALE_BINDING),
    "a binding of tomorrow": (lambda: a_wallet().present("home_person", iat=NOW + 61), Why.STALE_BINDING),
    "a binding without a time": (lambda: a_wallet().present("home_person", iat=None), Why.TIMES),
    "garbage for a binding": (
        lambda: a_wallet().present("home_person").rpartition("~")[0] + "~x",
        Why.BINDING,
    ),
    "an expired credential": (lambda: a_wallet(exp=NOW - 61).present("home_person"), Why.EXPIRED),
    "a credential without an end": (lambda: a_wallet(exp=None).present("home_person"), Why.TIMES),
    "a credential of another type": (
        lambda: a_wallet(vct="https://birch.example/library-card").present("home_person"),
        Why.TYPE,
    ),
    "a credential of an unknown issuer": (
        lambda: a_wallet(iss="https://wallet.elm.example").present("home_person"),
        Why.NO_ISSUER,
    ),
    "a token as a credential": (
        lambda: a_wallet(header={"typ": "JWT"}).present("home_person"),
        Why.TYPE,
    ),
    "a good token with a tilde": (lambda: signed(citizen()) + "~", Why.NO_ISSUER),
    "tildes": (lambda: "~" * 1000, Why.MALFORMED),
    "disclosures without end": (
        lambda: a_wallet().jwt + "~" + "~".join(disclosure(str(one), "n", 1) for one in range(400)) + "~x",
        Why.TOO_LARGE,
    ),
}


@pytest.mark.parametrize("case", CREDENTIALS)
def test_a_hostile_credential_attests_nothing(case: str) -> None:
    made, why = CREDENTIALS[case]
    assert presented(made()) == [why]


def test_many_disclosures_are_refused_where_they_fit() -> None:
    issuers = trusted(credential_table(max_bytes=65_536))
    names = [str(one) for one in range(201)]
    wallet = a_wallet(dict.fromkeys(names, 1))
    found = attest(wallet.present(*names), issuers, NOW, seen=Seen(), nonces=CHALLENGES.accepts)
    assert refused(found) == [Why.DISCLOSURE]


def test_without_challenges_of_its_own_a_place_believes_no_credential() -> None:
    text = a_wallet().present("home_person")
    assert refused(attest(text, trusted(credential_table()), NOW, seen=Seen())) == [Why.NONCE]


def test_a_binding_does_not_serve_another_set_of_disclosures() -> None:
    wallet = a_wallet()
    narrow, wide = wallet.present("home_person"), wallet.present("home_person", "nationality")
    mixed = wide.rpartition("~")[0] + "~" + narrow.rpartition("~")[2]
    assert presented(mixed) == [Why.BINDING]


def test_the_signature_of_a_binding_covers_the_credential_to_the_letter() -> None:
    text = a_wallet().present("home_person")
    found = hashlib.sha256((text.rpartition("~")[0] + "~").encode()).digest()
    assert b64(found) in unb64(text.rpartition("~")[2].split(".")[1]).decode()


def test_a_fault_of_our_own_leaves_the_claims_unknown_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: Any, **__: Any) -> Attestation:
        raise ZeroDivisionError

    monkeypatch.setitem(attest.__globals__, "attest_token", breaks)
    assert refused(attest(signed(citizen()), trusted(), NOW)) == [Why.BROKEN]
