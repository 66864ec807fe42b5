from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from groundstop.errors import ExitCode
from groundstop.evidence.log import (
    FormError,
    KeyKind,
    Note,
    NoteSignature,
    Signer,
    VerificationError,
    VerifierKey,
    parse_note,
    sign_note,
    verify_note,
)
from groundstop.evidence.log.notes import MAX_NOTE_BYTES, MAX_SIGNATURES
from tests.unit.evidence.log.logs import KEY, SIGNER, WITNESS, a_signer

TEXT = "First line\n\nthird line, — with a dash\n"
NOTE = sign_note(TEXT, SIGNER)
LINE = str(NOTE.signatures[0])
STRANGER = a_signer("stranger.example", seed=9)


def read(data: bytes) -> Note:
    return parse_note(data, source="A test")


def test_a_signed_note_reads_back_as_it_was_and_verifies() -> None:
    note = read(NOTE.to_bytes())
    assert note == NOTE
    assert note.text == TEXT
    assert verify_note(note, [KEY], source="A test") == (KEY,)


def test_lines_by_unknown_keys_are_kept_and_ignored() -> None:
    note = read(sign_note(TEXT, STRANGER, SIGNER).to_bytes())
    assert [line.name for line in note.signatures] == ["stranger.example", SIGNER.name]
    assert verify_note(note, [KEY], source="A test") == (KEY,)


def test_a_line_that_shares_only_the_name_or_only_the_id_with_a_known_key_is_ignored() -> None:
    namesake = NoteSignature(KEY.name, b"\x00\x01\x02\x03", bytes(64))
    same_id = NoteSignature("other.example", KEY.key_id, bytes(64))
    note = replace(NOTE, signatures=(namesake, same_id, *NOTE.signatures))
    assert verify_note(read(note.to_bytes()), [KEY], source="A test") == (KEY,)


def test_a_known_key_whose_signature_does_not_hold_spoils_the_note() -> None:
    both = sign_note(TEXT, SIGNER, STRANGER)
    forged = replace(both.signatures[1], signature=bytes(64))
    note = replace(both, signatures=(both.signatures[0], forged))
    with pytest.raises(VerificationError, match=r"signature by stranger\.example does not hold"):
        verify_note(note, [KEY, STRANGER.key()], source="A test")


@pytest.mark.parametrize("keys", [[], [STRANGER.key()], [WITNESS.key(KeyKind.COSIGNATURE)]])
def test_a_note_without_a_signature_by_a_known_key_is_refused(keys: list[VerifierKey]) -> None:
    with pytest.raises(VerificationError, match="A test is not signed by") as caught:
        verify_note(NOTE, keys, source="A test")
    assert caught.value.exit_code is ExitCode.BAD


