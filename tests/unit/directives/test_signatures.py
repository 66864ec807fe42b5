"""Whose signatures an order has, and how many are missing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from groundstop.directives.reading import OrderFile, parse_order
from groundstop.directives.signatures import Signatures, SignatureState, signatures_of
from groundstop.directives.signing import sign_order
from groundstop.documents import canonical_bytes
from groundstop.errors import DocumentError, InputError
from tests.directive_parts import a_charter, a_directive, at, officer, signed
from tests.evidence_samples import a_key


def read(envelope: dict[str, Any]) -> OrderFile:
    return parse_order(canonical_bytes(envelope), source="order")


def states(found: Signatures) -> list[SignatureState]:
    return [one.state for one in found.told]


def test_a_quorum_of_right_signatures_lacks_nothing() -> None:
    found = signatures_of(read(signed(a_directive(), 2, 3)), (), a_charter())
    assert (found.missing, found.quorum, found.may_deny_alone) == (0, 2, False)
    assert set(found.right) == {officer(2).card.name, officer(3).card.name}


def test_one_of_two_lacks_one_and_an_urgent_key_may_deny_alone() -> None:
    found = signatures_of(read(signed(a_directive(), 1)), (), a_charter())
    assert (found.missing, found.may_deny_alone) == (1, True)


def test_without_a_charter_nobody_knows_how_many_it_takes() -> None:
    found = signatures_of(read(signed(a_directive(), 1, 2)), [officer(1).card])
    assert found.missing is None
    assert set(states(found)) == {SignatureState.UNKNOWN, SignatureState.RIGHT}


def test_a_signature_by_somebody_else_does_not_count() -> None:
    stranger = a_key("stranger")
    file = parse_order(sign_order(a_directive(), [stranger]), source="order")
    found = signatures_of(file, [stranger.card], a_charter())
    assert (states(found), found.missing) == ([SignatureState.UNKNOWN], 2)


def test_a_signature_of_other_content_is_wrong() -> None:
    one, other = signed(a_directive(), 1), signed(a_directive(2), 1)
    found = signatures_of(read({**one, "signatures": other["signatures"]}), (), a_charter())
    assert (states(found), found.missing) == ([SignatureState.WRONG], 2)


def test_a_signature_under_anothers_key_id_is_wrong() -> None:
    envelope = signed(a_directive(), 1)
    envelope["signatures"][0]["keyid"] = officer(2).card.key_id
    assert states(signatures_of(read(envelope), (), a_charter())) == [SignatureState.WRONG]


def test_a_key_that_has_ended_or_not_begun_does_not_count() -> None:
    begun = officer(1).card.model_copy(update={"created": at(10)})
    ended = officer(2).card.model_copy(update={"expires": at(-10)})
    found = signatures_of(read(signed(a_directive(), 1, 2)), [begun, ended])
    assert states(found) == [SignatureState.ENDED] * 2
    assert found.right == ()


def test_a_draft_has_no_signatures() -> None:
    assert signatures_of(parse_order(a_directive().canonical(), source="order"), (), a_charter()).told == ()


def test_the_charter_of_another_authority_is_refused() -> None:
    with pytest.raises(InputError, match="The charter is of ash-office"):
        signatures_of(read(signed(a_directive())), (), a_charter("ash-office"))


def test_signatures_are_of_the_envelope_as_it_was_read() -> None:
    data = json.dumps(signed(a_directive(), 1)).encode()
    with pytest.raises(DocumentError, match="cannot be believed"):
        parse_order(data, source="order")
