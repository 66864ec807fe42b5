"""Orders in text, as records and as pages: golden files, what each must say, and what is never in it.

To write the golden files anew: REWRITE_GOLDEN=1 pytest tests/unit/reports
"""

from __future__ import annotations

import itertools
import json
import os
import re
from functools import cache
from typing import Any

import pytest

from groundstop.directives.compiling import compile_table
from groundstop.directives.deciding import decide
from groundstop.directives.drafting import DraftSettings, empty_draft, review_directive
from groundstop.directives.facts import Facts
from groundstop.directives.previewing import Outcome, Preview, previews, standing_of
from groundstop.directives.reading import parse_order
from groundstop.directives.signatures import Signatures, signatures_of
from groundstop.directives.signing import SignedHere
from groundstop.documents import canonical_bytes
from groundstop.documents.directives import (
    AnyOf,
    Appeal,
    ClaimIs,
    ClaimName,
    Condition,
    Countersignature,
    Direction,
    Directive,
    InFlight,
    LegalBasis,
    LiftStage,
    Not,
    OrderKind,
    Override,
    Response,
    Rule,
    Silence,
    Unknown,
    WhenDark,
)
from groundstop.reports.directive_decision import decision_record, decision_text
from groundstop.reports.directive_diff import directive_diff_record, directive_diff_text
from groundstop.reports.directive_facts import directive_facts, signature_lines
from groundstop.reports.directive_others import said_text
from groundstop.reports.directive_page import directive_page
from groundstop.reports.directive_preview_chart import preview_chart
from groundstop.reports.directive_preview_page import preview_page
from groundstop.reports.directive_preview_record import preview_record
from groundstop.reports.directive_preview_text import preview_text
from groundstop.reports.directive_record import order_record
from groundstop.reports.directive_text import directive_text
from groundstop.reports.directive_words import countries_words, headline, whom_words
from tests.case_parts import START
from tests.directive_parts import (
    VERIFICATION,
    a_charter,
    a_directive,
    a_licence,
    a_lift,
    a_revocation,
    a_stop,
    amended,
    at,
    criteria,
    for_everybody,
    signed,
)
from tests.preview_parts import FOREIGNER, a_log, a_population, a_setting, group
from tests.unit.reports.test_pages import GOLDEN, HOSTILE, printed
from tests.unit.reports.test_verification_page import text_of


def by(*officers: int) -> Signatures:
    """Return the signatures of the sample order by some officers, held against the charter."""
    file = parse_order(canonical_bytes(signed(a_directive(), *officers)), source="order")
    return signatures_of(file, (), a_charter())


@cache
def side_by_side() -> tuple[Preview, ...]:
    people = a_population(group("behind-nginx", 5, 50, FOREIGNER, surface="auth-request"))
    return previews([for_everybody(2), a_directive()], people, a_setting())


@cache
def from_a_log() -> tuple[Preview, ...]:
    standing = standing_of([a_stop(created=at(-1), expires=at(2), models=("desk-clerk",))])
    return previews([a_directive()], a_log(), a_setting(standing=standing))


def an_amendment() -> Directive:
    return amended(a_directive(), expires=at(24 * 40), unknown=Unknown.ALLOW, alternatives=())


def told(*officers: int, **changes: Any) -> str:
    order = a_directive(**changes)
    return " ".join(printed(directive_text(order, by(*officers) if officers else None)).split())


MADE = {
    "directive.txt": lambda: printed(
        directive_text(a_directive(), by(1), licences=[a_licence()], notes=review_directive(a_directive()))
    ),
    "directive.html": lambda: directive_page(
        a_directive(), by(1), licences=[a_licence()], notes=review_directive(a_directive())
    ),
    "directive_diff.txt": lambda: printed(directive_diff_text(a_directive(), an_amendment())),
    "directive_preview.txt": lambda: printed(preview_text(side_by_side())),
    "directive_preview.html": lambda: preview_page(side_by_side()),
    "directive_preview.json": lambda: json.dumps(preview_record(side_by_side()), indent=1) + "\n",
}
PAGES = {
    "draft": lambda: directive_page(empty_draft(DraftSettings(), now=START).directive),
    "signed": MADE["directive.html"],
    "preview": MADE["directive_preview.html"],
    "log": lambda: preview_page(from_a_log()),
}


