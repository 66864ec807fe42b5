"""Whether every member of a bundle is accounted for by something signed."""

from __future__ import annotations

from collections.abc import Sequence

from groundstop.documents import Finding, Grant, Minimization, SealedFile
from groundstop.evidence.age import HEADER
from groundstop.evidence.audit.belonging import reporters_of
from groundstop.evidence.audit.checks import Check, Rule
from groundstop.evidence.audit.signatures import Vouched
from groundstop.evidence.bundle import Bundle
from groundstop.evidence.statements import Statement, digest_of

COVERED = Rule("members", "a file was changed, added or taken away after the documents were signed")
SEALED = Rule("sealed parts", "an encrypted part is missing or is not the one that was signed for")

_PLACES = ("keys/", "sealed/", "README")
_KEYS = "keys/"


def check_members(bundle: Bundle, good: Sequence[Vouched]) -> list[Check]:
    """Check that each member outside the log is a subject of a signed document, and is as it was then.

    Args:
        bundle: The bundle.
        good: The documents whose signatures hold. The reporter speaks for any member; others speak for keys
            only, so that what they sign never lets another file pass for the reporter's.
    """
    reporters = reporters_of(good)
    digests: dict[str, set[str]] = {}
    for one in good:
        by_reporter = any(card.key_id in reporters for card in one.cards)
        for subject in one.signed.subjects:
            if by_reporter or subject.name.startswith(_KEYS):
                digests.setdefault(subject.name, set()).add(subject.sha256)
    problems: list[tuple[str | None, str]] = []
    counted = 0
    for name, data in sorted(bundle.members.items()):
        if name.startswith(("log/", "documents/")):
            continue
        counted += 1
        if name not in digests:
            problems.append((name, "no signed document speaks of it"))
        elif digests[name] != {digest_of(data).removeprefix("sha256:")}:
            problems.append((name, "it is not as it was when a document spoke of it"))
    missing = {name for name in digests if name.startswith(_PLACES)} - bundle.members.keys()
    problems += [(name, "a signed document speaks of it, and it is not there") for name in sorted(missing)]
    return COVERED.judge(problems, f"{counted} members are as signed documents say")


def check_sealed(bundle: Bundle, good: Sequence[Vouched]) -> list[Check]:
    """Check that each sealed part is there as an age file with the digest that was signed."""
    files = [file for one in good for file in _sealed_files(one.document)]
    if not files:
        return [SEALED.not_checked("no signed document that this release reads tells of one")]
    problems: list[tuple[str | None, str]] = []
    for file in files:
        data = bundle.members.get(file.path)
        if data is None:
            problems.append((file.path, "it is missing"))
        elif digest_of(data).removeprefix("sha256:") != file.sha256:
            problems.append((file.path, "it is not the file that was signed for"))
        elif not data.startswith(HEADER):
            problems.append((file.path, "it is no age file"))
    return SEALED.judge(problems, f"{len(files)} encrypted files, unopened")


def _sealed_files(document: Statement | None) -> list[SealedFile]:
    match document:
        case Finding():
            return [part.file for part in document.parts]
        case Grant():
            return [document.file]
        case Minimization() if document.part is not None:
            return [document.part.file]
        case _:
            return []
