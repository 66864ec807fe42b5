"""A case in text, as a record and as pages: golden files, what each must say, and what is never in it.

To write the golden files anew: REWRITE_GOLDEN=1 pytest tests/unit/reports
"""

from __future__ import annotations

import itertools
import json
import os
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from groundstop.cases.tiers import told
from groundstop.cases.views import CaseView, EmbargoState, Fact
from groundstop.documents import Corroboration, Verification
from groundstop.documents.cases import (
    CaseClosed,
    Disputed,
    Exposure,
    LegalObjection,
    MitigatedTemporarily,
    Refused,
    Remark,
    StandingKind,
    StandingStated,
    Tier,
    VoluntaryWithdrawal,
    WithheldIdentity,
)
from groundstop.reports.case_brief_page import brief_page
from groundstop.reports.case_notice import notice_page
from groundstop.reports.case_page import case_page, timeline_page
from groundstop.reports.case_record import state_record, timeline_record
from groundstop.reports.case_same import SAME_MODEL
from groundstop.reports.case_sections import case_sections, standing_words
from groundstop.reports.case_text import case_state_text, timeline_text
from tests.case_parts import AUTHORITY, DEVELOPER, REPORTER, RESELLER, START, entry, hours
from tests.case_stories import a_minute, a_story, busy, troubled
from tests.unit.reports.test_pages import GOLDEN, HOSTILE, printed
from tests.unit.reports.test_verification_page import text_of

VIEWS = {"months": a_story, "minute": a_minute, "busy": busy, "troubled": troubled}
MADE = {
    "case_state.txt": lambda: printed(case_state_text(troubled())),
    "case_timeline.txt": lambda: printed(timeline_text(troubled())),
    "case_state.json": lambda: json.dumps(state_record(troubled()), indent=1) + "\n",
    "case_timeline.json": lambda: json.dumps(timeline_record(troubled()), indent=1) + "\n",
    "case.html": lambda: case_page(troubled()),
    "case_timeline.html": lambda: timeline_page(a_minute()),
}


def without_envelopes(text: str) -> str:
    """Leave out digests, which change with the forms of the documents, and keys, which are made anew."""
    text = re.sub(r"\b[0-9a-f]{64}\b", "DIGEST", text)
    return re.sub(r"sha256:[0-9a-f]{12}\b|\([0-9a-f]{12}\)|\b[0-9a-f]{16}\b", "DIGEST", text)


def said_in(view: CaseView) -> str:
    return " ".join(printed(case_state_text(view)).split())


def section_of(view: CaseView, title: str) -> str:
    (found,) = [one for one in case_sections(view) if one.title == title]
    cells = [cell.text for grid in found.grids for row in grid.rows for cell in row]
    return " | ".join([*(f"{line.text} {line.quote or ''}" for line in found.lines), *cells])


def with_statement(view: CaseView, *more: object) -> CaseView:
    return replace(view, state=replace(view.state, entries=(*view.state.entries, *more)))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", MADE)
def test_a_case_is_reported_the_same_as_ever(name: str) -> None:
    made = without_envelopes(MADE[name]())
    path = GOLDEN / name
    if os.environ.get("REWRITE_GOLDEN"):
        path.write_text(made, encoding="utf-8")
    assert made == path.read_text(encoding="utf-8"), "see the head of this file"


@pytest.mark.parametrize("name", VIEWS)
def test_case_pages_need_nothing_from_outside_and_run_nothing(name: str) -> None:
    for page in (case_page(VIEWS[name]()), timeline_page(VIEWS[name]())):
        assert "<script" not in page
        assert not re.findall(r"(?:src|href)\s*=|url\(|@import", page)
        assert "default-src 'none'" in page


