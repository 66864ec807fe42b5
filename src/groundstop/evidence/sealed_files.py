"""Encrypting parts to their readers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from groundstop.documents import Document, KeyCard, PartName, SealedFile, SealedPart
from groundstop.errors import InputError
from groundstop.evidence.age import encrypt
from groundstop.evidence.commitments import Opened, commit_lines
from groundstop.evidence.subjects import file_subject


@dataclass(frozen=True, slots=True)
class PartContent:
    """The content of a sealed part."""

    name: PartName
    media_type: Literal["application/json", "application/jsonl"]
    content: bytes

    @classmethod
    def of(cls, name: PartName, document: Document) -> PartContent:
        """Return a part that holds one document."""
        return cls(name, "application/json", document.canonical())


def sealed_part(
    content: PartContent, readers: Sequence[KeyCard], *, new_salt: Callable[[], bytes]
) -> tuple[SealedPart, bytes]:
    """Encrypt a part to its readers, and commit to it.

    Args:
        content: The part.
        readers: Who may read it; one who stands there twice counts once.
        new_salt: Gives 32 random bytes.

    Returns:
        What is told of the part openly, and the encrypted file.

    Raises:
        InputError: There is no reader, or one whose key cannot be encrypted to.
    """
    cards = list({card.key_id: card for card in readers}.values())
    if not cards:
        raise InputError(f"The part {content.name} has no reader", "Name one with --to")
    opened = Opened(new_salt(), content.content)
    data = encrypt(opened.opening, [card.recipient for card in cards])
    return (
        SealedPart(
            name=content.name,
            media_type=content.media_type,
            commitment=opened.commitment,
            size=len(content.content),
            lines=commit_lines(content.content) if content.media_type == "application/jsonl" else None,
            file=sealed_file(f"sealed/{content.name}.age", data, cards),
        ),
        data,
    )


def sealed_file(path: str, data: bytes, readers: Sequence[KeyCard]) -> SealedFile:
    """Return the record of an encrypted file."""
    return SealedFile(
        path=path,
        sha256=file_subject(path, data).sha256,
        recipients=tuple(card.key_id for card in readers),
    )