def without_digests(text: str) -> str:
    """Leave out digests, which change with the forms of the documents."""
    return re.sub(r"sha256:\s?[0-9a-f]{64}", "sha256:DIGEST", text)


@pytest.mark.parametrize("name", MADE)
def test_an_order_is_reported_the_same_as_ever(name: str) -> None:
    made = without_digests(MADE[name]())
    path = GOLDEN / name
    if os.environ.get("REWRITE_GOLDEN"):
        path.write_text(made, encoding="utf-8")
    assert made == path.read_text(encoding="utf-8"), "see the head of this file"


@pytest.mark.parametrize("name", PAGES)
def test_pages_need_nothing_from_outside_and_run_nothing(name: str) -> None:
    page = PAGES[name]()
    assert "<script" not in page
    assert not re.findall(r"(?:src|href)\s*=|@import", page)
    assert all(one.startswith("url(#hatch-") for one in re.findall(r"url\([^)]*\)?", page))
    assert "default-src 'none'" in page


@pytest.mark.parametrize("name", PAGES)
def test_headings_go_down_one_step_at_a_time_and_no_id_stands_twice(name: str) -> None:
    page = PAGES[name]()
    levels = [int(level) for level in re.findall(r"<h(\d)", page)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    ids = re.findall(r'\bid="([^"]*)"', page)
    assert len(set(ids)) == len(ids)
    names = re.findall(r'role="region" aria-label="([^"]*)"', page)
    assert len(set(names)) == len(names)


def hostile() -> Directive:
    order = a_directive()
    return a_directive(
        reasons=HOSTILE,
        basis=LegalBasis(text=HOSTILE, citation=HOSTILE, source=HOSTILE, as_of=at(-9)),
        not_enforced=(HOSTILE,),
        appeal=Appeal(name=HOSTILE, contact=HOSTILE),
        response=Response(message=HOSTILE),
        definitions=(order.definitions[0].model_copy(update={"text": HOSTILE, "citation": HOSTILE}),),
        scope=(Rule(id="a", persons="foreign-person", organisations=(HOSTILE,), purposes=(HOSTILE,)),),
        claims=(*order.claims, *_needed("organisation", "purpose")),
    )


def _needed(*names: str) -> tuple[Any, ...]:
    from groundstop.documents.directives import ClaimNeeded

    return tuple(ClaimNeeded(claim=ClaimName(name)) for name in names)


def test_nobodys_words_become_part_of_a_page_or_move_a_cursor() -> None:
    order = hostile()
    made = previews([order], a_population(), a_setting())
    for page in (directive_page(order, notes=[HOSTILE]), preview_page(made)):
        assert "<script>alert" not in page
        assert "\x1b" not in page
    shown = (
        directive_text(order, notes=[HOSTILE]),
        preview_text(made),
        directive_diff_text(order, a_directive()),
    )
    for one in shown:
        assert "\x1b" not in printed(one)


# What an order says


@pytest.mark.parametrize(
    "fact",
    [
        "What is withdrawn",
        "From whom",
        "Who is excepted",
        "If it is not known who asks",
        "Why",
        "On what record",
        "Legal basis, as the issuer states it",
        "When",
        "What lifts it",
        "If a gateway hears nothing",
        "Answers on their way",
        "What may be used instead",
        "What somebody is told whom it keeps out",
        "Appeal",
        "Signatures",
    ],
)
def test_every_question_about_an_order_is_answered_in_text_and_on_the_page(fact: str) -> None:
    facts = directive_facts(a_directive(), by(1, 2))
    (found,) = [one for one in facts if one.label == fact]
    page, text = text_of(directive_page(a_directive(), by(1, 2))), told(1, 2)
    for line in found.lines:
        assert " ".join(line.split()) in page
        assert " ".join(line.split()) in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"unknown": Unknown.ALLOW}, "that would settle it is let through"),
        ({"in_flight": InFlight.CUT}, "What is being streamed when it takes effect is cut off."),
        ({"fallback": True}, "Another model may answer without being asked for."),
        ({"silence": Silence(when_dark=WhenDark.KEEP)}, "the last denials stay, and nothing more is denied"),
        (
            {"silence": Silence(stale_after_s=90, dark_after_s=7200, when_dark=WhenDark.CLOSE)},
            "After 90 seconds",
        ),
        (
            {"not_enforced": ("No passing on.",)},
            "“No passing on.”: it binds whoever obeys, and nothing enforces it.",
        ),
        (
            {"withheld": "It would tell how.", "evidence": (), "review": at(9), "expires": at(99)},
            "The evidence is withheld: “It would tell how.”",
        ),
        ({"order": OrderKind.VOLUNTARY_WITHDRAWAL, "basis": None}, "withdraws it of its own accord"),
        ({"order": OrderKind.VIRTUAL_PATCH}, "They are not cut off: what they ask must pass a guard first."),
        (
            {"lifting": criteria(countersigners=("alder-lab",), countersigners_needed=1)},
            "Countersigned by 1 of: alder-lab.",
        ),
    ],
)
def test_what_an_order_says_is_told_in_plain_words(changes: dict[str, Any], words: str) -> None:
    assert words in told(**changes)


