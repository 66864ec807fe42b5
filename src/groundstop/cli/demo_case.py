"""The demo's case: five parties, each with a copy of its own, from the finding to a verified fix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.cli.demo_evidence import DEVELOPER, EVALUATOR, REPORTER

if TYPE_CHECKING:
    from groundstop.cases.files import CaseFile
    from groundstop.cases.speaking import Words
    from groundstop.cases.views import CaseView
    from groundstop.documents import Comparison, Requirement, Verification
    from groundstop.documents.cases import Said, SeverityScore
    from groundstop.evidence import Bundle, OwnKey

AUTHORITY = "model-safety-office"
COORDINATOR = "quay-coordination"

Say = Callable[[str], None]

_POLICY = "The desk's rules, invented for the demonstration"


@dataclass
class DemoCase:
    """A case in the hands of several parties: each has a file of its own, and merges those of the others."""

    id: str
    files: dict[str, Path]
    keys: dict[str, OwnKey]
    said: dict[str, str] = field(default_factory=dict)
    """Envelopes of statements that others refer to, by a name."""

    def says(self, by: str, said: Said, words: Words | None = None, *, called: str | None = None) -> None:
        """Let a party take in what the others have said, and say something."""
        from groundstop.cases.files import save_over
        from groundstop.cases.speaking import Words, say

        self._catch_up(by)
        grown, digest = say(
            _read(self.files[by]), said, self.keys[by], now=datetime.now(UTC), words=words or Words()
        )
        save_over(self.files[by], grown)
        if called is not None:
            self.said[called] = digest

    def of(self, party: str) -> CaseFile:
        """Return a party's copy, after it took in what the others have said."""
        self._catch_up(party)
        return _read(self.files[party])

    def _catch_up(self, party: str) -> None:
        from groundstop.cases.files import save_over
        from groundstop.cases.keeping import with_sightings
        from groundstop.cases.merging import merge

        own = self.files[party]
        case = merge([_read(own), *(_read(path) for name, path in self.files.items() if name != party)])
        save_over(own, with_sightings(case, self.keys[party], now=datetime.now(UTC)))


def open_demo_case(folder: Path, finding: Path, comparison: Comparison, rerun: bytes, say: Say) -> DemoCase:
    """Open the case about the sealed finding, and let every party say what it has to say so far.

    Args:
        folder: The demo's folder; the reporter's own.
        finding: The finding's bundle.
        comparison: The comparator run.
        rerun: The evaluator's signed rerun.
        say: Prints a line.

    Returns:
        The case.
    """
    from groundstop.cases.speaking import Words
    from groundstop.documents.cases import (
        AcceptedFixPlanned,
        Acknowledged,
        AttachedKind,
        Demand,
        EvidenceGiven,
        EvidenceKind,
        Requested,
        Scored,
        SeverityDispute,
        StandingKind,
        StandingStated,
    )
    from groundstop.evidence import read_bundle

    bundle = read_bundle(finding)
    case = _opened(folder, finding, bundle)
    case.says(REPORTER, _reporters_interests())
    for party in (DEVELOPER, EVALUATOR, AUTHORITY, COORDINATOR):
        case.says(party, _no_interests() if party != DEVELOPER else _developers_interests())
    case.says(
        REPORTER,
        StandingStated(
            standing=StandingKind.DEFECT,
            requirement=_requirement(bundle),
            requirement_version="3",
            text="The requirement is the operator's own; the finding shows how often it is broken.",
        ),
    )
    case.says(DEVELOPER, Acknowledged(), Words(summary="We have the report and are looking at it."))
    given = Words(files=((AttachedKind.CORROBORATION, rerun),))
    case.says(EVALUATOR, EvidenceGiven(kind=EvidenceKind.CORROBORATION), given)
    compared = Words(files=((AttachedKind.COMPARISON, comparison.canonical()),))
    case.says(COORDINATOR, EvidenceGiven(kind=EvidenceKind.COMPARISON), compared)
    run = comparison.content_id
    case.says(REPORTER, Scored(score=_score(run, 2, "A caller gets what only staff should have.")))
    case.says(EVALUATOR, Scored(score=_score(run, 0, "Such a desk can be had without a password.")))
    case.says(AUTHORITY, Scored(score=_score(run, 1, "Staff would have told a caller who asks nicely.")))
    case.says(
        DEVELOPER,
        SeverityDispute(
            score=_score(run, 0, "The password opens nothing but the staff kettle."),
            text="The severity is informational.",
        ),
        Words(summary="We hold the severity to be informational."),
    )
    week = datetime.now(UTC) + timedelta(days=7)
    case.says(
        AUTHORITY,
        Requested(of=DEVELOPER, what=Demand.FIX, by=week, text="Fix it within a week, or close the desk."),
        Words(summary="We asked for a fix within a week."),
    )
    case.says(
        DEVELOPER,
        AcceptedFixPlanned(by=week),
        Words(summary="A fix is planned.", public="We know of the weakness and are fixing it."),
    )
    view = view_now(case.of(COORDINATOR))
    say(
        f"   {case.id}: {len(view.state.entries)} statements by {len(case.files)} parties, in as many copies."
    )
    for one in view.interests:
        if one.party == REPORTER:
            say(f"   {REPORTER} has declared its interests. {one.why}")
    say(
        f"   So the case asks for {view.corroborations.wanted} independent reruns, and has "
        f"{len(view.corroborations.counted)}."
    )
    for found in view.severity.ranges:
        say(f"   Severity under {found.profile}: {found.lowest} to {found.highest}, never averaged.")
    return case


