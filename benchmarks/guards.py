"""What guards catch, whom they block wrongly, and what they cost, beside a plain search for the wordings.

A recipe of the shipped suite is guarded against: its open wordings make the guard, and its held-out variants,
which the guard has never seen, are held against it. The floor looks for the wordings as they stand, without
case. Vectors are measured where a model is named.

    python benchmarks/guards.py
    python benchmarks/guards.py --weights model.onnx --tokenizer tokenizer.json --json
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from groundstop.documents.gateway import Guard
from groundstop.documents.rates import percent
from groundstop.gateway.guards.calibrating import Ordinary
from groundstop.gateway.guards.compiling import About, Wordings, compile_guard
from groundstop.gateway.guards.embedding import Embedder
from groundstop.gateway.guards.normalising import letters_of
from groundstop.gateway.guards.pieces import Cutter
from groundstop.gateway.guards.rewriting import rewritten
from groundstop.gateway.guards.scoring import Reading, Scorer
from groundstop.gateway.guards.voting import Score, matches, needs_cosine
from groundstop.statistics import clopper_pearson
from groundstop.suites import generated_variants, load_suite, messages, open_variants

NOW = datetime(2026, 7, 6, tzinfo=UTC)
SALT = "00112233445566778899aabbccddeeff"
BEHAVIOR, TECHNIQUE = "keep-secret", "list"
OTHER_THINGS = (
    "the days of the week",
    "the names of the months",
    "three colors",
    "five animals of a farm",
    "the four seasons",
    "four kinds of trees",
    "the nearest planets",
    "the first ten numbers",
)
"""What a neighbour asks for, in the very words of the recipe."""
REPEATS = 40
ALPHABET = 26
MOST_EACH = 200
"""Texts of a kind that are held against each."""

Catches = Callable[[str], bool]


@dataclass(frozen=True)
class Caught:
    """How many texts of a kind one way catches."""

    way: str
    texts: str
    caught: int
    n: int
    lower: float
    upper: float


@dataclass(frozen=True)
class Took:
    """How long it takes to look at a text."""

    way: str
    characters: int
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True)
class Given:
    """What a guard's file gives away."""

    bytes: int
    wordings: int
    guesses_log2: float
    """To read the literal wording on, letter by letter, for whoever has the file and its first piece."""


def material() -> tuple[tuple[str, ...], dict[str, list[str]], tuple[str, ...], tuple[str, ...]]:
    """Return the wordings, what is held against them, the ordinary requests and their neighbours."""
    suite = load_suite("canary")
    behavior, technique = suite.behavior(BEHAVIOR), suite.technique(TECHNIQUE)
    known = [technique.wording, *(one.wording for one in open_variants(suite, TECHNIQUE))]
    wordings = tuple(dict.fromkeys(messages(behavior, technique, one)[-1].content for one in known))
    ordinary = tuple(one.ask for one in suite.benign)
    near = tuple(
        wording.replace(behavior.ask, thing) for wording in wordings[:40:2] for thing in OTHER_THINGS
    )
    texts: dict[str, list[str]] = {
        "as it stands": list(wordings),
        "written in other ways": [
            text for one in wordings[:10] for text in rewritten(one, ordinary[:24]).values()
        ],
    }
    for one in generated_variants(suite, behavior, technique):
        texts.setdefault(f"held out: {one.stratum}", []).append(one.request)
    return wordings, texts, ordinary, near


def made(wordings: Sequence[str], ordinary: Ordinary, embedder: Embedder | None) -> Guard:
    """Return a guard against some wordings."""
    return compile_guard(
        About("GSD-20260706-0000000001", "sha256:" + "0" * 64, "GSF-20260702-0123456789", "benchmark"),
        Wordings(tuple(wordings)),
        ordinary,
        new_id="GSG-20260706-0000000001",
        salt=SALT,
        now=NOW,
        expires=NOW + timedelta(days=30),
        embedder=embedder,
    )


def plain_search(wordings: Sequence[str]) -> Catches:
    """The floor: is one of the wordings in the text, whatever its case?"""
    known = [one.lower() for one in wordings]
    return lambda text: any(one in text.lower() for one in known)


