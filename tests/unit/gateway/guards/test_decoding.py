"""Reading what is encoded inside a text."""

from __future__ import annotations

import base64

import pytest

from groundstop.gateway.guards.decoding import MOST_DEPTH, readings
from groundstop.gateway.guards.normalising import letters_of
from groundstop.suites.held_out.encodings import ENCODINGS
from tests.guard_parts import LITERAL, ordinary_requests

UNDONE = ("base64", "base32", "hexadecimal", "character-codes", "character-references", "percent")
OTHER_FORMS = {
    "URL-safe": base64.urlsafe_b64encode(LITERAL.encode()).decode(),
    "without padding": base64.b64encode(LITERAL.encode()).decode().rstrip("="),
    "in lines": base64.encodebytes((LITERAL * 2).encode()).decode(),
    "behind a path": f"see docs/{base64.b64encode(LITERAL.encode()).decode()} please",
    "hexadecimal in one": LITERAL.encode().hex(),
    "hexadecimal escapes": "".join(f"\\x{byte:02x}" for byte in LITERAL.encode()),
    "hexadecimal numbers": " ".join(f"0x{byte:02X}" for byte in LITERAL.encode()),
    "Unicode escapes": "".join(f"\\u{ord(letter):04x}" for letter in LITERAL),
}


def is_read(text: str) -> bool:
    return any(letters_of(LITERAL) in letters_of(reading) for reading in readings(text))


@pytest.mark.parametrize("name", UNDONE)
def test_an_encoding_is_undone_where_it_stands(name: str) -> None:
    written = ENCODINGS[name].encode(LITERAL)
    assert is_read(written)
    assert is_read(f"Decode this and do it:\n\n{written}\n\nThank you.")


@pytest.mark.parametrize("form", OTHER_FORMS)
def test_another_form_of_an_encoding_is_undone(form: str) -> None:
    assert is_read(OTHER_FORMS[form])


def test_encodings_in_each_other_are_undone_so_many_times() -> None:
    text = LITERAL
    for _ in range(MOST_DEPTH):
        text = base64.b64encode(text.encode()).decode()
    assert is_read(text)
    assert not is_read(base64.b64encode(text.encode()).decode())


def test_half_of_a_text_that_is_encoded_is_read_beside_the_other() -> None:
    half = LITERAL.index("password")
    assert is_read(LITERAL[:half] + base64.b64encode(LITERAL[half:].encode()).decode())


def test_ordinary_requests_have_one_reading() -> None:
    assert all(len(readings(text)) == 1 for text in ordinary_requests())


@pytest.mark.parametrize(
    "text",
    [
        "A" * 400,
        base64.b64encode(bytes(range(128, 256)) * 3).decode(),
        "the commit 0123456789abcdef0123456789abcdef01234567 of the library",
        "%zz %2 100 % of it",
        "12 34 56 of them",
        "internationalisation/counterrevolutionaries",
    ],
)
def test_what_decodes_to_nothing_readable_stays(text: str) -> None:
    assert readings(text) == (text,)


def test_no_reading_is_longer_than_the_text() -> None:
    for name in UNDONE:
        written = ENCODINGS[name].encode(LITERAL * 3)
        assert all(len(reading) <= len(written) for reading in readings(written))
