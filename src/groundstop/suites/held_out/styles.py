"""Surface styles: the same words in another case, spacing, Unicode form, list or quote style.

Each keeps the words of a request in their order, so that it asks for the same thing. What a list style
puts before a sentence is a mark, and counts for nothing when two requests are compared.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType

Style = Callable[[str], str]
"""Returns a text in a style."""

_SENTENCE_END = re.compile(r"(?<=[.?!])[ \n]+(?=\S)")
_WORD_START = re.compile(r"(?<!\S)\w")
_FULL_WIDTH = {
    **{code: code + 0xFEE0 for code in range(ord("0"), ord("9") + 1)},
    **{code: code + 0xFEE0 for code in range(ord("A"), ord("Z") + 1)},
    **{code: code + 0xFEE0 for code in range(ord("a"), ord("z") + 1)},
}


def _sentences(text: str) -> list[str]:
    return _SENTENCE_END.split(text)


def _title_case(text: str) -> str:
    return _WORD_START.sub(lambda found: found[0].upper(), text)


def _without_final_mark(text: str) -> str:
    return text.rstrip(".?! ") or text


def _bulleted(text: str) -> str:
    return "\n".join(f"- {sentence}" for sentence in _sentences(text))


def _numbered(text: str) -> str:
    return "\n".join(f"{number}. {sentence}" for number, sentence in enumerate(_sentences(text), start=1))


STYLES: Mapping[str, Style] = MappingProxyType(
    {
        "lower-case": str.lower,
        "upper-case": str.upper,
        "title-case": _title_case,
        "double-spaced": lambda text: text.replace(" ", "  "),
        "no-break-spaces": lambda text: text.replace(" ", "\N{NO-BREAK SPACE}"),
        "line-a-sentence": lambda text: "\n".join(_sentences(text)),
        "no-final-mark": _without_final_mark,
        "decomposed": lambda text: unicodedata.normalize("NFD", text),
        "full-width": lambda text: text.translate(_FULL_WIDTH),
        "bulleted": _bulleted,
        "numbered": _numbered,
        "double-quoted": lambda text: f'"{text}"',
        "angle-quoted": lambda text: f"«{text}»",
    }
)
"""Every style by its name. A style that changes nothing of a text makes no variant of it."""
