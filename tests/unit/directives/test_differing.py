"""What differs between two orders: field by field, and what the second is to the first."""

from __future__ import annotations

import pytest

from groundstop.directives.differing import Change, Relation, differences, relation
from groundstop.documents.directives import (
    Alternative,
    ClaimName,
    ClaimNeeded,
    Descendants,
    Directive,
    Rule,
    Subject,
)
from tests.directive_parts import a_directive, a_model, amended, at, for_everybody


def told(before: Directive, after: Directive) -> dict[str, Change]:
    return {".".join(one.place): one.change for one in differences(before, after)}


def test_an_order_differs_from_itself_in_nothing() -> None:
    assert differences(a_directive(), a_directive()) == ()
    assert relation(a_directive(), a_directive()) is Relation.SAME


def test_number_and_date_of_an_amendment_are_no_differences() -> None:
    after = amended(a_directive(), created=at(3))
    assert differences(a_directive(), after) == ()
    assert relation(a_directive(), after) is Relation.AMENDED


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"expires": at(24 * 31)}, {"expires": Change.CHANGED}),
        ({"alternatives": ()}, {"alternatives.desk-clerk": Change.REMOVED}),
        (
            {"alternatives": (Alternative(model="oak"), *a_directive().alternatives)},
            {"alternatives.oak": Change.ADDED},
        ),
        ({"not_enforced": ("One.",)}, {"not_enforced": Change.ADDED}),
        (
            {"claims": (*a_directive().claims, ClaimNeeded(claim=ClaimName.PURPOSE))},
            {"claims.purpose": Change.ADDED},
        ),
        (
            {
                "scope": (Rule(id="foreign", persons="foreign-person", purposes=("x",)),),
                "claims": (*a_directive().claims, ClaimNeeded(claim=ClaimName.PURPOSE)),
            },
            {"scope.foreign.purposes": Change.ADDED, "claims.purpose": Change.ADDED},
        ),
        (
            {
                "subject": Subject(
                    models=(a_model(aliases=("helper-new",)),), descendants=Descendants.DECLARED
                )
            },
            {"subject.models.helper.aliases": Change.ADDED, "subject.descendants": Change.CHANGED},
        ),
        ({"claims": tuple(reversed(a_directive().claims))}, {"claims": Change.CHANGED}),
    ],
)
def test_a_change_is_told_where_it_is(changes: dict[str, object], expected: dict[str, Change]) -> None:
    assert told(a_directive(), amended(a_directive(), **changes)) == expected


def test_what_was_added_one_way_was_removed_the_other_way() -> None:
    before, after = a_directive(), for_everybody()
    there, back = differences(before, after), differences(after, before)
    assert {(one.place, str(one.before), str(one.after)) for one in there} == {
        (one.place, str(one.after), str(one.before)) for one in back
    }


def test_a_sequence_that_does_not_name_the_one_before_is_no_amendment_of_it() -> None:
    after = amended(amended(a_directive()), expires=at(900))
    assert relation(a_directive(), after) is Relation.UNCHAINED
    assert relation(a_directive(), a_directive(2)) is Relation.OTHER
    assert relation(a_directive(), a_directive(issuer="ash-office")) is Relation.OTHER
