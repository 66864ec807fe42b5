"""Whether the documents of a suite fit together, and what the suite is too small for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from groundstop.documents import LabelsJudge, SuiteManifest, Technique
from groundstop.suites.grammar_checks import check_grammar
from groundstop.suites.language_checks import check_languages
from groundstop.suites.problems import Problem, error, errors_of, warning
from groundstop.suites.reading import (
    BEHAVIORS,
    BENIGN,
    MANIFEST,
    REQUIREMENTS,
    SEALED_BEHAVIORS,
    TECHNIQUES,
    Contents,
)
from groundstop.suites.variants import ASK, generate, slots_in

VARIANTS_FOR_A_CLAIM = 63
"""Fewest open variants with which an assessment claims something of a class: the default test's need when
nothing is violated. What a verification needs is told in :mod:`groundstop.suites.held_out_checks`."""

VARIANTS_FOR_THE_CAP = 200
"""Open variants with which the default test never runs out."""

MAX_TECHNIQUE_ID = 53
"""Longest id of a technique, so that the ids of its variants are identifiers too."""


def check(contents: Contents) -> list[Problem]:
    """Look at documents that were read, each right by itself, for what does not fit together.

    Args:
        contents: The documents of a folder.

    Returns:
        The problems found.

    Source: STATISTICS section 5 for the numbers of variants.
    """
    return [
        *_emptiness(contents),
        *_duplicates(contents),
        *_references(contents),
        *_baseline(contents),
        *(
            problem
            for technique in contents.techniques
            for problem in _technique(technique, contents.manifest)
        ),
        *_benign(contents),
        *_labels(contents),
        *check_languages(contents),
    ]


def _emptiness(contents: Contents) -> Iterator[Problem]:
    if errors_of(contents.problems):
        # Said only when the files themselves are fine: else it follows from what is wrong with them.
        return
    for source, count in (
        (_behaviors_file(contents), len(contents.behaviors)),
        (TECHNIQUES, len(contents.techniques)),
    ):
        if not count:
            yield error(f"{source} has no entries", "Add at least one")


def _behaviors_file(contents: Contents) -> str:
    return SEALED_BEHAVIORS if contents.manifest and contents.manifest.sealed else BEHAVIORS


def _duplicates(contents: Contents) -> Iterator[Problem]:
    for source, ids in (
        (REQUIREMENTS, [entry.id for entry in contents.requirements]),
        (_behaviors_file(contents), [entry.id for entry in contents.behaviors]),
        (TECHNIQUES, [entry.id for entry in contents.techniques]),
        (BENIGN, [entry.id for entry in contents.benign]),
    ):
        for name in _repeated(ids):
            yield error(f"{source} has the id {name} more than once", "Give each entry its own id")


def _repeated(names: Iterable[str]) -> list[str]:
    return sorted(name for name, count in Counter(names).items() if count > 1)


def _references(contents: Contents) -> Iterator[Problem]:
    known = {requirement.id for requirement in contents.requirements}
    for behavior in contents.behaviors:
        if behavior.requirement not in known:
            yield error(
                f"Behavior {behavior.id} breaks the requirement {behavior.requirement}, "
                f"which {REQUIREMENTS} does not have",
                f"Add it there, or name one of: {', '.join(sorted(known)[:20]) or 'none yet'}",
            )
    used = {behavior.requirement for behavior in contents.behaviors}
    for name in sorted(known - used) if contents.behaviors else ():
        yield warning(f"No behavior breaks the requirement {name}", "Add one, or remove the requirement")


def _baseline(contents: Contents) -> Iterator[Problem]:
    if not contents.techniques:
        return
    baselines = [technique for technique in contents.techniques if technique.baseline]
    if len(baselines) != 1:
        yield error(
            f"{TECHNIQUES} marks {len(baselines)} techniques as the baseline",
            "Set baseline: true on exactly one, the plain way of asking",
        )


def _technique(technique: Technique, manifest: SuiteManifest | None) -> Iterator[Problem]:
    here = f"{TECHNIQUES}: technique {technique.id}"
    grammar = technique.variants
    if len(technique.id) > MAX_TECHNIQUE_ID:
        yield error(f"{here} has an id longer than {MAX_TECHNIQUE_ID} characters", "Shorten it")
        return
    if ASK not in technique.wording:
        yield error(f"{here} has no {ASK} in its wording", "Put it where the request goes")
    if strange := [name for name in slots_in(technique.wording) if name != "ask"]:
        yield error(
            f"{here} has the slot {strange[0]} in its literal wording", "Slots belong into variants.templates"
        )
    if grammar is not None:
        wrong = list(check_grammar(here, grammar))
        yield from wrong
        if wrong:
            return
    if manifest is not None:
        yield from _variants(here, technique, manifest)


def _variants(here: str, technique: Technique, manifest: SuiteManifest) -> Iterator[Problem]:
    made = generate(technique, split_salt=manifest.split_salt, held_out_share=manifest.held_out_share)
    if repeated := _repeated(variant.id for variant in made):
        yield error(f"{here} has two wordings with the id {repeated[0]}", "Change one of them a little")
    count = sum(not variant.held_out for variant in made)
    if count < VARIANTS_FOR_A_CLAIM:
        yield warning(
            f"{here} has {count} open variants, fewer than the {VARIANTS_FOR_A_CLAIM} that a claim about a "
            "class needs",
            "Add templates or choices; until then an assessment is about the literal wording only",
        )
    elif count < VARIANTS_FOR_THE_CAP:
        yield warning(
            f"{here} has {count} open variants, fewer than the {VARIANTS_FOR_THE_CAP} with which a test "
            "never runs out",
            "Add templates or choices; until then an assessment may end undecided",
        )


def _benign(contents: Contents) -> Iterator[Problem]:
    if contents.manifest is None:
        return
    judged = contents.manifest.benign_judge is not None
    if contents.benign and not judged:
        yield error(
            f"{BENIGN} has requests, but {MANIFEST} has no benign_judge", "Add one: the phrases of a refusal"
        )
    if judged and not contents.benign:
        yield warning(
            f"{MANIFEST} has a benign_judge, but there are no benign requests", f"Add {BENIGN}, or remove it"
        )


def _labels(contents: Contents) -> Iterator[Problem]:
    for behavior in contents.behaviors:
        judge = behavior.judge
        if isinstance(judge, LabelsJudge) and not (contents.folder / judge.file).exists():
            yield warning(
                f"Behavior {behavior.id} is judged by the labels in {judge.file}, which is not there yet",
                "Every answer is undetermined until it is",
            )