def test_a_later_signature_by_the_same_key_takes_the_place_of_the_earlier() -> None:
    other = replace(NOTE.signatures[0], signature=b"another")
    assert NOTE.with_signature(other).signatures == (other,)
    assert NOTE.with_signature(sign_note(TEXT, STRANGER).signatures[0]).signatures[0] == NOTE.signatures[0]


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "does not end with a blank line"),
        (TEXT.encode(), "a signature line is malformed"),
        (b"text\n", "does not end with a blank line"),
        (b"text\n\n", "does not end with a blank line"),
        (f"{TEXT}{LINE}".encode(), "a signature line is malformed"),
        (NOTE.to_bytes()[:-1], "does not end with a blank line"),
        (NOTE.to_bytes() + b"\n", "does not end with a blank line"),
        (NOTE.to_bytes().replace(b"First", b"Fir\xffst"), "not UTF-8 text"),
        (NOTE.to_bytes().replace(b"First", b"Fir\x00st"), "control characters"),
        (NOTE.to_bytes().replace(b"First line\n", b"First line\r\n"), "control characters"),
        (NOTE.to_bytes().replace(b"First", b"Fir\tst"), "control characters"),
        (NOTE.to_bytes() + LINE.encode(), "by the same key"),
        (NOTE.to_bytes() + LINE.replace("— ", "- ").encode(), "malformed"),
        (f"text\n\n— a+b {encoded(bytes(68))}\n".encode(), "malformed"),
        (f"text\n\n— a\u2003b {encoded(bytes(68))}\n".encode(), "malformed"),
        (f"text\n\n—  {encoded(bytes(68))}\n".encode(), "malformed"),
        ("text\n\n— name\n".encode(), "malformed"),
        ("text\n\n— name \n".encode(), "malformed"),
        (f"text\n\n— name {encoded(bytes(68))} more\n".encode(), "malformed"),
        (f"text\n\n— name {encoded(bytes(4))}\n".encode(), "malformed"),
        (f"text\n\n— name {encoded(bytes(68)).rstrip('=')}\n".encode(), "malformed"),
        (f"text\n\n— name {encoded(bytes(68))[:-2]}B=\n".encode(), "malformed"),
        (f"text\n\n— name {encoded(bytes(68))[:-1]}-\n".encode(), "malformed"),
        (b"x" * (MAX_NOTE_BYTES + 1), "more than 1,000,000 bytes"),
        (
            b"text\n\n"
            + b"".join(f"— n{n} {encoded(bytes(68))}\n".encode() for n in range(MAX_SIGNATURES + 1)),
            "more than 100 signature lines",
        ),
    ],
)
def test_what_is_not_a_note_is_refused_with_a_sentence(data: bytes, why: str) -> None:
    with pytest.raises(FormError) as caught:
        read(data)
    assert caught.value.message.startswith("A test is not a signed note: ")
    assert why in caught.value.message


@pytest.mark.parametrize("text", ["", "no newline", "tab\t\n", "a\x00\n"])
def test_a_text_that_cannot_stand_in_a_note_is_not_signed(text: str) -> None:
    with pytest.raises(FormError, match="The text to sign is not a signed note"):
        sign_note(text, SIGNER)


def test_a_signer_that_signs_with_another_key_is_found_out_before_anything_is_published() -> None:
    wrong = Signer(SIGNER.name, SIGNER.public_key, WITNESS.sign)
    with pytest.raises(VerificationError, match="does not hold"):
        sign_note(TEXT, wrong)


def test_a_verifier_key_reads_back_as_it_was() -> None:
    for key in (KEY, WITNESS.key(KeyKind.COSIGNATURE)):
        assert VerifierKey.parse(str(key)) == key
    assert str(KEY).startswith(f"{KEY.name}+{KEY.key_id.hex()}+A")


def test_one_key_has_different_ids_for_different_kinds_of_signature() -> None:
    assert WITNESS.key().key_id != WITNESS.key(KeyKind.COSIGNATURE).key_id


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+00000000",
        str(KEY).replace(KEY.key_id.hex(), "00000000"),
        str(KEY).replace(KEY.key_id.hex(), KEY.key_id.hex().upper()),
        str(KEY) + "A",
        str(KEY) + "\n",
        f"{KEY.name}+{KEY.key_id.hex()}+{encoded(bytes([2]) + KEY.public_key)}",
        f"{KEY.name}+{KEY.key_id.hex()}+{encoded(bytes([1]) + KEY.public_key[:-1])}",
        f"a b+{KEY.key_id.hex()}+{encoded(bytes([1]) + KEY.public_key)}",
    ],
)
def test_what_is_not_a_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(FormError):
        VerifierKey.parse(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u00a0b", "a\x00b", "\ud800"])
def test_a_name_that_a_note_cannot_hold_is_refused(name: str) -> None:
    with pytest.raises(FormError, match="cannot be the name of a key"):
        VerifierKey(name, KEY.public_key)


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(FormError, match="has 31 bytes, not 32"):
        VerifierKey("name", bytes(31))
