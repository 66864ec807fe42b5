"""Which upstream has a model, and by which name. Pure: settings in, an upstream out."""

from __future__ import annotations

from typing import NamedTuple

from groundstop.gateway.settings import Dialect, Fallback, Retired, Settings, Upstream


class Routed(NamedTuple):
    """Where a model is."""

    upstream: Upstream
    model: str
    """Its name there."""
    names: tuple[str, ...]
    """As asked, then what that is an alias of."""


class Routing:
    """Finds upstreams. Names are compared exactly: what an upstream takes for the same is its own matter.

    Args:
        settings: Of the gateway.
    """

    def __init__(self, settings: Settings) -> None:
        self._known: dict[tuple[Dialect, str], Routed] = {}
        self._rest: dict[Dialect, Upstream] = {}
        self._speaking: dict[Dialect, tuple[Upstream, ...]] = {}
        self._retired = {one.model: one for one in settings.retired}
        self._fallbacks = {one.model: one for one in settings.fallback}
        for dialect in Dialect:
            speaking = tuple(one for one in settings.upstream if dialect in one.speaks)
            self._speaking[dialect] = speaking
            for upstream in speaking:
                for name in upstream.models:
                    self._known.setdefault((dialect, name), Routed(upstream, name, (name,)))
                for alias, name in upstream.aliases.items():
                    self._known.setdefault((dialect, alias), Routed(upstream, name, (alias, name)))
                if not upstream.models:
                    self._rest.setdefault(dialect, upstream)

    def find(self, dialect: Dialect, model: str) -> Routed | None:
        """Return where a model is; none where no upstream of the dialect has it.

        Args:
            dialect: That is spoken.
            model: As a client names it: a model or an alias.
        """
        found = self._known.get((dialect, model))
        if found is not None:
            return found
        rest = self._rest.get(dialect)
        return None if rest is None else Routed(rest, model, (model,))

    def speaking(self, dialect: Dialect) -> tuple[Upstream, ...]:
        """Return the upstreams that speak a dialect."""
        return self._speaking[dialect]

    def aliases(self, dialect: Dialect) -> tuple[str, ...]:
        """Return the aliases that clients of a dialect may use."""
        return tuple(alias for upstream in self._speaking[dialect] for alias in upstream.aliases)

    def retired(self, *names: str) -> Retired | None:
        """Return the first of some models that its provider no longer offers; none when there is none."""
        if not self._retired:
            return None
        return next((self._retired[name] for name in names if name in self._retired), None)

    def fallback(self, *names: str) -> Fallback | None:
        """Return what answers in place of the first of some models that has a fallback."""
        if not self._fallbacks:
            return None
        return next((self._fallbacks[name] for name in names if name in self._fallbacks), None)
