"""A case from end to end, with the real commands: three parties, three folders, and files between them."""

from __future__ import annotations

import base64
import io
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.commands import Ended
from tests.evidence_parties import TARGET, Party, inside

REQUIREMENT = json.dumps(
    {
        "kind": "requirement",
        "version": 1,
        "id": "keep-secret",
        "statement": "The desk keeps its password.",
        "source": "The desk's rules",
    }
)
AXES = ("capability_gain=1", "breadth=0", "ease_of_weaponization=1", "discoverability=1")
REASONS = tuple(part for axis in AXES for part in ("--reason", f"{axis.split('=')[0]}=As it was measured."))


@dataclass(frozen=True)
class Story:
    """Three parties with a sealed finding and a comparator run."""

    reporter: Party
    developer: Party
    coordinator: Party
    finding: Path
    comparison: Path

    def opened(self, *options: str | Path) -> Path:
        """Open the case in the reporter's folder."""
        path = self.reporter.folder / "case.gsb"
        done = self.reporter.does(
            *("case", "open", self.finding, "--title", "The desk tells its password", "--output", path),
            *("--party", f"developer={self.developer.name}"),
            *("--party", f"coordinator={self.coordinator.name}"),
            *options,
        )
        assert done.code == 0, done.err
        return path

    def copied(self, to: Party, case: Path) -> Path:
        """Give a copy to a party, which takes it."""
        path = to.folder / "case.gsb"
        done = to.does("case", "import", str(case), "--output", path)
        assert done.code == 0, done.err
        return path


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("parties")
    parties = [Party.new(name, folder / name) for name in ("harbour-team", "elm-models", "quay-desk")]
    reporter, developer, coordinator = parties
    for one in parties:
        for other in parties:
            if one is not other:
                one.believes(other)
    finding = reporter.seals(folder / "finding.gsb", "--to", "elm-models", "--to", "quay-desk")
    compared = reporter.does("compare", "--target", TARGET, "--target", "scripted:held", *COMPARED)
    assert compared.code == 0, compared.err
    comparison = folder / "comparison.json"
    comparison.write_text(compared.out, encoding="utf-8")
    return Story(reporter, developer, coordinator, finding, comparison)


VERIFIED = ("--plan", "F10", "--benign", "5", "--strata", "paraphrase", "--fixed-by", "elm-models")
COMPARED = ("--recipe", "canary/keep-secret/capitals", "-n", "20", "--json")


@pytest.fixture
def story(begun: Story, tmp_path: Path) -> Story:
    """Return the parties with folders of their own for this test."""

    def moved(party: Party) -> Party:
        shutil.copytree(party.folder, tmp_path / party.name)
        return Party(party.name, tmp_path / party.name)

    return Story(
        moved(begun.reporter),
        moved(begun.developer),
        moved(begun.coordinator),
        begun.finding,
        begun.comparison,
    )


def read(done: Ended) -> Any:
    assert done.code in (0, 1), done.err
    return json.loads(done.out)


def test_a_case_goes_from_hand_to_hand_until_a_fix_is_verified(story: Story, tmp_path: Path) -> None:
    reporter, developer, coordinator = story.reporter, story.developer, story.coordinator
    case = story.opened()
    stated = (
        "standing=requirement broken",
        f"requirement={REQUIREMENT}",
        "requirement_version=3",
        "text=So.",
    )
    assert reporter.does("case", "say", case, "standing", *stated).code == 0
    declared = ("organisation:equity=elm-models", "organisation:reseller=elm-models", "--none-of", "person")
    assert reporter.does("case", "interests", case, *declared).code == 0
    theirs = story.copied(developer, case)
    assert developer.does("case", "say", theirs, "acknowledged").code == 0
    claim = ("build=2.1", "evidence=Forty calls.", "--summary", "We have fixed it.")
    assert developer.does("case", "say", theirs, "fix_claimed", *claim).code == 0
    desk = story.copied(coordinator, theirs)
    assert (
        coordinator.does("case", "interests", desk, "--none-of", "organisation", "--none-of", "person").code
        == 0
    )
    score: tuple[str | Path, ...] = (*AXES, *REASONS, "--comparators", story.comparison, "--json")
    assert read(coordinator.does("case", "score", desk, *score))["level"] == "CJS-1"
    statement = tmp_path / "verification.json"
    asked: tuple[str, ...] = ("--target", "scripted:held", "--before", TARGET, *VERIFIED)
    verified = coordinator.does("verify-fix", desk, *asked, "--output", statement)
    assert verified.code in (0, 3), verified.err
    attached = f"verification={statement}"
    given = coordinator.does("case", "say", desk, "evidence", "kind=verification", "--attach", attached)
    assert given.code == 0, given.err
    assert reporter.does("case", "merge", case, desk).code == 0
    shown = read(inside("case", "show", case, "--json"))
    assert verdict_in(statement) in json.dumps(shown)
    report = read(reporter.does("audit", case, "--json"))
    assert report["kind"] == "case"
    assert report["passed"], [one for one in report["checks"] if one["state"] == "failed"]


