"""Which corroborations count: those whose signatures hold, by parties that the reader knows."""

from __future__ import annotations

from dataclasses import dataclass

from groundstop.documents import Corroboration, TrustList
from groundstop.evidence.audit.belonging import belongs, reporters_of
from groundstop.evidence.audit.container import placed_documents
from groundstop.evidence.audit.documents import finding_of, read_documents
from groundstop.evidence.audit.signatures import read_cards, vouched
from groundstop.evidence.bundle import Bundle
from groundstop.evidence.trust import Standing, standing


@dataclass(frozen=True, slots=True)
class Rerun:
    """A corroboration in a bundle."""

    key_id: str
    statement: Corroboration
    counts: bool
    """False when its signature is wrong, its signer unknown, or it is by the reporter itself."""


def reruns(bundle: Bundle, trust: TrustList) -> tuple[Rerun, ...]:
    """Return the corroborations of a bundle.

    Args:
        bundle: The bundle.
        trust: Whom the reader believes. Anyone can make keys, so a party that nobody knows does not count.
            Nor does any when the finding's own signature is wrong: it is not what was rerun.
    """
    cards, _ = read_cards(bundle.members)
    found, _ = read_documents(placed_documents(bundle))
    good, _ = vouched(found, cards, trust)
    finding, reporters = finding_of(found), reporters_of(good)
    signers = {
        one.name: one.cards
        for one in good
        if finding is not None and reporters and belongs(one, finding, reporters)
    }
    reruns = []
    for one in found:
        statement = one.document
        if not isinstance(statement, Corroboration) or one.signed is None:
            continue
        by = signers.get(one.name, ())
        known = [
            card for card in by if standing(trust, card.key_id, at=statement.created) is Standing.TRUSTED
        ]
        key_id = (known or by)[0].key_id if by else one.signed.signatures[0][0]
        reruns.append(Rerun(key_id, statement, counts=bool(known)))
    return tuple(reruns)
