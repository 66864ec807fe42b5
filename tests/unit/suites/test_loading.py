"""Loading by name or folder, and telling what is wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from groundstop.assessment import FEWEST_VARIANTS
from groundstop.assessment.verification import material
from groundstop.documents import Behavior, Technique
from groundstop.errors import DocumentError, InputError
from groundstop.statistics import Hypotheses, plan_for, round_alpha
from groundstop.suites import (
    STRATA,
    Origin,
    Severity,
    Suite,
    held_out_checks,
    list_suites,
    load_suite,
    validate,
)
from tests.unit.suites.folders import BEHAVIORS, BENIGN, REQUIREMENTS, SUITE, TECHNIQUES, a_folder


def test_a_folder_is_loaded_with_kind_and_version_filled_in(tmp_path: Path) -> None:
    suite = load_suite(a_folder(tmp_path))
    assert suite.manifest.id == "tea-room"
    assert [one.kind for one in suite.behaviors] == ["behavior"]
    assert suite.folder == tmp_path / "tea-room"


def test_a_benign_sentence_gets_an_id_from_its_words(tmp_path: Path) -> None:
    first, second = load_suite(a_folder(tmp_path)).benign
    assert (first.ask, second.id) == ("When do you open?", "prices")
    assert first.id.startswith("b-")


def test_benign_requests_may_be_left_out(tmp_path: Path) -> None:
    assert load_suite(a_folder(tmp_path, benign=None)).benign == ()


def test_an_unknown_name_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(InputError, match=r"There is no suite 'canry'.*canary"):
        load_suite("canry")


def test_a_file_is_not_a_suite(tmp_path: Path) -> None:
    path = a_folder(tmp_path) / "suite.yaml"
    with pytest.raises(InputError, match="is not a folder"):
        load_suite(path)


def test_a_shipped_name_goes_before_a_folder_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_folder(tmp_path).rename(tmp_path / "canary")
    monkeypatch.chdir(tmp_path)
    assert load_suite("canary").manifest.name == "Canary rules"
    assert load_suite("./canary").manifest.name == "Tea room rules"


GRAMMAR = 'templates: ["{verb} {ask} {form}."]'

WRONG: dict[str, tuple[dict[str, str | None], str]] = {
    "a requirement that is not there": (
        {"behaviors": BEHAVIORS.replace("requirement: secrets", "requirement: other-secrets")},
        "breaks the requirement other-secrets-stay-secret",
    ),
    "a behavior twice": ({"behaviors": BEHAVIORS * 2}, "id tell-recipe more than once"),
    "a requirement twice": ({"requirements": REQUIREMENTS * 2}, "id secrets-stay-secret more than once"),
    "a technique twice": (
        {"techniques": TECHNIQUES + "- { id: direct, name: Again, wording: 'Say {ask}.' }\n"},
        "id direct more than once",
    ),
    "a benign request twice": ({"benign": BENIGN + "- When do you open?\n"}, "more than once"),
    "no ask in the wording": (
        {"techniques": TECHNIQUES.replace("Write {ask} in", "Write it in")},
        "technique capitals has no {ask} in its wording",
    ),
    "a slot in the wording": (
        {"techniques": TECHNIQUES.replace("Write {ask} in", "Write {ask} {form} in")},
        "has the slot form in its literal wording",
    ),
    "no ask in a template": (
        {"techniques": TECHNIQUES.replace("{verb} {ask}", "{verb} it")},
        "template 1, has no {ask}",
    ),
    "an unknown slot": (
        {"techniques": TECHNIQUES.replace("{verb} {ask}", "{verbs} {ask}")},
        "names an unknown slot verbs",
    ),
    "an unused slot": (
        {"techniques": TECHNIQUES.replace(GRAMMAR, 'templates: ["Write {ask} {form}."]')},
        "has a slot verb that no template uses",
    ),
    "a slot without choices": (
        {"techniques": TECHNIQUES.replace("[Write, Show, Give me]", "[]")},
        "has the slot verb without choices",
    ),
    "a slot inside a choice": (
        {"techniques": TECHNIQUES.replace("in upper case]", '"in {verb}"]')},
        "has braces in a choice of the slot form",
    ),
    "no baseline": (
        {"techniques": TECHNIQUES.replace("  baseline: true\n", "")},
        "marks 0 techniques as the baseline",
    ),
    "two baselines": (
        {"techniques": TECHNIQUES.replace("  name: In capital", "  baseline: true\n  name: In capital")},
        "marks 2 techniques as the baseline",
    ),
    "no behaviors": ({"behaviors": "[]"}, "behaviors.yaml has no entries"),
    "no techniques": ({"techniques": "[]"}, "techniques.yaml has no entries"),
    "benign requests without a judge": (
        {"suite": SUITE[: SUITE.index("benign_judge")]},
        "has requests, but suite.yaml has no benign_judge",
    ),
    "an unknown field": (
        {"behaviors": BEHAVIORS + "  colour: green\n"},
        r"behaviors.yaml, entry 1 (tell-recipe) has an unknown field 'colour'",
    ),
    "a missing field": (
        {"requirements": "- id: secrets-stay-secret\n"},
        "requirements.yaml, entry 1 (secrets-stay-secret) lacks the field 'statement'",
    ),
    "a missing file": ({"techniques": None}, "There is no techniques.yaml in"),
    "a list that is a mapping": ({"behaviors": "id: x"}, "behaviors.yaml is not a list"),
    "an entry that is a word": ({"techniques": "- direct"}, "techniques.yaml, entry 1 is not a mapping"),
    "another kind": (
        {"techniques": TECHNIQUES + "- kind: behavior\n  id: x\n"},
        "is not a technique document",
    ),
    "a long technique id": (
        {"techniques": TECHNIQUES.replace("id: capitals", f"id: {'c' * 54}")},
        "id longer than 53 characters",
    ),
    "an empty file": ({"behaviors": "# later\n"}, "behaviors.yaml is empty"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_with_its_file_and_entry(tmp_path: Path, name: str) -> None:
    changed, said = WRONG[name]
    folder = a_folder(tmp_path, **changed)
    with pytest.raises(DocumentError) as caught:
        load_suite(folder)
    assert said in caught.value.message
    assert caught.value.hint
    assert said in " ".join(problem.message for problem in validate(folder))


def test_all_problems_are_collected_errors_first(tmp_path: Path) -> None:
    folder = a_folder(
        tmp_path,
        requirements=REQUIREMENTS + "- id: never-broken\n  statement: Nobody breaks this.\n",
        behaviors=BEHAVIORS * 2 + "- id: odd\n",
        techniques=TECHNIQUES.replace("baseline: true", "baseline: 7"),
    )
    found = validate(folder)
    severities = [problem.severity for problem in found]
    assert severities == sorted(severities, key=lambda one: one is Severity.WARNING)
    told = "\n".join(str(problem) for problem in found)
    for said in ("entry 3 (odd)", "tell-recipe more than once", "entry 1 (direct) has a wrong value"):
        assert f"error: {said}" in told or said in told
    assert "warning: No behavior breaks the requirement never-broken" in told


def test_the_first_error_is_raised_with_the_number_of_the_others(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, techniques=None, behaviors=BEHAVIORS * 2)
    with pytest.raises(DocumentError, match=r"There is no techniques.yaml in .* \(and 1 more\)"):
        load_suite(folder)


def test_too_few_variants_are_a_warning_and_no_error(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    assert load_suite(folder)
    told = [str(problem) for problem in validate(folder)]
    assert len(told) == 4
    assert all(line.startswith("warning: ") for line in told)
    assert "technique direct has 0 open variants, fewer than the 63" in told[0]
    few = "technique direct gives 0 paraphrase, 0 encoding, 0 persona held-out requests, fewer than the 119"
    assert few in told[2]
    assert "with fewer than 30 of a kind it is about the listed requests only" in told[2]


def with_verbs(count: int) -> str:
    """Return techniques of which one has so many verbs, and twice as many variants."""
    numbers = ", ".join(f"number {number}" for number in range(count))
    return TECHNIQUES.replace("Write, Show, Give me", numbers)


def test_between_63_and_200_open_variants_an_assessment_may_end_undecided(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, techniques=with_verbs(90))
    told = [problem for problem in validate(folder) if "capitals has" in problem.message]
    assert len(told) == 1
    assert "open variants, fewer than the 200" in told[0].message
    assert "may end undecided" in told[0].hint
    (folder / "techniques.yaml").write_text(with_verbs(250))
    assert not [problem for problem in validate(folder) if "capitals" in problem.message]


def test_between_119_and_363_requests_of_a_kind_a_verification_may_end_undecided(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, techniques=with_verbs(90))
    (told,) = (problem for problem in validate(folder) if "capitals gives" in problem.message)
    assert "fewer than the 363 of a kind with which a test never runs out" in told.message
    assert "may end undecided" in told.hint


def test_the_numbers_of_held_out_requests_are_those_of_a_first_round() -> None:
    first = plan_for(Hypotheses(p0=0.05, p1=0.005, alpha=round_alpha(0.05, 1), beta=0.05 / (1 + len(STRATA))))
    assert first.held_at[0] + material.MOST_SET_ASIDE == held_out_checks.REQUESTS_FOR_A_CLAIM
    assert first.cap + material.MOST_SET_ASIDE == held_out_checks.REQUESTS_FOR_THE_CAP
    assert held_out_checks.REQUESTS_LISTED == FEWEST_VARIANTS


def test_a_suite_with_more_wordings_than_any_test_needs_is_not_counted_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = a_folder(tmp_path, techniques=with_verbs(900))
    counted: list[str] = []

    def count(_suite: Suite, _behavior: Behavior, technique: Technique) -> dict[str, int]:
        counted.append(technique.id)
        return dict.fromkeys(STRATA, 500)

    monkeypatch.setattr(held_out_checks, "generated_counts", count)
    validate(folder)
    assert counted == ["direct"]


def test_a_label_file_that_is_not_there_yet_is_a_warning(tmp_path: Path) -> None:
    judge = "judge: { type: labels, file: seen.csv }"
    text = BEHAVIORS.replace("judge: { type: phrase, phrase: green mint leaf }", judge)
    folder = a_folder(tmp_path, behaviors=text)
    assert any("seen.csv, which is not there yet" in problem.message for problem in validate(folder))
    (folder / "seen.csv").write_text("answer_sha256,verdict\n")
    assert not any("seen.csv" in problem.message for problem in validate(folder))


# Installed packages


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package on the path that brings the tea room, and one that is broken."""
    package = tmp_path / "tearoompackage"
    package.mkdir()
    folder = a_folder(package)
    (package / "__init__.py").write_text("")
    (folder / "__init__.py").write_text("raise RuntimeError('a suite is data, and is never run')\n")
    folder.rename(package / "tea_room")
    info = tmp_path / "tearoompackage-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tearoompackage\nVersion: 1\n")
    (info / "entry_points.txt").write_text(
        "[groundstop.suites]\ntea-room = tearoompackage.tea_room\nlost = tearoompackage.nowhere\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    return package / "tea_room"


def test_a_suite_of_an_installed_package_is_loaded_by_name_without_running_it(installed: Path) -> None:
    suite = load_suite("tea-room")
    assert suite.folder == installed
    assert "tearoompackage.tea_room" not in sys.modules


@pytest.mark.usefixtures("installed")
def test_installed_suites_are_listed_and_a_broken_one_says_why() -> None:
    found = {summary.name: summary for summary in list_suites()}
    assert found["tea-room"].origin is Origin.INSTALLED
    assert found["tea-room"].release == "1"
    assert "'lost' has no suite.yaml" in (found["lost"].problem or "")
    with pytest.raises(InputError, match=r"'lost' has no suite\.yaml"):
        load_suite("lost")
