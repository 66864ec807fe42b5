"""Which reruns and verifications count: those whose signatures hold, by parties that the reader knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groundstop.documents import Corroboration, KeyCard, TrustList, Verification
from groundstop.evidence.audit.belonging import belongs, reporters_of
from groundstop.evidence.audit.container import placed_documents
from groundstop.evidence.audit.documents import Found, finding_of, read_documents
from groundstop.evidence.audit.signatures import read_cards, vouched
from groundstop.evidence.audit.verifications import hides_own_run
from groundstop.evidence.bundle import Bundle
from groundstop.evidence.trust import Standing, standing


@dataclass(frozen=True, slots=True)
class Rerun:
    """A corroboration in a bundle."""

    key_id: str
    statement: Corroboration
    counts: bool
    """False when its signature is wrong, its signer unknown, or it is by the reporter itself."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A verification in a bundle."""

    key_id: str
    statement: Verification
    counts: bool
    """False when its signature is wrong, its signer unknown, or it hides that it is the fixer's own run."""


def reruns(bundle: Bundle, trust: TrustList) -> tuple[Rerun, ...]:
    """Return the corroborations of a bundle.

    Args:
        bundle: The bundle.
        trust: Whom the reader believes. Anyone can make keys, so a party that nobody knows does not count.
            Nor does any when the finding's own signature is wrong: it is not what was rerun.
    """
    found, signers = _signed_by(bundle, trust)
    reruns = []
    for one in found:
        statement = one.document
        if isinstance(statement, Corroboration):
            key_id, known = _signer(one, signers, trust)
            reruns.append(Rerun(key_id, statement, counts=known))
    return tuple(reruns)


def verifications(bundle: Bundle, trust: TrustList) -> tuple[Verified, ...]:
    """Return the verifications of a bundle, in the order of its log.

    Args:
        bundle: The bundle.
        trust: Whom the reader believes; see :func:`reruns`. The reporter may verify.
    """
    found, signers = _signed_by(bundle, trust)
    verified = []
    for one in found:
        statement = one.document
        if isinstance(statement, Verification):
            key_id, known = _signer(one, signers, trust)
            hidden = hides_own_run(statement, {card.key_id for card in signers.get(one.name, ())})
            verified.append(Verified(key_id, statement, counts=known and not hidden))
    return tuple(verified)


def _signed_by(bundle: Bundle, trust: TrustList) -> tuple[list[Found], dict[str, tuple[KeyCard, ...]]]:
    """Return a bundle's documents, and by name the signers of those that belong into it."""
    cards, _ = read_cards(bundle.members)
    found, _ = read_documents(placed_documents(bundle))
    good, _ = vouched(found, cards, trust)
    finding, reporters = finding_of(found), reporters_of(good)
    return found, {
        one.name: one.cards
        for one in good
        if finding is not None and reporters and belongs(one, finding, reporters)
    }


def _signer(one: Found, signers: dict[str, tuple[KeyCard, ...]], trust: TrustList) -> tuple[str, bool]:
    """Return the key that a document goes by, and whether the reader knows it."""
    by: Sequence[KeyCard] = signers.get(one.name, ())
    created = one.created
    known = [card for card in by if created and standing(trust, card.key_id, at=created) is Standing.TRUSTED]
    if by:
        return (known or by)[0].key_id, bool(known)
    return one.signed.signatures[0][0] if one.signed else "", False
