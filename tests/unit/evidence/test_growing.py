from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from groundstop.documents import Corroboration, Grant, Minimization, PartName, Verification
from groundstop.errors import DocumentError, InputError
from groundstop.evidence import (
    Bundle,
    add_corroboration,
    grant_part,
    open_part,
    sign_corroboration,
    with_cosignature,
)
from groundstop.evidence.log import ClockError
from groundstop.evidence.statements import sign
from tests.evidence_samples import (
    SEALED,
    a_bundle,
    a_grown_bundle,
    a_key,
    a_statement,
    alder,
    birch,
    cedar,
    changed,
    corroborated,
    granted,
    shortened,
    verified,
    witness,
)

LATER = SEALED + timedelta(hours=5)


def kept(before: Bundle, after: Bundle) -> set[str]:
    """Return the members that are in both, after checking that those outside the log did not change."""
    for name, data in before.members.items():
        if not name.startswith("log/"):
            assert after.members[name] == data, name
    return after.members.keys() - before.members.keys()


@pytest.mark.parametrize("part", [PartName.RECIPE, PartName.PLAN, PartName.TRIALS])
def test_one_more_reader_leaves_every_other_member_as_it_was(part: PartName) -> None:
    after = granted(a_bundle(), part)
    new = {name for name in kept(a_bundle(), after) if not name.startswith("log/")}
    assert new == {f"sealed/{part}.2.age", "documents/000001-grant.json"}
    assert open_part(after, part, cedar().identity) == open_part(a_bundle(), part, alder().identity)


def test_each_thing_that_is_added_leaves_what_was_there_as_it_was() -> None:
    steps: list[Callable[[Bundle], Bundle]] = [corroborated, granted, shortened, verified]
    bundle = a_bundle()
    for step in steps:
        after = step(bundle)
        kept(bundle, after)
        bundle = after
    cosigned = with_cosignature(bundle, witness(), now=LATER)
    assert {name.split("/")[1] for name in kept(bundle, cosigned)} == {"cosigned"}
    assert all(cosigned.members[name] == data for name, data in bundle.members.items())


def test_cosigned_heads_stay_when_something_is_added() -> None:
    seen = with_cosignature(a_bundle(), witness(), now=SEALED + timedelta(hours=1))
    after = granted(seen)
    (cosigned,) = [name for name in seen.members if name.startswith("log/cosigned")]
    assert after.members[cosigned] == seen.members[cosigned]


def test_the_documents_are_numbered_as_the_log_lists_them() -> None:
    kinds = [type(one.document()) for one in a_grown_bundle().documents[1:]]
    assert kinds == [Corroboration, Grant, Minimization, Verification]


def test_several_grants_of_one_part_are_files_of_their_own() -> None:
    dune = a_key("dune-institute")
    twice = granted(granted(a_bundle()), to=dune)
    assert [file.path for file in twice.sealed_files(PartName.RECIPE)] == [
        "sealed/recipe.age",
        "sealed/recipe.2.age",
        "sealed/recipe.3.age",
    ]
    assert open_part(twice, PartName.RECIPE, dune.identity).content


@pytest.mark.parametrize("reader", ["alder-lab", "birch-lab"])
def test_who_reads_a_part_already_gets_no_grant(reader: str) -> None:
    with pytest.raises(InputError, match=f"{reader} can read the part recipe already"):
        granted(a_bundle(), to=a_key(reader))


def test_a_clock_before_the_last_entry_is_said() -> None:
    opened = open_part(a_bundle(), PartName.RECIPE, alder().identity)
    with pytest.raises(ClockError, match="clock says 2026-07-02 12:59:59, and the last entry is of"):
        grant_part(
            a_bundle(), PartName.RECIPE, opened, cedar().card, alder(), now=SEALED - timedelta(seconds=1)
        )


def test_a_clock_before_the_keys_own_beginning_is_said() -> None:
    opened = open_part(a_bundle(), PartName.RECIPE, alder().identity)
    with pytest.raises(InputError, match=r"key alder-lab was made at .* and the clock says"):
        grant_part(
            a_bundle(), PartName.RECIPE, opened, cedar().card, alder(), now=SEALED - timedelta(days=30)
        )


@pytest.mark.parametrize("data", [b"", b"{}", b"rubbish", b"\xff"])
def test_what_is_no_statement_is_not_added(data: bytes) -> None:
    with pytest.raises(DocumentError, match="The statement"):
        add_corroboration(a_bundle(), data, [birch().card], alder(), now=LATER)


def test_a_statement_of_another_kind_is_not_added() -> None:
    grant = granted(a_bundle()).documents[1]
    with pytest.raises(InputError, match=r"The statement is a .*grant/v1, not a .*corroboration/v1"):
        add_corroboration(a_bundle(), grant.data, [alder().card], alder(), now=LATER)


def test_a_statement_signed_with_a_wrong_signature_is_not_added() -> None:
    signed = bytearray(sign_corroboration(a_statement(), birch()))
    other = sign_corroboration(a_statement(created=SEALED + timedelta(seconds=1)), birch())
    place = signed.rindex(b'"sig":"')
    signed[place:] = other[other.rindex(b'"sig":"') :]
    with pytest.raises(DocumentError, match="signature by birch-lab"):
        add_corroboration(a_bundle(), bytes(signed), [birch().card], alder(), now=LATER)


def test_a_statement_with_a_second_signature_by_nobody_known_is_not_added() -> None:
    both = sign(a_statement(), a_grown_bundle().documents[1].subjects, [birch(), a_key("mallory")])
    with pytest.raises(InputError, match="by keys whose cards are not at hand"):
        add_corroboration(a_bundle(), both, [birch().card], alder(), now=LATER)


def test_a_bundle_without_its_keys_is_not_cosigned() -> None:
    with pytest.raises(DocumentError, match="signed by no key at hand"):
        with_cosignature(
            changed(a_bundle(), {name: None for name in a_bundle().members if name.startswith("keys/")}),
            witness(),
            now=LATER,
        )
