"""What a verification needs in words: recipe, unused variants, ordinary requests; and which round it is."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.documents import CanaryRequest, Message, Phase, Trial, Verification, VerificationPlan
from groundstop.errors import InputError

if TYPE_CHECKING:
    from groundstop.assessment import Material
    from groundstop.documents import RecipeWording, SealedRecipe
    from groundstop.evidence import Bundle, OwnKey
    from groundstop.store import RunOptions, RunRow, Workspace
    from groundstop.suites import HeldOutVariant, Suite

_MOST_BENIGN_BYTES = 4 * 1024 * 1024
_SUITE_SOURCE = "suite "


@dataclass(frozen=True, slots=True)
class Gathered:
    """The material of a verification, and what of it there was before."""

    material: Material
    available: dict[str, int]
    """Variants of each stratum, used ones included."""


@dataclass(frozen=True, slots=True)
class Pool:
    """A user's file of variants, read once."""

    path: Path
    sha256: str
    data: bytes


def gather(
    space: Workspace,
    bundle: Bundle,
    key: OwnKey,
    asked: RunOptions,
    *,
    adjudicated: bool,
    except_plan: str | None = None,
) -> Gathered:
    """Gather what a verification asks.

    Args:
        space: The workspace, whose verifications count.
        bundle: The finding's, whose verifications count.
        key: Opens the recipe, which goes on record.
        asked: Suite, pools, ordinary requests and judge, as the user named them.
        adjudicated: Whether a person confirms what a judge that can err calls a violation.
        except_plan: A plan whose own trials do not count as used: the one that is gone on with.

    Returns:
        The material, without variants that some verification of this finding has asked.

    Raises:
        InputError: The recipe cannot be opened, or the suite is not the one that it is from.
        DocumentError: A pool or a file of ordinary requests cannot be read or a pool holds what was reported.
    """
    from groundstop.assessment import Material, judge_of, verification_judge
    from groundstop.cli.opening import open_recipe
    from groundstop.cli.rerunning import read_judge
    from groundstop.cli.wiring import open_suite

    recipe = open_recipe(space.folder, bundle, key, purpose=f"verification of a fix on {asked.targets[0]}")
    name = suite_of(recipe, asked.suite)
    suite = open_suite(name, space) if name else None
    pools = [_read_pool(space, Path(path)) for path in asked.pools]
    brought = [one for pool in pools for one in _brought(pool, recipe)]
    _check_names(brought, generated=suite is not None)
    made = [*_generated(suite, recipe), *brought]
    # A request that was brought and is generated too counts once.
    variants = list({one.digest: one for one in reversed(made)}.values())
    used = used_variants(space, bundle, except_plan=except_plan)
    judge = verification_judge(judge_of(recipe, read_judge(asked.judge)), adjudicated=adjudicated)
    return Gathered(
        material=Material(
            recipe=recipe,
            judge=judge,
            variants=tuple(one for one in variants if one.digest not in used),
            generator=_generator(suite, recipe, pools),
            benign=_benign(suite, asked.benign, recipe),
            refusal_judge=(suite.manifest.benign_judge if suite else None) or recipe.canary_judge,
        ),
        available=dict(Counter(one.stratum for one in variants)),
    )


def suite_of(recipe: SealedRecipe, named: str) -> str:
    """Return the suite of the held-out variants: the one named, or else the one that the recipe is from.

    Empty for a recipe of another tool: then variants are brought with ``--pool``.
    """
    if named or not recipe.source.startswith(_SUITE_SOURCE):
        return named
    return recipe.source.removeprefix(_SUITE_SOURCE).partition(",")[0]


def used_variants(space: Workspace, bundle: Bundle, *, except_plan: str | None = None) -> frozenset[str]:
    """Return the digests of all held-out requests that a verification of this finding has asked."""
    from groundstop.evidence import verifications_of

    found = {digest for one in verifications_of(bundle) for digest in one.used if one.plan != except_plan}
    for run in runs_of(space, bundle):
        if run.plan.content_id != except_plan:
            found |= {
                trial.request_sha256
                for trial in space.ledger(run.id).records()
                if isinstance(trial, Trial) and trial.phase in (Phase.VERIFY_CLASS, Phase.POTENCY)
            }
    return frozenset(found)


