"""Which models an order is about, among those that somebody offers; by the very rules of the decision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from groundstop.directives.names import (
    Key,
    keys_of,
    keys_of_name,
    names_of,
    owners_of,
    package_of,
    spelled,
    spelled_alone,
)
from groundstop.documents.directives import EVERY_SNAPSHOT, Directive, Stop, SubjectModel
from groundstop.gateway.settings import Settings

_SNAPSHOT = "2026-01-01"
"""Of which there may be none: an order about every snapshot reaches it all the same."""
_HUB = "pkg:huggingface/"


class Offered(NamedTuple):
    """A name that clients may ask for."""

    name: str
    provider: str | None = None
    """As orders name it; none when that is not known."""


def offered_by(settings: Settings) -> tuple[Offered, ...]:
    """Return every name that a gateway's settings mention: of its upstreams, and aliases; once each."""
    found = dict.fromkeys(
        Offered(name, upstream.provider)
        for upstream in settings.upstream
        for name in (*upstream.models, *upstream.aliases, *upstream.aliases.values())
    )
    return tuple(found)


class _Way(NamedTuple):
    """A way in which a key may mean a name that is offered."""

    one: Offered
    owners: tuple[str, ...]
    """Whose it is; empty where that is not known."""
    family: bool
    """Whether it is one of what the key means only where all its snapshots and versions are meant."""
    alone: bool
    """Whether it is so only where it is known whose it is."""

    def is_meant(self, key: Key) -> bool:
        """Tell whether an order's key means it."""
        if (self.family and not key.every) or (self.alone and not self.owners):
            return False
        return not self.owners or key.provider is None or key.provider in self.owners


class Offers:
    """Names that are offered, indexed by every key under which an order may mean them.

    The rules are those of the table that decides, without its rules about persons: those take a hundred times
    as long to compile.

    Args:
        offered: The names.
    """

    def __init__(self, offered: Iterable[Offered]) -> None:
        self._offered = tuple(dict.fromkeys(offered))
        self._ways: dict[str, list[_Way]] = {}
        for one in self._offered:
            # A provider of which nothing is left tells nothing: whoever's model it may be counts.
            owners = owners_of(one.provider) if one.provider is not None else ()
            for alone, spelling in ((False, spelled(one.name)), (True, spelled_alone(one.name))):
                for family, keys in ((False, spelling.keys), (True, spelling.families)):
                    for key in keys:
                        self._ways.setdefault(key, []).append(_Way(one, owners, family, alone))

    def meant_by(self, document: Directive | Stop) -> tuple[Offered, ...]:
        """Return the names that an order is about."""
        found = {
            way.one for key in _keys_of(document) for way in self._ways.get(key.key, ()) if way.is_meant(key)
        }
        return tuple(one for one in self._offered if one in found)


def is_about(document: Directive | Stop, one: Offered) -> bool:
    """Tell whether a name that is offered may be a model of an order."""
    return bool(Offers((one,)).meant_by(document))


def _keys_of(document: Directive | Stop) -> Iterator[Key]:
    if isinstance(document, Stop):
        return (key for name in document.models for key in keys_of_name(name, document.provider))
    return (key for model in document.subject.models for key in keys_of(model))


def names_in(document: Directive | Stop) -> tuple[str, ...]:
    """Return the names that an order gives its models: as it has them, aliases, versions and snapshots."""
    if isinstance(document, Stop):
        return document.models
    return tuple(dict.fromkeys(name for model in document.subject.models for name in _of_model(model)))


def _of_model(model: SubjectModel) -> Iterator[str]:
    for hosted in model.hosted:
        yield hosted.name
        yield f"{hosted.provider}/{hosted.name}"
        # As routers call it.
        yield f"router/{hosted.provider}/{hosted.name}"
        if hosted.snapshot == EVERY_SNAPSHOT:
            yield from (f"{hosted.name}-{_SNAPSHOT}", f"{hosted.name}@latest", f"{hosted.name}:latest")
        else:
            yield from names_of(hosted)
    yield from model.aliases
    for purl in model.purls:
        # Servers of open weights call a model by its repository.
        yield package_of(purl).removeprefix(_HUB)
