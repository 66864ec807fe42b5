"""Clocks: which deadlines run in a case, until when, and what met them.

Policies are data. Calendars, pauses and extensions move dates by rules that are printed in the docs; a date
that passed in silence is a fact of the clock, and nothing is written for whoever was silent.
"""

from groundstop.cases.clocks.calendars import BusinessDays, zone_of
from groundstop.cases.clocks.clocks import check_opening, clocks_of
from groundstop.cases.clocks.levels import LevelStep, levels_of
from groundstop.cases.clocks.rules import (
    UNKNOWN_LEVEL,
    ClockPolicy,
    Period,
    PolicyRow,
    describe_policy,
    policies,
    policy,
)

__all__ = [
    "UNKNOWN_LEVEL",
    "BusinessDays",
    "ClockPolicy",
    "LevelStep",
    "Period",
    "PolicyRow",
    "check_opening",
    "clocks_of",
    "describe_policy",
    "levels_of",
    "policies",
    "policy",
    "zone_of",
]
