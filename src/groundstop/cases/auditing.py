"""Auditing a case offline, with nothing at hand but its file and the trust file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from groundstop.cases.attachments import finding_ref, read_bundle_bytes
from groundstop.cases.files import FILES, LOGS, README, STATEMENTS, CaseFile, parse_case, readme
from groundstop.cases.folding import fold
from groundstop.cases.sightings import KeptLog, open_log
from groundstop.cases.state import CaseState, Entry
from groundstop.documents import Comparison, Corroboration, KeyCard, TrustList, Verification
from groundstop.documents.cases import Attached, AttachedKind, CaseStatement
from groundstop.errors import GroundstopError
from groundstop.evidence import Bundle
from groundstop.evidence.audit import AuditReport, Check, CheckState, Rule, audit_bundle
from groundstop.evidence.audit.documents import Found
from groundstop.evidence.audit.logs import EARLIER, check_log, remember
from groundstop.evidence.audit.numbers import check_numbers
from groundstop.evidence.audit.signatures import Vouched, known_signers
from groundstop.evidence.audit.verifications import check_verifications
from groundstop.evidence.log import SeenHeads
from groundstop.evidence.log.auditing import CLOCKS_APART
from groundstop.evidence.statements import digest_of, read_signed

CASE = Rule("case", "the file is no whole case, or was changed after it was made")
COUNTED = Rule(
    "statements", "a statement was forged, changed, or said by somebody who has no right to say it"
)
STRANGE = Rule("strange statements", "somebody has put them into this copy; they count for nothing")
KINDS = Rule("statement kinds", "a newer release may say more about this statement; nothing is guessed")
WHOLE = Rule("sequence", "this copy lacks statements that others have answered: it is not the whole case")
FORKS = Rule("forks", "a party has shown different things to different parties")
LOGGED = Rule("logged", "nobody but its author vouches for when a statement was made")
TIMES = Rule("log times", "a party's clock jumped, or a statement was dated later than it was made")
ATTACHED = Rule("files", "a file was added that no statement speaks of, or one is missing")
FINDINGS = Rule("findings", "the case speaks of another finding than the one that is attached")
MEASURED = Rule("measurements", "a rerun or a verification is not what the case takes it for")


def audit_case(data: bytes, trust: TrustList, *, heads: Path | None, source: str) -> AuditReport:
    """Audit a case.

    Args:
        data: Its file.
        trust: Whom the operator believes.
        heads: Where heads of logs that were seen earlier are remembered; none to remember nothing.
        source: What the file is called.

    Returns:
        Every check with its outcome, those of the findings and of each log among them. Heads are remembered
        only when nothing failed.
    """
    try:
        case = parse_case(data, source=source)
        state = fold(case)
    except GroundstopError as error:
        return AuditReport(source, "case", (CASE.failed(error.message),))
    cards = state.cards
    folders = sorted(case.logs)
    log_checks = [one for folder in folders for one in _log(case, folder, state, cards, trust, heads)]
    checks = [
        CASE.passed(f"{len(case.statements)} statements, each under the digest that it is called by"),
        *_counted(case, state),
        *_forks(state),
        *log_checks,
        *_logged(state),
        *known_signers(_vouched(case, state, cards), trust, ()),
        *_attached(case, state),
        *_findings(case, state, trust),
        *_measured(case, state),
    ]
    if heads is not None and all(one.state is not CheckState.FAILED for one in checks):
        keepers = list(cards.values())
        behind = {one.member for one in checks if one.what == EARLIER.what}
        checks += [
            _named(remember(case.logs[folder], keepers, heads), f"{LOGS}{folder}")
            for folder in folders
            if f"{LOGS}{folder}" not in behind
        ]
    return AuditReport(source, "case", tuple(checks))


def _counted(case: CaseFile, state: CaseState) -> Iterator[Check]:
    unknown = [one for one in state.set_aside if case.statements[one.digest].document() is None]
    bad = [one for one in state.set_aside if one.authored and not one.rival]
    strange = [one for one in state.set_aside if not (one.authored or one.waiting or one in unknown)]
    yield from COUNTED.judge(
        [(_member(one.digest), one.why) for one in bad],
        f"{len(state.entries)} are signed by their authors, who may say them",
    )
    if any(one.rival for one in state.set_aside):
        yield COUNTED.unproved("different keys were named for one party; whose key it is, its owner can tell")
    if strange:
        # Anybody can put such a file into a copy, so that it says nothing against the case.
        yield STRANGE.unproved(f"{len(strange)} are by nobody in the case, or were changed: {strange[0].why}")
    if unknown:
        yield KINDS.not_checked(f"{len(unknown)} are not known to this release")
    waiting = [one for one in state.set_aside if one.waiting]
    if waiting:
        yield WHOLE.unproved(f"{len(waiting)} name statements that this copy lacks")
    else:
        yield WHOLE.passed("every statement that another one names is there")


def _forks(state: CaseState) -> list[Check]:
    return FORKS.judge([(None, fork.what) for fork in state.forks], "no party has shown two histories")


def _log(
    case: CaseFile,
    folder: str,
    state: CaseState,
    cards: Mapping[str, KeyCard],
    trust: TrustList,
    heads: Path | None,
) -> Iterator[Check]:
    where = f"{LOGS}{folder}"
    try:
        log = open_log(case, folder, cards)
    except GroundstopError as error:
        if any(key_id.startswith(folder.partition("-")[0]) for key_id in cards):
            yield replace(TIMES.failed(error.message, where), what="log")
        else:
            yield replace(TIMES.unproved("its keeper is no party of the case: it proves nothing"), what="log")
        return
    checks, _ = check_log(case.logs[folder], [log.keeper], trust, None)
    yield from (_named(one, where) for one in checks if one.what != EARLIER.what)
    if heads is not None:
        yield from _earlier(log, where, heads)
    entries = log.entries
    made = {entry.digest: entry for entry in state.entries}
    early = [
        (
            _member(entry.document),
            f"{log.keeper.name} had it in its log before {made[entry.document].by} says that it was made",
        )
        for entry in entries
        if entry.document in made and entry.logged < made[entry.document].at - CLOCKS_APART
    ]
    yield from TIMES.judge(early, f"{log.keeper.name} logged each of {len(entries)} after it was made")
    lacking = sum(entry.document not in case.statements for entry in entries)
    if lacking:
        yield WHOLE.failed(f"{log.keeper.name} has logged {lacking} statements that are not there", where)


def _earlier(log: KeptLog, where: str, heads: Path) -> Iterator[Check]:
    """Compare a log with what was seen of it earlier; that a copy is merely behind is nothing bad."""
    now = log.reader.checkpoint
    try:
        last = SeenHeads(heads).last(now.origin)
    except GroundstopError as error:
        yield _named(EARLIER.not_checked(error.message), where)
        return
    if last is not None and last.checkpoint.size > now.size:
        seen = f"{last.checkpoint.size} entries of it were seen here, and this copy has {now.size}"
        yield _named(EARLIER.unproved(f"{seen}: it is behind"), where)
    elif last is not None and log.reader.root(last.checkpoint.size) != last.checkpoint.root:
        yield _named(EARLIER.failed("it does not continue what was seen of it here"), where)


def _named(check: Check, where: str) -> Check:
    """Return a check of a log with the log's place; its own members are called as in a bundle."""
    member = check.member.removeprefix("log/") if check.member else None
    return replace(check, member=f"{where}/{member}" if member else where)


