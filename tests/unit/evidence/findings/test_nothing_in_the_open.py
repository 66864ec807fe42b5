"""Nothing of what was asked or answered, and no secret key, stands anywhere but in sealed parts.

Every command that others may see the output of is run, with what goes wrong in them too; then everything that
came of it is searched, base64 decoded, for every prompt, wording, answer and key.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from groundstop.documents import PartName
from groundstop.evidence import Bundle, KeyFolder, open_part, read_bundle
from groundstop.evidence.archive import write_archive
from groundstop.evidence.commitments import lines_of
from groundstop.suites import load_suite
from tests.commands import Ended
from tests.evidence_parties import Party
from tests.evidence_samples import changed

_BASE64 = re.compile(rb"[A-Za-z0-9+/]{16,}={0,2}")


@dataclass(frozen=True)
class Story:
    """What happened between three parties, and everything that came of it."""

    alder: Party
    birch: Party
    bundle: Bundle
    outputs: dict[str, Ended]
    failed: dict[str, Ended]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    root = tmp_path_factory.mktemp("story")
    alder, birch, cedar = (Party.new(name, root / name) for name in ("alder-lab", "birch-lab", "cedar-desk"))
    alder.believes(birch)
    alder.believes(cedar)
    birch.believes(alder)
    cedar.believes(alder, "--witness")
    file, statement = root / "finding.gsb", root / "statement.json"
    alder.seals(file, "--to", "birch-lab", "--interests", "None.")
    outputs = {
        "reproduce": birch.does(
            *("reproduce", file, "--target", "scripted:leaky", "--seed", "5", "--canaries", "2"),
            *("--shares", "nothing", "--output", statement),
        ),
        "add": alder.does("finding", "add", file, statement, "--key", "alder-lab"),
        "grant": alder.does(
            "finding", "grant", file, "--to", "cedar-desk", "--part", "recipe", "--key", "alder-lab"
        ),
        "minimize": alder.does(
            "finding", "minimize", file, "--target", "scripted:leaky", "--key", "alder-lab", "--seed", "5"
        ),
        "cosign": cedar.does("finding", "cosign", file, "--key", "cedar-desk"),
        "open": birch.does(
            "finding", "open", file, "--purpose", "a test", "--key", "birch-lab", "--output", root / "r"
        ),
        "audit": birch.does("audit", file),
        "audit json": birch.does("audit", file, "--json"),
        "audit records": birch.does("audit", birch.records),
        "show": birch.does("finding", "show", file),
        "show json": birch.does("finding", "show", file, "--json"),
        "verify": birch.does("finding", "verify", file, "--key", "birch-lab"),
        "verify json": birch.does("finding", "verify", file, "--key", "birch-lab", "--json"),
        "keys": alder.does("key", "show"),
    }
    bundle = read_bundle(file)
    opened = open_part(bundle, PartName.TRIALS, KeyFolder(birch.keys).load("birch-lab").identity)
    hurt = root / "hurt.gsb"
    hurt.write_bytes(write_archive(changed(bundle, {"sealed/recipe.age": opened.content}).members))
    line = root / "line.json"
    line.write_bytes(next(lines_of(opened.content)))
    failed = {
        "wrong part": cedar.does(
            "finding", "open", file, "--part", "trials", "--purpose", "a test", "--key", "cedar-desk"
        ),
        "hurt open": birch.does("finding", "open", hurt, "--purpose", "a test", "--key", "birch-lab"),
        "hurt reproduce": birch.does("reproduce", hurt, "--target", "scripted:leaky", "--key", "birch-lab"),
        "hurt audit": birch.does("audit", hurt),
        "opened part as a bundle": birch.does("audit", line),
        "opened part as a statement": alder.does("finding", "add", file, line, "--key", "alder-lab"),
        "opened part as a card": alder.does("key", "import", line),
        "opened part as a judge": birch.does(
            "reproduce", file, "--target", "scripted:leaky", "--key", "birch-lab", "--judge", line
        ),
        "opened line as a proof": birch.does("finding", "verify", file, "--line", line),
        "opened line as an opening": birch.does("finding", "verify", file, "--opening", line),
        "other class": alder.does(
            "finding", "seal", "last", "--class", "keep-secret/no", "--key", "alder-lab"
        ),
    }
    return Story(alder, birch, bundle, outputs, failed)


def everything_said(story: Story) -> list[str]:
    """Return every prompt, answer and wording that has a part in the finding."""
    opened = open_part(story.bundle, PartName.TRIALS, KeyFolder(story.birch.keys).load("birch-lab").identity)
    suite = load_suite("canary")
    behavior, technique = suite.behavior("keep-secret"), suite.technique("capitals")
    texts = {
        behavior.system,
        behavior.plain,
        "blue river stone",
        technique.name,
        technique.wording,
        "capitals",
    }
    for line in lines_of(opened.content):
        value = json.loads(line)["value"]
        texts |= {message["content"] for message in value["asked"]}
        texts.add(value["answered"])
    recipe = json.loads(
        open_part(
            story.bundle, PartName.RECIPE, KeyFolder(story.birch.keys).load("birch-lab").identity
        ).content
    )
    for group in (*recipe["wordings"], *recipe["canaries"]):
        texts |= {message["content"] for message in group["messages"]}
    return [text for text in texts if text]


def secrets(*parties: Party) -> list[str]:
    """Return every spelling in which a private key might stand somewhere."""
    found = []
    for party in parties:
        for path in party.keys.iterdir():
            if path.suffix == ".pem":
                raw = base64.b64decode(path.read_text().split("-----")[2])[-32:]
                found += [raw.hex(), base64.b64encode(raw).decode(), path.read_text().split("-----")[2]]
            elif path.suffix == ".age":
                found += [line for line in path.read_text().split("\n") if line.startswith("AGE-SECRET-KEY")]
    return found


def plain(text: str) -> str:
    """Return a text without spaces, frames and case, so that a wrapped table still shows what it says."""
    return "".join(character for character in text.casefold() if character.isalnum())


def decoded(data: bytes) -> str:
    """Return bytes as text, with all base64 in them decoded too, twice."""
    text = data.decode("utf-8", "replace")
    for _ in range(2):
        found = []
        for part in _BASE64.findall(text.encode()):
            letters = part.rstrip(b"=")
            whole = letters if len(letters) % 4 != 1 else letters[:-1]
            found.append(base64.b64decode(whole + b"=" * (-len(whole) % 4)).decode("utf-8", "replace"))
        text = "\n".join([text, *found])
    return text


def open_members(bundle: Bundle) -> bytes:
    return b"\n".join(name.encode() + b"\n" + data for name, data in bundle.members.items())


def files_of(folder: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_the_search_finds_what_is_there(story: Story) -> None:
    payload = base64.b64encode(b'{"purpose":"blue river stone"}')
    assert plain("blue river stone") in plain(decoded(b'{"payload":"' + payload + b'"}'))
    assert plain("The help desk does not disclose") in plain(decoded(open_members(story.bundle)))
    assert len(everything_said(story)) > 30
    assert len(secrets(story.alder, story.birch)) == 16


def test_everything_went_as_it_should(story: Story) -> None:
    codes = {name: ended.code for name, ended in story.outputs.items()}
    assert codes == {
        **dict.fromkeys(codes, 0),
        "reproduce": 1,
        "minimize": codes["minimize"],
    }, {name: ended.err for name, ended in story.outputs.items()}
    assert codes["minimize"] in (0, 3)
    assert all(ended.code in (1, 2) for ended in story.failed.values())
    for name, ended in story.failed.items():
        assert (ended.err.startswith("groundstop: ") and ended.err.count("\n") == 1) or ended.code == 1, name


def test_no_word_of_it_stands_in_the_bundle(story: Story) -> None:
    text = plain(decoded(open_members(story.bundle)))
    assert [said for said in everything_said(story) if plain(said) in text] == []


def test_no_word_of_it_stands_in_what_commands_print(story: Story) -> None:
    for name, ended in {**story.outputs, **story.failed}.items():
        text = plain(decoded((ended.out + ended.err).encode()))
        assert [said for said in everything_said(story) if plain(said) in text] == [], name


def test_no_word_of_it_stands_in_anybodys_records(story: Story) -> None:
    for party in (story.alder, story.birch):
        text = plain(decoded(files_of(party.records)))
        assert plain("opening") in text
        assert [said for said in everything_said(story) if plain(said) in text] == []


def test_no_secret_key_stands_anywhere_else(story: Story) -> None:
    places = [open_members(story.bundle), files_of(story.alder.records), files_of(story.birch.records)]
    places += [(one.out + one.err).encode() for one in [*story.outputs.values(), *story.failed.values()]]
    keys = secrets(story.alder, story.birch)
    for data in places:
        text = plain(decoded(data))
        assert [key for key in keys if plain(key) in text] == []
