from __future__ import annotations

from pathlib import Path

import pytest

from groundstop.directives.claims import new_api_key
from groundstop.directives.claims.api_keys import api_key_digest
from groundstop.errors import InputError
from groundstop.gateway.running.trusting import TrustingAttester, refresh_issuers
from groundstop.gateway.serving.attesting import Presented
from tests.receipt_parts import NOW

PEPPER = bytes(range(32))
TABLE = {
    "name": "desk-keys",
    "kind": "api-keys",
    "registry": "keys.toml",
    "pepper": "pepper",
    "attests": ["organisation"],
}


def write(folder: Path, *keys: str) -> None:
    (folder / "pepper").write_bytes(PEPPER)
    (folder / "pepper").chmod(0o600)
    entries = (
        f'[[entry]]\nprincipal = "service-{number}"\ndigest = "{api_key_digest(key, PEPPER)}"\n'
        'claims = { organisation = ["hazel-defence"] }\n'
        for number, key in enumerate(keys)
    )
    (folder / "keys.toml").write_text("\n".join(entries))


def test_a_registry_is_read_again_when_it_changes(tmp_path: Path) -> None:
    first, second = new_api_key(), new_api_key()
    write(tmp_path, first)
    attester = TrustingAttester([TABLE], tmp_path)
    assert attester.who(Presented((first,)), NOW).principal is not None
    assert attester.who(Presented((second,)), NOW).principal is None
    assert not attester.look()
    write(tmp_path, second, "another")
    assert attester.look()
    assert attester.who(Presented((second,)), NOW).principal is not None
    assert attester.who(Presented((first,)), NOW).principal is None


def test_a_registry_that_cannot_be_read_leaves_the_one_before(tmp_path: Path) -> None:
    key = new_api_key()
    write(tmp_path, key)
    attester = TrustingAttester([TABLE], tmp_path)
    (tmp_path / "keys.toml").write_text("[[entry]]\n")
    assert not attester.look()
    (tmp_path / "keys.toml").unlink()
    assert not attester.look()
    assert attester.who(Presented((key,)), NOW).principal is not None


def test_an_issuer_whose_file_is_missing_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        TrustingAttester([TABLE], tmp_path)


def test_keys_that_cannot_be_fetched_leave_those_that_are_here(tmp_path: Path) -> None:
    issuer = {
        "name": "civil-registry",
        "kind": "jwt",
        "issuer": "https://registry.example",
        "audience": ["desk"],
        "keys_file": "keys.json",
        "keys_url": "http://127.0.0.1:9/keys",
        "claims": [{"claim": "nationality", "token_claim": "nationality"}],
    }
    (tmp_path / "keys.json").write_text('{"keys": []}')
    refresh_issuers([TABLE, issuer], tmp_path)
    assert (tmp_path / "keys.json").read_text() == '{"keys": []}'
