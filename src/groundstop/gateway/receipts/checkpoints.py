"""Checkpoints: the gateway's signed word, now and then, on how far each chain goes."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from groundstop.documents.base import Sha256Hex
from groundstop.documents.gateway import ReceiptCheckpoint
from groundstop.errors import WorkspaceError
from groundstop.evidence import OwnKey
from groundstop.evidence.statements import Subject, sign
from groundstop.gateway.receipts.chain import RECEIPTS, Head, last_line

CHECKPOINTS = "checkpoints.jsonl"
"""The file of a chain's checkpoints: one signed envelope a line, in its folder."""


def append_line(path: Path, data: bytes) -> None:
    """Add a line to a file, on disk for good.

    Half a line that somebody left there who was ended in the middle vouches for nothing, and is taken away.

    Raises:
        OSError: It cannot be written. Nothing of it is there.
    """
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        size = os.fstat(handle).st_size
        whole, _ = last_line(handle, size)
        if whole < size:
            os.ftruncate(handle, whole)
        try:
            rest = memoryview(data + b"\n")
            while rest:
                rest = rest[os.write(handle, rest) :]
            os.fsync(handle)
        except OSError:
            os.ftruncate(handle, whole)
            raise
    finally:
        os.close(handle)


class Checkpoints:
    """Signs checkpoints.

    Args:
        folder: The operator's folder.
        gateway: How the gateway calls itself.
        key: The gateway's.
        clock: Gives the time.
    """

    def __init__(self, folder: Path, gateway: str, key: OwnKey, *, clock: Callable[[], datetime]) -> None:
        self._folder = folder / RECEIPTS
        self._gateway = gateway
        self._key = key
        self._clock = clock

    def sign(self, head: Head) -> None:
        """Sign how far a chain goes, and keep that beside it.

        Args:
            head: What :meth:`~groundstop.gateway.receipts.Receipts.sync` gave.

        Raises:
            WorkspaceError: It cannot be written.
            InputError: The key has ended.
        """
        document = ReceiptCheckpoint(
            gateway=self._gateway,
            chain=head.chain,
            created=self._clock(),
            lines=head.lines,
            head=head.digest,
        )
        envelope = sign(document, [subject_of(head.chain, head.digest)], [self._key])
        path = self._folder / head.chain / CHECKPOINTS
        try:
            append_line(path, envelope)
        except OSError as error:
            raise WorkspaceError(
                f"{path} cannot be written: {error.strerror}", "Check the folder's permissions and free space"
            ) from error


def subject_of(chain: str, digest: Sha256Hex) -> Subject:
    """Return what a checkpoint is about: a chain up to a line."""
    return Subject(f"receipts/{chain}", digest)
