"""What can go wrong when a repository is read, by kind. Whatever it is, the last denials stay."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from groundstop.directives.repository.layout import ROOT, SNAPSHOT, TIMESTAMP
from groundstop.errors import GroundstopError

UNREADABLE = (GroundstopError, ArithmeticError, ValueError, RecursionError)
"""What reading or working with a document of somebody else may raise, however it was made. It is caught for
each of them, and told, so that one never keeps the others from counting."""


class ProblemKind(StrEnum):
    """Sorts of what can go wrong."""

    ROLLBACK = "rollback"
    """Something older than what was seen already, or a set that lacks what was in it."""
    FREEZE = "freeze, or a wrong clock"
    """What is shown has expired: somebody holds back what is new, nobody renews it, or the clock here is
    ahead."""
    MIX_AND_MATCH = "mix and match"
    """Files that were never published together."""
    TAMPERED = "tampered"
    """A file is not the one that was signed, or is none at all."""
    FORGED = "forged"
    """Signed by too few of the keys that may."""
    WRONG_ROLE = "wrong role"
    """A file that speaks for another role or authority."""
    ENDLESS = "endless data"
    """More bytes, or slower ones, than an honest file has."""
    UNREACHABLE = "unreachable"
    HALF_UPLOADED = "half uploaded"
    """A file is missing that another one names."""
    NOT_THERE = "not there"
    """The repository says nothing of an authority that is obeyed."""
    CLOCK = "clock"
    """The clock here is behind what it was when something was last heard, or was so at the start."""
    DISK = "disk"
    """What is kept on disk cannot be read or written."""


_HINTS = {
    ProblemKind.ROLLBACK: "Ask the repository's keeper; somebody may be showing you an old state",
    ProblemKind.FREEZE: "Check the clock here, then ask the repository's keeper whether it is renewed",
    ProblemKind.MIX_AND_MATCH: "Try again; if it stays, ask the repository's keeper",
    ProblemKind.TAMPERED: "Ask the repository's keeper; a mirror may be damaged or dishonest",
    ProblemKind.FORGED: "Ask the repository's keeper; believe nothing of it",
    ProblemKind.WRONG_ROLE: "Ask the repository's keeper; believe nothing of it",
    ProblemKind.ENDLESS: "Read from another mirror",
    ProblemKind.UNREACHABLE: "Check the address and the network",
    ProblemKind.HALF_UPLOADED: "Try again when the upload has ended",
    ProblemKind.NOT_THERE: "Check the authority's name in obeys.toml",
    ProblemKind.CLOCK: "Set the clock right",
    ProblemKind.DISK: "Check the folder's permissions and free space",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that went wrong."""

    kind: ProblemKind
    repository: str
    authority: str | None
    """None when it concerns the whole repository."""
    what: str
    """One sentence without a full stop."""

    @property
    def hint(self) -> str:
        """What to do."""
        return _HINTS[self.kind]

    def __str__(self) -> str:
        return f"{self.repository}: {self.kind.value}: {self.what}. {self.hint}."


class RefreshError(GroundstopError):
    """A repository could not be refreshed.

    Args:
        kind: What sort of problem it is.
        message: One sentence without a full stop.
        authority: Whom it concerns; none for the whole repository.
    """

    def __init__(self, kind: ProblemKind, message: str, authority: str | None = None) -> None:
        super().__init__(message, _HINTS[kind])
        self.kind = kind
        self.authority = authority

    def __reduce__(self) -> tuple[type[RefreshError], tuple[ProblemKind, str, str | None]]:  # type: ignore[override]
        return type(self), (self.kind, self.message, self.authority)

    def problem(self, repository: str) -> Problem:
        """Return it as a problem of a repository."""
        return Problem(self.kind, repository, self.authority, self.message)


def refresh_error(error: Exception, file: str) -> RefreshError:
    """Say what went wrong in a TUF client.

    Args:
        error: What it raised.
        file: The file that it last asked for, or ``""``.
    """
    from tuf.api import exceptions as tuf

    match error:
        case RefreshError():
            return error
        case tuf.ExpiredMetadataError():
            return RefreshError(
                ProblemKind.FREEZE,
                f"What is shown has expired ({error}): it is held back, or the clock is ahead",
            )
        case tuf.BadVersionNumberError():
            return _bad_version(error, file)
        case tuf.LengthOrHashMismatchError():
            kind = ProblemKind.MIX_AND_MATCH if _role(file) == SNAPSHOT else ProblemKind.TAMPERED
            return RefreshError(kind, f"{file} is not the file that was signed")
        case tuf.UnsignedMetadataError():
            return RefreshError(ProblemKind.FORGED, f"Too few of the keys that may have signed: {error}")
        case tuf.RepositoryError():
            return _bad_metadata(error, file)
        case tuf.DownloadLengthMismatchError():
            return RefreshError(ProblemKind.ENDLESS, f"{file} is larger than an honest file is")
        case tuf.SlowRetrievalError():
            return RefreshError(ProblemKind.ENDLESS, f"{file} did not come within the time that it is given")
        case tuf.DownloadHTTPError() if error.status_code in (403, 404) and _role(file) != TIMESTAMP:
            return RefreshError(ProblemKind.HALF_UPLOADED, f"{file} is named by another file, and missing")
        case tuf.DownloadError():
            return RefreshError(ProblemKind.UNREACHABLE, f"{file or 'The repository'} cannot be fetched")
        case OSError():
            return RefreshError(ProblemKind.DISK, f"What was fetched cannot be kept: {error.strerror}")
    return RefreshError(ProblemKind.TAMPERED, f"{file} cannot be read as what it should be")


def _bad_version(error: Exception, file: str) -> RefreshError:
    """Tell an old file from files that do not go together, by what the client was reading."""
    said = str(error)
    together = _role(file) not in (TIMESTAMP, SNAPSHOT, ROOT) or said.startswith("Expected snapshot version")
    if together:
        return RefreshError(
            ProblemKind.MIX_AND_MATCH, f"{file} was not published with the rest: {said.rstrip('.')}"
        )
    return RefreshError(ProblemKind.ROLLBACK, f"{file} is older than what was seen already")


def _bad_metadata(error: Exception, file: str) -> RefreshError:
    said = str(error)
    if "is missing info for" in said:
        return RefreshError(ProblemKind.ROLLBACK, f"{file} lacks a role that was in it")
    if "Expected '" in said:
        return RefreshError(ProblemKind.WRONG_ROLE, f"{file} is of another role than it should be")
    if "not part of snapshot" in said or "does not contain information" in said:
        return RefreshError(ProblemKind.MIX_AND_MATCH, "A role is delegated, and the snapshot lacks it")
    return RefreshError(ProblemKind.TAMPERED, f"{file} is no metadata of a repository")


def _role(file: str) -> str:
    """Return the role of a metadata file: ``timestamp.json``, ``7.snapshot.json``."""
    stem = file.rpartition("/")[2].removesuffix(".json")
    number, dot, role = stem.partition(".")
    return role if dot and number.isdecimal() else stem
