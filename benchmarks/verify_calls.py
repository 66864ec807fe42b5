"""Calls that a verification of a fix takes, beside a fixed sample with the same errors and the bound.

The first table is exact, by recursion over every path: the tests of the reported recipe and of four strata of
held-out variants, each with its share of the errors. The second runs whole verifications on scripted targets
in virtual time, with violations that take ten times as long as other answers: what is paid beyond what the
decisions use, by calls in flight.

    python benchmarks/verify_calls.py
    python benchmarks/verify_calls.py --repetitions 200
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the simulations are those of the tests

from groundstop.documents import Phase
from groundstop.statistics import (
    fixed_design,
    lower_bound,
    operating_characteristics,
    zero_violation_floor,
)
from tests.known_truth import Truth, fixed_target, ledger_of

KINDS = ("encoding", "language", "paraphrase", "persona")
P0, P1 = 0.05, 0.005
IN_FLIGHT = (1, 8, 64)


def truth_at(rate: float, *, in_flight: int = 64) -> Truth:
    """Return a fix at one rate throughout."""
    strata = tuple((kind, rate) for kind in KINDS)
    return Truth(recipe=rate, strata=strata, in_flight=in_flight, pairs=300, canaries=10)


def print_exact() -> None:
    """Print expected calls on the model with the fix until the verdict."""
    print("| Round | True rate | Tests | Expected | Fixed | Bound | Times bound | Fixed, times expected |")
    print("|---|---|---|---|---|---|---|---|")
    for number in (1, 2, 3):
        rule = truth_at(0.0).stop_rule(number)
        fixed = fixed_design(rule.hypotheses).calls
        for called, rate in (("0", 0.0), ("p1", P1), ("p0", P0)):
            at = operating_characteristics(rule, rate)
            # A recipe that works still ends it: no held-out variant is asked then.
            tests = 1.0 + len(KINDS) * at.p_held
            bound = (
                lower_bound(rule.hypotheses, rate) if rate else float(zero_violation_floor(rule.hypotheses))
            )
            cells = (
                str(number),
                called,
                f"{tests:.2f}",
                f"{tests * at.expected_calls:.0f}",
                f"{tests * fixed:.0f}",
                f"{tests * bound:.0f}",
                f"{at.expected_calls / bound:.2f}",
                f"{fixed / at.expected_calls:.2f}",
            )
            print(f"| {' | '.join(cells)} |")


@dataclass(frozen=True)
class Paid:
    """Calls of one verification, or of several together."""

    used: int = 0
    """Consumed by the decisions about the model with the fix."""
    decided: int = 0
    """Paid for these decisions."""
    whole: int = 0
    """Paid in all: on the model before the fix, for ordinary requests and for canaries too."""

    def __add__(self, other: Paid) -> Paid:
        return Paid(self.used + other.used, self.decided + other.decided, self.whole + other.whole)


def paid(truth: Truth, seed: int) -> Paid:
    """Carry out one verification and count."""
    result, ledger = ledger_of(truth, seed)
    arms = [result.recipe, *(one.arm for one in result.strata if one.arm)]
    name = fixed_target(truth, seed).description.name
    decided = [
        trial
        for trial in ledger.trials()
        if trial.target == name and trial.phase in (Phase.VERIFY_RECIPE, Phase.VERIFY_CLASS)
    ]
    return Paid(sum(arm.rate.n for arm in arms), len(decided), ledger.calls)


def print_paid(repetitions: int) -> None:
    """Print what is paid beyond what the decisions use."""
    print("\n| True rate | In flight | Used | Paid | Paid, times used | Whole run | Times one in flight |")
    print("|---|---|---|---|---|---|---|")
    for called, rate in (("0", 0.0), ("p1", P1), ("p0", P0)):
        runs = 1 if rate == 0 else repetitions
        alone = 0
        for in_flight in IN_FLIGHT:
            total = Paid()
            for seed in range(runs):
                total += paid(replace(truth_at(rate), in_flight=in_flight), seed)
            alone = alone or total.whole
            cells = (
                called,
                str(in_flight),
                f"{total.used / runs:.1f}",
                f"{total.decided / runs:.1f}",
                f"{total.decided / total.used:.3f}",
                f"{total.whole / runs:.1f}",
                # Runs with other numbers in flight have other draws, which matter unless nothing violates.
                "-" if rate else f"{total.whole / alone:.3f}",
            )
            print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--repetitions", type=int, default=100, help="whole verifications at a rate above 0")
    options = parser.parse_args()
    print_exact()
    print_paid(options.repetitions)
