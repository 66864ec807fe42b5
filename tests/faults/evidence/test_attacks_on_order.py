"""Documents out of their place or their time, and logs that were rewritten. Each attack is one test."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from groundstop.documents import (
    Grant,
    PartName,
)
from groundstop.errors import DocumentError, InputError
from groundstop.evidence import (
    Bundle,
    add_corroboration,
    sign_corroboration,
    with_cosignature,
)
from groundstop.evidence.audit import CheckState
from groundstop.evidence.bundle import key_members, origin_of
from groundstop.evidence.log import NewEntry
from groundstop.evidence.small_log import with_entries
from groundstop.evidence.statements import digest_of, predicate_type, sign
from tests.evidence_samples import (
    SEALED,
    a_bundle,
    a_draft,
    a_grown_bundle,
    a_key,
    a_statement,
    alder,
    audited,
    birch,
    changed,
    edited,
    failures,
    granted,
    relogged,
    sealed,
    witness,
)
from tests.faults.evidence.attacks import (
    CORROBORATION,
    documents_of,
    fails,
    mallory,
)


def test_documents_that_changed_places(tmp_path: Path) -> None:
    one, other = CORROBORATION, "documents/000002-grant.json"
    members = a_grown_bundle().members
    swapped = changed(a_grown_bundle(), {one: members[other], other: members[one]})
    for name in (one, other):
        fails(swapped, tmp_path, "log entries", name, "of another document")


def test_a_document_of_another_bundle(tmp_path: Path) -> None:
    other = sealed(finding_id="GSF-20260702-abcdefabcd")
    replayed = relogged(
        other, [*documents_of(other), documents_of(a_grown_bundle())[1]], more=key_members(birch().card)
    )
    fails(replayed, tmp_path, "belonging", CORROBORATION, "it is about another finding")
    with pytest.raises(InputError, match="of another finding"):
        add_corroboration(other, documents_of(a_grown_bundle())[1], [birch().card], alder(), now=SEALED)


def test_a_second_finding_in_a_bundle(tmp_path: Path) -> None:
    other = sealed(finding_id="GSF-20260702-abcdefabcd")
    two = relogged(a_bundle(), [*documents_of(a_bundle()), *documents_of(other)])
    fails(two, tmp_path, "belonging", "documents/000001-finding.json", "a bundle holds one finding")


def test_a_bundle_that_begins_with_something_else(tmp_path: Path) -> None:
    headless = relogged(a_grown_bundle(), documents_of(a_grown_bundle())[1:])
    fails(headless, tmp_path, "belonging", "documents/000000-corroboration.json", "begins with a finding")
    with pytest.raises(DocumentError, match="does not start with a finding"):
        assert headless.finding


def test_a_document_that_was_removed(tmp_path: Path) -> None:
    without = changed(a_grown_bundle(), {CORROBORATION: None})
    fails(without, tmp_path, "log entries", CORROBORATION, "the log lists it, and it is not there")


def test_a_document_that_was_removed_from_the_log_too_after_a_witness_saw_it(tmp_path: Path) -> None:
    documents = documents_of(a_grown_bundle())
    without = relogged(a_grown_bundle(), [documents[0], *documents[2:]])
    cosigned = next(name for name in a_grown_bundle().members if name.startswith("log/cosigned"))
    kept = changed(without, {cosigned: a_grown_bundle().members[cosigned]})
    fails(kept, tmp_path, "log", cosigned, "it went backwards")


def test_documents_in_another_order_after_a_witness_saw_them(tmp_path: Path) -> None:
    finding, corroboration, grant, *later = documents_of(a_grown_bundle())
    reordered = relogged(a_grown_bundle(), [finding, grant, corroboration, *later])
    cosigned = next(name for name in a_grown_bundle().members if name.startswith("log/cosigned"))
    kept = changed(reordered, {cosigned: a_grown_bundle().members[cosigned]})
    fails(kept, tmp_path, "log", cosigned, "it was rewritten, or it forked")


def test_a_document_added_without_a_log_entry(tmp_path: Path) -> None:
    extra = documents_of(granted(a_bundle()))[1]
    name = "documents/000005-grant.json"
    fails(changed(a_grown_bundle(), {name: extra}), tmp_path, "log entries", name, "it is not in the log")


def test_a_document_that_is_called_another_kind(tmp_path: Path) -> None:
    name = "documents/000001-grant.json"
    renamed = changed(a_grown_bundle(), {CORROBORATION: None, name: a_grown_bundle().members[CORROBORATION]})
    fails(renamed, tmp_path, "log entries", name, "it must be called documents/000001-corroboration.json")


def test_a_statement_dated_before_the_finding_that_it_speaks_of(tmp_path: Path) -> None:
    early = sign_corroboration(a_statement(created=SEALED - timedelta(minutes=2)), birch())
    dated = relogged(a_bundle(), [*documents_of(a_bundle()), early], more=key_members(birch().card))
    fails(dated, tmp_path, "belonging", CORROBORATION, "dated before the finding")
    with pytest.raises(InputError, match=r"would fail its audit .* dated before the finding"):
        add_corroboration(a_bundle(), early, [birch().card], alder(), now=SEALED + timedelta(hours=1))


def test_a_statement_dated_after_it_was_logged(tmp_path: Path) -> None:
    late = sign_corroboration(a_statement(created=SEALED + timedelta(hours=9)), birch())
    dated = relogged(a_bundle(), [*documents_of(a_bundle()), late], more=key_members(birch().card))
    fails(dated, tmp_path, "log entries", CORROBORATION, "made after it was logged")
    with pytest.raises(InputError, match="made after it was logged"):
        add_corroboration(a_bundle(), late, [birch().card], alder(), now=SEALED + timedelta(hours=1))


def test_an_entry_dated_back_to_before_a_witness_saw_the_log_without_it(tmp_path: Path) -> None:
    seen = with_cosignature(a_bundle(), witness(), now=SEALED + timedelta(days=2))
    cosigned = {name: data for name, data in seen.members.items() if name.startswith("log/cosigned")}
    grant = documents_of(granted(a_bundle()))[1]
    more = {
        **cosigned,
        **{name: data for name, data in granted(a_bundle()).members.items() if "recipe.2" in name},
    }
    back = relogged(a_bundle(), [*documents_of(a_bundle()), grant], more=more)
    tile = next(name for name in back.members if name.startswith("log/tile/entries"))
    fails(back, tmp_path, "log", tile, "it was dated back")


def test_a_finding_dated_before_its_reporters_key(tmp_path: Path) -> None:
    young = a_key("a-young-one", created=SEALED + timedelta(hours=1))
    with pytest.raises(InputError, match="a-young-one was made at"):
        sealed(None, young)


def heads_of(bundle: Bundle, folder: Path) -> Path:
    """Return a folder that remembers a bundle's head."""
    report = audited(bundle, folder, heads=folder / "heads")
    assert [check.state for check in report.checks if check.what == "earlier head"] == [CheckState.PASSED]
    return folder / "heads"


