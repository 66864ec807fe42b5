"""Salted commitments: a digest that can be shared now, and opened later.

A commitment is the SHA-256 of a 32-byte random salt followed by the bytes. The salt hides what could be
guessed; ``sha256sum`` over an opening (the salt and the bytes) checks it. A part of many lines is also
committed to line by line, as the RFC 6962 tree head of lines that each hold a salt of their own, so that
one line can be shown without the others.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from groundstop.documents import LinesCommitment, canonical_bytes
from groundstop.documents.canonical import JsonValue
from groundstop.errors import InputError
from groundstop.evidence.log.merkle import leaf_hash, tree_head

SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class Opened:
    """What a commitment commits to."""

    salt: bytes
    content: bytes

    @property
    def opening(self) -> bytes:
        """The salt and the content: what is encrypted, and whose SHA-256 is the commitment."""
        return self.salt + self.content

    @property
    def commitment(self) -> str:
        """The commitment, in hexadecimal: the SHA-256 of the opening."""
        digest = hashlib.sha256(self.salt)
        digest.update(self.content)
        return digest.hexdigest()


def parse_opening(opening: bytes, *, commitment: str, source: str) -> Opened:
    """Split an opening, after checking that it is the committed one.

    Args:
        opening: A salt of 32 bytes, and the content.
        commitment: What was committed to, in hexadecimal.
        source: What is opened, for the error message.

    Returns:
        The salt and the content.

    Raises:
        InputError: It is not what was committed to.
    """
    opened = Opened(opening[:SALT_BYTES], opening[SALT_BYTES:])
    if len(opening) < SALT_BYTES or not hmac.compare_digest(opened.commitment, commitment):
        raise InputError(
            f"{source} is not what its commitment was made of",
            "Ask whoever gave it for the original; this one was changed or belongs to something else",
        )
    return opened


def salted_lines(values: Iterable[JsonValue], new_salt: Callable[[], bytes]) -> bytes:
    """Return JSON values as lines, each with a random salt of its own.

    Args:
        values: What the lines say.
        new_salt: Gives 32 random bytes at each call.

    Returns:
        One canonical JSON object a line, ``{"salt": ..., "value": ...}``.
    """
    lines = io.BytesIO()
    for value in values:
        lines.write(canonical_bytes({"salt": base64.b64encode(new_salt()).decode(), "value": value}) + b"\n")
    return lines.getvalue()


def commit_lines(content: bytes) -> LinesCommitment:
    """Commit to the lines of a part."""
    leaves = [leaf_hash(line) for line in lines_of(content)]
    return LinesCommitment(count=len(leaves), root=tree_head(leaves).hex())


def lines_of(content: bytes) -> Iterator[bytes]:
    """Yield the lines of a part, without their ends; other separators than a newline are content."""
    # Unlike splitting, this does not take the room of a second copy.
    return (line.removesuffix(b"\n") for line in io.BytesIO(content))
