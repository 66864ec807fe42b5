"""One order about one model as a closure: what its words come to for a request."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from groundstop.directives.branching import MIXED, End, Walk, Walks
from groundstop.directives.conditions import Claims, Outcome
from groundstop.directives.decision import ClaimUsed, Decision, Ground, OrderInfo
from groundstop.directives.facts import Facts
from groundstop.directives.granting import NONE_HELD, Grants, Held
from groundstop.directives.orders import OrderInForce, StopInForce
from groundstop.documents.directives import (
    Appeal,
    Direction,
    Directive,
    InFlight,
    Lift,
    LiftStage,
    OrderKind,
    Silence,
    Unknown,
    WhenDark,
)

EARLIEST_S = 3600
"""An order that is urgent takes effect up to so long before it was made, for a clock that is behind."""

STOP_STALE_S = Silence(when_dark=WhenDark.KEEP).stale_after_s
"""A stop says nothing of silence: it is over where something was heard within so many seconds."""

NEVER = math.inf

MOST_KNOWN = 256
"""Decisions that an order keeps, to give them again."""

_NOTHING = Outcome(None, None, (), ())


class Here(NamedTuple):
    """What all decisions of a table tell."""

    table: str
    licences: str


class Lifted(NamedTuple):
    """From when on an order is lifted for one of its models; infinity for never."""

    everybody: float
    licensees: float


def lifted(lifts: Sequence[Lift], label: str) -> Lifted:
    """Return from when on an order is lifted for one of its models."""
    here = [one for one in lifts if not one.models or label in one.models]
    return Lifted(*(_earliest(here, stage) for stage in (LiftStage.EVERYBODY, LiftStage.LICENSEES)))


class OrderJudge(NamedTuple):
    """Judges requests under an order about one of its models.

    A tuple, so that all it needs lies together: with thousands of orders, finding it takes most of the time.
    """

    rank: int
    begins: float
    ends: float
    stale_after: float
    dark_after: float
    closes: bool
    """Whether the model is closed to everybody when nothing is heard for long."""
    departs: Departures | None
    label: str
    """The model, as the order calls it."""
    scope: Walk
    excepted: Walk | None
    grants: Grants | None
    words: _Words
    dark: Decision
    overridden: Decision
    known: dict[tuple[End, str | None, Held], Decision]
    """Most decisions are made again: of one outcome, on the word of one issuer, by one licence or none."""

    def __call__(self, facts: Facts, at: float, heard: float, silent: float) -> Decision | None:
        """Judge a request; see :class:`groundstop.directives.table.Judge`."""
        _, begins, ends, stale, dark_after, closes, departs, _, scope, excepted, grants, _, _, _, known = self
        if at < begins or (at >= ends and (heard >= ends or silent <= stale)):
            return None
        for_licensees = False
        if departs is not None:
            if departs.over_from <= at < departs.over_until:
                return self.overridden
            if not at < departs.held_until:
                if _is_open(departs.opens, at, heard, silent, stale):
                    return None
                for_licensees = _is_open(departs.opens_for_licensees, at, heard, silent, stale)
        if closes and not silent <= dark_after:
            return self.dark
        claims = facts.claims
        end, whose = scope(claims, at)
        held = NONE_HELD
        if end.outcome.truth is not False:
            if excepted is not None:
                exempt = excepted(claims, at)[0].outcome
                if exempt.truth:
                    return self.words.excepted(exempt, claims)
            if grants is not None:
                held = grants.held(facts, self.label, at, silent, for_licensees=for_licensees)
        # By the end itself, and not by a number of it: threads that grow a tree would have to agree on one.
        place = (end, whose, held)
        decided = known.get(place)
        if decided is None:
            decided = self.words.judged(end.outcome, claims, held)
            if whose is not MIXED and len(known) < MOST_KNOWN:
                known[place] = decided
        return decided


class StopJudge(NamedTuple):
    """Judges requests under a stop: nobody, whatever they attest, from when it is heard of."""

    rank: int
    over: float
    stopped: Decision

    def __call__(self, _facts: Facts, at: float, heard: float, silent: float) -> Decision | None:
        """Judge a request; see :class:`groundstop.directives.table.Judge`."""
        return None if _is_open(self.over, at, heard, silent, STOP_STALE_S) else self.stopped


def judge_of(
    order: OrderInForce,
    label: str,
    *,
    rank: int,
    told: OrderInfo,
    floor: float,
    here: Here,
    walks: Walks,
    grants: Grants | None,
) -> OrderJudge:
    """Compile an order about one of its models.

    Args:
        order: What stands.
        label: The model, as the order calls it.
        rank: Its place among all, the strictest first.
        told: What is told of the order.
        floor: When its issuer has last signed something by its quorum: it is no earlier than that.
        here: What all decisions tell.
        walks: How rules are judged.
        grants: The licences under the order; none when there are none.
    """
    directive, silence = order.directive, order.directive.silence
    words = _Words(told, here, directive)
    return OrderJudge(
        rank=rank,
        begins=begins_at(order, floor),
        ends=order.ends.timestamp(),
        stale_after=silence.stale_after_s,
        dark_after=silence.dark_after_s,
        closes=silence.when_dark is WhenDark.CLOSE,
        departs=Departures.of(order, label, floor),
        label=label,
        scope=walks.scope(directive),
        excepted=walks.exceptions(directive),
        grants=grants,
        words=words,
        dark=words.fixed(Ground.DARK, allowed=False),
        overridden=words.fixed(Ground.OVERRIDDEN, allowed=True),
        known={},
    )


def judge_of_stop(stop: StopInForce, *, rank: int, told: OrderInfo, here: Here) -> StopJudge:
    """Compile a stop."""
    stopped = Decision(False, Ground.STOPPED, told, None, (), (), None, None, (), (), *here)
    return StopJudge(rank, stop_over(stop), stopped)


class _Words:
    """An order's decisions in full."""

    def __init__(self, told: OrderInfo, here: Here, directive: Directive) -> None:
        self._told, self._here = told, here
        self._is_guard = directive.order is OrderKind.VIRTUAL_PATCH
        self._guards = (directive.id,) if self._is_guard else ()
        self._lets_unknown = directive.unknown is Unknown.ALLOW and not self._is_guard

    def fixed(self, ground: Ground, *, allowed: bool) -> Decision:
        """Return what is decided whoever asks."""
        return self._decision(allowed, ground, _NOTHING, {}, NONE_HELD, ())

    def excepted(self, outcome: Outcome, claims: Claims) -> Decision:
        """Return what is decided of whom an exception is made for."""
        return self._decision(True, Ground.EXCEPTED, outcome, claims, NONE_HELD, ())

    def judged(self, outcome: Outcome, claims: Claims, held: Held) -> Decision:
        """Return what is decided by the scope, and by a licence."""
        if held.licence is not None and held.failed is None:
            return self._decision(True, Ground.LICENSED, outcome, claims, held, ())
        if outcome.truth:
            return self._decision(self._is_guard, Ground.IN_SCOPE, outcome, claims, held, self._guards)
        if outcome.truth is not None:
            return self._decision(True, Ground.OUTSIDE, outcome, claims, held, ())
        if self._lets_unknown:
            return self._decision(True, Ground.UNKNOWN_ALLOWED, outcome, claims, held, ())
        return self._decision(self._is_guard, Ground.UNKNOWN, outcome, claims, held, self._guards)

    def _decision(
        self,
        allowed: bool,
        ground: Ground,
        outcome: Outcome,
        claims: Claims,
        held: Held,
        guards: tuple[str, ...],
    ) -> Decision:
        return Decision(
            allowed,
            ground,
            self._told,
            outcome.rule,
            tuple([ClaimUsed(name, claims[name].issuer) for name in outcome.used]),
            () if ground is Ground.LICENSED else outcome.missing,
            *held,
            guards,
            (),
            *self._here,
        )


