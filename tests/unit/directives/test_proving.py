from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from groundstop.directives.proving import Proof, read_proof
from groundstop.directives.signing import sign_order
from groundstop.documents import PartyRef, TrustedKey, TrustList, Verification
from groundstop.documents.directives import Countersignature
from groundstop.errors import DocumentError, GroundstopError, InputError
from groundstop.evidence import OwnKey, sign_verification
from groundstop.evidence.statements import digest_of
from tests.directive_parts import a_directive
from tests.evidence_samples import a_key
from tests.verification_parts import NOON
from tests.verifications import a_verification


def north() -> OwnKey:
    return a_key("north-lab")


def trust(*keys: OwnKey, **changes: Any) -> TrustList:
    return TrustList(keys=tuple(TrustedKey(card=key.card, **changes) for key in keys or (north(),)))


def verification(**changes: Any) -> bytes:
    document: Verification = a_verification(**changes)
    return sign_verification(document, north())


def countersignature(key: OwnKey) -> bytes:
    order = a_directive()
    said = Countersignature(
        by=key.card.name,
        created=NOON + timedelta(hours=4),
        directive=order.id,
        content=order.content_id,
        verification=digest_of(verification()),
    )
    return sign_order(said, [key])


def read(*files: bytes, believed: TrustList | None = None, **archives: bytes) -> Proof:
    named = [(f"file {place}", data) for place, data in enumerate(files)]
    return read_proof(named, [("a case", archives)] if archives else [], believed or trust())


def test_a_verification_is_read_with_the_digest_of_its_envelope_and_whoever_signed_it() -> None:
    (one,) = read(verification()).verifications
    assert (one.envelope, one.signer) == (digest_of(verification()), "north-lab")


def test_a_countersignature_is_read_too() -> None:
    alder = a_key("alder-lab")
    (one,) = read(countersignature(alder), believed=trust(alder)).countersignatures
    assert one.signer == "alder-lab"


def test_of_an_archive_everything_that_is_proof_is_taken_and_the_rest_is_passed_over() -> None:
    proof = read(one=verification(), other=b"{}", third=b'{"payload":1}', fourth=b"\x00")
    assert [one.signer for one in proof.verifications] == ["north-lab"]
    assert proof.left_out == ()


def test_the_same_envelope_twice_is_read_once() -> None:
    assert len(read(verification(), again=verification()).verifications) == 1


def test_in_an_archive_what_is_signed_by_a_stranger_is_left_out_and_told() -> None:
    proof = read(one=verification(), believed=trust(a_key("other-lab")))
    assert proof.verifications == ()
    assert len(proof.left_out) == 1


def broken() -> bytes:
    envelope = json.loads(verification())
    envelope["signatures"][0]["sig"] = "A" * 86 + "=="
    return json.dumps(envelope, separators=(",", ":"), sort_keys=True).encode()


@pytest.mark.parametrize(
    ("data", "believed", "kind", "why"),
    [
        (b"{}", trust(), DocumentError, "DSSE envelope"),
        (broken(), trust(), DocumentError, "is wrong"),
        (sign_order(a_directive(), [a_key("oak-officer-1")]), trust(), InputError, "rests on verifications"),
        (verification(), trust(a_key("other-lab")), DocumentError, "no key at hand"),
        (verification(), trust(north(), witness=True), InputError, "not believed"),
    ],
    ids=["no envelope", "wrong signature", "another kind", "a stranger", "a witness only"],
)
def test_a_file_that_cannot_be_believed_is_refused_with_a_sentence(
    data: bytes, believed: TrustList, kind: type[GroundstopError], why: str
) -> None:
    with pytest.raises(kind, match=why) as caught:
        read(data, believed=believed)
    assert caught.value.hint


def test_a_verification_that_hides_that_it_is_the_fixers_own_is_refused() -> None:
    hidden = a_verification(fixer=PartyRef(name="example-models", key_id=north().card.key_id))
    with pytest.raises(InputError):
        sign_verification(hidden, north())
    from groundstop.evidence.statements import Subject, sign

    data = sign(hidden, [Subject("it", "0" * 64)], [north()])
    with pytest.raises(InputError, match="hides"):
        read(data)
