"""Names of models: how they are compared, and under which of them a model is found.

Names compare without case, width, spaces, and characters that nobody sees; so that no spelling slips past an
order. A name that may be the one that is meant is taken for it: a bare name for any of its snapshots, and a
repository without a revision for any of its revisions.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import unquote

from groundstop.directives.snapshots import SIGNS, dates_of, is_snapshot, labels_of, suffixes
from groundstop.documents.directives import EVERY_SNAPSHOT, HostedModel, SubjectModel

MOST_CHARACTERS = 4096
"""Of a name, when what is not seen is taken out. No name that an order can hold is near as long."""

_UNSEEN = re.compile(
    # Spaces, controls, formats, and what Unicode says is to be ignored when it cannot be shown.
    "[\x00-\x20\x7f-\xa0\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u1680"
    "\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
_PLAIN = re.compile(r"[a-z0-9][a-z0-9@:._/-]{0,60}[a-z0-9]")
"""Most names, which are in their one form already; digests are longer."""
_DIGEST = re.compile(r"(?:sha256[:-])?([0-9a-f]{64})")
_MOST_STEPS = 8
_DASHES = dict.fromkeys([*range(0x2010, 0x2016), 0x2212, 0x2E3A, 0x2E3B, 0xFE58, 0xFE63], "-")
_ENDS = "./"
"""What is left out at the beginning and at the end of a name."""
_LEFT_OUT = frozenset(("", ".", "models"))
"""Parts of a path that tell nothing: some interfaces put ``models`` before a name."""
_EXTRA = re.compile("[?#]")
"""Begins what is no part of a name."""

PURL = "pkg:"
WEIGHTS = "sha256:"
_HUB = "pkg:huggingface/"
_VERSION = re.compile("(?<![:/])@(?=.)")


class Spelling(NamedTuple):
    """Under which keys a name that was asked for is looked up."""

    keys: tuple[str, ...]
    """Itself; what is left of it without a route's prefix; and with a snapshot, ``NAME@LABEL``."""
    families: tuple[str, ...]
    """Names of which it is a snapshot, a version or a revision."""


class Key(NamedTuple):
    """A key that a model of an order is found under."""

    key: str
    provider: str | None
    """Only for what is routed to this provider, or nobody knows where; none for everybody."""
    every: bool
    """Whether all its snapshots and versions are meant too."""


def normal(name: str) -> str:
    """Return the one form of a name in which names are compared.

    Args:
        name: Any text; it may be hostile.

    Returns:
        NFKC, case folded, without spaces, controls, unseen characters, and dots and slashes at its ends;
        hyphens are one character, and a path has no parts that tell nothing. A package URL has neither
        qualifiers nor subpath; a digest begins with ``sha256:``. Empty when nothing is left, and when it is
        longer than any name can be.
    """
    if _PLAIN.fullmatch(name) and _tidy(name) == name:
        return name
    text, before = name, None
    # What one step leaves may be work for another: a spaced accent is a space and an accent.
    for _ in range(_MOST_STEPS):
        if text == before:
            break
        before = text
        text = _UNSEEN.sub("", unquote(text) if "%" in text else text).strip(_ENDS)
        if len(text) > MOST_CHARACTERS:
            return ""
        if not text.isascii():
            text = unicodedata.normalize("NFKC", text).translate(_DASHES)
        text = _tidy(text.casefold())
        digest = _DIGEST.fullmatch(text)
        if digest is not None:
            text = WEIGHTS + digest[1]
    return text


def _tidy(text: str) -> str:
    """Leave out what tells nothing: of a package URL its qualifiers and subpath, and parts of a path."""
    if text.startswith(PURL):
        path = _EXTRA.split(text[len(PURL) :], maxsplit=1)[0]
        return PURL + "/".join(part for part in path.split("/") if part not in ("", "."))
    if "/" not in text:
        return text
    *path, last = text.split("/")
    return "/".join([*(part for part in path if part not in _LEFT_OUT), last])


def spelled(name: str) -> Spelling:
    """Return under which keys a name is looked up; see :func:`normal`.

    A route's prefix is left out, as in ``router/elm/desk``; the last two parts stay together, since a name
    goes with whose it is. See :func:`spelled_alone` for where that is known otherwise.
    """
    text = normal(name)
    if text.startswith(PURL):
        base, version = _without_version(text)
        return Spelling((text,), (base,) if version else ())
    keys: dict[str, None] = {}
    families: dict[str, None] = {}
    for form in _forms(text):
        path, slash, last = form.rpartition("/")
        path += slash
        # What is before it, and without a route's prefix only whose it is.
        paths = dict.fromkeys((path, path[path.rfind("/", 0, -1) + 1 :]))
        keys.update(dict.fromkeys(before + last for before in paths))
        for base, labels in () if form.startswith(WEIGHTS) else suffixes(last):
            for before in paths:
                families[before + base] = None
                keys.update(dict.fromkeys(f"{before}{base}@{label}" for label in labels))
    return Spelling(tuple(keys), tuple(families))


