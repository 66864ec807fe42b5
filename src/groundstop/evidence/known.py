"""Findings that a workspace has seen, so that two bundles cannot claim one id unnoticed."""

from __future__ import annotations

import secrets
from datetime import datetime
from pathlib import Path

from groundstop.documents import Finding
from groundstop.errors import InputError
from groundstop.evidence.commitments import SALT_BYTES
from groundstop.evidence.disk import PRIVATE, read_bounded, write_new


def new_finding_id(now: datetime) -> str:
    """Return a fresh id: the day, and ten random digits."""
    return f"GSF-{now:%Y%m%d}-{secrets.token_hex(5)}"


def new_salt() -> bytes:
    """Return 32 random bytes."""
    return secrets.token_bytes(SALT_BYTES)


def remember_finding(folder: Path, finding: Finding) -> None:
    """Remember which finding has an id; the id's form makes it safe as a file name.

    Args:
        folder: Where the workspace remembers them.
        finding: One that was read.

    Raises:
        InputError: Another finding with this id was seen before.
        WorkspaceError: It cannot be remembered.
    """
    path = folder / finding.id
    if not path.exists():
        write_new(path, finding.content_id.encode("ascii"), mode=PRIVATE)
    elif read_bounded(path, most=200).decode("ascii", "replace") != finding.content_id:
        raise InputError(
            f"Two findings claim the id {finding.id}, and this is not the one that was seen first",
            "Ask the reporter which is right; nothing was changed",
        )
