from __future__ import annotations

import io
import re
import sys
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from groundstop.cases.exports import Category, Publisher, export_notice
from groundstop.cases.exports.words import RESPONSE_WORDS
from groundstop.cases.tiers import (
    Told,
    ToldColumn,
    ToldDue,
    ToldFact,
    ToldFinding,
    ToldRate,
    ToldScore,
    ToldStatement,
    told,
)
from groundstop.documents.cases import Tier
from groundstop.errors import InputError
from groundstop.reports.case_brief import LADDER, brief_of
from groundstop.reports.case_brief_page import brief_page, interval_bar
from groundstop.reports.case_brief_pdf import brief_pdf
from groundstop.reports.case_notice import notice_page
from groundstop.reports.case_same import SAME_MODEL
from groundstop.reports.case_words import own_words
from tests.case_stories import a_story, busy, troubled
from tests.unit.reports.test_pages import HOSTILE
from tests.unit.reports.test_verification_page import text_of

RATE = ToldRate(violated=41, n=50, undetermined=0, lower=0.69, upper=0.91, level=0.95)
PUBLISHER = "Quay Coordination, https://quay.example"


def a_brief() -> Told:
    return told(a_story(), Tier.BRIEF)


def a_notice() -> Told:
    return told(a_story(), Tier.PUBLIC)


def overfull() -> Told:
    """Return a brief with more of everything than a page holds."""
    base = a_brief()
    long = "Wide words that go on without an end, " * 50
    model = replace(base.models[0], name="m" * 128, snapshot="s" * 128)
    parties = tuple(
        replace(base.parties[1], called=f"party-{number}-{'x' * 50}", name=None) for number in range(30)
    )
    said = tuple(
        replace(base.statements[number % 8], by=party.called, text=long, stands=True, type="refused")
        for number, party in enumerate(parties * 10)
    )
    assert base.standing is not None
    return replace(
        base,
        title="W" * 200,
        models=(model,) * 40,
        standing=replace(base.standing, statement=long * 3, source=long),
        findings=base.findings * 20,
        parties=parties,
        statements=said,
        panels=(),
        due=tuple(ToldDue(party.called, long, base.as_of, late=True) for party in parties),
        requests=base.requests * 20,
        verifications=base.verifications * 20,
        unknown=(long,) * 40,
        left_out=(long,) * 20,
        emergency=True,
        forks=12,
        set_aside=12,
    )


def pages_of(pdf: bytes) -> tuple[int, str]:
    """Return how many pages a PDF has, and its text, as another library reads it."""
    pypdf = pytest.importorskip("pypdf")
    read = pypdf.PdfReader(io.BytesIO(pdf))
    return len(read.pages), " ".join(" ".join(page.extract_text() for page in read.pages).split())


@pytest.fixture
def typst() -> None:
    pytest.importorskip("typst")


def test_a_brief_says_all_that_a_decision_maker_asks() -> None:
    shown = text_of(brief_page(a_brief()))
    for one in (
        "TLP:GREEN",
        "About alder/desk-helper/v1. Exposure: offered.",
        "keep-secret, version 2026-05",
        "got through in 20 of 40 (26 % to 74 %), interval at 95 %",
        "1 of the 3 independent reruns",
        "birch/answerer/v3",
        "17 of 40 (20 % to 67 %)",
        "technique_blocked",
        "From lighthouse-cloud: a response, by 2026-08-05 09:00 UTC; the date is past.",
        "Nothing is to be published until 2026-10-04 09:00 UTC.",
        "By our own table groundstop-next 1, which decides nothing by itself: ask for a fix of the class",
        "Not measured: the same asked plainly.",
        "Left out here: the parties' statements in full",
    ):
        assert one in shown


def test_each_party_is_quoted_in_its_own_summary_and_by_name() -> None:
    shown = text_of(brief_page(a_brief()))
    assert "alder-street-desk (developer) :" in shown
    assert "Refuses what was asked for: We keep it on offer." in shown
    assert "harbour-red-team (reporter; interests: conflict) :" in shown
    assert "Disputes a statement: The fix blocks one wording only." in shown
    assert "lighthouse-cloud (operator; interests: undeclared) : has said nothing for this brief." in shown
    assert "(and 2 statements without words for this tier)" in shown


