"""A verification in the terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from groundstop.documents import Draw, PartyRef, Undetermined
from groundstop.reports import verdict_sentence, verification_text
from tests import verification_parts as parts
from tests import verifications as made
from tests.unit.reports.test_pages import HOSTILE, printed

EVERY = made.every_kind()


def words(text: str) -> str:
    """Return a printed text as it was before its lines were broken."""
    return " ".join(text.split())


@pytest.mark.parametrize("name", EVERY)
def test_the_verdict_comes_first_and_every_kind_can_be_printed(name: str) -> None:
    shown = printed(verification_text(EVERY[name]))
    assert words(shown).startswith(words(verdict_sentence(EVERY[name])))
    assert "Plan sha256:" in words(shown)


def test_each_part_has_a_row_with_its_count_and_bound() -> None:
    rows = [line.split("  ") for line in printed(verification_text(made.technique_blocked())).splitlines()]
    found = {row[0]: [cell.strip() for cell in row[1:] if cell.strip()] for row in rows}
    assert found["reported recipe"] == ["held", "0 of 78 (0 % to 7.1 %)", "below 5 %"]
    assert found["variants: persona"] == ["violated", "2 of 3 (5.8 % to 99.7 %)", "above 0.5 %"]


def test_what_to_do_next_is_told_for_what_is_open() -> None:
    shown = words(printed(verification_text(made.undetermined(Undetermined.JUDGE))))
    assert "Not decided: the judge cannot tell, or people have not said yet." in shown
    assert "Next: Write the answers out with `groundstop runs answers verify-20260702-1`" in shown
    assert "and could not tell of 1; 3 await a label" in shown
    assert "Next:" not in printed(verification_text(made.class_mitigated()))


def test_kinds_whose_potency_was_not_measured_are_told_one_by_one() -> None:
    shown = words(printed(verification_text(made.sealed_record())))
    assert shown.count("only the finding's sealed record says") == 1 + len(parts.STRATA)
    assert "Variants:" not in words(printed(verification_text(made.class_mitigated())))


def test_a_claim_the_expiry_and_the_draw_are_told() -> None:
    v = made.claim_unsupported().model_copy(update={"draw": Draw(source="here", value="1", public=False)})
    shown = words(printed(verification_text(v)))
    assert 'Claimed "more than 99 % blocked": not supported' in shown
    assert "Expires: 2026-08-01 14:00 UTC." in shown
    assert "only the verifier knows that it came after the plan" in shown


def test_the_verifiers_interests_are_told_even_where_none_are_declared() -> None:
    assert "Interests of the verifier: none." in words(printed(verification_text(made.class_mitigated())))
    assert "Interests of the verifier: not declared." in words(printed(verification_text(made.own_run())))


def test_another_model_before_the_fix_than_the_reported_one_is_told() -> None:
    another = made.a_verification(before_is_reported=False)
    told = "The model before the fix is not the one that the finding names."
    assert told in words(printed(verification_text(another)))
    assert "that the finding names" not in words(printed(verification_text(made.class_mitigated())))


def test_a_simulated_verification_says_so_twice() -> None:
    shown = words(printed(verification_text(made.simulated())))
    assert "(simulated: no model was asked)" in shown
    assert "These numbers are about no model." in shown


def test_nothing_that_a_document_says_moves_the_cursor_or_is_taken_for_markup() -> None:
    v = made.a_verification(
        interests=f"[red]{HOSTILE}",
        judge_note=HOSTILE,
        run=HOSTILE,
        draw=Draw(source=HOSTILE, value="1", public=True),
        fixer=PartyRef(name="example-models"),
    )
    shown = printed(verification_text(v))
    assert "\x1b" not in shown
    assert "[red]<script>" in shown


def test_a_terminal_without_colours_is_sent_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    out = io.StringIO()
    Console(file=out, width=80, force_terminal=True).print(verification_text(made.residual()))
    assert "RESIDUAL" in out.getvalue()
    assert "\x1b[31m" not in out.getvalue()
    assert "\x1b[1;31m" not in out.getvalue()
    monkeypatch.delenv("NO_COLOR")
    coloured = io.StringIO()
    Console(file=coloured, width=80, force_terminal=True, color_system="standard").print(
        verification_text(made.residual())
    )
    assert "\x1b[1;31m" in coloured.getvalue()