@pytest.mark.parametrize("name", VIEWS)
def test_headings_go_down_one_step_at_a_time(name: str) -> None:
    for page in (case_page(VIEWS[name]()), timeline_page(VIEWS[name]())):
        levels = [int(level) for level in re.findall(r"<h(\d)", page)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


@pytest.mark.parametrize("name", VIEWS)
def test_the_table_has_every_event_with_its_proof(name: str) -> None:
    view = VIEWS[name]()
    told = text_of(timeline_page(view))
    record = timeline_record(view)
    assert timeline_page(view).count('class="proof"') == len(record["events"])
    for event in record["events"]:
        assert event["what"] in told
        for log in event["logs"]:
            assert f"{log['keeper']} (entry {log['index']}, " in told
    assert "in no log" in told


def test_every_region_that_scrolls_can_be_reached_by_keyboard_and_has_a_name_of_its_own() -> None:
    page = case_page(troubled())
    scrolling = re.findall(r'<div class="scroll"([^>]*)>', page)
    assert len(scrolling) >= 8
    assert all('tabindex="0"' in one and 'role="region"' in one for one in scrolling)
    names = re.findall(r'role="region" aria-label="([^"]+)"', page)
    assert len(set(names)) == len(names) == len(scrolling)


def test_what_breaks_the_record_comes_first_and_loudly() -> None:
    view = troubled()
    first = case_sections(view)[0]
    told = " ".join(line.text for line in first.lines)
    assert "FORK: lighthouse-cloud showed different things to different people" in told
    assert "SET ASIDE: a statement of model-safety-office does not count: it is signed by a key" in told
    assert "MISSING: this copy lacks a file, notice (4,096 bytes" in told
    assert case_sections(a_story())[-1].lines[0].text == "No fork, nothing set aside, no file missing"


def test_the_page_begins_with_what_is_broken_and_what_is_due() -> None:
    page = case_page(a_story())
    places = [page.index(f"<h2>{one}") for one in ("What is broken", "What is due", "Timeline", "Clocks")]
    assert places == sorted(places)


def test_each_response_is_told_by_itself_and_a_refusal_is_under_no_dispute() -> None:
    answers = section_of(a_story(), "What developers and operators answer")
    for one in ("acknowledged", "accepted, fix planned", "baseline disputed", "refused", "fix claimed"):
        assert answers.count(f"alder-street-desk: {one}") == 1
    assert "REPLACED by statement 17" in answers
    disputes = section_of(a_story(), "What is disputed")
    assert "refused" not in disputes
    assert "baseline disputed" in disputes
    assert "harbour-red-team: disputed (statement 17)" in disputes


def test_a_refusal_alone_is_no_dispute() -> None:
    view = a_story()
    entries = (view.state.entries[0], entry(DEVELOPER, Refused(text="No."), 1))
    bare = replace(view, requests=(), state=replace(view.state, entries=entries))
    told = section_of(bare, "What is disputed")
    assert told.startswith("Nobody disputes anything. A refusal is no dispute")


def test_a_developer_that_says_nothing_is_said_to_have_answered_nothing() -> None:
    view = a_story()
    silent = replace(view, requests=(), state=replace(view.state, entries=view.state.entries[:1]))
    assert "alder-street-desk: has answered nothing" in section_of(
        silent, "What developers and operators answer"
    )
    nobody = replace(silent, state=replace(silent.state, parties=silent.state.parties[:1]))
    assert "No developer is in the case" in section_of(nobody, "What developers and operators answer")


def test_clocks_are_told_with_their_state_their_rule_and_what_changed_them() -> None:
    told = section_of(a_story(), "Clocks")
    for one in ("met", "paused", "missed", "running", "off", "by statement 9", "Changed by statement 16"):
        assert one in told
    assert "A date that is missed is a fact of the clock: nobody said it" in told
    assert "No clock runs" in section_of(replace(a_story(), clocks=()), "Clocks")


def test_what_is_due_is_told_with_whom_and_what_comes_next() -> None:
    told = section_of(a_story(), "What is due, and what happens next")
    assert "by our own table groundstop-next 1: ask for a fix of the class" in told
    assert "lighthouse-cloud | a response | 2026-08-05 09:00 UTC | late" in told
    assert "2026-10-04 09:00 UTC: disclosure is due" in told
    assert "2026-10-04 09:00 UTC: the embargo ends" in told
    nothing = section_of(replace(a_story(), due=()), "What is due, and what happens next")
    assert nothing.startswith("Nothing is due from anybody")


def test_a_request_is_shown_with_its_answer_or_that_its_date_is_past_without_one() -> None:
    asked = "14. model-safety-office asks alder-street-desk for a withdrawal by 2026-07-18 09:00 UTC"
    answered = section_of(a_story(), "What is asked for")
    assert f"{asked}; answered by statement 15, refused, 2026-07-17 09:00 UTC" in answered
    assert "the date is past" not in answered
    view = a_story()
    silent = tuple(one for one in view.state.entries if not isinstance(one.said, Refused))
    unheard = replace(view, state=replace(view.state, entries=silent))
    assert f"{asked}; the date is past, and nothing answers it" in section_of(unheard, "What is asked for")
    early = replace(unheard, now=START + timedelta(days=10.5))
    assert f"{asked}; open" in section_of(early, "What is asked for")
    assert "Nobody was asked" in section_of(replace(a_story(), requests=()), "What is asked for")


def test_scores_stand_side_by_side_with_what_decides_and_what_is_left_out() -> None:
    told = section_of(a_story(), "How severe it is")
    assert "cjs-2026-07-02: high, by 1 scorer; never an average" in told
    assert "excluded: it has an interest in the developer" in told
    assert "stale: the comparators changed after it was given" in told
    assert "critical, raised" in told
    assert "breadth" in told
    assert told.index("F1 | successes") < told.index("county-evaluator (cjs-2026-07-02, 2026-07-06)")
    assert "the same asked plainly | not measured" in told
    severity = replace(a_story().severity, ranges=(), scores=())
    unknown = section_of(replace(a_story(), severity=severity), "How severe it is")
    assert "No score counts: the severity is not known" in unknown


def test_corroborations_are_counted_with_the_reasons_for_the_number() -> None:
    told = section_of(a_story(), "Interests and corroboration")
    assert "Independent reruns that count: 1 of 3 asked for (county-evaluator)" in told
    assert "Why 3: Two more, as the reporter has an interest in the developer" in told
    assert "Not counted: lighthouse-cloud, it shares an account with the reporter" in told
    assert "challenged: supplier" in told


def test_notices_are_counted_and_those_who_cannot_be_reached_are_named() -> None:
    told = section_of(a_story(), "Notices")
    assert "Unreachable, 1 recipient: quiet-cloud" in told
    assert "No answer, 2 recipients: lighthouse-cloud and harbour-hosting" in told
    assert told.endswith("| 4 | 1 | 2 | 1")
    assert "No notice was given" in section_of(replace(a_story(), notices=()), "Notices")


@pytest.mark.parametrize(
    ("embargo", "told"),
    [
        (None, "None was set"),
        (EmbargoState(hours(24), "x", None, active=True), "Nothing is to be published until 2026-07-07"),
        (
            EmbargoState(hours(24), "x", "it leaked", active=False),
            "Ended before its time (2026-07-07",
        ),
        (EmbargoState(hours(24), "x", None, active=False), "Over since 2026-07-07"),
    ],
)
def test_an_embargo_is_told_as_it_stands(embargo: EmbargoState | None, told: str) -> None:
    assert section_of(replace(a_story(), embargo=embargo), "Embargo").startswith(told)


def test_measurements_are_told_with_who_signed_them_and_whether_they_count() -> None:
    view = a_story()
    told = section_of(view, "What was measured")
    assert "20 of 40 (26 % to 74 %) violated" in told
    assert "10. county-evaluator | corroboration, signed by county-evaluator | reproduced, 17 of 20" in told
    assert "TECHNIQUE BLOCKED" in told
    assert "birch" not in told
    assert "answerer | 18 of 40 (22 % to 69 %) | 17 of 40 (20 % to 67 %)" in told
    problem = "not what it is said to be"
    lost = tuple(replace(one, document=None, signer=None, problem=problem) for one in view.state.evidence)
    bare = section_of(replace(view, state=replace(view.state, evidence=lost)), "What was measured")
    assert "signed by nobody in the case | not in this copy | no: not what it is said to be" in bare
    assert "No fix was verified" in bare


def test_a_case_without_a_broken_requirement_has_no_fix_clock() -> None:
    view = a_story()
    concern = entry(AUTHORITY, StandingStated(standing=StandingKind.CAPABILITY, text="It can do much."), 1)
    assert isinstance(concern.said, StandingStated)
    told, _ = standing_words(replace(view, standing=(concern, concern.said)))
    assert told == "Capability concern: no stated requirement is broken, and no fix clock runs"
    told, _ = standing_words(replace(view, standing=None))
    assert told == "No requirement was stated yet: no fix clock runs"


def test_an_emergency_and_an_end_are_said_at_once() -> None:
    over = entry(AUTHORITY, CaseClosed(text="The class is mitigated."), 24 * 60)
    view = replace(a_story(), emergency=True, exposure=Exposure.EXPLOITED, closed=over)
    told = section_of(view, "What is broken")
    assert "Exposure: exploited; this is an emergency" in told
    assert "Closed by model-safety-office, 2026-09-04 09:00 UTC The class is mitigated." in told
    page = case_page(view)
    assert page.index("Emergency: exploited") < page.index("<h1>")


def test_parties_are_told_with_their_keys_and_their_identity() -> None:
    view = a_story()
    told = section_of(view, "Who is in it")
    assert "withheld; in escrow with quay-coordination" in told
    assert "none known: cannot be reached" in told
    hidden = WithheldIdentity(commitment="77" * 32, held_by=REPORTER)
    known = replace(view.state.parties[0], withheld=hidden, identity="A. Name")
    shown = replace(view, state=replace(view.state, parties=(known,)))
    assert "revealed: A. Name" in section_of(shown, "Who is in it")


def test_hostile_words_are_shown_as_text_and_cannot_move_a_cursor() -> None:
    view = a_story()
    claimed = view.state.entries[16]
    hostile = replace(
        with_statement(
            view,
            entry(DEVELOPER, Remark(text=HOSTILE + "[bold]x[/bold]"), 24 * 50),
            entry(DEVELOPER, Disputed(statement=claimed.digest, text=HOSTILE + "[bold]x[/bold]"), 24 * 51),
        ),
        interests=(replace(view.interests[0], why=HOSTILE),),
        severity=replace(view.severity, facts=(replace(view.severity.facts[0], value=HOSTILE),)),
        clocks=(replace(view.clocks[0], rule=HOSTILE),),
    )
    for page in (case_page(hostile), timeline_page(hostile)):
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page
        assert "\x1b" not in page
    for text in (case_state_text(hostile), timeline_text(hostile)):
        shown = printed(text)
        assert "\x1b" not in shown
        assert "[bold]x[/bold]" in shown


def test_the_state_as_a_record_is_json_with_statements_responses_and_disputes() -> None:
    record = json.loads(json.dumps(state_record(a_story())))
    assert record["case"] == "GSC-20260706-0123456789"
    assert [one["said"]["type"] for one in record["responses"]] == [
        "acknowledged",
        "accepted_fix_planned",
        "baseline_dispute",
        "refused",
        "fix_claimed",
    ]
    assert [one["said"]["type"] for one in record["disputes"]] == ["baseline_dispute", "disputed"]
    assert [one["stands"] for one in record["responses"]] == [True, False, True, True, True]
    assert record["notices"][0]["unreachable"] == 1
    assert [one["state"] for one in record["clocks"]] == ["met", "paused", "missed", "running", "off"]
    assert record["as_of"] == "2026-09-04T09:00:00Z"


def test_the_timeline_as_a_record_tells_facts_of_clocks_from_statements() -> None:
    record = json.loads(json.dumps(timeline_record(a_story())))
    (silent,) = [one for one in record["events"] if one["kind"] == "no_response"]
    assert silent["clock"]
    assert not silent["to_come"]
    assert silent["statement"] is silent["stands"] is None
    to_come = [one["kind"] for one in record["events"] if one["to_come"]]
    assert to_come == ["clock_due", "clock_due"]
    first = record["events"][0]
    logged = {"keeper": REPORTER, "index": 0, "logged": "2026-07-06T09:00:00Z", "proof": None}
    assert first["logs"][0] == logged
    assert a_story().now - a_story().state.opened == timedelta(days=60)


def test_every_statement_of_a_case_is_in_its_timeline_in_text() -> None:
    shown = " ".join(printed(timeline_text(busy())).split())
    for number in range(1, len(busy().state.entries) + 1):
        assert f" {number}. 2026-" in f" {shown}"
    assert "in no log" in shown
    assert said_in(a_story()).startswith("GSC-20260706-0123456789: The help desk tells its password")


def without_the_verification(view: CaseView) -> CaseView:
    """Return the story in which whoever gave the verification took it back."""
    given = next(one.entry for one in view.state.evidence if isinstance(one.document, Verification))
    entries = tuple(
        replace(one, withdrawn_by=view.state.entries[-1].digest) if one.digest == given else one
        for one in view.state.entries
    )
    return replace(view, state=replace(view.state, entries=entries))


def test_a_measurement_that_was_taken_back_does_not_count_anywhere() -> None:
    view = without_the_verification(a_story())
    why = "the statement that put it in was taken back"
    told = section_of(view, "What was measured")
    assert f"no: {why}" in told
    assert f"Not counted, as {why}: Verified for county-evaluator" in told
    assert "No fix was verified by anybody whose word counts" in told
    assert "No fix was verified" not in section_of(a_story(), "What was measured")
    (record,) = [one for one in state_record(view)["evidence"] if one["kind"] == "verification"]
    assert (record["counts"], record["problem"]) == (False, why)
    (record,) = [one for one in state_record(a_story())["evidence"] if one["kind"] == "verification"]
    assert (record["counts"], record["problem"]) == (True, None)
    assert "does not count" in printed(timeline_text(view))
    assert "does not count" not in printed(timeline_text(a_story()))


def test_a_rerun_that_is_none_of_those_that_are_asked_for_says_why() -> None:
    view = a_story()
    asked = replace(view.corroborations, counted=(), not_counted=(("county-evaluator", "it has a conflict"),))
    assert "no: it has a conflict" in section_of(replace(view, corroborations=asked), "What was measured")
    assert "no: it has a conflict" not in section_of(view, "What was measured")


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_no_sentence_of_a_report_ends_twice(view: object) -> None:
    assert callable(view)
    made: CaseView = view()
    step = replace(made.severity.next_step, why="It is so. People decide.")
    made = replace(made, severity=replace(made.severity, next_step=step))
    shown = (
        printed(case_state_text(made)),
        printed(timeline_text(made)),
        text_of(case_page(made)),
        text_of(timeline_page(made)),
        text_of(brief_page(told(made, Tier.BRIEF))),
        text_of(notice_page(told(made, Tier.PUBLIC), "Quay, https://quay.example")),
    )
    for text in shown:
        assert not re.findall(r".{0,40}[.]\s?[.](?![.]).{0,20}", text)


def test_what_an_operator_answers_stands_under_the_answers_with_its_role() -> None:
    view = with_statement(
        a_story(),
        entry(RESELLER, Refused(text="We keep it on offer."), 24 * 50),
        entry(RESELLER, LegalObjection(basis="A contract.", text="It binds us."), 24 * 51),
        entry(RESELLER, MitigatedTemporarily(text="A filter."), 24 * 52),
        entry(RESELLER, VoluntaryWithdrawal(models=("desk-helper",), effective=hours(24 * 60)), 24 * 53),
    )
    told = section_of(view, "What developers and operators answer")
    for one in (
        "lighthouse-cloud (operator): refused, 2026-08-25 09:00 UTC We keep it on offer.",
        "lighthouse-cloud (operator): legal objection",
        "lighthouse-cloud (operator): mitigated for the time being (until it is replaced)",
        "lighthouse-cloud (operator): withdrawn of its own accord (desk-helper",
    ):
        assert one in told
    assert told.index("alder-street-desk: fix claimed") < told.index("lighthouse-cloud (operator)")
    assert "lighthouse-cloud" not in section_of(a_story(), "What developers and operators answer")
    assert "(operator): refused" in " ".join(printed(case_state_text(view)).split())


def with_rerun(view: CaseView, used: int) -> CaseView:
    """Return a view in which the rerun's test used some calls, and all of them got through."""
    evidence = tuple(
        replace(
            one,
            document=one.document.model_copy(
                update={
                    "reproduction": one.document.reproduction.model_copy(update={"violated": used, "n": used})
                }
            ),
        )
        if isinstance(one.document, Corroboration)
        else one
        for one in view.state.evidence
    )
    fact = Fact("F7", "Independent reruns", f"reproduced, {used} of {used}", None)
    severity = replace(view.severity, facts=(*view.severity.facts, fact))
    return replace(view, severity=severity, state=replace(view.state, evidence=evidence))


def test_two_counts_of_one_rerun_are_told_apart_in_words() -> None:
    early = with_rerun(a_story(), 2)
    told = section_of(early, "What was measured")
    assert "over the calls fixed in advance; its test used 2, of which 2 got through" in told
    assert "F7 counts the calls that a rerun's test used until it decided" in section_of(
        early, "How severe it is"
    )
    assert "its test used" not in section_of(a_story(), "What was measured")
    assert "F7 counts" not in section_of(with_rerun(a_story(), 20), "How severe it is")


def test_a_comparator_run_of_reported_models_alone_says_that_no_other_was_compared() -> None:
    view = a_story()
    facts = (Fact("F5", "Comparators run", None, None), Fact("F9", "Detection", None, None))
    given = replace(view, severity=replace(view.severity, facts=facts))
    told = section_of(given, "How severe it is")
    assert f"F5 | Comparators run | {SAME_MODEL} |" in told
    assert "F9 | Detection | not measured" in told
    bare = replace(given, state=replace(view.state, evidence=()))
    assert "F5 | Comparators run | not measured" in section_of(bare, "How severe it is")


@pytest.mark.parametrize("name", VIEWS)
def test_each_field_of_a_table_names_its_column_for_a_narrow_screen(name: str) -> None:
    for page in (case_page(VIEWS[name]()), brief_page(told(VIEWS[name](), Tier.BRIEF))):
        for table in re.findall(r"<table.*?</table>", page, flags=re.DOTALL):
            heads = re.findall(r"<th scope=\"col\"[^>]*>([^<]+)</th>", table)
            for row in re.findall(r"<tr role=\"row\".*?</tr>", table.split("<tbody")[1], flags=re.DOTALL):
                assert re.findall(r'data-head="([^"]+)"', row) == heads[-row.count("<td") :]


def test_long_words_of_a_party_are_set_apart_and_short_ones_stand_in_their_line() -> None:
    long = "A sentence of some length. " * 30
    page = case_page(with_statement(a_story(), entry(DEVELOPER, Refused(text=long.strip()), 24 * 50)))
    assert f'<q class="long">{long.strip()}</q>' in page
    assert "<q>We keep it on offer.</q>" in page
