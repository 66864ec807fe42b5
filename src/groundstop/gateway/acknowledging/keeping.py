"""Acknowledgements on disk: each is signed, and holds the digest of the one before."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from groundstop.documents import KeyCard
from groundstop.documents.gateway import Acknowledgement
from groundstop.errors import DocumentError, GroundstopError, InputError, WorkspaceError
from groundstop.evidence import OwnKey
from groundstop.evidence.statements import Signed, Subject, digest_of, read_as, sign, signers_of
from groundstop.gateway.acknowledging.making import is_due
from groundstop.gateway.receipts.checkpoints import append_line

FILE_NAME = "acknowledgements.jsonl"
"""In the operator's folder: one signed envelope a line."""
_MOST_LINE_BYTES = 32 * 1024 * 1024
_HINT = "It was put there by somebody: ask who could"


class Acknowledgements:
    """Signs acknowledgements, and keeps them. One process at a time uses a folder.

    Args:
        folder: The operator's.
        key: The gateway's.
    """

    def __init__(self, folder: Path, key: OwnKey) -> None:
        self._path = folder / FILE_NAME
        self._key = key
        self._envelope, self._said = _last(self._path, key.card)

    @property
    def latest(self) -> bytes | None:
        """The envelope of the last one; none when there is none."""
        return self._envelope

    @property
    def said(self) -> Acknowledgement | None:
        """What the last one says."""
        return self._said

    @property
    def previous(self) -> str | None:
        """The digest of the last one, for the next."""
        return None if self._envelope is None else digest_of(self._envelope)

    def acknowledge(self, document: Acknowledgement) -> bool:
        """Sign and keep an acknowledgement, unless it says what the last one says.

        Args:
            document: What is said, with :attr:`previous` in it.

        Returns:
            Whether there is a new one. It is on disk for good.

        Raises:
            WorkspaceError: It cannot be written: then it was not said.
            InputError: The key has ended.
        """
        if not is_due(self._said, document):
            return False
        envelope = sign(document, [subject_of(document)], [self._key])
        try:
            append_line(self._path, envelope)
        except OSError as error:
            raise WorkspaceError(
                f"{self._path} cannot be written: {error.strerror}",
                "Check the folder's permissions and free space",
            ) from error
        self._envelope, self._said = envelope, document
        return True


def subject_of(document: Acknowledgement) -> Subject:
    """Return what an acknowledgement is about: a table."""
    return Subject("table", document.table.removeprefix("sha256:"))


def read_acknowledgements(path: Path, cards: Sequence[KeyCard]) -> Iterator[tuple[Signed, Acknowledgement]]:
    """Yield the acknowledgements in a file, each checked, and that it holds on to the one before.

    Args:
        path: A gateway's ``acknowledgements.jsonl``. A last line that was cut off is left out.
        cards: Keys of the gateway that are believed.

    Raises:
        InputError: The file cannot be read.
        DocumentError: A line is none, is signed by nobody who is believed, or does not follow.
    """
    previous: str | None = None
    for number, data in _lines(path):
        place = f"{path.name}, line {number}"
        signed, said = read_as(data, Acknowledgement, source=place, hint=_HINT)
        signers_of(signed, cards)
        if said.previous != previous:
            raise DocumentError(f"{place} does not follow the line before it", _HINT)
        if signed.subjects != (subject_of(said),):
            raise DocumentError(f"{place} is about another table than it names", _HINT)
        previous = signed.digest
        yield signed, said


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with path.open("rb") as file:
            number = 0
            while data := file.readline(_MOST_LINE_BYTES):
                number += 1
                if data.endswith(b"\n"):
                    yield number, data.removesuffix(b"\n")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", "Check the path") from error


def _last(path: Path, card: KeyCard) -> tuple[bytes | None, Acknowledgement | None]:
    """Return the last acknowledgement, as far as it can be read: a new one follows whatever is there."""
    if not path.exists():
        return None, None
    lines = deque(_lines(path), maxlen=1)
    if not lines:
        return None, None
    ((_, last),) = lines
    try:
        signed, said = read_as(last, Acknowledgement, source=str(path), hint=_HINT)
        signers_of(signed, [card])
    except GroundstopError:
        return last, None
    return last, said