def claim_fix(case: DemoCase, target: str, evidence: str) -> None:
    """Let the developer claim that a build is fixed."""
    from groundstop.cases.speaking import Words
    from groundstop.documents.cases import FixClaimed

    build = target.removeprefix("embedded:")
    words = Words(summary=f"We claim that the build {build} is fixed.")
    case.says(DEVELOPER, FixClaimed(build=build, evidence=evidence), words, called=target)


def give_verification(case: DemoCase, target: str, verification: Verification, signed: bytes) -> None:
    """Let the evaluator put what it found of a claimed fix into the case, and the reporter answer."""
    from groundstop.cases.speaking import Words
    from groundstop.documents import FixVerdict
    from groundstop.documents.cases import AttachedKind, Disputed, EvidenceGiven, EvidenceKind

    files = ((AttachedKind.VERIFICATION, signed),)
    verdict = verification.verdict
    words = Words(files=files, summary=f"We find {verdict.value}.")
    case.says(EVALUATOR, EvidenceGiven(kind=EvidenceKind.VERIFICATION), words)
    if verdict is not FixVerdict.CLASS_MITIGATED:
        text = f"The claim goes further than what was verified: {verdict.value}."
        case.says(REPORTER, Disputed(statement=case.said[target], text=text), Words(summary=text))


def close_demo_case(case: DemoCase, folder: Path, say: Say) -> tuple[Path, Path]:
    """Give out the brief, audit the case with nothing but its file and the trust file, and write its page.

    Args:
        case: The case.
        folder: The demo's folder.
        say: Prints a line.

    Returns:
        The case's file, and its page.
    """
    from groundstop.cases.auditing import audit_case
    from groundstop.cases.giving import notice_bytes
    from groundstop.cases.speaking import Words
    from groundstop.cases.tiers import told
    from groundstop.cli.output import write_file
    from groundstop.cli.parties import trusted
    from groundstop.documents.cases import (
        AttachedKind,
        Disclosed,
        NoticeReceived,
        Recipient,
        Tier,
    )
    from groundstop.evidence.audit import CheckState
    from groundstop.reports.case_brief_page import brief_page
    from groundstop.reports.case_page import case_page

    notice = told(view_now(case.of(COORDINATOR)), Tier.BRIEF)
    to = (Recipient(name=AUTHORITY, party=True), Recipient(name=DEVELOPER, party=True))
    files = ((AttachedKind.NOTICE, notice_bytes(notice)),)
    case.says(COORDINATOR, Disclosed(tier=Tier.BRIEF, recipients=to), Words(files=files), called="brief")
    case.says(AUTHORITY, NoticeReceived(disclosure=case.said["brief"]))
    write_file(folder / "brief.html", brief_page(notice))
    last = case.of(REPORTER)
    report = audit_case(
        case.files[REPORTER].read_bytes(), trusted(folder), heads=None, source=str(case.files[REPORTER])
    )
    failed = sum(check.state is CheckState.FAILED for check in report.checks)
    say(f"   The case as the reporter has it: {len(report.checks)} checks, {failed} failed.")
    page = folder / "case.html"
    write_file(page, case_page(view_now(last)))
    return case.files[REPORTER], page


