"""A case as a file: its statements, what goes with them, and the logs of those who hold it.

Members: ``README.md``; ``statements/SHA256.json``, the envelopes; ``files/SHA256``, what statements have
attached; ``logs/KEY-ROOT/``, for each party that holds the case a transparency log in the C2SP tlog-tiles
layout of what it has seen. Every name but the log's is the digest of what it names, so that two copies of a
case can be put together without asking anyone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path

from groundstop.documents.cases import CaseStatement, Opened
from groundstop.errors import DocumentError, InputError
from groundstop.evidence import read_bounded, write_new, write_whole
from groundstop.evidence.archive import MOST_BYTES, read_archive, write_archive
from groundstop.evidence.log.disk import locked
from groundstop.evidence.statements import Signed, predicate_type, read_signed

README = "README.md"
STATEMENTS, FILES, LOGS = "statements/", "files/", "logs/"

_STATEMENT = re.compile(r"statements/[0-9a-f]{64}\.json")
_FILE = re.compile(r"files/[0-9a-f]{64}")
_LOG = re.compile(r"logs/[0-9a-f]{16}-[0-9a-f]{16}/(checkpoint|tile/[0-9a-z/.]+)")


@dataclass(frozen=True)
class CaseFile:
    """The members of a case's file, by name. Nothing in it is verified yet."""

    members: Mapping[str, bytes]
    source: str

    @cached_property
    def statements(self) -> Mapping[str, Signed]:
        """The envelopes by digest, their signatures not verified.

        Raises:
            DocumentError: One of them is malformed.
        """
        read = [
            read_signed(self.members[name], source=f"{name} in {self.source}")
            for name in sorted(self.members)
            if name.startswith(STATEMENTS)
        ]
        return {one.digest: one for one in read}

    @cached_property
    def opening(self) -> tuple[str, CaseStatement]:
        """The envelope's digest of the opening, and the opening.

        Raises:
            DocumentError: There is none, or there are two.
        """
        found = [
            (digest, document)
            for digest, signed in self.statements.items()
            if isinstance(document := signed.document(), CaseStatement) and isinstance(document.said, Opened)
        ]
        if len(found) != 1:
            raise DocumentError(
                f"{self.source} has {len(found)} openings, and a case has one",
                "Check that it is the file you meant, or ask whoever gave it for the original",
            )
        return found[0]

    @property
    def id(self) -> str:
        """The case's id."""
        return self.opening[1].case

    def file(self, sha256: str) -> bytes | None:
        """Return an attached file; none when this copy lacks it."""
        return self.members.get(FILES + sha256)

    @cached_property
    def logs(self) -> Mapping[str, Mapping[str, bytes]]:
        """The files of each log by their paths in it; the logs by the names of their folders."""
        logs: dict[str, dict[str, bytes]] = {}
        for name, data in self.members.items():
            if name.startswith(LOGS):
                folder, _, path = name.removeprefix(LOGS).partition("/")
                logs.setdefault(folder, {})[path] = data
        return logs

    def with_members(self, members: Mapping[str, bytes]) -> CaseFile:
        """Return the case's file with other members."""
        return CaseFile(dict(members), self.source)


def statement_member(signed: bytes) -> tuple[str, bytes]:
    """Return an envelope as a member."""
    return f"{STATEMENTS}{hashlib.sha256(signed).hexdigest()}.json", signed


def file_members(files: Iterable[bytes]) -> dict[str, bytes]:
    """Return attached files as members."""
    return {FILES + hashlib.sha256(data).hexdigest(): data for data in files}


def is_case(members: Mapping[str, bytes]) -> bool:
    """Tell whether some members are those of a case, and not of a finding's bundle."""
    return any(name.startswith(STATEMENTS) for name in members)


def read_case(path: Path) -> CaseFile:
    """Read a case's file.

    Args:
        path: The file.

    Returns:
        The case. Every member is what its name says; no signature is verified yet.

    Raises:
        InputError: There is no such file, or it is too large.
        DocumentError: It is no case, or was damaged.
    """
    return parse_case(read_bounded(path, most=MOST_BYTES), source=str(path))


def parse_case(data: bytes, *, source: str) -> CaseFile:
    """Read a case from its file's bytes; see :func:`read_case`."""
    return case_of(read_archive(data, source=source), source=source)


def case_of(members: Mapping[str, bytes], *, source: str) -> CaseFile:
    """Read a case from the members of its file; see :func:`read_case`."""
    if not is_case(members):
        raise DocumentError(
            f"{source} is no case: it has no statements",
            "Give the file that groundstop case open or groundstop case export wrote",
        )
    for name, content in members.items():
        _check_member(name, content, source)
    case = CaseFile(members, source)
    for signed in case.statements.values():
        if signed.predicate_type == predicate_type(CaseStatement):
            signed.document()
    _ = case.opening
    return case


def _check_member(name: str, content: bytes, source: str) -> None:
    if _STATEMENT.fullmatch(name) or _FILE.fullmatch(name):
        said = name.split("/")[1].removesuffix(".json")
        if hashlib.sha256(content).hexdigest() != said:
            raise DocumentError(
                f"The member {name} of {source} is not what its name says", "Ask for the original"
            )
    elif name != README and not _LOG.fullmatch(name):
        raise DocumentError(f"{source} has a member that no case has: {name}", "Ask for the original")


def save_new(path: Path, case: CaseFile) -> None:
    """Write a case's file that must not be there yet.

    Raises:
        InputError: There is such a file already.
        WorkspaceError: It cannot be written.
    """
    write_new(path, write_archive(case.members))


def save_over(path: Path, case: CaseFile) -> None:
    """Write a case's file over an earlier state of it.

    Raises:
        InputError: The file holds something that the case does not, so that it was added to meanwhile.
        LogError: Another program is writing to its folder.
        WorkspaceError: It cannot be written.
    """
    from groundstop.cases.merging import merge

    data = write_archive(case.members)
    with locked(path.resolve().parent):
        now = read_case(path)
        same = now.opening[0] == case.opening[0]
        if not same or merge([case, now]).members != merge([case]).members:
            raise InputError(
                f"{path} was changed meanwhile: it has what was not there before",
                "Nothing was overwritten; run the command again",
            )
        write_whole(path, data)


def readme(case_id: str) -> str:
    """Return the page that tells a stranger how to check a case with other people's tools."""
    text = (resources.files("groundstop.cases") / "stranger.md").read_text(encoding="utf-8")
    return text.replace("{{case}}", case_id)
