"""The ``[[issuer]]`` tables of an operator: what they may say, and what is refused before it can do harm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from groundstop.directives.claims import Algorithm, attest, configs_from
from groundstop.directives.claims.config import NAMES_OF_PEOPLE, TokenConfig
from groundstop.documents.directives import ClaimName
from groundstop.errors import GroundstopError, InputError
from tests.claim_parts import NOW, citizen, credential_table, pair, signed, token_table, trusted


def mapping(**changes: Any) -> dict[str, Any]:
    return token_table(claims=[{"claim": "nationality", "token_claim": "n", **changes}])


def test_what_is_left_out_has_a_cautious_default() -> None:
    (config,) = configs_from([token_table()], source="obeys.toml")
    assert isinstance(config, TokenConfig)
    assert (config.clock_skew_s, config.max_bytes, config.once) == (60, 8192, False)
    wanted = {Algorithm.EDDSA, Algorithm.ED25519, Algorithm.ES256, Algorithm.RS256, Algorithm.PS256}
    assert set(config.algorithms) == wanted


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "HS512", "ES256K", "RSA1_5", ""])
def test_no_operator_can_allow_an_algorithm_without_a_public_key(algorithm: str) -> None:
    with pytest.raises(InputError, match="algorithms"):
        configs_from([token_table(algorithms=[algorithm])], source="obeys.toml")


@pytest.mark.parametrize("name", sorted(NAMES_OF_PEOPLE))
def test_no_claim_is_made_of_what_a_person_is_called(name: str) -> None:
    for place in (name, f"/profile/{name}"):
        with pytest.raises(InputError, match="a name never decides"):
            configs_from([mapping(token_claim=place)], source="obeys.toml")


def test_there_is_no_claim_for_a_persons_name() -> None:
    assert not {one for one in ClaimName if "name" in one.value}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (token_table(kind="saml"), "kind"),
        (token_table(kind=None), "kind"),
        ({}, "kind"),
        (token_table(keys=[]), "keys_file"),
        (token_table(keys_file="a.json"), "keys_file"),
        (token_table(audience=[]), "audience"),
        (token_table(issuer=""), "issuer"),
        (token_table(claims=[]), "claims"),
        (token_table(clock_skew_s=3600), "clock_skew_s"),
        (token_table(clock_skew_s=float("nan")), "clock_skew_s"),
        (token_table(max_bytes=10**9), "max_bytes"),
        (token_table(revoked=""), "revoked"),
        (token_table(trusted=True), "unknown field"),
        (token_table(name="Alder ID"), "name"),
        (mapping(token_claim=None), "token_claim"),
        (mapping(always=["XA"]), "token_claim"),
        (mapping(values={"x": "Alderland"}), "nationality"),
        (mapping(empty="none"), "nationality"),
        (mapping(claim="status", values={"true": "foreign-person"}), "status"),
        (mapping(claim="name"), "claim"),
        (token_table(claims=[{"claim": "nationality", "token_claim": "a"}] * 2), "twice"),
        (token_table(claims=[{"claim": "subject-type", "always": ["robot"]}]), "subject-type"),
        (token_table(claims=[{"claim": "purpose", "always": ["a"], "empty": "b"}]), "token_claim"),
        (credential_table(types=[]), "types"),
        (credential_table(revocable="perhaps"), "revocable"),
        (credential_table(fresh_s=1), "fresh_s"),
    ],
)
def test_a_table_that_cannot_be_is_refused_with_its_place(table: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        configs_from([credential_table(), table], source="obeys.toml")
    assert "Issuer 2 of obeys.toml" in refused.value.message


def test_names_and_what_tells_issuers_apart_are_their_own() -> None:
    with pytest.raises(InputError, match="one name"):
        configs_from([token_table(), token_table(issuer="https://x.example")], source="obeys.toml")
    with pytest.raises(InputError, match="same audience"):
        configs_from([token_table(), token_table(name="two")], source="obeys.toml")
    with pytest.raises(InputError, match="same type"):
        configs_from([credential_table(), credential_table(name="two")], source="obeys.toml")
    assert (
        len(configs_from([token_table(), credential_table(issuer=token_table()["issuer"])], source="o")) == 2
    )


def test_there_are_only_so_many_issuers() -> None:
    tables = [token_table(name=f"i{number}", issuer=f"https://i{number}.example") for number in range(201)]
    with pytest.raises(InputError, match="200"):
        configs_from(tables, source="obeys.toml")


def test_keys_are_read_from_the_issuers_own_file(tmp_path: Path) -> None:
    other_use = {**pair("RS256", "enc").jwk, "use": "enc"}
    unknown = {"kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA"}
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [other_use, unknown, pair().jwk]}))
    table = token_table(keys_file="keys.json")
    del table["keys"]
    assert attest(signed(citizen()), trusted(table, folder=tmp_path), NOW).principal is not None


def without(key: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in key.items() if name not in names}


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ([{"kty": "oct", "k": "AAAA", "kid": "a"}], "secret"),
        ([{**pair().jwk, "d": "AAAA"}], "secret"),
        ([pair().jwk, {**pair("EdDSA", "one", 3).jwk}], "one kid"),
        ([{**pair().jwk, "use": "enc"}], "no public key"),
        ([{**pair().jwk, "key_ops": ["sign"]}], "no public key"),
        ([{**pair().jwk, "alg": "ES256"}], "no public key"),
        ([{**pair().jwk, "alg": "none"}], "no public key"),
        ([{**pair().jwk, "x": "AAAA"}], "no public key"),
        ([{**pair().jwk, "x": 7}], "no public key"),
        ([{**pair().jwk, "crv": "X25519"}], "no public key"),
        ([{**pair().jwk, "kid": 7}], "no public key"),
        ([without(pair("ES256").jwk, "y")], "no public key"),
        ([{**pair("ES256").jwk, "crv": "P-384"}], "no public key"),
        ([{**pair("ES256").jwk, "y": "AAAA"}], "no public key"),
        ([{**pair("RS256").jwk, "n": "A" * 100}], "no public key"),
        ([{**pair("RS256").jwk, "crv": "P-256"}], "no public key"),
        ([pair("ES256K").jwk], "no public key"),
        ([{"kid": str(number)} for number in range(101)], "keys"),
    ],
)
def test_keys_that_cannot_be_trusted_are_refused_at_the_start(keys: list[Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        trusted(token_table(keys=keys))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"keys": 7}', '{"keys": []}', '{"keys": [7]}', "\x00"])
def test_a_file_of_keys_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "keys.json").write_text(text)
    table = token_table(keys_file="keys.json")
    del table["keys"]
    with pytest.raises(GroundstopError):
        trusted(table, folder=tmp_path)
    with pytest.raises(InputError, match="no file"):
        trusted({**table, "keys_file": "other.json"}, folder=tmp_path)


def test_a_table_nested_without_end_is_refused() -> None:
    deep: Any = {}
    for _ in range(5000):
        deep = {"x": deep}
    with pytest.raises(InputError):
        configs_from([token_table(name=deep)], source="obeys.toml")
    with pytest.raises(InputError):
        trusted(token_table(keys=[{"kty": deep}]))