def _logged(state: CaseState) -> Iterator[Check]:
    alone = [entry for entry in state.entries if not any(one.keeper != entry.by for one in entry.sightings)]
    if alone:
        yield LOGGED.unproved(f"{len(alone)} of {len(state.entries)} are in no other party's log")
    else:
        yield LOGGED.passed("each is in the log of another party than its author's too")


def _vouched(case: CaseFile, state: CaseState, cards: Mapping[str, KeyCard]) -> list[Vouched]:
    return [
        Vouched(
            _member(entry.digest),
            None,
            case.statements[entry.digest],
            entry.statement,
            (cards[entry.signer],),
        )
        for entry in state.entries
    ]


def _attached(case: CaseFile, state: CaseState) -> Iterator[Check]:
    spoken_of = {one.sha256 for entry in state.entries for one in entry.statement.attached}
    spoken_of |= {one.sha256 for one in _set_aside_files(case, state)}
    held = {name.removeprefix(FILES) for name in case.members if name.startswith(FILES)}
    problems: list[tuple[str | None, str]] = [
        (FILES + one, "no statement speaks of it") for one in sorted(held - spoken_of)
    ]
    for entry in state.entries:
        for one in entry.statement.attached:
            data = case.file(one.sha256)
            if data is not None and len(data) != one.size:
                problems.append((FILES + one.sha256, "its size is not what the statement says"))
    if README not in case.members:
        problems.append((README, "it is missing"))
    elif case.members[README] != readme(case.id).encode("utf-8"):
        yield ATTACHED.unproved("its README is not the one that this release writes: do not follow it")
    yield from ATTACHED.judge(problems, f"{len(held)} files, each spoken of by a statement")
    if state.missing:
        yield ATTACHED.not_checked(f"this copy lacks {len(state.missing)} files that statements speak of")


