"""What the audit of a case says of findings and measurements that are attached, and whose numbers."""

from __future__ import annotations

import json

import pytest

from groundstop.cases.files import CaseFile, file_members
from groundstop.documents.cases import (
    FindingRef,
)
from groundstop.evidence import OwnKey, sign_verification
from groundstop.evidence.archive import write_archive
from tests.cases import a_case, an_opening, birchs_rerun
from tests.evidence_samples import a_bundle, a_verification, alder, birch, changed, elm, failures
from tests.faults.cases.attacks import (
    a_grown_case,
    audited,
    fails,
    mallory,
    resigned,
    restated,
    retyped,
    with_attached,
    with_given,
    with_member,
    without_logs,
)

NUMBERS = "GSF-20260702-0123456789, in the case: numbers"


def file_of(data: bytes) -> str:
    (name,) = file_members([data])
    return name


def test_an_attached_file_that_was_exchanged_is_refused_by_its_name() -> None:
    name = file_of(birchs_rerun())
    fails(with_member(a_grown_case(), name, b"{}"), "case", None, f"{name} of case.gsb is not what its name")


def test_a_finding_of_another_kind_than_the_case_says_fails() -> None:
    ref = an_opening().findings[0]
    wrong = FindingRef(id=ref.id, content=ref.content, model=None)
    case, _ = restated(without_logs(a_case()), "alder-lab", alder(), said=an_opening(findings=(wrong,)))
    name = file_of(write_archive(a_bundle().members))
    fails(case, "findings", name, "the case is about another finding, or names it wrongly")


def test_a_finding_that_is_no_bundle_fails() -> None:
    case = given(b"no bundle", "finding")
    fails(case, "findings", file_of(b"no bundle"), "no finding's bundle")


def test_a_finding_whose_sealed_part_was_exchanged_fails_inside_its_bundle() -> None:
    old = write_archive(a_bundle().members)
    new = write_archive(changed(a_bundle(), {"sealed/plan.age": b"age-encryption.org/v1\n"}).members)
    case = with_attached(a_case(), old, new, alder())
    found = failures(audited(case))
    member = f"{file_of(new)}/sealed/plan.age"
    assert any(what.startswith("GSF-") and where == member for what, where, _ in found), found


def given(data: bytes, kind: str, by: OwnKey | None = None) -> CaseFile:
    return with_given(a_case(), data, kind, by or birch())


def test_a_measurement_that_hides_that_it_is_the_fixers_own_fails() -> None:
    own = sign_verification(a_verification("elm-models", own_run=True), elm())
    hidden = resigned(own, elm(), own_run=False)
    fails(
        given(hidden, "verification", elm()),
        "measurements",
        file_of(hidden),
        "it hides that it is the fixer's own run",
    )


def test_a_measurement_of_another_finding_fails() -> None:
    other = resigned(birchs_rerun(), birch(), reproduction__finding="sha256:" + "0" * 64)
    fails(given(other, "corroboration"), "measurements", file_of(other), "the case is not about")


def test_a_measurement_by_nobody_in_the_case_fails() -> None:
    other = resigned(birchs_rerun(), mallory())
    fails(given(other, "corroboration"), "measurements", file_of(other), "signed by no party of the case")


def test_a_measurement_in_anothers_name_fails() -> None:
    other = resigned(birchs_rerun(), elm())
    fails(given(other, "corroboration"), "measurements", file_of(other), "and elm-models signed it")


def test_a_measurement_that_was_changed_after_it_was_signed_fails() -> None:
    envelope = json.loads(birchs_rerun())
    sig = envelope["signatures"][0]["sig"]
    other = birchs_rerun().replace(sig.encode(), (("A" if sig[0] != "A" else "B") + sig[1:]).encode())
    fails(given(other, "corroboration"), "measurements", file_of(other), "is wrong")


def test_a_measurement_that_is_of_another_kind_fails() -> None:
    fails(given(birchs_rerun(), "verification"), "measurements", file_of(birchs_rerun()), "is a https")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reproduction__rate__lower": 0.99, "reproduction__rate__upper": 1.0}, "does not follow"),
        ({"reproduction__e_value": 1e9}, "its e-value does not follow"),
        ({"within_stated_interval": False}, "whether its rate lies in the finding's interval"),
    ],
    ids=["interval", "e-value", "agreement"],
)
def test_numbers_of_a_rerun_that_its_own_maker_altered_fail(changes: dict[str, object], said: str) -> None:
    other = resigned(birchs_rerun(), birch(), **changes)
    fails(given(other, "corroboration"), NUMBERS, file_of(other), said)


@pytest.mark.parametrize(
    "changes",
    [{"verdict": "technique_blocked"}, {"recipe__rate__upper": 0.01}, {"benign__pairs": 5}],
    ids=["verdict", "interval", "pairs"],
)
def test_numbers_of_a_verification_that_its_own_maker_altered_fail(changes: dict[str, object]) -> None:
    other = resigned(sign_verification(a_verification(), birch()), birch(), **changes)
    found = failures(audited(given(other, "verification")))
    assert {(what, where) for what, where, _ in found} >= {(NUMBERS, file_of(other))}


def test_a_measurement_under_the_name_of_another_type_cannot_go_unchecked() -> None:
    altered = resigned(birchs_rerun(), birch(), reproduction__rate__lower=0.99, reproduction__rate__upper=1.0)
    other = retyped(altered, "https://other.example/statements/v1", birch())
    assert not audited(given(other, "corroboration")).passed