def catching(guard: Guard, scorer: Scorer) -> Catches:
    """A guard, as a gateway asks it: a vector is worked out only where it could decide."""

    def catches(text: str) -> bool:
        reading = Reading([text])
        share = scorer.share(reading)
        cosine = scorer.cosine(reading) if needs_cosine(share, guard.votes) else None
        return matches(Score(share, cosine), guard.votes)

    return catches


def held_against(ways: dict[str, Catches], texts: dict[str, list[str]]) -> Iterator[Caught]:
    """Hold every kind of text against every way."""
    for kind, found in texts.items():
        chosen = found if len(found) <= MOST_EACH else random.Random(1).sample(found, MOST_EACH)
        for way, catches in ways.items():
            caught = sum(map(catches, chosen))
            ends = clopper_pearson(caught, len(chosen), level=0.95)
            yield Caught(way, kind, caught, len(chosen), ends.lower, ends.upper)


def timed(ways: dict[str, Catches], ordinary: Sequence[str], sizes: Sequence[int]) -> Iterator[Took]:
    """Time ordinary texts of some sizes, which nothing ends early."""
    for size in sizes:
        text = (" ".join(ordinary) * (size // 1000 + 1))[:size]
        for way, catches in ways.items():
            spent = []
            for _ in range(REPEATS if size < 20_000 else 5):
                started = time.perf_counter()
                catches(text)
                spent.append((time.perf_counter() - started) * 1000)
            spent.sort()
            yield Took(way, size, spent[len(spent) // 2], spent[-1])


def given_away(guard: Guard, literal: str) -> Given:
    """Return how much work a file saves whoever wants to read the wording from it."""
    kept = [one.at for one in Cutter(guard.salt, guard.grams).pieces(letters_of(literal))]
    gaps = [after - before for before, after in pairwise(kept)]
    guesses = sum(ALPHABET**gap for gap in gaps)
    return Given(len(guard.canonical()), len(guard.wordings), math.log2(max(1, guesses)))


def main() -> None:
    """Measure, and print tables or JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--tokenizer", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    wordings, texts, ordinary, near = material()
    guard = made(wordings, Ordinary(ordinary, near[::2]), None)
    texts["ordinary"] = list(ordinary)
    texts["ordinary, in the recipe's own words"] = list(near[1::2])
    ways = {
        "plain search": plain_search(wordings),
        "pieces": catching(guard, Scorer.of(guard, None)),
    }
    few = made(wordings[:4], Ordinary(ordinary, near[::2]), None)
    ways["pieces of 4 wordings"] = catching(few, Scorer.of(few, None))
    sizes = [2_000, 20_000, 200_000]
    if options.weights:
        embedder = Embedder(options.weights, options.tokenizer)
        both = made(wordings[:4], Ordinary(ordinary, near[::2]), embedder)
        ways["pieces and vectors of 4 wordings"] = catching(both, Scorer.of(both, embedder))
    caught = list(held_against(ways, texts))
    took = list(timed(ways, ordinary, sizes))
    given = given_away(guard, wordings[0])
    if options.json:
        found = {
            "caught": [asdict(one) for one in caught],
            "took": [asdict(one) for one in took],
            "given": asdict(given),
        }
        print(json.dumps(found, indent=2))
        return
    print("| Texts | " + " | ".join(ways) + " |\n|---" + "|---" * len(ways) + "|")
    for kind in texts:
        cells = [
            f"{one.caught} of {one.n} ({percent(one.lower)} to {percent(one.upper)})"
            for one in caught
            if one.texts == kind
        ]
        print(f"| {kind} | " + " | ".join(cells) + " |")
    print("\n| Way | Characters | p50 ms | slowest ms |\n|---|---|---|---|")
    for time_ in took:
        print(f"| {time_.way} | {time_.characters:,} | {time_.p50_ms:.2f} | {time_.p99_ms:.2f} |")
    print(
        f"\nThe file has {given.bytes:,} bytes and {given.wordings:,} fingerprints. Who has it and the first "
        f"piece of the literal wording can read on with 2^{given.guesses_log2:.0f} guesses."
    )


if __name__ == "__main__":
    main()
