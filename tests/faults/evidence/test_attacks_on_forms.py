"""Forms that this release does not know, or that nobody should believe. Each attack is one test."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from securesystemslib.dsse import Envelope

from groundstop.documents import (
    PartName,
    canonical_bytes,
)
from groundstop.errors import DocumentError, InputError
from groundstop.evidence import (
    Bundle,
    add_minimization,
    grant_part,
    open_part,
    read_bundle,
    save_bundle,
)
from groundstop.evidence.archive import write_archive
from groundstop.evidence.audit import CheckState
from groundstop.evidence.bundle import key_members
from tests.evidence_samples import (
    SEALED,
    a_bundle,
    a_grown_bundle,
    a_minimization,
    alder,
    audited,
    birch,
    cedar,
    changed,
    corroborated,
    failures,
    granted,
    relogged,
    sealed,
)
from tests.faults.evidence.attacks import (
    CORROBORATION,
    FINDING,
    documents_of,
    fails,
)


def test_a_predicate_of_a_newer_version_is_not_checked_and_nothing_else_suffers(tmp_path: Path) -> None:
    newer = newer_document(a_bundle(), "https://groundstop.dev/predicates/grant/v2")
    mixed = relogged(
        a_bundle(),
        [*documents_of(a_bundle()), newer, *documents_of(a_grown_bundle())[1:2]],
        more=key_members(birch().card),
    )
    report = audited(mixed, tmp_path)
    assert failures(report) == []
    (said,) = [check for check in report.checks if check.what == "document kinds"]
    assert said.state is CheckState.NOT_CHECKED
    assert "documents/000001-grant.json (https://groundstop.dev/predicates/grant/v2)" in said.detail
    assert not report.proved
    data = bytearray(newer)
    data[-30] ^= 1
    fails(
        changed(mixed, {"documents/000001-grant.json": bytes(data)}),
        tmp_path,
        "log entries",
        "documents/000001-grant.json",
        "of another document",
    )


def newer_document(bundle: Bundle, predicate_type: str) -> bytes:
    """Return a document of a kind that this release does not know, properly signed by the reporter."""
    statement: dict[str, Any] = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "finding", "digest": {"sha256": bundle.finding.content_id[7:]}}],
        "predicateType": predicate_type,
        "predicate": {"whatever": "it says"},
    }
    envelope = Envelope(canonical_bytes(statement), "application/vnd.in-toto+json", {})
    envelope.sign(alder().signer)
    return canonical_bytes(envelope.to_dict())


def test_a_finding_of_a_newer_version_is_not_checked_and_not_read(tmp_path: Path) -> None:
    newer = relogged(a_bundle(), [newer_document(a_bundle(), "https://groundstop.dev/predicates/finding/v2")])
    report = audited(newer, tmp_path)
    states = {check.what: check.state for check in report.checks}
    for what in ("document kinds", "belonging", "sealed parts", "numbers"):
        assert states[what] is CheckState.NOT_CHECKED
    assert {what for what, _, _ in failures(report)} == {"members"}, "its files are not its subjects here"
    with pytest.raises(
        DocumentError, match="does not start with a finding that this release can read"
    ) as caught:
        assert newer.finding
    assert "newer release" in caught.value.hint


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"payload":"","payload":""}', "appears twice"),
        (b"\xff\xfe{}", "is not UTF-8"),
        (b'{"payload":NaN}', "NaN is not a JSON number"),
        (b"[" * 5_000, "more than 64 deep"),
        (b'{"a":' * 5_000, "is not JSON|more than 64 deep"),
        (b"", "is not JSON"),
        (b" " * (32 * 1024 * 1024 + 1), "more than the 33,554,432"),
    ],
    ids=["duplicate keys", "bytes", "NaN", "deep lists", "deep objects", "empty", "oversized"],
)
@pytest.mark.parametrize("name", [FINDING, CORROBORATION, "keys"])
def test_json_that_is_no_document(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    member = min(key_members(alder().card)) if name == "keys" else name
    found = failures(audited(changed(a_grown_bundle(), {member: data}), tmp_path))
    what = "key cards" if name == "keys" else "documents"
    assert any((check, where) == (what, member) and re.search(said, detail) for check, where, detail in found)


def test_a_bundle_is_never_replaced_by_one_that_lacks_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "finding.gsb"
    save_bundle(path, a_grown_bundle())
    before = path.read_bytes()
    for other in (a_bundle(), granted(a_bundle()), sealed(interests="Another.")):
        with pytest.raises(InputError, match="was changed meanwhile"):
            save_bundle(path, other, replaces=True)
        with pytest.raises(InputError, match="exists already"):
            save_bundle(path, other)
    assert path.read_bytes() == before == write_archive(read_bundle(path).members)


def test_nothing_is_added_to_a_bundle_that_fails_already() -> None:
    spoiled = changed(a_bundle(), {"README.md": b"another page"})
    opened = open_part(a_bundle(), PartName.RECIPE, alder().identity)
    shorter, data = a_minimization(a_bundle())
    later = SEALED + timedelta(hours=5)
    attempts: list[Callable[[], Bundle]] = [
        lambda: grant_part(spoiled, PartName.RECIPE, opened, cedar().card, alder(), now=later),
        lambda: corroborated(spoiled),
        lambda: add_minimization(spoiled, shorter, data, alder(), now=later),
    ]
    for attempt in attempts:
        with pytest.raises(InputError, match=r"would fail its audit with this: README\.md") as caught:
            attempt()
        assert "Nothing was changed" in caught.value.hint


def test_only_the_key_that_keeps_the_log_adds_to_it() -> None:
    opened = open_part(a_bundle(), PartName.RECIPE, birch().identity)
    with pytest.raises(InputError, match="key birch-lab does not keep the log"):
        grant_part(
            a_bundle(), PartName.RECIPE, opened, cedar().card, birch(), now=SEALED + timedelta(hours=2)
        )