def test_signatures_are_told_with_how_many_are_missing() -> None:
    assert "1 of 2 needed is missing." in told(1)
    assert "it holds for 72 hours, unless the rest sign" in told(1)
    assert "72 hours" not in told(2)
    assert "All 2 that it needs have signed." in told(1, 2)
    assert signature_lines(None) == ["Nobody has signed it: it is a draft, and in force nowhere."]
    assert "Not enough signatures yet: 1 missing." in directive_page(a_directive(), by(2))


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Rule(id="all"), "everybody, world-wide"),
        (Rule(id="a", persons="foreign-person"), "whoever is a foreign-person"),
        (Rule(id="a", destinations=("XB", "XC")), "whoever asks from XB or XC"),
        (
            Rule(id="a", persons="p", organisations=("elm",), purposes=("resale",), destinations=("XB",)),
            "whoever is a p and is of elm and asks for the purpose of resale and asks from XB",
        ),
        (Rule(id="a", organisations=("elm",)), "whoever is of elm"),
    ],
)
def test_a_rule_is_put_in_words(rule: Rule, words: str) -> None:
    assert whom_words(rule) == words


def test_a_guard_is_no_withdrawal() -> None:
    assert "helper is guarded for whoever is a foreign-person" in headline(
        a_directive(order=OrderKind.VIRTUAL_PATCH)
    )


def test_a_guard_is_told_as_one_and_keeps_nobody_out() -> None:
    text = told(order=OrderKind.VIRTUAL_PATCH, unknown=Unknown.ALLOW)
    assert "What is guarded" in text
    assert "It stays available, behind a guard: guarded is asking it." in text
    assert "is guarded too." in text
    for words in ("withdrawn", "Forbidden", "kept out."):
        assert words not in text
    assert "What is guarded" in directive_page(a_directive(order=OrderKind.VIRTUAL_PATCH))


def test_the_home_country_of_a_class_is_said_though_the_quoted_definition_does_not() -> None:
    assert "Here the home country is XA." in told()
    assert "Here the home country is XA." in directive_page(a_directive())


def nationals(*countries: str) -> ClaimIs:
    return ClaimIs(claim=ClaimName.NATIONALITY, any_of=countries)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (Not(of=nationals("XA")), " Here the home country is XA."),
        (Not(of=nationals("XC", "XA")), " Here the home countries are XA and XC."),
        (nationals("XB"), " Here the country that it names is XB."),
        (Not(of=Not(of=nationals("XB"))), " Here the country that it names is XB."),
        (
            AnyOf(of=(Not(of=nationals("XA")), nationals("XB"))),
            " Here the countries that it names are XA and XB.",
        ),
        (ClaimIs(claim=ClaimName.ORGANISATION, any_of=("XA",)), ""),
        (Not(of=nationals("none", "\x1b[31m")), ""),
    ],
)
def test_countries_of_a_class_are_told_out_of_its_condition(condition: Condition, words: str) -> None:
    assert countries_words(condition) == words


def test_many_countries_are_not_all_named() -> None:
    countries = tuple(f"X{chr(65 + number)}" for number in range(26))
    assert whom_words(Rule(id="a", destinations=countries)).endswith("or 18 more")


