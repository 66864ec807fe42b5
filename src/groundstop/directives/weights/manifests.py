"""Manifests: digests of files, as somebody else has written them down.

No signature is verified here: a manifest that lies hides what it does not name, and catches nothing that is
not there. Verify it with the tool that made it, or hash the files themselves.

Source: the OpenSSF Model Signing specification, version 1.0 and its draft 0.1; sigstore bundles; DSSE.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from groundstop.directives.weights.walking import Unread
from groundstop.documents import parse_json
from groundstop.errors import DocumentError
from groundstop.evidence import read_bounded

MOST_BYTES = 32 * 1024 * 1024
MOST_FILES = 200_000
_PAYLOAD_TYPE = "application/vnd.in-toto+json"
_SIGNATURE = "https://model_signing/signature/v1.0"
_DIGESTS = "https://model_signing/Digests/v0.1"
_STATEMENTS = ("https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LINE = re.compile(rb"\\?([0-9a-fA-F]{64}) [ *]([^\n]{1,4096})")
NOT_VERIFIED = "The manifest's signature was not verified here"


class Listed(NamedTuple):
    """A file that a manifest names."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest says."""

    files: tuple[Listed, ...]
    unread: tuple[Unread, ...]
    """Files whose digest is of another kind."""
    notes: tuple[str, ...]


def read_manifest(path: Path) -> Manifest | None:
    """Read a manifest.

    Args:
        path: A file, or something else.

    Returns:
        What it says; none when it is no manifest, such as a file of weights.

    Raises:
        DocumentError: It is a manifest, and malformed.
        InputError: It cannot be read.
    """
    try:
        if not path.is_file() or path.stat().st_size > MOST_BYTES:
            return None
        with path.open("rb") as file:
            begins = file.read(200)
    except OSError:
        return None
    if begins.lstrip().startswith(b"{"):
        return _from_json(read_bounded(path, most=MOST_BYTES), str(path))
    if _LINE.match(begins):
        return _from_lines(read_bounded(path, most=MOST_BYTES))
    return None


def _from_lines(data: bytes) -> Manifest | None:
    lines = [line for line in data.split(b"\n") if line.strip()]
    matches = [_LINE.fullmatch(line.rstrip(b"\r")) for line in lines]
    found = [Listed(one[2].decode("utf-8", "replace"), one[1].decode().lower()) for one in matches if one]
    # A file in which one line is none may be anything.
    return Manifest(tuple(found), (), ()) if len(found) == len(lines) <= MOST_FILES else None


def _from_json(data: bytes, source: str) -> Manifest | None:
    try:
        value = parse_json(data, source=source)
    except DocumentError:
        # Files of weights and their settings are JSON too, or begin like it.
        return None
    if not isinstance(value, dict):
        return None
    envelope = value.get("dsseEnvelope", value)
    if isinstance(envelope, dict) and envelope.get("payloadType") == _PAYLOAD_TYPE:
        return _statement(_payload(envelope, source), source, (NOT_VERIFIED,))
    if value.get("_type") in _STATEMENTS:
        return _statement(value, source, ("The manifest is not signed",))
    return None


def _payload(envelope: Mapping[str, Any], source: str) -> Any:
    try:
        # The standard's own encoding, and the one that is safe in addresses, are both allowed.
        text = envelope.get("payload", "").replace("-", "+").replace("_", "/")
        data = base64.b64decode(text, validate=True)
    except (AttributeError, TypeError, ValueError, binascii.Error) as error:
        raise _malformed(source, "its payload is not base64") from error
    return parse_json(data, source=f"The payload of {source}")


def _statement(value: Any, source: str, notes: tuple[str, ...]) -> Manifest:
    kind = value.get("predicateType") if isinstance(value, dict) else None
    if kind == _SIGNATURE:
        return _signature(value, source, notes)
    if kind == _DIGESTS:
        return Manifest(_subjects(value, source), (), notes)
    raise _malformed(source, "it is a statement about something else than a model's files")


def _signature(value: Mapping[str, Any], source: str, notes: tuple[str, ...]) -> Manifest:
    predicate = value.get("predicate")
    resources = predicate.get("resources") if isinstance(predicate, dict) else None
    if not isinstance(resources, list) or len(resources) > MOST_FILES:
        raise _malformed(source, "it has no list of resources, or a list too long")
    parts = [_resource(one, source) for one in resources]
    total = hashlib.sha256(b"".join(part.digest for part in parts)).hexdigest()
    if [one.sha256 for one in _subjects(value, source)] != [total]:
        raise _malformed(source, "the digest of its model is not that of the files that it names")
    whole = predicate.get("serialization") if isinstance(predicate, dict) else None
    if isinstance(whole, dict) and whole.get("method") == "shards":
        parts = _joined(parts)
    files = tuple(Listed(one.name, one.digest.hex()) for one in parts if one.algorithm == "sha256")
    others = [
        Unread(one.name, f"its digest is {one.algorithm[:40]}") for one in parts if one.algorithm != "sha256"
    ]
    return Manifest(files, tuple(others), notes)


class _Part(NamedTuple):
    name: str
    algorithm: str
    digest: bytes


def _resource(one: Any, source: str) -> _Part:
    match one:
        case {"name": str(name), "algorithm": str(algorithm), "digest": str(digest)}:
            try:
                return _Part(_text(name), _text(algorithm), bytes.fromhex(digest))
            except ValueError:
                pass
    raise _malformed(source, "a resource of it has no name, algorithm and digest")


def _joined(parts: list[_Part]) -> list[_Part]:
    """Return the files of a manifest of pieces, ``NAME:START:END``; a single piece is the whole file."""
    pieces: dict[str, list[_Part]] = {}
    for part in parts:
        pieces.setdefault(part.name.rsplit(":", 2)[0], []).append(part)
    return [_whole(name, all_of_it) for name, all_of_it in pieces.items()]


def _whole(name: str, pieces: list[_Part]) -> _Part:
    first = pieces[0]
    alone = len(pieces) == 1 and first.name.startswith(f"{name}:0:")
    plain = alone and first.algorithm.startswith("sha256-sharded-")
    return _Part(name, "sha256" if plain else "of pieces of it", first.digest)


def _subjects(value: Mapping[str, Any], source: str) -> tuple[Listed, ...]:
    subjects = value.get("subject")
    if not isinstance(subjects, list) or not 0 < len(subjects) <= MOST_FILES:
        raise _malformed(source, "it has no subject, or too many")
    found = []
    for one in subjects:
        match one:
            case {"name": str(name), "digest": {"sha256": str(digest)}} if _SHA256.fullmatch(digest):
                found.append(Listed(_text(name), digest))
            case _:
                raise _malformed(source, "a subject of it has no SHA-256 digest")
    return tuple(found)


def _text(value: str) -> str:
    """Return a text that can be written: JSON can hold halves of characters."""
    return value.encode("utf-8", "replace").decode("utf-8")


def _malformed(source: str, why: str) -> DocumentError:
    return DocumentError(
        f"{source} is no manifest of a model: {why}", "Make it again, or give the folder with the files"
    )
