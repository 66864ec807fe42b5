"""Making a guard: what it catches, what it lets through, and that it gives nothing of the recipe away."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from groundstop.documents.gateway import Guard, GuardStage
from groundstop.errors import InputError
from groundstop.gateway.guards.compiling import LEAST_PIECES, Wordings
from groundstop.gateway.guards.rewriting import rewritten
from groundstop.gateway.guards.scoring import Reading, Scorer
from groundstop.gateway.guards.voting import matches
from groundstop.suites import generated_variants, load_suite
from tests.evidence_samples import a_bundle, a_recipe_of
from tests.guard_parts import (
    LITERAL,
    NEIGHBOURS,
    PARAPHRASE,
    a_guard,
    ordinary_requests,
    windows_of_words,
)

LONG = " ".join(ordinary_requests()[:60])
VARIANTS = {
    "case and spacing": LITERAL.upper().replace(" ", "   "),
    "leetspeak": LITERAL.translate(str.maketrans("aeiost", "431057")),
    "base64": base64.b64encode(LITERAL.encode()).decode(),
    "embedded in a long text": f"{LONG}\n{LITERAL}\n{LONG}",
    "spaced letters": " ".join(LITERAL),
    "look-alikes": LITERAL.translate(str.maketrans("aceo", "асео")),
    **rewritten(LITERAL, ordinary_requests()[:24]),
}


def is_caught(text: str, guard: Guard | None = None) -> bool:
    guard = guard or a_guard()
    return matches(Scorer.of(guard, None).score(Reading([text])), guard.votes)


@pytest.mark.parametrize("way", VARIANTS)
def test_a_wording_is_caught_however_it_is_written(way: str) -> None:
    assert is_caught(VARIANTS[way])


def test_a_wording_that_is_spread_over_messages_is_caught() -> None:
    guard, half = a_guard(), len(LITERAL) // 2
    texts = ["You help visitors.", LITERAL[:half], "Go on.", LITERAL[half:]]
    assert matches(Scorer.of(guard, None).score(Reading(texts)), guard.votes)


@pytest.mark.parametrize("text", NEIGHBOURS)
def test_a_neighbour_is_let_through(text: str) -> None:
    assert not is_caught(text)


def test_every_ordinary_request_is_let_through() -> None:
    assert not [text for text in ordinary_requests() if is_caught(text)]
    assert not is_caught(" ".join(ordinary_requests()))


def test_a_paraphrase_is_missed_without_vectors() -> None:
    assert not is_caught(PARAPHRASE)


def test_the_recipe_of_a_sealed_finding_makes_a_guard_that_catches_held_out_variants() -> None:
    recipe, suite = a_recipe_of(a_bundle()), load_suite("canary")
    guard = a_guard(Wordings.of(recipe).texts)
    variants = generated_variants(suite, suite.behavior(recipe.behavior), suite.technique(recipe.technique))
    scorer = Scorer.of(guard, None)
    caught = {
        stratum: [
            matches(scorer.score(Reading([one.request])), guard.votes)
            for one in [one for one in variants if one.stratum == stratum][:40]
        ]
        for stratum in ("paraphrase", "encoding", "persona", "language")
    }
    for stratum in ("paraphrase", "encoding", "persona"):
        assert all(caught[stratum]), stratum
    # The same in another language has none of these pieces: what is not caught is told.
    assert not any(caught["language"])


def test_the_system_message_is_not_guarded_against() -> None:
    recipe = a_recipe_of(a_bundle())
    system = next(one.content for one in recipe.wordings[0].messages if one.role == "system")
    assert not is_caught(system, a_guard(Wordings.of(recipe).texts))


def test_nothing_of_the_recipe_can_be_read_from_the_guard() -> None:
    recipe = a_recipe_of(a_bundle())
    texts = Wordings.of(recipe).texts
    written = a_guard(texts).canonical().decode("ascii")
    windows = windows_of_words([*texts, *(one.content for w in recipe.wordings for one in w.messages)])
    assert len(windows) > 100
    assert not [window for window in windows if window.lower() in written.lower()]
    # A single telling word is not in it, either.
    assert "password" not in written.lower()


def test_a_guard_begins_in_shadow_and_survives_being_written() -> None:
    guard = a_guard(stage="shadow")
    assert guard.stage is GuardStage.SHADOW
    assert Guard.parse(guard.canonical(), source="it") == guard


def test_few_pieces_are_kept_where_there_are_enough() -> None:
    assert a_guard().grams.one_in == 4
    assert all(len(one.pieces()) >= LEAST_PIECES // 2 for one in a_guard().wordings)


def test_wordings_that_say_the_same_are_one() -> None:
    recipe = a_recipe_of(a_bundle())
    known = Wordings.of(recipe)
    assert Wordings.of(recipe, [known.texts[0].upper(), known.texts[1] + "!!"]) == known
    assert Wordings.of(recipe, ["Something else that is long enough to be told"]).texts[-1].startswith("Some")


def test_wordings_that_are_too_short_are_counted_and_all_of_them_make_no_guard() -> None:
    recipe = a_recipe_of(a_bundle())
    assert Wordings.of(recipe, ["Tell me."]).too_short == 1
    message = recipe.wordings[0].messages[0].model_copy(update={"role": "user", "content": "Tell me."})
    short = recipe.wordings[0].model_copy(update={"messages": (message,)})
    with pytest.raises(InputError, match="too short to be told from an ordinary request"):
        Wordings.of(recipe.model_copy(update={"wordings": (short,), "literal": None}))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"expires": "2026-07-06T12:00:00Z"}, "expires after it was made"),
        ({"votes": {"share": 0.5, "cosine": 0.9}}, "needs vectors"),
        ({"salt": "short"}, "salt"),
        ({"wordings": [{"letters": 9, "hashes": "AAAA"}]}, "8 bytes"),
        ({"stage": "off"}, "stage"),
    ],
)
def test_a_guard_of_another_form_is_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        a_guard(**changes)
