from __future__ import annotations

import hashlib
import json
import stat
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from securesystemslib.signer import Signature, SSlibKey

from groundstop.documents import KeyCard, PublicKey
from groundstop.errors import DocumentError, InputError, WorkspaceError
from groundstop.evidence import KeyFolder, OwnKey, read_card
from groundstop.evidence.age import encrypt
from groundstop.evidence.keys import public_pem, verifying_key
from tests.evidence_samples import KEYS_MADE, a_key, alder

PrivateKey = (
    ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | x25519.X25519PrivateKey
)


def pem(key: PrivateKey, password: bytes | None = None) -> bytes:
    secret = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, secret)


def ssh_key(folder: Path, *options: str) -> str:
    command = ["ssh-keygen", "-q", "-f", str(folder / "id"), *(options or ("-t", "ed25519", "-N", ""))]
    subprocess.run(command, check=True)
    return (folder / "id").read_text()


def made(folder: Path, name: str = "alder-lab", **given: Any) -> KeyCard:
    return KeyFolder(folder).new(name, created=KEYS_MADE, **given)


def tampered(card: KeyCard, **changes: Any) -> KeyCard:
    value = {**card.to_json(), **changes}
    return KeyCard.from_json(value, source="a card")


def test_a_new_key_signs_and_opens(tmp_path: Path) -> None:
    card = made(tmp_path / "keys")
    key = KeyFolder(tmp_path / "keys").load("alder-lab")
    signature = key.sign_bytes(b"message")
    public = ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(card.public_key.public))
    public.verify(signature, b"message")
    assert key.identity.unseal(encrypt(b"secret", [card.recipient])) == b"secret"
    assert read_card(tmp_path / "keys" / "alder-lab.json") == card


def test_private_files_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    made(tmp_path / "keys")
    modes = {path.suffix: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "keys").iterdir()}
    assert modes[".pem"] == modes[".age"] == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


@pytest.mark.parametrize("ending", ["pem", "age"])
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o660])
def test_a_private_file_that_others_can_read_is_not_used(tmp_path: Path, ending: str, mode: int) -> None:
    made(tmp_path)
    (tmp_path / f"alder-lab.{ending}").chmod(mode)
    with pytest.raises(WorkspaceError, match="can be read by others") as caught:
        KeyFolder(tmp_path).load("alder-lab")
    assert "chmod 600" in caught.value.hint


@pytest.mark.parametrize("ending", ["pem", "age"])
def test_a_private_file_that_is_missing_is_said(tmp_path: Path, ending: str) -> None:
    made(tmp_path)
    (tmp_path / f"alder-lab.{ending}").unlink()
    with pytest.raises(WorkspaceError, match=rf"alder-lab\.{ending} cannot be read"):
        KeyFolder(tmp_path).load("alder-lab")


@pytest.mark.parametrize("ending", ["pem", "age", "json"])
def test_files_of_two_keys_are_not_used_together(tmp_path: Path, ending: str) -> None:
    made(tmp_path)
    made(tmp_path, "birch-lab")
    (tmp_path / f"alder-lab.{ending}").write_bytes((tmp_path / f"birch-lab.{ending}").read_bytes())
    with pytest.raises(InputError, match="do not belong together"):
        KeyFolder(tmp_path).load("alder-lab")


def test_a_card_that_would_seal_to_another_reader_is_not_used(tmp_path: Path) -> None:
    card = made(tmp_path)
    stranger = a_key("a-stranger").card
    forged = tampered(card, recipient=stranger.recipient)
    assert read_card_of(forged, tmp_path).key_id == card.key_id
    with pytest.raises(InputError, match="do not belong together"):
        KeyFolder(tmp_path).load("alder-lab")


def read_card_of(card: KeyCard, folder: Path) -> KeyCard:
    (folder / "alder-lab.json").write_bytes(card.canonical())
    return read_card(folder / "alder-lab.json")