def test_a_head_that_goes_on_is_an_update(tmp_path: Path) -> None:
    heads_of(a_bundle(), tmp_path)
    heads_of(a_grown_bundle(), tmp_path)
    report = audited(a_grown_bundle(), tmp_path, heads=tmp_path / "heads")
    assert "as it was when it was last seen here" in [check.detail for check in report.checks]


def test_a_head_that_went_backwards(tmp_path: Path) -> None:
    heads = heads_of(a_grown_bundle(), tmp_path)
    fails(a_bundle(), tmp_path, "log", "log/checkpoint", "it went backwards", heads=heads)
    assert failures(audited(a_grown_bundle(), tmp_path, heads=heads)) == [], "the alarm is not forgotten"


def test_a_head_that_forked(tmp_path: Path) -> None:
    heads = heads_of(granted(a_bundle()), tmp_path)
    other = granted(a_bundle(), to=mallory())
    fails(other, tmp_path, "log", "log/checkpoint", "it was rewritten, or it forked", heads=heads)
    longer = granted(other, PartName.TRIALS)
    fails(longer, tmp_path, "log", "log/checkpoint", "it was rewritten, or it forked", heads=heads)


def test_two_bundles_that_claim_one_id(tmp_path: Path) -> None:
    heads = heads_of(a_bundle(), tmp_path)
    for other in (sealed(interests="Another finding."), sealed(a_draft(), alder(), mallory())):
        assert other.finding.id == a_bundle().finding.id
        fails(other, tmp_path, "log", "log/checkpoint", "it was rewritten, or it forked", heads=heads)


def test_a_bundle_that_fails_does_not_poison_what_is_remembered(tmp_path: Path) -> None:
    # A finding of mallory's own, whose log has the name of alder's.
    def other_id(value: dict[str, Any]) -> None:
        value["id"] = "GSF-20260702-abcdefabcd"

    finding = edited(a_bundle().finding, other_id)
    poison = relogged(a_bundle(), [sign(finding, a_bundle().documents[0].subjects, [alder()])])
    heads = tmp_path / "heads"
    fails(poison, tmp_path, "belonging", "log/checkpoint", "does not name the finding", heads=heads)
    assert failures(audited(a_bundle(), tmp_path, heads=heads)) == []


def test_what_was_remembered_and_is_damaged_is_an_alarm_too(tmp_path: Path) -> None:
    heads = heads_of(a_bundle(), tmp_path)
    (file,) = heads.iterdir()
    file.write_bytes(b"nothing was ever seen\n")
    fails(
        a_bundle(), tmp_path, "earlier head", "log/checkpoint", "is not what was seen of the log", heads=heads
    )


def test_a_folder_that_cannot_be_written_is_no_alarm(tmp_path: Path) -> None:
    (tmp_path / "heads").write_text("in the way")
    report = audited(a_bundle(), tmp_path, heads=tmp_path / "heads")
    assert failures(report) == []
    (said,) = [check for check in report.checks if check.what == "earlier head"]
    assert said.state is CheckState.NOT_CHECKED
    assert "cannot be kept in" in said.detail


def test_a_document_that_the_log_lists_as_another_kind(tmp_path: Path) -> None:
    data = documents_of(a_grown_bundle())[1]
    finding, digest = a_bundle().documents[0], digest_of(data)
    files: dict[str, bytes] = {}
    listed = [(finding.digest, finding.predicate_type), (digest, predicate_type(Grant))]
    for entry in listed:
        origin = origin_of(a_bundle().finding.id)
        files = with_entries(files, [NewEntry(*entry)], origin, alder(), now=SEALED + timedelta(hours=1))
    log = {f"log/{name}": content for name, content in files.items()}
    name = "documents/000001-grant.json"
    other = relogged(a_bundle(), [finding.data], more={**key_members(birch().card), name: data})
    without = {name: None for name in other.members if name.startswith("log/")}
    fails(changed(other, {**without, **log}), tmp_path, "log entries", name, "the log lists it as a")
