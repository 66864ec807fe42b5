"""What is shown of claimed fixes: which verifications are of which claim, and what they make of it."""

from __future__ import annotations

from dataclasses import dataclass

from groundstop.cases.exports.words import responses, verification_sentence
from groundstop.cases.tiers import Told, ToldFinding, ToldModel, ToldStatement, ToldVerification
from groundstop.documents.cases import Role

MITIGATED = "class_mitigated"
"""The one verdict that is a fix: the reported way of asking is blocked, and so is its class."""

_BLOCKED = (MITIGATED, "technique_blocked")
"""Verdicts under which the reported way of asking is blocked at no cost that was seen."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What independent verifications show: of each finding the latest that counts."""

    verifications: tuple[ToldVerification, ...]
    findings: int
    """How many findings there are to verify."""

    @property
    def is_mitigated(self) -> bool:
        """Whether the class of every finding is mitigated."""
        return self._all(MITIGATED)

    @property
    def is_blocked(self) -> bool:
        """Whether the reported way of asking of every finding is blocked, if nothing more."""
        return self._all(*_BLOCKED)

    @property
    def is_residual(self) -> bool:
        """Whether a reported way of asking still works."""
        return any(one.verdict == "residual" for one in self.verifications)

    def _all(self, *verdicts: str) -> bool:
        right = [one for one in self.verifications if one.verdict in verdicts]
        return bool(self.findings) and len(right) == self.findings


def shown_of_case(told: Told) -> Shown:
    """Return what is shown of the findings of a case, whoever claims what."""
    return _latest(told.findings, told.verifications)


def shown_of_claim(told: Told, claim: ToldStatement) -> Shown:
    """Return what is shown of a claimed fix.

    A verification is of the claim when it is of the same party's fix, was made after the claim and before the
    party's next one, and, where the claim names a model, tested that model. Then only the next claim of that
    model ends it. One whose tested model is not attested is of no claim that names a model.

    Args:
        told: What the case tells.
        claim: A ``fix_claimed`` in it.
    """
    own = tuple(one for one in told.findings if one.model is not None and one.model.provider == claim.by)
    later = [one.at for one in _claims(told, claim.by) if _follows(one, claim)]
    before = min(later, default=None)
    others = [one.model for one in _claims(told, claim.by) if one.model is not None]
    found = tuple(
        one
        for one in told.verifications
        if _is_fix_of(told, one, claim.by)
        and one.at >= claim.at
        and (before is None or one.at < before)
        and (
            is_same(one.tested, claim.model)
            if claim.model is not None
            else not any(is_same(one.tested, other) for other in others)
        )
    )
    return _latest(own or told.findings, found)


def shown_sentences(told: Told, shown: Shown) -> list[str]:
    """Return what is shown, one sentence for each verification; with its finding where there are several."""
    names = {one.content: one.id for one in told.findings} if len(told.findings) > 1 else {}
    return [
        f"{f'Finding {names[one.finding]}: ' if one.finding in names else ''}{verification_sentence(one)}"
        for one in shown.verifications
    ]


def is_same(one: ToldModel | None, other: ToldModel | None) -> bool:
    """Tell whether two are the same model: provider, name, snapshot, and weights where both name them."""
    if one is None or other is None:
        return False
    named = (one.provider, one.name, one.snapshot) == (other.provider, other.name, other.snapshot)
    return named and (one.digest is None or other.digest is None or one.digest == other.digest)


def _latest(findings: tuple[ToldFinding, ...], verifications: tuple[ToldVerification, ...]) -> Shown:
    # Putting an old verification in once more does not make it the latest.
    ordered = sorted(verifications, key=lambda one: one.at)
    of = {one.finding: one for one in ordered if one.counts}
    return Shown(tuple(of[one.content] for one in findings if one.content in of), len(findings))


def _claims(told: Told, by: str) -> list[ToldStatement]:
    return [one for one in responses(told) if one.type == "fix_claimed" and one.by == by]


def _follows(later: ToldStatement, claim: ToldStatement) -> bool:
    """Tell whether a claim takes an earlier one's place: any later one does, or one of the model it names."""
    return later.at > claim.at and (claim.model is None or is_same(later.model, claim.model))


def _is_fix_of(told: Told, one: ToldVerification, by: str) -> bool:
    if one.fixer == by:
        return True
    # With one developer in the case, a fixer that is no party of it can be nobody else.
    alone = sum(party.role is Role.DEVELOPER for party in told.parties) == 1
    return alone and one.fixer not in {party.called for party in told.parties}
