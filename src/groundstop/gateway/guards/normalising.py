"""Making spellings of the same words the same: one string of letters for every way to write a text."""

from __future__ import annotations

import re
import unicodedata

from groundstop.gateway.guards.lookalikes import LETTERS

VERSION = 1
"""Counts up whenever the same text would become other letters: a guard holds for the version it names."""

_LIST_MARK = re.compile(r"^[ \t]*(?:\(?\d{1,3}[.):]|[-*+•>]+)[ \t]+", re.MULTILINE)
_STROKE = re.compile(r"!(?=\w)")
"""An exclamation mark before a letter stands for a stroke; at the end of a word it is one."""
_NO_LETTER = re.compile(r"[\W_]+")
_AGAIN = re.compile(r"(\w)\1+")
_WORD = re.compile(r"\S+")


def letters_of(text: str) -> str:
    """Return what is left of a text when only its letters count.

    Compatibility forms, case, accents, invisible characters, list marks, spaces and punctuation make no
    difference; look-alikes and figures written for letters are read as the letters, and a letter that is
    repeated counts once.

    Args:
        text: Any text.

    Returns:
        Letters without spaces. Two spellings of the same words give the same.

    Source: Unicode Standard Annex 15 (NFKC, NFKD); see also :mod:`groundstop.gateway.guards.lookalikes`.
    """
    plain = _LIST_MARK.sub("", text if text.isascii() else _without_marks(text))
    plain = _STROKE.sub("l", plain.casefold().translate(LETTERS))
    return _AGAIN.sub(r"\1", _NO_LETTER.sub("", plain))


def readable(text: str) -> str:
    """Return a text as a model of language reads it best: its words, without look-alikes and invisible signs.

    Args:
        text: Any text.
    """
    plain = text if text.isascii() else _without_marks(text)
    words = _WORD.findall(plain.casefold())
    # Letters that stand alone, one after the other, are a word that was spaced out.
    joined: list[str] = []
    run: list[str] = []
    for word in [*words, ""]:
        if len(word) == 1 and word.isalnum():
            run.append(word)
            continue
        joined += ["".join(run)] if len(run) > 2 else run
        run = []
        if word:
            joined.append(word)
    return " ".join(joined)


def _without_marks(text: str) -> str:
    """Return a text in compatibility form, without accents and what nobody sees."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join([one for one in apart if unicodedata.category(one) not in _NOT_SEEN])


_NOT_SEEN = frozenset({"Mn", "Me", "Cf"})
"""Accents and other marks, and format characters such as a zero-width space."""
