"""The commands of a case where the stories from end to end do not reach: options and refusals."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from groundstop.cases.files import FILES, read_case
from groundstop.cases.folding import fold
from groundstop.cases.state import CaseState
from groundstop.documents.cases import NotADefect, Opened, PartyNamed
from tests.commands import Ended
from tests.evidence_parties import Party, inside
from tests.unit.reports.test_pages import compared


class Scene:
    """A reporter and a developer, each with a workspace, and a case in the reporter's hands."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.reporter = Party("harbour-team", root / "harbour-team")
        self.developer = Party("elm-models", root / "elm-models")
        self.finding = root / "finding.gsb"
        self.case = root / "case.gsb"
        self.theirs = root / "theirs.gsb"

    def state(self, path: Path | None = None) -> CaseState:
        return fold(read_case(path or self.case))

    def opens(self, *options: str | Path) -> Ended:
        new = self.root / "new.gsb"
        words = ("--title", "The desk tells its password", "--output", new)
        return self.reporter.does("case", "open", self.finding, *words, *options)

    @property
    def opened(self) -> Opened:
        return self.state(self.root / "new.gsb").opening


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("case-commands") / "root"
    root.mkdir()
    scene = Scene(root)
    for party in (scene.reporter, scene.developer):
        Party.new(party.name, party.folder)
    scene.reporter.believes(scene.developer)
    scene.reporter.seals(scene.finding)
    opened = ("--title", "The desk tells its password", "--party", "developer=elm-models")
    done = scene.reporter.does("case", "open", scene.finding, *opened, "--output", scene.case)
    assert done.code == 0, done.err
    assert scene.developer.does("case", "import", scene.case, "--output", scene.theirs).code == 0
    (root / "comparison.json").write_bytes(compared()[1].canonical())
    return root


@pytest.fixture
def scene(begun: Path, tmp_path: Path) -> Scene:
    shutil.copytree(begun, tmp_path / "root")
    return Scene(tmp_path / "root")


def read(done: Ended) -> Any:
    assert done.code == 0, done.err
    return json.loads(done.out)


def refuses(done: Ended, message: str) -> None:
    assert done.code == 2, done.out
    assert message in done.err
    assert done.err.startswith(("groundstop: ", "Usage: "))
    assert "Traceback" not in done.err


# Opening


def test_a_case_has_what_its_opening_was_given(scene: Scene) -> None:
    given = ("--exposure", "exploited", "--zone", "Europe/Berlin", "--holiday", "2026-12-25")
    value = read(scene.opens(*given, "--party", "operator=lighthouse-cloud", "--json"))
    assert value["without_key"] == ["lighthouse-cloud"]
    assert (scene.opened.exposure, scene.opened.calendar.zone) == ("exploited", "Europe/Berlin")
    assert scene.opened.calendar.holidays == ("2026-12-25",)


def test_a_party_is_named_by_the_path_of_its_card(scene: Scene) -> None:
    assert scene.opens("--party", f"developer={scene.developer.card}").code == 0
    assert [one.card is not None for one in scene.opened.parties] == [True, True]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--party", "elm-models"), "'elm-models' is no party"),
        (("--party", "friend=elm-models"), "is no party"),
        (("--party", "developer="), "is no party"),
        (("--party", "developer=Elm Models"), "cannot be the name of a party"),
        (("--party", "developer=harbour-team"), "a party stands in the opening twice"),
        (("--party", "developer=elm-models", "--party", "operator=elm-models"), "in the opening twice"),
        (("--role", "corroborator"), "'corroborator' is not one of"),
        (("--zone", "Mars/Base"), "Mars/Base"),
        (("--holiday", "2026-13-45"), "2026-13-45"),
        (("--policy", "no-policy"), "no-policy"),
        (("--exposure", "everywhere"), "everywhere"),
        (("--identity-held-by", "elm-models"), "it is no party of the case whose key is known"),
        (("--title", ""), "title"),
        (("--key", "nobody"), "nobody"),
    ],
)
def test_an_opening_that_cannot_be_is_refused_and_no_file_is_made(
    scene: Scene, options: tuple[str, ...], message: str
) -> None:
    refuses(scene.opens(*options), message)
    assert not (scene.root / "new.gsb").exists()


