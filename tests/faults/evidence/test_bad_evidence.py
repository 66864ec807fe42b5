"""Bad evidence at the command line: one clear sentence, the right exit code, and nothing overwritten."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from groundstop.documents import PartName
from groundstop.evidence import Bundle, KeyFolder, OwnKey, open_part, read_bundle
from groundstop.evidence.archive import write_archive
from tests.commands import Ended, groundstop
from tests.evidence_parties import Party
from tests.evidence_samples import changed, resealed

FINDING = "documents/000000-finding.json"


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three parties and a finding of alder-lab's, sealed to birch-lab."""
    root = tmp_path_factory.mktemp("once") / "root"
    root.mkdir()
    alder, birch, cedar = (Party.new(name, root / name) for name in ("alder-lab", "birch-lab", "cedar-desk"))
    alder.believes(birch)
    birch.believes(alder)
    cedar.believes(alder)
    alder.seals(root / "finding.gsb", "--to", "birch-lab")
    return root


class Scene:
    """A copy of the parties' folders, to do harm in."""

    def __init__(self, once: Path, folder: Path) -> None:
        self.root = folder / "scene"
        shutil.copytree(once, self.root)
        self.alder, self.birch, self.cedar = (
            Party(name, self.root / name) for name in ("alder-lab", "birch-lab", "cedar-desk")
        )
        self.file = self.root / "finding.gsb"

    @property
    def bundle(self) -> Bundle:
        return read_bundle(self.file)

    def key(self, party: Party) -> OwnKey:
        return KeyFolder(party.keys).load(party.name)

    def write(self, bundle: Bundle, name: str = "finding.gsb") -> Path:
        path = self.root / name
        path.write_bytes(write_archive(bundle.members))
        return path

    def forge(self, name: str = "finding.gsb") -> Path:
        """Change the finding's counts without signing again."""
        data = bytearray(self.bundle.members[FINDING])
        place = data.index(b'"payload":"') + 2_000
        data[place] = ord("A") if data[place] != ord("A") else ord("B")
        return self.write(changed(self.bundle, {FINDING: bytes(data)}), name)


@pytest.fixture
def scene(once: Path, tmp_path: Path) -> Scene:
    return Scene(once, tmp_path)


def sentence(ended: Ended) -> str:
    """Return what was said, which must be one sentence of ours and no traceback."""
    assert ended.err.startswith("groundstop: "), ended.err
    assert ended.err.count("\n") == 1
    assert ended.out == ""
    return ended.err


def refused(ended: Ended, said: str, code: int = 2) -> None:
    assert said in sentence(ended)
    assert ended.code == code


def failed(ended: Ended, member: str, said: str) -> None:
    assert ended.code == 1, ended.err
    found = [one for one in ended.json["checks"] if one["state"] == "failed"]
    assert any(one["member"] == member and said in one["detail"] for one in found), found


# In processes of their own


def test_a_forged_finding_is_audited_as_failed_and_used_for_nothing(scene: Scene) -> None:
    path = scene.forge()
    before = path.read_bytes()
    audited = groundstop("audit", path, "--json", folder=scene.birch.folder)
    assert audited.code == 1
    assert FINDING in {one["member"] for one in audited.json["checks"] if one["state"] == "failed"}
    shown = groundstop("finding", "show", path, folder=scene.birch.folder)
    refused(shown, "groundstop: ")
    for words in (("reproduce", path), ("finding", "minimize", path)):
        refused(scene.birch.does(*words, "--target", "scripted:leaky"), "groundstop: ")
    opened = scene.birch.does(
        "finding", "open", path, "--purpose", "a test", "--output", scene.root / "recipe"
    )
    refused(opened, "groundstop: ")
    assert not (scene.root / "recipe").exists()
    granted = scene.alder.does(
        "finding", "grant", path, "--to", "birch-lab", "--part", "recipe", "--key", "alder-lab"
    )
    refused(granted, "groundstop: ")
    assert path.read_bytes() == before


def test_a_forged_finding_is_shown_to_people_with_what_it_means(scene: Scene) -> None:
    ended = groundstop("audit", scene.forge(), folder=scene.birch.folder)
    assert ended.code == 1
    assert "FAILED: do not rely on it." in ended.out
    assert "It means: " in ended.out


