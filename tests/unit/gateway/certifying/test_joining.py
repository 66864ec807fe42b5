from __future__ import annotations

import random
from datetime import timedelta

import pytest

from groundstop.documents.gateway import (
    Allowed,
    Caller,
    Expected,
    Lack,
    ProbeOutcome,
    StandingOrder,
    UnreachableCopy,
)
from groundstop.errors import InputError
from tests.directive_parts import a_directive, a_stop, at, for_everybody
from tests.proving_parts import (
    GOOD,
    NAMES,
    NOW,
    a_fleet,
    a_probed,
    a_report,
    an_acknowledgement,
    gateway_key,
    joined,
)


def everybody_says() -> list[bytes]:
    return [an_acknowledgement(name) for name in NAMES]


def everybody_was_probed() -> list[bytes]:
    return [a_report(name) for name in NAMES]


def test_a_fleet_that_has_acknowledged_and_was_probed_since_is_complete() -> None:
    certificate = joined(everybody_says(), everybody_was_probed())
    assert certificate.complete
    assert (certificate.counts.acknowledged, certificate.counts.probed, certificate.counts.proved) == (
        3,
        3,
        3,
    )
    assert [one.name for one in certificate.gateways] == list(NAMES)


def test_one_that_is_cut_off_makes_it_incomplete_and_is_named() -> None:
    certificate = joined(everybody_says()[1:], everybody_was_probed())
    assert not certificate.complete
    assert {one.name: one.lacks for one in certificate.gateways if one.lacks} == {
        "gate-north": (Lack.NOT_ACKNOWLEDGED,)
    }
    assert certificate.counts.proved == 2


def test_the_same_comes_out_in_whatever_order_things_are_given() -> None:
    said = [*everybody_says(), *(an_acknowledgement(name, when=at(1.5)) for name in NAMES)]
    seen = [*everybody_was_probed(), *(a_report(name, when=at(3)) for name in NAMES)]
    first = joined(said, seen)
    for seed in range(5):
        chance = random.Random(seed)
        chance.shuffle(said)
        chance.shuffle(seen)
        assert joined(said, seen) == first


LACKING = {
    "the last acknowledgement no longer has the order": (
        [an_acknowledgement(NAMES[0]), an_acknowledgement(NAMES[0], when=at(3), orders=())],
        [a_report(NAMES[0])],
        (Lack.NOT_ACKNOWLEDGED,),
    ),
    "it leaks, and has acknowledged nothing": (
        [],
        [a_report(NAMES[0], (*GOOD, a_probed(ProbeOutcome.LEAK)))],
        (Lack.NOT_ACKNOWLEDGED, Lack.LEAKS),
    ),
    "it acknowledged another content of the order": (
        [an_acknowledgement(NAMES[0], a_directive(2))],
        [a_report(NAMES[0])],
        (Lack.NOT_ACKNOWLEDGED,),
    ),
    "it departs by an override": (
        [
            an_acknowledgement(
                NAMES[0],
                orders=(
                    StandingOrder(
                        id=a_directive().id, sequence=1, content=a_directive().content_id, departs=True
                    ),
                ),
            )
        ],
        [a_report(NAMES[0])],
        (Lack.DEPARTS,),
    ),
    "it is closed to everybody": (
        [an_acknowledgement(NAMES[0], closed=("Nothing was loaded yet",))],
        [a_report(NAMES[0])],
        (Lack.CLOSED,),
    ),
    "it had never heard anything": (
        [an_acknowledgement(NAMES[0], heard=None)],
        [a_report(NAMES[0])],
        (Lack.SILENT,),
    ),
    "it had heard nothing for long": (
        [an_acknowledgement(NAMES[0], heard=at(-1))],
        [a_report(NAMES[0])],
        (Lack.SILENT,),
    ),
    "nobody probed it": ([an_acknowledgement(NAMES[0])], [], (Lack.NOT_PROBED,)),
    "it was probed before it acknowledged": (
        [an_acknowledgement(NAMES[0])],
        [a_report(NAMES[0], when=at(0.5))],
        (Lack.NOT_PROBED,),
    ),
    "it was probed about another order": (
        [an_acknowledgement(NAMES[0])],
        [a_report(NAMES[0], order=a_directive(2))],
        (Lack.NOT_PROBED,),
    ),
    "what was probed has another key": (
        [an_acknowledgement(NAMES[0])],
        [a_report(NAMES[0], key_id=gateway_key("gate-other").card.key_id)],
        (Lack.NOT_PROBED,),
    ),
    "nobody asked as somebody whom it does not reach": (
        [an_acknowledgement(NAMES[0])],
        [a_report(NAMES[0], GOOD[:1])],
        (Lack.NOT_ALL_CALLERS,),
    ),
    "nobody asked as somebody who is kept out": (
        [an_acknowledgement(NAMES[0])],
        [a_report(NAMES[0], GOOD[1:])],
        (Lack.NOT_ALL_CALLERS,),
    ),
    "a probe leaked": (
        [an_acknowledgement(NAMES[0])],
        [a_report(NAMES[0], (*GOOD, a_probed(ProbeOutcome.LEAK)))],
        (Lack.LEAKS,),
    ),
    "the last look leaked, and the one before did not": (
        [an_acknowledgement(NAMES[0])],
        [a_report(NAMES[0]), a_report(NAMES[0], (*GOOD, a_probed(ProbeOutcome.LEAK)), when=at(3))],
        (Lack.LEAKS,),
    ),
    "a lawful user was cut off": (
        [an_acknowledgement(NAMES[0])],
        [
            a_report(
                NAMES[0],
                (*GOOD, a_probed(ProbeOutcome.CUT_OFF, caller=Caller.LICENSED, expected=Expected.SERVED)),
            )
        ],
        (Lack.CUTS_OFF,),
    ),
    "a probe reached nobody, and another was kept out by something else": (
        [an_acknowledgement(NAMES[0])],
        [a_report(NAMES[0], (*GOOD, a_probed(ProbeOutcome.UNREACHABLE), a_probed(ProbeOutcome.UNPROVED)))],
        (Lack.UNREACHABLE, Lack.UNPROVED),
    ),
}


