"""Feeds: what stands, as static files that people subscribe to and programs follow.

A ban and what lifts it are in the same feed, so that whoever suspends a model by it restores it by it too.
"""

from groundstop.directives.feeds.items import FeedItems, feed_items, models_table
from groundstop.directives.feeds.words import text_of, title_of
from groundstop.directives.feeds.writing import Site, atom_feed, json_feed, link_of, status_feed, updated
from groundstop.documents.directives.feed import (
    DirectivesFeed,
    FeedAppeal,
    FeedItem,
    FeedModel,
    ItemKind,
    ItemState,
    ModelState,
)

__all__ = [
    "DirectivesFeed",
    "FeedAppeal",
    "FeedItem",
    "FeedItems",
    "FeedModel",
    "ItemKind",
    "ItemState",
    "ModelState",
    "Site",
    "atom_feed",
    "feed_items",
    "json_feed",
    "link_of",
    "models_table",
    "status_feed",
    "text_of",
    "title_of",
    "updated",
]
