"""Orders from files: drafts, documents and envelopes; every refusal says where, and what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from groundstop.directives.drafting import Draft, write_draft
from groundstop.directives.reading import (
    MOST_BYTES,
    NOT_NUMBERED,
    OrderFile,
    parse_order,
    read_order_file,
)
from groundstop.directives.signing import SignedHere, sign_order
from groundstop.documents import canonical_bytes
from groundstop.documents.directives import Countersignature, Direction, Directive, Override
from groundstop.errors import DocumentError, InputError
from tests.directive_parts import (
    VERIFICATION,
    a_directive,
    a_licence,
    a_lift,
    a_revocation,
    a_stop,
    at,
    documents,
    officer,
    signed,
)

Fields = dict[str, Any]


def every_kind() -> list[SignedHere]:
    order = a_directive()
    known = {"directive": order.id, "content": order.content_id}
    agreed = Countersignature(by="alder-lab", created=at(1), verification=VERIFICATION, **known)
    departs = Override(
        by="fir-stores", created=at(1), direction=Direction.ALLOW, until=at(2), reason="A court.", **known
    )
    return [*documents(), agreed, departs]


def read(data: bytes | str) -> OrderFile:
    return parse_order(data if isinstance(data, bytes) else data.encode(), source="order")


def without(*path: str) -> Callable[[Fields], None]:
    def change(value: Fields) -> None:
        for step in path[:-1]:
            value = value[step]
        del value[path[-1]]

    return change


def put(new: object, *path: Any) -> Callable[[Fields], None]:
    def change(value: Fields) -> None:
        for step in path[:-1]:
            value = value[step]
        value[path[-1]] = new

    return change


@pytest.mark.parametrize("document", every_kind(), ids=lambda one: one.kind)
def test_every_kind_is_read_unsigned_and_signed(document: SignedHere) -> None:
    plain = read(document.canonical())
    assert (plain.document, plain.envelope, plain.signers) == (document, None, ())
    envelope = sign_order(document, [officer(1), officer(2)])
    both = read(envelope)
    assert both.document == document
    assert both.envelope == envelope
    assert set(both.signers) == {officer(1).card.key_id, officer(2).card.key_id}


def test_an_envelope_with_a_newline_at_its_end_is_the_same_envelope() -> None:
    envelope = canonical_bytes(signed(a_directive()))
    assert read(b"\n" + envelope + b"\n").envelope == envelope


def test_json_may_be_spaced_as_people_like_it() -> None:
    assert read(json.dumps(a_directive().to_json(), indent=3)).document == a_directive()


def test_a_draft_in_toml_needs_no_kind_id_date_or_number() -> None:
    head, rest = write_draft(Draft(a_directive(), ())).split("[basis]", 1)
    names = ("kind", "version", "id", "created", "sequence")
    kept = [line for line in head.splitlines() if line.partition(" = ")[0] not in names]
    short = read("\n".join([*kept, "[basis]"]) + rest)
    assert isinstance(short.document, Directive)
    assert (short.document.id, short.document.sequence) == (NOT_NUMBERED, 1)
    assert short.document.subject == a_directive().subject


def test_a_draft_in_json_needs_no_id_and_no_date() -> None:
    value = a_directive().to_json()
    del value["id"], value["created"]
    assert read(json.dumps(value)).directive().id == NOT_NUMBERED


@pytest.mark.parametrize(
    "document",
    [a_stop(provider=None), a_licence(), a_lift(), a_revocation()],
    ids=lambda one: str(one.kind),
)
def test_what_goes_with_orders_can_be_written_in_toml_too(document: SignedHere) -> None:
    from groundstop.directives.drafting.emitting import Layout, toml_text

    text = toml_text(document.to_json(), Layout({}))
    assert read(text).document == document


REFUSALS: dict[str, tuple[Callable[[Fields], None], str, str]] = {
    "no finding": (without("evidence"), "lacks the field 'evidence'", "Add"),
    "an empty list of findings": (put([], "evidence"), "it names a finding, or says why", "[[evidence]]"),
    "both a finding and its withholding": (
        put("Secret.", "withheld"),
        "names a finding, or says",
        "withheld",
    ),
    "no scope": (without("scope"), "lacks the field 'scope'", "Say whom it reaches"),
    "an empty scope": (put([], "scope"), "'scope'", "Say whom it reaches"),
    "no expiry": (without("expires"), "lacks the field 'expires'", "Say when it ends"),
    "no review": (without("review"), "lacks the field 'review'", "looked at again"),
    "no date of effect": (without("effective"), "lacks the field 'effective'", "Say from when"),
    "no criteria": (without("lifting"), "lacks the field 'lifting'", "minimum_n = 299"),
    "criteria in words": (put("Zero jailbreaks.", "lifting"), "'lifting'", "minimum_n = 299"),
    "zero": (put(0, "lifting", "bound"), "zero can never be shown", "bound that is meant"),
    "a bound below what can be counted": (
        put(5e-324, "lifting", "bound"),
        "zero can never be shown",
        "bound that is meant",
    ),
    "too few calls": (put(3, "lifting", "minimum_n"), "3 calls cannot rule out", "Raise minimum_n"),
    "nobody to verify": (put([], "lifting", "verifiers"), "lifting.verifiers", "Correct it"),
    "a loosely named model": (
        put([], "subject", "models", 0, "hosted"),
        "named only loosely",
        "[[subject.models.hosted]]",
    ),
    "a pattern for a name": (
        put("desk-*", "subject", "models", 0, "hosted", 0, "name"),
        "subject.models.0.hosted.0.name",
        "Correct it",
    ),
    "no models": (without("subject"), "lacks the field 'subject'", "Name the models"),
    "a condition that no gateway sees": (put([], "claims"), "from whom the claim", "not_enforced"),
    "an undefined class": (put([], "definitions"), "each class of persons", "--persons"),
    "an exception for everybody": (put([{"id": "all"}], "exceptions"), "leaves nothing", "condition"),
    "a review after its end": (put("2027-01-01T00:00Z", "review"), "it is reviewed after", "Set review"),
    "an end before its beginning": (put("2026-07-01T00:00Z", "expires"), "it expires after", "Set expires"),
    "no legal basis": (put(None, "basis"), "lacks its legal basis", "[basis]"),
    "an amendment of nothing": (put(2, "sequence"), "supersedes nothing", "content id"),
    "a date without a zone": (put("2026-07-06T12:00", "review"), "without a zone", "2026-07-06T09:00Z"),
    "a misspelt field": (put("x", "expirse"), "unknown field 'expirse'", "spelling"),
    "no appeal": (without("appeal"), "lacks the field 'appeal'", "where to object"),
    "no response": (without("response"), "lacks the field 'response'", "Say what somebody is told"),
    "an act that there is none of": (put(["sing"], "acts"), "acts.0", "Choose among infer"),
    "an unknown that is neither": (put("ask", "unknown"), "'unknown'", "deny or allow"),
    "another version": (put(9, "version"), "of version 9", "release"),
    "a number for a text": (put(3, "reasons"), "'reasons'", "Correct it"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_an_order_lacks_is_refused_with_what_to_do(name: str) -> None:
    change, message, hint = REFUSALS[name]
    value = a_directive().to_json()
    change(value)
    with pytest.raises(DocumentError) as refused:
        read(json.dumps(value))
    assert message in refused.value.message
    assert hint in refused.value.hint
    assert refused.value.message.startswith("order ")


def test_evidence_may_be_withheld_for_two_weeks_and_no_longer() -> None:
    value = a_directive().to_json()
    value |= {"evidence": [], "withheld": "It would tell how.", "review": "2026-07-12T00:00Z"}
    assert read(json.dumps({**value, "expires": "2026-07-20T12:00Z"})).directive().withheld
    with pytest.raises(DocumentError, match="lasts 14 days at most"):
        read(json.dumps({**value, "expires": "2026-07-20T12:01Z"}))


def test_a_draft_in_toml_without_any_evidence_says_what_to_add() -> None:
    text = write_draft(Draft(a_directive(), ()))
    begin, end = text.index("[[evidence]]"), text.index("[subject]")
    with pytest.raises(DocumentError) as refused:
        read(text[:begin] + text[end:])
    assert "it names a finding, or says why" in refused.value.message
    assert "[[evidence]]" in refused.value.hint


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "lacks the field"),
        (b"{}", "it names no kind"),
        (b"[{}]", "it names no kind"),
        (b'{"kind": "finding"}', "its kind is 'finding'"),
        (b'{"kind": ["directive"]}', "it names no kind"),
        (b'{"kind": "' + b"x" * 5000 + b'"}', "it names no kind"),
        (b'{"kind": "directive", "kind": "stop"}', "appears twice"),
        (b'{"a":' * 5000, "deep"),
        (b'{"kind": "directive", "version": NaN}', "NaN is not a JSON number"),
        (b"\x00\x01", "is not TOML"),
        (b"PK\x03\x04\xff", "is not UTF-8 text"),
        (b'{"payload": "x", "signatures": []}', "cannot be believed"),
        (b'kind = "finding"', "its kind is 'finding'"),
        (b'{"kind": "directive", "version": 1, "id": "\\ud800"}', "no canonical JSON form"),
    ],
)
def test_what_is_no_order_is_refused_and_not_quoted(data: bytes, message: str) -> None:
    with pytest.raises(DocumentError) as refused:
        read(data)
    assert message in refused.value.message
    assert refused.value.hint
    assert len(str(refused.value)) < 500


def test_an_envelope_whose_payload_was_changed_is_refused() -> None:
    envelope = signed(a_directive())
    envelope["payload"] = envelope["payload"][:-8] + "AAAAAAA="
    with pytest.raises(DocumentError):
        read(canonical_bytes(envelope))


def test_a_signed_finding_is_no_order() -> None:
    from groundstop.evidence.statements import Subject, sign
    from tests.evidence_samples import a_bundle, alder

    envelope = sign(a_bundle().finding, [Subject("finding", "0" * 64)], [alder()])
    with pytest.raises(InputError, match="and no order"):
        read(envelope)


def test_only_a_directive_is_given_as_one() -> None:
    with pytest.raises(InputError, match="is a stop, and no directive"):
        read(a_stop().canonical()).directive()


def test_a_file_is_read_within_bounds(tmp_path: Path) -> None:
    path = tmp_path / "order.json"
    path.write_bytes(a_directive().canonical())
    assert read_order_file(path).document == a_directive()
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(InputError, match="larger than"):
        read_order_file(path)
    with pytest.raises(InputError, match="is not a file"):
        read_order_file(tmp_path)
    with pytest.raises(InputError, match="There is no file"):
        read_order_file(tmp_path / "none.toml")
