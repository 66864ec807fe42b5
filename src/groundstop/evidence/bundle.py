"""A bundle: a finding with its sealed parts, its log, keys, and what was signed about it since.

Members: ``README.md``; ``documents/NNNNNN-KIND.json``, the envelopes in the order of the log; ``sealed/``;
``keys/``; and ``log/``, a transparency log in the C2SP tlog-tiles layout. Whatever is neither a document
nor the log is a subject of a signed document, with its digest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from groundstop.documents import Finding, Grant, KeyCard, Minimization, PartName, SealedFile, SealedPart
from groundstop.errors import DocumentError, InputError
from groundstop.evidence.archive import MOST_BYTES, read_archive, write_archive
from groundstop.evidence.disk import read_bounded, write_new, write_whole
from groundstop.evidence.keys import OwnKey, public_pem
from groundstop.evidence.log.entry import NewEntry
from groundstop.evidence.small_log import with_entries
from groundstop.evidence.statements import Signed, Statement, read_signed, signers_of

_LOG = "log/"
_GROWING = ("log/checkpoint", "log/tile/")
"""Members that change when something is added."""
_ORIGIN = "groundstop.dev/findings/"


@dataclass(frozen=True)
class Bundle:
    """A bundle's members by name, and what they say."""

    members: Mapping[str, bytes]
    source: str

    @cached_property
    def documents(self) -> tuple[Signed, ...]:
        """The signed documents, in the order of their names, which is the log's.

        Raises:
            DocumentError: One of them is malformed.
        """
        return tuple(
            read_signed(self.members[name], source=f"{name} in {self.source}") for name in self.document_names
        )

    @property
    def document_names(self) -> list[str]:
        """The members that are signed documents, in order."""
        return sorted(name for name in self.members if name.startswith("documents/"))

    @cached_property
    def finding(self) -> Finding:
        """The finding, which is the first document, and whose signatures hold.

        Raises:
            DocumentError: The first document is none, not of a form that this release reads, or was changed
                since the keys that came with it signed it.
        """
        first = self.documents[0].document() if self.documents else None
        if not isinstance(first, Finding) or not self.reporters:
            raise DocumentError(
                f"{self.source} does not start with a finding that this release can read",
                "Use a newer release of groundstop, or check that it is the file you meant",
            )
        return first

    @cached_property
    def reporters(self) -> tuple[KeyCard, ...]:
        """The keys that signed the finding; the first one keeps its log.

        Raises:
            DocumentError: A signature is wrong, or is by a key that did not come with the bundle.
        """
        first = self.documents[0]
        signers = signers_of(first, self.cards)
        if len(signers) < len(first.signatures):
            raise DocumentError(
                f"{self.source} lacks the key card of a signer of its finding", "Ask for the original"
            )
        return signers

    @cached_property
    def cards(self) -> tuple[KeyCard, ...]:
        """The key cards that came with the bundle; who they belong to is for the reader to find out."""
        names = sorted(name for name in self.members if name.startswith("keys/") and name.endswith(".json"))
        return tuple(KeyCard.parse(self.members[name], source=f"{name} in {self.source}") for name in names)

    @cached_property
    def sealed_parts(self) -> list[tuple[str, SealedFile, SealedPart | None]]:
        """The encrypted files with their parts' names: the finding's, then those that its reporter added.

        A part that is told of for the first time comes with what is told. What others signed is left out.
        """
        found: list[tuple[str, SealedFile, SealedPart | None]] = [
            (part.name, part.file, part) for part in self.finding.parts
        ]
        for signed in self.documents[1:]:
            document = signed.document()
            if not isinstance(document, Grant | Minimization) or not self._is_by_reporter(signed):
                continue
            if isinstance(document, Grant):
                found.append((document.part, document.file, None))
            elif document.part is not None and document.part.name is PartName.MINIMAL:
                found.append((document.part.name, document.part.file, document.part))
        return found

    def sealed_files(self, part: str) -> list[SealedFile]:
        """Return the encrypted files of a part: the first, and those of later grants."""
        return [file for name, file, _ in self.sealed_parts if name == part]

    def _is_by_reporter(self, signed: Signed) -> bool:
        try:
            return bool(signers_of(signed, self.reporters))
        except DocumentError:
            return False

    @property
    def log(self) -> dict[str, bytes]:
        """The log's files, by their paths in the log."""
        return {name.removeprefix(_LOG): data for name, data in self.members.items() if name.startswith(_LOG)}