@pytest.mark.parametrize("identity", ["", "\n", "x" * 501])
def test_an_identity_that_is_none_or_too_long_is_refused_and_not_told(
    scene: Scene, identity: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(identity))
    done = scene.opens("--party", "coordinator=elm-models", "--identity-held-by", "elm-models")
    refuses(done, "An identity has 1 to 500 characters")
    assert "xxx" not in done.err
    assert not (scene.root / "new.gsb").exists()


def test_a_finding_that_is_none_is_refused(scene: Scene) -> None:
    done = scene.reporter.does(
        "case", "open", scene.case, "--title", "It", "--output", scene.root / "new.gsb"
    )
    assert done.code == 2
    assert not (scene.root / "new.gsb").exists()


# Speaking


def test_fields_are_words_lists_json_or_files(scene: Scene) -> None:
    text = scene.root / "text.txt"
    text.write_text("As the desk's rules have it.\n", encoding="utf-8")
    fields = ("requirement=It keeps the word of the day.", "source=The desk's rules", "requirement_version=3")
    done = scene.developer.does("case", "say", scene.theirs, "not_a_defect", *fields, f"text=@{text}")
    assert done.code == 0, done.err
    said = scene.state(scene.theirs).entries[-1].said
    assert isinstance(said, NotADefect)
    assert said.text == "As the desk's rules have it."
    party = json.dumps({"name": "fir-stores", "role": "operator"})
    assert scene.reporter.does("case", "say", scene.case, "party", f"party={party}").code == 0
    assert isinstance(scene.state().entries[-1].said, PartyNamed)
    gone = ("models=desk-helper", "models=desk-night", "effective=2030-01-01T00:00Z")
    assert scene.developer.does("case", "say", scene.theirs, "voluntary_withdrawal", *gone).code == 0
    assert getattr(scene.state(scene.theirs).entries[-1].said, "models", None) == (
        "desk-helper",
        "desk-night",
    )


def test_a_list_of_one_is_given_once(scene: Scene) -> None:
    gone = ("models=desk-helper", "effective=2030-01-01T00:00Z")
    done = scene.developer.does("case", "say", scene.theirs, "voluntary_withdrawal", *gone)
    assert done.code == 0, done.err


def test_a_statement_is_amended_and_taken_back_by_the_first_digits_of_its_digest(scene: Scene) -> None:
    first = read(scene.reporter.does("case", "say", scene.case, "remark", "text=One.", "--json"))["statement"]
    amended = ("remark", "text=Two.", "--amends", first[7:15])
    second = read(scene.reporter.does("case", "say", scene.case, *amended, "--json"))["statement"]
    gone = ("withdrawn", f"statement={second}", "reason=A mistake.")
    assert scene.reporter.does("case", "say", scene.case, *gone).code == 0
    one, two = (entry for entry in scene.state().entries if entry.said.type == "remark")
    assert (one.amended_by, two.withdrawn_by is not None) == (second, True)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("remark", "text"), "'text' is no field"),
        (("remark", "=So."), "is no field"),
        (("remark", "text=@nowhere.txt"), "There is no file"),
        (("party", "party=[1"), "The field party"),
        (("remark", "text=" + "x" * 4001), "remark.text"),
        (("remark", "text=So.", "--attach", "other"), "names no file to attach"),
        (("remark", "text=So.", "--attach", "secret=x"), "names no file to attach"),
        (("remark", "text=So.", "--attach", "other=nowhere"), "There is no file"),
        (("remark", "text=So.", "--amends", "12345"), "has no statement called '12345'"),
        (("remark", "text=So.", "--amends", "sha256:"), "called"),
        (("remark", "text=So.", "--summary", "x" * 2001), "summary"),
        (("party", 'party={"name":"elm-models","role":"operator"}'), "elm-models is developer in this case"),
        (("opened", "title=Again"), "opened"),
        (("notice_received", "disclosure=ffffff"), "has no statement called"),
        (("no_response",), "There is no statement of the type 'no_response'"),
    ],
)
def test_what_cannot_be_said_is_refused_and_nothing_is_changed(
    scene: Scene, words: tuple[str, ...], message: str
) -> None:
    before = scene.case.read_bytes()
    done = scene.reporter.does("case", "say", scene.case, *words)
    refuses(done, message)
    assert "xxxx" not in done.err
    assert scene.case.read_bytes() == before