@pytest.mark.parametrize("case", LACKING)
def test_what_a_gateway_lacks_is_said(case: str) -> None:
    said, seen, lacks = LACKING[case]
    certificate = joined(said, seen, fleet=a_fleet(NAMES[:1]))
    assert certificate.gateways[0].lacks == lacks
    assert not certificate.complete


def test_another_gateways_word_does_not_count_for_it() -> None:
    fleet = a_fleet(NAMES[:2])
    said = [an_acknowledgement(NAMES[0])]
    certificate = joined(said, [a_report(NAMES[0])], fleet=fleet)
    assert [one.lacks for one in certificate.gateways] == [(), (Lack.NOT_ACKNOWLEDGED,)]


def test_probes_stay_good_when_a_gateway_acknowledges_again_with_the_order_still_there() -> None:
    fleet = a_fleet(NAMES[:1])
    said = [an_acknowledgement(NAMES[0]), an_acknowledgement(NAMES[0], when=at(5))]
    certificate = joined(said, [a_report(NAMES[0])], fleet=fleet)
    assert certificate.complete
    seen = certificate.gateways[0].acknowledged
    assert seen is not None
    assert (seen.since, seen.created) == (at(1), at(5))


def test_probes_are_made_again_once_the_order_was_away() -> None:
    fleet = a_fleet(NAMES[:1])
    said = [
        an_acknowledgement(NAMES[0]),
        an_acknowledgement(NAMES[0], when=at(3), orders=()),
        an_acknowledgement(NAMES[0], when=at(4)),
    ]
    certificate = joined(said, [a_report(NAMES[0])], fleet=fleet)
    assert certificate.gateways[0].lacks == (Lack.NOT_PROBED,)


def test_what_is_too_old_does_not_count() -> None:
    fleet = a_fleet(NAMES[:1])
    said, seen = [an_acknowledgement(NAMES[0])], [a_report(NAMES[0])]
    strict = Allowed(acknowledged_h=5, probed_h=5)
    certificate = joined(said, seen, fleet=fleet, allowed=strict)
    assert certificate.gateways[0].lacks == (Lack.SILENT, Lack.NOT_PROBED)


def test_what_is_dated_after_the_certificate_does_not_count() -> None:
    fleet = a_fleet(NAMES[:1])
    later = NOW + timedelta(seconds=1)
    certificate = joined([an_acknowledgement(NAMES[0], when=later)], [], fleet=fleet)
    assert certificate.gateways[0].lacks == (Lack.NOT_ACKNOWLEDGED,)


def test_nobody_has_to_be_permitted_under_an_order_for_everybody() -> None:
    order = for_everybody()
    fleet = a_fleet(NAMES[:1])
    certificate = joined(
        [an_acknowledgement(NAMES[0], order)],
        [a_report(NAMES[0], GOOD[:1], order=order)],
        fleet=fleet,
        order=order,
    )
    assert certificate.complete


def test_a_stop_is_certified_like_an_order() -> None:
    stop = a_stop()
    certificate = joined(
        [an_acknowledgement(NAMES[0], stop)],
        [a_report(NAMES[0], GOOD[:1], order=stop)],
        fleet=a_fleet(NAMES[:1]),
        order=stop,
    )
    assert certificate.complete
    assert certificate.order == stop.id


def test_copies_that_nobody_can_reach_are_counted_and_do_not_make_it_incomplete() -> None:
    copies = (
        UnreachableCopy(what="weights that were copied", why="nobody knows where they are", copies=4),
        UnreachableCopy(what="a mirror", why="it does not answer"),
    )
    certificate = joined(everybody_says(), everybody_was_probed(), fleet=a_fleet(unreachable=copies))
    assert certificate.complete
    assert certificate.counts.unreachable_copies == 5
    assert any("nobody can reach" in one for one in certificate.limits)


@pytest.mark.parametrize(("hours", "said"), [(-0.5, "takes effect"), (24 * 31, "was over")])
def test_an_order_that_is_not_in_force_is_not_certified(hours: float, said: str) -> None:
    with pytest.raises(InputError, match=said):
        joined([], [], now=at(hours))
