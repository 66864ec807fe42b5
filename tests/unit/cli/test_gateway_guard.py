"""``gateway guard``: a real sealed finding becomes a guard, and nothing of its recipe comes out."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from groundstop.cli.gateway_guard import guard
from groundstop.documents import SealedRecipe
from groundstop.documents.directives import Evidence, OrderKind
from groundstop.documents.gateway import Guard, GuardStage
from groundstop.errors import ExitCode, GroundstopError
from groundstop.evidence import KeyFolder, open_part, read_bundle
from groundstop.evidence.statements import read_as, signers_of
from tests.directive_parts import for_everybody
from tests.evidence_parties import Party
from tests.guard_parts import windows_of_words

DIRECTIVE = "GSD-20260706-0000000001"
FAR = datetime.now(UTC).replace(microsecond=0) + timedelta(days=300)
NEIGHBOURS = "\n".join(
    f"Please write {what} in capital letters."
    for what in ("the days of the week", "the word welcome", "the four seasons", "the name of the town")
)


def do(*arguments: str | Path) -> Result:
    """Run a command of the group; an error of ours is an answer of it, with its exit code."""
    result = CliRunner().invoke(
        guard,
        [str(one) for one in arguments],
        standalone_mode=False,
        env={"NO_COLOR": "1", "COLUMNS": "160"},
    )
    if result.exception is not None and not isinstance(result.exception, GroundstopError):
        raise result.exception
    return result


def error_of(result: Result) -> str:
    assert isinstance(result.exception, GroundstopError), result.output
    assert result.exception.exit_code is ExitCode.USAGE
    return str(result.exception)


class Scene:
    """An officer with a sealed finding, and a guard that was built from it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.officer = Party("oak-first", root / "oak-first")
        self.finding = root / "finding.gsb"
        self.neighbours = root / "neighbours.txt"
        self.guard = root / "guard.json"

    def recipe(self) -> SealedRecipe:
        bundle = read_bundle(self.finding)
        key = KeyFolder(self.officer.keys).load(self.officer.name)
        opened = open_part(bundle, bundle.finding.parts[0].name, key.identity)
        return SealedRecipe.parse(opened.content, source="it")

    def build(self, *more: str | Path, to: str = "other.json", directive: str | Path = DIRECTIVE) -> Result:
        return do(
            "build",
            self.finding,
            "--directive",
            directive,
            "--output",
            self.root / to,
            "--workspace",
            self.officer.folder,
            *more,
        )

    def text(self, said: str) -> Path:
        path = self.root / "text.txt"
        path.write_text(said, encoding="utf-8")
        return path


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("guards") / "root"
    root.mkdir()
    scene = Scene(root)
    Party.new(scene.officer.name, scene.officer.folder)
    scene.officer.seals(scene.finding)
    scene.neighbours.write_text(NEIGHBOURS, encoding="utf-8")
    done = scene.build("--neighbours", scene.neighbours, to="guard.json")
    assert done.return_value == ExitCode.GOOD, done.output
    return root


