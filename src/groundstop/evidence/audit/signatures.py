"""Whether documents are signed by who they say, and whether the reader has reason to believe those keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from groundstop.documents import Finding, KeyCard, TrustList
from groundstop.errors import GroundstopError
from groundstop.evidence.audit.checks import Check, CheckState, Rule
from groundstop.evidence.audit.documents import Found
from groundstop.evidence.audit.logs import Sighting, seen_with
from groundstop.evidence.bundle import key_members
from groundstop.evidence.keys import verifying_key
from groundstop.evidence.statements import Signed, Statement, signers_of
from groundstop.evidence.trust import Standing, entry_of, standing

CARDS = Rule(
    "key cards", "a key is damaged, is not the one that its id says, or is not what openssl is given"
)
SIGNED = Rule("signatures", "a document was changed after it was signed, or was never signed by this key")
KNOWN = Rule("signers", "somebody else may have made this: a key proves who signed only to those who know it")

_FROM_GOOD_TO_BAD = (CheckState.PASSED, CheckState.NOT_CHECKED, CheckState.UNPROVED, CheckState.FAILED)


@dataclass(frozen=True, slots=True)
class Vouched:
    """A document whose signatures hold, with the keys that made them."""

    name: str
    place: int | None
    signed: Signed
    document: Statement | None
    """None when it is of a kind that this release does not know."""
    cards: tuple[KeyCard, ...]

    @property
    def begins_bundle(self) -> bool:
        """Whether this is a bundle's finding, of this version or of one that is not known."""
        return self.place == 0 and (self.document is None or isinstance(self.document, Finding))


def read_cards(members: Mapping[str, bytes]) -> tuple[list[KeyCard], list[Check]]:
    """Read the key cards of a bundle.

    Returns:
        Those that can be used, and the checks.
    """
    cards: list[KeyCard] = []
    problems: list[tuple[str | None, str]] = []
    expected: dict[str, bytes] = {}
    names = sorted(name for name in members if name.startswith("keys/"))
    for name in names:
        if not name.endswith(".json"):
            continue
        try:
            card = KeyCard.parse(members[name], source="It")
            verifying_key(card)
        except GroundstopError as error:
            problems.append((name, error.message))
            continue
        cards.append(card)
        expected |= key_members(card)
    pairs = {name.rsplit(".", 1)[0] for name in names}
    for name in {*names, *expected, *(f"{pair}.{ending}" for pair in pairs for ending in ("json", "pem"))}:
        if name not in members:
            problems.append((name, "it is missing beside the other form of its key"))
        elif expected.get(name, members[name]) != members[name]:
            problems.append((name, "it is not the key beside it"))
    return cards, CARDS.judge(sorted(problems, key=str), f"{len(cards)} keys, each with its id")


def vouched(
    found: Sequence[Found], cards: Sequence[KeyCard], trust: TrustList
) -> tuple[list[Vouched], list[Check]]:
    """Verify the signatures of some documents.

    Args:
        found: The documents.
        cards: The cards that came with them.
        trust: The operator's list, whose cards are used too, and before those that came with the documents.

    Returns:
        The documents whose signatures hold, and the checks.
    """
    good: list[Vouched] = []
    problems: list[tuple[str | None, str]] = []
    usable = [*cards, *(entry.card for entry in trust.keys)]
    for one in found:
        if one.signed is None:
            continue
        try:
            signers = signers_of(one.signed, usable)
        except GroundstopError as error:
            problems.append((one.name, error.message))
            continue
        missing = len(one.signed.signatures) - len(signers)
        if missing:
            problems.append(
                (one.name, f"{missing} of its signatures are by keys whose cards are not at hand")
            )
        good.append(Vouched(one.name, one.place, one.signed, one.document, signers))
    plural = "document is" if len(good) == 1 else "documents are"
    return good, SIGNED.judge(problems, f"{len(good)} {plural} signed as they stand")


def known_signers(documents: Sequence[Vouched], trust: TrustList, seen: Sequence[Sighting]) -> list[Check]:
    """Say how the signers stand in the operator's trust file.

    Args:
        documents: Documents whose signatures hold.
        trust: The operator's list.
        seen: When trusted witnesses saw the log that lists them.

    Returns:
        A check for each key. A revoked key fails, unless a witness saw what it signed before that.
    """
    checks: dict[str, Check] = {}
    for one in documents:
        if one.document is None:
            # When it was made is not known, and so neither how its signer stood then.
            continue
        for card in one.cards:
            check = _stands(card, one.document.created, trust, seen_with(seen, one.place))
            checks[card.key_id] = _worse(checks.get(card.key_id), check)
    return list(checks.values())


def _stands(card: KeyCard, at: datetime, trust: TrustList, witnessed: datetime | None) -> Check:
    name = f"{card.name} ({card.key_id[:16]})"
    match standing(trust, card.key_id, at=at):
        case Standing.TRUSTED:
            return KNOWN.passed(f"{name} is in the trust file")
        case Standing.UNKNOWN:
            if at < card.created or (card.expires is not None and at > card.expires):
                return KNOWN.failed(f"{name} signed something dated outside the time that its card gives")
            return KNOWN.unproved(f"{name} is not in the trust file: compare the key id with its owner's")
        case Standing.REVOKED:
            entry = entry_of(trust, card.key_id)
            revoked = entry.revoked if entry else None
            if revoked and witnessed and witnessed < revoked.at:
                return KNOWN.passed(f"{name} was revoked, after a witness had seen what it signed")
            return KNOWN.failed(f"{name} was revoked: {revoked.reason if revoked else 'no reason given'}")
        case other:
            return KNOWN.failed(f"{name} was {other} when it is said to have signed")


def _worse(one: Check | None, other: Check) -> Check:
    if one is None or _FROM_GOOD_TO_BAD.index(other.state) > _FROM_GOOD_TO_BAD.index(one.state):
        return other
    return one
