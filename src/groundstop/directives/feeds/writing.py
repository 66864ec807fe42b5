"""Feeds as files: the project's own form, JSON Feed 1.1, and Atom. The same items give the same bytes.

Source: https://jsonfeed.org/version/1.1; RFC 4287 (Atom); RFC 6920 (names of contents by their digests).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

from groundstop.directives.feeds.items import FeedItems, models_table
from groundstop.directives.feeds.words import text_of, title_of
from groundstop.documents import canonical_bytes
from groundstop.documents.directives.feed import DirectivesFeed, FeedItem
from groundstop.errors import InputError

_ATOM = "http://www.w3.org/2005/Atom"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 does not have."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where a feed is found, and whose it is."""

    title: str
    author: str
    home: str
    """The page, by its full address."""
    json_feed: str
    atom: str
    status: str
    """The project's own form."""
    since: datetime
    """When the feed began: the date of one without items."""

    def __post_init__(self) -> None:
        for address in (self.home, self.json_feed, self.atom, self.status):
            if not is_address(address):
                raise InputError(f"{address!r} is no address of a feed", "Give a full https address")


def is_address(text: str) -> bool:
    """Tell whether a text is an http or https address with nothing odd in it."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and re.fullmatch(r"[!-~]+", text) is not None


def status_feed(items: FeedItems, site: Site) -> bytes:
    """Return the feed in the project's own form: see :mod:`groundstop.documents.directives.feed`."""
    feed = DirectivesFeed(
        about=site.title,
        home=site.home,
        updated=updated(items, site),
        models=models_table(items),
        items=tuple(items),
    )
    return feed.canonical() + b"\n"


def json_feed(items: FeedItems, site: Site) -> bytes:
    """Return the feed as JSON Feed 1.1, with what is more in it under ``_groundstop``."""
    feed: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": site.title,
        "home_page_url": site.home,
        "feed_url": site.json_feed,
        "description": "Orders about models, what they reach, and what lifts them.",
        "language": "en",
        "authors": [{"name": site.author}],
        "items": [_json_item(one, site) for one in items],
        "_groundstop": {
            "about": site.status,
            "models": {name: dict(acts) for name, acts in models_table(items).items()},
        },
    }
    return canonical_bytes(feed) + b"\n"


def atom_feed(items: Sequence[FeedItem], site: Site) -> bytes:
    """Return the feed as Atom."""
    feed = ElementTree.Element("feed", {"xmlns": _ATOM, "xml:lang": "en"})
    _add(feed, "id", site.home)
    _add(feed, "title", site.title)
    _add(feed, "updated", _stamp(updated(items, site)))
    ElementTree.SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": site.atom})
    ElementTree.SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": site.home})
    _add(ElementTree.SubElement(feed, "author"), "name", site.author)
    for one in items:
        _atom_entry(feed, one, site)
    ElementTree.indent(feed, " ")
    data: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return data + b"\n"


def updated(items: Sequence[FeedItem], site: Site) -> datetime:
    """Return when something in a feed changed last."""
    return max((one.changed for one in items), default=site.since)


def link_of(item: FeedItem, site: Site) -> str:
    """Return where an item is on the feed's own page."""
    return f"{site.home.partition('#')[0]}#{item.anchor}"


def name_of(item: FeedItem) -> str:
    """Return an item's lasting name, from the digest of what was signed.

    Source: RFC 6920, named information.
    """
    digest = bytes.fromhex(item.content.removeprefix("sha256:"))
    return f"ni:///sha-256;{base64.urlsafe_b64encode(digest).rstrip(b'=').decode('ascii')}"


def _json_item(one: FeedItem, site: Site) -> dict[str, Any]:
    more = {} if one.more is None else {"external_url": one.more}
    return {
        "id": name_of(one),
        "url": link_of(one, site),
        **more,
        "title": title_of(one),
        "content_text": text_of(one),
        "date_published": _stamp(one.published),
        "date_modified": _stamp(one.changed),
        "authors": [{"name": one.issuer}],
        "tags": _tags(one),
        "_groundstop": one.to_json(),
    }


def _atom_entry(feed: ElementTree.Element, one: FeedItem, site: Site) -> None:
    entry = ElementTree.SubElement(feed, "entry")
    _add(entry, "id", name_of(one))
    _add(entry, "title", title_of(one))
    _add(entry, "updated", _stamp(one.changed))
    _add(entry, "published", _stamp(one.published))
    _add(ElementTree.SubElement(entry, "author"), "name", one.issuer)
    ElementTree.SubElement(
        entry, "link", {"rel": "alternate", "type": "text/html", "href": link_of(one, site)}
    )
    if one.more is not None and is_address(one.more):
        ElementTree.SubElement(entry, "link", {"rel": "related", "href": one.more})
    for tag in _tags(one):
        ElementTree.SubElement(entry, "category", {"term": tag})
    _add(entry, "content", text_of(one)).set("type", "text")


def _tags(one: FeedItem) -> list[str]:
    return [one.what.value, one.state.value, *([] if one.kind is None else [one.kind.value])]


def _add(parent: ElementTree.Element, name: str, text: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, name)
    element.text = _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
    return element


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
