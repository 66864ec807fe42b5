"""What is in flight: waited for within limits, and ended by an order that may not wait."""

from __future__ import annotations

import asyncio

import pytest

from groundstop.documents.directives import Act, InFlight
from groundstop.gateway.gate import NOBODY, Gate
from groundstop.gateway.proxying.flights import Flight, Flights, Interrupted, must_end
from tests.directive_parts import a_stop, for_everybody
from tests.gateway_parts import OPEN, WITHDRAWN, a_gate, about, news


def a_flight(*names: str) -> Flight:
    return Flight(names or (WITHDRAWN,), Act.INFER, NOBODY, "elm", "")


async def forever() -> None:
    await asyncio.get_running_loop().create_future()


async def test_a_wait_ends_at_its_limit() -> None:
    with pytest.raises(TimeoutError):
        await a_flight().within(0.001, forever)


async def test_a_wait_ends_when_the_flight_is_interrupted_and_says_why() -> None:
    flight, gate = a_flight(), a_gate(for_everybody())
    waiting = asyncio.create_task(flight.within(60, forever))
    await asyncio.sleep(0)
    ruling = gate.rule((WITHDRAWN,), Act.INFER)
    flight.interrupt(ruling)

    with pytest.raises(Interrupted) as raised:
        await waiting
    assert raised.value.ruling is ruling


async def test_no_further_wait_begins_once_it_was_interrupted() -> None:
    flight = a_flight()
    flight.interrupt(None)
    flight.interrupt(None)

    with pytest.raises(Interrupted):
        await flight.within(60, forever)
    with pytest.raises(Interrupted):
        flight.check()


async def test_the_cancelling_of_a_wait_is_no_interruption() -> None:
    waiting = asyncio.create_task(a_flight().within(60, forever))
    await asyncio.sleep(0)
    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting


@pytest.mark.parametrize(("in_flight", "ends"), [(InFlight.CUT, True), (InFlight.FINISH, False)])
async def test_a_look_ends_what_is_kept_out_by_now_and_may_not_finish(
    in_flight: InFlight, ends: bool
) -> None:
    flights, gate = Flights(), a_gate()
    closed, other, unknown = a_flight(WITHDRAWN), a_flight(OPEN), Flight((), Act.INFER, NOBODY, None, "")
    for one in (closed, other, unknown):
        flights.begin(one)
    flights.look(gate)
    closed.check()

    gate.put(news(for_everybody(in_flight=in_flight)))
    flights.look(gate)

    other.check()
    unknown.check()
    if ends:
        with pytest.raises(Interrupted):
            closed.check()
    else:
        closed.check()
    assert len(flights) == 3
    flights.end(closed)
    assert len(flights) == 2


async def test_a_look_rules_on_the_models_that_answers_have_named_too() -> None:
    flights, gate, flight = Flights(), a_gate(), a_flight(OPEN)
    flights.begin(flight)
    flight.fine.add(WITHDRAWN)
    gate.put(news(for_everybody(in_flight=InFlight.CUT)))
    flights.look(gate)

    with pytest.raises(Interrupted):
        flight.check()


async def test_nothing_may_finish_when_nobody_knows_what_is_in_force() -> None:
    assert must_end(Gate(), a_flight(), (OPEN,)) is not None
    gate = a_gate()
    gate.put(news(closed=("What is kept is damaged",)))
    assert must_end(gate, a_flight(), (OPEN,)) is not None


@pytest.mark.parametrize("reverse", [False, True])
async def test_what_one_of_two_orders_cuts_may_not_finish_whatever_the_other_says(reverse: bool) -> None:
    orders = [for_everybody(1, in_flight=InFlight.FINISH), for_everybody(2, in_flight=InFlight.CUT)]
    if reverse:
        orders = [for_everybody(1, in_flight=InFlight.CUT), for_everybody(2, in_flight=InFlight.FINISH)]
    both_finish = [for_everybody(number, in_flight=InFlight.FINISH) for number in (1, 2)]

    assert must_end(a_gate(*orders), a_flight(), (WITHDRAWN,)) is not None
    assert must_end(a_gate(*both_finish), a_flight(), (WITHDRAWN,)) is None


async def test_what_is_ended_by_any_of_its_names_has_to_end() -> None:
    finish = for_everybody(1, in_flight=InFlight.FINISH)
    cut = for_everybody(2, in_flight=InFlight.CUT, subject=about(OPEN), alternatives=())

    assert must_end(a_gate(finish, cut), a_flight(), (WITHDRAWN, OPEN)) is not None


async def test_a_stop_cuts() -> None:
    gate = a_gate(a_stop())

    assert must_end(gate, a_flight(), (WITHDRAWN,)) is not None