def others() -> list[tuple[SignedHere, str]]:
    known = {"directive": a_directive().id, "content": a_directive().content_id}
    return [
        (a_stop(), "desk-helper at elm, for everybody"),
        (a_licence(), "all staff of hazel-defence"),
        (a_revocation(), "at once"),
        (a_lift(), "The criteria are said to be met: 1 verification"),
        (a_lift(stage=LiftStage.LICENSEES, models=("helper",)), "for licensees only: helper."),
        (
            Countersignature(by="alder-lab", created=at(1), verification=VERIFICATION, **known),
            "meets the criteria",
        ),
        (
            Override(
                by="fir", created=at(1), direction=Direction.ALLOW, until=at(2), reason="A court.", **known
            ),
            "The order is not enforced here. ",
        ),
    ]


@pytest.mark.parametrize(("document", "words"), others(), ids=lambda one: getattr(one, "kind", ""))
def test_what_goes_with_orders_is_told_too(document: SignedHere, words: str) -> None:
    text = " ".join(printed(said_text(document)).split())
    assert words in text
    assert "Nobody has signed it" in text
    record = order_record(parse_order(document.canonical(), source="x"), None)
    assert record["document"] == document.to_json()
    assert json.loads(json.dumps(record)) == record


# Previews


def test_the_picture_has_a_share_for_every_outcome_and_none_beside_its_frame() -> None:
    for one in (*side_by_side(), *from_a_log()):
        picture = str(preview_chart(one, title="What would happen"))
        shares = re.findall(
            r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)" [^>]*class="share (?!frame)', picture
        )
        assert len(shares) == len([cell for cell in one.cells if cell.count.requests])
        assert all(float(x) + float(width) <= 348.5 for x, width in shares)
        assert all(float(width) > 1 for _, width in shares)
        assert "<title>What would happen</title>" in picture


def test_every_count_of_a_preview_is_in_its_text_on_its_page_and_in_its_record() -> None:
    text = printed(preview_text(side_by_side()))
    page = text_of(preview_page(side_by_side()))
    record = preview_record(side_by_side())
    for one, recorded in zip(side_by_side(), record["previews"], strict=True):
        assert len(recorded["cells"]) == len(one.cells)
        for cell in one.cells:
            assert f"{cell.count.requests:,}" in text
            assert f"{cell.count.requests:,}" in page
    assert record["previews"][1]["newly_cut_off"]["outside"]["requests"] == 0
    assert record["previews"][1]["licensees_served"] == {"requests": 80, "users": 4, "anonymous": 0}


def test_a_preview_of_a_log_tells_when_it_was_recorded_and_who_is_not_known() -> None:
    text = " ".join(printed(preview_text(from_a_log())).split())
    assert "recorded from 2026-07-06 12:00 UTC to 2026-07-06 12:18 UTC" in text
    assert "1 by nobody knows whom" in text
    assert "1+" in printed(preview_text(from_a_log()))


def test_a_preview_of_everybody_says_that_the_class_is_everybody() -> None:
    made = previews([for_everybody()], a_population(), a_setting(licences=()))
    assert "The restricted class is everybody" in " ".join(printed(preview_text(made)).split())
    assert {cell.outcome for cell in made[0].cells} == {Outcome.NEWLY_DENIED}


# Differences and decisions


def test_the_record_of_a_difference_holds_both_values() -> None:
    record = directive_diff_record(a_directive(), an_amendment())
    assert record["relation"] == "an amendment of it"
    (unknown,) = [one for one in record["differences"] if one["place"] == ["unknown"]]
    assert (unknown["before"], unknown["after"]) == ("deny", "allow")
    assert "is the same" in printed(directive_diff_text(a_directive(), a_directive()))


def test_a_decision_is_told_with_its_order_and_as_a_record() -> None:
    table = compile_table(standing_of([for_everybody()]))
    moment = at(1).timestamp()
    denied = decide(Facts("desk-helper"), table, moment, moment)
    assert for_everybody().id in printed(decision_text(denied))
    record = decision_record(denied)
    assert (record["allowed"], record["order"]["id"], record["rule"]) == (False, for_everybody().id, "all")
    free = decision_record(decide(Facts("desk-clerk"), table, moment, moment))
    assert (free["allowed"], free["order"]) == (True, None)
    assert json.loads(json.dumps(record)) == record
