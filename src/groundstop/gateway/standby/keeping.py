"""Tests of fallbacks on disk: the last one of each pair of models, signed by the gateway's own key."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from groundstop.documents import KeyCard
from groundstop.documents.gateway import FallbackTest
from groundstop.errors import GroundstopError
from groundstop.evidence import OwnKey, read_bounded
from groundstop.evidence.disk import write_whole
from groundstop.evidence.statements import Subject, read_as, sign, signers_of

FOLDER = "fallbacks"
"""In the operator's folder."""
FINDINGS = "findings"
"""In the operator's folder: findings that are at hand, as bundles."""
_MOST_BYTES = 256 * 1024
_MOST_FILES = 10_000


class KeptTest(NamedTuple):
    """A test as its file has it."""

    path: Path
    test: FallbackTest | None
    """None when the file does not count."""
    why: str | None
    """Why not; none when it does."""


def keep_test(folder: Path, test: FallbackTest, key: OwnKey) -> Path:
    """Sign a test, and keep it in place of the one before for the same two models.

    Args:
        folder: The operator's.
        test: What came of it.
        key: The gateway's.

    Returns:
        Its file.

    Raises:
        WorkspaceError: It cannot be written.
    """
    kept = folder / FOLDER
    kept.mkdir(parents=True, exist_ok=True)
    path = kept / _name(test.model, test.use)
    write_whole(path, sign(test, [_subject(test)], [key]))
    return path


def kept_tests(folder: Path, card: KeyCard) -> tuple[KeptTest, ...]:
    """Return the tests in a folder, in the order of their files' names.

    Args:
        folder: The operator's.
        card: Of the gateway's key: nobody else's word counts.
    """
    return tuple(_read(path, card) for path in _files(folder / FOLDER, ".json"))


def files_of(folder: Path) -> Sequence[tuple[str, int, int]]:
    """Return what changes when a test or a finding is added, taken away or replaced."""
    return [
        (str(path), status.st_mtime_ns, status.st_size)
        for kept, ending in ((FOLDER, ".json"), (FINDINGS, ".gsb"))
        for path in _files(folder / kept, ending)
        if (status := path.stat()) is not None
    ]


def findings_at_hand(folder: Path) -> frozenset[str]:
    """Return the content ids of the findings that an operator has put beside its gateway.

    A bundle that cannot be read is passed over: what it holds is not known to be at hand.
    """
    from groundstop.evidence import read_bundle

    found = set()
    for path in _files(folder / FINDINGS, ".gsb"):
        try:
            found.add(read_bundle(path).finding.content_id)
        except GroundstopError:
            continue
    return frozenset(found)


def _read(path: Path, card: KeyCard) -> KeptTest:
    try:
        data = read_bounded(path, most=_MOST_BYTES)
        signed, test = read_as(data, FallbackTest, source=str(path), hint="Take it out of the folder")
        signers_of(signed, [card])
    except GroundstopError as error:
        return KeptTest(path, None, error.message)
    if path.name != _name(test.model, test.use):
        return KeptTest(path, None, f"{path} is about other models than its name says")
    return KeptTest(path, test, None)


def _files(folder: Path, ending: str) -> Iterator[Path]:
    if not folder.is_dir():
        return
    found = sorted(path for path in folder.iterdir() if path.suffix == ending and path.is_file())
    yield from found[:_MOST_FILES]


def _name(model: str, use: str) -> str:
    return hashlib.sha256(f"{model}\0{use}".encode()).hexdigest()[:16] + ".json"


def _subject(test: FallbackTest) -> Subject:
    return Subject(f"fallback {test.use}", hashlib.sha256(test.use.encode()).hexdigest())