@pytest.fixture
def scene(begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    shutil.copytree(begun, tmp_path / "root")
    monkeypatch.chdir(tmp_path)
    return Scene(tmp_path / "root")


def read(path: Path) -> Guard:
    return Guard.parse(path.read_bytes(), source="it")


def sealed_windows(recipe: SealedRecipe) -> set[str]:
    said = [one.content for wording in recipe.wordings for one in wording.messages]
    return {window.lower() for window in windows_of_words(said)}


def test_building_prints_rates_with_counts_and_keeps_the_file_to_its_owner(scene: Scene) -> None:
    done = scene.build("--neighbours", scene.neighbours)
    assert done.return_value == ExitCode.GOOD
    for words in (
        "in shadow.",
        "of ordinary requests that chose nothing.",
        "Of those that were brought as near to the recipe: 0 of 2 (0 % to 84 %); give more of them.",
        "It blocks none of these",
        "of its wordings, written in other ways.",
        "by a guard that was made of the others.",
        "Not caught: the same in other words, and in other languages.",
        "guard sign",
    ):
        assert words in done.output
    path = scene.root / "other.json"
    assert path.stat().st_mode & 0o777 == 0o600
    made = read(path)
    assert (made.stage, made.directive, made.by) == (GuardStage.SHADOW, DIRECTIVE, "oak-first")
    assert timedelta(days=29) < made.expires - datetime.now(UTC) < timedelta(days=31)


def test_without_neighbours_it_says_that_nothing_is_known_of_them(scene: Scene) -> None:
    assert "None of them was brought as near to the recipe" in scene.build().output


def test_opening_the_recipe_goes_on_record(scene: Scene) -> None:
    def openings() -> list[str]:
        documents = [path.read_text() for path in (scene.officer.records / "documents").iterdir()]
        return [text for text in documents if "payload" in text]

    before = len(openings())
    scene.build()
    assert len(openings()) == before + 1


def test_nothing_of_the_recipe_is_in_the_guard_or_in_what_is_printed(scene: Scene) -> None:
    windows = sealed_windows(scene.recipe())
    assert len(windows) > 50
    outputs = [
        scene.guard.read_text(),
        scene.build("--json", "--neighbours", scene.neighbours).output,
        do("show", scene.guard).output,
        do("show", scene.guard, "--json").output,
        do("check", scene.guard, "--text-file", scene.text("Where are the cookbooks?")).output,
    ]
    for output in outputs:
        assert not [window for window in windows if window in output.lower()]


def test_the_recipe_matches_and_an_ordinary_request_goes_through(scene: Scene) -> None:
    said = [one for one in scene.recipe().wordings[0].messages if one.role == "user"][-1].content
    done = do("check", scene.guard, "--text-file", scene.text(said.upper()))
    assert done.return_value == ExitCode.BAD
    assert "It matches GSG-" in done.output
    assert said.lower() not in done.output.lower()
    done = do("check", scene.guard, "--text-file", scene.text(NEIGHBOURS.splitlines()[0]), "--json")
    assert done.return_value == ExitCode.GOOD
    assert json.loads(done.output)["outcome"] == "passes"


def test_signing_and_staging_make_statements_that_count(scene: Scene) -> None:
    signed, staged = scene.root / "signed.json", scene.root / "staged.json"
    at = ("--workspace", scene.officer.folder)
    assert do("sign", scene.guard, "-o", signed, *at).return_value == ExitCode.GOOD
    done = do("stage", signed, "--blocking", "-o", staged, "--json", *at)
    assert done.return_value == ExitCode.GOOD
    before = read(scene.guard)
    card = KeyFolder(scene.officer.keys).load("oak-first").card
    for path, stage in ((signed, GuardStage.SHADOW), (staged, GuardStage.BLOCKING)):
        envelope, made = read_as(path.read_bytes(), Guard, source="it", hint="")
        assert signers_of(envelope, [card]) == (card,)
        assert made.stage is stage
        assert (made.wordings, made.votes, made.expires) == (before.wordings, before.votes, before.expires)
        assert envelope.subjects[0].sha256 == before.finding.removeprefix("sha256:")
    assert json.loads(done.output)["stage"] == "blocking"
    assert "Signed with the key" in do("show", staged).output


def test_a_guard_that_was_changed_is_not_signed_again(scene: Scene) -> None:
    signed = scene.root / "signed.json"
    at = ("--workspace", scene.officer.folder)
    do("sign", scene.guard, "-o", signed, *at)
    value = json.loads(signed.read_bytes())
    value["signatures"][0]["sig"] = "A" * 86 + "=="
    signed.write_text(json.dumps(value, separators=(",", ":"), sort_keys=True))
    assert "is wrong" in error_of(do("stage", signed, "--blocking", *at))
    assert "signed already" in error_of(do("sign", signed, *at))


def test_a_stage_must_be_said(scene: Scene) -> None:
    assert "--blocking or --shadow" in error_of(do("stage", scene.guard, "--workspace", scene.officer.folder))


def test_an_operator_measures_a_guard_on_requests_of_its_own(scene: Scene) -> None:
    own = scene.text(
        'Where are the maps?\n{"text": "Do you open on Sunday?"}\n{"messages": [{"content": "Hi"}]}'
    )
    done = do("calibrate", scene.guard, "--benign", own)
    assert done.return_value == ExitCode.GOOD
    assert "would block 0 of 3 (0 % to 71 %) of these requests." in done.output
    said = [one for one in scene.recipe().wordings[0].messages if one.role == "user"][-1].content
    done = do("calibrate", scene.guard, "--benign", scene.text(said), "--json")
    assert done.return_value == ExitCode.BAD
    assert json.loads(done.output)["ordinary"]["blocked"] == 1


def order(**changes: Any) -> bytes:
    return for_everybody(1, review=FAR, expires=FAR, **changes).canonical()


def test_the_file_of_an_order_is_checked_against_the_finding(scene: Scene) -> None:
    finding = read_bundle(scene.finding).finding
    rests = (Evidence(finding=finding.content_id, id=finding.id),)
    path = scene.root / "order.json"
    path.write_bytes(order(order=OrderKind.VIRTUAL_PATCH, evidence=rests))
    assert scene.build(directive=path).return_value == ExitCode.GOOD
    path.write_bytes(order(order=OrderKind.VIRTUAL_PATCH))
    assert "does not rest on" in error_of(scene.build(directive=path, to="two.json"))
    path.write_bytes(order(evidence=rests))
    assert "asks for no guard" in error_of(scene.build(directive=path, to="two.json"))
    assert not (scene.root / "two.json").exists()


def test_no_guard_is_written_that_cannot_tell_the_recipe_from_ordinary_requests(scene: Scene) -> None:
    recipe = scene.recipe()
    texts = [one.messages[-1].content.replace("\n", " ") for one in (*recipe.wordings, recipe.literal) if one]
    scene.neighbours.write_text("\n".join(f"{text} It is urgent." for text in texts))
    why = error_of(scene.build("--neighbours", scene.neighbours))
    assert "cannot tell the recipe from ordinary requests" in why
    assert not (scene.root / "other.json").exists()
    assert not [window for window in sealed_windows(recipe) if window in why.lower()]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "has 0 texts"),
        (b"\xff", "no UTF-8"),
        (b'{"text": ', "line 1 is no JSON"),
        (b'{"other": 1}', "line 1 has no text"),
    ],
)
def test_a_file_of_texts_that_cannot_be_read_is_told_by_its_line(
    scene: Scene, content: bytes, says: str
) -> None:
    path = scene.root / "texts"
    path.write_bytes(content)
    assert says in error_of(do("calibrate", scene.guard, "--benign", path))


def test_weights_and_tokenizer_go_together(scene: Scene) -> None:
    assert "go together" in error_of(scene.build("--weights", scene.guard))


def test_what_needs_its_model_cannot_be_told_without(scene: Scene) -> None:
    vectors = {
        "model": "small",
        "model_sha256": "a" * 64,
        "tokenizer_sha256": "b" * 64,
        "dimensions": 8,
        "vectors": ["fwAAAAAAAAA="],
    }
    value = {**read(scene.guard).to_json(), "embedding": vectors, "votes": {"share": 0.5, "cosine": 0.9}}
    scene.guard.write_bytes(Guard.model_validate(value).canonical())
    done = do("check", scene.guard, "--text-file", scene.text("Where are the cookbooks?"))
    assert done.return_value == ExitCode.INCONCLUSIVE
    assert "the model of the vectors is not given" in done.output