def test_a_private_key_that_others_can_read_is_not_used(scene: Scene) -> None:
    (scene.birch.keys / "birch-lab.age").chmod(0o644)
    ended = groundstop("finding", "open", scene.file, "--purpose", "a test", folder=scene.birch.folder)
    refused(ended, "can be read by others. Run: chmod 600 ")


# In this process


def test_who_signed_is_unknown_then_trusted_then_revoked(scene: Scene) -> None:
    stranger = Party.new("dune-institute", scene.root / "dune-institute")
    assert stranger.does("finding", "verify", scene.file).code == 3
    stranger.believes(scene.alder)
    assert stranger.does("finding", "verify", scene.file).code == 0
    assert stranger.does("key", "revoke", "alder-lab", "--reason", "it was stolen").code == 0
    ended = stranger.does("finding", "verify", scene.file, "--json")
    assert ended.code == 1
    assert any("was revoked: it was stolen" in one["detail"] for one in ended.json["checks"])
    refused(stranger.does("key", "import", scene.alder.card), "alder-lab was revoked: it was stolen")


def test_a_witness_had_seen_it_before_its_key_was_revoked(scene: Scene) -> None:
    assert scene.cedar.does("finding", "cosign", scene.file).code == 0
    scene.birch.believes(scene.cedar, "--witness")
    assert scene.birch.does("key", "revoke", "alder-lab", "--reason", "it was lost").code == 0
    ended = scene.birch.does("finding", "verify", scene.file, "--json")
    assert ended.code == 0
    assert any("after a witness had seen what it signed" in one["detail"] for one in ended.json["checks"])


def test_a_witness_signs_nothing_that_fails_or_went_backwards(scene: Scene) -> None:
    old = scene.file.read_bytes()
    granted = scene.alder.does(
        "finding", "grant", scene.file, "--to", scene.cedar.card, "--part", "plan", "--key", "alder-lab"
    )
    assert granted.code == 0
    assert scene.cedar.does("finding", "cosign", scene.file).code == 0
    scene.file.write_bytes(old)
    ended = scene.cedar.does("finding", "cosign", scene.file)
    assert ended.code == 1
    assert "it went backwards" in " ".join(ended.out.split())
    assert scene.file.read_bytes() == old
    forged = scene.forge("forged.gsb")
    before = forged.read_bytes()
    assert scene.cedar.does("finding", "cosign", forged).code == 1
    assert forged.read_bytes() == before


def test_a_log_that_went_backwards_or_forked_since_it_was_seen_here(scene: Scene) -> None:
    old = scene.file.read_bytes()
    for part in ("plan", "trials"):
        scene.file.write_bytes(old)
        scene.alder.does(
            "finding", "grant", scene.file, "--to", scene.cedar.card, "--part", part, "--key", "alder-lab"
        )
        if part == "plan":
            assert scene.birch.does("audit", scene.file).code == 0
    failed(scene.birch.does("audit", scene.file, "--json"), "log/checkpoint", "it forked")
    scene.file.write_bytes(old)
    failed(scene.birch.does("audit", scene.file, "--json"), "log/checkpoint", "it went backwards")


def test_two_bundles_that_claim_one_id(scene: Scene) -> None:
    opened = scene.birch.does(
        "finding", "open", scene.file, "--purpose", "a test", "--output", scene.root / "one"
    )
    assert opened.code == 0

    def other(value: dict[str, Any]) -> None:
        value["interests"] = "Another finding."

    second = scene.write(resealed(scene.bundle, other, by=scene.key(scene.alder)), "second.gsb")
    for command in (
        ("finding", "open", second, "--purpose", "a test", "--output", scene.root / "two"),
        ("reproduce", second, "--target", "scripted:leaky"),
    ):
        refused(scene.birch.does(*command), "Two findings claim the id")
    assert not (scene.root / "two").exists()


def test_a_wrong_recipient(scene: Scene) -> None:
    for words in (
        ("finding", "open", scene.file, "--purpose", "a test"),
        ("reproduce", scene.file, "--target", "scripted:leaky"),
    ):
        refused(scene.cedar.does(*words), "is not sealed to this key")
    assert not scene.cedar.records.exists()


