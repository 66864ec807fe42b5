from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from groundstop.documents import Opening, PartName, canonical_bytes
from groundstop.errors import DocumentError, InputError
from groundstop.evidence.statements import PREDICATES, Subject, predicate_type, read_signed, sign, signers_of
from tests.evidence_samples import KEYS_MADE, SEALED, a_key, alder, birch, cedar

SUBJECT = Subject("finding", "0" * 64)
OPENED = Opening(
    created=SEALED,
    by="alder-lab",
    finding="sha256:" + "0" * 64,
    finding_id="GSF-20260702-0123456789",
    parts=(PartName.RECIPE,),
    purpose="a test",
)


def signed(*keys: Any) -> bytes:
    return sign(OPENED, [SUBJECT], keys or (alder(),))


def enveloped(change: Callable[[dict[str, Any]], None]) -> bytes:
    """Return an envelope that was changed and spelled canonically again."""
    value = json.loads(signed())
    change(value)
    return canonical_bytes(value)


def stated(change: Callable[[dict[str, Any]], None]) -> bytes:
    """Return an envelope whose statement was changed, and signed again."""
    value = json.loads(base64.b64decode(json.loads(signed())["payload"]))
    change(value)
    return resigned(canonical_bytes(value))


def resigned(payload: bytes) -> bytes:
    from securesystemslib.dsse import Envelope

    envelope = Envelope(payload, "application/vnd.in-toto+json", {})
    envelope.sign(alder().signer)
    return canonical_bytes(envelope.to_dict())


def test_what_is_signed_is_read_and_verified() -> None:
    read = read_signed(signed(alder(), birch()), source="it")
    assert read.document() == OPENED
    assert read.subjects == (SUBJECT,)
    assert signers_of(read, [birch().card, alder().card]) == (alder().card, birch().card)
    assert signers_of(read, [birch().card]) == (birch().card,)


def test_each_kind_that_is_signed_has_a_predicate_type_of_its_own() -> None:
    types = {predicate_type(kind) for kind in PREDICATES}
    assert len(types) == len(PREDICATES)
    assert "https://groundstop.dev/predicates/finding/v1" in types


def test_a_signature_by_another_key_under_this_id_is_wrong() -> None:
    data = enveloped(
        lambda value: value["signatures"][0].update(sig=json.loads(signed(birch()))["signatures"][0]["sig"])
    )
    with pytest.raises(DocumentError, match=r"signature by alder-lab on a .*opening/v1 is wrong"):
        signers_of(read_signed(data, source="it"), [alder().card])


def test_a_statement_by_nobody_at_hand_is_said_to_be_that() -> None:
    with pytest.raises(DocumentError, match="signed by no key at hand") as caught:
        signers_of(read_signed(signed(), source="it"), [birch().card])
    assert "groundstop key import" in caught.value.hint


def test_one_wrong_signature_among_good_ones_is_not_overlooked() -> None:
    value = json.loads(signed(alder(), birch()))
    value["signatures"][1]["sig"] = value["signatures"][0]["sig"]
    read = read_signed(canonical_bytes(value), source="it")
    with pytest.raises(DocumentError, match="signature by birch-lab"):
        signers_of(read, [alder().card, birch().card])


def test_a_card_that_the_reader_has_gives_a_key_its_name() -> None:
    false_name = alder().card.model_copy(update={"name": "birch-lab"})
    (signer,) = signers_of(read_signed(signed(), source="it"), [false_name, alder().card])
    assert signer.name == "alder-lab"


def test_a_key_that_has_ended_does_not_sign() -> None:
    short = a_key("a-short-one", expires=KEYS_MADE + timedelta(minutes=1))
    with pytest.raises(InputError, match="a-short-one ended on"):
        sign(OPENED, [SUBJECT], [short])


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value.pop("payloadType"),
        lambda value: value.update(more=1),
        lambda value: value.update(payload=1),
        lambda value: value.update(payload=value["payload"] + "!"),
        lambda value: value.update(payload=None),
        lambda value: value.update(payloadType="application/json"),
        lambda value: value.update(signatures=[]),
        lambda value: value.update(signatures={}),
        lambda value: value.update(signatures=None),
        lambda value: value.update(signatures="none"),
        lambda value: value["signatures"].append(value["signatures"][0]),
        lambda value: value["signatures"][0].update(cert="unsigned"),
        lambda value: value["signatures"][0].update(keyid=7),
        lambda value: value["signatures"][0].update(sig=None),
        lambda value: value["signatures"][0].pop("keyid"),
        lambda value: value["signatures"].append(5),
    ],
    ids=range(16),
)
def test_a_malformed_envelope_cannot_be_believed(change: Callable[[dict[str, Any]], None]) -> None:
    with pytest.raises(DocumentError, match="it cannot be believed"):
        read_signed(enveloped(change), source="it")


def test_base64_that_says_the_same_in_other_letters_is_refused() -> None:
    """The last letter of a signature has four bits that nothing is made of."""
    value = json.loads(signed())
    text = value["signatures"][0]["sig"]
    assert text.endswith("==")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = text[:-3] + letters[letters.index(text[-3]) ^ 1] + "=="
    assert base64.b64decode(other) == base64.b64decode(text)
    value["signatures"][0]["sig"] = other
    with pytest.raises(DocumentError, match="payload or a signature is malformed"):
        read_signed(canonical_bytes(value), source="it")


