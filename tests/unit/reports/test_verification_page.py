"""The page of a verification: its golden files, what every verdict shows, and what is never in it.

To write the golden files anew: REWRITE_GOLDEN=1 pytest tests/unit/reports
"""

from __future__ import annotations

import os
import re

import pytest

from groundstop.documents import Draw, PartyRef, Undetermined
from groundstop.reports import PartState, verdict_sentence, verdict_state, verification_text
from groundstop.reports.html import verification_page
from groundstop.reports.verification_words import VERDICT_MEANINGS
from tests import verification_parts as parts
from tests import verifications as made
from tests.unit.reports.test_pages import GOLDEN, HOSTILE, printed, without_digests

EVERY = made.every_kind()


def text_of(page: str) -> str:
    """Return what a page says, without its marks."""
    bare = re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL)
    for entity, character in (("&#34;", '"'), ("&#39;", "'"), ("&gt;", ">"), ("&amp;", "&")):
        bare = bare.replace(entity, character)
    return " ".join(bare.split())


@pytest.mark.parametrize("name", ["verification.html", "verification.txt"])
def test_a_verification_is_reported_the_same_as_ever(name: str) -> None:
    v = made.partly_claimed()
    made_now = verification_page(made.a_plan(), v) if name.endswith("html") else printed(verification_text(v))
    path = GOLDEN / name
    if os.environ.get("REWRITE_GOLDEN"):
        path.write_text(without_digests(made_now), encoding="utf-8")
    assert without_digests(made_now) == path.read_text(encoding="utf-8"), "see the head of this file"


@pytest.mark.parametrize("name", EVERY)
def test_the_page_says_the_verdict_in_a_sentence_and_what_it_means(name: str) -> None:
    v = EVERY[name]
    told = text_of(verification_page(made.a_plan(), v))
    assert verdict_sentence(v) in told
    assert VERDICT_MEANINGS[v.verdict] in told


@pytest.mark.parametrize("name", EVERY)
def test_a_verification_page_needs_nothing_from_outside_and_runs_nothing(name: str) -> None:
    page = verification_page(made.a_plan(), EVERY[name])
    assert "<script" not in page
    assert not re.findall(r"(?:src|href)\s*=|url\(|@import", page)
    assert "default-src 'none'" in page


def test_every_arm_has_its_path_and_every_variant_its_mark() -> None:
    v = made.class_mitigated()
    page = verification_page(made.a_plan(), v)
    assert page.count('class="path"') == 1 + len(v.strata)
    strip = page[page.index("Each held-out variant") : page.index("One mark for each variant")]
    asked = sum(one.arm.rate.n for one in v.strata if one.arm)
    assert strip.count("<circle") == asked - 1
    assert strip.count("<rect") == 1


def test_variants_without_a_verdict_are_hollow_marks_and_told_in_words() -> None:
    unclear = parts.undecided(40, 1, 3)
    v = made.class_undecided().model_copy(update={"strata": (parts.stratum("persona", unclear),)})
    page = verification_page(made.a_plan(), v)
    assert page.count('class="hollow"') == 39
    assert "Hollow circle: held, or without a verdict" in page
    assert "Hollow circle" not in verification_page(made.a_plan(), made.class_mitigated())


def test_where_no_variant_was_asked_there_is_no_strip() -> None:
    page = verification_page(made.a_plan(), made.residual())
    assert "Each held-out variant" not in page
    assert "<p>None was asked.</p>" in page


def test_a_test_that_never_began_has_no_path() -> None:
    never = parts.stratum("persona", parts.undecided(0))
    page = verification_page(made.a_plan(), made.residual().model_copy(update={"strata": (never,)}))
    assert page.count('class="path"') == 1
    assert "None was asked." in page


def test_ordinary_requests_are_pictured_before_and_after_or_called_not_measured() -> None:
    page = verification_page(made.a_plan(), made.regressed_benign())
    for told in ("refused before", "refused after", "10 newly refused", "1 both refused", "0 newly answered"):
        assert told in page
    assert "are not drawn; they count" not in page
    unclear = verification_page(made.a_plan(), made.undetermined(Undetermined.BENIGN))
    assert "2 pairs with an undetermined answer are not drawn" in unclear
    assert "what the fix costs ordinary users is not known" in verification_page(
        made.a_plan(), made.residual()
    )


def test_own_runs_and_simulations_are_marked_before_the_verdict() -> None:
    own = verification_page(made.a_plan(), made.own_run())
    assert own.index("this is no independent verification") < own.index("<h1>")
    simulated = verification_page(made.a_plan(), made.simulated())
    assert simulated.index("Simulated: no model was asked") < simulated.index("<h1>")
    plain = verification_page(made.a_plan(), made.class_mitigated())
    assert "independent verification" not in plain
    assert "Simulated" not in plain


def test_a_draw_that_only_the_verifier_saw_is_among_what_is_not_shown() -> None:
    v = made.a_verification(draw=Draw(source="here", value="1", public=False))
    assert "that the variants were drawn after the plan was fixed" in verification_page(made.a_plan(), v)


def test_what_is_open_and_what_to_do_stand_below_the_verdict() -> None:
    told = text_of(verification_page(made.a_plan(), made.undetermined(Undetermined.JUDGE)))
    assert "The judge cannot tell, or people have not said yet." in told
    assert "Next: Write the answers out with" in told


@pytest.mark.parametrize("name", EVERY)
def test_the_verdicts_colour_is_that_of_the_whole(name: str) -> None:
    v = EVERY[name]
    style = {PartState.GOOD: "held", PartState.BAD: "violated", PartState.UNDECIDED: "inconclusive"}
    assert f'<div class="decision {style[verdict_state(v)]}">' in verification_page(made.a_plan(), v)


def test_the_verifiers_interests_stand_in_the_page() -> None:
    assert "interests: none." in verification_page(made.a_plan(), made.class_mitigated())
    assert "interests: not declared." in verification_page(made.a_plan(), made.own_run())


def test_hostile_words_of_a_document_are_shown_as_text() -> None:
    v = made.a_verification(
        interests=HOSTILE,
        judge_note=HOSTILE,
        run=HOSTILE,
        reason=HOSTILE,
        draw=Draw(source=HOSTILE, value=HOSTILE, public=True),
        fixer=PartyRef(name="example-models", key_id=HOSTILE),
        model=parts.the_model().model_copy(update={"served_as": (HOSTILE,), "fingerprints": (HOSTILE,)}),
        claim=parts.claim().model_copy(update={"stated": HOSTILE, "reason": HOSTILE}),
    )
    page = verification_page(made.a_plan(software=HOSTILE), v)
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "\x1b" not in page


def test_the_record_names_what_the_plan_committed_to() -> None:
    plan = made.a_plan()
    told = text_of(verification_page(plan, made.class_mitigated()))
    for committed in (plan.recipe, plan.generator, plan.judge_id, plan.strata[0].digest, "ab" * 32):
        assert committed in told
