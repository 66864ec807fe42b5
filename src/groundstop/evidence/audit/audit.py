"""Auditing what is at a path: a bundle, a log, or the records of a workspace."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from groundstop.documents import TrustList
from groundstop.errors import InputError
from groundstop.evidence.archive import ContainerError
from groundstop.evidence.audit.belonging import check_belonging
from groundstop.evidence.audit.checks import AuditReport, Check, CheckState
from groundstop.evidence.audit.container import CONTAINER, LAYOUT, check_layout, placed_documents
from groundstop.evidence.audit.documents import read_documents
from groundstop.evidence.audit.logs import check_entries, check_log, logged_documents, remember
from groundstop.evidence.audit.members import check_members, check_sealed
from groundstop.evidence.audit.numbers import check_numbers, check_recorded_numbers
from groundstop.evidence.audit.signatures import known_signers, read_cards, vouched
from groundstop.evidence.audit.verifications import check_verifications
from groundstop.evidence.bundle import Bundle, read_bundle
from groundstop.evidence.disk import TEMPORARY
from groundstop.evidence.log import Entry, file_names, folder_files
from groundstop.evidence.statements import PREDICATE_PREFIX, digest_of

_CHECKPOINT = "checkpoint"
_RECORD = re.compile(r"[0-9a-f]{64}\.json")


def audit_path(path: Path, trust: TrustList, *, heads: Path | None) -> AuditReport:
    """Audit what is at a path, offline.

    Args:
        path: A bundle's file, a log's folder, or the records folder of a workspace.
        trust: Whom the operator believes.
        heads: Where heads that were seen earlier are remembered; none to remember nothing.

    Returns:
        Every check with its outcome. A head is remembered only when nothing failed.

    Raises:
        InputError: There is nothing at the path, or nothing that can be audited.
        LogError: A file of a folder cannot be read.
    """
    if (path / "log" / _CHECKPOINT).is_file():
        return AuditReport(str(path), "records", tuple(_audit_records(path, trust, heads)))
    if (path / _CHECKPOINT).is_file():
        return AuditReport(str(path), "log", tuple(_audit_log(path, trust, heads)))
    if path.is_dir() or not path.exists():
        raise InputError(
            f"{path} is no bundle, no log and no records of a workspace"
            if path.exists()
            else f"There is no {path}",
            "Give a .gsb file, a folder with a log's checkpoint, or .groundstop/records",
        )
    try:
        bundle = read_bundle(path)
    except ContainerError as error:
        return AuditReport(str(path), "bundle", (CONTAINER.failed(error.message, error.member),))
    return AuditReport(str(path), "bundle", tuple(audit_bundle(bundle, trust, heads=heads)))


def audit_bundle(bundle: Bundle, trust: TrustList, *, heads: Path | None) -> list[Check]:
    """Audit a bundle whose container was read; see :func:`audit_path`."""
    cards, card_checks = read_cards(bundle.members)
    found, document_checks = read_documents(placed_documents(bundle))
    good, signature_checks = vouched(found, cards, trust)
    known = [*cards, *(entry.card for entry in trust.keys)]
    keeper = next((list(one.cards) for one in good if one.begins_bundle), known)
    log = bundle.log
    log_checks, seen = check_log(log, keeper, trust, heads)
    origin = log.get(_CHECKPOINT, b"").split(b"\n")[0].decode("utf-8", "replace")
    checks = [
        CONTAINER.passed("whole, and in the one form that a bundle has"),
        *check_layout(bundle),
        *card_checks,
        *document_checks,
        *signature_checks,
        *log_checks,
        *check_entries(log, found, keeper, _member_of),
        *known_signers(good, trust, seen),
        *check_members(bundle, good),
        *check_belonging(found, good, origin),
        *check_sealed(bundle, good),
        *check_verifications(found),
        *check_numbers(found),
    ]
    if heads is not None and _nothing_failed(checks):
        checks.append(remember(log, keeper, heads))
    return checks


def _audit_log(path: Path, trust: TrustList, heads: Path | None) -> list[Check]:
    log, cards = _folder(path), [entry.card for entry in trust.keys]
    checks, _ = check_log(log, cards, trust, heads)
    if heads is not None and _nothing_failed(checks):
        checks.append(remember(log, cards, heads))
    return checks


def _audit_records(path: Path, trust: TrustList, heads: Path | None) -> list[Check]:
    log, cards = _folder(path / "log"), [entry.card for entry in trust.keys]
    files = {name: data for name, data in _folder(path / "documents").items() if not _is_left_over(name)}
    places = {entry: place for place, entry in enumerate(logged_documents(log))}
    found, document_checks = read_documents(
        (f"documents/{name}", places.get(digest_of(data)), data) for name, data in sorted(files.items())
    )
    found.sort(key=lambda one: len(places) if one.place is None else one.place)
    good, signature_checks = vouched(found, (), trust)
    log_checks, seen = check_log(log, cards, trust, heads)
    others = [(f"documents/{name}", "it is no record") for name in files if not _RECORD.fullmatch(name)]
    checks = [
        *LAYOUT.judge(others, f"{len(files)} documents"),
        *document_checks,
        *signature_checks,
        *log_checks,
        *check_entries(log, found, cards, _record_of),
        *known_signers(good, trust, seen),
        *check_verifications(found),
        *check_recorded_numbers(found),
    ]
    if heads is not None and _nothing_failed(checks):
        checks.append(remember(log, cards, heads))
    return checks


def _nothing_failed(checks: list[Check]) -> bool:
    return all(check.state is not CheckState.FAILED for check in checks)


def _member_of(place: int, entry: Entry) -> str:
    """Return how the document of an entry is called in a bundle; of a kind that is not ours, a beginning."""
    if not entry.type.startswith(PREDICATE_PREFIX):
        return f"documents/{place:06d}-"
    kind = entry.type.removeprefix(PREDICATE_PREFIX).split("/")[0]
    return f"documents/{place:06d}-{kind}.json"


def _record_of(_place: int, entry: Entry) -> str:
    """Return how the document of an entry is called among the records of a workspace."""
    return f"documents/{entry.document.removeprefix('sha256:')}.json"


def _is_left_over(name: str) -> bool:
    """Tell whether a file is what a killed program was writing; it was no record yet."""
    return name.startswith(TEMPORARY)


def _folder(path: Path) -> Mapping[str, bytes]:
    read = folder_files(path)
    return {name: data for name in file_names(path) if (data := read(name)) is not None}
