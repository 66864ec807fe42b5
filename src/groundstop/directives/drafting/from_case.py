"""A draft from a case: models, evidence, severity, criteria, verifiers and alternatives, filled in."""

from __future__ import annotations

from groundstop.cases.severity.counting import columns_of, counting
from groundstop.cases.state import CaseState
from groundstop.cases.views import CaseView
from groundstop.directives.drafting.blanks import blank
from groundstop.directives.drafting.empty import drafted
from groundstop.directives.drafting.from_finding import criteria_of, gist
from groundstop.directives.drafting.models import subject_models
from groundstop.directives.drafting.settings import Draft, DraftSettings
from groundstop.documents import Comparison
from groundstop.documents.cases import Role
from groundstop.documents.directives import Alternative, Descendants, Evidence, Subject, SubjectModel
from groundstop.errors import InputError

_LONGEST_SEVERITY = 200
_LONGEST_NAME = 300


def draft_from_case(view: CaseView, settings: DraftSettings) -> Draft:
    """Return a draft that rests on the findings of a case.

    Args:
        view: The case at a moment, which is when the draft is made.
        settings: What the author chose.

    Returns:
        The draft: the models of its findings, the findings, its severity in words, criteria from the
        hypotheses that the findings were decided by, those who have corroborated it as verifiers, its
        reporters as countersigners, and as alternatives the comparators that the recipes did not get through.

    Raises:
        InputError: No finding of the case says which model it was made on, or the settings do not go
            together.
    """
    state = view.state
    tested = [(one.ref.content, one.ref.model) for one in state.findings if one.ref.model is not None]
    if not tested:
        raise InputError(
            f"No finding of the case {state.id} says which model it was made on, so no order can rest on it",
            "Reproduce it on the model first, and open the case about that: groundstop reproduce",
        )
    models, notes = subject_models(tested)
    severity = severity_words(view)
    evidence = tuple(
        Evidence(finding=one.ref.content, id=one.ref.id, case=state.id, severity=severity)
        for one in state.findings
    )
    verifiers, more = _verifiers(view)
    findings = [one.finding for one in state.findings if one.finding is not None]
    questions = [one.decision.hypotheses if one.decision else None for one in findings]
    return Draft(
        drafted(
            settings,
            now=view.now,
            evidence=evidence,
            subject=Subject(models=models, descendants=Descendants.NONE),
            alternatives=alternatives_in(state, models),
            lifting=criteria_of(questions, verifiers, _reporters(state)),
            reasons=gist(findings)
            if findings
            else blank("the gist, for whoever is kept out; it must give no way of asking"),
        ),
        (*notes, *more, *_missing(state)),
    )


def severity_words(view: CaseView) -> str | None:
    """Return how severe a case was scored, in words; none when nobody's score counts.

    Args:
        view: The case at a moment.
    """
    said = [
        f"{one.profile}: {one.lowest if one.lowest == one.highest else f'{one.lowest} to {one.highest}'}, "
        f"by {one.scorers} scorer{'' if one.scorers == 1 else 's'}"
        for one in view.severity.ranges
    ]
    return "; ".join(said)[:_LONGEST_SEVERITY] or None


def alternatives_in(state: CaseState, models: tuple[SubjectModel, ...]) -> tuple[Alternative, ...]:
    """Return the comparators of a case that no recipe got through, with the run that shows it.

    Args:
        state: The case.
        models: Those of the order, which are no alternative to themselves.
    """
    kept = {(one.provider, one.name) for model in models for one in model.hosted}
    kept |= {(one.model.provider, one.model.name) for one in columns_of(state) if one.rate.violated}
    held = {
        (column.target.model.provider, column.target.model.name): run.content_id
        for _, _, run in counting(state, Comparison)
        for column in run.targets
        if column.rate.n and not column.rate.violated and not column.target.simulated
    }
    return tuple(
        Alternative(model=name[1], tested=run)
        for name, run in sorted(held.items())
        if name not in kept and len(name[1]) <= _LONGEST_NAME and not set(name[1]) & set("*? \t\n")
    )


def _verifiers(view: CaseView) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return who may verify: those who have corroborated, else those who are in the case for it."""
    counted = tuple(sorted(view.corroborations.counted))
    if counted:
        return counted, ()
    named = tuple(sorted(party.name for party in view.state.of_role(Role.CORROBORATOR)))
    if named:
        return named, ("Nobody has corroborated the finding yet: the verifiers are those invited to.",)
    return (), ("Nobody has corroborated the finding, and nobody is named yet who may verify a fix.",)


def _reporters(state: CaseState) -> tuple[str, ...]:
    sealed = {one.finding.reporter for one in state.findings if one.finding is not None}
    return tuple(sorted(sealed | {party.name for party in state.of_role(Role.REPORTER)}))


def _missing(state: CaseState) -> list[str]:
    notes = [
        f"The finding {one.ref.id} does not say which model it was made on: no model is in the order for it."
        for one in state.findings
        if one.ref.model is None
    ]
    notes += [
        f"This copy of the case lacks the finding {one.ref.id}: its hypotheses are not in the criteria."
        for one in state.findings
        if one.finding is None
    ]
    if state.forks:
        notes.append("A party of the case has shown different things to different parties: look at it first.")
    return notes
