"""A bundle's container: a plain zip in one canonical form.

Members are stored, not compressed, in the order of their names, with fixed times and modes. So there is
nothing to inflate, equal members give equal bytes, and a changed byte anywhere in the file shows.

A file is read from its start, member by member, and its directory is compared with the one that these
members have. A general reader starts from the directory, which may list what overlaps, or is not there.

Source: PKWARE APPNOTE 6.3.3; the bytes are those of Python's ``zipfile`` on Unix.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from zlib import crc32

from groundstop.errors import DocumentError, InputError

MOST_BYTES = 1024 * 1024 * 1024
"""Largest bundle that is written or read."""
MOST_MEMBERS = 10_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_LONGEST_NAME = 200

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_LOCAL_SIGN, _CENTRAL_SIGN, _END_SIGN = b"PK\3\4", b"PK\1\2", b"PK\5\6"
_VERSION = 20
_UNIX = 3 << 8
_DAY = (1 << 5) | 1
"""1980-01-01, as a zip has it."""
_MODE = 0o644 << 16
_ENCRYPTED = 1


class ContainerError(DocumentError):
    """A file is no bundle, or its container was damaged or changed.

    Args:
        message: What is wrong.
        hint: What to do.
        member: The member that is concerned, where one is.
    """

    def __init__(self, message: str, hint: str, member: str | None = None) -> None:
        super().__init__(message, hint)
        self.member = member


def write_archive(members: Mapping[str, bytes]) -> bytes:
    """Return the canonical zip of some members.

    Args:
        members: Their bytes by name; see :func:`safe_name`.

    Raises:
        DocumentError: A name is none that a bundle may have.
        InputError: It would be larger than what is read.
    """
    size = sum(map(len, members.values()))
    if size + len(members) * 2 * (_LOCAL.size + _LONGEST_NAME) > MOST_BYTES or len(members) > MOST_MEMBERS:
        raise InputError(
            f"The bundle would have {size:,} bytes in {len(members):,} members, more than any reader takes",
            "Put less into it",
        )
    pieces: list[bytes] = []
    for name in sorted(members):
        if not safe_name(name):
            raise DocumentError(f"{name!r} is no name for a member of a bundle", "Use letters and digits")
        pieces += (_local_header(name, members[name]), members[name])
    return b"".join([*pieces, *_directory(members)])


def safe_name(name: str) -> bool:
    """Tell whether a member's name is a plain relative path that cannot leave its folder."""
    return len(name) <= _LONGEST_NAME and _NAME.fullmatch(name) is not None


def read_archive(data: bytes, *, source: str) -> dict[str, bytes]:
    """Read a zip's members, as long as it is one that :func:`write_archive` could have made.

    Args:
        data: The file's bytes.
        source: Where they came from, for the error message.

    Returns:
        The members by name.

    Raises:
        ContainerError: It is no such zip. It knows the member that is wrong, where one is.
    """
    members: dict[str, bytes] = {}
    at, last = 0, ""
    while data.startswith(_LOCAL_SIGN, at):
        name, content = _member(data, at, source)
        if name <= last:
            twice = name in members
            what = f"has the member {name} twice" if twice else f"has its members out of order, at {name}"
            raise _wrong(source, what, name)
        if len(members) == MOST_MEMBERS:
            raise _wrong(source, f"has more members than the {MOST_MEMBERS:,} of any bundle", None)
        members[name] = content
        at, last = at + _LOCAL.size + len(name) + len(content), name
    directory = b"".join(_directory(members))
    if data[at:] != directory:
        raise _not_its_directory(data, at, directory, last, source)
    return members


def _local_header(name: str, content: bytes) -> bytes:
    size = len(content)
    fields = (_VERSION, 0, 0, 0, _DAY, crc32(content), size, size, len(name), 0)
    return _LOCAL.pack(_LOCAL_SIGN, *fields) + name.encode("ascii")


def _directory(members: Mapping[str, bytes]) -> Iterator[bytes]:
    """Yield what comes after the last member."""
    offset = length = 0
    for name in sorted(members):
        content = members[name]
        size = len(content)
        fields = (_UNIX | _VERSION, _VERSION, 0, 0, 0, _DAY, crc32(content), size, size, len(name))
        entry = _CENTRAL.pack(_CENTRAL_SIGN, *fields, 0, 0, 0, 0, _MODE, offset) + name.encode("ascii")
        yield entry
        offset += _LOCAL.size + len(name) + size
        length += len(entry)
    yield _END.pack(_END_SIGN, 0, 0, len(members), len(members), length, offset, 0)


def _member(data: bytes, at: int, source: str) -> tuple[str, bytes]:
    if len(data) < at + _LOCAL.size:
        raise _cut_off(source)
    _, _, flags, method, _, _, check, _, size, length, _ = _LOCAL.unpack_from(data, at)
    start = at + _LOCAL.size + length
    name = data[at + _LOCAL.size : start].decode("ascii", "replace")
    if not safe_name(name):
        raise _wrong(source, f"has a member whose name could leave its folder: {name[:80]!r}", None)
    if method or flags & _ENCRYPTED:
        raise _wrong(source, f"has a member that is compressed or encrypted: {name}", name)
    content = data[start : start + size]
    if len(content) < size:
        raise _cut_off(source)
    if crc32(content) != check:
        message = f"The member {name} of {source} is damaged"
        raise ContainerError(message, "Ask for the bundle again", name)
    if data[at:start] != _local_header(name, content):
        raise _wrong(source, f"has a header other than a bundle's, of the member {name}", name)
    return name, content


def _not_its_directory(data: bytes, at: int, directory: bytes, last: str, source: str) -> ContainerError:
    if at == 0 and len(data) >= _END.size:
        return _wrong(source, "is no bundle: it does not begin as one", None)
    if directory.startswith(data[at:]):
        return _cut_off(source)
    where = f"after the member {last}" if last else "at its start"
    return _wrong(source, f"has bytes that belong to none of its members, {where}", None)


def _cut_off(source: str) -> ContainerError:
    return ContainerError(
        f"{source} is not a whole bundle", "Ask for it again: it was cut off, or is no bundle"
    )


def _wrong(source: str, what: str, member: str | None) -> ContainerError:
    return ContainerError(f"{source} {what}", "Do not believe it: no bundle is made like this", member)
