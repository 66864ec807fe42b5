"""The plan of a verification: drawn up, committed to, read back, and the draw that comes after it."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.cli.verification_options import Order, Parties
from groundstop.documents import Budget, ClassScope, Draw, PartyRef, VerificationPlan
from groundstop.errors import ExitCode, InputError

if TYPE_CHECKING:
    from groundstop.assessment import FixQuestion, Verifier
    from groundstop.cli.verification_material import Gathered
    from groundstop.evidence import Bundle, OwnKey
    from groundstop.store import Workspace
    from groundstop.targets import Target

_MOST_PLAN_BYTES = 4 * 1024 * 1024
_MOST_INTERESTS = 1000


def question_of(order: Order) -> FixQuestion:
    """Return what is asked, as the options say.

    Raises:
        InputError: The claim is no rate, or cannot be tested.
    """
    from groundstop.assessment import FixQuestion, plan_claim, read_block_rate

    claim = None
    if order.claim is not None:
        claim = plan_claim(order.claim, read_block_rate(order.claim))
    return FixQuestion(
        plan=order.plan,
        scope=ClassScope.MIXTURE if order.pooled or claim else ClassScope.EACH_STRATUM,
        potent_at=order.potent_at,
        margin=order.margin,
        benign=order.benign,
        canaries=order.canaries,
        adjudicated=not order.unconfirmed,
        claim=claim,
        valid_days=order.valid_days,
    )


def read_verifier(workspace: Path, parties: Parties, key: OwnKey) -> Verifier:
    """Return who verifies and whose fix it is; the round is not known yet.

    Raises:
        InputError: The key is the fixer's, and the run is not labelled as its own; or there is no such party.
    """
    from groundstop.assessment import Verifier
    from groundstop.cli.parties import find_card

    by, interests = key.card.name, parties.interests
    if interests is not None and len(interests) > _MOST_INTERESTS:
        raise InputError(
            f"--interests has {len(interests):,} characters", f"Say it in {_MOST_INTERESTS:,} at most"
        )
    if parties.fixed_by is None:
        own = PartyRef(name=by, key_id=key.card.key_id) if parties.own_run else None
        return Verifier(by=by, fixer=own, own_run=parties.own_run, interests=interests)
    card = find_card(workspace, parties.fixed_by)
    is_own = card.key_id == key.card.key_id
    if is_own and not parties.own_run:
        raise InputError(
            f"{by} claims the fix, and cannot verify it",
            "Let another party verify it; or label the run as your own with --own-run",
        )
    if parties.own_run and not is_own:
        raise InputError(
            f"--own-run says that {by} claims the fix, and --fixed-by that {card.name} does",
            "Give one of them",
        )
    fixer = PartyRef(name=card.name, key_id=card.key_id)
    return Verifier(by=by, fixer=fixer, own_run=is_own, interests=interests)


def draw_up(
    bundle: Bundle,
    gathered: Gathered,
    opened: list[Target],
    order: Order,
    verifier: Verifier,
    *,
    drawn: tuple[float | None, int | None],
    budget: Budget,
) -> VerificationPlan:
    """Draw up a plan.

    Args:
        bundle: The finding's.
        gathered: What is asked.
        opened: The model with the fix, and the one without it where there is one.
        order: How it is asked.
        verifier: Who asks, in which round.
        drawn: Temperature and longest answer, where the recipe does not say.
        budget: Spend cap.

    Raises:
        InputError: See :func:`groundstop.assessment.make_verification_plan`; or there are no variants of a
            kind that was named.
    """
    from groundstop.assessment import make_verification_plan
    from groundstop.cli.rerunning import asked_sampling

    after, *before = opened
    return make_verification_plan(
        bundle.finding,
        gathered.material,
        after.description,
        before[0].description if before else None,
        question=question_of(order),
        verifier=verifier,
        strata=strata_of(order, gathered),
        sampling=asked_sampling(gathered.material.recipe, *drawn),
        memoised=order.memoise,
        budget=budget,
        created=datetime.now(UTC),
    )


def named_strata(order: Order) -> list[str]:
    """Return the kinds of variants that were named."""
    return [name.strip() for text in order.strata for name in text.split(",")]


def strata_of(order: Order, gathered: Gathered) -> list[str]:
    """Return the kinds of variants that are asked; all that there are when none is named.

    Raises:
        InputError: There are no variants of a kind that was named.
    """
    named = named_strata(order)
    for name in named:
        if name not in gathered.available:
            known = ", ".join(sorted(gathered.available)) or "none; bring variants with --pool"
            raise InputError(f"There are no variants of the kind {name!r}", f"There are: {known}")
    return named or sorted(gathered.available)


def commit(space: Workspace, plan: VerificationPlan, key: OwnKey) -> bytes:
    """Sign a plan and put it on record, before there is any randomness to draw with; return the envelope."""
    from groundstop.cli.parties import records
    from groundstop.evidence import sign_verification_plan

    signed = sign_verification_plan(plan, key)
    records(space.folder).enter_signed(signed, now=datetime.now(UTC))
    return signed


def only_commit(path: Path, plan: VerificationPlan, signed: bytes, *, as_json: bool) -> int:
    """Write a signed plan to a file, and say what comes next; return the exit code.

    Raises:
        InputError: The file exists.
    """
    from groundstop.cli.output import tell
    from groundstop.evidence import PRIVATE, write_new

    write_new(path, signed, mode=PRIVATE)
    tell(
        f"Committed to plan {plan.content_id}, signed in {path}. Publish this digest, wait for public "
        f"randomness, and go on with --committed {path} --randomness SOURCE=VALUE.",
        {"plan": plan.content_id, "file": str(path)},
        as_json=as_json,
    )
    return ExitCode.GOOD


def read_committed(path: Path, key: OwnKey) -> VerificationPlan:
    """Read a plan that was committed to.

    Raises:
        DocumentError: It is no plan that this key signed.
        InputError: It cannot be read.
    """
    from groundstop.evidence import read_bounded, read_signed_plan

    return read_signed_plan(read_bounded(path, most=_MOST_PLAN_BYTES), [key.card], source=str(path))


def check_committed(
    path: Path, plan: VerificationPlan, bundle: Bundle, targets: list[str], *, next_round: int
) -> None:
    """Check that a committed plan can be carried out now.

    Args:
        path: Where it is, for error messages.
        plan: The plan.
        bundle: The finding's.
        targets: The models that were named.
        next_round: The round that would be begun next, without this plan.

    Raises:
        InputError: It is of another finding, other models or another round.
    """
    if plan.finding != bundle.finding.content_id:
        raise InputError(f"{path} is no plan for {bundle.finding.id}", "Give the finding that it is made for")
    planned = [plan.target.name, *([plan.before.name] if plan.before else [])]
    if planned != targets:
        raise InputError(
            f"{path} is a plan for {' and '.join(planned)}, not for {' and '.join(targets)}",
            "Give --target and --before as they were when you committed to it",
        )
    if plan.round != next_round:
        raise InputError(
            f"{path} is a plan of round {plan.round}, and another was begun since: the next is {next_round}",
            "Commit to a new plan",
        )


def read_draw(randomness: str | None) -> Draw:
    """Read public randomness, or draw some now.

    Raises:
        InputError: It is not of the form SOURCE=VALUE.
    """
    if randomness is None:
        return Draw(source="drawn by the verifier after the plan", value=secrets.token_hex(32), public=False)
    source, _, value = (part.strip() for part in randomness.partition("="))
    if not source or not value or len(source) > 200 or len(value) > 1000:
        raise InputError(
            f"{randomness[:40]!r} does not say where its value is from",
            "Give SOURCE=VALUE, such as 'drand round 4712345=8f3a...', of at most 200 and 1,000 characters",
        )
    return Draw(source=source, value=value, public=True)
