"""The feed of directives as a small document: what stands, what did, and the state of each model.

``models`` is for programs: under each identifier of a model, the state of each act. Whoever offers a model
looks up its identifier, and suspends or restores it without a person editing anything. The state is that of
the strictest order or stop that reaches the identifier, as a gateway decides it. An identifier that is not
there was never the subject of an order. ``items`` is for people, the newest change first.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field

from groundstop.documents.base import ContentId, Document, Identifier, Moment, Part
from groundstop.documents.directives.directive import OrderKind
from groundstop.documents.directives.subject import Act


class ModelState(StrEnum):
    """What an order does to a model, from the mildest."""

    OPEN = "open"
    """There was an order, or will be one, and none is in force."""
    GUARDED = "guarded"
    """It is there for everybody, behind a guard."""
    RESTRICTED = "restricted"
    """Some are kept from it."""
    CLOSED = "closed"
    """Everybody is kept from it, except who has a licence."""


class ItemState(StrEnum):
    """Where an order stands."""

    IN_FORCE = "in force"
    PARTLY_LIFTED = "partly lifted"
    """For some of its models, or for licensees only."""
    LIFTED = "lifted"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    UPCOMING = "upcoming"


class ItemKind(StrEnum):
    """What an item is."""

    ORDER = "order"
    AMENDMENT = "amendment"
    STOP = "stop"
    LIFT = "lift"


class FeedModel(Part):
    """A model in an item."""

    label: str
    identifiers: tuple[str, ...]
    """``provider/name``, ``provider/name@snapshot``, ``provider/alias``, package URLs, and ``sha256:`` of
    weights."""
    state: ModelState
    """What this order alone does to it now; of a lift, what it leaves of the order."""


class FeedAppeal(Part):
    """Where to object."""

    name: str
    contact: str
    answer_days: int | None


class FeedItem(Part):
    """An order, an amendment, a stop or a lift."""

    id: str
    """Of the document: ``GSD-…``, ``GSS-…`` or ``GSU-…``."""
    content: ContentId
    """What is cited: it does not change, and two documents never share it."""
    what: ItemKind
    kind: OrderKind | None
    """Of the order; none for a stop."""
    sequence: int | None
    lifts: str | None = None
    """The order or stop that a lift is about."""
    issuer: Identifier
    state: ItemState
    acts: tuple[Act, ...]
    models: tuple[FeedModel, ...]
    reach: str
    """Who is kept out, in words."""
    published: Moment
    changed: Moment
    """When its state, its licences or its lifts changed last."""
    since: Moment
    until: Moment | None
    """None for a lift, which does not end."""
    gist: str
    licences: int = Field(ge=0)
    """Licences that count now."""
    ratified: bool = True
    """Whether a quorum has signed it."""
    appeal: FeedAppeal | None = None
    contact: str | None = None
    more: str | None = None
    """A page about it, by its issuer."""

    @property
    def anchor(self) -> str:
        """A name for its place on a page; its own."""
        return f"{self.id}-{self.content[7:15]}"


class DirectivesFeed(Document):
    """What stands, for whoever has to follow it."""

    title: ClassVar[str] = "Feed of directives"
    kind: Literal["directives-feed"] = "directives-feed"
    version: Literal[1] = 1
    about: str = Field(min_length=1, max_length=200)
    """Whose feed it is."""
    home: str = Field(min_length=1, max_length=500)
    updated: Moment
    """When something in it changed last; a feed in which nothing changes is the same to the byte."""
    models: dict[str, dict[Act, ModelState]]
    items: tuple[FeedItem, ...]