def test_a_key_that_has_ended_seals_nothing(scene: Scene) -> None:
    card = json.loads(scene.alder.card.read_bytes())
    card["created"], card["expires"] = "2020-01-01T00:00:00Z", "2020-02-01T00:00:00Z"
    scene.alder.card.write_text(json.dumps(card))
    ended = scene.alder.does(
        "finding", "seal", "last", "--key", "alder-lab", "--output", scene.root / "new.gsb"
    )
    refused(ended, "The key alder-lab ended on 2020-02-01")
    assert not (scene.root / "new.gsb").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda card: card.update(key_id="0" * 64), "has a key id that is not its key's"),
        (lambda card: card.update(recipient="age1rubbish"), "do not belong together"),
        (lambda card: card.update(name="Alder Lab"), "wrong value at 'name'"),
    ],
)
def test_a_card_that_was_tampered_with(
    scene: Scene, change: Callable[[dict[str, Any]], None], said: str
) -> None:
    card = json.loads(scene.alder.card.read_bytes())
    change(card)
    scene.alder.card.write_text(json.dumps(card))
    ended = scene.alder.does(
        "finding", "seal", "last", "--key", "alder-lab", "--output", scene.root / "new.gsb"
    )
    refused(ended, said)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"{", "is not JSON"),
        (b'{"kind":"trust","version":1,"keys":[],"keys":[]}', "appears twice"),
        (b'{"kind":"trust","version":9,"keys":[]}', "version 9"),
        (b"\xff", "is not UTF-8"),
        (b"[" * 3000, "more than 64 deep"),
    ],
)
def test_a_damaged_trust_file_is_named_and_left_alone(scene: Scene, data: bytes, said: str) -> None:
    path = scene.birch.folder / "groundstop-trust.json"
    path.write_bytes(data)
    for words in (("audit", scene.file), ("key", "show"), ("key", "import", scene.cedar.card)):
        ended = scene.birch.does(*words)
        refused(ended, said)
        assert "groundstop-trust.json" in ended.err
    assert path.read_bytes() == data


def test_a_trust_file_with_a_key_twice(scene: Scene) -> None:
    path = scene.birch.folder / "groundstop-trust.json"
    value = json.loads(path.read_bytes())
    value["keys"] *= 2
    path.write_text(json.dumps(value))
    refused(scene.birch.does("audit", scene.file), "stands in the list twice")


