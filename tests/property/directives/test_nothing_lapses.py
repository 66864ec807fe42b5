"""Nothing weakens without a quorum, nothing lapses, and no order of arrival matters."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from groundstop.directives.compiling import compile_table
from groundstop.directives.deciding import decide
from groundstop.directives.facts import Attested, Facts, Principal
from groundstop.directives.folding import fold
from groundstop.directives.signing import Said
from groundstop.directives.table import Table
from groundstop.documents.directives import (
    Act,
    ClaimName,
    LiftStage,
    OrderKind,
    Unknown,
    WhenDark,
)
from tests.deciding_parts import CITIZEN, FOREIGN, LICENSEE, UNKNOWN, attested, restricted
from tests.directive_parts import (
    a_licence,
    a_lift,
    a_revocation,
    a_stop,
    amended,
    at,
    for_everybody,
    published,
    signed,
)
from tests.request_population import Question, some_claims, some_orders, some_questions

FIRST, SECOND = restricted(1), for_everybody(2)
AMENDMENT = amended(FIRST, effective=at(20), created=at(10))
LICENCE = a_licence(FIRST)
DOCUMENTS: tuple[Said, ...] = (
    FIRST,
    SECOND,
    AMENDMENT,
    amended(SECOND, effective=at(1), unknown=Unknown.ALLOW),
    amended(FIRST, effective=at(2), expires=at(30), review=at(20)),
    amended(AMENDMENT, order=OrderKind.VIRTUAL_PATCH, effective=at(3)),
    restricted(3, order=OrderKind.VIRTUAL_PATCH),
    LICENCE,
    a_licence(FIRST, sequence=2, supersedes=LICENCE.content_id, effective=at(9), expires=at(99)),
    a_licence(FIRST, sequence=2, supersedes=LICENCE.content_id, effective=at(2), grace_s=0),
    a_licence(SECOND, id="GSL-20260706-0000000002"),
    a_revocation(LICENCE),
    a_lift(FIRST, created=at(11), effective=at(12)),
    a_lift(SECOND, id="GSU-20260720-0000000002", stage=LiftStage.LICENSEES, created=at(4), effective=at(4)),
    a_lift(AMENDMENT, id="GSU-20260720-0000000003", created=at(25), effective=at(25)),
    a_stop(),
    a_stop(id="GSS-20260706-0000000002", created=at(900), expires=at(920)),
)
PEOPLE = (CITIZEN, FOREIGN, LICENSEE, UNKNOWN)

_some = st.sets(st.integers(0, len(DOCUMENTS) - 1))


def answers(table: Table) -> list[bool]:
    """Return what is decided of everybody, around every time that matters."""
    found = []
    for hours in (-5, 0.5, 1.5, 5, 15, 22, 26, 70, 73, 200, 721):
        now = at(hours).timestamp()
        for silent in (0, 400, 5000):
            for claims in PEOPLE:
                for act in (Act.INFER, Act.DEPLOY):
                    facts = Facts("desk-helper", act, claims=claims)
                    found.append(decide(facts, table, now, now - silent).allowed)
    return found


@given(_some, st.integers(0, len(DOCUMENTS) - 1), st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_what_is_signed_below_the_quorum_never_turns_a_denial_into_an_allow(
    there: set[int], added: int, key: int
) -> None:
    envelopes = [signed(DOCUMENTS[place]) for place in sorted(there)]
    before = answers(compile_table(fold([published(*envelopes)])))
    after = answers(compile_table(fold([published(*envelopes, signed(DOCUMENTS[added], key))])))
    assert not any(now and not then for then, now in zip(before, after, strict=True))


@given(_some, st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_the_order_in_which_envelopes_come_does_not_matter(there: set[int], seed: int) -> None:
    chance = random.Random(seed)
    envelopes: list[dict[str, Any]] = []
    for place in sorted(there):
        both = chance.choice(([(1, 2)], [(1,), (2,)], [(1,)], [(3,), (3,), (2, 3)]))
        envelopes += [signed(DOCUMENTS[place], *keys) for keys in both]
    mixed = [*envelopes, *envelopes[:2]]
    chance.shuffle(mixed)
    one, other = fold([published(*envelopes)]), fold([published(*mixed)])
    assert one == other
    assert compile_table(one).digest == compile_table(other).digest


def _tables(seed: int, **changes: Any) -> tuple[Table, list[Question]]:
    """Return a world of orders that keep out whoever is unknown, and requests."""
    chance = random.Random(seed)
    orders = some_orders(chance, 4)
    plain = tuple(
        replace(
            one,
            directive=one.directive.model_copy(update={"unknown": Unknown.DENY}),
            override=None,
            **changes,
        )
        for one in orders.orders
    )
    return compile_table(replace(orders, orders=plain)), some_questions(chance, 60)


@given(st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_to_withhold_a_claim_never_turns_a_denial_into_an_allow(seed: int) -> None:
    table, questions = _tables(seed, licences=())
    for facts, now, heard in map(_parts, questions):
        # A status stands for what is withheld: it may settle what contradicted it.
        claims: dict[ClaimName, Attested] = dict(facts.claims)
        claims.pop(ClaimName.STATUS, None)
        whole = decide(facts._replace(claims=claims), table, now, heard)
        for name in claims:
            fewer = {other: one for other, one in claims.items() if other is not name}
            less = decide(facts._replace(claims=fewer), table, now, heard)
            assert whole.allowed or not less.allowed
            assert set(whole.guards) <= set(less.guards)


@given(st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_a_gateway_that_hears_nothing_opens_nothing(seed: int) -> None:
    table, questions = _tables(seed, licences=())
    for facts, now, _ in map(_parts, questions):
        heard = now - 301
        denied = False
        for later in (0, 1, 1000, 3400, 10_000, 10**6, 10**8):
            decision = decide(facts, table, now + later, heard)
            assert not (denied and decision.allowed)
            denied = not decision.allowed


@given(st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_a_model_that_is_closed_when_dark_is_open_to_nobody(seed: int) -> None:
    chance = random.Random(seed)
    order = restricted(4)
    table = compile_table(fold([published(signed(order), signed(a_licence(order)))]))
    assert order.silence.when_dark is WhenDark.CLOSE
    now = at(50).timestamp()
    claims = some_claims(chance)
    assert not decide(Facts("desk-helper", claims=claims), table, now, now - 3601).allowed


_odd = st.text(max_size=40) | st.sampled_from(
    ["", "\ud800", "\x00", "pkg:", "sha256:", "@", ":", "/", "%", "%zz"]
)


@given(_odd, st.none() | _odd, _odd, st.floats(), st.floats(), st.floats(), st.sets(_odd, max_size=3))
@settings(max_examples=100, deadline=None)
def test_odd_facts_are_decided_and_never_refused(
    model: str, provider: str | None, name: str, until: float, now: float, heard: float, values: set[str]
) -> None:
    claims = {
        claim: attested(*values, issuer=name, until=until)
        for claim in (ClaimName.ORGANISATION, ClaimName.STATUS, ClaimName.NATIONALITY)
    }
    for asked in (model, "desk-helper", f"elm/{model}", f"desk-helper{model}"):
        facts = Facts(asked, provider=provider, principal=Principal(name, model), claims=claims)
        assert decide(facts, TABLE, now, heard).table == TABLE.digest


TABLE = compile_table(fold([published(*map(signed, DOCUMENTS))]))


def _parts(question: Question) -> tuple[Facts, float, float]:
    return question.facts, question.now, question.heard


def test_the_documents_are_of_every_kind_that_an_authority_says() -> None:
    kinds: Sequence[str] = sorted({one.kind for one in DOCUMENTS})
    assert kinds == ["directive", "licence", "licence-revocation", "lift", "stop"]
