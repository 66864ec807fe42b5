"""Whose signatures an order has, as far as keys are at hand, and how many it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from groundstop.directives.reading import OrderFile
from groundstop.documents import KeyCard
from groundstop.documents.directives import Charter
from groundstop.errors import DocumentError, InputError


class SignatureState(StrEnum):
    """What came of looking at a signature."""

    RIGHT = "right"
    WRONG = "wrong"
    """It is not by the key that it names, or not of this content."""
    ENDED = "by a key that had ended, or had not begun"
    UNKNOWN = "by a key that is not known here"


class SignatureTold(NamedTuple):
    """A signature of an order."""

    key_id: str
    name: str | None
    """The key's name at hand; none when the key is not known."""
    state: SignatureState


@dataclass(frozen=True, slots=True)
class Signatures:
    """The signatures of an order, and what its issuer's charter asks for."""

    told: tuple[SignatureTold, ...]
    quorum: int | None = None
    """None when no charter is at hand."""
    may_deny_alone: bool = False
    """Whether one of them is by a key that may add a denial alone."""

    @property
    def right(self) -> tuple[str, ...]:
        """Names of the keys whose signatures are right."""
        return tuple(one.name for one in self.told if one.state is SignatureState.RIGHT and one.name)

    @property
    def missing(self) -> int | None:
        """How many are missing to the quorum; none when it is not known."""
        return None if self.quorum is None else max(0, self.quorum - len(self.right))


def signatures_of(file: OrderFile, cards: Sequence[KeyCard], charter: Charter | None = None) -> Signatures:
    """Look at the signatures of an order.

    Args:
        file: The order as it was read.
        cards: Keys at hand; with a charter only those in it count.
        charter: That of the authority; none when it is not at hand.

    Returns:
        The signatures; none for a document that nobody has signed.

    Raises:
        InputError: The charter is of another authority than the order's issuer.
    """
    issuer = getattr(file.document, "issuer", None)
    if charter is not None and issuer is not None and charter.authority != issuer:
        raise InputError(
            f"The charter is of {charter.authority}, and {file.source} is by {issuer}",
            "Give the charter of its issuer",
        )
    known = {card.key_id: card for card in (charter.keys if charter else cards)}
    told = tuple(_told(file, key_id, known.get(key_id)) for key_id in file.signers)
    right = {one.key_id for one in told if one.state is SignatureState.RIGHT}
    return Signatures(
        told,
        charter.quorum if charter else None,
        may_deny_alone=bool(charter and right & set(charter.urgent)),
    )


def _told(file: OrderFile, key_id: str, card: KeyCard | None) -> SignatureTold:
    from groundstop.evidence.statements import read_signed, signers_of

    if card is None or file.envelope is None:
        return SignatureTold(key_id, None, SignatureState.UNKNOWN)
    try:
        signers_of(read_signed(file.envelope, source=file.source), [card])
    except DocumentError:
        return SignatureTold(key_id, card.name, SignatureState.WRONG)
    made = file.document.created
    if made < card.created or (card.expires is not None and made > card.expires):
        return SignatureTold(key_id, card.name, SignatureState.ENDED)
    return SignatureTold(key_id, card.name, SignatureState.RIGHT)
