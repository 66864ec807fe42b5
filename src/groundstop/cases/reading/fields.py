"""Fields of an advisory: what has the wrong type is an error that names the field, and quotes nothing."""

from __future__ import annotations

from typing import NoReturn

from groundstop.errors import DocumentError


class Fields:
    """An object of an advisory, with its place for error messages.

    Args:
        value: The parsed JSON value.
        source: Where it came from.
        place: Its path in the document.

    Raises:
        DocumentError: It is no object.
    """

    def __init__(self, value: object, source: str, place: str = "") -> None:
        self._source, self._place = source, place
        if not isinstance(value, dict):
            self._wrong(place or "the top level", "an object")
        self._value: dict[str, object] = value

    def __contains__(self, key: str) -> bool:
        return self._value.get(key) is not None

    def inner(self, key: str) -> Fields:
        """Return the object of a field; an empty one where there is none."""
        found = self._value.get(key)
        return Fields({} if found is None else found, self._source, self._at(key))

    def needed(self, key: str) -> Fields:
        """Return the object of a field that must be there."""
        return Fields(self._value.get(key), self._source, self._at(key))

    def items(self, key: str) -> list[object]:
        """Return the list of a field; an empty one where there is none."""
        found = self._value.get(key)
        if found is None:
            return []
        if not isinstance(found, list):
            self._wrong(self._at(key), "a list")
        return found

    def each(self, found: list[object], key: str) -> list[Fields]:
        """Return items of a list as objects."""
        return [Fields(one, self._source, f"{self._at(key)}[{at}]") for at, one in enumerate(found)]

    def text(self, key: str) -> str | None:
        """Return the text of a field; none where there is none."""
        found = self._value.get(key)
        if found is not None and not isinstance(found, str):
            self._wrong(self._at(key), "a text")
        if isinstance(found, str) and not _is_unicode(found):
            self._wrong(self._at(key), "valid Unicode")
        return found

    def texts(self, key: str) -> list[str]:
        """Return the texts of a field: a list of texts, or one."""
        found = self._value.get(key)
        listed: list[object] = found if isinstance(found, list) else [] if found is None else [found]
        texts = [one for one in listed if isinstance(one, str) and _is_unicode(one)]
        if len(texts) < len(listed):
            self._wrong(self._at(key), "a list of texts")
        return texts

    def _at(self, key: str) -> str:
        return f"{self._place}.{key}" if self._place else key

    def _wrong(self, place: str, wanted: str) -> NoReturn:
        raise DocumentError(
            f"{self._source} has something else than {wanted} at {place}", "Correct it, or ask its publisher"
        )


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