def test_a_brief_and_a_notice_hold_no_text_of_a_higher_tier() -> None:
    brief, notice = brief_page(a_brief()), notice_page(a_notice(), PUBLISHER)
    summaries = {one.statement.summary for one in a_story().state.entries}
    for entry in a_story().state.entries:
        words = own_words(entry.said)
        if words and words not in summaries:
            assert words not in brief
            assert words not in notice
        if entry.statement.summary and entry.statement.summary != words:
            assert entry.statement.summary not in notice


@pytest.mark.parametrize("tier", [Tier.TECHNICAL, Tier.FULL])
def test_a_brief_is_not_made_of_what_a_narrower_tier_tells(tier: Tier) -> None:
    with pytest.raises(ValueError, match=f"told at its tier, not at the {tier.value} one"):
        brief_page(told(a_story(), tier))


@pytest.mark.parametrize("tier", [Tier.BRIEF, Tier.TECHNICAL])
def test_a_public_notice_is_not_made_of_what_another_tier_tells(tier: Tier) -> None:
    with pytest.raises(ValueError, match="a public notice is not made of"):
        notice_page(told(a_story(), tier), PUBLISHER)


def test_without_a_comparator_run_that_counts_the_brief_says_what_is_not_known() -> None:
    shown = text_of(brief_page(replace(a_brief(), panels=())))
    assert "No comparator run counts: whether other models do the same is not known." in shown


def test_the_reported_model_stands_in_the_panel_beside_the_others() -> None:
    def models(*columns: str) -> list[str]:
        panel = replace(a_brief().panels[0], columns=tuple(ToldColumn(one, RATE, None) for one in columns))
        return [one.model for one in brief_of(replace(a_brief(), panels=(panel,)), LADDER[0]).panel]

    reported = "alder/desk-helper/v1"
    assert models("birch/answerer/v3") == [f"{reported} (as reported)", "birch/answerer/v3"]
    assert models(reported, "birch/answerer/v3") == [reported, "birch/answerer/v3"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"verifications": ()}, "A fix is claimed, and nobody independent has verified it."),
        ({"verifications": (), "statements": ()}, "No fix is claimed."),
        ({"due": (), "requests": (), "embargo": None}, "Nothing that is told here."),
        ({"next_step": None}, "Not told here."),
        ({"ranges": ()}, "No score counts: not known."),
        ({"unknown": ()}, "Nothing that is asked for here."),
        (
            {"emergency": True, "forks": 1},
            "Emergency: offered. The record contradicts itself: 1 fork.",
        ),
        ({"set_aside": 2}, "2 statements set aside, not counted."),
    ],
)
def test_what_is_not_there_is_said(changes: dict[str, object], said: str) -> None:
    assert said in text_of(brief_page(replace(a_brief(), **changes)))  # type: ignore[arg-type]


def test_a_finding_whose_bundle_is_missing_has_no_rate_and_says_so() -> None:
    (one,) = a_brief().findings
    lost: ToldFinding = replace(one, rate=None, simulated=True)
    shown = text_of(brief_page(replace(a_brief(), findings=(lost,))))
    assert "how often it works is not known here" in shown
    assert "Simulated: no model was asked." in shown


def test_a_verification_that_does_not_count_is_marked() -> None:
    (one,) = a_brief().verifications
    unheard = replace(one, counts=False, problem="it is of another finding")
    shown = text_of(brief_page(replace(a_brief(), verifications=(unheard,))))
    assert "Not counted, as it is of another finding: On example/lamp-2/2026-07-01: The" in shown


def test_what_is_shortened_says_by_how_much() -> None:
    brief = brief_of(overfull(), LADDER[-1])
    assert re.search(r"… \(and [0-9]+ more characters\)", brief.title)
    assert brief.voices_more == "and 27 more parties, who answer: refused (27)"
    assert brief.voices[0].more == "and 9 more statements of the same kinds"
    for part in brief.later:
        if part.title in ("The fix", "What is due", "What is not known"):
            assert re.fullmatch(r"And [0-9]+ more lines\.", part.lines[-1])
    many = replace(a_brief().panels[0], columns=tuple(ToldColumn(f"m{n}", RATE, None) for n in range(30)))
    full = brief_of(replace(a_brief(), panels=(many,)), LADDER[0])
    assert full.panel_note.endswith("; and 23 more models.")