@pytest.mark.parametrize("data", [b"[]", b"5", b"null", b'"text"', b"{}", b"[[1]]"])
def test_other_json_is_no_envelope(data: bytes) -> None:
    with pytest.raises(DocumentError, match="not a DSSE envelope in canonical form"):
        read_signed(data, source="it")
    with pytest.raises(DocumentError, match="not an in-toto statement in canonical form"):
        read_signed(resigned(data), source="it")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xff", "not UTF-8"),
        (b"{", "not JSON"),
        (b'{"a":1,"a":2}', "appears twice"),
        (b'{"a":NaN}', "NaN is not a JSON number"),
        (b'{"a":-Infinity}', "Infinity is not a JSON number"),
        (b"[" * 2_000, "more than 64 deep"),
        (b'{"a":' * 70 + b"1" + b"}" * 70, "more than 64 deep"),
        (b'{"a":123456789012345678901}', "canonical"),
        (b'{"a":1e400}', r"canonical|not a JSON number"),
    ],
    ids=[
        "bytes",
        "cut off",
        "duplicate",
        "NaN",
        "infinite",
        "deep list",
        "deep object",
        "large number",
        "1e400",
    ],
)
def test_json_that_two_readers_may_read_differently_is_refused(data: bytes, said: str) -> None:
    for hostile in (data, resigned(data)):
        with pytest.raises(DocumentError, match=said):
            read_signed(hostile, source="it")


def test_an_envelope_larger_than_any_is_refused() -> None:
    with pytest.raises(DocumentError, match="more than the 33,554,432 that are read"):
        read_signed(b" " * (32 * 1024 * 1024 + 1), source="it")


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value.update(_type="https://in-toto.io/Statement/v2"),
        lambda value: value.update(subject=[]),
        lambda value: value.update(subject={}),
        lambda value: value.update(subject=["file"]),
        lambda value: value["subject"][0].update(digest={"sha1": "0" * 40}),
        lambda value: value["subject"][0].update(digest={"sha256": "0" * 63}),
        lambda value: value["subject"][0].update(digest={"sha256": "A" * 64}),
        lambda value: value["subject"][0].update(digest={"sha256": 5}),
        lambda value: value["subject"][0].update(name=5),
        lambda value: value.update(predicate=[]),
        lambda value: value.update(predicateType=5),
        lambda value: value.update(more=5),
        lambda value: value.pop("predicate"),
    ],
    ids=range(13),
)
def test_a_malformed_statement_cannot_be_believed(change: Callable[[dict[str, Any]], None]) -> None:
    with pytest.raises(DocumentError, match="it cannot be believed: its payload"):
        read_signed(stated(change), source="it")


def test_bytes_that_are_not_canonical_are_refused() -> None:
    value = json.loads(signed())
    for text in (json.dumps(value), json.dumps(value, separators=(",", ":"), sort_keys=True) + "\n"):
        with pytest.raises(DocumentError, match="canonical form"):
            read_signed(text.encode(), source="it")


def test_a_predicate_of_another_version_is_read_and_nothing_is_guessed_of_it() -> None:
    def newer(value: dict[str, Any]) -> None:
        value["predicateType"] = "https://groundstop.dev/predicates/opening/v2"
        value["predicate"] = {"whatever": ["it", "holds"]}

    read = read_signed(stated(newer), source="it")
    assert read.document() is None
    assert signers_of(read, [alder().card]) == (alder().card,)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("purpose", 5, "wrong value at 'purpose'"),
        ("purpose", "", "wrong value at 'purpose'"),
        ("by", "Alder Lab", "wrong value at 'by'"),
        ("surplus", 1, "unknown field 'surplus'"),
        ("version", 2, "version 2"),
        ("version", True, "does not spell its values as its form does"),
        ("version", "1", "version '1'"),
        ("created", "2026-07-02T15:00:00+02:00", "does not spell its values as its form does"),
        ("created", 1782997200, "does not spell its values as its form does"),
        ("created", "2026-07-02T13:00:00", "a date without a zone at 'created'"),
    ],
)
def test_a_predicate_that_is_not_spelled_as_its_form_is_refused(field: str, value: Any, said: str) -> None:
    read = read_signed(stated(lambda statement: statement["predicate"].update({field: value})), source="it")
    with pytest.raises(DocumentError, match=said):
        read.document()


def test_an_error_quotes_nothing_of_what_a_document_holds() -> None:
    secret = "blue river stone"
    read = read_signed(stated(lambda value: value["predicate"].update(by=secret)), source="it")
    with pytest.raises(DocumentError) as caught:
        read.document()
    assert secret not in str(caught.value)


def test_signers_are_told_in_the_order_of_their_signatures() -> None:
    read = read_signed(signed(cedar(), alder()), source="it")
    assert [card.name for card in signers_of(read, [alder().card, cedar().card])] == [
        "cedar-desk",
        "alder-lab",
    ]
