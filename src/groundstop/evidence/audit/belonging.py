"""Whether what was added to a finding is about it, and is said by who may say it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from groundstop.documents import (
    Corroboration,
    Finding,
    Grant,
    Minimization,
    Opening,
    PartName,
    Verification,
    VerificationPlan,
)
from groundstop.documents.cases import CaseStatement
from groundstop.documents.directives import (
    Countersignature,
    Directive,
    Licence,
    LicenceRevocation,
    Lift,
    Override,
    Stop,
)
from groundstop.documents.gateway import (
    Acknowledgement,
    EnforcementCertificate,
    FallbackTest,
    Fleet,
    Guard,
    ProbeReport,
    ReceiptCheckpoint,
)
from groundstop.evidence.audit.checks import Check, Rule
from groundstop.evidence.audit.documents import Found
from groundstop.evidence.audit.signatures import Vouched
from groundstop.evidence.bundle import origin_of
from groundstop.evidence.log.auditing import CLOCKS_APART
from groundstop.evidence.statements import Statement

BELONG = Rule("belonging", "a document speaks of another finding, or is signed by the wrong party")


def check_belonging(found: Sequence[Found], good: Sequence[Vouched], origin: str) -> list[Check]:
    """Check that all documents of a bundle are about its finding, and signed by who may say it.

    Args:
        found: All documents.
        good: Those whose signatures hold.
        origin: The name of the bundle's log.
    """
    begin = next((one for one in found if one.place == 0), None)
    if begin is None or begin.document is None:
        return [BELONG.not_checked("the finding itself cannot be read by this release")]
    finding = begin.document
    if not isinstance(finding, Finding):
        what = f"a bundle begins with a finding, and not with this {finding.kind}"
        return [BELONG.failed(what, begin.name)]
    reporters = reporters_of(good)
    problems: list[tuple[str | None, str]] = []
    if origin_of(finding.id) != origin:
        problems.append(("log/checkpoint", "its first line does not name the finding"))
    for one in good:
        problems += ((one.name, what) for what in _problems(one, finding, reporters))
    return BELONG.judge(problems, f"all speak of {finding.id}")


def reporters_of(good: Sequence[Vouched]) -> frozenset[str]:
    """Return the key ids that signed the finding; none when its signatures do not hold."""
    return frozenset(card.key_id for one in good if one.begins_bundle for card in one.cards)


OfDirectives = Directive | Stop | Licence | LicenceRevocation | Lift | Countersignature | Override
OfGateways = (
    ReceiptCheckpoint | Acknowledgement | Fleet | ProbeReport | EnforcementCertificate | FallbackTest | Guard
)


def belongs(one: Vouched, finding: Finding, reporters: frozenset[str]) -> bool:
    """Tell whether a document is about a finding, and signed by who may say it."""
    return not list(_problems(one, finding, reporters))


def _problems(one: Vouched, finding: Finding, reporters: frozenset[str]) -> Iterator[str]:
    document = one.document
    if document is None:
        return
    signers = {card.key_id for card in one.cards}
    author = _author(document)
    if author is not None and author not in {card.name for card in one.cards}:
        yield f"it says that it is by {author}, and {one.cards[0].name} signed it"
    if one.place == 0:
        return
    if isinstance(document, Finding | Opening):
        yield f"a bundle holds one finding and what is said of it, and no other {document.kind}"
        return
    if isinstance(document, CaseStatement):
        yield "a statement of a case stays in the case"
        return
    if isinstance(document, OfDirectives):
        yield "an order, and what goes with it, stays where its authority publishes it"
        return
    if isinstance(document, OfGateways):
        yield "what is said of gateways stays with their operator"
        return
    if isinstance(document, VerificationPlan):
        yield "it names the technique: a plan stays in the records of whoever verified"
    if _finding_of(document) != finding.content_id:
        yield "it is about another finding"
    if document.created < finding.created - CLOCKS_APART:
        yield "it is dated before the finding that it speaks of"
    if isinstance(document, Grant | Minimization) and not signers & reporters:
        yield "it is not signed by the reporter, who alone may add it"
    if isinstance(document, Corroboration) and signers & reporters:
        yield "the reporter cannot corroborate its own finding"
    if isinstance(document, Minimization) and document.part and document.part.name is not PartName.MINIMAL:
        yield f"it tells of another part {document.part.name} than the finding's"
    if isinstance(document, Verification) and document.finding_id != finding.id:
        yield "it calls the finding by another id"


def _author(document: Statement) -> str | None:
    """Return who says a document, as far as it tells itself."""
    match document:
        case Finding():
            return document.reporter
        case Corroboration():
            return document.corroborator
        case Minimization() | Opening() | VerificationPlan() | Verification():
            return document.by
        case CaseStatement() | Countersignature() | Override():
            return document.by
        case Directive() | Stop() | Licence() | LicenceRevocation() | Lift():
            # An authority signs with keys that its charter names, each under a name of its own.
            return None
        case Grant():
            return None
        case (
            ReceiptCheckpoint()
            | Acknowledgement()
            | Fleet()
            | ProbeReport()
            | EnforcementCertificate()
            | FallbackTest()
            | Guard()
        ):
            # What is said of gateways is in no bundle, whoever says it.
            return None


def _finding_of(document: Grant | Minimization | Corroboration | VerificationPlan | Verification) -> str:
    return document.reproduction.finding if isinstance(document, Corroboration) else document.finding
