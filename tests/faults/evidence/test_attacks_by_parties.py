"""What a party may say, and what it says without being asked. Each attack is one test."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from pathlib import Path

import pytest

from groundstop.assessment import merge_corroborations
from groundstop.documents import (
    Grant,
    Minimization,
    Opening,
    PartName,
    TrustList,
    canonical_bytes,
)
from groundstop.errors import DocumentError, InputError
from groundstop.evidence import (
    Bundle,
    add_corroboration,
    new_salt,
    open_part,
    part_of,
    sign_corroboration,
)
from groundstop.evidence.audit import CheckState, reruns
from groundstop.evidence.bundle import key_members
from groundstop.evidence.sealed_files import PartContent, sealed_part
from groundstop.evidence.statements import sign
from groundstop.evidence.subjects import file_subject
from tests.evidence_samples import (
    SEALED,
    a_bundle,
    a_grown_bundle,
    a_minimization,
    a_recipe_of,
    a_statement,
    alder,
    audited,
    birch,
    cedar,
    changed,
    corroborated,
    everybody,
    failures,
    granted,
    relogged,
    sealed,
    trusting,
)
from tests.faults.evidence.attacks import (
    CORROBORATION,
    FINDING,
    documents_of,
    envelope_of,
    fails,
    finding_subject,
    mallory,
)


def counting(bundle: Bundle, trust: TrustList | None = None) -> list[bool]:
    return [one.counts for one in reruns(bundle, trust or everybody())]


def test_a_corroboration_by_the_reporter_itself(tmp_path: Path) -> None:
    own = sign_corroboration(a_statement("alder-lab"), alder())
    forced = relogged(a_bundle(), [*documents_of(a_bundle()), own])
    fails(forced, tmp_path, "belonging", CORROBORATION, "the reporter cannot corroborate its own finding")
    assert counting(forced) == [False]
    with pytest.raises(InputError, match="cannot corroborate its own finding"):
        add_corroboration(a_bundle(), own, [alder().card], alder(), now=SEALED + timedelta(hours=1))


def test_a_corroboration_by_a_second_signer_of_the_finding() -> None:
    both = sealed(None, alder(), birch())
    statement = a_statement(finding=both.finding).model_copy(
        update={
            "reproduction": a_statement().reproduction.model_copy(update={"finding": both.finding.content_id})
        }
    )
    with pytest.raises(InputError, match="cannot corroborate its own finding"):
        corroborated(both, statement)


def test_a_corroboration_by_an_unknown_key(tmp_path: Path) -> None:
    stranger = corroborated(a_bundle(), a_statement("mallory"), by=mallory())
    report = audited(stranger, tmp_path)
    assert failures(report) == []
    assert any("mallory" in check.detail and check.state is CheckState.UNPROVED for check in report.checks)
    assert counting(stranger) == [False]
    assert counting(stranger, trusting(alder(), mallory())) == [True]
    with pytest.raises(DocumentError, match="signed by no key at hand"):
        add_corroboration(
            a_bundle(),
            sign_corroboration(a_statement("mallory"), mallory()),
            [birch().card],
            alder(),
            now=SEALED + timedelta(hours=1),
        )


def test_a_corroboration_by_the_same_party_twice_counts_once() -> None:
    again = a_statement(created=SEALED + timedelta(minutes=5))
    twice = corroborated(corroborated(a_bundle()), again)
    assert counting(twice) == [True, True]
    pairs = [(one.key_id, one.statement) for one in reruns(twice, everybody())]
    assert merge_corroborations(alder().card.key_id, pairs).parties == (birch().card.key_id,)
    with pytest.raises(InputError, match="has this document already"):
        corroborated(twice, again)


def test_a_corroboration_in_the_name_of_another_party(tmp_path: Path) -> None:
    false = sign_corroboration(a_statement("birch-lab"), mallory())
    forced = relogged(a_bundle(), [*documents_of(a_bundle()), false], more=key_members(mallory().card))
    fails(forced, tmp_path, "belonging", CORROBORATION, "says that it is by birch-lab, and mallory signed it")
    assert counting(forced, trusting(mallory())) == [False]


def test_a_real_corroboration_beside_a_finding_that_was_changed(tmp_path: Path) -> None:
    value = envelope_of(a_grown_bundle(), FINDING)
    statement = json.loads(base64.b64decode(value["payload"]))
    statement["predicate"]["interests"] = "Changed."
    value["payload"] = base64.b64encode(canonical_bytes(statement)).decode()
    forged = changed(a_grown_bundle(), {FINDING: canonical_bytes(value)})
    assert counting(a_grown_bundle()) == [True]
    assert counting(forged) == [False]
    with pytest.raises(DocumentError, match="signature by alder-lab"):
        assert forged.finding


def test_a_corroborator_who_signs_for_other_files_too(tmp_path: Path) -> None:
    evil = b"# Another page\n"
    subjects = [
        finding_subject(a_bundle()),
        file_subject("README.md", evil),
        file_subject("sealed/evil.age", evil),
    ]
    subjects += [file_subject(name, data) for name, data in key_members(birch().card).items()]
    more = {**key_members(birch().card), "README.md": evil, "sealed/evil.age": evil}
    greedy = sign(a_statement(), subjects, [birch()])
    forced = relogged(a_bundle(), [*documents_of(a_bundle()), greedy], more=more)
    fails(forced, tmp_path, "members", "README.md", "not as it was when a document spoke of it")
    fails(forced, tmp_path, "members", "sealed/evil.age", "no signed document speaks of it")


def test_a_corroboration_whose_card_is_not_the_one_that_its_signer_signed_for() -> None:
    other = birch().card.model_copy(update={"expires": SEALED + timedelta(days=99)})
    with pytest.raises(InputError, match=r"would fail its audit with this: keys/birch-lab"):
        add_corroboration(
            a_bundle(),
            sign_corroboration(a_statement(), birch()),
            [other],
            alder(),
            now=SEALED + timedelta(hours=1),
        )


@pytest.mark.parametrize("kind", [Grant, Minimization])
def test_a_grant_or_a_shorter_recipe_by_somebody_else(tmp_path: Path, kind: type) -> None:
    part, data = sealed_part(
        PartContent.of(PartName.MINIMAL, a_recipe_of(a_bundle())), [birch().card], new_salt=new_salt
    )
    document: Grant | Minimization
    if kind is Grant:
        document = Grant(
            created=SEALED, finding=a_bundle().finding.content_id, part=PartName.RECIPE, file=part.file
        )
    else:
        document = a_minimization(a_bundle(), by="birch-lab", part=part)[0]
    signed = sign(document, [finding_subject(a_bundle()), file_subject(part.file.path, data)], [birch()])
    more = {part.file.path: data, **key_members(birch().card)}
    forced = relogged(
        a_bundle(),
        [*documents_of(a_bundle()), signed],
        more=more,
        logged=(SEALED, SEALED + timedelta(days=1)),
    )
    name = f"documents/000001-{document.kind}.json"
    fails(forced, tmp_path, "belonging", name, "not signed by the reporter, who alone may add it")
    # Nor is it ever opened: what lies there may be another recipe.
    with pytest.raises(InputError, match="has no part minimal"):
        part_of(forced, PartName.MINIMAL)
    assert [file.path for file in forced.sealed_files(PartName.RECIPE)] == ["sealed/recipe.age"]


def test_a_recipe_in_the_place_of_the_findings_own(tmp_path: Path) -> None:
    part, data = sealed_part(
        PartContent.of(PartName.RECIPE, a_recipe_of(a_bundle())), [birch().card], new_salt=new_salt
    )
    part = part.model_copy(update={"file": part.file.model_copy(update={"path": "sealed/recipe.7.age"})})
    shorter, _ = a_minimization(a_bundle(), part=part)
    signed = sign(
        shorter, [finding_subject(a_bundle()), file_subject("sealed/recipe.7.age", data)], [alder()]
    )
    forced = relogged(
        a_bundle(),
        [*documents_of(a_bundle()), signed],
        more={"sealed/recipe.7.age": data},
        logged=(SEALED, SEALED + timedelta(days=1)),
    )
    fails(forced, tmp_path, "belonging", "documents/000001-minimization.json", "tells of another part recipe")
    assert part_of(forced, PartName.RECIPE) == a_bundle().finding.part(PartName.RECIPE)


def test_an_opening_in_a_bundle(tmp_path: Path) -> None:
    record = Opening(
        created=SEALED,
        by="alder-lab",
        finding=a_bundle().finding.content_id,
        finding_id=a_bundle().finding.id,
        parts=(PartName.RECIPE,),
        purpose="a test",
    )
    forced = relogged(
        a_bundle(), [*documents_of(a_bundle()), sign(record, [finding_subject(a_bundle())], [alder()])]
    )
    fails(forced, tmp_path, "belonging", "documents/000001-opening.json", "and no other opening")


def test_a_wrong_recipient_learns_that_it_is_one(tmp_path: Path) -> None:
    for key in (cedar(), mallory()):
        with pytest.raises(
            InputError, match="part recipe of GSF-20260702-0123456789 is not sealed to this key"
        ):
            open_part(a_bundle(), PartName.RECIPE, key.identity)
    assert open_part(granted(a_bundle()), PartName.RECIPE, cedar().identity).content
    with pytest.raises(InputError, match=r"part trials .* not sealed to this key"):
        open_part(granted(a_bundle()), PartName.TRIALS, cedar().identity)


def test_a_sealed_part_that_was_sealed_again_with_other_content(tmp_path: Path) -> None:
    # Anyone can encrypt to a public recipient; nobody but the reporter can commit to it.
    _, data = sealed_part(
        PartContent(PartName.RECIPE, "application/json", b"{}"), [birch().card], new_salt=new_salt
    )
    forged = changed(a_bundle(), {"sealed/recipe.age": data})
    with pytest.raises(InputError, match="is not what its commitment was made of"):
        open_part(forged, PartName.RECIPE, birch().identity)
    fails(forged, tmp_path, "sealed parts", "sealed/recipe.age", "not the file that was signed for")


def test_a_reporter_who_signs_later_for_another_page_than_at_first(tmp_path: Path) -> None:
    other = b"# Another page"
    grown = granted(a_bundle())
    document = grown.documents[1].document()
    assert isinstance(document, Grant)
    subjects = [*grown.documents[1].subjects, file_subject("README.md", other)]
    again = sign(document, subjects, [alder()])
    forced = relogged(
        grown, [grown.documents[0].data, again], more={"README.md": other}, logged=(SEALED, document.created)
    )
    fails(forced, tmp_path, "members", "README.md", "not as it was when a document spoke of it")