@pytest.mark.parametrize("left", [("pem",), ("pem", "age")], ids=len)
def test_a_key_whose_making_was_interrupted_is_finished_with_its_own_files(
    tmp_path: Path, left: tuple[str, ...]
) -> None:
    made(tmp_path)
    kept = {ending: (tmp_path / f"alder-lab.{ending}").read_bytes() for ending in left}
    for ending in {"pem", "age", "json"} - set(left):
        (tmp_path / f"alder-lab.{ending}").unlink()
    assert KeyFolder(tmp_path).names() == []
    made(tmp_path)
    assert {ending: (tmp_path / f"alder-lab.{ending}").read_bytes() for ending in left} == kept
    assert KeyFolder(tmp_path).load("alder-lab").card.name == "alder-lab"


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    made(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(InputError, match="There is a key alder-lab already"):
        made(tmp_path)
    (tmp_path / "alder-lab.json").unlink()
    with pytest.raises(InputError, match=r"alder-lab\.pem exists already"):
        made(tmp_path, private_pem=pem(ed25519.Ed25519PrivateKey.generate()))
    assert {name: (tmp_path / name).read_bytes() for name in before if name != "alder-lab.json"} == {
        name: data for name, data in before.items() if name != "alder-lab.json"
    }


@pytest.mark.parametrize(
    "name", ["../alder", "Alder", "", "a b", "a/b", "-a", "a\0b", "a\n", "..", ".", "é", "a" * 65]
)
def test_a_name_that_could_leave_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "alder.pem").write_bytes(b"not to be read")
    with pytest.raises(DocumentError, match="wrong value at 'name'"):
        made(tmp_path / "keys", name)
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"rubbish",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        pem(ed25519.Ed25519PrivateKey.generate(), b"a passphrase"),
        pem(x25519.X25519PrivateKey.generate()),
    ],
    ids=["empty", "rubbish", "truncated", "with a passphrase", "not for signing"],
)
def test_what_cannot_sign_is_refused(tmp_path: Path, given: bytes) -> None:
    with pytest.raises(InputError, match="not a private key in PEM without a passphrase"):
        made(tmp_path / "keys", private_pem=given)
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize(
    "key",
    [ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)],
    ids=["ecdsa", "rsa"],
)
def test_other_signing_keys_can_be_brought_in(tmp_path: Path, key: PrivateKey) -> None:
    card = made(tmp_path, private_pem=pem(key))
    assert verifying_key(card).keyid == card.key_id
    assert public_pem(card).startswith(b"-----BEGIN PUBLIC KEY-----\n")
    assert KeyFolder(tmp_path).load("alder-lab").sign_bytes(b"message")


def test_an_ssh_key_opens_what_is_sealed_to_it(tmp_path: Path) -> None:
    card = made(tmp_path / "keys", identity_text=ssh_key(tmp_path))
    assert card.recipient.startswith("ssh-ed25519 ")
    assert len(card.recipient.split()) == 2, "its comment, which may name a person, goes into the card"
    key = KeyFolder(tmp_path / "keys").load("alder-lab")
    assert key.identity.unseal(encrypt(b"secret", [card.recipient])) == b"secret"


@pytest.mark.parametrize(
    "options", [("-t", "ed25519", "-N", "a passphrase"), ("-t", "ecdsa", "-N", "")], ids=str
)
def test_an_ssh_key_that_cannot_open_is_refused(tmp_path: Path, options: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="not an age identity or an SSH key without a passphrase"):
        made(tmp_path / "keys", identity_text=ssh_key(tmp_path, *options))


@pytest.mark.parametrize(
    "forge",
    [
        lambda card: {"key_id": "0" * 64},
        lambda card: {"key_id": a_key("birch-lab").card.key_id},
        lambda card: {"public_key": a_key("birch-lab").card.public_key.to_json()},
        lambda card: {"public_key": {**card.public_key.to_json(), "scheme": "ecdsa-sha2-nistp256"}},
        lambda card: {"public_key": {**card.public_key.to_json(), "keytype": "rsa"}},
        lambda card: {"public_key": {**card.public_key.to_json(), "public": "00"}},
        lambda card: {"public_key": {**card.public_key.to_json(), "public": "not hexadecimal"}},
        lambda card: {"public_key": {"keytype": "unheard-of", "scheme": "none", "public": "x"}},
    ],
    ids=["no id", "another id", "another key", "scheme", "type", "short", "rubbish", "unknown"],
)
def test_a_card_whose_id_is_not_its_keys_is_refused(tmp_path: Path, forge: Any) -> None:
    path = tmp_path / "card.json"
    path.write_bytes(tampered(alder().card, **forge(alder().card)).canonical())
    with pytest.raises(DocumentError, match=r"key id that is not its key's|no public key that can be used"):
        read_card(path)


