"""Suites that are broken, hostile or too large: refused in words, at once, quoting nothing that is sealed."""

from __future__ import annotations

import errno
import os
import traceback
from pathlib import Path

import pytest

from groundstop.errors import DocumentError, InputError
from groundstop.suites import load_suite, validate
from groundstop.suites.files import MAX_FILE_BYTES
from groundstop.suites.yaml_text import parse_yaml
from tests.unit.suites.folders import BEHAVIORS, SUITE, TECHNIQUES, a_folder
from tests.unit.suites.test_sealed_suite import KEY, Key, write

BOMB = "a: &a [x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 8)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BOMB, "suite.yaml uses an anchor or alias at line 1"),
        ("a: 1\nb: *a\n", "suite.yaml uses an anchor or alias at line 2"),
        ("id: a\nname: b\nid: c\n", "suite.yaml has the same key twice in one mapping at line 3"),
        ("[" * 5000, "suite.yaml nests more than 16 deep"),
        ("a: !!python/object/apply:os.system [exit]\n", "suite.yaml uses a tag at line 1"),
        ("!!binary aGk=\n", "suite.yaml uses a tag at line 1"),
        ("a: b: c\n", "suite.yaml is not YAML at line 1, column 5"),
        ("a: 'open\n", "suite.yaml is not YAML at line"),
        ("a: 1\n---\nb: 2\n", "suite.yaml starts a second document"),
        ("[a, b]: c\n", "suite.yaml has a key that is not a word"),
        ("1: c\n", "suite.yaml has a key that is not a word"),
        ("a: 1.0e999\n", "suite.yaml has a number out of range"),
        ("a: \x00\n", "suite.yaml is not YAML"),
        ("<<: {id: a}\n", "suite.yaml has an unknown field '<<'"),
        ("- a\n", "suite.yaml is not a mapping"),
        ("", "suite.yaml is empty"),
    ],
)
def test_broken_and_hostile_yaml_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DocumentError) as caught:
        load_suite(a_folder(tmp_path, suite=text))
    assert said in caught.value.message


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    (folder / "suite.yaml").write_bytes(SUITE.replace("Tea", "Thé").encode("latin-1"))
    with pytest.raises(DocumentError, match=r"suite\.yaml is not UTF-8 text \(byte"):
        load_suite(folder)
    (folder / "suite.yaml").write_bytes(SUITE.encode("utf-16"))
    with pytest.raises(DocumentError, match=r"suite\.yaml is not UTF-8 text \(byte 0\)"):
        load_suite(folder)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    (folder / "suite.yaml").write_bytes(b"\xef\xbb\xbf" + SUITE.encode())
    assert load_suite(folder).manifest.id == "tea-room"


def test_a_huge_file_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    with (folder / "behaviors.yaml").open("r+b") as file:
        file.truncate(1 << 40)
    with pytest.raises(DocumentError, match=f"more than the {MAX_FILE_BYTES:,} bytes"):
        load_suite(folder)


def test_a_grammar_that_explodes_is_refused_without_being_written_out(tmp_path: Path) -> None:
    names = [f"s{number}" for number in range(12)]
    slots = "".join(f"      {name}: [{', '.join('abcdefghij')}]\n" for name in names)
    template = " ".join("{" + name + "}" for name in names)
    text = TECHNIQUES + (
        f'- id: many\n  name: Many\n  wording: "{{ask}}"\n  variants:\n'
        f'    templates: ["{{ask}} {template}"]\n    slots:\n{slots}'
    )
    with pytest.raises(DocumentError, match="technique many gives more than 20,000 wordings"):
        load_suite(a_folder(tmp_path, techniques=text))


def test_a_symbolic_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text(BEHAVIORS)
    folder = a_folder(tmp_path, behaviors=None)
    (folder / "behaviors.yaml").symlink_to(outside)
    with pytest.raises(DocumentError, match="leads out of the suite's folder"):
        load_suite(folder)


def test_a_link_within_the_folder_and_a_link_to_the_folder_are_followed(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, behaviors=None)
    (folder / "kept.yaml").write_text(BEHAVIORS)
    (folder / "behaviors.yaml").symlink_to("kept.yaml")
    (tmp_path / "link").symlink_to(folder)
    assert load_suite(tmp_path / "link").behaviors


def test_links_to_nothing_or_to_themselves_are_told(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, behaviors=None, techniques=None)
    (folder / "behaviors.yaml").symlink_to("nowhere.yaml")
    (folder / "techniques.yaml").symlink_to("techniques.yaml")
    told = " ".join(problem.message for problem in validate(folder))
    assert "techniques.yaml" in told
    assert "behaviors.yaml" in told


