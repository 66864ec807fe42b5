from __future__ import annotations

import json
from dataclasses import replace

import pytest

from groundstop.cases.tiers import Told, told
from groundstop.cases.tiers.scores import NOT_ON_SCALE
from groundstop.cases.tiers.statements import UNTOLD_TYPE
from groundstop.cases.views import CaseView, EmbargoState
from groundstop.documents import PartName
from groundstop.documents.cases import (
    AcceptedFixPlanned,
    FixClaimed,
    NotADefect,
    Remark,
    Requested,
    Tier,
    VoluntaryWithdrawal,
)
from groundstop.evidence import open_part
from tests.case_parts import (
    AUTHORITY,
    COORDINATOR,
    DEVELOPER,
    EVALUATOR,
    REPORTER,
    RESELLER,
    entry,
    hours,
)
from tests.case_stories import a_story, troubled
from tests.evidence_samples import a_bundle, a_recipe_of, alder
from tests.severity_parts import case
from tests.telling_parts import FIXED, random_view


def at(tier: Tier, view: CaseView | None = None) -> Told:
    return told(view or a_story(), tier)


def long_texts(value: object) -> set[str]:
    """Return what was said in a value: its texts of several words."""
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return {text for one in inner for text in long_texts(one)}
    return {value} if isinstance(value, str) and value.count(" ") > 1 else set()


def saying(*said: object, tier: Tier = Tier.TECHNICAL) -> Told:
    """Return what is told of a story to which statements are added."""
    view = a_story()
    return told(replace(view, state=case(*said)), tier)  # type: ignore[arg-type]


def test_the_public_is_told_of_developer_and_model_and_not_of_the_reporter_by_name() -> None:
    public = at(Tier.PUBLIC)
    named = {party.name for party in public.parties if party.name}
    assert named == {DEVELOPER, AUTHORITY, COORDINATOR}
    assert [model.label for model in public.models] == ["alder/desk-helper/v1"]
    assert {"the reporter", "the independent evaluator", "the operator"} <= {
        one.called for one in public.parties
    }
    assert public.statements[0].by == "the reporter"


def test_two_parties_of_a_role_that_is_not_named_are_told_apart_by_a_number() -> None:
    view = a_story()
    parties = [
        replace(one, name="second-cloud") if one.name == RESELLER else one for one in view.state.parties
    ]
    twice = (*view.state.parties, next(one for one in parties if one.name == "second-cloud"))
    public = told(replace(view, state=replace(view.state, parties=twice)), Tier.PUBLIC)
    assert [one.called for one in public.parties if one.role.value == "operator"] == [
        "operator 1",
        "operator 2",
    ]


def test_a_withheld_developer_is_not_named_in_public() -> None:
    view = a_story()
    hidden = view.state.parties[0].withheld
    parties = tuple(
        replace(one, withheld=hidden) if one.name == DEVELOPER else one for one in view.state.parties
    )
    public = told(replace(view, state=replace(view.state, parties=parties)), Tier.PUBLIC)
    assert "the developer" in {one.called for one in public.parties}
    assert DEVELOPER not in repr(public)


def test_a_statement_has_the_fullest_words_that_the_tier_may_have() -> None:
    claim = entry(DEVELOPER, FixClaimed(build="1.1", evidence="own"), summary="short", public="open")
    assert [saying(claim, tier=tier).statements[1].text for tier in Tier] == ["open", "short", "own", "own"]


def test_a_statement_that_has_only_public_words_has_them_in_the_brief_too() -> None:
    claim = entry(DEVELOPER, FixClaimed(build="1.1", evidence="own"), public="open")
    assert saying(claim, tier=Tier.BRIEF).statements[1].text == "open"


def test_a_remark_is_told_in_public_when_its_author_wrote_words_for_it() -> None:
    spoken = entry(DEVELOPER, Remark(text="own"), 1, public="open")
    silent = entry(DEVELOPER, Remark(text="own"), 2)
    public = saying(spoken, silent, tier=Tier.PUBLIC)
    assert [(one.type, one.text) for one in public.statements[1:]] == [(UNTOLD_TYPE, "open")]


def test_what_a_response_is_about_is_told_in_its_fields() -> None:
    told_ = saying(
        entry(DEVELOPER, AcceptedFixPlanned(by=hours(99)), 1),
        entry(DEVELOPER, FixClaimed(build="1.1", model=FIXED, evidence="own"), 2),
        entry(
            DEVELOPER,
            NotADefect(requirement="It keeps it", source="its policy", requirement_version="3", text="own"),
            3,
        ),
        entry(DEVELOPER, VoluntaryWithdrawal(models=("desk-helper",), effective=hours(5)), 4),
    )
    planned, claimed, cited, withdrawn = told_.statements[1:]
    assert planned.date == hours(99)
    assert (claimed.build, claimed.model and claimed.model.label) == ("1.1", "alder/desk-helper/v2")
    assert cited.cites == "It keeps it (version 3, its policy)"
    assert (withdrawn.withdraws, withdrawn.date) == (("desk-helper",), hours(5))


def test_a_statement_that_was_replaced_or_taken_back_is_marked() -> None:
    marked = {one.type: one.stands for one in at(Tier.BRIEF).statements}
    assert marked["accepted_fix_planned"] is False
    assert marked["fix_claimed"] is True


