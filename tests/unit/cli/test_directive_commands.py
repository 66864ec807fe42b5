"""The commands that draft, show, compare, preview and sign orders, as a user runs them."""

from __future__ import annotations

import io
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from groundstop.directives.drafting import Draft, write_draft
from groundstop.directives.reading import NOT_NUMBERED, OrderFile, read_order_file
from groundstop.documents import KeyCard
from groundstop.documents.directives import About, Directive
from tests.commands import Ended
from tests.directive_parts import a_charter, a_directive, a_licence, a_stop, amended, for_everybody
from tests.evidence_parties import Party, inside
from tests.preview_parts import a_log, a_population

NOW = datetime.now(UTC).replace(microsecond=0)


def living(**changes: Any) -> Directive:
    """Return the sample order as it would be made today, without a number."""
    never = datetime(1970, 1, 1, tzinfo=UTC)
    dates = {
        "created": never,
        "effective": NOW + timedelta(hours=1),
        "review": NOW + timedelta(days=14),
        "expires": NOW + timedelta(days=30),
    }
    return a_directive(**{"id": NOT_NUMBERED, **dates, **changes})


class Scene:
    """Two officers of an authority, each with a workspace, and a draft."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.first = Party("oak-first", root / "oak-first")
        self.second = Party("oak-second", root / "oak-second")
        self.draft = root / "order.toml"
        self.signed = root / "order.dsse.json"
        self.charter = root / "charter.json"

    def write(self, name: str, data: bytes | str) -> Path:
        path = self.root / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def signs(self, file: Path, *options: str | Path, by: Party | None = None) -> Ended:
        return (by or self.first).does("directive", "sign", file, "--yes", *options)

    def read(self) -> OrderFile:
        return read_order_file(self.signed)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("directive-commands") / "root"
    root.mkdir()
    scene = Scene(root)
    cards = []
    for party in (scene.first, scene.second):
        Party.new(party.name, party.folder)
        cards.append(KeyCard.parse(party.card.read_bytes(), source="card"))
    charter = a_charter(keys=tuple(cards), quorum=2, urgent=(cards[0].key_id,))
    scene.charter.write_bytes(charter.canonical())
    scene.draft.write_text(write_draft(Draft(living(), ())), encoding="utf-8")
    return root


@pytest.fixture
def scene(begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    shutil.copytree(begun, tmp_path / "root")
    monkeypatch.chdir(tmp_path)
    return Scene(tmp_path / "root")


def refuses(done: Ended, message: str) -> None:
    assert done.code == 2, done.out
    assert message in done.err
    assert done.err.startswith(("groundstop: ", "Usage: "))


# Drafting


def test_an_empty_draft_is_written_to_a_file_and_can_be_shown(scene: Scene) -> None:
    path = scene.root / "new.toml"
    scoped = ("--persons", "foreign-person", "--home", "XA", "--destination", "XB", "--act", "infer")
    done = inside("directive", "draft", "--issuer", "oak-office", *scoped, "-o", path)
    assert done.code == 0, done.err
    assert "to fill in: basis.text" in done.out
    made = read_order_file(path).directive()
    assert (made.issuer, made.scope[0].persons, made.scope[0].destinations) == (
        "oak-office",
        "foreign-person",
        ("XB",),
    )
    shown = inside("directive", "show", path)
    assert shown.code == 0
    assert "Still to be filled in: basis.text." in " ".join(shown.out.split())


def test_a_draft_goes_to_standard_output_and_is_one_document_with_json() -> None:
    assert inside("directive", "draft").out.startswith("# A directive, as a draft.")
    value = inside("directive", "draft", "--json").json
    assert "basis.text" in value["to_fill_in"]
    assert value["draft"]["kind"] == "directive"


def test_a_draft_is_made_from_a_finding_and_from_a_case_about_it(scene: Scene) -> None:
    finding = scene.first.seals(scene.root / "finding.gsb")
    case = scene.root / "case.gsb"
    assert scene.first.does("case", "open", finding, "--title", "It tells", "--output", case).code == 0
    for source in (("--finding", finding), (case,)):
        value = inside("directive", "draft", *source, "--json").json
        assert value["draft"]["evidence"][0]["finding"].startswith("sha256:")
        assert value["draft"]["subject"]["models"][0]["findings"]
        assert "subject.models.0.label" not in value["to_fill_in"]
    assert value["draft"]["evidence"][0]["case"].startswith("GSC-")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--persons", "foreign-person"), "needs a home country"),
        (("--home", "XA"), "--home has no effect"),
        (("--persons", "anybody", "--home", "XA"), "anybody"),
        (("--persons", "foreign-person", "--home", "xa"), "is no country code"),
        (("--destination", "Mars"), "destinations"),
        (("--issuer", "Oak Office"), "issuer"),
        (("--effective", "tomorrow"), "--effective is no moment"),
        (("--effective", "2030-01-01"), "--effective has no zone"),
        (("--effective", "9999-12-31T00:00Z"), "last day of the calendar"),
        (("--days", "5", "--review-days", "9"), "only after it ends"),
        (("--days", "0"), "--days"),
        (("--act", "sing"), "--act"),
        (("--order", "hope"), "--order"),
        (("none.gsb",), "There is no file"),
        (("--finding", "none.gsb"), "There is no file"),
        (("none.gsb", "--finding", "none.gsb"), "Both a case and a finding"),
        (("-o", "order.gsb"), "called like a case"),
    ],
)
def test_a_draft_that_cannot_be_is_refused(scene: Scene, options: tuple[str, ...], message: str) -> None:
    refuses(inside("directive", "draft", *options), message)


def test_a_draft_never_takes_the_place_of_a_file(scene: Scene) -> None:
    before = scene.draft.read_bytes()
    refuses(inside("directive", "draft", "-o", scene.draft), "exists already")
    assert scene.draft.read_bytes() == before


def test_the_form_asks_until_every_answer_can_stand(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [
        *("oak-office", "The words.", "The rules, 7", "https://office.example/rules"),
        *("soon", "2026-06-01T00:00Z"),  # the first is no date
        *("sha256:" + "f" * 64, "GSF-20260702-0123456789", "helper", "elm", "desk-helper"),
        *("birch-lab", "It tells.", "Oak Office", "appeals@office.example", "Restricted."),
        *("", "", "maybe", "allow", "", "", "", "", "", "", "0", "0.01", "", "", ""),
    ]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(answers) + "\n"))
    path = scene.root / "asked.toml"
    done = inside("directive", "draft", "--ask", "-o", path)
    assert done.code == 0, done.err
    made = read_order_file(path).directive()
    assert (made.issuer, made.unknown.value, made.lifting.bound) == ("oak-office", "allow", 0.01)
    assert "a rate of zero can never be shown" in done.err
    assert scene.signs(path, "-o", scene.signed).code == 0


def test_a_form_that_is_broken_off_writes_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("oak-office\n"))
    done = inside("directive", "draft", "--ask", "-o", scene.root / "asked.toml")
    assert done.code == 130
    assert not (scene.root / "asked.toml").exists()


# Signing


def test_two_officers_sign_a_draft_one_after_the_other(scene: Scene) -> None:
    first = scene.signs(scene.draft, "-o", scene.signed, "--charter", scene.charter)
    assert first.code == 0, first.err
    assert "1 more needed" in first.out
    order = scene.read().directive()
    assert order.id.startswith(f"GSD-{NOW:%Y%m%d}-")
    assert order.created >= NOW
    second = scene.signs(scene.signed, "--charter", scene.charter, by=scene.second)
    assert "the quorum is reached" in second.out
    assert scene.read().document == order
    assert len(scene.read().signers) == 2
    shown = inside("directive", "show", scene.signed, "--charter", scene.charter)
    assert "All 2 that it needs have signed." in " ".join(shown.out.split())


def test_what_is_signed_is_shown_first_and_goes_on_record(scene: Scene) -> None:
    done = scene.signs(scene.draft, "-o", scene.signed)
    assert "helper is kept from whoever is a foreign-person" in " ".join(done.err.split())
    assert scene.first.does("audit", scene.first.records).code == 0
    assert len(list((scene.first.records / "documents").glob("*.json"))) == 1


def test_a_draft_gets_a_file_named_by_its_id(scene: Scene) -> None:
    value = json.loads(scene.signs(scene.draft, "--json").out)
    assert value["file"] == f"{value['id']}.dsse.json"
    assert read_order_file(Path(value["file"])).document.content_id == value["content"]
    assert value["signatures"]["signed"][0]["state"] == "right"


def test_whoever_says_no_has_signed_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    done = scene.first.does("directive", "sign", scene.draft, "-o", scene.signed)
    assert done.code == 1
    assert not scene.signed.exists()
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert scene.first.does("directive", "sign", scene.draft, "-o", scene.signed).code == 0


def test_a_stop_and_a_licence_are_signed_too(scene: Scene) -> None:
    soon = datetime.now(UTC)
    for document in (a_stop(created=soon, expires=soon + timedelta(hours=9)), a_licence(created=soon)):
        path = scene.write("said.json", document.canonical())
        done = scene.signs(path)
        assert done.code == 0, done.err
        assert read_order_file(Path(f"{document.id}.dsse.json")).document == document


def test_what_cannot_be_signed_is_refused_and_nothing_is_recorded(scene: Scene) -> None:
    empty = scene.root / "empty.toml"
    inside("directive", "draft", "-o", empty)
    refuses(scene.signs(empty), "is not finished: issuer")
    ended = scene.write(
        "ended.json",
        a_directive(
            review=NOW - timedelta(days=2),
            effective=NOW - timedelta(days=3),
            expires=NOW - timedelta(days=1),
            created=NOW - timedelta(days=4),
        ).canonical(),
    )
    refuses(scene.signs(ended), "which is past")
    refuses(scene.signs(scene.draft, "--key", "nobody"), "There is no key 'nobody'")
    refuses(scene.signs(scene.draft, "-o", scene.charter), "exists already")
    refuses(scene.signs(scene.root / "none.toml"), "There is no file")
    refuses(scene.signs(scene.charter), "is no order")
    assert not scene.first.records.exists()


def test_an_order_beyond_its_issuers_charter_is_shown_with_that_and_not_signed(scene: Scene) -> None:
    other = a_charter(about=(About(provider="birch"),)).canonical()
    charter = scene.write("other-charter.json", other)
    refuses(scene.signs(scene.draft, "--charter", charter), "the charter does not allow desk-helper at elm")
    shown = inside("directive", "show", scene.draft, "--charter", charter)
    assert "Every gateway refuses it" in " ".join(shown.out.split())
    assert "It needs 2." in shown.out


def test_nobody_signs_twice_and_a_changed_envelope_is_refused(scene: Scene) -> None:
    assert scene.signs(scene.draft, "-o", scene.signed).code == 0
    before = scene.signed.read_bytes()
    refuses(scene.signs(scene.signed), "has a signature by oak-first already")
    envelope = json.loads(before)
    envelope["payload"] = "e30="
    scene.signed.write_bytes(json.dumps(envelope).encode())
    refuses(scene.signs(scene.signed, by=scene.second), "cannot be believed")


def test_an_order_dated_before_the_key_is_refused(scene: Scene) -> None:
    path = scene.write(
        "old.json", living(id="GSD-20260706-0000000001", created=NOW - timedelta(days=900)).canonical()
    )
    refuses(scene.signs(path), "was made at")


# Showing and comparing


def test_an_order_is_shown_as_text_json_and_a_page(scene: Scene) -> None:
    licence = scene.write("licence.json", a_licence(directive=living()).canonical())
    page = scene.root / "order.html"
    done = inside("directive", "show", scene.draft, "--licence", licence, "--report", page)
    assert done.code == 0, done.err
    assert "all staff of hazel-defence" in " ".join(done.out.split())
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    value = inside("directive", "show", scene.draft, "--json").json
    assert value["document"]["kind"] == "directive"
    assert value["cannot_evaluate"]["proxy"] == []


def test_a_wrong_signature_is_told_by_the_exit_code(scene: Scene) -> None:
    scene.signs(scene.draft, "-o", scene.signed)
    envelope = json.loads(scene.signed.read_bytes())
    envelope["signatures"][0]["sig"] = "AAAA"
    forged = scene.write("forged.dsse.json", json.dumps(envelope, separators=(",", ":"), sort_keys=True))
    done = inside("directive", "show", forged, "--charter", scene.charter)
    assert done.code == 1
    assert "does not count, it is wrong" in " ".join(done.out.split())


def test_showing_makes_no_workspace(scene: Scene, tmp_path: Path) -> None:
    folder = tmp_path / "nowhere"
    folder.mkdir()
    assert inside("directive", "show", scene.draft, "--workspace", folder).code == 0
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("show", "none"), "There is no file"),
        (("show", "stop.json", "--report", "stop.html"), "only a directive has a page"),
        (("show", "one.json", "--report", "one.json"), "what is read"),
        (("show", "one.json", "--licence", "stop.json"), "is no licence"),
        (("show", "one.json", "--charter", "stop.json"), "not a charter"),
        (("diff", "one.json", "stop.json"), "is a stop, and no directive"),
        (("diff", "one.json", "none"), "There is no file"),
    ],
)
def test_what_cannot_be_shown_is_told(
    scene: Scene, arguments: tuple[str, ...], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(scene.root)
    scene.write("one.json", a_directive().canonical())
    scene.write("stop.json", a_stop().canonical())
    refuses(inside("directive", *arguments), message)


def test_a_difference_is_told_by_the_exit_code(scene: Scene) -> None:
    one = scene.write("one.json", a_directive().canonical())
    two = scene.write("two.json", amended(a_directive(), fallback=True).canonical())
    same = scene.write("same.json", amended(a_directive()).canonical())
    done = inside("directive", "diff", one, two)
    assert done.code == 1
    assert "an amendment of it" in " ".join(done.out.split())
    assert "fallback changed" in done.out
    assert inside("directive", "diff", one, same).code == 0
    assert inside("directive", "diff", one, two, "--json").json["differences"][0]["place"] == ["fallback"]


# Previewing


def test_a_scoped_order_is_previewed_beside_a_shutdown(scene: Scene) -> None:
    everybody = scene.write("everybody.json", living_for_everybody().canonical())
    people = scene.write("people.json", a_population().canonical())
    page = scene.root / "preview.html"
    done = inside("directive", "preview", everybody, scene.draft, "--population", people, "--report", page)
    assert done.code == 1
    assert "9,400" in done.out
    assert "<svg" in page.read_text(encoding="utf-8")
    alone = inside("directive", "preview", scene.draft, "--population", people, "--json")
    assert alone.code == 0
    (made,) = alone.json["previews"]
    assert made["newly_cut_off"]["outside"]["requests"] == 0
    assert made["newly_cut_off"]["inside"]["requests"] == 330


def living_for_everybody() -> Directive:
    order = living()
    return for_everybody(
        2, created=NOW, effective=order.effective, review=order.review, expires=order.expires
    )


def test_logs_standing_orders_and_licences_are_taken_into_account(scene: Scene) -> None:
    lines = b"\n".join(one.canonical() for one in a_log())
    log = scene.write("log.jsonl", lines + b"\nnonsense\n")
    licence = a_licence(directive=living(), created=NOW, effective=NOW, expires=NOW + timedelta(days=9))
    granted = scene.write("licence.json", licence.canonical())
    done = inside(
        "directive", "preview", scene.draft, "--log", log, "--log", log, "--licence", granted, "--json"
    )
    assert done.code == 0, done.err
    value = done.json
    assert (value["replayed"]["requests"], value["replayed"]["unread"]) == (38, 2)
    assert value["previews"][0]["licensees_served"] == {"requests": 2, "users": 1, "anonymous": 0}
    standing = scene.write("everybody.json", living_for_everybody().canonical())
    value = inside("directive", "preview", scene.draft, "--log", log, "--standing", standing, "--json").json
    assert value["previews"][0]["newly_cut_off"]["requests"] == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "one of them is given"),
        (("--log", "log.jsonl", "--population", "people.json"), "one of them is given"),
        (("--log", "none.jsonl"), "There is no file"),
        (("--log", "people.json"), "no request to replay: line 1"),
        (("--population", "log.jsonl"), "is not JSON"),
        (("--population", "stop.json"), "is not a population"),
        (("--log", "log.jsonl", "--licence", "stop.json"), "is no licence"),
        (("--log", "log.jsonl", "--standing", "people.json"), "is no order"),
        (("--log", "log.jsonl", "--report", "log.jsonl"), "what is read"),
    ],
)
def test_a_preview_of_what_cannot_be_replayed_is_refused(
    scene: Scene, options: tuple[str, ...], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(scene.root)
    scene.write("log.jsonl", b"\n".join(one.canonical() for one in a_log()))
    scene.write("people.json", a_population().canonical())
    scene.write("stop.json", a_stop().canonical())
    refuses(inside("directive", "preview", scene.draft, *options), message)


def test_too_many_orders_side_by_side_are_refused(scene: Scene) -> None:
    people = scene.write("people.json", a_population().canonical())
    refuses(
        inside("directive", "preview", *[scene.draft] * 9, "--population", people), "too many side by side"
    )
