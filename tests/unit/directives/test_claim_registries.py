"""Registries of client certificates and API keys, and what several things attest together."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from groundstop.directives.claims import (
    Attestation,
    Issuer,
    Why,
    api_key_digest,
    attest,
    attest_certificate,
    combined,
    location_hint,
    new_api_key,
)
from groundstop.directives.facts import Attested, Principal
from groundstop.documents.directives import Assurance, ClaimName
from groundstop.errors import GroundstopError, InputError, WorkspaceError
from tests.claim_parts import NOW, trusted

PEPPER = b"p" * 32
KEY = "gsk_" + "5" * 64
MOMENT = datetime.fromtimestamp(NOW, UTC)
ORGANISATION = {"organisation": ["hazel-defence"], "incorporated-in": ["XA"]}


def an_authority(name: str, **changes: Any) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    return key, a_certificate(name, key, key, name, **changes)


def a_certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    issuer: str,
    *,
    uris: tuple[str, ...] = (),
    days: int = 10,
    begins: float = -1,
) -> x509.Certificate:
    called, by = (x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, one)]) for one in (name, issuer))
    begin = MOMENT + timedelta(days=begins)
    building = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(by)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=days))
    )
    if uris:
        names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri) for uri in uris])
        building = building.add_extension(names, critical=False)
    return building.sign(signer, hashes.SHA256())


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def registry(folder: Path, kind: str, *entries: dict[str, Any], **changes: Any) -> tuple[Issuer, ...]:
    """Write a registry, and return the issuer that it makes."""
    (folder / "registry.json").write_text(json.dumps({"entry": list(entries)}))
    (folder / "pepper").write_bytes(PEPPER)
    (folder / "pepper").chmod(0o600)
    table = {
        "name": "cedar-hosts",
        "kind": kind,
        "registry": "registry.json",
        "assurance": "substantial",
        "attests": ["organisation", "incorporated-in"],
        **({"pepper": "pepper"} if kind == "api-keys" else {}),
        **changes,
    }
    return trusted(table, folder=folder)


def key_entry(key: str = KEY, **changes: Any) -> dict[str, Any]:
    return {
        "principal": "hazel-batch",
        "digest": api_key_digest(key, PEPPER),
        "claims": ORGANISATION,
        **changes,
    }


def reasons(found: Attestation) -> list[Why]:
    return [one.why for one in found.refused]


def test_an_api_key_attests_what_its_entry_says(tmp_path: Path) -> None:
    found = attest(KEY, registry(tmp_path, "api-keys", key_entry()), NOW)
    rank = Assurance.SUBSTANTIAL.rank
    assert found.principal == Principal("cedar-hosts", "hazel-batch")
    assert found.claims == {
        ClaimName.ORGANISATION: Attested(frozenset({"hazel-defence"}), "cedar-hosts", rank, math.inf),
        ClaimName.INCORPORATED_IN: Attested(frozenset({"XA"}), "cedar-hosts", rank, math.inf),
    }


def test_any_other_key_attests_nothing(tmp_path: Path) -> None:
    issuers = registry(tmp_path, "api-keys", key_entry())
    for other in (KEY[:-1] + "6", KEY + "0", KEY.upper(), api_key_digest(KEY, PEPPER)):
        assert reasons(attest(other, issuers, NOW)) == [Why.UNKNOWN_KEY]
    assert reasons(attest("short", issuers, NOW)) == [Why.UNREADABLE]


def test_a_registry_does_not_hold_its_keys(tmp_path: Path) -> None:
    registry(tmp_path, "api-keys", key_entry())
    assert KEY not in (tmp_path / "registry.json").read_text()
    assert api_key_digest(KEY, PEPPER) != api_key_digest(KEY, b"q" * 32)


def test_an_entry_ends_and_can_be_revoked(tmp_path: Path) -> None:
    ends = key_entry(expires=(MOMENT + timedelta(seconds=10)).isoformat())
    issuers = registry(tmp_path, "api-keys", ends)
    assert attest(KEY, issuers, NOW + 9).claims[ClaimName.ORGANISATION].until == NOW + 10
    assert reasons(attest(KEY, issuers, NOW + 10)) == [Why.ENTRY_EXPIRED]
    revoked = registry(tmp_path, "api-keys", key_entry(revoked="It was passed on."))
    found = attest(KEY, revoked, NOW)
    assert reasons(found) == [Why.ENTRY_REVOKED]
    assert found.refused[0].issuer == "cedar-hosts"
    gone = registry(tmp_path, "api-keys", key_entry(), revoked="The registry leaked.")
    assert reasons(attest(KEY, gone, NOW)) == [Why.REVOKED_ISSUER]


def test_a_new_key_is_random_and_long_enough() -> None:
    assert new_api_key() != new_api_key()
    assert len(new_api_key(lambda count: b"\0" * count)) == 68


def test_a_certificate_is_known_by_its_fingerprint(tmp_path: Path) -> None:
    key, certificate = an_authority("hazel-batch")
    print_of = certificate.fingerprint(hashes.SHA256()).hex()
    entry = {"principal": "hazel-batch", "fingerprint": print_of, "claims": ORGANISATION}
    issuers = registry(tmp_path, "mtls", entry)
    found = attest_certificate(der(certificate), issuers, NOW)
    assert found.principal == Principal("cedar-hosts", "hazel-batch")
    assert found.claims[ClaimName.ORGANISATION].until == certificate.not_valid_after_utc.timestamp()
    again = a_certificate("hazel-batch", key, key, "hazel-batch")
    assert reasons(attest_certificate(der(again), issuers, NOW)) == [Why.UNKNOWN_KEY]


def test_a_certificate_counts_only_while_it_is_valid(tmp_path: Path) -> None:
    _, certificate = an_authority("hazel-batch")
    entry = {"principal": "p", "fingerprint": certificate.fingerprint(hashes.SHA256()).hex()}
    issuers = registry(tmp_path, "mtls", entry)
    day = 86_400
    assert reasons(attest_certificate(der(certificate), issuers, NOW - 2 * day)) == [Why.NOT_YET]
    assert reasons(attest_certificate(der(certificate), issuers, NOW + 10 * day)) == [Why.EXPIRED]


def test_a_workload_is_known_by_its_uri_when_the_right_authority_signed_it(tmp_path: Path) -> None:
    name = "spiffe://hazel.example/batch"
    signer, authority = an_authority("hazel-ca")
    stranger, _ = an_authority("hazel-ca")
    key = ec.generate_private_key(ec.SECP256R1())
    (tmp_path / "ca.pem").write_bytes(authority.public_bytes(Encoding.PEM))
    entry = {"principal": "hazel-batch", "uri": name, "claims": ORGANISATION}
    issuers = registry(tmp_path, "mtls", entry, authorities="ca.pem")
    good = a_certificate("batch", key, signer, "hazel-ca", uris=(name,))
    forged = a_certificate("batch", key, stranger, "hazel-ca", uris=(name,))
    own = a_certificate("batch", key, key, "batch", uris=(name,))
    two = a_certificate("batch", key, signer, "hazel-ca", uris=(name, "spiffe://hazel.example/other"))
    assert attest_certificate(der(good), issuers, NOW).principal == Principal("cedar-hosts", "hazel-batch")
    assert reasons(attest_certificate(der(forged), issuers, NOW)) == [Why.UNKNOWN_AUTHORITY]
    assert reasons(attest_certificate(der(own), issuers, NOW)) == [Why.UNKNOWN_AUTHORITY]
    assert reasons(attest_certificate(der(two), issuers, NOW)) == [Why.UNKNOWN_KEY]


def test_an_authority_that_has_ended_vouches_for_nothing(tmp_path: Path) -> None:
    name = "spiffe://hazel.example/batch"
    signer, authority = an_authority("hazel-ca", begins=-9, days=8)
    (tmp_path / "ca.pem").write_bytes(authority.public_bytes(Encoding.PEM))
    issuers = registry(tmp_path, "mtls", {"principal": "p", "uri": name}, authorities="ca.pem")
    good = a_certificate("batch", signer, signer, "hazel-ca", uris=(name,))
    assert reasons(attest_certificate(der(good), issuers, NOW)) == [Why.UNKNOWN_AUTHORITY]


@pytest.mark.parametrize("data", [b"", b"\x30", b"\x30\x80", b"x" * 17_000, b"\x30\x82\xff\xff" + b"\0" * 99])
def test_bytes_that_are_no_certificate_attest_nothing(tmp_path: Path, data: bytes) -> None:
    _, certificate = an_authority("hazel-batch")
    entry = {"principal": "p", "fingerprint": certificate.fingerprint(hashes.SHA256()).hex()}
    issuers = registry(tmp_path, "mtls", entry)
    assert reasons(attest_certificate(data, issuers, NOW))[0] in (Why.MALFORMED, Why.TOO_LARGE)
    assert reasons(attest_certificate(der(certificate) + b"\0", issuers, NOW)) == [Why.MALFORMED]


@pytest.mark.parametrize(
    ("kind", "entry", "changes", "said"),
    [
        ("api-keys", {"principal": "p", "digest": "d"}, {}, "digest"),
        ("api-keys", key_entry(claims={"organisation": []}), {}, "organisation"),
        ("api-keys", key_entry(claims={"organisation": ["a\nb"]}), {}, "organisation"),
        ("api-keys", key_entry(claims={"incorporated-in": ["Alderland"]}), {}, "incorporated-in"),
        ("api-keys", key_entry(claims={"purpose": ["defence"]}), {}, "may not attest"),
        ("api-keys", key_entry(name="Hazel"), {}, "unknown field 'name'"),
        (
            "api-keys",
            key_entry(claims={"subject-type": ["organisation", "natural-person"]}),
            {"attests": ["subject-type"]},
            "exclude each other",
        ),
        ("mtls", {"principal": "p"}, {}, "fingerprint"),
        ("mtls", {"principal": "p", "uri": "spiffe://hazel.example/x"}, {}, "not who signs them"),
        ("mtls", {"principal": "p", "uri": "not an address"}, {}, "uri"),
        ("mtls", {"principal": "p", "fingerprint": "a" * 64}, {"authorities": "registry.json"}, "in PEM"),
        ("mtls", {"principal": "p", "fingerprint": "a" * 64}, {"authorities": "none.pem"}, "no file"),
    ],
)
def test_a_registry_that_cannot_be_is_refused_with_its_place(
    tmp_path: Path, kind: str, entry: dict[str, Any], changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        registry(tmp_path, kind, entry, **changes)


def test_an_entry_stands_once_in_a_registry(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="twice"):
        registry(tmp_path, "api-keys", key_entry(), key_entry(principal="another"))


def test_a_registry_is_a_table_of_entries(tmp_path: Path) -> None:
    issuers = registry(tmp_path, "api-keys", key_entry())
    assert issuers
    for text in ("[]", "entry = 3", "[[entry]\n", '{"entry": [], "more": 1}', '{"entry": [7]}'):
        (tmp_path / "bad.toml").write_text(text)
        table = {
            "name": "a",
            "kind": "api-keys",
            "registry": "bad.toml",
            "pepper": "pepper",
            "attests": ["purpose"],
        }
        with pytest.raises(GroundstopError):
            trusted(table, folder=tmp_path)


def test_a_registry_may_be_toml(tmp_path: Path) -> None:
    registry(tmp_path, "api-keys")
    digest = api_key_digest(KEY, PEPPER)
    (tmp_path / "r.toml").write_text(
        f'[[entry]]\nprincipal = "p"\ndigest = "{digest}"\nexpires = 2099-01-01T00:00:00Z\n'
        '[entry.claims]\npurpose = ["defence"]\n'
    )
    table = {
        "name": "a",
        "kind": "api-keys",
        "registry": "r.toml",
        "pepper": "pepper",
        "attests": ["purpose"],
    }
    found = attest(KEY, trusted(table, folder=tmp_path), NOW)
    assert found.claims[ClaimName.PURPOSE].values == {"defence"}


def test_a_pepper_is_private_and_long(tmp_path: Path) -> None:
    registry(tmp_path, "api-keys", key_entry(claims={}))
    table = {
        "name": "a",
        "kind": "api-keys",
        "registry": "registry.json",
        "pepper": "pepper",
        "attests": ["purpose"],
    }
    (tmp_path / "pepper").chmod(0o644)
    with pytest.raises(WorkspaceError, match="others"):
        trusted(table, folder=tmp_path)
    (tmp_path / "pepper").chmod(0o600)
    (tmp_path / "pepper").write_bytes(b"short")
    with pytest.raises(InputError, match="32 bytes"):
        trusted(table, folder=tmp_path)


def one(name: ClaimName, value: str, issuer: str, assurance: Assurance = Assurance.LOW) -> Attestation:
    claim = Attested(frozenset({value}), issuer, assurance.rank, math.inf)
    return Attestation(Principal(issuer, "p"), {name: claim})


def test_what_two_things_attest_together_is_all_of_it() -> None:
    first = one(ClaimName.ORGANISATION, "hazel", "cedar-hosts")
    second = one(ClaimName.NATIONALITY, "XA", "alder-id")
    found = combined(Attestation(), first, second)
    assert set(found.claims) == {ClaimName.ORGANISATION, ClaimName.NATIONALITY}
    assert found.principal == Principal("cedar-hosts", "p")


def test_of_two_that_agree_the_better_assured_counts() -> None:
    low = one(ClaimName.NATIONALITY, "XA", "cedar-hosts")
    high = one(ClaimName.NATIONALITY, "XA", "alder-id", Assurance.HIGH)
    for order in ((low, high), (high, low)):
        assert combined(*order).claims[ClaimName.NATIONALITY].issuer == "alder-id"


def test_of_two_that_differ_neither_counts() -> None:
    low = one(ClaimName.NATIONALITY, "XB", "cedar-hosts")
    high = one(ClaimName.NATIONALITY, "XA", "alder-id", Assurance.HIGH)
    for order in ((low, high), (high, low), (low, high, low)):
        found = combined(*order)
        assert found.claims == {}
        assert reasons(found) == [Why.CONTRADICTION]


def test_a_friends_token_tells_nothing_of_who_is_behind_a_service_account() -> None:
    service = Attestation(Principal("cedar-hosts", "scanner"), service=True)
    friend = one(ClaimName.NATIONALITY, "XA", "alder-id")
    found = combined(service, friend)
    assert found.claims == {}
    assert found.principal == Principal("cedar-hosts", "scanner")
    assert reasons(found) == [Why.SOMEBODY_ELSE]
    assert set(combined(friend, service).claims) == {ClaimName.NATIONALITY}


def test_a_location_worked_out_of_an_address_is_a_hint() -> None:
    assert location_hint("xa") == {ClaimName.LOCATED_IN: frozenset({"XA"})}
    for nothing in (None, "", "X", "XAA", "1A", "éa"):
        assert location_hint(nothing) == {}
