"""What is not known of a case, and what a tier leaves out: said, so that silence is no answer."""

from __future__ import annotations

from dataclasses import replace

from groundstop.cases.state import CaseState, PartyState
from groundstop.cases.tiers.taking import Taking
from groundstop.cases.tiers.told import Told
from groundstop.cases.views import CaseView, Severity
from groundstop.documents import Comparison, Corroboration
from groundstop.documents.cases import InterestsDeclared, Remark, Role, Tier

SEALED = "the recipe and what the model answered: they are sealed, for named readers alone"
"""What no tier tells of itself."""

_LEFT_OUT: tuple[tuple[type[object], str, str], ...] = (
    (Remark, "text", "the parties' statements in full"),
    (CaseView, "clocks", "deadlines"),
    (CaseView, "due", "what is due, and from whom"),
    (CaseView, "requests", "what parties were asked for"),
    (InterestsDeclared, "interests", "interests of the parties"),
    (Severity, "facts", "measured facts"),
    (Severity, "scores", "the single severity scores"),
    (Severity, "next_step", "the recommended next step"),
    (Comparison, "targets", "how other models answered"),
    (Corroboration, "reproduction", "the single reruns"),
    (CaseView, "notices", "who was told, and who answered"),
    (CaseView, "embargo", "the embargo"),
    (CaseState, "forks", "contradictions between copies, and statements that do not count"),
    (PartyState, "identity", "identities that were withheld"),
)


def left_out(take: Taking) -> tuple[str, ...]:
    """Return what a tier does not tell, a few words each."""
    found = [words for form, field, words in _LEFT_OUT if not take.may(form, field)]
    if take.tier is Tier.PUBLIC:
        found.append("the names of parties other than developers, authorities and coordinators")
    return (*found, SEALED)


def unknown(told: Told) -> Told:
    """Return what is told with the sentences on what is not known."""
    return replace(told, unknown=(*_of_the_claim(told), *_of_the_fix(told), *_not_measured(told)))


def _of_the_claim(told: Told) -> list[str]:
    found = []
    if told.standing is None:
        found.append("Nobody has stated which requirement is broken.")
    if any(finding.model is None for finding in told.findings):
        found.append("Which model answered is not attested.")
    if any(finding.rate is None for finding in told.findings):
        found.append("How often it works is not told: this copy of the case lacks the finding's bundle.")
    if any(finding.attestation == "unattested" for finding in told.findings):
        found.append("Nothing but the reporter's word shows that the model gave the answers.")
    if any(finding.simulated for finding in told.findings):
        found.append("No model answered: the finding was made on a scripted target.")
    wanted, counted = told.corroborations.wanted, told.corroborations.counted
    if counted < wanted:
        found.append(
            f"Whether others see the same: {wanted} independent reruns are asked for, and {counted} count."
        )
    if told.missing:
        found.append(f"What stands in {told.missing} files that this copy of the case lacks.")
    return found


def _of_the_fix(told: Told) -> list[str]:
    claimed = any(one.type == "fix_claimed" and one.stands for one in told.statements)
    latest = {one.finding: one for one in told.verifications if one.counts}
    several = len(told.findings) > 1
    found = [
        f"Whether the fix that is claimed works{f' for finding {one.id}' if several else ''}: "
        "nobody independent has verified it."
        for one in told.findings
        if claimed and one.content not in latest
    ]
    if any(one.benign_change is None for one in latest.values()):
        found.append("What the fix costs in ordinary requests was not measured.")
    return found


def _not_measured(told: Told) -> list[str]:
    found = [f"Not measured: {fact.what}." for fact in told.facts if fact.value is None]
    if not told.ranges:
        found.append("How severe it is: no score counts.")
    developers = [party.called for party in told.parties if party.role is Role.DEVELOPER]
    spoke = {one.by for one in told.statements if one.role is Role.DEVELOPER}
    return found + [
        f"What {name} says: it has made no statement." for name in developers if name not in spoke
    ]