NONE_AT_ALL = ("--none-of", "organisation", "--none-of", "person")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "Nothing is declared"),
        (("equity=elm-models",), "is no interest"),
        (("organisation:equity",), "is no interest"),
        (("organisation:love=elm-models",), "interests"),
        (("organisation:equity=elm-models",), "for its organisation and for its people"),
        (("organisation:equity=nobody-here", "--none-of", "person"), "the case has no party nobody-here"),
        (("organisation:equity=harbour-team", "--none-of", "person"), "an interest is in another party"),
        (
            ("organisation:equity=elm-models", "--none-of", "organisation", "--none-of", "person"),
            "none stands alone",
        ),
    ],
)
def test_interests_that_cannot_be_are_refused(scene: Scene, words: tuple[str, ...], message: str) -> None:
    before = scene.case.read_bytes()
    refuses(scene.reporter.does("case", "interests", scene.case, *words), message)
    assert scene.case.read_bytes() == before


def test_one_type_is_shown_and_an_unknown_one_is_told() -> None:
    (one,) = read(inside("case", "types", "wont_fix", "--json"))["types"]
    assert one["type"] == "wont_fix"
    assert "accepted_by" in inside("case", "types", "wont_fix").out
    refuses(inside("case", "types", "shrugged"), "There is no statement of the type 'shrugged'")


@pytest.mark.parametrize(("command", "name"), [("profiles", "no-profile"), ("policies", "no-policy")])
def test_an_unknown_profile_or_policy_is_told(command: str, name: str) -> None:
    refuses(inside("case", command, name), name)


def test_a_party_is_brought_in_without_a_key_and_with_one_later(scene: Scene) -> None:
    assert scene.reporter.does("case", "invite", scene.case, "operator=fir-stores").code == 0
    party = scene.state().party("fir-stores")
    assert party is not None
    assert not party.reachable
    stranger = Party.new("fir-stores", scene.root / "fir-stores")
    assert scene.reporter.does("case", "invite", scene.case, f"operator={stranger.card}").code == 0
    party = scene.state().party("fir-stores")
    assert party is not None
    assert party.reachable


@pytest.mark.parametrize(
    ("party", "message"),
    [
        ("fir-stores", "is no party"),
        ("friend=fir-stores", "is no party"),
        ("operator=elm-models", "elm-models is developer in this case"),
        ("operator=Fir Stores", "cannot be the name of a party"),
        ("operator=nowhere/card.json", "There is no"),
    ],
)
def test_who_cannot_be_brought_in_is_told_and_nothing_is_changed(
    scene: Scene, party: str, message: str
) -> None:
    before = scene.case.read_bytes()
    refuses(scene.reporter.does("case", "invite", scene.case, party), message)
    assert scene.case.read_bytes() == before


# Scoring and disclosing


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        (("capability_gain=0.5", "--reason", "capability_gain=x"), "allows 0, 1, 2, 3 or 4"),
        (("capability_gain=1", "--reason", "capability_gain=x"), ""),
        (("shine=1", "--reason", "shine=x"), "shine"),
    ],
)
def test_a_score_that_is_refused_leaves_no_comparator_run_behind(
    scene: Scene, axes: tuple[str, ...], message: str
) -> None:
    before = scene.case.read_bytes()
    run = ("--comparators", scene.root / "comparison.json")
    refuses(scene.reporter.does("case", "score", scene.case, *axes, *run), message)
    assert scene.case.read_bytes() == before


@pytest.mark.parametrize("output", ["notice.txt", "notice", "nowhere.gsb", "case.gsb", "finding.gsb"])
def test_a_notice_that_cannot_be_written_is_not_put_on_record(scene: Scene, output: str) -> None:
    before = scene.case.read_bytes(), scene.finding.read_bytes()
    told = ("--tier", "brief", "--to", "elm-models", "--output", scene.root / output)
    refuses(scene.reporter.does("case", "disclose", scene.case, *told), output)
    assert (scene.case.read_bytes(), scene.finding.read_bytes()) == before


def test_a_recipient_that_is_named_twice_is_told_once(scene: Scene) -> None:
    told = ("--tier", "brief", "--to", "elm-models", "--to", "elm-models", "--json")
    assert read(scene.reporter.does("case", "disclose", scene.case, *told))["recipients"] == ["elm-models"]


@pytest.mark.parametrize(("tier", "name"), [("public", "notice.json"), ("technical", "notice.html")])
def test_a_notice_is_written_for_programs_and_for_people(scene: Scene, tier: str, name: str) -> None:
    told = ("--tier", tier, "--to", "elm-models", "--output", scene.root / name)
    assert scene.reporter.does("case", "disclose", scene.case, *told).code == 0
    text = (scene.root / name).read_text(encoding="utf-8")
    assert json.loads(text)["tier"] == tier if name.endswith(".json") else text.startswith("<!doctype html>")