def _set_aside_files(case: CaseFile, state: CaseState) -> Iterator[Attached]:
    for one in state.set_aside:
        document = case.statements[one.digest].document()
        if isinstance(document, CaseStatement):
            yield from document.attached


def _bundles(case: CaseFile, state: CaseState) -> Iterator[tuple[Entry, str, Bundle | None]]:
    for entry in state.entries:
        for one in state.attached(entry, AttachedKind.FINDING):
            data = case.file(one.sha256)
            if data is not None:
                yield entry, FILES + one.sha256, read_bundle_bytes(data, source=FILES + one.sha256)


def _findings(case: CaseFile, state: CaseState, trust: TrustList) -> Iterator[Check]:
    named = {ref.content: ref for ref in state.opening.findings}
    for _, member, bundle in _bundles(case, state):
        if bundle is None:
            yield FINDINGS.failed("it is no finding's bundle whose signature holds", member)
            continue
        ref = named.get(bundle.finding.content_id)
        if ref is None or ref != finding_ref(bundle):
            yield FINDINGS.failed("the case is about another finding, or names it wrongly", member)
            continue
        for check in audit_bundle(bundle, trust, heads=None):
            if check.what == EARLIER.what:
                # The heads that are remembered are those of the case.
                continue
            inside = f"{member}/{check.member}" if check.member else member
            yield replace(check, what=f"{ref.id}: {check.what}", member=inside)


def _measured(case: CaseFile, state: CaseState) -> Iterator[Check]:
    problems: list[tuple[str | None, str]] = [
        (FILES + one.attached.sha256, one.problem)
        for one in state.evidence
        if one.problem is not None and case.file(one.attached.sha256) is not None
    ]
    counting = [one for one in state.evidence if one.problem is None]
    yield from MEASURED.judge(problems, f"{len(counting)} reruns, verifications and comparator runs")
    for ref in state.opening.findings:
        found = _found(case, state, ref.content)
        if found is not None and len(found) > 1:
            for check in (*check_verifications(found), *check_numbers(found)):
                yield replace(check, what=f"{ref.id}, in the case: {check.what}")


def _found(case: CaseFile, state: CaseState, content: str) -> list[Found] | None:
    """Return a finding, and what the case has measured of it, as the audit of a bundle has them."""
    begin = next(
        (
            bundle.documents[0]
            for _, _, bundle in _bundles(case, state)
            if bundle is not None and bundle.finding.content_id == content
        ),
        None,
    )
    if begin is None:
        return None
    found = [Found("the finding", 0, begin.digest, begin, begin.document())]
    for place, one in enumerate(_measurements(state, content), start=1):
        data = case.file(one)
        if data is not None:
            signed = read_signed(data, source=FILES + one)
            found.append(Found(FILES + one, place, digest_of(data), signed, signed.document()))
    return found


def _measurements(state: CaseState, content: str) -> Sequence[str]:
    about = [one.attached.sha256 for one in state.evidence if _finding_of(one.document) == content]
    return list(dict.fromkeys(about))


def _finding_of(document: Corroboration | Verification | Comparison | None) -> str | None:
    if isinstance(document, Corroboration):
        return document.reproduction.finding
    return document.finding if isinstance(document, Verification) else None


def _member(digest: str) -> str:
    return f"{STATEMENTS}{digest.removeprefix('sha256:')}.json"
