from __future__ import annotations

import pytest
from pydantic import ValidationError

from groundstop.cases.attachments import (
    bundle_of_case,
    bundles_of,
    finding_ref,
    missing_files,
    read_bundle_bytes,
    read_measured,
)
from groundstop.cases.files import FILES, CaseFile
from groundstop.cases.folding import fold
from groundstop.cases.speaking import Words, open_case
from groundstop.documents import Comparison, Corroboration, PartName, Verification
from groundstop.documents.cases import AttachedKind, EvidenceGiven, EvidenceKind, Remark, Role
from groundstop.errors import DocumentError, InputError
from groundstop.evidence import sign_verification, verifications_of
from groundstop.evidence.archive import write_archive
from tests.cases import CASE_ID, OPENED, a_case, an_opening, birchs_rerun, elms_rerun, keys, says
from tests.evidence_samples import (
    a_bundle,
    a_key,
    a_verification,
    alder,
    birch,
    corroborated,
    elm,
    granted,
    sealed,
    verified,
)
from tests.faults.cases.attacks import a_grown_case, mallory, resigned
from tests.unit.reports.test_pages import compared

CARDS = [key.card for key in keys().values()]


def given(case: CaseFile, data: bytes, kind: str, minute: float = 1, by: str = "birch-lab") -> CaseFile:
    words = Words(files=((AttachedKind(kind), data),))
    return says(case, by, EvidenceGiven(kind=EvidenceKind(kind)), minute, words)


def without_files(case: CaseFile) -> CaseFile:
    members = {name: data for name, data in case.members.items() if not name.startswith(FILES)}
    return case.with_members(members)


def test_a_finding_is_named_by_its_id_its_content_and_its_model() -> None:
    ref = finding_ref(a_bundle())
    finding = a_bundle().finding
    assert (ref.id, ref.content, ref.model) == (finding.id, finding.content_id, finding.model.identity)


def test_what_was_measured_counts_with_whoever_signed_it() -> None:
    state = fold(a_grown_case())
    assert [(type(one.document), one.by, one.signer, one.problem) for one in state.evidence] == [
        (Corroboration, "birch-lab", "birch-lab", None),
        (Verification, "birch-lab", "birch-lab", None),
        (Comparison, "elm-models", "elm-models", None),
    ]


def test_somebody_elses_measurement_can_be_brought_in_and_stays_theirs() -> None:
    (one,) = fold(given(a_case(), elms_rerun(), "corroboration", by="oak-office")).evidence
    assert (one.by, one.signer, one.problem) == ("oak-office", "elm-models", None)


def test_a_copy_without_files_says_so_of_each() -> None:
    bare = without_files(a_grown_case())
    state = fold(bare)
    assert {one.problem for one in state.evidence} == {"this copy of the case lacks its file"}
    assert len(state.missing) == 4
    assert missing_files(bare, state.entries) == state.missing
    assert list(bundles_of(bare, state.entries)) == []
    assert missing_files(a_grown_case(), state.entries) == ()


@pytest.mark.parametrize(
    ("changes", "by", "why"),
    [
        ({"reproduction__finding": "sha256:" + "0" * 64}, birch(), "a finding that the case is not about"),
        ({}, mallory(), "it says that it is by birch-lab, and is signed by no party of the case"),
        ({}, elm(), "it says that it is by birch-lab, and elm-models signed it"),
    ],
)
def test_what_is_not_what_it_says_does_not_count_and_says_why(
    changes: dict[str, object], by: object, why: str
) -> None:
    data = resigned(birchs_rerun(), by, **changes)  # type: ignore[arg-type]
    (one,) = fold(given(a_case(), data, "corroboration")).evidence
    assert one.problem is not None
    assert why in one.problem


def test_a_fixers_own_run_that_says_so_counts() -> None:
    own = sign_verification(a_verification("elm-models", own_run=True), elm())
    (one,) = fold(given(a_case(), own, "verification", by="elm-models")).evidence
    assert (one.signer, one.problem) == ("elm-models", None)


def test_a_fixers_own_run_that_hides_it_does_not_count() -> None:
    own = sign_verification(a_verification("elm-models", own_run=True), elm())
    data = resigned(own, elm(), own_run=False)
    (one,) = fold(given(a_case(), data, "verification", by="elm-models")).evidence
    assert one.problem == "it hides that it is the fixer's own run"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (birchs_rerun(), AttachedKind.VERIFICATION),
        (birchs_rerun(), AttachedKind.COMPARISON),
        (compared()[1].canonical(), AttachedKind.CORROBORATION),
        (b"", AttachedKind.CORROBORATION),
        (b"[]", AttachedKind.COMPARISON),
    ],
    ids=["a rerun", "a signed comparison", "a bare rerun", "nothing", "a list"],
)
def test_a_measurement_of_another_kind_is_refused(data: bytes, kind: AttachedKind) -> None:
    with pytest.raises(DocumentError):
        read_measured(data, kind, CARDS)


