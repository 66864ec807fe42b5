"""Attacks on cases.

Who has no key changes the file (``with_member``). A party that cheats signs again (``restated``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from pydantic import JsonValue
from securesystemslib.dsse import Envelope

from groundstop.cases.auditing import audit_case
from groundstop.cases.files import FILES, LOGS, CaseFile, file_members, statement_member
from groundstop.cases.keeping import with_sightings
from groundstop.cases.sightings import folder_of, open_log, origin_of
from groundstop.cases.speaking import Words
from groundstop.documents import TrustList, canonical_bytes, parse_json
from groundstop.documents.cases import (
    Acknowledged,
    Attached,
    AttachedKind,
    BaselineDispute,
    CaseStatement,
    EvidenceGiven,
    EvidenceKind,
    Remark,
)
from groundstop.evidence import OwnKey, sign_verification
from groundstop.evidence.archive import write_archive
from groundstop.evidence.audit import AuditReport
from groundstop.evidence.log import NewEntry, parse_checkpoint
from groundstop.evidence.small_log import with_entries
from groundstop.evidence.statements import Signed, Subject, read_signed, sign
from tests.cases import CASE_ID, ROLES, a_case, at, birchs_rerun, keys, says
from tests.evidence_samples import (
    a_key,
    a_verification,
    alder,
    birch,
    cedar,
    edited,
    failures,
    setting,
    trusting,
)
from tests.unit.reports.test_pages import compared

UNKNOWN_TYPE = "https://other.example/statements/v1"


def mallory() -> OwnKey:
    """Return the key of somebody whom nobody knows."""
    return a_key("mallory")


@cache
def a_said_case() -> CaseFile:
    """Return a small case: the developer acknowledges, and the coordinator remarks."""
    case = says(a_case(), "elm-models", Acknowledged(), 1)
    return says(case, "cedar-desk", Remark(text="We coordinate this."), 2)


@cache
def a_grown_case() -> CaseFile:
    """Return a case with a rerun, a verification and a comparator run, logged by two other parties."""
    rerun = Words(files=((AttachedKind.CORROBORATION, birchs_rerun()),))
    verified = Words(files=((AttachedKind.VERIFICATION, sign_verification(a_verification(), birch())),))
    run = Words(files=((AttachedKind.COMPARISON, compared()[1].canonical()),))
    case = says(a_said_case(), "birch-lab", EvidenceGiven(kind=EvidenceKind.CORROBORATION), 3, rerun)
    case = says(case, "birch-lab", EvidenceGiven(kind=EvidenceKind.VERIFICATION), 4, verified)
    case = says(case, "elm-models", BaselineDispute(text="Any desk tells it."), 5, run)
    return with_sightings(with_sightings(case, cedar(), now=at(6)), alder(), now=at(6))


def everybody() -> TrustList:
    """Return the trust list of somebody who knows all parties of the case."""
    return trusting(*keys().values())


def audited(case: CaseFile | bytes, trust: TrustList | None = None) -> AuditReport:
    """Audit a case, or the bytes of its file, as somebody does who has only the file and the trust file."""
    data = case if isinstance(case, bytes) else write_archive(case.members)
    return audit_case(data, everybody() if trust is None else trust, heads=None, source="case.gsb")


def fails(case: CaseFile | bytes, what: str, member: str | None, said: str) -> None:
    """Check that the audit fails at this check, names this member, and says this."""
    found = failures(audited(case))
    assert any((what, member) == (check, where) and said in detail for check, where, detail in found), found


def with_member(case: CaseFile, name: str, data: bytes | None) -> CaseFile:
    """Return a case in which a member is another, is new, or is gone."""
    members = {key: value for key, value in case.members.items() if key != name}
    return case.with_members(members if data is None else {**members, name: data})


def member_of(digest: str) -> str:
    """Return the name of a statement's member."""
    return f"statements/{digest.removeprefix('sha256:')}.json"


def statement_of(case: CaseFile, by: str, number: int = 1) -> tuple[str, Signed]:
    """Return a party's statement of a number: the digest of its envelope, and the envelope."""
    ((digest, signed),) = [
        (digest, one)
        for digest, one in case.statements.items()
        if (one.predicate["by"], one.predicate["number"]) == (by, number)
    ]
    return digest, signed


def with_signed(case: CaseFile, signed: bytes) -> tuple[CaseFile, str]:
    """Put an envelope into a case."""
    name, data = statement_member(signed)
    return with_member(case, name, data), "sha256:" + name.removeprefix("statements/").removesuffix(".json")


def restated(
    case: CaseFile, by: str, key: OwnKey, number: int = 1, **changes: object
) -> tuple[CaseFile, str]:
    """Put another statement in the place of a party's, signed with a key."""
    digest, signed = statement_of(case, by, number)
    document = signed.document()
    assert isinstance(document, CaseStatement)
    other = CaseStatement.model_validate({**document.model_dump(), **changes})
    return with_signed(with_member(case, member_of(digest), None), sign(other, signed.subjects, [key]))


