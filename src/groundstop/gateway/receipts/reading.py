"""Reading receipts, strictly: a line that is not what a gateway writes ends the reading."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import orjson
from pydantic import ValidationError

from groundstop.documents import describe
from groundstop.documents.gateway import Receipt
from groundstop.errors import DocumentError, GroundstopError, InputError
from groundstop.gateway.receipts.chain import RECEIPTS, files_of

MOST_LINE_BYTES = 256 * 1024
"""Longest line that is read; one is about a thousand bytes long."""


class Line(NamedTuple):
    """A line of a chain."""

    chain: str
    path: Path
    number: int
    """In its file, from 1."""
    data: bytes
    """Without its end."""
    whole: bool
    """Whether it has an end: without one, it was cut off."""

    @property
    def place(self) -> str:
        """Where it is, for people."""
        return f"{self.chain}/{self.path.name}, line {self.number}"

    def receipt(self) -> Receipt:
        """Return the document in it.

        Raises:
            DocumentError: It holds none, or not in its one form.
        """
        # Sorted and without a space, a receipt is in the form of RFC 8785: it has no fractions, and its names
        # are plain. A name that stands twice does not come back twice. The slow way takes ten times as long.
        try:
            again = orjson.dumps(orjson.loads(self.data), option=orjson.OPT_SORT_KEYS)
        except ValueError as error:
            raise DocumentError(f"{self.place} is not JSON", "It was changed: ask who could") from error
        if again != self.data:
            raise DocumentError(f"{self.place} is not in its one form", "It was changed: ask who could")
        try:
            return Receipt.model_validate_json(self.data)
        except ValidationError as error:
            what, _ = describe(error, source=self.place)
            raise DocumentError(what, "It was changed: ask who could") from error


def chains_in(folder: Path) -> list[Path]:
    """Return the folders of chains of an operator's folder, or of its folder ``receipts``.

    Raises:
        InputError: There are none.
    """
    place = folder / RECEIPTS if (folder / RECEIPTS).is_dir() else folder
    try:
        found = [path for path in place.iterdir() if path.is_dir() and files_of(path)]
    except OSError as error:
        raise InputError(f"{place} cannot be read: {error.strerror}", "Check the path") from error
    if not found:
        raise InputError(f"There are no receipts in {folder}", "Give the folder of a gateway that has served")
    return sorted(found, key=lambda path: (len(path.name), path.name))


def read_chain(chain: Path) -> Iterator[Line]:
    """Yield the lines of a chain as they stand, whatever is in them.

    Raises:
        InputError: A file cannot be read, or has a line that no gateway writes.
    """
    for _, path in files_of(chain):
        try:
            with path.open("rb") as file:
                number = 0
                while data := file.readline(MOST_LINE_BYTES + 1):
                    number += 1
                    if len(data) > MOST_LINE_BYTES:
                        raise InputError(
                            f"{chain.name}/{path.name} has a line of more than {MOST_LINE_BYTES:,} bytes",
                            "No gateway has written that",
                        )
                    yield Line(chain.name, path, number, data.removesuffix(b"\n"), data.endswith(b"\n"))
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}", "Check its permissions") from error


def read_receipts(folder: Path) -> Iterator[Receipt]:
    """Yield every receipt of a folder, chain by chain. That they hold together is checked apart.

    A line that was cut off at the end of a chain told nobody anything, and is left out.

    Args:
        folder: The operator's.

    Raises:
        InputError: There are none, or a file cannot be read.
        DocumentError: A line is no receipt.
    """
    for chain in chains_in(folder):
        for line in read_chain(chain):
            if line.whole:
                yield line.receipt()


def receipt_or_why(line: Line) -> Receipt | str:
    """Return the receipt in a line, or why there is none."""
    try:
        return line.receipt()
    except GroundstopError as error:
        return error.message