def view_now(case: CaseFile) -> CaseView:
    """Return how a case stands now."""
    from groundstop.cases.folding import fold
    from groundstop.cases.view import view_of

    return view_of(fold(case), now=datetime.now(UTC))


def _read(path: Path) -> CaseFile:
    from groundstop.cases.files import read_case

    return read_case(path)


def _opened(folder: Path, finding: Path, bundle: Bundle) -> DemoCase:
    """Open the case, and give every party its own copy of it."""
    from groundstop.cases.attachments import finding_ref
    from groundstop.cases.files import save_new
    from groundstop.cases.speaking import new_case_id, open_case
    from groundstop.cli.demo_evidence import party_card, trust_card
    from groundstop.cli.parties import own_key
    from groundstop.documents.cases import Opened, PartyEntry, Role

    others = {
        DEVELOPER: Role.DEVELOPER,
        EVALUATOR: Role.CORROBORATOR,
        AUTHORITY: Role.AUTHORITY,
        COORDINATOR: Role.COORDINATOR,
    }
    cards = {name: party_card(folder / name, name) for name in others}
    for card in cards.values():
        trust_card(folder, card)
    reporter = own_key(folder, REPORTER)
    named = [PartyEntry(name=REPORTER, role=Role.REPORTER, card=reporter.card)]
    named += [PartyEntry(name=name, role=role, card=cards[name]) for name, role in others.items()]
    opened = Opened(
        title="A library's help desk tells its staff password",
        findings=(finding_ref(bundle),),
        parties=tuple(named),
    )
    moment = datetime.now(UTC)
    case_id = new_case_id(moment)
    begun = open_case(case_id, opened, Role.REPORTER, [(bundle, finding.read_bytes())], reporter, now=moment)
    files = {name: folder / name / f"{case_id}.gsb" for name in others}
    files[REPORTER] = folder / f"{case_id}.gsb"
    for path in files.values():
        save_new(path, begun)
    keys = {name: own_key(folder / name, name) for name in others}
    return DemoCase(case_id, files, {**keys, REPORTER: reporter})


def _requirement(bundle: Bundle) -> Requirement:
    return bundle.finding.requirement.model_copy(update={"source": _POLICY})


def _reporters_interests() -> Said:
    from groundstop.documents.cases import Holder, Interest, InterestKind, InterestsDeclared

    return InterestsDeclared(
        interests=(
            Interest(kind=InterestKind.EQUITY, of=Holder.ORGANISATION, in_party=DEVELOPER),
            Interest(kind=InterestKind.RESELLER, of=Holder.ORGANISATION, in_party=DEVELOPER),
            Interest(kind=InterestKind.NONE, of=Holder.PERSON),
        )
    )


def _developers_interests() -> Said:
    from groundstop.documents.cases import Holder, Interest, InterestKind, InterestsDeclared

    return InterestsDeclared(
        interests=(
            Interest(kind=InterestKind.SUPPLIER, of=Holder.ORGANISATION, in_party=REPORTER),
            Interest(kind=InterestKind.NONE, of=Holder.PERSON),
        )
    )


def _no_interests() -> Said:
    from groundstop.documents.cases import Holder, Interest, InterestKind, InterestsDeclared

    return InterestsDeclared(
        interests=tuple(Interest(kind=InterestKind.NONE, of=holder) for holder in Holder)
    )


def _score(comparison: str, gain: float, reason: str) -> SeverityScore:
    from groundstop.documents.cases import AxisValue, SeverityScore

    others = {
        "breadth": (0, "One desk, one password."),
        "ease_of_weaponization": (1, "Anyone can type the request."),
        "discoverability": (1, "A patient caller may find it."),
    }
    values = {"capability_gain": (gain, reason), **(others if gain else {})}
    return SeverityScore(
        profile="cjs-2026-07-02",
        assessed=datetime.now(UTC),
        values=tuple(AxisValue(axis=axis, value=value, reason=why) for axis, (value, why) in values.items()),
        comparators=comparison,
    )
