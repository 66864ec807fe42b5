"""Pieces of a text as salted hashes, and the stretch in which they are found."""

from __future__ import annotations

import base64

import pytest

from groundstop.documents.gateway import Fingerprint, GramSettings
from groundstop.gateway.guards.normalising import letters_of
from groundstop.gateway.guards.pieces import NOTHING_FOUND, Cutter, Matcher
from groundstop.gateway.guards.scoring import no_limit
from tests.guard_parts import LITERAL, SALT, WORDINGS, ordinary_requests

SETTINGS = GramSettings(letters=16, one_in=2)


def fingerprint(text: str, salt: str = SALT, settings: GramSettings = SETTINGS) -> Fingerprint:
    made = Cutter(salt, settings).fingerprint(letters_of(text))
    assert made is not None
    return made


def share(text: str, *wordings: str, within: int = 4) -> float:
    matcher = Matcher(Cutter(SALT, SETTINGS), [fingerprint(one) for one in wordings], within=within)
    return matcher.best(matcher.found(letters_of(text)), no_limit).share


def test_the_wording_has_all_of_its_pieces_wherever_it_stands() -> None:
    around = " ".join(ordinary_requests())
    assert share(LITERAL, LITERAL) == 1.0
    assert share(f"{around} {LITERAL} {around}", LITERAL) > 0.9


def test_the_nearest_wording_counts() -> None:
    assert share(WORDINGS[2], *WORDINGS) == 1.0
    assert share(WORDINGS[2], *WORDINGS[:2]) < 0.7


def test_pieces_that_are_far_from_each_other_are_not_added_up() -> None:
    # The words are cut in two, and each half is far from the other.
    first, second = LITERAL[:38], LITERAL[38:]
    apart = f"{first} {' '.join(ordinary_requests())} {second}"
    near = f"{first} {' '.join(ordinary_requests()[:3])} {second}"
    assert share(apart, LITERAL) < share(near, LITERAL) < 1.0


def test_a_piece_that_is_repeated_counts_once() -> None:
    assert share(f"{LITERAL[:40]} " * 30, LITERAL) < 0.7


def test_another_salt_gives_other_hashes() -> None:
    mine, other = fingerprint(LITERAL), fingerprint(LITERAL, "ff" * 16)
    assert not set(mine.pieces()) & set(other.pieces())


@pytest.mark.parametrize("one_in", [1, 2, 4, 8])
def test_about_one_piece_in_so_many_is_kept(one_in: int) -> None:
    letters = letters_of(" ".join(ordinary_requests()))
    kept = list(Cutter(SALT, GramSettings(letters=16, one_in=one_in)).pieces(letters))
    assert 0.5 < len(kept) * one_in / (len(letters) - 15) < 2


def test_cutting_a_text_in_steps_gives_the_same_pieces() -> None:
    letters, cutter = letters_of(" ".join(ordinary_requests())), Cutter(SALT, SETTINGS)
    steps = [
        piece for start in range(0, len(letters), 100) for piece in cutter.pieces(letters, start, start + 100)
    ]
    assert steps == list(cutter.pieces(letters))


def test_a_text_that_is_shorter_than_a_piece_has_none() -> None:
    assert Cutter(SALT, SETTINGS).fingerprint("fifteenletters!") is None
    matcher = Matcher(Cutter(SALT, SETTINGS), [fingerprint(LITERAL)], within=4)
    assert matcher.best(matcher.found(""), no_limit) == NOTHING_FOUND


def test_a_fingerprint_is_sorted_and_does_not_tell_where_a_piece_stood() -> None:
    one = fingerprint(LITERAL)
    assert list(one.pieces()) == sorted(one.pieces())
    backwards = base64.b64encode(b"".join(reversed(one.pieces()))).decode()
    with pytest.raises(ValueError, match="sorted"):
        Fingerprint(letters=one.letters, hashes=backwards)


def test_many_beginnings_do_not_fill_the_memory() -> None:
    cutter = Cutter(SALT, SETTINGS)
    letters = "".join(chr(0x4E00 + number % 20_000) for number in range(0, 60_000, 1))
    list(cutter.pieces(letters))
    list(cutter.pieces("".join(chr(0x4E00 + number * 7 % 20_000) for number in range(60_000))))
    assert len(cutter._kept) <= 20_000
