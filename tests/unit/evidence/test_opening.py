from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from groundstop.documents import LineProof, PartName
from groundstop.errors import DocumentError, InputError
from groundstop.evidence import check_line, open_part, parse_opening, part_of, prove_line
from groundstop.evidence.commitments import commit_lines, lines_of, salted_lines
from tests.evidence_samples import a_bundle, a_grown_bundle, alder, birch, cedar, edited, sealed


def trials() -> bytes:
    return open_part(a_bundle(), PartName.TRIALS, birch().identity).content


def a_proof(index: int = 3) -> LineProof:
    return prove_line(a_bundle().finding, PartName.TRIALS, trials(), index)


@pytest.mark.parametrize("name", [PartName.RECIPE, PartName.PLAN, PartName.TRIALS])
def test_a_reader_opens_each_part_and_its_sha256_is_the_commitment(name: PartName) -> None:
    opened = open_part(a_bundle(), name, birch().identity)
    part = part_of(a_bundle(), name)
    assert hashlib.sha256(opened.opening).hexdigest() == part.commitment
    assert len(opened.content) == part.size
    assert opened == open_part(a_bundle(), name, alder().identity)


def test_a_part_that_was_added_later_is_opened_too() -> None:
    assert open_part(a_grown_bundle(), PartName.MINIMAL, birch().identity).content
    with pytest.raises(InputError, match="has no part minimal") as caught:
        part_of(a_bundle(), PartName.MINIMAL)
    assert caught.value.hint == "Choose one of: recipe, plan, trials"


def test_a_reader_of_a_grant_opens_the_granted_part_and_no_other() -> None:
    assert open_part(a_grown_bundle(), PartName.RECIPE, cedar().identity) == open_part(
        a_bundle(), PartName.RECIPE, alder().identity
    )
    for name in (PartName.PLAN, PartName.TRIALS, PartName.MINIMAL):
        with pytest.raises(InputError, match=f"part {name} .* is not sealed to this key"):
            open_part(a_grown_bundle(), name, cedar().identity)


def test_two_findings_of_the_same_run_commit_to_their_parts_differently() -> None:
    one, other = a_bundle(), sealed()
    for name in (PartName.RECIPE, PartName.PLAN, PartName.TRIALS):
        assert part_of(one, name).commitment != part_of(other, name).commitment
    assert part_of(one, PartName.TRIALS).lines != part_of(other, PartName.TRIALS).lines


def test_an_opening_with_any_byte_changed_is_refused() -> None:
    opened = open_part(a_bundle(), PartName.PLAN, alder().identity)
    commitment = part_of(a_bundle(), PartName.PLAN).commitment
    assert parse_opening(opened.opening, commitment=commitment, source="it") == opened
    for place in range(0, len(opened.opening), 97):
        data = bytearray(opened.opening)
        data[place] ^= 1
        with pytest.raises(InputError, match="is not what its commitment was made of"):
            parse_opening(bytes(data), commitment=commitment, source="it")
    for other in (opened.opening[:-1], opened.opening + b"\n", opened.content, b"", opened.salt):
        with pytest.raises(InputError, match="is not what its commitment was made of"):
            parse_opening(other, commitment=commitment, source="it")


def test_a_short_opening_is_refused_even_with_its_own_digest() -> None:
    with pytest.raises(InputError, match="is not what its commitment was made of"):
        parse_opening(b"short", commitment=hashlib.sha256(b"short").hexdigest(), source="it")


@pytest.mark.parametrize("index", range(8))
def test_each_line_is_shown_with_a_proof_that_holds(index: int) -> None:
    proof = a_proof(index)
    assert proof.line.encode() == [*lines_of(trials())][index]
    check_line(a_bundle().finding, LineProof.parse(proof.canonical(), source="it"))


def test_a_proof_shows_nothing_of_the_other_lines() -> None:
    shown = a_proof(3).canonical()
    for index, line in enumerate(lines_of(trials())):
        salt = json.loads(line)["salt"]
        assert (salt.encode() in shown) is (index == 3)


def change_line(value: dict[str, Any]) -> None:
    value["line"] = value["line"].replace('"held"', '"violated"').replace('"attempts":1', '"attempts":2')


def other_part(value: dict[str, Any]) -> None:
    value["part"] = "recipe"


@pytest.mark.parametrize(
    "change",
    [
        change_line,
        other_part,
        lambda value: value.update(index=4),
        lambda value: value.update(index=8),
        lambda value: value.update(count=9),
        lambda value: value.update(count=7),
        lambda value: value.update(line=value["line"] + "\n"),
        lambda value: value.update(line=value["line"][:-1]),
        lambda value: value.update(proof=value["proof"][:-1]),
        lambda value: value.update(proof=value["proof"][::-1]),
        lambda value: value.update(proof=[*value["proof"], "0" * 64]),
        lambda value: value["proof"].__setitem__(0, "0" * 64),
        lambda value: value.update(finding="sha256:" + "0" * 64),
    ],
    ids=range(13),
)
def test_a_line_proof_with_anything_changed_is_refused(change: Any) -> None:
    forged = edited(a_proof(3), change)
    with pytest.raises(
        DocumentError, match=r"not the one that the finding committed to|is of another finding"
    ):
        check_line(a_bundle().finding, forged)


def test_a_line_of_another_bundle_is_refused() -> None:
    with pytest.raises(DocumentError, match="is of another finding"):
        check_line(sealed().finding, a_proof())


@pytest.mark.parametrize(
    ("name", "index"), [(PartName.TRIALS, 8), (PartName.RECIPE, 0), (PartName.MINIMAL, 0)]
)
def test_a_line_that_is_not_there_cannot_be_proved(name: PartName, index: int) -> None:
    with pytest.raises(InputError, match=f"part {name} has no line {index} to prove"):
        prove_line(a_bundle().finding, name, trials(), index)


def test_lines_hold_salts_of_their_own() -> None:
    salts = [json.loads(line)["salt"] for line in lines_of(trials())]
    assert len(set(salts)) == len(salts) == 8


def test_what_looks_like_the_end_of_a_line_in_a_text_is_none() -> None:
    texts = ["a\nb", "a\r\nb", "a\u2028b", "a\u0085b", ""]
    content = salted_lines(texts, lambda: bytes(32))
    assert len(list(lines_of(content))) == commit_lines(content).count == len(texts)
    assert [json.loads(line)["value"] for line in lines_of(content)] == texts


def test_no_lines_are_no_line() -> None:
    assert list(lines_of(b"")) == []
    assert commit_lines(b"").count == 0