def test_hostile_words_are_text_in_a_brief_and_in_a_notice() -> None:
    said = replace(a_brief().statements[1], text=HOSTILE)
    brief = replace(a_brief(), title=HOSTILE, unknown=(HOSTILE,), statements=(said,))
    notice = replace(a_notice(), title=HOSTILE, unknown=(HOSTILE,))
    for page in (brief_page(brief), notice_page(notice, HOSTILE)):
        assert "<script" not in page
        assert "&lt;script&gt;" in page
        assert "\x1b" not in page
        assert not re.findall(r"(?:src|href)\s*=|url\(|@import", page)


def test_an_interval_is_drawn_on_the_scale_from_nothing_to_all() -> None:
    assert 'd="M81.3 6H105.9"' in interval_bar(RATE)
    assert interval_bar(replace(RATE, n=0, violated=0)) == ""


@pytest.mark.usefixtures("typst")
@pytest.mark.parametrize("view", [a_story, troubled, busy])
def test_a_brief_as_pdf_is_one_page_with_all_its_parts(view: object) -> None:
    assert callable(view)
    pages, text = pages_of(brief_pdf(told(view(), Tier.BRIEF)))
    assert pages == 1
    for one in ("TLP:GREEN", "How sure", "Beside other models", "What each party says", "What is not known"):
        assert one in text
    assert "We keep it on offer." in text


@pytest.mark.usefixtures("typst")
def test_a_brief_as_pdf_is_one_page_however_much_there_is_to_say() -> None:
    pages, text = pages_of(brief_pdf(overfull()))
    assert pages == 1
    assert "more parties" in text
    assert "more characters" in text
    assert text.count("W") >= LADDER[-1].words


@pytest.mark.usefixtures("typst")
def test_a_brief_as_pdf_is_the_same_for_the_same_case_and_shrinks_no_more_than_it_must() -> None:
    assert brief_pdf(a_brief()) == brief_pdf(a_brief())
    _, text = pages_of(brief_pdf(a_brief()))
    assert "more characters" not in text


@pytest.mark.usefixtures("typst")
def test_words_of_parties_are_never_taken_for_markup_of_the_pdf() -> None:
    markup = '#panic("x") *bold* $x$ @nowhere <label> \\ "quoted"'
    one = replace(a_brief(), title=markup, unknown=(markup, "Ωμέγα, жук, naïve"))
    pages, text = pages_of(brief_pdf(one))
    assert pages == 1
    assert '#panic("x") *bold* $x$ @nowhere <label>' in text
    assert "Ωμέγα, жук, naïve" in text


def test_without_its_library_a_pdf_is_refused_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(InputError) as caught:
        brief_pdf(a_brief())
    assert caught.value.message == "a brief cannot be made into a PDF: the package typst is not installed"
    assert caught.value.hint == "Install groundstop[pdf], or take the brief as HTML and print it"


def test_a_notice_as_a_page_says_what_the_exported_text_says() -> None:
    publisher = Publisher("Quay Coordination", "https://quay.example", Category.COORDINATOR)
    exported = export_notice(a_notice(), publisher).document
    assert isinstance(exported, str)
    page = text_of(notice_page(a_notice(), PUBLISHER)).replace(" .", ".").replace("“", "").replace("”", "")
    points = " ".join(exported.split("What it is about")[1].split()).split(" * ")
    assert len(points) >= 12
    for point in points[1:]:
        words = re.sub(r"(What [a-z ]+) -+.*", "", point).replace('"', "").strip()
        assert words in page


def test_a_closed_case_says_so_in_its_notice() -> None:
    closed: datetime = a_notice().opened + timedelta(days=30)
    shown = text_of(notice_page(replace(a_notice(), closed=closed), PUBLISHER))
    assert "opened on 6 July 2026, and closed on 5 August 2026." in shown


def test_a_brief_says_what_is_due_once_and_asks_for_nothing_that_was_answered() -> None:
    shown = text_of(brief_page(a_brief()))
    assert "asks alder-street-desk for" not in shown
    asked = ToldDue("alder-street-desk", "answer: a withdrawal", a_brief().as_of, late=True)
    assert text_of(brief_page(replace(a_brief(), due=(asked,)))).count("a withdrawal") == 1


