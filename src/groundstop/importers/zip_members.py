"""The members of a zip, one at a time and within bounds; their names are compared, never used as paths."""

from __future__ import annotations

import io
import struct
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from groundstop.errors import DocumentError, InputError
from groundstop.importers.json_text import UnreadableError
from groundstop.importers.limits import (
    MAX_EXPANSION,
    MAX_MEMBERS,
    MAX_RECORD_BYTES,
    MAX_UNPACKED_BYTES,
    MIB,
)

_STORED, _DEFLATED, _ZSTANDARD = 0, 8, 93
_CENTRAL_ENTRY = b"PK\x01\x02"
_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Member:
    """A member as the zip's directory lists it."""

    number: int
    """Its place in the directory, from 1."""
    name: str
    info: Any
    replaced: bool
    """True when a later member has the same name, and takes its place as for every reader of zips."""


@dataclass(frozen=True, slots=True)
class ZipMembers:
    """An open zip."""

    archive: Any
    listed: tuple[Member, ...]
    failures: tuple[type[Exception], ...]

    def read(self, member: Member) -> bytes:
        """Read a member.

        Raises:
            UnreadableError: It is too large, expands too much, is packed in a way that is not read, or is
                damaged.
        """
        info = member.info
        if info.compress_type not in (_STORED, _DEFLATED, _ZSTANDARD) or info.flag_bits & _ENCRYPTED:
            raise UnreadableError("packed in a way that is not read")
        if info.file_size > MAX_RECORD_BYTES:
            raise UnreadableError(f"larger than {MAX_RECORD_BYTES:,} bytes")
        if info.file_size > MIB and info.file_size > MAX_EXPANSION * info.compress_size:
            raise UnreadableError(f"unpacks to more than {MAX_EXPANSION:,} times its size")
        try:
            with self.archive.open(info) as file:
                # The size in the directory is a claim; this bound is not.
                data: bytes = file.read(MAX_RECORD_BYTES + 1)
        except self.failures:
            raise UnreadableError("damaged") from None
        if len(data) > MAX_RECORD_BYTES:
            raise UnreadableError(f"larger than {MAX_RECORD_BYTES:,} bytes")
        return data


@contextmanager
def open_zip(data: bytes, *, source: str) -> Iterator[ZipMembers]:
    """Open a zip whose members may be compressed with Zstandard.

    Args:
        data: The file.
        source: Its name, for error messages.

    Yields:
        Its members.

    Raises:
        InputError: The package that reads Zstandard is not installed.
        DocumentError: It is damaged, or its members are too many or too large together.

    Source: PKWARE APPNOTE 6.3.10, method 93.
    """
    zipfile = _zipfile()
    failures = _failures(zipfile)
    # Counted before the directory is read, which takes several hundred bytes of memory for each entry.
    if data.count(_CENTRAL_ENTRY) > MAX_MEMBERS:
        raise DocumentError(
            f"{source} has more than {MAX_MEMBERS:,} members", "Check that it is what you meant"
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except failures:
        raise DocumentError(
            f"{source} is a zip that is damaged or not complete", "Copy it again once the run has ended"
        ) from None
    with archive:
        infos = archive.infolist()
        last = {info.filename: number for number, info in enumerate(infos, start=1)}
        members = tuple(
            Member(number, info.filename, info, replaced=last[info.filename] != number)
            for number, info in enumerate(infos, start=1)
        )
        if sum(member.info.file_size for member in members) > MAX_UNPACKED_BYTES:
            raise DocumentError(
                f"{source} unpacks to more than {MAX_UNPACKED_BYTES:,} bytes",
                "Check that it is what you meant",
            )
        yield ZipMembers(archive, members, failures)


def _zipfile() -> ModuleType:
    """Return the module for zips that knows Zstandard, imported only when a zip is read."""
    if sys.version_info >= (3, 14):
        import zipfile
    else:
        try:
            from backports.zstd import zipfile
        except ModuleNotFoundError as error:
            raise InputError(
                "Reading a log of Inspect needs the package backports.zstd, which is not installed",
                "Install it with pip install 'groundstop[import]'",
            ) from error
    return zipfile


def _failures(zipfile: ModuleType) -> tuple[type[Exception], ...]:
    """Return what a damaged or hostile zip makes its reader raise."""
    zstd: Any = getattr(zipfile, "zstd", None)
    known: tuple[type[Exception], ...] = (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        OSError,
        ValueError,
        OverflowError,
        IndexError,
        RuntimeError,
        MemoryError,
    )
    return known if zstd is None else (*known, zstd.ZstdError)
