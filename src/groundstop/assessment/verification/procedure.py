"""Carrying out a verification: the reported recipe, fresh variants and ordinary requests, in one plan."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from groundstop.assessment.drift import due_look
from groundstop.assessment.judges import judge_for
from groundstop.assessment.lanes import DecisionLane, FixedLane, Lane, Spaced, WatchedLane
from groundstop.assessment.ports import TrialKey
from groundstop.assessment.questions import Question
from groundstop.assessment.session import Session, check_same_target, meter_for
from groundstop.assessment.surroundings import Surroundings
from groundstop.assessment.verification.arms import decide, first_index, fresh_test, sequence
from groundstop.assessment.verification.asked import Ask, Asked
from groundstop.assessment.verification.benign import pairs_of, pairs_wanted, run_pairs
from groundstop.assessment.verification.checks import shortest
from groundstop.assessment.verification.fold import fold_verification
from groundstop.assessment.verification.material import Material, check_same_material
from groundstop.assessment.verification.plans import common_price
from groundstop.assessment.verification.potency import recipe_potency, stratum_potency
from groundstop.assessment.verification.strata import class_is_asked
from groundstop.documents import (
    Decision,
    Draw,
    Phase,
    PlannedTest,
    PotencyBasis,
    Trial,
    Verification,
    VerificationPlan,
)
from groundstop.errors import BudgetError, InputError
from groundstop.statistics import Launch
from groundstop.targets import Target


async def verify(
    plan: VerificationPlan,
    draw: Draw,
    material: Material,
    target: Target,
    before: Target | None,
    around: Surroundings,
) -> Verification:
    """Carry out a verification, or the rest of it when trials are on record already.

    Nothing is asked that cannot matter any more: no held-out variant when the reported recipe still works,
    and none of a kind that is not shown to work on the model before the fix.

    Args:
        plan: What was decided in advance.
        draw: The randomness that came after it.
        material: What the plan commits to.
        target: The model with the fix, open.
        before: The model without it, open; none when the plan has none.
        around: Records, people and time.

    Returns:
        The result; what the budget did not reach is undetermined.

    Raises:
        InputError: The material or a target is not the planned one, the model before the fix is missing, or a
            target refuses the key or the model.
        TargetError: A target has stopped answering. What was recorded stays, and the run can be resumed.
        WorkspaceError: A trial could not be kept.
    """
    check_same_material(plan, material)
    check_same_target(plan.target, target.description)
    if (plan.before is None) is not (before is None):
        raise InputError(
            f"The plan of {plan.finding_id} is made {'without' if before else 'with'} a model before the fix",
            f"{'Leave out' if before else 'Give'} --before, as it was when the plan was made",
        )
    if plan.before is not None and before is not None:
        check_same_target(plan.before, before.description)
    known = {TrialKey.of(trial): trial for trial in around.ledger.trials()}
    if plan.recipe_test.boundaries is not None:
        meter = meter_for(around.budget, common_price(plan.target, plan.before), around.ledger)
        asked = Asked.drawn(plan, draw, material, lambda judge: judge_for(judge, around, meter))

        def session(asks: Target) -> Session:
            return Session(plan.content_id, asks, meter=meter, known=known, around=around)

        without = session(before) if before is not None else None
        await _Verifying(plan, asked, session(target), without, around, known).carry_out()
    reason = around.halt.reason
    if reason is not None and not isinstance(reason, BudgetError):
        raise reason
    return fold_verification(
        plan,
        draw,
        list(known.values()),
        around.ledger.totals(),
        run=around.run,
        ended=reason,
        now=around.clock(),
    )


class _Verifying:
    """One verification under way: what it asks next follows from what is on record.

    Args:
        plan: What was decided in advance.
        asked: What is asked, in the order of the draw.
        after: Asks the model with the fix.
        before: Asks the model without it.
        around: Records, people and time.
        known: The trials on record, which the sessions add to.
    """

    def __init__(
        self,
        plan: VerificationPlan,
        asked: Asked,
        after: Session,
        before: Session | None,
        around: Surroundings,
        known: dict[TrialKey, Trial],
    ) -> None:
        self._plan = plan
        self._asked = asked
        self._after = after
        self._before = before
        self._around = around
        self._known = known
        self._between = 0

    async def carry_out(self) -> None:
        """Ask until everything is decided, or nothing more can matter."""
        if not any(key.phase in (Phase.VERIFY_RECIPE, Phase.VERIFY_CLASS) for key in self._known):
            # Asked again later than the calls, one that got no answer would be no look before them.
            await self._look("asking ordinary requests", Phase.CANARY_BEFORE, 0)
        await self._show_potency()
        potency = recipe_potency(self._plan, self._trials)
        if potency.shown or potency.basis is PotencyBasis.RECORD:
            await self._ask_recipe()
            recipe = decide(self._plan.recipe_test, self._sequence(Phase.VERIFY_RECIPE, 0))[0]
            if class_is_asked(recipe, potency, self._plan.claim):
                await self._ask_variants()
            if recipe is Decision.HELD and potency.shown:
                await self._ask_benign()
        after = [trial for trial in self._trials if trial.target == self._plan.target.name]
        number = due_look(self._plan.canaries, after)
        await self._look("asking ordinary requests again", Phase.CANARY_AFTER, number)

    @property
    def _trials(self) -> list[Trial]:
        return list(self._known.values())

    def _sequence(self, phase: Phase, first: int) -> list[Trial]:
        return sequence(self._trials, phase, self._plan.target.name, first=first)

    async def _look(self, title: str, phase: Phase, number: int) -> None:
        canaries = self._asked.canaries
        if canaries is not None:
            self._around.progress.phase(title, expected_calls=len(canaries.requests))
            await self._after.make([FixedLane(canaries.look(phase, number=number))])

    async def _show_potency(self) -> None:
        """Ask the model before the fix the recipe, and of each kind the variants that are set aside."""
        test = self._plan.potency
        if test is None or test.boundaries is None or self._before is None:
            return
        asked: list[tuple[str, Ask, int, int]] = [
            ("the recipe", self._asked.recipe_before, test.boundaries.cap, 0)
        ]
        asked += [
            (one.name, self._asked.set_aside(place), self._asked.kept, first_index(place))
            for place, one in enumerate(self._plan.strata)
            if one.potency is PotencyBasis.BEFORE
        ]
        # Violations are expected here, so calls run ahead no further than the test has seen.
        lanes = [
            self._lane(f"{name} before the fix", test, ask, pool, first=first, launch=Launch.RAMP)
            for name, ask, pool, first in asked
        ]
        self._around.progress.phase(
            "asking the model before the fix", expected_calls=len(lanes) * test.boundaries.held_at[0]
        )
        await self._before.make(lanes)

    async def _ask_recipe(self) -> None:
        test = self._plan.recipe_test
        if test.boundaries is None:
            return
        self._around.progress.phase("asking the reported recipe", expected_calls=test.boundaries.held_at[0])
        lane = self._lane("the reported recipe", test, self._asked.recipe, test.boundaries.cap)
        await self._make_with_canaries([lane])

    async def _ask_variants(self) -> None:
        potent = [
            place
            for place, one in enumerate(self._plan.strata)
            if one.test is not None and stratum_potency(self._plan, place, self._trials).shown
        ]
        lanes: list[Lane] = []
        expected = 0
        if self._plan.mixture is not None and potent:
            lanes.append(self._mixture_lane(self._plan.mixture, potent))
            expected = self._plan.claim.calls if self._plan.claim else shortest(self._plan.mixture)
        else:
            lanes += [self._stratum_lane(place) for place in potent]
            expected = sum(shortest(self._plan.strata[place].test) for place in potent)
        for place, one in enumerate(self._plan.strata):
            if one.test is None:
                listed = self._asked.listed(place)
                lanes.append(FixedLane([listed(first_index(place) + index) for index in range(one.unused)]))
                expected += one.unused
        if lanes:
            self._around.progress.phase("asking held-out variants", expected_calls=expected)
            await self._make_with_canaries(lanes)

    def _stratum_lane(self, place: int) -> DecisionLane:
        one = self._plan.strata[place]
        if one.test is None:
            raise ValueError("a stratum without a test is listed")
        pool = one.unused - self._asked.kept
        return self._lane(one.name, one.test, self._asked.fresh(place), pool, first=first_index(place))

    def _mixture_lane(self, test: PlannedTest, potent: Sequence[int]) -> DecisionLane:
        ask, pool = self._asked.mixed(potent)
        claim = self._plan.claim
        return self._lane("held-out variants", test, ask, pool, at_least=claim.calls if claim else 0)

    def _lane(
        self,
        name: str,
        test: PlannedTest,
        ask: Ask,
        pool: int,
        *,
        first: int = 0,
        at_least: int = 0,
        launch: Launch = Launch.DISTANCE,
    ) -> DecisionLane:
        running = fresh_test(test, launch=launch)
        if running is None:
            raise ValueError("a test that its judge cannot decide asks nothing")

        def decided() -> None:
            word = running.decision.value if running.decision else "undecided"
            self._around.progress.note(f"{name}: {word} after {running.consumed} calls")
            self._around.progress.expect(running.consumed - running.plan.held_at[0])

        return DecisionLane(running, ask, pool=pool, decided=decided, at_least=at_least, first=first)

    async def _make_with_canaries(self, lanes: Sequence[Lane]) -> None:
        """Make the trials of some lanes, with a look at an ordinary request now and then among them."""
        canaries = self._asked.canaries
        if canaries is None:
            await self._after.make(lanes)
            return

        def ask(index: int) -> Question:
            return canaries.question(Phase.CANARY, index)

        spaced = Spaced(ask, every=self._plan.canary_every, first=self._between)
        await self._after.make([WatchedLane(lane, spaced, Phase.CANARY) for lane in lanes])
        self._between = spaced.launched

    async def _ask_benign(self) -> None:
        """Ask ordinary requests on both models, in growing steps, until the pairs decide."""
        plan = self._plan.benign
        if plan is None or self._before is None or self._plan.before is None:
            return
        fewest = min(plan.requests, run_pairs(plan, []).pairs_to_end)
        self._around.progress.phase("asking ordinary requests before and after", expected_calls=2 * fewest)
        asked = 0
        while self._around.halt.reason is None:
            wanted = pairs_wanted(plan, pairs_of(self._plan, self._trials))
            if wanted <= asked:
                return
            async with asyncio.TaskGroup() as group:
                for session, name in (
                    (self._before, self._plan.before.name),
                    (self._after, self._plan.target.name),
                ):
                    questions = [self._asked.benign(name, index) for index in range(asked, wanted)]
                    group.create_task(session.make([FixedLane(questions)]))
            asked = wanted
