"""Cases that exports are tried on, and who publishes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from groundstop.cases.exports import Category, Json, Publisher
from groundstop.cases.state import Entry, Evidence
from groundstop.cases.tiers import Told, told
from groundstop.cases.views import CaseView
from groundstop.documents import FixVerdict
from groundstop.documents.cases import FixClaimed, StandingKind, Tier
from tests.case_parts import DEVELOPER, EVALUATOR, entry, hours
from tests.case_stories import a_minute, a_story, busy, troubled
from tests.severity_parts import a_verification, case, given
from tests.telling_parts import FIXED, SAYINGS, Words, random_view
from tests.verification_parts import the_model

QUAY = Publisher(
    "Quay Coordination", "https://quay.example", Category.COORDINATOR, "https://quay.example/advisories"
)


def saying(*said: Entry | tuple[Entry, Evidence], tier: Tier = Tier.BRIEF) -> Told:
    """Return what a story tells when these statements are all that was said in it."""
    view = a_story()
    return told(replace(view, state=case(*said)), tier)


def claimed(*, verified: FixVerdict | None = None, tier: Tier = Tier.BRIEF, own: bool = False) -> Told:
    """Return what is told of a fix claimed for another snapshot, and verified where there is a verdict."""
    said: list[Entry | tuple[Entry, Evidence]] = [
        entry(DEVELOPER, FixClaimed(build="1.1", model=FIXED, evidence="own"), 1)
    ]
    if verified is not None:
        model = the_model().model_copy(update={"identity": FIXED})
        document = a_verification(
            verified, model=model, created=hours(50), expires=hours(24 * 99), own_run=own
        )
        said.append(given(EVALUATOR, document, 51))
    return saying(*said, tier=tier)


def every_response() -> Told:
    """Return what is told when a developer has said everything that can be said."""
    words = Words(0)
    return saying(*(entry(DEVELOPER, make(words), 1 + at) for at, make in enumerate(SAYINGS[:13])))


def standing(kind: StandingKind | None) -> Told:
    """Return what a story tells under another standing."""
    view = a_story()
    assert view.standing is not None
    first, said = view.standing
    changed = None if kind is None else (first, said.model_copy(update={"standing": kind}))
    return told(replace(view, standing=changed), Tier.BRIEF)


def without_a_model(view: CaseView | None = None) -> Told:
    """Return what is told of a case whose model is not attested."""
    shown = view or a_story()
    findings = tuple(
        replace(one, ref=one.ref.model_copy(update={"model": None})) for one in shown.state.findings
    )
    return told(replace(shown, state=replace(shown.state, findings=findings)), Tier.BRIEF)


def cases_to_export() -> Iterator[tuple[str, Told]]:
    """Yield many cases, by a name."""
    stories = {"story": a_story(), "minute": a_minute(), "troubled": troubled(), "busy": busy()}
    for name, view in stories.items():
        for tier in Tier:
            yield f"{name} {tier}", told(view, tier)
    for seed in range(20):
        for tier in Tier:
            yield f"random {seed} {tier}", told(random_view(seed), tier)
    for verdict in (None, *FixVerdict):
        yield f"claimed {verdict}", claimed(verified=verdict)
    yield "every response", every_response()
    yield "no model", without_a_model()
    for kind in (None, *StandingKind):
        yield f"standing {kind}", standing(kind)


def texts_in(value: object) -> Iterator[str]:
    """Yield every text of a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts_in(one)


def at(document: object, *path: str | int) -> object:
    """Return the value at a path."""
    for step in path:
        if isinstance(step, int):
            assert isinstance(document, list)
            document = document[step]
        else:
            assert isinstance(document, dict)
            document = document[step]
    return document


def rows(document: object, *path: str | int) -> list[Json]:
    """Return the list of objects at a path."""
    found = at(document, *path)
    assert isinstance(found, list)
    return found