def rounds_spent(space: Workspace, bundle: Bundle, *, own_run: bool, except_plan: str | None = None) -> int:
    """Return how many rounds of a finding were begun, and did not end well.

    A round is begun when the model with the fix has given its first answer, whatever comes of it; the fixer's
    own rounds count for itself alone.

    Args:
        space: The workspace, whose runs count.
        bundle: The finding's, whose verifications count.
        own_run: Whether the party that verifies claims the fix.
        except_plan: A plan that does not count: the one that is gone on with.
    """
    from groundstop.evidence import gives_way, spends_round, verifications_of

    told_of: dict[str, list[Verification]] = {}
    for one in verifications_of(bundle):
        if one.own_run is own_run:
            earlier = told_of.setdefault(one.plan, [])
            # A later result takes the place of the one that it goes on from; any other stands beside it.
            told_of[one.plan] = [*(old for old in earlier if not gives_way(old, one)), one]
    spent = {plan: any(map(spends_round, results)) for plan, results in told_of.items()}
    for run in runs_of(space, bundle):
        if isinstance(run.plan, VerificationPlan) and run.plan.own_run is own_run:
            told = run.result
            failed = not isinstance(told, Verification) or spends_round(told)
            spent[run.plan.content_id] = failed and _is_begun(space, run)
    spent.pop(except_plan or "", None)
    return sum(spent.values())


def _is_begun(space: Workspace, run: RunRow) -> bool:
    return any(
        isinstance(trial, Trial)
        and trial.phase in (Phase.VERIFY_RECIPE, Phase.VERIFY_CLASS)
        and trial.answer_sha256 is not None
        for trial in space.ledger(run.id).records()
    )


def runs_of(space: Workspace, bundle: Bundle) -> list[RunRow]:
    """Return the verifications of a finding in a workspace, newest first."""
    finding = bundle.finding.content_id
    return [
        run for run in space.runs() if isinstance(run.plan, VerificationPlan) and run.plan.finding == finding
    ]


def _generated(suite: Suite | None, recipe: SealedRecipe) -> tuple[HeldOutVariant, ...]:
    from groundstop.suites import generated_variants, messages, open_variants, without_leaks

    if suite is None:
        return ()
    behavior, technique = suite.behavior(recipe.behavior), suite.technique(recipe.technique)
    reported = _reported(recipe)
    wordings = [technique.wording, *(one.wording for one in open_variants(suite, technique.id))]
    if reported[0].messages not in [messages(behavior, technique, one) for one in wordings]:
        raise InputError(
            f"Suite {suite.manifest.id} does not ask what the reported recipe asks",
            "Name the suite that the finding is from with --suite, or bring variants with --pool",
        )
    return without_leaks(generated_variants(suite, behavior, technique), _reported(recipe))


def _read_pool(space: Workspace, path: Path) -> Pool:
    from groundstop.cli.wiring import unsealer
    from groundstop.evidence import read_bounded
    from groundstop.suites import MAX_POOL_BYTES

    data = read_bounded(path, most=MAX_POOL_BYTES)
    opened = unsealer(space)(data) if path.suffix == ".age" else data
    return Pool(path, hashlib.sha256(data).hexdigest(), opened)


def _brought(pool: Pool, recipe: SealedRecipe) -> tuple[HeldOutVariant, ...]:
    from groundstop.suites import check_leaks, read_pool

    reported = _reported(recipe)
    brought = read_pool(pool.data, source=str(pool.path), context=reported[0].messages)
    check_leaks(brought, reported, source=str(pool.path))
    return brought


def _check_names(brought: list[HeldOutVariant], *, generated: bool) -> None:
    """Check that no variant that was brought goes by the name of a kind that is generated.

    Raises:
        InputError: One does: it would pad, or thin out, what the verdict says of that kind.
    """
    from groundstop.suites import STRATA

    taken = sorted({one.stratum for one in brought} & set(STRATA)) if generated else []
    if taken:
        raise InputError(
            f"A pool calls its variants {taken[0]}, which is a kind that is generated",
            "Give them a name of their own, and a verdict of their own",
        )


def _reported(recipe: SealedRecipe) -> list[RecipeWording]:
    return [*([recipe.literal] if recipe.literal else []), *recipe.wordings]


def _benign(suite: Suite | None, file: str | None, recipe: SealedRecipe) -> tuple[CanaryRequest, ...]:
    from groundstop.evidence import read_bounded
    from groundstop.suites import benign_messages, read_benign_requests

    if file is not None:
        asked = read_benign_requests(read_bounded(Path(file), most=_MOST_BENIGN_BYTES), source=file)
        system = recipe.canaries[0].messages[:-1] if recipe.canaries else ()
        return tuple(
            CanaryRequest(id=one.id, messages=(*system, Message(role="user", content=one.ask)))
            for one in asked
        )
    if suite is None:
        return ()
    return tuple(CanaryRequest(id=one.id, messages=benign_messages(suite, one)) for one in suite.benign)


def _generator(suite: Suite | None, recipe: SealedRecipe, pools: list[Pool]) -> str:
    from groundstop.documents import content_id
    from groundstop.suites import generator_id

    digests = sorted(pool.sha256 for pool in pools)
    if suite is None:
        return content_id({"pools": digests})
    return generator_id(suite, suite.behavior(recipe.behavior), suite.technique(recipe.technique), digests)
