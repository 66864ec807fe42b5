"""Uploads: a form of several parts, read strictly and written anew."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from groundstop.gateway.reading.refusing import BadRequest

MOST_PARTS = 8
MOST_PART_HEADER_BYTES = 4096
MOST_FIELD_BYTES = 1024

_BOUNDARY = re.compile(
    r'multipart/form-data\s*;\s*boundary=(?:"([^"\\]{1,70})"|([^\s";,]{1,70}))\s*', re.IGNORECASE
)
_BOUNDARY_CHARACTERS = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")
_PARAMETER = re.compile(r'\s*;\s*([A-Za-z]{1,20})=(?:"([^"\\\r\n\x00]{0,255})"|([A-Za-z0-9._-]{1,255}))')
_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60}", re.IGNORECASE)
_VALUE = re.compile(r"[ -~]{0,1024}")
_PART_HEADERS = frozenset({"content-disposition", "content-type", "content-length"})
_FIELDS = frozenset({"file", "purpose", "expires_after[anchor]", "expires_after[seconds]"})
"""What a form may hold. Some gateways take models from other fields: those are refused."""
_ANY_TYPE = "application/octet-stream"


class Upload(NamedTuple):
    """A file that is uploaded."""

    data: bytes
    purpose: str
    file_name: str
    file_type: str
    fields: tuple[tuple[str, str], ...] = ()
    """Other fields."""


class _Part(NamedTuple):
    name: str
    file_name: str | None
    kind: str
    data: bytes


def read_upload(data: bytes, content_type: str) -> Upload:
    """Return the file that a form holds.

    Args:
        data: The body.
        content_type: The header of that name.

    Raises:
        BadRequest: It is no such form, a part is there twice or is missing, or it names a model.

    Source: RFC 7578.
    """
    parts: dict[str, _Part] = {}
    for part in _parts(data, _boundary(content_type)):
        if part.name not in _FIELDS:
            raise _refused("The form has a part that an upload does not have")
        if part.name in parts:
            raise _refused(f"The part {part.name} is there twice", part.name)
        if (part.name == "file") is (part.file_name is None):
            raise _refused("The part file, and no other, has a file name", "file")
        parts[part.name] = part
    for name in ("file", "purpose"):
        if name not in parts:
            raise _refused(f"The part {name} is missing", name)
    values = {name: _value(part) for name, part in parts.items() if name != "file"}
    file = parts["file"]
    return Upload(
        data=file.data,
        purpose=values.pop("purpose"),
        file_name=file.file_name or "file",
        file_type=file.kind,
        fields=tuple(values.items()),
    )


def written_upload(upload: Upload, fresh: Callable[[], str]) -> tuple[str, bytes]:
    """Return the form that goes to an upstream: its content type and its bytes.

    Args:
        upload: The file.
        fresh: Gives random hexadecimal digits for the boundary, such as ``secrets.token_hex``.
    """
    boundary = f"groundstop-{fresh()}"
    while boundary.encode() in upload.data:
        boundary = f"groundstop-{fresh()}"
    dash = f"--{boundary}\r\n"
    head = "".join(
        f'{dash}Content-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (("purpose", upload.purpose), *upload.fields)
    )
    head += (
        f'{dash}Content-Disposition: form-data; name="file"; filename="{upload.file_name}"\r\n'
        f"Content-Type: {upload.file_type}\r\n\r\n"
    )
    body = b"".join((head.encode(), upload.data, f"\r\n--{boundary}--\r\n".encode()))
    return f"multipart/form-data; boundary={boundary}", body


def _boundary(content_type: str) -> bytes:
    match = _BOUNDARY.fullmatch(content_type.strip())
    boundary = (match[1] or match[2]) if match is not None else ""
    if _BOUNDARY_CHARACTERS.fullmatch(boundary) is None:
        raise BadRequest(415, "type_not_supported", "The type of the body has no boundary that can be used")
    return boundary.encode("ascii")


def _parts(data: bytes, boundary: bytes) -> Iterator[_Part]:
    first = b"--" + boundary
    if not data.startswith(first + b"\r\n"):
        raise _refused("The form does not begin with its boundary")
    begin = len(first) + 2
    for _ in range(MOST_PARTS):
        end = data.find(b"\r\n" + first, begin)
        if end < 0:
            raise _refused("The form has no end")
        yield _part(data, begin, end)
        after = end + 2 + len(first)
        if data[after : after + 2] == b"--":
            if data[after + 2 :] not in {b"", b"\r\n"}:
                raise _refused("Something follows the end of the form")
            return
        if data[after : after + 2] != b"\r\n":
            raise _refused("A boundary of the form is not a line of its own")
        begin = after + 2
    raise _refused(f"The form has more than {MOST_PARTS} parts")


def _part(data: bytes, begin: int, end: int) -> _Part:
    stop = data.find(b"\r\n\r\n", begin, min(end, begin + MOST_PART_HEADER_BYTES))
    if stop < 0:
        raise _refused("A part of the form has no headers, or too long ones")
    headers: dict[str, str] = {}
    try:
        lines = data[begin:stop].decode("utf-8").split("\r\n")
    except UnicodeDecodeError as error:
        raise _refused("The headers of a part are not UTF-8") from error
    for line in lines:
        name, colon, value = line.partition(":")
        low = name.lower()
        if not colon or low not in _PART_HEADERS or low in headers:
            raise _refused("A part of the form has a header that it must not have, or one twice")
        headers[low] = value.strip()
    name, file_name = _disposition(headers.get("content-disposition", ""))
    kind = headers.get("content-type", _ANY_TYPE).partition(";")[0].strip()
    if _TYPE.fullmatch(kind) is None:
        raise _refused("The type of a part of the form cannot be read")
    return _Part(name, file_name, kind, data[stop + 4 : end])


def _disposition(value: str) -> tuple[str, str | None]:
    kind, _, _ = value.partition(";")
    rest, found = value[len(kind) :], dict[str, str]()
    while rest:
        match = _PARAMETER.match(rest)
        if match is None or match[1].lower() in found:
            raise _refused("The name of a part of the form cannot be read")
        found[match[1].lower()] = match[3] if match[2] is None else match[2]
        rest = rest[match.end() :]
    if kind.strip().lower() != "form-data" or "name" not in found or found.keys() - {"name", "filename"}:
        raise _refused("A part of the form has no name, or more than a name and a file name")
    file_name = found.get("filename")
    if file_name is not None and not file_name.isprintable():
        raise _refused("The file's name has control characters", "file")
    return found["name"], file_name


def _value(part: _Part) -> str:
    text = part.data.decode("latin-1") if len(part.data) <= MOST_FIELD_BYTES else "\x00"
    if _VALUE.fullmatch(text) is None:
        raise _refused(f"The part {part.name} is too long, or has odd characters", part.name)
    return text


def _refused(message: str, param: str | None = None) -> BadRequest:
    return BadRequest(400, "invalid_form", message, param)
