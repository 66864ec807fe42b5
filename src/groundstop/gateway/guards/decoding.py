"""Reading what is written in a common encoding inside a text, where it stands."""

from __future__ import annotations

import base64
import binascii
import html
import re
from urllib.parse import unquote

MOST_DEPTH = 3
"""Encodings in each other that are undone."""
_MOST_RUNS = 64
"""Encoded pieces of a text that are looked at, in each round."""
_LEAST_READABLE = 0.9
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}(?:\s{1,4}[A-Za-z0-9+/_-]{16,})*={0,2}")
_HEXADECIMAL = re.compile(r"(?:(?:0x|\\x)?[0-9A-Fa-f]{2}[\s:,]{0,2}){12,}")
_BASE32 = re.compile(r"\b[A-Z2-7]{24,}={0,6}(?![A-Za-z0-9+/=])")
_HEX_SIGNS = re.compile(r"0x|\\x|[\s:,]")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_REFERENCE = re.compile(r"&#(?:\d{2,6}|x[0-9A-Fa-f]{2,5});")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})")
_CODES = re.compile(r"(?<!\d)(?:\d{2,3}[\s,]{1,2}){11,}\d{2,3}(?!\d)")


def readings(text: str) -> tuple[str, ...]:
    """Return a text, and what it becomes when encoded pieces in it are decoded, round after round.

    Base64 and Base32, hexadecimal, percent-encoding, character references, escapes and character codes are
    known. A piece that does not decode to readable text stays as it is.

    Args:
        text: Any text.

    Returns:
        The text first; at most three more, none longer than what it was made of.

    Source: RFC 4648 (Base64, Base32, hexadecimal), RFC 3986 (percent-encoding), HTML (character references).
    """
    found = [text]
    for _ in range(MOST_DEPTH):
        decoded = _decoded(found[-1])
        if decoded == found[-1]:
            break
        found.append(decoded)
    return tuple(found)


def _decoded(text: str) -> str:
    if "%" in text and len(_PERCENT.findall(text)) > 3:
        text = unquote(text, errors="replace")
    if "&#" in text and _REFERENCE.search(text):
        text = html.unescape(text)
    if "\\u" in text:
        text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    # Hexadecimal before Base64: its digits are letters of Base64, too.
    text = _HEXADECIMAL.sub(lambda found: _from_hexadecimal(found[0]), text, count=_MOST_RUNS)
    text = _CODES.sub(lambda found: _from_codes(found[0]), text, count=_MOST_RUNS)
    text = _BASE32.sub(lambda found: _from_base32(found[0]), text, count=_MOST_RUNS)
    return _BASE64.sub(lambda found: _from_base64(found[0]), text, count=_MOST_RUNS)


def _from_hexadecimal(run: str) -> str:
    digits = _HEX_SIGNS.sub("", run)
    return _read(bytes.fromhex(digits[: len(digits) // 2 * 2])) or run


def _from_base32(run: str) -> str:
    letters = run.rstrip("=")
    try:
        return _read(base64.b32decode(letters + "=" * (-len(letters) % 8))) or run
    except binascii.Error:
        return run


def _from_codes(run: str) -> str:
    codes = [int(code) for code in re.findall(r"\d+", run)]
    if any(not 9 <= code < 127 for code in codes):
        return run
    return f" {''.join(map(chr, codes))} "


def _from_base64(run: str) -> str:
    letters = re.sub(r"[\s=]", "", run).translate(_URL_SAFE)
    # Letters that stand right before it, as in a path, shift it: one of four beginnings is the right one.
    for start in range(4):
        piece = letters[start:]
        piece = piece[: len(piece) - (len(piece) % 4 == 1)]
        try:
            decoded = _read(base64.b64decode(piece + "=" * (-len(piece) % 4)))
        except binascii.Error:
            continue
        if decoded is not None:
            return decoded
    return run


_URL_SAFE = str.maketrans("-_", "+/")


def _read(data: bytes) -> str | None:
    """Return bytes as text, with spaces around it; none when it is not readable."""
    text = data.decode("utf-8", errors="replace")
    seen = sum((one.isprintable() or one in "\n\t\r") and one != "\ufffd" for one in text)
    return f" {text} " if text and seen >= _LEAST_READABLE * len(text) else None