class Departures(NamedTuple):
    """What an order departs from its words by: the operator's override, and lifts."""

    over_from: float
    over_until: float
    """The operator does not enforce it between these."""
    held_until: float
    """The operator does not follow a lift until then."""
    opens: float
    opens_for_licensees: float

    @classmethod
    def of(cls, order: OrderInForce, label: str, floor: float) -> Departures | None:
        """Return what there is; none when there is nothing."""
        override = order.override
        if override is None and not order.lifts:
            return None
        over_from, over_until, held_until = NEVER, -NEVER, -NEVER
        if override is not None and override.direction is Direction.ALLOW:
            over_from = override.created.timestamp()
            over_until = unless_past(override.until.timestamp(), floor)
        elif override is not None:
            held_until = override.until.timestamp()
        if order.hold is not None:
            held_until = order.hold.until.timestamp()
        return cls(over_from, over_until, held_until, *lifted(order.lifts, label))


def unless_past(moment: float, floor: float) -> float:
    """Return a moment, or one before all time where it has passed by the floor."""
    return -NEVER if floor >= moment else moment


def begins_at(order: OrderInForce, floor: float) -> float:
    """Return when an order begins; see :func:`judge_of`."""
    directive = order.directive
    begins = directive.effective.timestamp()
    if not order.ratified and directive.effective <= directive.created:
        # "Now", by a clock that may be ahead of the one here; the floor tells nothing of what one key signs.
        begins -= EARLIEST_S
    # What has begun by the floor has begun, whatever the clock says.
    return unless_past(begins, floor)


def _is_open(opens: float, at: float, heard: float, silent: float, stale: float) -> bool:
    """Tell whether a lift has taken effect, by a clock that can be believed."""
    return at >= opens and (heard >= opens or silent <= stale)


def stop_over(stop: StopInForce) -> float:
    """Return when a stop is over by itself or is lifted. It has begun where it is heard of."""
    opens = NEVER if stop.lift is None else stop.lift.effective.timestamp()
    return min(stop.stop.expires.timestamp(), opens)


def told_of_stop(stop: StopInForce) -> OrderInfo:
    """Return what is told of a stop."""
    said = stop.stop
    return OrderInfo(
        id=said.id,
        sequence=1,
        content=stop.content,
        issuer=said.issuer,
        kind=None,
        until=said.expires,
        alternatives=(),
        fallback=False,
        in_flight=InFlight.CUT,
        appeal=Appeal(name=said.issuer, contact=said.contact),
        message=said.reason,
        more=None,
    )


def _earliest(lifts: Sequence[Lift], stage: LiftStage) -> float:
    return min((one.effective.timestamp() for one in lifts if one.stage is stage), default=NEVER)
