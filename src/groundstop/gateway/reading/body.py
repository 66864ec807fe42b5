"""JSON bodies, read so strictly that every reader reads the same, and written anew for the upstream."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any, NoReturn

import orjson

from groundstop.gateway.reading.refusing import BadRequest

MAX_DEPTH = 64
MAX_DIGITS = 100
"""Of one number."""
MOST_VALUES = 500_000
"""In one body: as objects, each takes many times as much memory as its two or three bytes."""

_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?+', re.DOTALL)
"""A text, or what begins as one: so no byte is looked at twice."""
_LEAST, _MOST = -(2**63), 2**64 - 1
_HALF_PAIR = re.compile(rb"\\u[dD][89a-fA-F]")
_CONTROL = re.compile(rb"\\(?:[bfnrt]|u00[01])")
_CONTROLS = re.compile("[\x00-\x1f]")


def read_json(data: bytes) -> dict[str, Any]:
    """Return the JSON object that a body holds.

    What is returned is what any other reader makes of :func:`written`: where readers are known to differ
    (a key twice, half a surrogate pair, numbers too large) nothing is returned at all.

    Args:
        data: The body.

    Returns:
        The object.

    Raises:
        BadRequest: It is not UTF-8, no JSON, no object; a key stands in an object twice, or has control
            characters; a number is too large or too long; a text holds half a surrogate pair; or it is
            nested too deeply, or has too many values.
    """
    check_values(data, MOST_VALUES)
    try:
        value = _DECODER.decode(str(data, "utf-8"))
    except UnicodeDecodeError as error:
        raise _refused("The body is not UTF-8") from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise _refused(f"The body is not JSON: {error.msg} at {place}") from error
    except RecursionError as error:
        raise _too_deep() from error
    if not isinstance(value, dict):
        raise _refused("The body is JSON, and no object")
    if data.count(b"{") + data.count(b"[") > MAX_DEPTH:
        _check_depth(value)
    if b"\\" in data:
        if _HALF_PAIR.search(data):
            _check_texts(value)
        if _CONTROL.search(data):
            _check_keys(value)
    return value


def written(body: Mapping[str, Any]) -> bytes:
    """Return the bytes that go to an upstream.

    Args:
        body: As :func:`read_json` gave it, or with other values of the same kinds.
    """
    return orjson.dumps(body)


def check_values(data: bytes, most: int) -> None:
    """Refuse JSON that would take too much memory as objects, before it is read.

    Args:
        data: JSON, or lines of it.
        most: Values that it may have.

    Raises:
        BadRequest: It has more.
    """
    if len(data) <= most or _signs(data) <= most:
        return
    # Most of them may stand in texts.
    found, after = 0, 0
    for text in _STRING.finditer(data):
        found += _signs(data[after : text.start()])
        after = text.end()
        if found > most:
            break
    if found + _signs(data[after:]) > most:
        raise BadRequest(413, "too_many_values", f"The body has more than {most:,} values")


def _signs(data: bytes) -> int:
    return data.count(b",") + data.count(b"[") + data.count(b"{")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise BadRequest(400, "duplicate_key", "A key stands in one object of the body twice")
    return made


def _integer(digits: str) -> int:
    if len(digits) <= 18:
        return int(digits)
    number = int(digits) if len(digits) <= 20 else _MOST + 1
    if not _LEAST <= number <= _MOST:
        raise _refused("A number in the body does not fit into 64 bits")
    return number


def _fraction(digits: str) -> float:
    number = float(digits) if len(digits) <= MAX_DIGITS else math.inf
    if math.isinf(number):
        raise _refused("A number in the body is too large or too long")
    return number


def _constant(name: str) -> NoReturn:
    raise _refused(f"{name} in the body is no JSON number")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_fraction, parse_constant=_constant
)


def _refused(message: str) -> BadRequest:
    return BadRequest(400, "invalid_json", message)


def _too_deep() -> BadRequest:
    return _refused(f"The body nests lists and objects more than {MAX_DEPTH} deep")


def _check_depth(value: dict[str, Any]) -> None:
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for one in level
            for child in (one.values() if type(one) is dict else one)
            if type(child) is dict or type(child) is list
        ]
        if not level:
            return
    raise _too_deep()


def _check_texts(value: dict[str, Any]) -> None:
    try:
        orjson.dumps(value)
    except TypeError as error:
        raise _refused("A text in the body holds half a surrogate pair") from error


def _check_keys(value: dict[str, Any]) -> None:
    # A reader in C may take a key to end at a zero, and another to begin after a space.
    stack: list[Any] = [value]
    while stack:
        one = stack.pop()
        if type(one) is dict:
            if any(_CONTROLS.search(key) for key in one):
                raise _refused("A key in the body has control characters")
            stack.extend(one.values())
        elif type(one) is list:
            stack.extend(child for child in one if type(child) is dict or type(child) is list)
