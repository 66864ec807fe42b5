"""What goes with the statements of a case: findings, reruns, verifications, comparator runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from groundstop.cases.files import CaseFile
from groundstop.cases.state import CaseFinding, CaseState, Entry, Evidence
from groundstop.documents import (
    Comparison,
    Corroboration,
    KeyCard,
    PartName,
    ReproductionOutcome,
    Verification,
)
from groundstop.documents.cases import Attached, AttachedKind, CannotReproduce, FindingRef, Opened
from groundstop.errors import DocumentError, GroundstopError, InputError
from groundstop.evidence import Bundle
from groundstop.evidence.archive import read_archive
from groundstop.evidence.audit import hides_own_run
from groundstop.evidence.statements import digest_of, read_signed, signers_of

_SEALED, _DOCUMENTS = "sealed/", "documents/"

Measured = Corroboration | Verification | Comparison

_MEASURED: dict[AttachedKind, type[Measured]] = {
    AttachedKind.CORROBORATION: Corroboration,
    AttachedKind.VERIFICATION: Verification,
    AttachedKind.COMPARISON: Comparison,
}


def bundles_of(case: CaseFile, entries: Iterable[Entry]) -> Iterator[tuple[Entry, Bundle]]:
    """Yield the findings' bundles that a case has, with the entries that have attached them.

    One that is no bundle, or whose finding's signature is wrong, is left out; the audit tells of it.
    """
    for entry in entries:
        for one in entry.statement.attached:
            data = case.file(one.sha256)
            if one.kind is not AttachedKind.FINDING or data is None:
                continue
            bundle = read_bundle_bytes(data, source=f"files/{one.sha256} in {case.source}")
            if bundle is not None:
                yield entry, bundle


def read_bundle_bytes(data: bytes, *, source: str) -> Bundle | None:
    """Return a finding's bundle from its bytes; none when it is no bundle whose signature holds."""
    try:
        bundle = Bundle(read_archive(data, source=source), source)
        _ = bundle.finding
    except GroundstopError:
        return None
    return bundle


def finding_ref(bundle: Bundle) -> FindingRef:
    """Return how a case names the finding of a bundle."""
    finding = bundle.finding
    return FindingRef(id=finding.id, content=finding.content_id, model=finding.model.identity)


def findings_of(case: CaseFile, entries: Sequence[Entry]) -> tuple[CaseFinding, ...]:
    """Return the findings that a case is about, with their open parts where the copy has them."""
    opening = entries[0].said
    refs = opening.findings if isinstance(opening, Opened) else ()
    at_hand = {bundle.finding.content_id: bundle.finding for _, bundle in bundles_of(case, entries)}
    return tuple(CaseFinding(ref, at_hand.get(ref.content)) for ref in refs)


def missing_files(case: CaseFile, entries: Iterable[Entry]) -> tuple[Attached, ...]:
    """Return the files that statements speak of, and that a copy of the case lacks."""
    spoken_of = {one.sha256: one for entry in entries for one in entry.statement.attached}
    return tuple(one for sha256, one in sorted(spoken_of.items()) if case.file(sha256) is None)


def evidence_of(
    case: CaseFile, entries: Sequence[Entry], cards: Mapping[str, KeyCard]
) -> tuple[Evidence, ...]:
    """Return the measurements that statements have attached.

    Args:
        case: The case.
        entries: Its statements that count.
        cards: Every key card of a party of the case, by key id.

    Returns:
        The measurements, in the order of the statements. One by nobody in the case, of another finding, or
        that was changed does not count, and says why.
    """
    opening = entries[0].said
    about = {ref.content for ref in opening.findings} if isinstance(opening, Opened) else set()
    return tuple(
        _evidence(case, entry, one, about, list(cards.values()))
        for entry in entries
        for one in entry.statement.attached
        if one.kind in _MEASURED
    )


def _evidence(
    case: CaseFile, entry: Entry, attached: Attached, about: set[str], cards: list[KeyCard]
) -> Evidence:
    data = case.file(attached.sha256)
    if data is None:
        return Evidence(entry.digest, entry.by, attached, None, None, "this copy of the case lacks its file")
    try:
        document, signer = read_measured(data, attached.kind, cards)
    except GroundstopError as error:
        return Evidence(entry.digest, entry.by, attached, None, None, error.message)
    if isinstance(document, Comparison):
        # A comparator run is not signed by itself: it is the word of whoever attached it.
        return Evidence(entry.digest, entry.by, attached, document, entry.by)
    problem = _problem(document, signer, about) or _not_what_is_said(entry, document, signer)
    name = None if signer is None else signer.name
    return Evidence(entry.digest, entry.by, attached, document, name, problem)


