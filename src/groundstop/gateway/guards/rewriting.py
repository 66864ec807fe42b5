"""Other ways of writing a text that say the same: what a guard is tested on when it is made.

The styles and encodings are those of the held-out variants of a suite; beside them figures for letters,
look-alikes, invisible characters, and a long text around it. All of them are published and common.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from groundstop.suites.held_out.encodings import ENCODINGS
from groundstop.suites.held_out.styles import STYLES

MIRRORS = ("rot13", "atbash", "reversed-letters", "reversed-words", "backward-words")
"""Encodings that change every letter or turn words around: a guard has the fingerprint of each of them."""

_LEET = str.maketrans({"a": "4", "e": "3", "i": "1", "o": "0", "s": "5", "t": "7"})
_SIGNS = str.maketrans({"a": "@", "s": "$", "i": "!"})
_LOOK_ALIKE = str.maketrans({"a": "а", "c": "с", "e": "е", "o": "о", "p": "р", "x": "х", "i": "і"})
_OWN: dict[str, Callable[[str], str]] = {
    "figures": lambda text: text.lower().translate(_LEET),
    "signs": lambda text: text.lower().translate(_SIGNS),
    "look-alikes": lambda text: text.translate(_LOOK_ALIKE),
    "invisible": "\N{ZERO WIDTH SPACE}".join,
    "soft-hyphens": "\N{SOFT HYPHEN}".join,
    "no-spaces": lambda text: "".join(text.split()),
    "twice-base64": lambda text: ENCODINGS["base64"].encode(ENCODINGS["base64"].encode(text)),
}


def mirrored(text: str) -> Iterator[str]:
    """Yield a text as each of the encodings writes it that are fingerprinted; see :data:`MIRRORS`."""
    for name in MIRRORS:
        yield ENCODINGS[name].encode(text)


def rewritten(text: str, around: Sequence[str]) -> dict[str, str]:
    """Return a text in other ways of writing, by their names.

    Args:
        text: The text.
        around: Ordinary sentences that a long text is made of.
    """
    ways = {**STYLES, **{name: one.encode for name, one in ENCODINGS.items()}, **_OWN}
    found = {name: way(text) for name, way in ways.items()}
    before, after = " ".join(around[::2]), " ".join(around[1::2])
    found["in a long text"] = f"{before}\n{text}\n{after}"
    found["encoded in a long text"] = f"{before} {ENCODINGS['base64'].encode(text)} {after}"
    return found
