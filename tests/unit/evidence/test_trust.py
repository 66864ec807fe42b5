from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from groundstop.documents import TrustList
from groundstop.errors import DocumentError, InputError
from groundstop.evidence import read_trust, with_key, without_belief, write_trust
from groundstop.evidence.trust import Standing, standing
from tests.evidence_samples import KEYS_MADE, SEALED, a_key, alder, birch, everybody, trusting, witness


def revoked(at: int = 0, reason: str = "it was stolen") -> TrustList:
    return without_belief(everybody(), "alder-lab", at=SEALED + timedelta(hours=at), reason=reason)


def stands(trust: TrustList, key_id: str, *, day: float = 1) -> Standing:
    return standing(trust, key_id, at=KEYS_MADE + timedelta(days=day))


def test_nobody_is_trusted_by_default(tmp_path: Path) -> None:
    trust = read_trust(tmp_path / "groundstop-trust.json")
    assert trust.keys == ()
    assert stands(trust, alder().card.key_id) is Standing.UNKNOWN


def test_a_trust_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "groundstop-trust.json"
    write_trust(path, revoked())
    assert read_trust(path) == revoked()


def test_a_key_is_trusted_within_its_time() -> None:
    short = a_key("a-short-one", expires=KEYS_MADE + timedelta(days=1))
    trust = trusting(short)
    key_id = short.card.key_id
    assert stands(trust, key_id, day=0) is Standing.TRUSTED
    assert stands(trust, key_id, day=1) is Standing.TRUSTED
    assert stands(trust, key_id, day=1.001) is Standing.EXPIRED
    assert stands(trust, key_id, day=-0.001) is Standing.NOT_YET


def test_a_witness_is_trusted_for_times_only() -> None:
    assert stands(everybody(), witness().card.key_id) is Standing.UNKNOWN


@pytest.mark.parametrize("day", [-100, 0, 1, 100])
def test_a_revoked_key_is_believed_for_no_date_since_its_holder_can_write_any(day: float) -> None:
    assert stands(revoked(), alder().card.key_id, day=day) is Standing.REVOKED


def test_revoking_again_does_not_make_it_later_and_so_weaker() -> None:
    again = without_belief(revoked(1), "alder-lab", at=SEALED + timedelta(days=9), reason="tidying up")
    assert again == revoked(1)


def test_a_revoked_key_is_not_brought_back_by_its_card() -> None:
    with pytest.raises(InputError, match="alder-lab was revoked: it was stolen"):
        with_key(revoked(), alder().card, witness=False)


def test_a_key_that_nobody_listed_cannot_be_revoked() -> None:
    with pytest.raises(InputError, match="no key 'nobody'"):
        without_belief(everybody(), "nobody", at=SEALED, reason="none")


def test_a_name_or_a_key_stands_in_the_list_once() -> None:
    impostor = a_key("alder-lab", created=SEALED).card
    for card in (impostor, impostor.model_copy(update={"name": "another", "key_id": alder().card.key_id})):
        with pytest.raises(InputError, match="has a key alder-lab with id"):
            with_key(everybody(), card, witness=False)
    assert with_key(everybody(), birch().card, witness=False) == everybody()


def test_a_witness_needs_the_kind_of_key_that_logs_have() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    other = a_key(
        "other-witness",
        private_pem=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )
    with pytest.raises(InputError, match="not an Ed25519 key"):
        with_key(TrustList(), other.card, witness=True)
    assert with_key(TrustList(), other.card, witness=False).keys


def twice(value: dict[str, Any]) -> None:
    value["keys"].append(value["keys"][0])


def one_name(value: dict[str, Any]) -> None:
    value["keys"][1]["card"]["name"] = value["keys"][0]["card"]["name"]


def other_id(value: dict[str, Any]) -> None:
    value["keys"][0]["card"]["key_id"] = "0" * 64


def other_key(value: dict[str, Any]) -> None:
    value["keys"][0]["card"]["public_key"] = value["keys"][1]["card"]["public_key"]


def unknown_field(value: dict[str, Any]) -> None:
    value["keys"][0]["trusted"] = True


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (twice, "stands in the list twice"),
        (one_name, "stands in the list twice"),
        (other_id, "key id that is not its key's"),
        (other_key, "key id that is not its key's"),
        (unknown_field, "unknown field 'keys.0.trusted'"),
    ],
)
def test_a_trust_file_that_was_tampered_with_is_refused(tmp_path: Path, damage: Any, said: str) -> None:
    value = everybody().to_json()
    damage(value)
    path = tmp_path / "trust.json"
    path.write_text(json.dumps(value))
    with pytest.raises(DocumentError, match=said):
        read_trust(path)


def test_a_trust_file_that_leads_nowhere_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "trust.json").symlink_to(tmp_path / "gone.json")
    with pytest.raises(InputError, match="There is no file"):
        read_trust(tmp_path / "trust.json")
