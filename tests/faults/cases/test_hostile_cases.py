"""Files that are called cases and are made to harm: each is refused with a sentence, or fails the audit."""

from __future__ import annotations

import hashlib
import os
import random
from pathlib import Path
from zlib import crc32

import pytest
from securesystemslib.dsse import Envelope

from groundstop.cases.files import LOGS, README, parse_case, read_case, save_new, statement_member
from groundstop.cases.folding import fold
from groundstop.documents import canonical_bytes, parse_json
from groundstop.documents.cases import CaseStatement, Remark, Role
from groundstop.errors import DocumentError, GroundstopError, InputError
from groundstop.evidence.archive import MOST_MEMBERS, write_archive
from groundstop.evidence.statements import Subject, sign
from tests.cases import a_case, at
from tests.commands import groundstop
from tests.evidence_parties import inside
from tests.evidence_samples import a_bundle, birch, elm
from tests.faults.cases.attacks import (
    a_said_case,
    audited,
    member_of,
    statement_of,
    with_given,
    with_member,
    with_signed,
)


def whole() -> bytes:
    return write_archive(a_said_case().members)


def is_found_out(data: bytes) -> bool:
    return not audited(data).passed


# Bytes


@pytest.mark.parametrize("seed", range(4))
def test_a_changed_byte_anywhere_in_the_file_is_found_out(seed: int) -> None:
    chance, data = random.Random(seed), whole()
    for place in chance.sample(range(len(data)), 60):
        other = bytearray(data)
        other[place] ^= 1 << chance.randrange(8)
        assert is_found_out(bytes(other)), place


def members_but_the_page() -> list[str]:
    return [name for name in sorted(a_said_case().members) if name != README]


@pytest.mark.parametrize("place", range(13))
def test_a_changed_byte_in_a_member_of_a_file_that_was_packed_again_is_found_out(place: int) -> None:
    assert len(members_but_the_page()) == 13, "give each member its turn"
    name = members_but_the_page()[place]
    chance, content = random.Random(place), a_said_case().members[name]
    for where in (0, len(content) - 1, *chance.sample(range(len(content)), 10)):
        other = bytearray(content)
        other[where] ^= 1 << chance.randrange(8)
        case = with_member(a_said_case(), name, bytes(other))
        assert is_found_out(write_archive(case.members)), (name, where)


