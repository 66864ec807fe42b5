"""What a workspace remembers of its own part in a case: its log, and how much it has said.

A party that goes on from an older copy would contradict itself, and be shown as having forked. So its own
log goes with it from copy to copy.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.errors import InputError, WorkspaceError

if TYPE_CHECKING:
    from groundstop.cases.files import CaseFile
    from groundstop.evidence import OwnKey

_SAID = "said"
_MOST_BYTES = 64 * 1024 * 1024
_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of one case and one key."""

    path: Path
    members: dict[str, bytes]

    @property
    def said(self) -> int:
        """How many statements were made."""
        text = self.members.get(_SAID, b"0")
        return int(text) if text.isdigit() and len(text) <= _MOST_DIGITS else 0

    def restored(self, case: CaseFile) -> CaseFile:
        """Return a case with one's own log, as far as this workspace has kept it."""
        from groundstop.cases.merging import merge

        logs = {name: data for name, data in self.members.items() if name != _SAID}
        return merge([case, case.with_members({**case.members, **logs})]) if logs else case

    def lacking(self, case: CaseFile, key: OwnKey) -> int:
        """Return how many statements one's own log has, and a copy of the case has not."""
        from groundstop.cases.sightings import kept_logs

        own = kept_logs(self.restored(case), {key.card.key_id: key.card})
        return len({entry.document for log in own for entry in log.entries} - set(case.statements))

    def keep(self, case: CaseFile, key: OwnKey, said: int) -> None:
        """Remember one's own log of a case, and how much was said.

        Raises:
            WorkspaceError: It cannot be written.
        """
        from groundstop.cases.files import LOGS
        from groundstop.cases.sightings import kept_logs
        from groundstop.evidence import PRIVATE, write_whole
        from groundstop.evidence.archive import write_archive

        members = {_SAID: str(said).encode("ascii")}
        for log in kept_logs(case, {key.card.key_id: key.card}):
            members |= {f"{LOGS}{log.folder}/{path}": data for path, data in log.files.items()}
        write_whole(self.path, write_archive(members), mode=PRIVATE)


@contextmanager
def held(workspace: Path) -> Iterator[None]:
    """Hold what a workspace remembers, so that it never speaks twice at once.

    Raises:
        LogError: Another program of this workspace is at it.
        WorkspaceError: Nothing can be remembered here.
    """
    from groundstop.cli.parties import data_folder
    from groundstop.evidence.log.disk import locked

    folder = data_folder(workspace) / "cases"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise WorkspaceError(
            f"{folder} cannot be made: {error.strerror}", "Check the permissions of the workspace"
        ) from error
    with locked(folder):
        yield


def memory_of(workspace: Path, case: CaseFile, key: OwnKey) -> Memory:
    """Return what a workspace remembers of its part in a case.

    Raises:
        InputError: What was kept is damaged.
    """
    from groundstop.cli.parties import data_folder
    from groundstop.evidence import read_bounded
    from groundstop.evidence.archive import ContainerError, read_archive

    path = data_folder(workspace) / "cases" / f"{case.id}.{key.card.key_id[:16]}.gsb"
    if not path.exists():
        return Memory(path, {})
    try:
        return Memory(path, read_archive(read_bounded(path, most=_MOST_BYTES), source=str(path)))
    except ContainerError as error:
        raise InputError(
            f"{path}, which keeps your own log of the case, is damaged",
            "Restore it from a backup, or remove it and go on from the newest copy of the case",
        ) from error