def test_deadlines_interests_and_notices_are_for_those_who_decide_and_not_for_the_public() -> None:
    public, brief = at(Tier.PUBLIC), at(Tier.BRIEF)
    for name in ("clocks", "due", "requests", "facts", "scores", "panels", "reruns", "notices"):
        assert getattr(public, name) == (), name
        assert getattr(brief, name), name
    assert (public.next_step, public.embargo) == (None, None)
    assert brief.next_step is not None
    assert brief.embargo is not None
    assert not any(party.declaration or party.interests for party in public.parties)


def test_a_verification_is_told_in_public_with_its_bounds_and_without_kinds_of_asking() -> None:
    (public,), (technical,) = at(Tier.PUBLIC).verifications, at(Tier.TECHNICAL).verifications
    assert public.verdict == "technique_blocked"
    assert public.by == "the independent evaluator"
    assert public.recipe.n > 0
    assert [one.rate for one in public.held_out] == [one.rate for one in technical.held_out]
    assert {one.kind for one in public.held_out} == {None}
    assert None not in {one.kind for one in technical.held_out}


def test_a_request_is_told_in_its_authors_summary_where_its_text_is_not_told() -> None:
    asked = entry(
        AUTHORITY, Requested(of=DEVELOPER, what="fix", by=hours(99), text="own"), 1, summary="short"
    )
    view = replace(a_story(), requests=((asked, asked.said),))  # type: ignore[arg-type]
    assert told(view, Tier.BRIEF).requests[0].text == "short"
    assert told(view, Tier.TECHNICAL).requests[0].text == "own"


def test_a_value_that_is_no_short_word_is_not_passed_on_as_one() -> None:
    values = dict(told(random_view(1), Tier.BRIEF).scores[0].values)
    assert values == {"breadth": "1", "ease": NOT_ON_SCALE}


def test_an_embargo_that_ended_early_is_told_to_those_who_decide() -> None:
    ended = replace(a_story(), embargo=EmbargoState(hours(9999), "x", "Leaked.", active=False))
    brief = told(ended, Tier.BRIEF).embargo
    assert brief is not None
    assert (brief.until, brief.active, brief.ended) == (hours(9999), False, "Leaked.")
    assert told(ended, Tier.PUBLIC).embargo is None


def test_contradictions_are_counted_in_the_brief() -> None:
    brief, public = told(troubled(), Tier.BRIEF), told(troubled(), Tier.PUBLIC)
    assert (brief.forks, brief.set_aside, brief.missing) == (1, 1, 1)
    assert (public.forks, public.set_aside, public.missing) == (0, 0, 0)
    assert "contradictions between copies, and statements that do not count" in public.left_out


def test_what_is_not_known_is_said() -> None:
    view = a_story()
    bare = replace(view, standing=None, severity=replace(view.severity, ranges=()), state=case())
    unknown = told(bare, Tier.BRIEF).unknown
    assert "Nobody has stated which requirement is broken." in unknown
    assert "Whether others see the same: 3 independent reruns are asked for, and 1 count." in unknown
    assert "Not measured: the same asked plainly." in unknown
    assert "How severe it is: no score counts." in unknown
    assert f"What {DEVELOPER} says: it has made no statement." in unknown
    assert not any("fix" in sentence for sentence in unknown)


def test_a_claimed_fix_that_nobody_independent_verified_is_not_known_to_work() -> None:
    claim = entry(DEVELOPER, FixClaimed(build="1.1", evidence="own"))
    sentence = "Whether the fix that is claimed works: nobody independent has verified it."
    assert sentence in saying(claim, tier=Tier.PUBLIC).unknown
    assert sentence not in at(Tier.PUBLIC).unknown


def test_the_comparators_are_those_of_the_latest_run_that_counts() -> None:
    brief = at(Tier.BRIEF)
    assert [column.model for column in brief.comparators] == [
        "alder/desk-helper/v1",
        "birch/answerer/v3",
        "cedar/guide",
    ]
    aside = replace(brief, panels=tuple(replace(one, counts=False) for one in brief.panels))
    assert aside.comparators == ()


@pytest.mark.parametrize("tier", list(Tier))
def test_nothing_of_a_real_sealed_recipe_or_answer_is_told(tier: Tier) -> None:
    bundle = a_bundle()
    view = a_story()
    findings = tuple(replace(one, finding=bundle.finding) for one in view.state.findings)
    shown = repr(told(replace(view, state=replace(view.state, findings=findings)), tier))
    asked = [one.content for wording in a_recipe_of(bundle).wordings for one in wording.messages]
    trials = open_part(bundle, PartName.TRIALS, alder().identity).content.decode().splitlines()
    answers = {text for line in trials for text in long_texts(json.loads(line))}
    assert asked
    assert len(answers) > 3
    assert not [text for text in (*asked, *answers) if text in shown]


def test_what_is_told_says_for_whom_it_is_and_what_it_leaves_out() -> None:
    assert [at(tier).tlp for tier in Tier] == ["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER+STRICT", "TLP:RED"]
    assert len(at(Tier.PUBLIC).left_out) > len(at(Tier.BRIEF).left_out) > len(at(Tier.TECHNICAL).left_out)
    assert EVALUATOR not in repr(at(Tier.PUBLIC))
    assert REPORTER in repr(at(Tier.BRIEF))
