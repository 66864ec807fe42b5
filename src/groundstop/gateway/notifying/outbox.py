"""Notices that are still to be sent, in a file: none is lost when the process ends at any moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import Field, ValidationError

from groundstop.documents import Part, canonical_bytes, describe, parse_json
from groundstop.errors import DocumentError
from groundstop.evidence import read_bounded
from groundstop.evidence.disk import write_whole
from groundstop.gateway.notifying.touching import Told

FILE_NAME = "notices.json"
"""In the operator's folder."""
_MOST_BYTES = 64 * 1024 * 1024


class Waiting(Part):
    """A notice on its way to one receiver."""

    id: str
    url: str
    body: str
    """The bytes that are sent, as text."""
    since: float
    """When it was put here, in seconds since 1970."""


class _LastTold(Part):
    state: str
    lifted: tuple[str, ...] = ()
    notice: str


class _Kept(Part):
    told: dict[str, _LastTold] = Field(default_factory=dict)
    waiting: tuple[Waiting, ...] = ()


class Outbox:
    """What was told last, and what is still to be sent.

    Args:
        path: Its file; made when there is something to keep.

    Raises:
        InputError: The file cannot be read.
        DocumentError: It is none of this program.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept = _Kept()
        if path.exists():
            source = str(path)
            data = parse_json(read_bounded(path, most=_MOST_BYTES), source=source)
            try:
                self._kept = _Kept.model_validate_json(canonical_bytes(data))
            except ValidationError as error:
                raise DocumentError(*describe(error, source=source)) from error

    @property
    def told(self) -> Mapping[str, Told]:
        """What was told last, by an order's key."""
        return {key: Told(one.state, one.lifted, one.notice) for key, one in self._kept.told.items()}

    def waiting(self, url: str) -> tuple[Waiting, ...]:
        """Return what is still to be sent to a receiver, the oldest first."""
        return tuple(one for one in self._kept.waiting if one.url == url)

    def put(self, told: Mapping[str, Told], waiting: Sequence[Waiting]) -> None:
        """Keep what is told from now on, and what is to be sent because of it: both, or neither.

        Raises:
            WorkspaceError: It cannot be written; then nothing has changed.
        """
        self._write(
            _Kept(
                told={key: _LastTold(**one._asdict()) for key, one in told.items()},
                waiting=(*self._kept.waiting, *waiting),
            )
        )

    def sent(self, one: Waiting) -> None:
        """Take out what has arrived.

        Raises:
            WorkspaceError: It cannot be written; then it is sent once more.
        """
        left = tuple(other for other in self._kept.waiting if (other.id, other.url) != (one.id, one.url))
        self._write(self._kept.model_copy(update={"waiting": left}))

    def keep_only(self, urls: Sequence[str]) -> None:
        """Take out what is for receivers that are no longer in the settings."""
        left = tuple(one for one in self._kept.waiting if one.url in urls)
        if left != self._kept.waiting:
            self._write(self._kept.model_copy(update={"waiting": left}))

    def _write(self, kept: _Kept) -> None:
        write_whole(self._path, canonical_bytes(kept.to_json()))
        self._kept = kept
