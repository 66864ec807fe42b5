"""Common, published ways of writing a text in other characters.

Source: the ``encoding`` probes of garak (arXiv:2406.11036) and MITRE ATLAS AML.T0068, LLM prompt obfuscation.
    The encodings are older: RFC 4648 (Base64, Base32, hexadecimal), RFC 3986 (percent-encoding).
"""

from __future__ import annotations

import base64
import codecs
import html
import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote, unquote

_MIRRORED = str.maketrans(
    string.ascii_lowercase + string.ascii_uppercase,
    string.ascii_lowercase[::-1] + string.ascii_uppercase[::-1],
)
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Encoding:
    """A way of writing a text, and the way back: decoding what was encoded gives the text."""

    encode: Callable[[str], str]
    decode: Callable[[str], str]


def _rot13(text: str) -> str:
    return codecs.encode(text, "rot13")


def _mirrored(text: str) -> str:
    return text.translate(_MIRRORED)


def _reversed_letters(text: str) -> str:
    return text[::-1]


def _reversed_words(text: str) -> str:
    return " ".join(reversed(text.split(" ")))


def _words_spelled_backwards(text: str) -> str:
    return _WORD.sub(lambda word: word[0][::-1], text)


def _hexadecimal(text: str) -> str:
    return text.encode().hex(" ")


def _character_codes(text: str) -> str:
    return " ".join(str(ord(character)) for character in text)


def _from_character_codes(written: str) -> str:
    return "".join(chr(int(code)) for code in written.split())


def _character_references(text: str) -> str:
    return "".join(
        f"&#{ord(character)};" if character.isalnum() else html.escape(character) for character in text
    )


def _dashed(text: str) -> str:
    return _WORD.sub(lambda word: "-".join(word[0]), text)


def _from_dashed(written: str) -> str:
    return _WORD.sub(lambda word: word[0][::2], written)


ENCODINGS: Mapping[str, Encoding] = MappingProxyType(
    {
        "base64": Encoding(
            lambda text: base64.b64encode(text.encode()).decode(),
            lambda written: base64.b64decode(written).decode(),
        ),
        "base32": Encoding(
            lambda text: base64.b32encode(text.encode()).decode(),
            lambda written: base64.b32decode(written).decode(),
        ),
        "hexadecimal": Encoding(_hexadecimal, lambda written: bytes.fromhex(written).decode()),
        "character-codes": Encoding(_character_codes, _from_character_codes),
        "character-references": Encoding(_character_references, html.unescape),
        "percent": Encoding(lambda text: quote(text, safe=""), unquote),
        "rot13": Encoding(_rot13, _rot13),
        "atbash": Encoding(_mirrored, _mirrored),
        "reversed-letters": Encoding(_reversed_letters, _reversed_letters),
        "reversed-words": Encoding(_reversed_words, _reversed_words),
        "backward-words": Encoding(_words_spelled_backwards, _words_spelled_backwards),
        "spaced-letters": Encoding(" ".join, lambda written: written[::2]),
        "dashed-letters": Encoding(_dashed, _from_dashed),
    }
)
"""Every encoding by its name."""
