"""Sealing, auditing and recounting a finding of many trials, beside plain SHA-256 of the same bytes.

Each step runs in a process of its own, so that its peak memory is its own; starting it up is not in the
seconds. The trials are made up: an ordinary conversation of the canary suite each, with a refusal.

    python benchmarks/evidence.py
    python benchmarks/evidence.py --trials 10000
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from groundstop.assessment import CallTotals, Wish, fold, make_plan
from groundstop.documents import Phase, Plan, Trial, TrustedKey, TrustList, Usage, Verdict, canonical_bytes
from groundstop.evidence import KeyFolder, OwnKey, new_salt, open_part, read_bundle, save_bundle
from groundstop.evidence.audit import CheckState, audit_path, check_opened
from groundstop.evidence.findings import Draft, Transcript, draft_from_assessment, seal_finding
from groundstop.suites import Suite, load_suite, messages, open_variants
from groundstop.targets.scripted import REFUSAL, VIOLATION, Script, ScriptedTarget

NOON = datetime(2026, 7, 2, 12, tzinfo=UTC)
FINDING = "GSF-20260702-0123456789"
STEPS = ("seal", "audit", "recount", "sha256")


@dataclass(frozen=True)
class Measured:
    """What one step took."""

    seconds: float
    peak_mib: float
    size: int
    """Bytes of the bundle."""


def transcripts(plan: Plan, suite: Suite, count: int) -> Iterator[Transcript]:
    """Yield made-up trials of a class, of which the first two violate."""
    behavior, technique = suite.behavior("keep-secret"), suite.technique("list")
    wordings = [
        (one.id, canonical_bytes([part.to_json() for part in messages(behavior, technique, one.wording)]))
        for one in open_variants(suite, "list")
    ]
    for index in range(count):
        variant, asked = wordings[index % len(wordings)]
        answered = VIOLATION if index < 2 else REFUSAL
        trial = Trial(
            plan=plan.content_id,
            phase=Phase.CONFIRM,
            target=plan.target.name,
            behavior="keep-secret",
            technique="list",
            variant=variant,
            index=index,
            seed=index,
            verdict=Verdict.VIOLATED if index < 2 else Verdict.HELD,
            reason="the phrase is in the answer" if index < 2 else "the phrase is not in the answer",
            request_sha256=hashlib.sha256(asked).hexdigest(),
            answer_sha256=hashlib.sha256(answered.encode()).hexdigest(),
            attempts=1,
            started=NOON + timedelta(milliseconds=index),
            latency_ms=123.456,
            usage=Usage(prompt_tokens=80, completion_tokens=20),
            finish="stop",
            simulated=True,
        )
        yield Transcript(trial, asked.decode(), answered)


def made_up(count: int) -> Callable[[], Draft]:
    """Return what draws up the finding of so many trials; making them up is not measured."""
    suite, target = load_suite("canary"), ScriptedTarget(Script(rate=0.3))
    wish = Wish(behaviors=("keep-secret",), techniques=("list",), seed=1)
    plan = make_plan(target.description, suite, wish, created=NOON)
    said = list(transcripts(plan, suite, count))
    trials = [one.trial for one in said if isinstance(one.trial, Trial)]
    totals = CallTotals(calls=count, interrupted=0, unmetered=0, prompt_tokens=0, completion_tokens=0)
    assessment = fold(plan, suite, trials, totals, run="benchmark", ended=None)
    return lambda: draft_from_assessment(
        plan, assessment, suite, said, chosen=None, comparison=None, new_salt=new_salt
    )


def key(folder: Path) -> OwnKey:
    """Return the reporter's key, made when there is none."""
    keys = KeyFolder(folder)
    if "alder-lab" not in keys.names():
        keys.new("alder-lab", created=NOON)
    return keys.load("alder-lab")


def seal(folder: Path, count: int) -> Callable[[], object]:
    """Draw up, encrypt, commit, sign, log and write."""
    draw, own = made_up(count), key(folder)

    def step() -> None:
        now = NOON + timedelta(hours=1)
        bundle = seal_finding(
            draw(), [], [own], finding_id=FINDING, interests=None, now=now, new_salt=new_salt
        )
        save_bundle(folder / "finding.gsb", bundle)

    return step


def audit(folder: Path, _count: int) -> Callable[[], object]:
    """Read the file and check everything that can be checked without a key."""
    trust = TrustList(keys=(TrustedKey(card=key(folder).card),))

    def step() -> None:
        if not audit_path(folder / "finding.gsb", trust, heads=None).passed:
            raise SystemExit("the audit failed")

    return step


def recount(folder: Path, count: int) -> Callable[[], object]:
    """Open every part and count every trial again."""
    own = key(folder)

    def step() -> None:
        bundle = read_bundle(folder / "finding.gsb")
        parts = [part.name for part in bundle.finding.parts]
        opened = {name: open_part(bundle, name, own.identity).content for name in parts}
        checks = check_opened(bundle.finding, opened)
        if {check.state for check in checks} != {CheckState.PASSED} or bundle.finding.effort.trials != count:
            raise SystemExit("the trials do not add up")

    return step


def sha256(folder: Path, _count: int) -> Callable[[], object]:
    """Read the file and hash it: no check could take less."""
    return lambda: hashlib.sha256((folder / "finding.gsb").read_bytes()).hexdigest()


def carry_out(name: str, folder: Path, count: int) -> None:
    """Carry out one step in this process, and print what it took."""
    step = {"seal": seal, "audit": audit, "recount": recount, "sha256": sha256}[name](folder, count)
    started = time.perf_counter()
    step()
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([seconds, peak, (folder / "finding.gsb").stat().st_size]))


def measured(name: str, folder: Path, count: int) -> Measured:
    """Carry out one step in a process of its own."""
    command = [sys.executable, __file__, "--trials", str(count), "--step", name, str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    seconds, peak, size = json.loads(done.stdout)
    return Measured(seconds, peak, size)


def main(count: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        steps = {name: measured(name, Path(folder), count) for name in STEPS}
    floor = steps["sha256"]
    print(f"{count:,} trials, a bundle of {floor.size / 1e6:.1f} MB")
    print(f"{'step':<10}{'s':>9}{'trials/s':>12}{'MB/s':>9}{'x sha256':>10}{'peak MiB':>10}")
    for name, step in steps.items():
        speed, times = step.size / 1e6 / step.seconds, step.seconds / floor.seconds
        print(
            f"{name:<10}{step.seconds:>9.2f}{count / step.seconds:>12,.0f}"
            f"{speed:>9.1f}{times:>10.1f}{step.peak_mib:>10.0f}"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--trials", type=int, default=100_000)
    parser.add_argument("--step", nargs=2, metavar=("NAME", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        carry_out(options.step[0], Path(options.step[1]), options.trials)
    else:
        main(options.trials)
