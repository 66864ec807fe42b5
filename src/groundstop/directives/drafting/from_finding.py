"""A draft from a finding: its model, its criteria and its requirement, filled in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from groundstop.directives.drafting.empty import bounded_criteria, drafted
from groundstop.directives.drafting.models import subject_models
from groundstop.directives.drafting.settings import Draft, DraftSettings
from groundstop.directives.refusals import PROPOSED_ALPHA, PROPOSED_BOUND
from groundstop.documents import Finding, HypothesesRecord
from groundstop.documents.directives import Descendants, Evidence, LiftingCriteria, Subject
from groundstop.errors import InputError

_LONGEST_REASON = 4000


def draft_from_finding(finding: Finding, settings: DraftSettings, *, now: datetime) -> Draft:
    """Return a draft that rests on a finding.

    Args:
        finding: Its open part.
        settings: What the author chose.
        now: The moment.

    Returns:
        The draft. Who may verify is still to be named: a finding does not say it.

    Raises:
        InputError: The finding does not say which model it was made on, or the settings do not go together.
    """
    identity = finding.model.identity
    if identity is None:
        raise InputError(
            f"The finding {finding.id} does not say which model it was made on, so no order can rest on it",
            "Reproduce it on the model first: groundstop reproduce",
        )
    models, notes = subject_models([(finding.content_id, identity)])
    if finding.model.simulated:
        notes = (*notes, "The finding was made on a simulated target: no model answered.")
    questions = [finding.decision.hypotheses] if finding.decision else [None]
    return Draft(
        drafted(
            settings,
            now=now,
            evidence=(Evidence(finding=finding.content_id, id=finding.id),),
            subject=Subject(models=models, descendants=Descendants.NONE),
            lifting=criteria_of(questions, (), (finding.reporter,)),
            reasons=gist([finding]),
        ),
        (*notes, "Nobody is named yet who may verify a fix."),
    )


def criteria_of(
    questions: Sequence[HypothesesRecord | None],
    verifiers: tuple[str, ...],
    countersigners: tuple[str, ...],
) -> LiftingCriteria:
    """Return lifting criteria from the hypotheses of findings: what they were decided by is to be ruled out.

    Args:
        questions: Of each finding; none for one that was imported.
        verifiers: Who may verify.
        countersigners: Who must agree.
    """
    known = [one for one in questions if one is not None]
    # Of several findings the strictest counts: the order is lifted for all of them at once.
    bound = min((one.p0 for one in known), default=PROPOSED_BOUND)
    alpha = min((one.alpha for one in known), default=PROPOSED_ALPHA)
    return bounded_criteria(bound, alpha, verifiers, countersigners)


def gist(findings: Sequence[Finding]) -> str:
    """Return the gist of the reasons: which stated rules are broken. It gives no way of asking.

    Args:
        findings: Open parts.
    """
    rules = dict.fromkeys(one.requirement.statement.strip().rstrip(".") for one in findings)
    text = f"The model breaks a safeguard that is stated for it: {'; '.join(rules)}."
    return text if len(text) <= _LONGEST_REASON else f"{text[: _LONGEST_REASON - 1]}…"