@pytest.mark.parametrize("place", range(4))
def test_a_changed_member_under_the_name_that_fits_it_is_found_out(place: int) -> None:
    named = [name for name in members_but_the_page() if not name.startswith(LOGS)]
    assert len(named) == 4, "give each member its turn"
    folder, _, rest = named[place].partition("/")
    content = bytearray(a_said_case().members[named[place]])
    content[len(content) // 2] ^= 1
    fitting = f"{folder}/{hashlib.sha256(content).hexdigest()}{'.json' if rest.endswith('.json') else ''}"
    case = with_member(with_member(a_said_case(), named[place], None), fitting, bytes(content))
    assert is_found_out(write_archive(case.members))


@pytest.mark.parametrize("part", range(1, 12))
def test_a_case_that_was_cut_off_is_found_out(part: int) -> None:
    data = whole()
    cut = data[: len(data) * part // 12]
    assert is_found_out(cut)
    with pytest.raises(GroundstopError):
        parse_case(cut, source="it")


# Members


@pytest.mark.parametrize(
    "name",
    [
        "statement/0.json",
        "statements/0.json",
        "statements/" + "0" * 64,
        "statements/" + "A" * 64 + ".json",
        "files/0",
        "files/" + "0" * 64 + ".json",
        "logs/checkpoint",
        "logs/0123456789abcdef/checkpoint",
        "logs/0123456789abcdef-0123456789abcdef/other",
        "sealed/recipe.age",
        "README.txt",
    ],
)
def test_a_member_that_no_case_has_is_refused(name: str) -> None:
    data = write_archive({**a_said_case().members, name: b"{}"})
    with pytest.raises(DocumentError, match="has a member that no case has"):
        parse_case(data, source="it")
    assert is_found_out(data)


@pytest.mark.parametrize("name", ["../out", "/etc/passwd", "a//b", ".hidden", "a\\b"])
def test_a_member_that_could_leave_its_folder_is_refused(name: str) -> None:
    content = b"x"
    placed = {**a_said_case().members}
    data = write_archive({**placed, "zz" + "z" * (len(name) - 2): content})
    data = data.replace(b"zz" + b"z" * (len(name) - 2), name.encode())
    assert crc32(content) != 0
    with pytest.raises(DocumentError):
        parse_case(data, source="it")


def test_a_statement_under_the_name_of_another_is_refused() -> None:
    one, other = (member_of(statement_of(a_said_case(), name)[0]) for name in ("elm-models", "cedar-desk"))
    members = {**a_said_case().members, one: a_said_case().members[other]}
    with pytest.raises(DocumentError, match=f"The member {one} of it is not what its name says"):
        parse_case(write_archive(members), source="it")


def test_a_file_that_was_replaced_is_refused() -> None:
    (name,) = [name for name in a_said_case().members if name.startswith("files/")]
    with pytest.raises(DocumentError, match="is not what its name says"):
        parse_case(write_archive({**a_said_case().members, name: b"other"}), source="it")


def test_a_findings_bundle_is_no_case_and_says_so() -> None:
    with pytest.raises(DocumentError, match="is no case: it has no statements"):
        parse_case(write_archive(a_bundle().members), source="finding.gsb")


# What is in a statement


HOSTILE = {
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "a long number": b"9" * 100_000,
    "a key twice": b'{"payload":"","payload":""}',
    "no text": b"\xff\xfe\x00",
    "nothing": b"",
    "no envelope": b'{"a":1}',
    "spaces": b'{"payload": "", "payloadType": "x", "signatures": []}',
    "no number": b'{"payload":NaN,"payloadType":"x","signatures":[]}',
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_statement_that_is_made_to_harm_is_refused_with_a_sentence(content: bytes) -> None:
    name, data = statement_member(content)
    with pytest.raises(DocumentError) as caught:
        parse_case(write_archive({**a_said_case().members, name: data}), source="it")
    assert name in caught.value.message
    assert len(caught.value.message) < 500
    assert is_found_out(write_archive({**a_said_case().members, name: data}))


def test_a_response_of_an_unknown_type_is_refused_and_its_words_are_not_told() -> None:

    digest, signed = statement_of(a_said_case(), "elm-models")
    statement = parse_json(signed.payload, source="it")
    statement["predicate"]["said"] = {"type": "shrugged", "text": "hidden words"}
    envelope = Envelope(canonical_bytes(statement), "application/vnd.in-toto+json", {})
    envelope.sign(elm().signer)
    case, _ = with_signed(
        with_member(a_said_case(), member_of(digest), None), canonical_bytes(envelope.to_dict())
    )
    with pytest.raises(DocumentError, match="case-statement") as caught:
        parse_case(write_archive(case.members), source="it")
    assert "hidden words" not in caught.value.message + caught.value.hint


def test_files_that_are_made_to_harm_are_told_by_the_audit_and_stop_nothing() -> None:
    contents = [b"[" * 100_000, b"PK\3\4", b"", b'{"payload":1}']
    for kind in ("corroboration", "verification", "comparison", "finding"):
        for content in contents:
            case = with_given(a_case(), content, kind, birch())
            assert len(fold(case).entries) == 2
            assert all(one.problem is not None for one in fold(case).evidence)
            (failed,) = [one for one in audited(case).checks if one.state == "failed"]
            assert failed.what == ("findings" if kind == "finding" else "measurements")


# Sizes


def test_a_case_with_more_members_than_any_has_is_refused() -> None:
    members = {f"files/{number:064x}": b"" for number in range(MOST_MEMBERS)}
    with pytest.raises(InputError, match="more than any reader takes"):
        write_archive({**a_said_case().members, **members})


def test_a_case_that_cannot_be_written_for_its_size_tells_of_a_case_and_changes_nothing(
    tmp_path: Path,
) -> None:
    members = {f"files/{number:064x}": b"" for number in range(MOST_MEMBERS)}
    large = a_said_case().with_members({**a_said_case().members, **members})
    with pytest.raises(InputError) as caught:
        save_new(tmp_path / "case.gsb", large)
    assert "trials" not in caught.value.hint, "a case has no trials to leave out"
    assert not list(tmp_path.iterdir())


def test_a_case_of_hundreds_of_statements_is_read_in_full() -> None:
    members, previous = dict(a_case().members), None
    for number in range(1, 301):
        statement = CaseStatement(
            case=a_case().id,
            by="elm-models",
            role=Role.DEVELOPER,
            number=number,
            previous=previous,
            seen=(a_case().opening[0],) if previous is None else (),
            created=at(number),
            said=Remark(text=f"Number {number}."),
        )
        name, data = statement_member(sign(statement, [Subject("case", "0" * 64)], [elm()]))
        previous = "sha256:" + name.removeprefix("statements/").removesuffix(".json")
        members[name] = data
    state = fold(parse_case(write_archive(members), source="it"))
    assert len(state.entries) == 301
    assert state.sequence["elm-models"][0] == 300


def test_a_case_larger_than_any_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.gsb"
    with path.open("wb") as file:
        file.truncate(1024**3 + 1)
    with pytest.raises(InputError, match="larger than the 1,073,741,824 bytes"):
        read_case(path)


# The commands


@pytest.mark.parametrize("command", ["show", "state", "timeline", "brief"])
def test_every_command_that_reads_says_one_sentence_of_a_hostile_file(tmp_path: Path, command: str) -> None:
    path = tmp_path / "case.gsb"
    name, data = statement_member(HOSTILE["deep objects"])
    path.write_bytes(write_archive({**a_said_case().members, name: data}))
    done = inside("case", command, path)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("groundstop: ")
    assert "Traceback" not in done.err


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.gsb")
    ended = groundstop("case", "show", "pipe.gsb", folder=tmp_path)
    assert ended.code == 2
    assert "pipe.gsb is not a file" in ended.err
