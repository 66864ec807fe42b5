"""Folding, saying, merging and auditing a case of many statements, beside verifying their signatures alone.

The statements are remarks, said in turn by five parties that each see all before. Whoever speaks logs what it
had not seen, so that five logs grow with them.

    python benchmarks/cases.py
    python benchmarks/cases.py --statements 2000
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from groundstop.cases.auditing import audit_case
from groundstop.cases.files import CaseFile, parse_case, statement_member
from groundstop.cases.folding import fold
from groundstop.cases.keeping import with_sightings
from groundstop.cases.merging import merge
from groundstop.cases.speaking import say
from groundstop.cases.view import view_of
from groundstop.documents import ModelIdentity, TrustedKey, TrustList
from groundstop.documents.cases import (
    Attached,
    AttachedKind,
    CaseStatement,
    FindingRef,
    Opened,
    PartyEntry,
    Remark,
    Role,
    Said,
)
from groundstop.evidence import KeyFolder, OwnKey
from groundstop.evidence.archive import write_archive
from groundstop.evidence.statements import Subject, digest_of, sign, signers_of

NOON = datetime(2026, 7, 2, 12, tzinfo=UTC)
CASE = "GSC-20260702-0123456789"
ROLES = {
    "harbour-red-team": Role.REPORTER,
    "alder-street-desk": Role.DEVELOPER,
    "county-evaluator": Role.CORROBORATOR,
    "model-safety-office": Role.AUTHORITY,
    "quay-coordination": Role.COORDINATOR,
}
REPEATS = 3


@dataclass(frozen=True)
class Timed:
    """The best of some runs, in seconds."""

    name: str
    seconds: float


def main() -> None:
    """Print what each step takes, and how often the floor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--statements", type=int, default=500)
    count = parser.parse_args().statements
    with tempfile.TemporaryDirectory() as folder:
        keys = made_keys(Path(folder))
    case = a_case(keys, count)
    data = write_archive(case.members)
    cards = [key.card for key in keys.values()]
    trust = TrustList(keys=tuple(TrustedKey(card=card) for card in cards))
    last, key = NOON + timedelta(days=9), keys["quay-coordination"]
    older = a_case(keys, count // 2)

    def verify() -> None:
        for signed in case.statements.values():
            signers_of(signed, cards)

    def fresh() -> CaseFile:
        return parse_case(data, source="The case")

    steps: dict[str, Callable[[], object]] = {
        "verify the signatures (floor)": verify,
        "read": fresh,
        "fold": lambda: fold(case),
        "fold, and work out how it stands": lambda: view_of(fold(case), now=last),
        "say one more": lambda: say(case, Remark(text="So it is."), key, now=last),
        "merge with a copy that has half": lambda: merge([case, older]),
        "audit": lambda: audit_case(data, trust, heads=None, source="The case"),
    }
    timed = [Timed(name, best(step)) for name, step in steps.items()]
    print(f"{count} statements by {len(ROLES)} parties, {len(data):,} bytes\n")
    print("| | Seconds | us a statement | Times floor |")
    print("|---|---|---|---|")
    for one in timed:
        times = one.seconds / timed[0].seconds
        print(f"| {one.name} | {one.seconds:.3f} | {1e6 * one.seconds / count:.0f} | {times:.1f} |")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nPeak memory: {peak:.0f} MiB")


def best(step: Callable[[], object]) -> float:
    """Return the least time that a step takes in some runs."""
    taken = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        step()
        taken.append(time.perf_counter() - begun)
    return min(taken)


def made_keys(folder: Path) -> dict[str, OwnKey]:
    """Return a key for every party."""
    kept = KeyFolder(folder)
    for name in ROLES:
        kept.new(name, created=NOON - timedelta(days=1))
    return {name: kept.load(name) for name in ROLES}


def a_case(keys: dict[str, OwnKey], count: int) -> CaseFile:
    """Return a case of so many statements, each of which has seen the one before."""
    members: dict[str, bytes] = {}
    numbers: dict[str, tuple[int, str | None]] = dict.fromkeys(ROLES, (0, None))
    before: str | None = None
    for place in range(count):
        name = list(ROLES)[place % len(ROLES)]
        number, previous = numbers[name]
        seen = () if before is None or before == previous else (before,)
        said: Said = Remark(text=f"Remark {place}.") if place else an_opening(keys)
        statement = CaseStatement(
            case=CASE,
            by=name,
            role=ROLES[name],
            number=number + 1,
            previous=previous,
            seen=seen,
            created=NOON + timedelta(minutes=place),
            said=said,
            attached=() if place else (Attached(kind=AttachedKind.FINDING, sha256="ab" * 32, size=1),),
        )
        signed = sign(statement, [Subject("a case", "ab" * 32)], [keys[name]])
        member, data = statement_member(signed)
        members[member] = data
        before = digest_of(signed)
        numbers[name] = (number + 1, before)
    case = CaseFile(members, CASE)
    for key in keys.values():
        case = with_sightings(case, key, now=NOON + timedelta(days=8))
    return case


def an_opening(keys: dict[str, OwnKey]) -> Opened:
    """Return the opening, about a finding whose bundle this copy lacks."""
    model = ModelIdentity(provider="alder", name="desk-helper")
    return Opened(
        title="The help desk tells its password",
        findings=(FindingRef(id="GSF-20260702-0123456789", content="sha256:" + "ab" * 32, model=model),),
        parties=tuple(PartyEntry(name=name, role=role, card=keys[name].card) for name, role in ROLES.items()),
    )


if __name__ == "__main__":
    main()