def with_attached(case: CaseFile, old: bytes, new: bytes, key: OwnKey) -> CaseFile:
    """Let a party sign its statement again with another file in the place of the one that it attached."""
    (before,), (after,) = file_members([old]), file_members([new])
    for digest, signed in case.statements.items():
        document = signed.document()
        assert isinstance(document, CaseStatement)
        if any(FILES + one.sha256 == before for one in document.attached):
            attached = [
                one.model_copy(update={"sha256": after.removeprefix(FILES), "size": len(new)})
                if FILES + one.sha256 == before
                else one
                for one in document.attached
            ]
            said = document.model_copy(update={"attached": tuple(attached)})
            left = with_member(with_member(case, member_of(digest), None), before, None)
            added, _ = with_signed(left, sign(said, signed.subjects, [key]))
            return with_member(without_logs(added), after, new)
    raise AssertionError("no statement has attached this file")


def with_given(case: CaseFile, data: bytes, kind: str, by: OwnKey, minute: float = 1) -> CaseFile:
    """Let a party that has said nothing yet attach something as evidence, whatever it is."""
    (name,) = file_members([data])
    one = Attached(kind=AttachedKind(kind), sha256=name.removeprefix(FILES), size=len(data))
    said = CaseStatement(
        case=case.id,
        by=by.card.name,
        role=ROLES[by.card.name],
        number=1,
        previous=None,
        seen=(case.opening[0],),
        created=at(minute),
        said=EvidenceGiven(kind=EvidenceKind(kind)),
        attached=(one,),
    )
    added, _ = with_signed(case, sign(said, [Subject("file", one.sha256)], [by]))
    return with_member(added, name, data)


def without_logs(case: CaseFile) -> CaseFile:
    """Return a case without any log."""
    return case.with_members({name: data for name, data in case.members.items() if not name.startswith(LOGS)})


def log_of(case: CaseFile, key: OwnKey) -> str:
    """Return the folder of a party's log."""
    (folder,) = [name for name in case.logs if name.startswith(key.card.key_id[:16])]
    return folder


def with_log(case: CaseFile, folder: str, files: dict[str, bytes]) -> CaseFile:
    """Put the files of a log into a case."""
    added = {f"{LOGS}{folder}/{path}": data for path, data in files.items()}
    return case.with_members({**case.members, **added})


def a_log(
    digests: Sequence[str], keeper: OwnKey, logged: datetime, *, signer: OwnKey | None = None
) -> tuple[str, dict[str, bytes]]:
    """Return a log of a party by hand: the name of its folder, and its files.

    Args:
        digests: What it lists.
        keeper: Whose log it says that it is.
        logged: When each was logged.
        signer: Who signs its head; its keeper, unless it is forged.
    """
    entries = [NewEntry(digest, "https://groundstop.dev/predicates/case-statement/v1") for digest in digests]
    origin = origin_of(CASE_ID, keeper.card.key_id)
    files = with_entries({}, entries, origin, signer or keeper, now=logged)
    root = parse_checkpoint(files["checkpoint"], source="The head").checkpoint.root
    return folder_of(keeper.card.key_id, root), files


def listed_in(case: CaseFile, key: OwnKey) -> list[str]:
    """Return what a party's log lists."""
    log = open_log(case, log_of(case, key), {key.card.key_id: key.card})
    return [entry.document for entry in log.reader.entries()]


def relogged(case: CaseFile, key: OwnKey, digests: Sequence[str], logged: datetime) -> CaseFile:
    """Return a case in which a party keeps another log than it did."""
    own = f"{LOGS}{log_of(case, key)}/"
    kept = {name: data for name, data in case.members.items() if not name.startswith(own)}
    return with_log(case.with_members(kept), *a_log(digests, key, logged))


def of_unknown_type(key: OwnKey, predicate_type: str = UNKNOWN_TYPE) -> bytes:
    """Return a signed statement of a type that this release does not know."""
    statement: JsonValue = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "case", "digest": {"sha256": "0" * 64}}],
        "predicateType": predicate_type,
        "predicate": {"says": "something new", "created": "2026-07-02T15:10:00Z"},
    }
    envelope = Envelope(canonical_bytes(statement), "application/vnd.in-toto+json", {})
    envelope.sign(key.signer)
    return canonical_bytes(envelope.to_dict())


def retyped(signed: bytes, predicate_type: str, key: OwnKey) -> bytes:
    """Return a signed statement under the name of another type, signed again."""
    statement = parse_json(read_signed(signed, source="it").payload, source="it")
    statement["predicateType"] = predicate_type
    envelope = Envelope(canonical_bytes(statement), "application/vnd.in-toto+json", {})
    envelope.sign(key.signer)
    return canonical_bytes(envelope.to_dict())


def resigned(signed: bytes, key: OwnKey, **changes: object) -> bytes:
    """Return a signed document with fields changed by the path to each, signed again by a key."""
    read = read_signed(signed, source="it")
    document = read.document()
    assert document is not None
    return sign(edited(document, setting(**changes)), read.subjects or [Subject("it", "0" * 64)], [key])
