"""Letters that look like Latin ones, and figures that are written for letters.

Source: of the letters that Unicode Technical Standard 39 (``confusables.txt``) maps to a basic Latin one, the
    Latin, Greek and Cyrillic ones in common use; figures for letters are the common ones ("leet").
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_CYRILLIC = {
    "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "ё": "e", "һ": "h", "н": "h", "і": "i", "ї": "i",
    "ј": "j", "к": "k", "ӏ": "l", "м": "m", "п": "n", "о": "o", "р": "p", "ԛ": "q", "г": "r", "ѕ": "s",
    "т": "t", "и": "u", "ѵ": "v", "ԝ": "w", "ѡ": "w", "х": "x", "у": "y", "ү": "y", "з": "e", "б": "b",
    "ь": "b",
}  # fmt: skip
_GREEK = {
    "α": "a", "β": "b", "ϲ": "c", "ε": "e", "η": "n", "ι": "i", "κ": "k", "μ": "u", "ν": "v", "ο": "o",
    "ρ": "p", "σ": "o", "ς": "c", "τ": "t", "υ": "u", "χ": "x", "γ": "y", "ω": "w", "ζ": "z",
}  # fmt: skip
_LATIN = {
    "ı": "i", "ɑ": "a", "ƅ": "b", "ɡ": "g", "ɩ": "i", "ʟ": "l", "ɴ": "n", "ɪ": "i", "ʀ": "r", "ʏ": "y",
    "ʙ": "b", "ɢ": "g", "ʜ": "h", "ᴀ": "a", "ᴄ": "c", "ᴅ": "d", "ᴇ": "e", "ᴊ": "j", "ᴋ": "k", "ᴍ": "m",
    "ᴏ": "o", "ᴘ": "p", "ᴛ": "t", "ᴜ": "u", "ᴠ": "v", "ᴡ": "w", "ᴢ": "z", "ø": "o", "đ": "d", "ł": "l",
    "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "ð": "d", "þ": "p",
}  # fmt: skip
_FIGURES = {
    "0": "o", "1": "l", "2": "z", "3": "e", "4": "a", "5": "s", "6": "g", "7": "t", "8": "b", "9": "g",
    "@": "a", "$": "s", "€": "e", "£": "l", "¢": "c",
}  # fmt: skip
# One figure or stroke stands for any of these, so that none of them can be told from another.
_ALIKE = {"i": "l", "j": "l", "|": "l"}


def _folded(table: Mapping[str, str]) -> dict[int, str]:
    return {ord(letter): "".join(_ALIKE.get(one, one) for one in stands) for letter, stands in table.items()}


LETTERS: Mapping[int, str] = MappingProxyType(
    {**_folded(_CYRILLIC), **_folded(_GREEK), **_folded(_LATIN), **_folded(_FIGURES), **_folded(_ALIKE)}
)
"""For ``str.translate``, of a text in lower case: what each letter, figure or sign is read as."""
