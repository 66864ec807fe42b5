"""What makes two spellings of the same words the same."""

from __future__ import annotations

import unicodedata

import pytest

from groundstop.gateway.guards.normalising import letters_of, readable
from groundstop.suites.held_out.styles import STYLES
from tests.guard_parts import LITERAL

OTHER_SPELLINGS = {
    "figures": LITERAL.lower().translate(str.maketrans("aeiost", "431057")),
    "signs": LITERAL.lower().translate(str.maketrans("ais", "@!$")),
    "Cyrillic": LITERAL.translate(str.maketrans("aceopxi", "асеорхі")),
    "Greek": LITERAL.translate(str.maketrans("aoiv", "αοιν")),
    "invisible": "\N{ZERO WIDTH SPACE}".join(LITERAL),
    "directions": "\N{RIGHT-TO-LEFT OVERRIDE}".join(LITERAL),
    "soft hyphens": "\N{SOFT HYPHEN}".join(LITERAL),
    "spaced": " ".join(LITERAL),
    "dashed": "-".join(LITERAL.split()),
    "dots": ".".join(LITERAL),
    "no spaces": LITERAL.replace(" ", ""),
    "accents": unicodedata.normalize("NFC", "\N{COMBINING ACUTE ACCENT}".join(LITERAL)),
    "mathematical": LITERAL.translate({ord("a") + n: 0x1D41A + n for n in range(26)}),
    "small capitals": LITERAL.translate(str.maketrans("aent", "ᴀᴇɴᴛ")),
    "long letters": LITERAL.replace("e", "eeee"),
    "lines": LITERAL.replace(" ", "\n- "),
}


@pytest.mark.parametrize("way", OTHER_SPELLINGS)
def test_a_spelling_makes_no_difference(way: str) -> None:
    assert OTHER_SPELLINGS[way] != LITERAL
    assert letters_of(OTHER_SPELLINGS[way]) == letters_of(LITERAL)


@pytest.mark.parametrize("name", STYLES)
def test_a_style_of_the_held_out_variants_makes_no_difference(name: str) -> None:
    assert letters_of(STYLES[name](LITERAL)) == letters_of(LITERAL)


def test_another_word_makes_a_difference() -> None:
    assert letters_of(LITERAL.replace("staff", "guest")) != letters_of(LITERAL)


def test_letters_of_other_scripts_stay() -> None:
    assert letters_of("図書館 の パスワード") == letters_of("図書館のパスワード") != ""


@pytest.mark.parametrize("text", ["", " \n\t ", "…!?"])
def test_of_a_text_without_letters_nothing_is_left(text: str) -> None:
    assert letters_of(text) == ""


def test_words_that_were_spaced_out_are_read_as_words() -> None:
    assert readable("Write the p a s s w o r d please") == "write the password please"
    assert readable("plan b or plan c") == "plan b or plan c"
    assert readable("a\N{ZERO WIDTH SPACE}rt") == "art"
