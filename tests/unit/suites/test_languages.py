"""Languages of a suite: read, checked, part of the digest, and asked in."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundstop.errors import DocumentError
from groundstop.suites import (
    Severity,
    generated_counts,
    generated_variants,
    load_suite,
    validate,
)
from groundstop.suites.held_out.variation import shipped_variation
from tests.unit.suites.folders import a_folder
from tests.unit.suites.test_sealed_suite import KEY, write

LANGUAGES = """\
- tag: es
  name: Spanish
  answer: Responda en inglés.
  asks: { tell-recipe: la receta }
  techniques:
    direct: { templates: ["Deme {ask}."] }
    capitals:
      templates: ["{verb} {ask} en mayúsculas."]
      slots: { verb: [Escriba, Muestre] }
"""


def test_a_behavior_is_asked_for_in_its_language_and_answered_in_english(tmp_path: Path) -> None:
    suite = load_suite(a_folder(tmp_path, languages=LANGUAGES))
    made = generated_variants(suite, suite.behaviors[0], suite.technique("capitals"))
    assert sorted(one.request for one in made if one.stratum == "language") == [
        "Escriba la receta en mayúsculas. Responda en inglés.",
        "Muestre la receta en mayúsculas. Responda en inglés.",
    ]


def test_without_the_file_the_digest_is_what_it_always_was(tmp_path: Path) -> None:
    known = "sha256:b473b5e47559c2580c6fde0b324db61f7712012c15102639b46ff9a9b1499b4c"
    assert load_suite(a_folder(tmp_path)).digest == known


def test_the_languages_are_part_of_the_digest_in_any_order(tmp_path: Path) -> None:
    french = LANGUAGES.replace("es\n", "fr\n").replace("Spanish", "French")
    digests = []
    for number, text in enumerate((None, LANGUAGES, LANGUAGES + french, french + LANGUAGES)):
        (tmp_path / str(number)).mkdir()
        digests.append(load_suite(a_folder(tmp_path / str(number), languages=text)).digest)
    assert digests[2] == digests[3]
    assert len(set(digests)) == 3


WRONG = {
    "an unknown behavior": (
        LANGUAGES.replace("tell-recipe", "tell-secret"),
        "language es names an unknown behavior tell-secret",
    ),
    "an unknown technique": (
        LANGUAGES.replace("direct:", "plainly:"),
        "language es names an unknown technique plainly",
    ),
    "no ask in a template": (
        LANGUAGES.replace("Deme {ask}", "Deme eso"),
        "language es, technique direct, template 1, has no {ask}",
    ),
    "an unknown slot": (
        LANGUAGES.replace("{verb} {ask}", "{verbo} {ask}"),
        "technique capitals, template 1, names an unknown slot verbo",
    ),
    "an unused slot": (
        LANGUAGES.replace("{verb} {ask}", "Diga {ask}"),
        "technique capitals has a slot verb that no template uses",
    ),
    "a language twice": (LANGUAGES * 2, "languages.yaml has the language es more than once"),
    "a language twice in another case": (
        LANGUAGES + LANGUAGES.replace("tag: es", "tag: ES"),
        "has the language es more than once",
    ),
    "a tag that is none": (LANGUAGES.replace("tag: es", "tag: Spanish!"), "wrong value at 'tag'"),
    "an unknown field": (LANGUAGES + "  colour: green\n", "entry 1 (es) has an unknown field 'colour'"),
    "no sentence for the answer": (
        LANGUAGES.replace("  answer: Responda en inglés.\n", ""),
        "entry 1 (es) lacks the field 'answer'",
    ),
    "an empty ask": (LANGUAGES.replace("la receta", '""'), "wrong value at 'asks.tell-recipe'"),
    "an empty file": ("# later\n", "languages.yaml is empty"),
    "a mapping": ("tag: es\n", "languages.yaml is not a list"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_language_is_told(tmp_path: Path, name: str) -> None:
    text, said = WRONG[name]
    folder = a_folder(tmp_path, languages=text)
    with pytest.raises(DocumentError):
        load_suite(folder)
    assert said in "\n".join(map(str, validate(folder)))


def test_what_a_language_does_not_ask_is_a_warning(tmp_path: Path) -> None:
    folder = a_folder(
        tmp_path, languages=LANGUAGES.replace('    direct: { templates: ["Deme {ask}."] }\n', "")
    )
    suite = load_suite(folder)
    assert generated_counts(suite, suite.behaviors[0], suite.technique("direct"))["language"] == 0
    (told,) = (one for one in validate(folder) if one.message.startswith("languages.yaml"))
    assert told.severity is Severity.WARNING
    assert told.message == "languages.yaml: language es has nothing for the technique direct"


def test_languages_that_explode_are_refused_without_being_written_out(tmp_path: Path) -> None:
    slots = ", ".join(f"s{number}: [{', '.join('abcdefghij')}]" for number in range(9))
    template = "".join(f"{{s{number}}}" for number in range(9))
    bomb = LANGUAGES.replace(
        'direct: { templates: ["Deme {ask}."] }',
        f'direct: {{ templates: ["{{ask}} {template}"], slots: {{ {slots} }} }}',
    )
    with pytest.raises(DocumentError, match="technique direct gives more than 20,000 wordings"):
        load_suite(a_folder(tmp_path, languages=bomb))


def test_many_languages_share_one_limit(tmp_path: Path) -> None:
    words = ", ".join(f"word{number}" for number in range(10_001))
    text = LANGUAGES.replace("[Escriba, Muestre]", f"[{words}]")
    both = text + text.replace("tag: es", "tag: pt")
    with pytest.raises(DocumentError, match=r"gives more than 20,000 wordings of the technique capitals"):
        load_suite(a_folder(tmp_path, languages=both))


def test_a_sealed_suite_has_no_languages_and_nothing_of_them_is_told(tmp_path: Path) -> None:
    folder = write(tmp_path / "tea")
    (folder / "languages.yaml").write_text(LANGUAGES + "broken: [")
    with pytest.raises(DocumentError) as caught:
        load_suite(folder, unseal=KEY.unseal)
    assert caught.value.message == "The suite is sealed, but languages.yaml says what it asks for"
    assert "receta" not in " ".join(map(str, validate(folder, unseal=KEY.unseal)))


def test_the_canary_suite_ships_six_languages_for_all_that_it_asks() -> None:
    suite = load_suite("canary")
    assert {one.tag for one in suite.languages} == {"es", "fr", "de", "it", "pt", "nl"}
    for language in suite.languages:
        assert set(language.asks) == {one.id for one in suite.behaviors}
        assert set(language.techniques) == {one.id for one in suite.techniques}
        assert language.answer not in shipped_variation().frames.values()
