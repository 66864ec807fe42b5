"""The model that a path is about, for doors that see no body; what can be read in two ways is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from groundstop.documents.directives import Act
from groundstop.gateway.mounts.packages import names_of_package
from groundstop.gateway.path_words import WORD
from groundstop.gateway.settings import Dialect, Mounts, PathModel

MOST_CHARACTERS = 4096
"""Of a path with its query."""

MOST_NAME = 300
"""Characters of a model's name, as receipts have it."""

_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?")
_STEP = r"[A-Za-z0-9_~@+:=,!$&'()*. -]+"
"""A step of a path that no server reads as anything but itself; a semicolon begins parameters for some."""
_PART = r"[A-Za-z0-9_][A-Za-z0-9._:@+-]{0,255}"
_TELLS = frozenset(("model", "models", "revision", "deployment", "deployment-id", "deployment_id"))
"""Names in a query by which some servers choose a model."""


class Place(NamedTuple):
    """What a path is about."""

    names: tuple[str, ...]
    """Of the model; empty for a path that has nothing to do with one."""
    act: Act
    provider: str | None
    dialect: Dialect
    route: str
    """The pattern that fits, as receipts call it."""


class NotSeen(NamedTuple):
    """A path that tells no model: nothing is let through by it."""

    why: str
    """A sentence, without a final full stop."""
    odd: bool = True
    """Whether servers may read the path in different ways; else no pattern fits it."""


class Paths:
    """Finds the model that a path is about.

    Args:
        mounts: The patterns.
    """

    def __init__(self, mounts: Mounts) -> None:
        self._patterns = tuple((_compiled(one), one) for one in mounts.path_model)
        # Some servers take a path in another case of letters, or with a slash at its end, for the same.
        self._loose = tuple(re.compile(one.pattern, re.IGNORECASE) for one, _ in self._patterns)
        self._modelless = tuple((_compiled_steps(one), one) for one in mounts.modelless)

    def find(self, target: str) -> Place | NotSeen:
        """Return what a path is about.

        Args:
            target: The path as the client sent it, with its query; it may be hostile.
        """
        path = plain_path(target)
        if isinstance(path, NotSeen):
            return path
        for pattern, settings in self._patterns:
            found = pattern.fullmatch(path)
            if found is not None:
                names = _names(settings, found.groupdict())
                if any(len(one) > MOST_NAME for one in names):
                    return NotSeen("The name of the model in the path is too long")
                return Place(names, settings.act, settings.provider, settings.dialect, _route(settings.path))
        if any(pattern.fullmatch(path.rstrip("/")) for pattern in self._loose):
            return NotSeen("The path is another spelling of one that names a model")
        for pattern, one in self._modelless:
            if pattern.fullmatch(path):
                return Place((), Act.INFER, None, Dialect.OPENAI, _route(one))
        return NotSeen("No model can be seen in this path, and nothing of its body is seen here", odd=False)


def plain_path(target: str) -> str | NotSeen:
    """Return a path in its one form, without its query; or why it could be read in several ways.

    Args:
        target: As the client sent it.
    """
    path, _, query = target.partition("?")
    if len(target) > MOST_CHARACTERS:
        return NotSeen("The path is too long")
    if any(_is_telling(one) for one in re.split("[&;]", query)):
        return NotSeen("A model may be named in the query, which is not looked at here")
    for escape in _ESCAPE.finditer(path):
        # An escaped slash, dot or percent sign is one step to some servers, and several to others.
        if (
            escape[1] is None
            or chr(int(escape[1], 16)) in "/\\.%;?#"
            or not 0x20 <= int(escape[1], 16) < 0x7F
        ):
            return NotSeen("The path holds an escape that servers read differently")
    plain = unquote_to_bytes(path).decode("latin-1")
    steps = plain.split("/")
    if steps[0] or len(steps) < 2:
        return NotSeen("The path does not begin with a slash")
    if any(step in ("", ".", "..") for step in steps[1:-1]) or steps[-1] in (".", ".."):
        return NotSeen("The path has a step that is empty, or made of dots")
    if not all(re.fullmatch(_STEP, step) for step in steps[1:] if step):
        return NotSeen("The path holds a character that servers read differently")
    return plain


def _is_telling(field: str) -> bool:
    name = unquote_to_bytes(field.partition("=")[0].replace("+", " ")).decode("latin-1")
    return name.strip().casefold().removesuffix("[]") in _TELLS


def _compiled(settings: PathModel) -> re.Pattern[str]:
    return _compiled_steps(settings.path)


def _compiled_steps(path: str) -> re.Pattern[str]:
    rest = path.endswith("/*")
    found, after = "", 0
    text = path.removesuffix("/*")
    for word in WORD.finditer(text):
        found += f"{re.escape(text[after : word.start()])}(?P<{word[1]}>{_PART})"
        after = word.end()
    found += re.escape(text[after:])
    return re.compile(found + (rf"/{_STEP}(?:/{_STEP})*/?" if rest else ""))


def _names(settings: PathModel, parts: Mapping[str, str]) -> tuple[str, ...]:
    name = WORD.sub(lambda word: parts[word[1]], settings.model)
    return names_of_package(name) if name.startswith("pkg:") else (name,)


def _route(pattern: str) -> str:
    return f"path:{pattern}"[:64]
