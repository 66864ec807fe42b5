from __future__ import annotations

import pytest

from groundstop.documents.directives import Directive
from groundstop.documents.gateway import Fleet
from groundstop.evidence.audit.belonging import belongs
from groundstop.evidence.audit.signatures import Vouched
from groundstop.evidence.statements import Subject, read_signed, sign
from tests.directive_parts import a_directive, officer
from tests.evidence_samples import a_bundle
from tests.proving_parts import a_fleet, operator_key


@pytest.mark.parametrize("document", [a_directive(), a_fleet()], ids=["an order", "a fleet"])
def test_what_is_said_of_orders_and_gateways_is_in_no_findings_bundle(
    document: Directive | Fleet,
) -> None:
    key = officer(1) if document == a_directive() else operator_key()
    finding = a_bundle().finding
    data = sign(document, [Subject("something", "a" * 64)], [key])
    said = Vouched("statements/0009.json", 9, read_signed(data, source="it"), document, (key.card,))
    assert not belongs(said, finding, frozenset())