def verdict_in(statement: Path) -> str:
    payload = json.loads(base64.b64decode(json.loads(statement.read_text())["payload"]))
    return str(payload["predicate"]["verdict"])


def test_two_copies_that_went_their_own_ways_are_merged_through_a_folder(
    story: Story, tmp_path: Path
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    case = story.opened()
    theirs, desk = story.copied(story.developer, case), story.copied(story.coordinator, case)
    assert story.developer.does("case", "say", theirs, "acknowledged").code == 0
    assert story.coordinator.does("case", "say", desk, "remark", "text=We coordinate this.").code == 0
    for party, path in ((story.developer, theirs), (story.coordinator, desk), (story.developer, theirs)):
        assert party.does("case", "export", path, "--to", shared).code == 0
    assert len(list(shared.iterdir())) == 2
    merged = read(story.reporter.does("case", "merge", case, str(shared), "--json"))
    assert (merged["new"], merged["statements"], merged["forks"]) == (2, 3, [])
    assert read(story.reporter.does("case", "merge", case, str(shared), "--json"))["new"] == 0


def test_a_copy_is_merged_from_a_server_of_static_files(story: Story, tmp_path: Path) -> None:
    case = story.opened()
    theirs = story.copied(story.developer, case)
    assert story.developer.does("case", "say", theirs, "acknowledged").code == 0
    with served(theirs.parent) as address:
        merged = story.reporter.does("case", "merge", case, f"{address}/case.gsb", "--json")
        assert read(merged)["new"] == 1
        lost = story.reporter.does("case", "merge", case, f"{address}/other.gsb")
        assert (lost.code, lost.out) == (4, "")
    gone = story.reporter.does("case", "merge", case, f"{address}/case.gsb")
    assert gone.code == 4
    plain = story.reporter.does("case", "merge", case, "http://cases.example/case.gsb")
    assert "without encryption" in plain.err


def test_whoever_says_two_things_is_shown(story: Story) -> None:
    case = story.opened()
    theirs = story.copied(story.developer, case)
    other = theirs.with_name("other.gsb")
    shutil.copy(theirs, other)
    assert story.developer.does("case", "say", theirs, "acknowledged").code == 0
    careless = story.developer.does("case", "say", other, "refused", "text=No.")
    assert "Merge the copy that has it first" in careless.err
    shutil.rmtree(story.developer.folder / ".groundstop" / "cases")
    assert story.developer.does("case", "say", other, "refused", "text=No.").code == 0
    assert story.reporter.does("case", "merge", case, theirs).code == 0
    forked = story.reporter.does("case", "merge", case, other)
    assert forked.code == 1
    assert "Fork: elm-models has signed different statements as its number 1" in forked.out
    audited = story.reporter.does("audit", case)
    assert audited.code == 1
    assert inside("case", "show", case).code == 1


def test_notices_are_given_received_and_counted(story: Story, tmp_path: Path) -> None:
    case = story.opened()
    page = tmp_path / "brief.html"
    told = (
        "--tier",
        "brief",
        "--to",
        "elm-models",
        "--to",
        "quay-desk",
        "--to",
        "a-newspaper",
        "--output",
        page,
    )
    given = read(story.reporter.does("case", "disclose", case, *told, "--json"))
    assert given["tlp"] == "TLP:GREEN"
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    notice = f"disclosure={given['statement'][7:19]}"
    gone = ("unreachable", notice, "recipient=a-newspaper", "text=The address is gone.")
    assert story.reporter.does("case", "say", case, *gone).code == 0
    theirs = story.copied(story.developer, case)
    assert story.developer.does("case", "say", theirs, "notice_received", notice).code == 0
    assert story.reporter.does("case", "merge", case, theirs).code == 0
    (counted,) = read(inside("case", "show", case, "--json"))["notices"]
    answers = {one["name"]: one["answer"] for one in counted["recipients"]}
    assert answers == {"elm-models": "acknowledged", "quay-desk": "no answer", "a-newspaper": "unreachable"}


def test_a_reporter_that_withholds_its_name_is_revealed_by_whoever_keeps_it(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("Dr Example of Harbour Lane\n"))
    case = story.opened("--identity-held-by", "quay-desk")
    assert b"Harbour Lane" not in case.read_bytes()
    desk = story.copied(story.coordinator, case)
    theirs = story.copied(story.developer, case)
    refused = story.developer.does("case", "reveal", theirs, "harbour-team")
    assert "does not open who harbour-team is" in refused.err
    assert story.coordinator.does("case", "reveal", desk, "harbour-team").code == 0
    shown = inside("case", "show", desk)
    assert "Dr Example of Harbour Lane" in " ".join(shown.out.split())


def test_reminders_are_sent_once_to_a_command(story: Story, tmp_path: Path) -> None:
    case = story.opened()
    got = tmp_path / "got.txt"
    send = ("case", "remind", case, "--within", "30d", "--command", f"tee -a {got}")
    first = story.reporter.does(*send, "--json")
    assert read(first)["reminders"] == got.read_text().splitlines() != []
    again = story.reporter.does(*send)
    assert again.out == "Nothing to be reminded of\n"


def test_pages_and_advisories_are_written(story: Story, tmp_path: Path) -> None:
    case = story.opened()
    assert inside("case", "show", case, "--report", tmp_path / "case.html").code == 0
    assert inside("case", "timeline", case, "--report", tmp_path / "timeline.html").code == 0
    assert inside("case", "brief", case, "--output", tmp_path / "brief.html").code == 0
    by = ("--publisher", "Harbour", "--namespace", "https://harbour.example")
    for form in ("csaf", "avid", "flaw-report", "cyclonedx", "notice"):
        given = ("--format", form, "--output", tmp_path / form, "--json")
        made = inside("case", "advisory", case, *by, *given)
        assert read(made)["lost"]
    assert json.loads((tmp_path / "csaf").read_text())["document"]["csaf_version"] == "2.0"
    events = read(inside("case", "timeline", case, "--json"))["events"]
    assert [one["keeper"] for one in events[0]["logs"]] == ["harbour-team"]
    for command in ("types", "profiles", "policies"):
        assert reporter_free("case", command).out
        assert json.loads(reporter_free("case", command, "--json").out)


def reporter_free(*arguments: str) -> Ended:
    done = inside(*arguments)
    assert done.code == 0, done.err
    return done


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (("say", "CASE", "nonsense"), "There is no statement of the type 'nonsense'"),
        (("say", "CASE", "acknowledged"), "a reporter cannot say 'acknowledged'"),
        (("say", "CASE", "remark"), "lacks the field 'remark.text'"),
        (("say", "CASE", "remark", "text=So.", "colour=red"), "unknown field 'remark.colour'"),
        (("say", "CASE", "embargo", "until=2020-01-01T00:00Z"), "an embargo ends after it is set"),
        (("say", "CASE", "embargo", "until=2030-01-01T00:00"), "a date without a zone"),
        (("say", "CASE", "disputed", "statement=ffffffff", "text=No."), "has no statement called 'ffffffff'"),
        (("say", "CASE", "evidence", "kind=comparison"), "the comparison is attached to it"),
        (("score", "CASE", "capability_gain=0.5", "--reason", "capability_gain=x"), "allows 0, 1, 2, 3 or 4"),
        (("score", "CASE", "capability_gain=1", "--reason", "capability_gain=x"), "no comparator run"),
        (("score", "CASE", "capability_gain=1"), "An axis has no reason"),
        (("disclose", "CASE", "--tier", "technical", "--to", "somebody"), "somebody has no key in the case"),
        (("remind", "CASE", "--within", "soon"), "'soon' is no span of time"),
        (("merge", "CASE", "FINDING"), "is no case: it has no statements"),
        (("merge", "CASE", "OTHER"), "they are unrelated"),
        (("state", "FINDING"), "is no case"),
    ],
)
def test_bad_input_is_told_in_a_sentence_and_nothing_is_changed(
    story: Story, command: tuple[str, ...], message: str
) -> None:
    case = story.opened()
    before = case.read_bytes()
    other = story.reporter.folder / "other.gsb"
    opened = ("case", "open", story.finding, "--title", "Another", "--output", other)
    assert story.reporter.does(*opened).code == 0
    names = {"CASE": case, "FINDING": story.finding, "OTHER": other}
    given = [names.get(word, word) for word in command]
    does = inside if command[0] == "state" else story.reporter.does
    done = does("case", *given)
    assert done.code == 2
    assert message in done.err
    assert "Traceback" not in done.err
    assert case.read_bytes() == before


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder over HTTP, on this machine alone."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
