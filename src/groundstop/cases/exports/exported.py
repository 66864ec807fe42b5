"""What an export is, and who publishes it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from groundstop.errors import InputError

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]
Json = dict[str, JsonValue]
"""A JSON object."""


class Category(StrEnum):
    """What a publisher is. Source: CSAF 2.0, section 3.2.1.8.1."""

    COORDINATOR = "coordinator"
    DISCOVERER = "discoverer"
    OTHER = "other"
    TRANSLATOR = "translator"
    USER = "user"
    VENDOR = "vendor"


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes an export: a party of the case, or anybody else. It answers for what it publishes.

    Args:
        name: Its name, for readers.
        namespace: A URL under its control, such as ``https://quay.example``.
        category: What it is.
        folder: URL of the folder that the document will be found in; none when it is not known.

    Raises:
        InputError: The name is empty, or a URL is none.
    """

    name: str
    namespace: str
    category: Category = Category.OTHER
    folder: str | None = None

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise InputError("The publisher has no name", "Give the name that readers know it by")
        _check_url(self.namespace, "The publisher's namespace")
        if self.folder is not None:
            _check_url(self.folder, "The folder that it is published in")


def category_of(word: str) -> Category:
    """Return a publisher's category by its name.

    Raises:
        InputError: There is no such category.
    """
    try:
        return Category(word)
    except ValueError:
        raise InputError(
            "There is no category of publishers of that name", f"Give one of {', '.join(Category)}"
        ) from None


@dataclass(frozen=True, slots=True)
class Exported:
    """A case in another format."""

    format: str
    file_name: str
    document: Json | str
    """A JSON object, or plain text."""
    lost: tuple[str, ...]
    """What the format has no place for, or what the case cannot fill in; one sentence each."""

    def data(self) -> bytes:
        """Return the bytes of the file."""
        if isinstance(self.document, str):
            return self.document.encode()
        return (json.dumps(self.document, ensure_ascii=False, indent=2) + "\n").encode()


def _check_url(url: str, what: str) -> None:
    try:
        parts = urlsplit(url)
        right = (
            parts.scheme in ("https", "http") and bool(parts.hostname) and url.isascii() and url.isprintable()
        )
        right = right and " " not in url and parts.username is None and parts.password is None
    except ValueError:
        right = False
    if not right:
        raise InputError(
            f"{what} is not a URL", "Give one such as https://coordinator.example, without a password"
        )