@pytest.mark.parametrize("name", ["../labels.csv", "a/b.csv", "..\\labels.csv", "/etc/labels.csv"])
def test_a_label_file_cannot_be_named_outside_of_the_folder(tmp_path: Path, name: str) -> None:
    judge = f"judge: {{ type: labels, file: '{name}' }}"
    text = BEHAVIORS.replace("judge: { type: phrase, phrase: green mint leaf }", judge)
    with pytest.raises(DocumentError, match="entry 1"):
        load_suite(a_folder(tmp_path, behaviors=text))


def test_a_pipe_in_the_place_of_a_file_does_not_hold_the_program_up(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, behaviors=None)
    os.mkfifo(folder / "behaviors.yaml")
    with pytest.raises(DocumentError, match="is not a regular file"):
        load_suite(folder)


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, behaviors=None)
    (folder / "behaviors.yaml").mkdir()
    with pytest.raises(DocumentError, match=r"behaviors\.yaml (is not a regular file|cannot be read)"):
        load_suite(folder)


# Sealed suites


def test_the_wrong_key_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be opened with this key"):
        load_suite(write(tmp_path / "tea"), unseal=Key().unseal)


def test_sealed_bytes_that_were_changed_are_told(tmp_path: Path) -> None:
    path = write(tmp_path / "tea") / "behaviors.yaml.age"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(InputError, match="cannot be opened with this key"):
        load_suite(path.parent, unseal=KEY.unseal)


SECRET = "nobodymayreadthis"


@pytest.mark.parametrize(
    "text",
    [
        f"- {SECRET}: {SECRET}\n",
        f"- {SECRET}\n",
        f"{SECRET}: x",
        f"- id: {SECRET} {SECRET}\n  ask: {SECRET}\n",
        f"- id: a\n  judge: {{ type: {SECRET} }}\n",
        f"- id: a\n  kind: {SECRET}\n",
        f"- &{SECRET} a\n",
        f"- !{SECRET} a\n",
        f"- *{SECRET}\n",
        f"- {SECRET}: a\n  {SECRET}: b\n",
        f"- '{SECRET}\n",
        f'- "\\{SECRET}"\n',
        f"- a: b: {SECRET}\n",
        f"%{SECRET}\n",
    ],
)
def test_broken_sealed_behaviors_are_told_without_a_word_of_them(tmp_path: Path, text: str) -> None:
    folder = write(tmp_path / "tea")
    (folder / "behaviors.yaml.age").write_bytes(KEY.seal(text.encode()))
    with pytest.raises(DocumentError) as caught:
        load_suite(folder, unseal=KEY.unseal)
    assert "behaviors.yaml.age" in caught.value.message
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert SECRET not in " ".join(map(str, validate(folder, unseal=KEY.unseal)))


def test_behaviors_in_the_open_beside_sealed_ones_are_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "tea")
    (folder / "behaviors.yaml").write_text(BEHAVIORS)
    with pytest.raises(DocumentError, match=r"is sealed, but behaviors\.yaml holds behaviors in the open"):
        load_suite(folder, unseal=KEY.unseal)


def test_sealed_behaviors_in_a_suite_that_does_not_say_so_are_refused(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    (folder / "behaviors.yaml.age").write_bytes(b"sealed")
    with pytest.raises(DocumentError, match=r"suite\.yaml does not say sealed"):
        load_suite(folder)


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("groundstop.suites.sealed_suite.os.fsync", full)
    with pytest.raises(InputError, match=r"cannot be written to .*No space left on device"):
        write(tmp_path / "tea")
    assert list(tmp_path.iterdir()) == []


def test_a_sealing_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def refuse(_: bytes) -> bytes:
        raise InputError("The key cannot be used", "Use another")

    with pytest.raises(InputError, match="The key cannot be used"):
        write(tmp_path / "tea", seal=refuse)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "rename", stop)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "tea")
    assert list(tmp_path.iterdir()) == []


def test_four_mebibytes_of_yaml_are_read_in_bounded_depth() -> None:
    value = parse_yaml(b"- a\n" * 100_000, source="benign.yaml")
    assert len(value) == 100_000


# Languages


def test_languages_are_not_read_from_outside_of_the_folder(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text("[]")
    folder = a_folder(tmp_path)
    (folder / "languages.yaml").symlink_to(outside)
    with pytest.raises(DocumentError, match="leads out of the suite's folder"):
        load_suite(folder)


def test_a_link_to_nothing_in_the_place_of_languages_is_told(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    (folder / "languages.yaml").symlink_to("nowhere.yaml")
    with pytest.raises(DocumentError, match=r"languages\.yaml is a symbolic link to nothing"):
        load_suite(folder)


@pytest.mark.parametrize("text", [BOMB, "[" * 5000, "- !!binary aGk=\n", "- tag: es\n  tag: fr\n", "- 7\n"])
def test_hostile_languages_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(DocumentError, match=r"languages\.yaml"):
        load_suite(a_folder(tmp_path, languages=text))
