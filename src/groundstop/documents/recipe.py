"""A recipe: enough to rerun a trial."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import ClassVar, Literal

from pydantic import Field

from groundstop.documents.base import Document, Identifier, Part
from groundstop.documents.canonical import canonical_bytes


class Message(Part):
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


def said(messages: Iterable[Message]) -> str:
    """Return a conversation as its canonical JSON (RFC 8785): what is kept of what was asked."""
    return canonical_bytes([message.to_json() for message in messages]).decode()


def said_digest(messages: Iterable[Message]) -> str:
    """Return the SHA-256 of a conversation, in hexadecimal: how a trial and a pool refer to what is asked."""
    return hashlib.sha256(said(messages).encode()).hexdigest()


class Sampling(Part):
    """How an answer is drawn."""

    temperature: float = Field(default=0.3, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    max_tokens: int = Field(default=36, ge=1, le=1_000_000)
    """Longest answer, in tokens; a leak after it is not seen."""


class Recipe(Document):
    """Behavior, technique, variant and sampling settings: enough to rerun a trial."""

    title: ClassVar[str] = "Recipe"
    kind: Literal["recipe"] = "recipe"
    version: Literal[1] = 1
    suite: Identifier
    behavior: Identifier
    technique: Identifier
    variant: Identifier | None = None
    """None for the technique's literal wording."""
    messages: tuple[Message, ...] = Field(min_length=1)
    sampling: Sampling
