from __future__ import annotations

import hashlib
import json

import pytest

from groundstop.cases.escrow import opened_identity, withheld_identity
from groundstop.cases.files import FILES, CaseFile
from groundstop.cases.folding import fold
from groundstop.cases.speaking import Words, open_case
from groundstop.documents.cases import (
    AttachedKind,
    IdentityRevealed,
    PartyEntry,
    PartyNamed,
    Role,
    WithheldIdentity,
)
from groundstop.errors import GroundstopError, InputError
from groundstop.evidence import OwnKey
from groundstop.evidence.age import encrypt
from groundstop.evidence.archive import write_archive
from tests.cases import CASE_ID, OPENED, a_case, an_opening, says
from tests.evidence_samples import a_bundle, alder, cedar, elm

SALT = b"s" * 32
IDENTITY = "Dr Example of Harbour Lane"


def withheld_by(withheld: WithheldIdentity, sealed: bytes) -> CaseFile:
    parties = tuple(
        one.model_copy(update={"withheld": withheld}) if one.name == "alder-lab" else one
        for one in an_opening().parties
    )
    bundle = (a_bundle(), write_archive(a_bundle().members))
    words = Words(files=((AttachedKind.ESCROW, sealed),))
    opening = an_opening(parties=parties)
    return open_case(CASE_ID, opening, Role.REPORTER, [bundle], alder(), now=OPENED, words=words)


def a_withheld_case() -> CaseFile:
    recipients = [cedar().card.recipient, alder().card.recipient]
    return withheld_by(*withheld_identity(IDENTITY, "cedar-desk", recipients, SALT))


def test_a_commitment_is_the_digest_of_salt_and_identity() -> None:
    withheld, sealed = withheld_identity(IDENTITY, "cedar-desk", [cedar().card.recipient], SALT)
    assert withheld.commitment == hashlib.sha256(SALT + IDENTITY.encode()).hexdigest()
    assert withheld.held_by == "cedar-desk"
    assert cedar().identity.unseal(sealed) == SALT + IDENTITY.encode()


def test_an_identity_stands_nowhere_in_the_file() -> None:
    data = write_archive(a_withheld_case().members)
    assert b"Harbour" not in data
    assert IDENTITY not in json.dumps(
        [one.predicate for one in a_withheld_case().statements.values()], default=str
    )


@pytest.mark.parametrize("key", [alder(), cedar()], ids=["the party", "its keeper"])
def test_whoever_keeps_it_and_the_party_itself_open_it(key: OwnKey) -> None:
    case = a_withheld_case()
    assert opened_identity(case, fold(case), "alder-lab", key) == (SALT.hex(), IDENTITY)


@pytest.mark.parametrize("by", ["alder-lab", "cedar-desk"])
def test_a_revealed_identity_stands_beside_the_party(by: str) -> None:
    said = IdentityRevealed(party="alder-lab", salt=SALT.hex(), identity=IDENTITY)
    party = fold(says(a_withheld_case(), by, said, 1)).party("alder-lab")
    assert party is not None
    assert party.identity == IDENTITY


def test_nobody_else_reveals_it_even_with_the_right_words() -> None:
    said = IdentityRevealed(party="alder-lab", salt=SALT.hex(), identity=IDENTITY)
    with pytest.raises(InputError, match="only alder-lab and cedar-desk can reveal it"):
        says(a_withheld_case(), "oak-office", said, 1)


@pytest.mark.parametrize(("salt", "identity"), [(SALT, "Somebody else"), (b"t" * 32, IDENTITY)])
def test_another_identity_than_was_committed_to_is_refused(salt: bytes, identity: str) -> None:
    said = IdentityRevealed(party="alder-lab", salt=salt.hex(), identity=identity)
    with pytest.raises(InputError, match="not the identity that was committed to") as caught:
        says(a_withheld_case(), "cedar-desk", said, 1)
    assert identity not in caught.value.message + caught.value.hint


def test_who_a_withheld_party_is_cannot_be_exchanged() -> None:
    other, _ = withheld_identity("Somebody else", "cedar-desk", [cedar().card.recipient], SALT)
    party = PartyEntry(name="alder-lab", role=Role.REPORTER, card=alder().card, withheld=other)
    with pytest.raises(InputError, match="is settled when it is first named"):
        says(a_withheld_case(), "alder-lab", PartyNamed(party=party), 1)


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(InputError, match="The key elm-models does not open who alder-lab is") as caught:
        opened_identity(a_withheld_case(), fold(a_withheld_case()), "alder-lab", elm())
    assert caught.value.hint == "Ask cedar-desk, which keeps it"


@pytest.mark.parametrize("party", ["elm-models", "nobody-here"])
def test_a_party_that_is_not_withheld_has_nothing_to_open(party: str) -> None:
    with pytest.raises(InputError, match=f"No identity of '{party}' is withheld"):
        opened_identity(a_case(), fold(a_case()), party, cedar())


def test_a_copy_without_the_file_cannot_open_it() -> None:
    members = {name: data for name, data in a_withheld_case().members.items() if not name.startswith(FILES)}
    case = a_withheld_case().with_members(members)
    with pytest.raises(InputError, match="does not open"):
        opened_identity(case, fold(case), "alder-lab", cedar())


def test_an_identity_that_was_sealed_under_another_commitment_is_not_told() -> None:
    withheld, _ = withheld_identity(IDENTITY, "cedar-desk", [cedar().card.recipient], SALT)
    _, sealed = withheld_identity("Somebody else", "cedar-desk", [cedar().card.recipient], SALT)
    case = withheld_by(withheld, sealed)
    with pytest.raises(InputError, match="does not open"):
        opened_identity(case, fold(case), "alder-lab", cedar())


@pytest.mark.parametrize(
    "opening",
    [b"\xff" * 40, b"short", SALT, SALT + b"x" * 600],
    ids=["no text", "no salt", "no identity", "too long"],
)
def test_a_commitment_that_was_made_to_harm_is_told_in_a_sentence_without_what_is_in_it(
    opening: bytes,
) -> None:
    withheld = WithheldIdentity(commitment=hashlib.sha256(opening).hexdigest(), held_by="cedar-desk")
    case = withheld_by(withheld, encrypt(opening, [cedar().card.recipient]))
    with pytest.raises(GroundstopError) as caught:
        opened_identity(case, fold(case), "alder-lab", cedar())
    assert "xxxx" not in caught.value.message + caught.value.hint