def test_a_technical_page_holds_nothing_of_the_full_tier_that_its_data_does_not(scene: Scene) -> None:
    said = ("remark", "text=Only for the parties of the case: the plum tree.")
    assert scene.reporter.does("case", "say", scene.case, *said).code == 0
    told = ("--tier", "technical", "--to", "elm-models", "--output")
    for name in ("notice.json", "notice.html"):
        assert scene.reporter.does("case", "disclose", scene.case, *told, scene.root / name).code == 0
    data, page = ((scene.root / name).read_text(encoding="utf-8") for name in ("notice.json", "notice.html"))
    assert ("plum tree" in page) is ("plum tree" in data)


# Copies


def test_a_copy_without_files_has_the_statements_and_logs(scene: Scene) -> None:
    bare = scene.root / "bare.gsb"
    assert scene.reporter.does("case", "export", scene.case, "--to", bare, "--without-files").code == 0
    members = read_case(bare).members
    assert not any(name.startswith(FILES) for name in members)
    assert set(members) == {name for name in read_case(scene.case).members if not name.startswith(FILES)}
    merged = scene.reporter.does("case", "merge", bare, scene.case)
    assert merged.code == 0
    assert read_case(bare).members == read_case(scene.case).members


def test_a_copy_does_not_take_the_place_of_a_file(scene: Scene) -> None:
    refuses(scene.reporter.does("case", "export", scene.case, "--to", scene.finding), "exists already")
    refuses(scene.developer.does("case", "import", scene.case, "--output", scene.theirs), "exists already")


def test_a_copy_in_a_folder_goes_on_where_it_was(scene: Scene) -> None:
    shared = scene.root / "shared"
    shared.mkdir()
    for number in (1, 2):
        assert scene.reporter.does("case", "say", scene.case, "remark", f"text=Number {number}.").code == 0
        assert scene.reporter.does("case", "export", scene.case, "--to", shared).code == 0
    (copy,) = shared.iterdir()
    assert copy.name == f"{read_case(scene.case).id}.harbour-team.gsb"
    assert len(read_case(copy).statements) == 3


def test_a_folder_without_a_copy_is_told(scene: Scene) -> None:
    refuses(
        scene.reporter.does("case", "merge", scene.case, scene.reporter.folder), "has no copy of the case"
    )


def test_whoever_is_no_party_takes_a_copy_and_leaves_no_log(scene: Scene) -> None:
    stranger = Party.new("fir-stores", scene.root / "fir-stores")
    path = scene.root / "taken.gsb"
    assert stranger.does("case", "import", scene.case, "--output", path).code == 0
    assert read_case(path).members == read_case(scene.case).members
    named = stranger.does("case", "merge", path, scene.theirs, "--key", "fir-stores")
    assert named.code in (0, 2)
    assert "fir-stores" not in {one.keeper for entry in scene.state(path).entries for one in entry.sightings}


def test_a_party_that_takes_a_copy_has_seen_what_is_in_it(scene: Scene) -> None:
    (entry,) = scene.state(scene.theirs).entries
    assert {one.keeper for one in entry.sightings} == {"harbour-team", "elm-models"}


def test_a_copy_that_is_taken_twice_makes_no_fork_of_an_honest_party(scene: Scene) -> None:
    again = scene.root / "again.gsb"
    assert scene.developer.does("case", "import", scene.case, "--output", again).code == 0
    merged = scene.reporter.does("case", "merge", scene.case, scene.theirs, again)
    assert merged.code == 0, merged.out
    assert scene.state().forks == ()


def test_who_is_not_withheld_is_not_revealed(scene: Scene) -> None:
    done = scene.reporter.does("case", "reveal", scene.case, "elm-models")
    refuses(done, "No identity of 'elm-models' is withheld")


# Reading


@pytest.mark.parametrize("command", ["show", "state", "timeline", "remind", "brief"])
def test_a_file_that_is_not_there_is_told(scene: Scene, command: str) -> None:
    refuses(inside("case", command, scene.root / "none.gsb"), "There is no file")


def test_what_reads_changes_nothing(scene: Scene) -> None:
    before = scene.case.read_bytes()
    for command in ("show", "state", "timeline"):
        assert inside("case", command, scene.case).code in (0, 1)
        assert json.loads(inside("case", command, scene.case, "--json").out)
    assert scene.case.read_bytes() == before
