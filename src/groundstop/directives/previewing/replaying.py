"""One order replayed: each request decided with it and without it, and put where it belongs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from groundstop.directives.asked import facts_of
from groundstop.directives.compiling import compile_table
from groundstop.directives.deciding import decide
from groundstop.directives.decision import Ground
from groundstop.directives.facts import Facts
from groundstop.directives.orders import Orders
from groundstop.directives.previewing.counting import Tally
from groundstop.directives.previewing.previewed import (
    Cell,
    Count,
    Membership,
    Outcome,
    Preview,
    Replayed,
    SurfaceSeen,
    SweptIn,
)
from groundstop.directives.previewing.remaining import alternatives_left, notes_of
from groundstop.directives.previewing.seen import Seen
from groundstop.directives.previewing.standing import alone, with_order
from groundstop.directives.surfaces import cannot_evaluate, surfaces
from groundstop.documents.directives import Directive, Licence, Subject, SubjectModel

_MEMBERSHIP = {
    Ground.IN_SCOPE: Membership.INSIDE,
    Ground.OUTSIDE: Membership.OUTSIDE,
    Ground.EXCEPTED: Membership.OUTSIDE,
    Ground.UNKNOWN: Membership.UNKNOWN,
    Ground.UNKNOWN_ALLOWED: Membership.UNKNOWN,
}
_NOT_KNOWN = "What it can evaluate is not known: what it recorded is decided, what is described is not."


class Replay:
    """An order, and the requests that were replayed under it.

    Args:
        directive: The order.
        class_of: The order whose scope is the restricted class.
        standing: What stands without it.
        licences: Licences that would be granted.
        now: The time.
        salt: For telling users apart.
    """

    def __init__(
        self,
        directive: Directive,
        class_of: Directive,
        standing: Orders,
        licences: Sequence[Licence],
        now: datetime,
        salt: bytes,
    ) -> None:
        self._directive, self._class_of, self._standing, self._salt = directive, class_of, standing, salt
        self._licences = tuple(licences)
        self._moment = now if directive.effective <= now < directive.expires else directive.effective
        self._at = self._moment.timestamp()
        self._before = compile_table(standing)
        self._after = compile_table(with_order(standing, directive, licences))
        self._only = compile_table(alone(directive))
        self._class = compile_table(alone(class_of))
        self._class_at = class_of.effective.timestamp()
        self._class_model, self._class_provider = _some_name(class_of.subject.models[0])
        self._swept = compile_table(alone(_only_swept_in(directive))) if _swept_in(directive) else None
        self._elsewhere, self._swept_count = Tally(salt), Tally(salt)
        self._cells: dict[tuple[Membership, Outcome], Tally] = {}
        self._surfaces: dict[str, list[int]] = {}

    def take(self, seen: Seen) -> None:
        """Decide a request with the order and without it."""
        facts = facts_of(seen.asked)
        ground = decide(facts, self._only, self._at, self._at).ground
        if ground is Ground.NO_ORDER:
            self._elsewhere.add(seen)
            return
        if self._class_of is not self._directive:
            ground = self._ground_in_class(facts)
        membership = _MEMBERSHIP.get(ground, Membership.UNKNOWN)
        outcome = self._outcome(facts) if seen.judged else Outcome.UNJUDGED
        if (membership, outcome) not in self._cells:
            self._cells[membership, outcome] = Tally(self._salt)
        self._cells[membership, outcome].add(seen)
        numbers = self._surfaces.setdefault(seen.surface, [0, 0])
        numbers[0] += seen.requests
        numbers[1] += 0 if seen.judged else seen.requests
        if self._swept is not None:
            found = decide(facts, self._swept, self._at, self._at)
            if found.ground is not Ground.NO_ORDER:
                self._swept_count.add(seen)

    def _ground_in_class(self, facts: Facts) -> Ground:
        """Return what the class's own order says of whoever asks, whichever of the models is asked for."""
        on_its_model = facts._replace(
            model=self._class_model, provider=self._class_provider, act=self._class_of.acts[0]
        )
        return decide(on_its_model, self._class, self._class_at, self._class_at).ground

    def _outcome(self, facts: Facts) -> Outcome:
        after = decide(facts, self._after, self._at, self._at)
        if after.allowed:
            if after.ground is Ground.LICENSED:
                return Outcome.LICENSED
            return Outcome.GUARDED if self._directive.id in after.guards else Outcome.SERVED
        before = decide(facts, self._before, self._at, self._at)
        return Outcome.NEWLY_DENIED if before.allowed else Outcome.ALREADY_DENIED

    def preview(self, replayed: Replayed, *, standing_known: bool) -> Preview:
        """Return what the order would do.

        Args:
            replayed: What was read.
            standing_known: Whether what stands was given.
        """
        denied = [one for (_, outcome), one in self._cells.items() if outcome is Outcome.NEWLY_DENIED]
        swept = self._swept_count.count if self._swept is not None else Count()
        return Preview(
            directive=self._directive,
            class_of=self._class_of,
            moment=self._moment,
            replayed=replayed,
            elsewhere=self._elsewhere.count,
            cells=tuple(
                Cell(membership, outcome, self._cells[membership, outcome].count)
                for membership in Membership
                for outcome in Outcome
                if (membership, outcome) in self._cells
            ),
            cut_off=Tally.together(denied),
            swept_in=SweptIn(_swept_in(self._directive), swept),
            surfaces=tuple(self._surface(name) for name in sorted(self._surfaces)),
            alternatives=alternatives_left(self._directive, self._after, self._at),
            notes=notes_of(self._directive, self._licences, replayed, standing_known=standing_known),
        )

    def _surface(self, name: str) -> SurfaceSeen:
        requests, unjudged = self._surfaces[name]
        point = surfaces().get(name)
        cannot = (_NOT_KNOWN,) if point is None else cannot_evaluate(self._directive, point)
        return SurfaceSeen(name, point.called if point else name, requests, unjudged, cannot)


def _swept_in(directive: Directive) -> tuple[str, ...]:
    return tuple(model.label for model in directive.subject.models if not model.findings)


def _only_swept_in(directive: Directive) -> Directive:
    """Return an order about those of its models alone that have no finding."""
    models = tuple(model for model in directive.subject.models if not model.findings)
    subject = Subject(models=models, descendants=directive.subject.descendants)
    return directive.model_copy(update={"subject": subject})


def _some_name(model: SubjectModel) -> tuple[str, str | None]:
    """Return a name by which a model is found, and its provider."""
    if model.hosted:
        return model.hosted[0].name, model.hosted[0].provider
    return (model.purls[0] if model.purls else f"sha256:{model.weights[0]}"), None