def read_measured(
    data: bytes, kind: AttachedKind, cards: Sequence[KeyCard]
) -> tuple[Measured, KeyCard | None]:
    """Read a measurement.

    Args:
        data: A signed corroboration or verification, or a comparison as ``groundstop compare --json`` gives.
        kind: Which of them it is said to be.
        cards: The key cards of the parties of the case.

    Returns:
        The document, and whose key signed it; none where it is not signed, or by nobody in the case.

    Raises:
        DocumentError: It is not of that kind, or a signature is wrong.
    """
    form = _MEASURED[kind]
    source = f"The attached {kind}"
    if form is Comparison:
        return Comparison.parse(data, source=source), None
    signed = read_signed(data, source=source)
    document = signed.document()
    if not isinstance(document, Corroboration | Verification) or not isinstance(document, form):
        raise DocumentError(f"{source} is a {signed.predicate_type}", "Attach it as what it is")
    known = {card.key_id for card in cards}
    if not known & {key_id for key_id, _ in signed.signatures}:
        return document, None
    return document, signers_of(signed, cards)[0]


def _not_what_is_said(
    entry: Entry, document: Corroboration | Verification, signer: KeyCard | None
) -> str | None:
    """Say why a rerun does not support that its author could not reproduce the finding."""
    if not isinstance(entry.said, CannotReproduce) or not isinstance(document, Corroboration):
        return None
    if signer is None or signer.name != entry.by:
        return f"it is not the rerun of {entry.by} itself"
    reproduced = document.reproduction.outcome is ReproductionOutcome.REPRODUCED
    return "in it the finding was reproduced" if reproduced else None


def _problem(document: Corroboration | Verification, signer: KeyCard | None, about: set[str]) -> str | None:
    rerun = document.reproduction if isinstance(document, Corroboration) else document
    by = document.corroborator if isinstance(document, Corroboration) else document.by
    if rerun.finding not in about:
        return "it is of a finding that the case is not about"
    if signer is None:
        return f"it says that it is by {by}, and is signed by no party of the case"
    if by != signer.name:
        return f"it says that it is by {by}, and {signer.name} signed it"
    if isinstance(document, Verification) and hides_own_run(document, {signer.key_id}):
        return "it hides that it is the fixer's own run"
    return None


def bundle_of_case(case: CaseFile, state: CaseState) -> Bundle:
    """Return the finding's bundle of a case that is about one, with what the case has measured of it.

    Args:
        case: The case.
        state: Its state.

    Returns:
        The bundle that was attached first, with what later ones have besides, and with the reruns and
        verifications of the case, as further documents: all that the reporter or a party of the case has
        signed. They are not in the bundle's own log: it is for reading, not for passing on.

    Raises:
        InputError: The case is about several findings, or this copy lacks the bundle.
    """
    if len(state.findings) != 1:
        raise InputError(
            f"The case {state.id} is about {len(state.findings)} findings, and one is verified at a time",
            "Give the .gsb file of one of them",
        )
    content = state.findings[0].ref.content
    found = [bundle for _, bundle in bundles_of(case, state.entries) if bundle.finding.content_id == content]
    if not found:
        raise InputError(
            f"{case.source} lacks the bundle of {state.findings[0].ref.id}", "Merge a copy that has it"
        )
    # What the opener attached comes first. Whoever attaches a shorter bundle later hides nothing, and what
    # nobody in the case has signed is of no account.
    bundle, members = found[0], dict(found[0].members)
    cards = [*state.cards.values(), *bundle.reporters]
    for name in bundle.document_names[1:]:
        if not _is_ours(members[name], cards):
            del members[name]
    for other in found[1:]:
        members |= {
            name: data
            for name, data in other.members.items()
            if name.startswith(_SEALED) and name not in members
        }
    held = {digest_of(members[name]) for name in members if name.startswith(_DOCUMENTS)}
    others = [(signed.data, "statement") for one in found for signed in one.documents[1:]]
    others += [
        (data, one.attached.kind.value)
        for one in state.evidence
        if (data := case.file(one.attached.sha256)) is not None
        and one.problem is None
        and not isinstance(one.document, Comparison)
    ]
    number = max(int(name[len(_DOCUMENTS) :][:6]) for name in bundle.document_names)
    for data, kind in others:
        if digest_of(data) not in held and _is_ours(data, cards):
            held.add(digest_of(data))
            number += 1
            members[f"{_DOCUMENTS}{number:06d}-{kind}.json"] = data
    return Bundle(members, bundle.source)


def _is_ours(data: bytes, cards: Sequence[KeyCard]) -> bool:
    """Tell whether a document is signed by a party of the case, or the reporter, and by whom it says."""
    try:
        signed = read_signed(data, source="It")
        signers = {card.name for card in signers_of(signed, cards)}
        document = signed.document()
    except GroundstopError:
        return False
    if isinstance(document, Corroboration):
        return document.corroborator in signers
    return document is not None and getattr(document, "by", None) in (None, *signers)


def readers_of(case: CaseFile, state: CaseState) -> frozenset[str]:
    """Return the ids of the keys that can open the recipe of every finding of a case.

    Args:
        case: The case.
        state: Its state.
    """
    able: dict[str, set[str]] = {ref.ref.content: set() for ref in state.findings}
    for _, bundle in bundles_of(case, state.entries):
        for file in bundle.sealed_files(PartName.RECIPE):
            able.setdefault(bundle.finding.content_id, set()).update(file.recipients)
    return frozenset(set.intersection(*able.values())) if able else frozenset()
