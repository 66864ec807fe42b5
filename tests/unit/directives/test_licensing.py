from __future__ import annotations

import secrets
from typing import Any

import pytest

from groundstop.directives.ids import Numbered, new_id
from groundstop.directives.licensing import Named, Wanted, new_licence
from groundstop.documents.directives import (
    Act,
    Directive,
    Licence,
    OrderKind,
    Quota,
    QuotaPeriod,
    Staff,
    principal_commitment,
)
from groundstop.errors import InputError
from tests.directive_parts import a_directive, at

SALT = "5" * 64


def licence(directive: Directive | None = None, **wanted: Any) -> Licence:
    return new_licence(
        directive or a_directive(),
        Wanted(organisation="hazel-defence", **wanted),
        licence_id="GSL-20260706-0000000001",
        salt=SALT,
        now=at(1),
    )


def test_a_licence_without_more_is_for_all_staff_and_all_that_the_order_forbids_while_it_lasts() -> None:
    made, order = licence(), a_directive()
    assert made.holder.staff is Staff.ALL
    assert made.holder.persons == ()
    assert (made.acts, made.effective, made.expires) == (order.acts, at(1), order.expires)


def test_named_staff_stand_in_a_licence_by_commitments_only() -> None:
    made = licence(staff=(Named("hazel-login", "r.hazel"), Named("hazel-login", "scanner")))
    assert made.holder.staff is Staff.NAMED
    assert principal_commitment(SALT, "hazel-login", "r.hazel") in made.holder.persons
    assert b"r.hazel" not in made.canonical()


def test_a_licence_carries_its_quota_and_conditions() -> None:
    quota = Quota(requests=100, per=QuotaPeriod.DAY)
    made = licence(quota=quota, conditions=("Keep the answers inside.",), purposes=("defence",), grace_s=60)
    assert (made.quota, made.purposes, made.grace_s) == (quota, ("defence",), 60)


@pytest.mark.parametrize(
    ("why", "order", "wanted"),
    [
        ("names no model 'other'", {}, {"models": ("other",)}),
        ("does not forbid 'download'", {}, {"acts": (Act.INFER, Act.DOWNLOAD)}),
        ("leaves its models open", {"order": OrderKind.VIRTUAL_PATCH}, {}),
        ("lasts until", {}, {"effective": at(24 * 31), "expires": at(24 * 40)}),
        ("lasts until", {}, {"effective": at(5), "expires": at(4)}),
    ],
)
def test_a_licence_that_would_be_good_for_nothing_is_refused(
    why: str, order: dict[str, Any], wanted: dict[str, Any]
) -> None:
    with pytest.raises(InputError, match=why):
        licence(a_directive(**order), **wanted)


def test_ids_hold_the_date_and_differ() -> None:
    first, second = (new_id(Numbered.LICENCE, at(0), secrets.token_hex) for _ in range(2))
    assert first.startswith("GSL-20260706-")
    assert first != second
    assert len(first) == len("GSL-20260706-0000000001")
