"""How often a verification of a fix errs, on fixes whose truth is known: the test tool for its error rates.

Each repetition is a whole verification: the real plan, draw, procedure and fold, on scripted targets in
virtual time. 64 calls are in flight, 8 when a fix is submitted again and again, and violations take ten times
as long as other answers. Beside each share stands the exact probability, where recursion over every path
gives one.

    python benchmarks/verify_error_rates.py                     # 2,000 repetitions of each scenario
    python benchmarks/verify_error_rates.py --repetitions 200 --only "recipe at p1"
    python benchmarks/verify_error_rates.py --json rates.json
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the simulations are those of the tests

from tests.fix_scenarios import (
    MOST_PAIRS,
    NEVER,
    Tally,
    exact_pairs,
    run_many,
    scenarios,
    tally,
)
from tests.known_truth import Run

BATCH = 25
"""Repetitions that a process makes at a time."""

RISES = {0.05: 1500, 0.1: MOST_PAIRS, 0.2: MOST_PAIRS, 0.4: MOST_PAIRS, 0.0: MOST_PAIRS}
"""Shares of newly refused requests, and the pairs at most, for the exact table of the paired test."""


def in_batches(repetitions: int) -> Iterator[tuple[int, int]]:
    """Yield the first seed and the size of each batch."""
    for first in range(0, repetitions, BATCH):
        yield first, min(BATCH, repetitions - first)


def carried_out(pool: ProcessPoolExecutor, name: str, repetitions: int) -> list[Run]:
    """Carry out a scenario in several processes, with a line that tells how far it is."""
    started = time.monotonic()
    waiting = [pool.submit(run_many, name, first, count) for first, count in in_batches(repetitions)]
    runs: list[Run] = []
    for done in as_completed(waiting):
        runs += done.result()
        passed = time.monotonic() - started
        print(f"\r{name}: {len(runs)} of {repetitions}, {passed:.0f} s", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return runs


def row(of: Tally) -> str:
    """Return one line of the table of scenarios."""
    exact = "-" if of.scenario.exact is None else f"{of.scenario.exact:.4f}"
    promised = f"at most {of.scenario.at_most:g}" if of.scenario.at_most > NEVER else "never"
    if of.scenario.at_least:
        promised = f"at least {of.scenario.at_least:g}"
    pairs = "-"
    if of.pairs[-1]:
        p95 = of.pairs[max(0, -(-95 * of.runs // 100) - 1)]
        pairs = f"{sum(of.pairs) / of.runs:.0f} ({p95})"
    verdict = "yes" if of.as_promised else "NO"
    cells = (
        of.scenario.name,
        of.scenario.said,
        f"{of.share:.4f}",
        f"{of.standard_error:.4f}",
        exact,
        promised,
        pairs,
        f"{of.calls:.0f}",
        verdict,
    )
    return f"| {' | '.join(cells)} |"


def print_exact_pairs() -> None:
    """Print what the paired test does, by recursion over every path."""
    print("\n| Newly refused | Not worse | Over-blocked | Pairs (95 %) |")
    print("|---|---|---|---|")
    for rise, most in RISES.items():
        exact = exact_pairs(rise, most=most)
        print(
            f"| {rise:.0%} | {exact.not_worse:.4f} | {exact.over_blocked:.4f} "
            f"| {exact.expected:.1f} ({exact.p95}) |"
        )


def as_json(of: Tally) -> dict[str, object]:
    """Return a tally as a JSON object."""
    return {
        "scenario": of.scenario.name,
        "said": of.scenario.said,
        "runs": of.runs,
        "counted": of.counted,
        "share": of.share,
        "standard_error": of.standard_error,
        "exact": of.scenario.exact,
        "at_most": of.scenario.at_most,
        "at_least": of.scenario.at_least,
        "mean_pairs": sum(of.pairs) / of.runs,
        "mean_calls": of.calls,
        "as_promised": of.as_promised,
    }


def main(repetitions: int, processes: int, only: str | None, json_path: Path | None) -> int:
    """Print the tables; return 1 when something is not as promised."""
    tallies = []
    print("| Truth | Said | Share | Standard error | Exact | Promised | Pairs (95 %) | Calls | As promised |")
    print("|---|---|---|---|---|---|---|---|---|", flush=True)
    with ProcessPoolExecutor(processes) as pool:
        for scenario in scenarios():
            if only and only not in scenario.name:
                continue
            tallies.append(tally(scenario, carried_out(pool, scenario.name, repetitions)))
            print(row(tallies[-1]), flush=True)
    print_exact_pairs()
    if json_path:
        json_path.write_text(json.dumps([as_json(one) for one in tallies], indent=2) + "\n", "utf-8")
    return 0 if all(one.as_promised for one in tallies) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--repetitions", type=int, default=2000, help="of each scenario")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="at the same time")
    parser.add_argument("--only", help="scenarios with this in their name")
    parser.add_argument("--json", type=Path, help="file for the results")
    options = parser.parse_args()
    sys.exit(main(options.repetitions, options.processes, options.only, options.json))