def test_a_brief_in_which_no_verification_counts_says_so_before_it_shows_one() -> None:
    (one,) = a_brief().verifications
    unheard = replace(one, counts=False, problem="it expired on 2026-08-05")
    part = next(
        part
        for part in brief_of(replace(a_brief(), verifications=(unheard,)), LADDER[0]).later
        if part.title == "The fix"
    )
    assert part.lines[0] == "A fix is claimed, and nobody independent has verified it."
    assert part.lines[1].startswith("Not counted, as it expired on 2026-08-05: ")


def says(*kinds: str, by: str = "alder-street-desk", text: str | None = None) -> tuple[ToldStatement, ...]:
    """Return statements of some kinds, a day after each other."""
    first = next(one for one in a_brief().statements if one.type == "fix_claimed")
    return tuple(
        replace(
            first,
            by=by,
            type=kind,
            text=text,
            build=None,
            date=None,
            at=first.at + timedelta(days=day),
            digest=f"{day}",
        )
        for day, kind in enumerate(kinds)
    )


def part_of_brief(brief: Told, title: str) -> tuple[str, ...]:
    made = brief_of(brief, LADDER[1])
    (found,) = [one.lines for one in (*made.first, *made.later) if one.title == title]
    return found


def test_a_refusal_is_not_hidden_by_later_acknowledgements() -> None:
    said = says("refused", "wont_fix", "acknowledged", "acknowledged", "acknowledged")
    for limits in LADDER:
        brief = brief_of(replace(a_brief(), statements=said), limits)
        (voice,) = [one for one in brief.voices if one.who.startswith("alder-street-desk")]
        shown = [what for what, _ in voice.said]
        assert shown[:2] == [
            "Refuses what was asked for",
            "Accepts it and will not fix it: the risk is accepted",
        ]
        assert set(shown[2:]) == {"Has received the report and looks at it"}
        left = 3 - len(shown[2:])
        assert voice.more == (
            f"and {left} more statement{'s' if left > 1 else ''} of the same kinds" if left else None
        )


def test_every_kind_of_answer_is_shown_at_every_size_of_a_brief() -> None:
    for limits in LADDER:
        brief = brief_of(replace(a_brief(), statements=says(*RESPONSE_WORDS, *RESPONSE_WORDS)), limits)
        (voice,) = [one for one in brief.voices if one.who.startswith("alder-street-desk")]
        assert len({what for what, _ in voice.said}) == len(RESPONSE_WORDS)
        assert voice.more == f"and {len(RESPONSE_WORDS)} more statements of the same kinds"


def test_an_answer_that_was_taken_back_is_not_among_those_that_are_shown() -> None:
    (refused, seen) = says("refused", "acknowledged")
    brief = brief_of(replace(a_brief(), statements=(replace(refused, stands=False), seen)), LADDER[0])
    (voice,) = [one for one in brief.voices if one.who.startswith("alder-street-desk")]
    assert [what for what, _ in voice.said] == ["Has received the report and looks at it"]


def test_a_party_that_answers_is_quoted_before_those_that_do_not() -> None:
    base = a_brief()
    silent = tuple(replace(base.parties[0], called=f"quiet-{number}", name=None) for number in range(9))
    crowded = replace(base, parties=(*silent, base.parties[1]), statements=says("refused"))
    brief = brief_of(crowded, LADDER[-1])
    assert [one.who.split(" ")[0] for one in brief.voices] == ["quiet-0", "quiet-1", "alder-street-desk"]
    assert brief.voices_more == "and 7 more parties"


def test_an_operator_that_refuses_is_heard_in_the_brief() -> None:
    brief = replace(a_brief(), statements=says("refused", by="lighthouse-cloud", text="We keep it."))
    assert "lighthouse-cloud (operator; interests: undeclared) : Refuses what was asked for: We keep it." in (
        text_of(brief_page(brief))
    )