def test_a_measurement_is_read_with_whoever_signed_it() -> None:
    document, signer = read_measured(birchs_rerun(), AttachedKind.CORROBORATION, CARDS)
    assert isinstance(document, Corroboration)
    assert signer == birch().card
    assert read_measured(birchs_rerun(), AttachedKind.CORROBORATION, [])[1] is None
    assert read_measured(compared()[1].canonical(), AttachedKind.COMPARISON, CARDS)[1] is None


@pytest.mark.parametrize("data", [b"", b"no bundle", write_archive({}), write_archive({"README.md": b""})])
def test_what_is_no_bundle_gives_none(data: bytes) -> None:
    assert read_bundle_bytes(data, source="it") is None


def test_the_bundle_of_a_case_has_what_the_case_has_measured_beside_its_own() -> None:
    state = fold(a_grown_case())
    bundle = bundle_of_case(a_grown_case(), state)
    kinds = [type(one.document()).__name__ for one in bundle.documents]
    assert kinds == ["Finding", "Corroboration", "Verification"]
    assert bundle.finding == a_bundle().finding


def test_what_does_not_count_is_not_in_the_bundle_of_a_case() -> None:
    case = given(a_case(), resigned(birchs_rerun(), mallory()), "corroboration")
    assert len(bundle_of_case(case, fold(case)).documents) == 1


def test_a_measurement_that_the_bundle_has_already_is_not_in_it_twice() -> None:
    grown = corroborated(a_bundle())
    rerun = grown.documents[1].data
    case = given(given(a_case(), write_archive(grown.members), "finding"), rerun, "corroboration", 2)
    assert [one.data for one in bundle_of_case(case, fold(case)).documents].count(rerun) == 1


def test_what_a_later_bundle_has_besides_is_added_to_the_first() -> None:
    later = granted(a_bundle(), PartName.RECIPE)
    case = given(a_case(), write_archive(later.members), "finding")
    found = bundle_of_case(case, fold(case))
    assert found.sealed_files("recipe") == later.sealed_files("recipe")
    assert found.members["sealed/recipe.2.age"] == later.members["sealed/recipe.2.age"]


def test_a_document_of_nobody_in_the_case_is_of_no_account_and_hides_none() -> None:
    stranger, real = a_key("nobody-known"), verified(a_bundle())
    forged = verified(a_bundle(), a_verification("nobody-known"), stranger)
    case = given(a_case(), write_archive(real.members), "finding")
    case = says(
        case,
        "elm-models",
        EvidenceGiven(kind=EvidenceKind.FINDING),
        5,
        Words(files=((AttachedKind.FINDING, write_archive(forged.members)),)),
    )
    told = verifications_of(bundle_of_case(case, fold(case)))
    assert [one.by for one in told] == ["birch-lab"]


def test_a_case_about_several_findings_gives_no_bundle() -> None:
    other = sealed(finding_id="GSF-20260702-ffffffffff")
    refs = (finding_ref(a_bundle()), finding_ref(other))
    bundles = [(one, write_archive(one.members)) for one in (a_bundle(), other)]
    opening = an_opening(findings=refs)
    case = open_case(CASE_ID, opening, Role.REPORTER, bundles, alder(), now=OPENED)
    assert [one.ref for one in fold(case).findings] == list(refs)
    with pytest.raises(InputError, match="is about 2 findings, and one is verified at a time"):
        bundle_of_case(case, fold(case))


def test_a_copy_without_the_bundle_gives_none() -> None:
    bare = without_files(a_case())
    with pytest.raises(InputError, match="lacks the bundle of GSF-20260702-0123456789") as caught:
        bundle_of_case(bare, fold(bare))
    assert caught.value.hint == "Merge a copy that has it"


def test_a_finding_that_is_named_twice_is_refused() -> None:
    with pytest.raises(ValidationError):
        an_opening(findings=an_opening().findings * 2)


def test_other_files_are_kept_and_not_read() -> None:
    words = Words(files=((AttachedKind.OTHER, b"[" * 100_000),))
    case = says(a_case(), "birch-lab", Remark(text="Our notes."), 1, words)
    assert fold(case).evidence == ()
    assert fold(case).missing == ()
