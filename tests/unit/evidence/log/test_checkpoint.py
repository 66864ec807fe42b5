from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from groundstop.evidence.log import (
    Checkpoint,
    FormError,
    KeyKind,
    Signer,
    VerificationError,
    cosign,
    open_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
    sign_note,
    witness_time,
)
from tests.unit.evidence.log.logs import KEY, ORIGIN, SIGNER, WITNESS, a_signer

CHECKPOINT = Checkpoint(ORIGIN, 300, bytes(range(32)))
SIGNED = sign_checkpoint(CHECKPOINT, SIGNER)
WITNESS_KEY = WITNESS.key(KeyKind.COSIGNATURE)
SEEN = datetime(2026, 3, 1, 12, 30, 15, 999_999, tzinfo=UTC)


def test_a_checkpoint_reads_back_as_it_was_and_verifies() -> None:
    data = SIGNED.note.to_bytes()
    assert open_checkpoint(data, [KEY], source="A test") == SIGNED
    assert data.decode().startswith(
        f"{ORIGIN}\n300\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n\n— {ORIGIN} "
    )


def test_extension_lines_are_kept() -> None:
    checkpoint = replace(CHECKPOINT, extensions=("more", "and more"))
    data = sign_checkpoint(checkpoint, SIGNER).note.to_bytes()
    assert open_checkpoint(data, [KEY], source="A test").checkpoint == checkpoint


def test_a_log_cannot_sign_for_another() -> None:
    other = a_signer("other.example/log", seed=5)
    note = sign_note(CHECKPOINT.text, other)
    with pytest.raises(VerificationError, match=r"A test is not signed by log\.example/case-7"):
        open_checkpoint(note.to_bytes(), [KEY, other.key()], source="A test")
    with pytest.raises(VerificationError, match="whose key was not given"):
        open_checkpoint(note.to_bytes(), [other.key()], source="A test")
    with pytest.raises(FormError, match="cannot sign for the log"):
        sign_checkpoint(CHECKPOINT, other)


@pytest.mark.parametrize(
    "text",
    [
        "origin\n",
        "origin\n5\n",
        "\n5\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "origin\n05\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "origin\n-5\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "origin\n٥\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "origin\n9223372036854775808\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "origin\n5 \nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "origin\n5\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n",
        "origin\n5\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=\n",
        "origin\n5\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==\n",
        "origin\n5\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n\nextension\n",
        "origin\n\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
    ],
)
def test_a_note_that_is_not_a_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(FormError, match="A test is not a log's checkpoint"):
        parse_checkpoint(sign_note(text, SIGNER).to_bytes(), source="A test")


@pytest.mark.parametrize(
    "change",
    [
        {"origin": ""},
        {"origin": "a\nb"},
        {"size": -1},
        {"size": 2**63},
        {"root": b"short"},
        {"extensions": ("",)},
        {"extensions": ("a\tb",)},
    ],
)
def test_a_checkpoint_that_could_not_be_read_again_cannot_be_made(change: dict[str, object]) -> None:
    with pytest.raises(FormError, match="is not a log's checkpoint"):
        replace(CHECKPOINT, **change)  # type: ignore[arg-type]


def test_a_cosignature_gives_back_the_time_at_which_the_witness_saw_the_checkpoint() -> None:
    note = SIGNED.note.with_signature(cosign(SIGNED.note, WITNESS, SEEN))
    signed = open_checkpoint(note.to_bytes(), [KEY], source="A test")
    assert witness_time(signed.note, WITNESS_KEY) == SEEN.replace(microsecond=0)


def test_a_checkpoint_without_this_witness_has_no_time() -> None:
    assert witness_time(SIGNED.note, WITNESS_KEY) is None


def test_a_cosignature_with_another_time_does_not_hold() -> None:
    line = cosign(SIGNED.note, WITNESS, SEEN)
    later = replace(
        line,
        signature=(int.from_bytes(line.signature[:8], "big") + 1).to_bytes(8, "big") + line.signature[8:],
    )
    with pytest.raises(VerificationError, match=r"signature by witness\.example/w1 does not hold"):
        witness_time(SIGNED.note.with_signature(later), WITNESS_KEY)


def test_a_cosignature_of_another_checkpoint_does_not_hold() -> None:
    other = sign_checkpoint(replace(CHECKPOINT, size=301), SIGNER)
    with pytest.raises(VerificationError, match="does not hold"):
        witness_time(SIGNED.note.with_signature(cosign(other.note, WITNESS, SEEN)), WITNESS_KEY)


def test_a_cosignature_covers_the_extension_lines() -> None:
    with_extension = sign_checkpoint(replace(CHECKPOINT, extensions=("more",)), SIGNER)
    with pytest.raises(VerificationError, match="does not hold"):
        witness_time(SIGNED.note.with_signature(cosign(with_extension.note, WITNESS, SEEN)), WITNESS_KEY)


def test_a_cosignature_that_is_cut_off_does_not_hold() -> None:
    line = replace(cosign(SIGNED.note, WITNESS, SEEN), signature=b"\x01")
    with pytest.raises(VerificationError, match="does not hold"):
        witness_time(SIGNED.note.with_signature(line), WITNESS_KEY)


def test_a_time_that_no_calendar_has_is_refused() -> None:
    seconds = 2**63 - 1
    message = f"cosignature/v1\ntime {seconds}\n{CHECKPOINT.text}".encode()
    line = replace(
        cosign(SIGNED.note, WITNESS, SEEN), signature=seconds.to_bytes(8, "big") + WITNESS.sign(message)
    )
    with pytest.raises(VerificationError, match="is out of range"):
        witness_time(SIGNED.note.with_signature(line), WITNESS_KEY)


def test_an_ordinary_key_is_not_taken_for_a_witness() -> None:
    with pytest.raises(FormError, match="is not one for cosignatures"):
        witness_time(SIGNED.note, WITNESS.key())


def test_a_witness_with_a_clock_before_1970_or_another_key_is_told() -> None:
    with pytest.raises(FormError, match="before 1970"):
        cosign(SIGNED.note, WITNESS, datetime(1969, 12, 31, tzinfo=UTC))
    with pytest.raises(VerificationError, match="does not hold"):
        cosign(SIGNED.note, Signer(WITNESS.name, WITNESS.public_key, SIGNER.sign), SEEN)
