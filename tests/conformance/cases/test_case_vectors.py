"""Small cases as data: what counts, in which order, and who has shown two histories.

Another implementation reads ``case_folds.json``: the envelopes, the logs, and what follows from them. The
keys are test keys, whose private halves stand there.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from securesystemslib.dsse import Envelope

from groundstop.cases.files import LOGS, README, CaseFile, parse_case, statement_member
from groundstop.cases.folding import fold
from groundstop.cases.merging import merge
from groundstop.evidence.archive import write_archive

VECTORS = json.loads((Path(__file__).parent / "case_folds.json").read_text(encoding="utf-8"))
CASES: list[dict[str, Any]] = VECTORS["cases"]

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])


def read(case: dict[str, Any]) -> CaseFile:
    members = dict(statement_member(text.encode()) for text in case["statements"])
    members |= {LOGS + name: base64.b64decode(data) for name, data in case["logs"].items()}
    return parse_case(write_archive(members), source=case["name"])


def predicates(case: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what each envelope says by its digest, with nothing of this project."""
    found = {}
    for text in case["statements"]:
        payload = base64.b64decode(json.loads(text)["payload"])
        digest = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
        found[digest] = json.loads(payload)["predicate"]
    return found


@each_case
def test_the_same_statements_count_in_the_same_order(case: dict[str, Any]) -> None:
    state = fold(read(case))
    assert state.id == VECTORS["case"]
    assert [entry.digest for entry in state.entries] == case["order"]
    assert [f"{entry.by}: {entry.said.type}" for entry in state.entries] == case["says"]


@each_case
def test_what_does_not_count_and_what_waits_is_set_aside(case: dict[str, Any]) -> None:
    aside = {one.digest: "waits" if one.waiting else "does not count" for one in fold(read(case)).set_aside}
    assert aside == case["set_aside"]
    assert set(aside) | set(case["order"]) == set(predicates(case))


@each_case
def test_what_was_replaced_or_taken_back_is_known_with_what_did_it(case: dict[str, Any]) -> None:
    entries = fold(read(case)).entries
    replaced = {one.digest: one.amended_by or one.withdrawn_by for one in entries if not one.stands}
    assert replaced == case["replaced"]


@each_case
def test_whoever_has_shown_two_histories_is_known(case: dict[str, Any]) -> None:
    assert sorted({fork.party for fork in fold(read(case)).forks}) == case["forks"]


@each_case
def test_the_order_of_arrival_changes_nothing(case: dict[str, Any]) -> None:
    whole, chance = read(case), random.Random(1)
    opening = statement_member(opening_of(case))
    pieces = [statement_member(text.encode()) for text in case["statements"]]
    logs = {name: data for name, data in whole.members.items() if name.startswith(LOGS)}
    for _ in range(3):
        chance.shuffle(pieces)
        copies = [CaseFile(dict([opening, piece]), "a copy") for piece in pieces]
        merged = merge([*copies, CaseFile({**dict([opening]), **logs}, "the logs")])
        assert {name: data for name, data in merged.members.items() if name != README} == whole.members
        assert [entry.digest for entry in fold(merged).entries] == case["order"]


def opening_of(case: dict[str, Any]) -> bytes:
    first = case["order"][0]
    (text,) = [
        text for text in case["statements"] if "sha256:" + hashlib.sha256(text.encode()).hexdigest() == first
    ]
    return bytes(text.encode())


# The vectors by themselves, with nothing of this project


def is_signed(text: str) -> bool:
    """Tell whether an envelope is signed by the key that it names, which is a test key."""
    envelope = json.loads(text)
    (signature,) = envelope["signatures"]
    (key,) = [key for key in VECTORS["keys"] if key["key_id"] == signature["keyid"]]
    message = Envelope(base64.b64decode(envelope["payload"]), envelope["payloadType"], {}).pae()
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key["public"]))
        public.verify(base64.b64decode(signature["sig"]), message)
    except InvalidSignature:
        return False
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key["seed"]))
    assert base64.b64encode(private.sign(message)).decode() == signature["sig"]
    return True


@each_case
def test_everything_that_counts_is_signed_with_a_test_key(case: dict[str, Any]) -> None:
    for text in case["statements"]:
        digest = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
        assert is_signed(text) or digest in case["set_aside"]


def test_one_of_the_vectors_was_changed_after_it_was_signed() -> None:
    broken = {case["name"] for case in CASES if not all(map(is_signed, case["statements"]))}
    assert broken == {"changed after it was signed"}


@each_case
def test_each_statement_stands_after_all_that_it_names(case: dict[str, Any]) -> None:
    said, places = predicates(case), {digest: place for place, digest in enumerate(case["order"])}
    for digest, place in places.items():
        named = [*said[digest]["seen"], *filter(None, [said[digest]["previous"]])]
        assert all(places[one] < place for one in named)
    assert said[case["order"][0]]["said"]["type"] == "opened"


@each_case
def test_those_that_knew_nothing_of_each_other_are_in_the_order_of_dates_and_digests(
    case: dict[str, Any],
) -> None:
    said = predicates(case)
    dated = [(said[digest]["created"], digest) for digest in case["order"][1:]]
    assert dated == sorted(dated)


def test_the_vectors_tell_what_they_are_about() -> None:
    assert VECTORS["source"]
    assert len({case["name"] for case in CASES}) == len(CASES) == 14
    assert all(case["why"] for case in CASES)
    assert {name for case in CASES for name in case["forks"]} == {"elm-models"}