def test_each_dispute_has_a_line_of_its_own() -> None:
    assert part_of_brief(a_brief(), "What is disputed") == (
        (
            "harbour-red-team disputes what alder-street-desk said on 26 July 2026: "
            "“Claims that it is fixed (build desk-helper v1.1)”."
        ),
        "alder-street-desk holds that the same is available without this model (15 July 2026).",
    )
    assert part_of_brief(replace(a_brief(), statements=()), "What is disputed") == (
        "Nobody disputes anything.",
    )
    lost = replace(says("disputed")[0], about="sha256:gone")
    (line,) = part_of_brief(replace(a_brief(), statements=(lost,)), "What is disputed")
    assert line == "alder-street-desk disputes a statement that is not told here (26 July 2026)."
    (line,) = part_of_brief(replace(a_brief(), statements=says("interests_challenged")), "What is disputed")
    assert "challenges what another party declares of its interests" in line


def test_the_level_that_a_developer_holds_stands_beside_the_range() -> None:
    base = a_brief()
    own = ToldScore(
        party="alder-street-desk",
        profile="cjs-2026-07-02",
        assessed=base.as_of,
        values=(),
        reasons=(),
        total=None,
        level="CJS-0",
        rank=0,
        raised=False,
        deciding=(),
        excluded="the developer's own vector is a dispute",
        stale=None,
    )
    disputing = replace(base, scores=(own,), statements=says("severity_dispute"))
    assert part_of_brief(disputing, "Severity")[1:] == (
        "alder-street-desk disputes it: CJS-0 (cjs-2026-07-02) by its own score, which the range leaves out.",
    )
    assert part_of_brief(replace(disputing, scores=()), "Severity")[1:] == (
        "alder-street-desk disputes the severity; its own score is not told here.",
    )
    undisputed = replace(base, scores=(), statements=())
    assert len(part_of_brief(undisputed, "Severity")) == 1


def test_a_verdict_names_the_model_that_was_tested_and_the_build_that_is_claimed() -> None:
    (line,) = part_of_brief(a_brief(), "The fix")
    assert line.startswith("On example/lamp-2/2026-07-01: The reported way")
    base = a_brief()
    (one,) = base.verifications
    assert one.tested is not None
    (claim,) = [said for said in base.statements if said.type == "fix_claimed"]
    matched = replace(claim, model=one.tested, build="b-2")
    told_now = replace(base, statements=(matched,))
    assert f"On {one.model}, claimed as build b-2: " in part_of_brief(told_now, "The fix")[0]
    other = replace(claim, model=replace(one.tested, snapshot="another"))
    assert part_of_brief(replace(base, statements=(other,)), "The fix")[0].startswith(f"On {one.model}: ")
    nameless = replace(one, model=None, tested=None)
    lines = part_of_brief(replace(base, verifications=(nameless,)), "The fix")
    assert lines[0].startswith("On a model that is not attested")


def test_the_verification_that_was_made_last_stands_first_whenever_it_was_put_in() -> None:
    (one,) = a_brief().verifications
    later = replace(one, at=one.at + timedelta(days=3), verdict="residual")
    lines = part_of_brief(replace(a_brief(), verifications=(later, one)), "The fix")
    assert ["(residual;" in line for line in lines] == [True, False]


def test_a_comparator_run_of_one_model_alone_is_not_said_to_be_missing() -> None:
    facts = (ToldFact("F5", "Comparators run", None, None), ToldFact("F9", "Detection", None, None))
    unknown = ("Not measured: Comparators run.", "Not measured: Detection.")
    brief = replace(a_brief(), facts=facts, unknown=unknown)
    assert part_of_brief(brief, "What is not known") == (
        f"{SAME_MODEL}.",
        "Not measured: Detection.",
    )
    assert part_of_brief(replace(brief, panels=()), "What is not known") == unknown


@pytest.mark.usefixtures("typst")
@pytest.mark.parametrize("developers", [1, 3, 30])
def test_a_brief_as_pdf_is_one_page_with_every_kind_of_answer_of_many(developers: int) -> None:
    base = overfull()
    names = [party.called for party in base.parties[:developers]]
    said = tuple(one for name in names for one in says(*RESPONSE_WORDS, by=name, text="Wide words. " * 200))
    pages, text = pages_of(brief_pdf(replace(base, statements=said)))
    assert pages == 1
    assert text.count("Refuses what was asked for") == min(developers, 3)