def test_nothing_is_overwritten(scene: Scene) -> None:
    mine = scene.root / "mine"
    mine.write_bytes(b"something of mine")
    for party, words in (
        (scene.alder, ("finding", "seal", "last", "--key", "alder-lab", "--output", mine)),
        (scene.birch, ("finding", "open", scene.file, "--purpose", "a test", "--output", mine)),
        (scene.birch, ("finding", "open", scene.file, "--purpose", "a test", "--opening", "--output", mine)),
        (
            scene.birch,
            ("reproduce", scene.file, "--target", "scripted:leaky", "--canaries", "0", "--output", mine),
        ),
        (scene.alder, ("key", "new", "alder-lab")),
    ):
        ended = party.does(*words)
        assert ended.code == 2, words
        assert "exists already" in ended.err or "There is a key alder-lab already" in ended.err
    assert mine.read_bytes() == b"something of mine"


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff", b"{" * 100])
def test_what_is_no_statement_is_not_added(scene: Scene, data: bytes) -> None:
    statement, before = scene.root / "statement.json", scene.file.read_bytes()
    statement.write_bytes(data)
    refused(scene.alder.does("finding", "add", scene.file, statement, "--key", "alder-lab"), "The statement")
    assert scene.file.read_bytes() == before


def test_a_file_that_was_cut_off(scene: Scene) -> None:
    data = scene.file.read_bytes()
    for part in (0, len(data) // 2, len(data) - 1):
        scene.file.write_bytes(data[:part])
        assert scene.birch.does("audit", scene.file).code == 1
        refused(scene.birch.does("finding", "show", scene.file), "is not a whole bundle")


def test_records_that_were_tampered_with(scene: Scene) -> None:
    assert (
        scene.birch.does(
            "finding", "open", scene.file, "--purpose", "a test", "--output", scene.root / "r"
        ).code
        == 0
    )
    assert scene.birch.does("audit", scene.birch.records).code == 0
    (record,) = (scene.birch.records / "documents").iterdir()
    data = bytearray(record.read_bytes())
    data[len(data) // 2] ^= 1
    record.write_bytes(data)
    failed(scene.birch.does("audit", scene.birch.records, "--json"), f"documents/{record.name}", "")


# Counting again, and showing one part or one line


def claim(change: Callable[[dict[str, Any]], None], scene: Scene) -> Path:
    return scene.write(resealed(scene.bundle, change, by=scene.key(scene.alder)))


def more_screening(value: dict[str, Any]) -> None:
    value["effort"]["trials"] += 5
    value["effort"]["screened"] += 5


def ids_of_the_provider(value: dict[str, Any]) -> None:
    value["request_ids"], value["attestation"] = 2, "provider ids"


def other_classes(value: dict[str, Any]) -> None:
    value["effort"]["classes_tried"] = 7


@pytest.mark.parametrize("change", [more_screening, ids_of_the_provider])
def test_counts_that_only_the_trials_contradict(
    scene: Scene, change: Callable[[dict[str, Any]], None]
) -> None:
    path = claim(change, scene)
    assert scene.birch.does("audit", path).code == 0, "the open part is consistent in itself"
    ended = scene.birch.does("finding", "verify", path, "--key", "birch-lab", "--json")
    failed(ended, "sealed/trials.age", "and the finding tells of")


def test_a_number_of_classes_that_only_the_plan_contradicts(scene: Scene) -> None:
    path = claim(other_classes, scene)
    assert scene.birch.does("audit", path).code == 0
    ended = scene.birch.does("finding", "verify", path, "--key", "birch-lab", "--json")
    failed(ended, "sealed/plan.age", "1 classes were tried, and the finding tells of 7")


def test_the_true_counts_are_confirmed(scene: Scene) -> None:
    ended = scene.birch.does("finding", "verify", scene.file, "--key", "birch-lab", "--json")
    assert ended.code == 0
    opened = [one for one in ended.json["checks"] if one["what"] == "opened parts"]
    assert [one["state"] for one in opened] == ["passed"] * 3


def shown(scene: Scene, name: str, *options: str) -> Path:
    path = scene.root / name
    words = ("finding", "open", scene.file, "--purpose", "a test", "--output", path)
    assert scene.birch.does(*words, *options).code == 0
    return path


def test_one_part_is_shown_and_checked_without_any_key(scene: Scene) -> None:
    opening = shown(scene, "recipe.opening", "--part", "recipe", "--opening")
    good = scene.cedar.does("finding", "verify", scene.file, "--opening", opening, "--part", "recipe")
    assert good.code == 0
    data = bytearray(opening.read_bytes())
    for place in (0, 31, 32, len(data) - 1):
        other = scene.root / f"other-{place}"
        other.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        failed(
            scene.cedar.does("finding", "verify", scene.file, "--opening", other, "--json"),
            str(other),
            "is not what its commitment was made of",
        )
    wrong = scene.cedar.does("finding", "verify", scene.file, "--opening", opening, "--part", "plan")
    assert wrong.code == 1


def test_one_line_is_shown_and_checked_without_any_key(scene: Scene) -> None:
    line = shown(scene, "line.json", "--part", "trials", "--line", "1")
    good = scene.cedar.does("finding", "verify", scene.file, "--line", line, "--json")
    assert good.code == 0
    assert any("is line 1 of the committed part trials" in one["detail"] for one in good.json["checks"])
    value = json.loads(line.read_bytes())
    for name, other in (("line", value["line"] + " "), ("index", 0), ("proof", value["proof"][1:])):
        line.write_text(json.dumps({**value, name: other}))
        ended = scene.cedar.does("finding", "verify", scene.file, "--line", line, "--json")
        failed(ended, str(line), "is not the one that the finding committed to")
    line.write_text("{}")
    assert scene.cedar.does("finding", "verify", scene.file, "--line", line).code == 1


def test_a_line_that_is_not_there(scene: Scene) -> None:
    words = ("finding", "open", scene.file, "--purpose", "a test", "--part", "trials", "--line", "999")
    refused(scene.birch.does(*words), "has no line 999 to prove")


def test_adding_a_reader_leaves_every_other_member_as_it_was(scene: Scene) -> None:
    before = scene.bundle.members
    words = ("finding", "grant", scene.file, "--to", scene.cedar.card, "--part", "plan", "--key", "alder-lab")
    assert scene.alder.does(*words).code == 0
    after = scene.bundle.members
    new = {name for name in after if after[name] != before.get(name)}
    assert {name for name in new if not name.startswith("log/")} == {
        "sealed/plan.2.age",
        "documents/000001-grant.json",
    }
    assert open_part(scene.bundle, PartName.PLAN, scene.key(scene.cedar).identity).content