def origin_of(finding_id: str) -> str:
    """Return the origin line of a finding's log."""
    return _ORIGIN + finding_id


def read_bundle(path: Path) -> Bundle:
    """Read a bundle's container. Nothing in it is verified yet.

    Raises:
        InputError: There is no such file, or it is too large.
        DocumentError: It is no bundle, or was damaged.
    """
    data = read_bounded(path, most=MOST_BYTES)
    return Bundle(read_archive(data, source=str(path)), str(path))


def save_bundle(path: Path, bundle: Bundle, *, replaces: bool = False) -> None:
    """Write a bundle's file, whole or not at all.

    Args:
        path: Where to.
        bundle: What.
        replaces: True when the file is an earlier state of the same bundle.

    Raises:
        InputError: There is such a file already, and it is not to be replaced; or it holds something that
            the bundle does not, so that it was added to meanwhile.
        WorkspaceError: It cannot be written.
    """
    data = write_archive(bundle.members)
    if not replaces:
        write_new(path, data)
        return
    for name, content in read_bundle(path).members.items():
        if not name.startswith(_GROWING) and bundle.members.get(name) != content:
            raise InputError(
                f"{path} was changed meanwhile: {name} is not what it was",
                "Nothing was overwritten; run the command again",
            )
    write_whole(path, data)


def key_members(card: KeyCard) -> dict[str, bytes]:
    """Return a key's card and its PEM form, as members."""
    stem = f"keys/{card.name}-{card.key_id[:8]}"
    return {f"{stem}.json": card.canonical(), f"{stem}.pem": public_pem(card)}


def new_bundle(
    finding: Finding, signed: bytes, members: Mapping[str, bytes], *, key: OwnKey, now: datetime
) -> Bundle:
    """Return the bundle of a finding, with its log begun.

    Args:
        finding: The finding.
        signed: Its envelope.
        members: The members that the envelope has as subjects.
        key: Keeps the log.
        now: When it is logged.
    """
    return _with_entry(Bundle(dict(members), finding.id), finding, signed, {}, key=key, now=now)


def with_document(
    bundle: Bundle,
    document: Statement,
    signed: bytes,
    files: Mapping[str, bytes],
    *,
    key: OwnKey,
    now: datetime,
) -> Bundle:
    """Return a bundle with one more signed document, entered in its log.

    Args:
        bundle: The bundle so far.
        document: What is added.
        signed: Its envelope, which has the files as subjects.
        files: Members that go with it.
        key: The key that keeps the bundle's log.
        now: When it is logged.

    Raises:
        InputError: The document is in the bundle already, a file would replace another, or the key is not
            the log's.
    """
    if any(one.data == signed for one in bundle.documents):
        raise InputError(f"{bundle.source} has this document already", "Nothing needs to be done")
    for name, data in files.items():
        if bundle.members.get(name, data) != data:
            raise InputError(
                f"{bundle.source} has another member {name} already", "Nothing was changed; make it anew"
            )
    return _with_entry(bundle, document, signed, files, key=key, now=now)


def _with_entry(
    bundle: Bundle,
    document: Statement,
    signed: bytes,
    files: Mapping[str, bytes],
    *,
    key: OwnKey,
    now: datetime,
) -> Bundle:
    number = len(bundle.document_names)
    finding_id = bundle.finding.id if number else bundle.source
    read = read_signed(signed, source=f"The new {document.kind}")
    members = {name: data for name, data in bundle.members.items() if not name.startswith(_LOG)}
    members |= files
    members[f"documents/{number:06d}-{document.kind}.json"] = signed
    entry = NewEntry(read.digest, read.predicate_type)
    grown = with_entries(bundle.log, [entry], origin_of(finding_id), key, now=now)
    return Bundle(members | {_LOG + name: data for name, data in grown.items()}, bundle.source)
