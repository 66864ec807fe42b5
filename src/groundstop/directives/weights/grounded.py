"""What orders say of weights: models by the digests of their files, their repositories and tokenizers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from groundstop.directives.judging import lifted
from groundstop.directives.names import PURL, WEIGHTS, keys_of, keys_of_name, normal
from groundstop.directives.names import Key as NameKey
from groundstop.directives.orders import Orders
from groundstop.documents.directives import Act, Descendants, Directive, Stop, SubjectModel


@dataclass(frozen=True, slots=True)
class GroundedModel:
    """A model that an order is about, as far as its weights go."""

    order: str
    issuer: str
    label: str
    acts: tuple[Act, ...]
    descendants: Descendants
    weights: frozenset[str]
    repositories: tuple[NameKey, ...]
    """Keys of its package URLs."""
    tokenizer: str | None
    since: datetime
    until: datetime

    @property
    def can_be_recognised(self) -> bool:
        """Whether it names anything that files can be compared with."""
        return bool(self.weights or self.repositories)


def grounded_by(document: Directive | Stop) -> tuple[GroundedModel, ...]:
    """Return the models of an order, or of a stop, whose names may be digests and package URLs."""
    if isinstance(document, Directive):
        return tuple(_of(document, model, document.expires) for model in document.subject.models)
    return tuple(_stopped(document, name) for name in document.models)


def grounded_in(orders: Orders, now: datetime) -> tuple[GroundedModel, ...]:
    """Return the models of all that stands, without those that are lifted for everybody.

    Args:
        orders: What stands.
        now: The time.
    """
    models = [
        _of(one.directive, model, one.ends)
        for one in orders.orders
        for model in one.directive.subject.models
        if lifted(one.lifts, model.label).everybody > now.timestamp()
    ]
    stops = [
        _stopped(one.stop, name)
        for one in orders.stops
        if one.lift is None or one.lift.effective > now
        for name in one.stop.models
    ]
    return (*models, *stops)


def still_there(models: Iterable[GroundedModel], now: datetime) -> tuple[GroundedModel, ...]:
    """Leave out what has ended by itself."""
    return tuple(one for one in models if now < one.until)


def _of(directive: Directive, model: SubjectModel, until: datetime) -> GroundedModel:
    return GroundedModel(
        order=directive.id,
        issuer=directive.issuer,
        label=model.label,
        acts=directive.acts,
        descendants=directive.subject.descendants,
        weights=frozenset(model.weights),
        repositories=tuple(key for key in keys_of(model) if key.key.startswith(PURL)),
        tokenizer=model.tokenizer,
        since=directive.effective,
        until=until,
    )


def _stopped(stop: Stop, name: str) -> GroundedModel:
    key = normal(name)
    weights = frozenset({key.removeprefix(WEIGHTS)}) if key.startswith(WEIGHTS) else frozenset()
    keys = keys_of_name(name, stop.provider) if key.startswith(PURL) else ()
    return GroundedModel(
        order=stop.id,
        issuer=stop.issuer,
        label=name,
        acts=tuple(Act),
        # Whoever stops a model in a hurry means what was made of it too, where that is known.
        descendants=Descendants.DECLARED,
        weights=weights,
        repositories=tuple(one for one in keys if one.key.startswith(PURL)),
        tokenizer=None,
        since=stop.created,
        until=stop.expires,
    )