def spelled_alone(name: str) -> Spelling:
    """Return under which keys a name is looked up besides, where it is known whose it is.

    Its last part then needs nothing before it: ``router/desk`` may be the provider's ``desk``.
    """
    text = normal(name)
    if "/" not in text or text.startswith(PURL):
        return Spelling((), ())
    lasts = [form.rpartition("/")[2] for form in _forms(text) if "/" in form]
    found = [spelled(last) for last in lasts if not is_snapshot(last)]
    return Spelling(
        tuple(dict.fromkeys(key for one in found for key in one.keys)),
        tuple(dict.fromkeys(base for one in found for base in one.families)),
    )


def owners_of(provider: str) -> tuple[str, ...]:
    """Return under which names a provider is looked up: its own, and without a route's prefix.

    Empty when nothing is left of it: it tells nothing.
    """
    owner = normal(provider)
    return tuple(dict.fromkeys((owner, owner.rpartition("/")[2]))) if owner else ()


def _forms(text: str) -> Iterator[str]:
    """Yield a name as it is, without what is no part of it, and with a snapshot in its path hung on it."""
    yield text
    for form in dict.fromkeys((text, normal(_EXTRA.split(text, maxsplit=1)[0]))):
        if form and form != text:
            yield form
        parent, _, last = form.rpartition("/")
        if parent and is_snapshot(last):
            yield f"{parent}@{last}"


def keys_of(model: SubjectModel) -> tuple[Key, ...]:
    """Return every key that a model of an order is found under, once each, in order."""
    found: dict[Key, None] = {}
    for hosted in model.hosted:
        found.update(dict.fromkeys(_hosted(hosted, model.aliases)))
    for purl in model.purls:
        found.update(dict.fromkeys(_package(normal(purl))))
    found.update(dict.fromkeys(Key(WEIGHTS + digest, None, False) for digest in model.weights))
    return tuple(found)


def keys_of_name(name: str, provider: str | None) -> tuple[Key, ...]:
    """Return the keys for a name in a stop, which means every snapshot of it."""
    key = normal(name)
    if key.startswith(PURL):
        return tuple(_package(key))
    if key.startswith(WEIGHTS):
        return (Key(key, None, False),)
    if provider is None:
        return (Key(key, None, True),)
    owner = normal(provider)
    return (Key(key, owner, True), Key(f"{owner}/{key}", None, True))


def names_of(hosted: HostedModel) -> Mapping[str, bool]:
    """Return the names that a hosted model is found under at its provider, without its aliases.

    Returns:
        By name, whether all its snapshots and versions are meant too.
    """
    name = normal(hosted.name)
    if hosted.snapshot == EVERY_SNAPSHOT:
        return {name: True}
    snapshot = normal(hosted.snapshot)
    # A snapshot may be given by its full name.
    is_full = snapshot.startswith(tuple(name + sign for sign in SIGNS))
    own = snapshot[len(name) + 1 :] if is_full else snapshot
    found = {snapshot: True} if is_full else {}
    found |= {f"{name}{sign}{one}": True for one in dates_of(own) for sign in "-@:" if one}
    # Whatever may mean this snapshot today is taken for it.
    for label in labels_of(own):
        found.setdefault(f"{name}@{label}", False)
    return {name: False} | found


def _hosted(hosted: HostedModel, aliases: tuple[str, ...]) -> Iterator[Key]:
    owner = normal(hosted.provider)
    spellings = {**dict.fromkeys(map(normal, aliases), False), **names_of(hosted)}
    for spelling, all_of_it in spellings.items():
        yield Key(spelling, owner, all_of_it)
        yield Key(spelling if spelling.startswith(owner + "/") else f"{owner}/{spelling}", None, all_of_it)


def _package(purl: str) -> Iterator[Key]:
    base, version = _without_version(purl)
    bases = [base]
    repository = base.removeprefix(_HUB)
    if repository != base and "/" in repository:
        # Servers of open weights call a model by its repository.
        bases.append(repository)
    for name in bases:
        yield Key(name, None, not version)
        if version:
            yield Key(f"{name}@{version}", None, False)


def package_of(purl: str) -> str:
    """Return a package URL without its version; see :func:`normal`."""
    return _without_version(normal(purl))[0]


def _without_version(purl: str) -> tuple[str, str]:
    """Return a normal package URL without its version, and the version.

    An ``@`` that begins a part is of a name, as in ``pkg:npm/@elm/desk``. A version may have slashes in it.
    """
    found = _VERSION.search(purl)
    if found is None:
        return purl.rstrip(_ENDS + "@"), ""
    return purl[: found.start()].rstrip(_ENDS), purl[found.end() :]
