"""Drafts: from a case, from a finding, empty; what is filled in, what is marked, what an author is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from groundstop.cases.state import CaseFinding
from groundstop.cases.views import CaseView, Corroborations, Severity, SeverityRange
from groundstop.directives.drafting import (
    Draft,
    DraftSettings,
    blanks_of,
    draft_from_case,
    draft_from_finding,
    empty_draft,
    numbered,
    review_directive,
    write_draft,
)
from groundstop.directives.drafting.models import subject_models
from groundstop.directives.drafting.writing import explanations
from groundstop.directives.reading import NOT_NUMBERED, parse_order
from groundstop.documents import Comparison, Finding, ModelIdentity
from groundstop.documents.cases import FindingRef
from groundstop.documents.directives import (
    Act,
    Alternative,
    Descendants,
    Directive,
    HostedModel,
    OrderKind,
    Rule,
    Subject,
    SubjectModel,
    Unknown,
    calls_needed,
)
from groundstop.errors import DocumentError, InputError
from tests.case_parts import CASE, FINDING, MODEL, REPORTER, START
from tests.case_stories import a_story
from tests.directive_parts import a_directive, a_model, amended, at, for_everybody, foreign_person
from tests.evidence_samples import a_bundle
from tests.severity_parts import OTHER_MODEL, THIRD_MODEL, a_comparison
from tests.verification_parts import interval

SETTINGS = DraftSettings(issuer="oak-office", definitions=(foreign_person(),))


def identity(**changes: Any) -> ModelIdentity:
    return ModelIdentity(**{"provider": "elm", "name": "desk-helper", **changes})


def case(**changes: Any) -> CaseView:
    return replace(a_story(), **changes)


def with_finding(finding: Finding | None = None) -> CaseView:
    """Return a case about a real finding, by birch-lab corroborated."""
    finding = finding or a_bundle().finding
    ref = FindingRef(id=finding.id, content=finding.content_id, model=finding.model.identity)
    view = a_story()
    state = replace(view.state, findings=(CaseFinding(ref, finding),))
    counted = Corroborations(wanted=2, counted=("birch-lab",), not_counted=(), why=())
    return replace(view, state=state, corroborations=counted)


def read_back(draft: Draft) -> Directive:
    return parse_order(write_draft(draft).encode(), source="order.toml").directive()


# From a case


def test_a_case_fills_in_models_evidence_and_who_agrees() -> None:
    made = draft_from_case(case(), SETTINGS).directive
    (model,) = made.subject.models
    assert model.hosted == (HostedModel(provider="alder", name="desk-helper", snapshot="v1"),)
    assert model.findings == (FINDING.content,)
    assert [(one.finding, one.id, one.case) for one in made.evidence] == [(FINDING.content, FINDING.id, CASE)]
    assert made.lifting.countersigners == (REPORTER,)
    assert made.lifting.countersigners_needed == 1
    assert made.id == NOT_NUMBERED
    assert made.effective > a_story().now


def test_severity_is_told_in_words_and_by_how_many() -> None:
    view = case()
    ranges = (SeverityRange("cjs", "high", "critical", 2), SeverityRange("jef", "high", "high", 1))
    view = replace(view, severity=Severity((), (), ranges, view.severity.next_step))
    severity = draft_from_case(view, SETTINGS).directive.evidence[0].severity
    assert severity == "cjs: high to critical, by 2 scorers; jef: high, by 1 scorer"


def test_a_case_without_a_score_says_nothing_of_severity() -> None:
    view = case()
    view = replace(view, severity=Severity((), (), (), view.severity.next_step))
    assert draft_from_case(view, SETTINGS).directive.evidence[0].severity is None


def test_criteria_are_what_the_finding_was_decided_by() -> None:
    finding = a_bundle().finding
    assert finding.decision is not None
    question = finding.decision.hypotheses
    assert question is not None
    made = draft_from_case(with_finding(), SETTINGS).directive
    assert (made.lifting.bound, made.lifting.alpha) == (question.p0, question.alpha)
    assert made.lifting.minimum_n == calls_needed(question.p0, question.alpha)
    assert made.lifting.verifiers == ("birch-lab",)
    assert finding.requirement.statement.rstrip(".") in made.reasons


def test_verifiers_are_a_blank_when_nobody_has_corroborated_and_nobody_is_invited_to() -> None:
    view = with_finding()
    state = replace(view.state, parties=view.state.parties[:1])
    nobody = Corroborations(wanted=2, counted=(), not_counted=(), why=())
    made = draft_from_case(replace(view, state=state, corroborations=nobody), SETTINGS)
    assert "lifting.verifiers.0" in blanks_of(made.directive)
    assert any("nobody is named yet who may verify" in note for note in made.notes)


def test_alternatives_are_comparators_that_held_and_none_that_did_not() -> None:
    view = a_story()
    run = a_comparison(
        (MODEL, interval(20, 40), None),
        (OTHER_MODEL, interval(0, 40), None),
        (THIRD_MODEL, interval(1, 40), None),
    )
    evidence = [
        replace(one, document=run) if isinstance(one.document, Comparison) else one
        for one in view.state.evidence
    ]
    view = replace(view, state=replace(view.state, evidence=tuple(evidence)))
    made = draft_from_case(view, SETTINGS).directive
    assert made.alternatives == (Alternative(model=OTHER_MODEL.name, tested=run.content_id),)


def test_a_case_whose_findings_name_no_model_is_refused() -> None:
    view = case()
    ref = FINDING.model_copy(update={"model": None})
    state = replace(view.state, findings=(CaseFinding(ref, None),))
    with pytest.raises(InputError, match="says which model"):
        draft_from_case(replace(view, state=state), SETTINGS)


def test_what_a_copy_of_a_case_lacks_is_said() -> None:
    view = case()
    view = replace(view, state=replace(view.state, findings=(CaseFinding(FINDING, None),)))
    made = draft_from_case(view, SETTINGS)
    assert any("lacks the finding" in note for note in made.notes)
    assert "reasons" in blanks_of(made.directive)


# From a finding, and empty


def test_a_finding_fills_in_its_model_criteria_and_reporter() -> None:
    finding = a_bundle().finding
    made = draft_from_finding(finding, SETTINGS, now=START)
    assert made.directive.evidence[0].finding == finding.content_id
    assert made.directive.lifting.countersigners == (finding.reporter,)
    assert any("simulated" in note for note in made.notes)
    assert read_back(made) == made.directive


def test_a_finding_of_nobody_knows_which_model_is_refused() -> None:
    finding = a_bundle().finding
    nameless = finding.model_copy(update={"model": finding.model.model_copy(update={"identity": None})})
    with pytest.raises(InputError, match="does not say which model"):
        draft_from_finding(nameless, SETTINGS, now=START)


def test_an_imported_finding_gets_a_bounded_proposal() -> None:
    finding = a_bundle().finding.model_copy(update={"decision": None})
    criteria = draft_from_finding(finding, SETTINGS, now=START).directive.lifting
    assert (criteria.bound, criteria.alpha, criteria.minimum_n) == (0.01, 0.05, 299)


@pytest.mark.parametrize("order", OrderKind)
def test_an_empty_draft_of_every_kind_reads_back_to_itself(order: OrderKind) -> None:
    made = empty_draft(DraftSettings(order=order, acts=tuple(Act), destinations=("XB", "XC")), now=START)
    assert read_back(made) == made.directive
    assert made.directive.order is order


@pytest.mark.parametrize(
    ("order", "acts"),
    [
        (OrderKind.EXPORT_BAN, (Act.DOWNLOAD, Act.TRANSFER, Act.DEPLOY, Act.INFER)),
        (OrderKind.DE_DEPLOY, (Act.INFER, Act.DEPLOY)),
        (OrderKind.RESTRICT, (Act.INFER,)),
        (OrderKind.VIRTUAL_PATCH, (Act.INFER,)),
        (OrderKind.VOLUNTARY_WITHDRAWAL, (Act.INFER,)),
    ],
)
def test_a_draft_forbids_what_goes_with_its_kind_unless_acts_are_chosen(
    order: OrderKind, acts: tuple[Act, ...]
) -> None:
    assert empty_draft(DraftSettings(order=order), now=START).directive.acts == acts
    chosen = DraftSettings(order=order, acts=(Act.FINE_TUNE,))
    assert empty_draft(chosen, now=START).directive.acts == (Act.FINE_TUNE,)


def test_an_empty_draft_marks_all_that_only_its_issuer_can_say() -> None:
    blanks = blanks_of(empty_draft(DraftSettings(), now=START).directive)
    for path in ("issuer", "basis.text", "basis.as_of", "evidence.0.finding", "evidence.0.id", "reasons"):
        assert path in blanks
    for path in ("subject.models.0.label", "lifting.verifiers.0", "appeal.contact", "response.message"):
        assert path in blanks
    assert not {"id", "created"} & set(blanks)


def test_every_field_of_a_draft_is_explained() -> None:
    made = empty_draft(DraftSettings(definitions=(foreign_person(),)), now=START).directive
    full = a_directive().to_json() | {"exceptions": [Rule(id="x", persons="foreign-person").to_json()]}

    def paths(value: Any, place: tuple[str, ...]) -> set[str]:
        if ".".join(place) == "definitions.condition":
            return set()
        if isinstance(value, list):
            return {path for one in value for path in paths(one, place)}
        if not isinstance(value, dict):
            return set()
        found = {".".join((*place, name)) for name in value}
        return found.union(*(paths(one, (*place, name)) for name, one in value.items()))

    wanted = (paths(full, ()) | paths(made.to_json(), ())) - {"version"}
    assert wanted <= set(explanations())
    text = write_draft(Draft(Directive.from_json(full, source="a sample"), ("One.\nTwo.",)))
    assert "# Look at: One. Two.\n" in text
    assert f"# {explanations()['exceptions.persons']}\n" in text
    assert text.count(explanations()["claims.claim"]) == 1


def test_settings_that_do_not_go_together_are_refused() -> None:
    with pytest.raises(InputError, match="reviewed after"):
        empty_draft(DraftSettings(review_after=timedelta(days=40)), now=START)
    with pytest.raises(InputError, match=r"scope\.0\.destinations"):
        empty_draft(DraftSettings(destinations=("Elsewhere",)), now=START)
    with pytest.raises(InputError, match="last day of the calendar"):
        empty_draft(DraftSettings(effective=START.replace(year=9999, month=12)), now=START)


# Models


def test_a_model_without_a_snapshot_is_meant_in_every_one_and_it_is_said() -> None:
    (model,), notes = subject_models([("sha256:" + "a" * 64, identity())])
    assert model.hosted[0].snapshot == "every"
    assert any("every snapshot" in note for note in notes)


def test_findings_of_one_model_are_one_entry_and_of_two_snapshots_are_two() -> None:
    first, second = ("sha256:" + digit * 64 for digit in "ab")
    (one,), _ = subject_models(
        [(first, identity()), (second, identity(aliases=("helper",), digest="sha256:" + "c" * 64))]
    )
    assert one.findings == (first, second)
    assert (one.aliases, one.weights) == (("helper",), ("c" * 64,))
    models, _ = subject_models([(first, identity(snapshot="v1")), (second, identity(snapshot="v2"))])
    assert [model.label for model in models] == ["desk-helper-v1", "desk-helper-v2"]


def test_two_models_of_one_name_get_two_labels() -> None:
    first, second = ("sha256:" + digit * 64 for digit in "ab")
    models, _ = subject_models([(first, identity()), (second, identity(provider="oak"))])
    assert [model.label for model in models] == ["desk-helper", "desk-helper-2"]


@pytest.mark.parametrize("name", ["desk-*", "desk\nhelper", " ", "x" * 400])
def test_a_name_that_no_order_can_hold_is_refused_and_not_quoted(name: str) -> None:
    with pytest.raises(InputError, match="no order can hold") as refused:
        subject_models([("sha256:" + "a" * 64, identity(name=name))])
    assert "x" * 50 not in str(refused.value)


def test_a_label_is_made_of_what_is_safe() -> None:
    (model,), _ = subject_models([("sha256:" + "a" * 64, identity(name="Süß/Model 7B"))])
    assert model.label == "s-model-7b"
    (model,), _ = subject_models([("sha256:" + "a" * 64, identity(name="木"))])
    assert model.label == "model"


# Numbering


def test_a_draft_gets_its_id_and_date_once() -> None:
    draft = a_directive().model_copy(
        update={"id": NOT_NUMBERED, "created": at(-1000).replace(year=1970, month=1, day=1, hour=0)}
    )
    made = numbered(draft, now=at(-2), random_hex=lambda n: "ab" * n, source="order.toml")
    assert made.id == f"GSD-{at(-2):%Y%m%d}-ababababab"
    assert made.created == at(-2)
    again = numbered(made, now=at(-1), random_hex=lambda n: "cd" * n, source="order.toml")
    assert again == made


def test_a_draft_with_blanks_is_not_numbered_and_they_are_named() -> None:
    draft = empty_draft(DraftSettings(issuer="oak-office"), now=START).directive
    with pytest.raises(InputError, match=r"basis\.text, basis\.citation") as refused:
        numbered(draft, now=START, random_hex=lambda n: "ab" * n, source="order.toml")
    assert "more must be filled in" in refused.value.message


def test_a_draft_that_has_ended_is_not_numbered() -> None:
    with pytest.raises(InputError, match="which is past"):
        numbered(a_directive(), now=at(24 * 40), random_hex=lambda n: "ab" * n, source="order.toml")


def test_a_date_that_breaks_the_order_is_refused_as_by_the_form() -> None:
    draft = a_directive().model_copy(update={"review": at(-5)})
    with pytest.raises(DocumentError, match="it is reviewed after"):
        numbered(draft, now=at(-2), random_hex=lambda n: "ab" * n, source="order.toml")


# What an author is told


def about(*models: SubjectModel) -> Subject:
    return Subject(models=models, descendants=Descendants.NONE)


def told(directive: Directive) -> str:
    return "\n".join(review_directive(directive))


@pytest.mark.parametrize(
    ("directive", "words"),
    [
        (for_everybody(), "reaches everybody, world-wide"),
        (a_directive(unknown=Unknown.ALLOW), "let through"),
        (a_directive(), "Whoever shows no claim is kept out"),
        (a_directive(), "The alternative desk-clerk was not tested"),
        (a_directive(alternatives=(Alternative(model="Helper-Latest"),)), "withdrawn by this very order"),
        (a_directive(fallback=True, alternatives=()), "Another model may answer, and none is named"),
        (a_directive(not_enforced=("No passing on.",)), "no gateway can see, and nothing enforces: 1"),
        (
            a_directive(
                subject=Subject(
                    models=(a_model(), a_model("night", findings=())), descendants=Descendants.NONE
                )
            ),
            "Swept in without a finding: night",
        ),
        (a_directive(expires=at(24 * 400), review=at(24 * 200)), "It lasts 400 days"),
        (a_directive(expires=at(24 * 400), review=at(24 * 200)), "not looked at again for 200 days"),
        (a_directive(acts=(Act.INFER, Act.DEPLOY)), "No enforcement point sees deploy"),
        (a_directive(order=OrderKind.VIRTUAL_PATCH), "cannot guard against a recipe"),
        (for_everybody(order=OrderKind.EXPORT_BAN), "names neither persons nor destinations"),
    ],
)
def test_an_author_is_told_what_to_look_at(directive: Directive, words: str) -> None:
    assert words in told(directive)


def test_orders_about_the_same_model_are_told() -> None:
    from groundstop.directives.previewing import standing_of

    other = a_directive(2, issuer="ash-office")
    standing = standing_of(
        [
            a_directive(),
            other,
            a_directive(3, subject=Subject(models=(a_model("night"),), descendants=Descendants.NONE)),
        ]
    )
    notes = review_directive(amended(a_directive()), standing)
    about = [note for note in notes if note.startswith("The order ")]
    assert len(about) == 1
    assert other.id in about[0]
    assert "the stricter wins" in about[0]