@pytest.mark.parametrize("spell", [str.upper, lambda text: f"{text[:2]} {text[2:]}"], ids=["upper", "spaced"])
def test_a_key_has_one_spelling_and_so_one_id(spell: Callable[[str], str]) -> None:
    card = alder().card
    said = PublicKey(keytype="ed25519", scheme="ed25519", public=spell(card.public_key.public))
    form = f'{{"keytype":"ed25519","keyval":{{"public":"{said.public}"}},"scheme":"ed25519"}}'
    key_id = hashlib.sha256(form.encode()).hexdigest()
    other = tampered(card, key_id=key_id, public_key=said.to_json())
    # The card is consistent in itself, and would let one party pass for two.
    signature = alder().signer.sign(b"message")
    key = SSlibKey(key_id, said.keytype, said.scheme, {"public": said.public})
    key.verify_signature(Signature(key_id, signature.signature), b"message")
    with pytest.raises(DocumentError, match="key id that is not its key's"):
        verifying_key(other)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"kind":"key","kind":"key"}', "appears twice"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[" * 60_000, "deep"),
        (b'{"kind":"key","version":2}', "version 2"),
        (b'{"kind":"trust","version":1}', "kind is 'trust'"),
        (b'{"kind":"key","version":1,"name":NaN}', "NaN is not a JSON number"),
        (b" " * 70_000, "larger than the 65,536 bytes"),
    ],
    ids=["duplicate", "bytes", "deep", "newer", "another kind", "NaN", "large"],
)
def test_a_file_that_is_no_card_is_said_to_be_none(tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "card.json").write_bytes(data)
    with pytest.raises(InputError, match=said):
        read_card(tmp_path / "card.json")


def test_an_unknown_key_is_named_with_those_that_there_are(tmp_path: Path) -> None:
    made(tmp_path)
    with pytest.raises(InputError, match="no key 'birch-lab'") as caught:
        KeyFolder(tmp_path).load("birch-lab")
    assert "alder-lab" in caught.value.hint


def test_a_key_that_has_ended_or_not_begun_does_not_sign() -> None:
    key = a_key("a-short-one", expires=KEYS_MADE + timedelta(days=1))
    key.check_valid(KEYS_MADE)
    key.check_valid(KEYS_MADE + timedelta(days=1))
    with pytest.raises(InputError, match="a-short-one ended on 2026-07-02") as ended:
        key.check_valid(KEYS_MADE + timedelta(days=1, microseconds=1))
    assert "--identity" in ended.value.hint
    with pytest.raises(InputError, match="the clock says 2026-07-01 11:59:59") as early:
        key.check_valid(KEYS_MADE - timedelta(seconds=1))
    assert "Set the clock" in early.value.hint


def test_a_key_does_not_end_before_it_begins(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="expires after it was created"):
        made(tmp_path / "keys", expires=KEYS_MADE)


def test_a_key_shows_its_name_and_nothing_of_its_secrets() -> None:
    key: OwnKey = alder()
    assert repr(key) == "OwnKey(alder-lab)"
    assert "AGE-SECRET" not in repr(key.identity) + str(key.identity)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WorkspaceError, match="cannot be made"):
        made(tmp_path / "file" / "keys")


def test_what_a_killed_program_left_is_no_key(tmp_path: Path) -> None:
    made(tmp_path)
    (tmp_path / ".groundstop-0123").write_text(json.dumps({"kind": "key"}))
    (tmp_path / "folder").mkdir()
    assert KeyFolder(tmp_path).names() == ["alder-lab"]
