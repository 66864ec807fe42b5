"""What the audit of a case says: honest cases pass; each manipulation fails, and its member is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from groundstop.cases.auditing import audit_case
from groundstop.cases.files import FILES, LOGS, README, CaseFile, file_members
from groundstop.cases.folding import fold
from groundstop.cases.keeping import with_sightings
from groundstop.documents import Revocation, TrustedKey, TrustList
from groundstop.documents.cases import (
    Acknowledged,
    Refused,
    Remark,
    Role,
)
from groundstop.evidence.archive import write_archive
from groundstop.evidence.audit import AuditReport, CheckState
from tests.cases import CASE_ID, a_case, an_opening, at, opened_as, says
from tests.evidence_samples import alder, birch, cedar, elm, failures
from tests.faults.cases.attacks import (
    a_grown_case,
    a_log,
    a_said_case,
    audited,
    everybody,
    fails,
    listed_in,
    log_of,
    mallory,
    member_of,
    of_unknown_type,
    relogged,
    restated,
    statement_of,
    with_log,
    with_member,
    with_signed,
    without_logs,
)
from tests.unit.cases.test_folding import with_forged

Manipulation = Callable[[CaseFile], tuple[CaseFile, str | None]]


def states(case: CaseFile, what: str, trust: TrustList | None = None) -> set[str]:
    return {one.state.value for one in audited(case, trust).checks if one.what == what}


def file_of(data: bytes) -> str:
    (name,) = file_members([data])
    return name


# Honest cases


def test_an_honest_case_passes_for_somebody_with_only_the_file_and_the_trust_file() -> None:
    report = audited(a_grown_case())
    assert (report.kind, report.passed) == ("case", True)
    details = " ".join(check.detail for check in report.checks)
    assert "6 statements, each under the digest" in details
    assert "4 files, each spoken of" in details
    assert "those of 1 corroborations, and those of 1 verifications" in details
    assert states(a_grown_case(), "logged") == {"passed"}


def test_an_honest_case_passes_for_somebody_who_believes_nobody_yet_and_nothing_is_taken_for_proved() -> None:
    report = audited(a_grown_case(), TrustList())
    assert report.passed
    assert not report.proved
    assert states(a_grown_case(), "signers", TrustList()) == {"unproved"}


def test_a_copy_without_files_passes_and_says_what_was_not_checked() -> None:
    members = {name: data for name, data in a_grown_case().members.items() if not name.startswith(FILES)}
    report = audited(a_grown_case().with_members(members))
    assert report.passed
    assert any("lacks 4 files" in one.detail for one in report.checks if one.what == "files")


def test_what_only_its_author_has_logged_is_unproved() -> None:
    assert states(a_said_case(), "logged") == {"unproved"}
    assert audited(a_said_case()).passed


def test_the_audit_does_not_depend_on_when_it_is_made_or_on_the_order_of_members() -> None:
    turned = dict(reversed(list(a_grown_case().members.items())))
    assert audited(a_grown_case().with_members(turned)) == audited(a_grown_case())


def test_a_statement_of_a_kind_that_is_not_known_is_not_checked_and_nothing_fails() -> None:
    case, _ = with_signed(a_said_case(), of_unknown_type(elm()))
    report = audited(case)
    (check,) = [one for one in report.checks if one.what == "statement kinds"]
    assert (check.state, check.detail) == (CheckState.NOT_CHECKED, "1 are not known to this release")
    assert report.passed


def looked_at(case: CaseFile, heads: Path) -> AuditReport:
    return audit_case(write_archive(case.members), everybody(), heads=heads, source="case.gsb")


def test_a_copy_that_is_behind_what_was_seen_is_told_and_is_no_attack(tmp_path: Path) -> None:
    heads = tmp_path / "heads"
    assert looked_at(a_said_case(), heads).passed
    behind = relogged(a_said_case(), cedar(), listed_in(a_said_case(), cedar())[:1], at(2))
    for _ in range(2):
        report = looked_at(behind, heads)
        assert report.passed
        (check,) = [one for one in report.checks if one.what == "earlier head" and "behind" in one.detail]
        assert (check.state, check.member) == (CheckState.UNPROVED, LOGS + log_of(behind, cedar()))
        assert "3 entries of it were seen here, and this copy has 1" in check.detail


def test_a_log_that_does_not_continue_what_was_seen_fails(tmp_path: Path) -> None:
    heads = tmp_path / "heads"
    assert looked_at(a_said_case(), heads).passed
    other = relogged(a_said_case(), cedar(), listed_in(a_said_case(), cedar())[::-1], at(2))
    (one,) = failures(looked_at(other, heads))
    assert one[:2] == ("earlier head", LOGS + log_of(other, cedar()))
    assert looked_at(a_said_case(), heads).passed


def test_nothing_is_remembered_of_a_case_in_which_something_failed(tmp_path: Path) -> None:
    heads = tmp_path / "heads"
    data = write_archive(with_member(a_said_case(), FILES + "0" * 64, b"").members)
    assert not audit_case(data, everybody(), heads=heads, source="case.gsb").passed
    assert not list(heads.rglob("*"))


# Each manipulation, the check that fails, and the member that it names


def added_file(case: CaseFile) -> tuple[CaseFile, str | None]:
    name = file_of(b"something")
    return with_member(case, name, b"something"), name


def no_readme(case: CaseFile) -> tuple[CaseFile, str | None]:
    return with_member(case, README, None), README


def forged_by_a_stranger(case: CaseFile) -> tuple[CaseFile, str | None]:
    other, digest = with_forged(case, mallory(), by="elm-models", seen=(case.opening[0],))
    return other, member_of(digest)


def said_by_a_stranger(case: CaseFile) -> tuple[CaseFile, str | None]:
    other, digest = with_forged(case, mallory())
    return other, member_of(digest)


def in_another_role(case: CaseFile) -> tuple[CaseFile, str | None]:
    other, digest = with_forged(a_case(), elm(), role=Role.COORDINATOR)
    return other, member_of(digest)


def without_the_right(case: CaseFile) -> tuple[CaseFile, str | None]:
    other, digest = with_forged(a_case(), birch(), role=Role.CORROBORATOR, said=Acknowledged())
    return other, member_of(digest)


def of_another_case(case: CaseFile) -> tuple[CaseFile, str | None]:
    other, digest = with_forged(case, elm(), case="GSC-20260702-ffffffffff")
    return other, member_of(digest)


def signed_by_another_party(case: CaseFile) -> tuple[CaseFile, str | None]:
    other, digest = restated(case, "elm-models", cedar())
    return other, member_of(digest)


def backdated(case: CaseFile) -> tuple[CaseFile, str | None]:
    other, digest = restated(without_logs(case), "cedar-desk", cedar(), created=at(0.5))
    return other, member_of(digest)


FAIL: list[tuple[Manipulation, str, str]] = [
    (added_file, "files", "no statement speaks of it"),
    (no_readme, "files", "it is missing"),
    (without_the_right, "statements", "a corroborator cannot say 'acknowledged'"),
    (backdated, "statements", "it is dated before a statement that it says it has seen"),
]
STRANGE: list[tuple[Manipulation, str]] = [
    (forged_by_a_stranger, "not signed with the key of elm-models alone"),
    (said_by_a_stranger, "the case has no party mallory"),
    (in_another_role, "elm-models is developer in the case, not coordinator"),
    (of_another_case, "it belongs to the case GSC-20260702-ffffffffff"),
    (signed_by_another_party, "not signed with the key of elm-models alone"),
]


@pytest.mark.parametrize(("manipulation", "what", "said"), FAIL, ids=[one[0].__name__ for one in FAIL])
def test_what_a_party_should_not_have_done_fails_and_is_named(
    manipulation: Manipulation, what: str, said: str
) -> None:
    case, member = manipulation(a_said_case())
    fails(case, what, member, said)


@pytest.mark.parametrize(("manipulation", "said"), STRANGE, ids=[one[0].__name__ for one in STRANGE])
def test_what_anybody_could_have_put_into_a_copy_counts_for_nothing_and_is_told(
    manipulation: Manipulation, said: str
) -> None:
    case, member = manipulation(a_said_case())
    (check,) = [one for one in audited(case).checks if one.what == "strange statements"]
    assert check.state is CheckState.UNPROVED
    assert said in check.detail
    assert member not in {member_of(entry.digest) for entry in fold(case).entries}


def test_a_party_that_says_two_things_fails_as_a_fork() -> None:
    one = says(a_case(), "elm-models", Acknowledged(), 1)
    other = says(a_case(), "elm-models", Refused(text="No."), 2)
    both = one.with_members({**other.members, **one.members})
    fails(both, "forks", None, "elm-models has signed different statements as its number 1")
    fails(both, "forks", None, "elm-models has shown different logs")
    fails(both, "statements", member_of(statement_of(other, "elm-models")[0]), "something else in its place")


def test_a_statement_that_was_taken_out_is_missed_by_the_logs_and_by_what_came_after_it() -> None:
    digest, _ = statement_of(a_said_case(), "elm-models")
    case = with_member(a_said_case(), member_of(digest), None)
    gone = "has logged 1 statements that are not there"
    fails(case, "sequence", LOGS + log_of(case, elm()), f"elm-models {gone}")
    fails(case, "sequence", LOGS + log_of(case, cedar()), f"cedar-desk {gone}")
    assert "unproved" in states(case, "sequence")


def test_a_statement_that_was_taken_out_with_the_logs_leaves_a_hole_that_is_said() -> None:
    digest, _ = statement_of(a_said_case(), "elm-models")
    case = without_logs(with_member(a_said_case(), member_of(digest), None))
    assert states(case, "sequence") == {"unproved"}
    assert states(case, "logged") == {"unproved"}


# Logs


def garbage_tile(case: CaseFile) -> tuple[CaseFile, str]:
    where = f"{LOGS}{log_of(case, cedar())}"
    name = next(name for name in case.members if name.startswith(f"{where}/tile/0/"))
    return with_member(case, name, bytes(len(case.members[name]))), where


def missing_tile(case: CaseFile) -> tuple[CaseFile, str]:
    where = f"{LOGS}{log_of(case, cedar())}"
    name = next(name for name in case.members if name.startswith(f"{where}/tile/0/"))
    return with_member(case, name, None), where


def missing_entries(case: CaseFile) -> tuple[CaseFile, str]:
    where = f"{LOGS}{log_of(case, cedar())}"
    name = next(name for name in case.members if name.startswith(f"{where}/tile/entries/"))
    return with_member(case, name, None), where


def stray_tile(case: CaseFile) -> tuple[CaseFile, str]:
    where = f"{LOGS}{log_of(case, cedar())}"
    return with_member(case, f"{where}/tile/1/000", bytes(32)), where


def swapped_entries(case: CaseFile) -> tuple[CaseFile, str]:
    where = f"{LOGS}{log_of(case, cedar())}"
    name = next(name for name in case.members if name.startswith(f"{where}/tile/entries/"))
    first = case.opening[0].encode()
    second = statement_of(case, "elm-models")[0].encode()
    mark = b"#" * len(first)
    data = case.members[name].replace(first, mark).replace(second, first).replace(mark, second)
    return with_member(case, name, data), where


def missing_head(case: CaseFile) -> tuple[CaseFile, str]:
    where = f"{LOGS}{log_of(case, cedar())}"
    return with_member(case, f"{where}/checkpoint", None), where


def head_by_a_stranger(case: CaseFile) -> tuple[CaseFile, str]:
    folder, files = a_log(listed_in(case, cedar()), cedar(), at(2), signer=mallory())
    own = f"{LOGS}{log_of(case, cedar())}/"
    kept = {name: data for name, data in case.members.items() if not name.startswith(own)}
    return with_log(case.with_members(kept), folder, files), LOGS + folder


def renamed_folder(case: CaseFile) -> tuple[CaseFile, str]:
    own = log_of(case, cedar())
    folder = f"{own[:17]}{'0' * 16}"
    kept = {name: data for name, data in case.members.items() if not name.startswith(LOGS + own)}
    return with_log(case.with_members(kept), folder, dict(case.logs[own])), LOGS + folder


LOG_ATTACKS = [
    garbage_tile,
    missing_tile,
    missing_entries,
    stray_tile,
    swapped_entries,
    missing_head,
    head_by_a_stranger,
    renamed_folder,
]


@pytest.mark.parametrize("attack", LOG_ATTACKS, ids=lambda one: one.__name__)
def test_a_manipulated_log_fails_and_its_folder_is_named(
    attack: Callable[[CaseFile], tuple[CaseFile, str]],
) -> None:
    case, where = attack(a_said_case())
    found = failures(audited(case))
    assert any(what == "log" and (member or "").startswith(where) for what, member, _ in found), found


def test_a_log_that_nobody_in_the_case_keeps_proves_nothing_and_is_told() -> None:
    folder, files = a_log(listed_in(a_said_case(), cedar()), mallory(), at(2))
    report = audited(with_log(a_said_case(), folder, files))
    (check,) = [one for one in report.checks if one.what == "log" and one.state is not CheckState.PASSED]
    assert (check.state, check.detail) == (
        CheckState.UNPROVED,
        "its keeper is no party of the case: it proves nothing",
    )


def test_a_statement_that_a_log_has_long_before_it_says_it_was_made_fails() -> None:
    case = relogged(a_said_case(), alder(), listed_in(a_said_case(), cedar()), at(-60 * 24))
    for by in ("elm-models", "cedar-desk"):
        member = member_of(statement_of(case, by)[0])
        fails(case, "log times", member, f"alder-lab had it in its log before {by} says that it was made")


def test_clocks_that_are_a_little_apart_are_no_attack() -> None:
    case = relogged(a_said_case(), alder(), listed_in(a_said_case(), cedar()), at(1.5))
    assert audited(case).passed


def test_two_logs_of_one_party_fail_as_a_fork() -> None:
    case = with_log(a_said_case(), *a_log(listed_in(a_said_case(), cedar())[::-1], cedar(), at(2)))
    fails(case, "forks", None, "cedar-desk has shown different logs")


# What a stranger reads first


def test_a_page_that_was_exchanged_is_told() -> None:
    report = audited(with_member(a_said_case(), README, b"Run the program that I give you.\n"))
    (check,) = [one for one in report.checks if "README" in one.detail]
    assert check.state is CheckState.UNPROVED
    assert "do not follow it" in check.detail


def test_a_revoked_partys_statements_fail() -> None:
    revoked = TrustedKey(card=elm().card, revoked=Revocation(at=at(-600), reason="It was lost."))
    kept = [one for one in everybody().keys if one.card != elm().card]
    found = failures(audited(a_said_case(), TrustList(keys=(*kept, revoked))))
    assert [what for what, _, _ in found] == ["signers"]
    assert "was revoked: It was lost." in found[0][2]


def test_a_case_whose_opening_is_another_partys_is_refused_whole() -> None:
    case, _ = restated(without_logs(a_case()), "alder-lab", mallory())
    (check,) = audited(case).checks
    assert (check.what, check.state) == ("case", CheckState.FAILED)
    assert "The opening of case.gsb does not hold" in check.detail


def test_a_case_with_two_openings_is_refused_whole() -> None:
    case, _ = restated(opened_as(cedar()), "cedar-desk", cedar(), said=an_opening(title="Another"))
    both = case.with_members({**a_case().members, **case.members})
    (check,) = audited(both).checks
    assert "has 2 openings" in check.detail


def test_a_party_that_merges_a_remark_and_logs_it_proves_that_it_was_made_by_then() -> None:
    case = says(a_case(), "elm-models", Remark(text="So."), 1)
    seen = with_sightings(with_sightings(case, alder(), now=at(2)), cedar(), now=at(3))
    assert states(seen, "logged") == {"passed"}
    assert seen.id == CASE_ID
