"""A small real finding in a bundle, with what others add to it; made without a model, in time that jumps.

The finding is confirmed on a scripted target, sealed by alder-lab to birch-lab, and then grown: birch-lab's
rerun, a grant to cedar-desk, a shorter recipe, birch-lab's verification of a fix by elm-models, and the
cosignature of dusk-witness.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from groundstop.assessment import BENIGN_ALPHA, Wish, assess, lies_within, make_reproduction_plan, reproduce
from groundstop.assessment.rates import e_value_of, interval_of
from groundstop.documents import (
    Answered,
    Assessment,
    BenignCell,
    BenignDecision,
    BenignPlan,
    BenignResult,
    Budget,
    Corroboration,
    Document,
    Finding,
    HypothesesRecord,
    Minimization,
    MinimizationStep,
    PartName,
    PartyRef,
    Plan,
    Reproduction,
    ReproductionOutcome,
    SealedRecipe,
    Shared,
    Spend,
    Trial,
    TrustedKey,
    TrustList,
    Verification,
    VerificationPlan,
)
from groundstop.evidence import (
    Bundle,
    KeyFolder,
    OwnKey,
    PartContent,
    add_corroboration,
    add_minimization,
    add_verification,
    grant_part,
    new_salt,
    open_part,
    sealed_part,
    sign_corroboration,
    sign_verification,
    with_cosignature,
)
from groundstop.evidence.archive import write_archive
from groundstop.evidence.audit import AuditReport, CheckState, audit_path
from groundstop.evidence.bundle import new_bundle, origin_of
from groundstop.evidence.findings import Draft, Reader, Transcript, draft_from_assessment, seal_finding
from groundstop.evidence.log import NewEntry
from groundstop.evidence.small_log import with_entries
from groundstop.evidence.statements import read_signed, sign
from groundstop.evidence.subjects import file_subject
from groundstop.statistics import Answer, change_interval, over_refusal_log_e
from groundstop.suites import Suite
from groundstop.targets.scripted import Script, ScriptedTarget
from tests import verifications as made
from tests.assessing import ONE_CLASS, START, plan_for_script, surroundings
from tests.ledger import MemoryLedger
from tests.verification_parts import digest
from tests.virtual_time import run_in_virtual_time

FINDING_ID = "GSF-20260702-0123456789"
KEYS_MADE = START - timedelta(days=1)
SEALED = START + timedelta(hours=1)
"""When the finding is sealed; each thing that is added comes an hour later."""
ROUND_ALPHA = 0.025
"""What the first round may spend of the usual error rate."""
LEAKY = Script(rate=0.4)
READABLE = frozenset({PartName.RECIPE, PartName.PLAN, PartName.TRIALS})


@dataclass(frozen=True)
class Run:
    """A run with everything that was said in it."""

    plan: Plan
    assessment: Assessment
    suite: Suite
    transcripts: tuple[Transcript, ...]


class SayingLedger(MemoryLedger):
    """A ledger in memory that keeps what was asked as well."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[Transcript] = []

    def record(self, trial: Trial, *, asked: str, answered: str | None) -> None:
        super().record(trial, asked=asked, answered=answered)
        self.said.append(Transcript(trial, asked, answered))


@cache
def a_run() -> Run:
    """Return an assessment that confirmed one violated class: 2 of 5, and 3 trials that ended later.

    Which wording is asked when follows from the suite; the seed is the first one that gives these counts.
    """
    for seed in range(200):
        run = _run_of(replace(ONE_CLASS, seed=seed))
        rate = run.assessment.classes[0].rate
        if (rate.violated, rate.n, len(run.transcripts)) == (2, 5, 8):
            return run
    raise AssertionError("no seed gives such a run")


def _run_of(wish: Wish) -> Run:
    plan, target, suite = plan_for_script(LEAKY, wish)
    ledger = SayingLedger()
    result = run_in_virtual_time(assess(plan, suite, target, surroundings(ledger)))
    return Run(plan, result, suite, tuple(ledger.said))


def a_draft(run: Run | None = None, **changes: Any) -> Draft:
    """Return the draft of a run's finding; the changes are those of ``draft_from_assessment``."""
    run = run or a_run()
    settings = {"chosen": None, "comparison": None, "new_salt": new_salt, **changes}
    return draft_from_assessment(run.plan, run.assessment, run.suite, run.transcripts, **settings)


@cache
def a_key(
    name: str,
    *,
    created: datetime = KEYS_MADE,
    expires: datetime | None = None,
    private_pem: bytes | None = None,
    identity_text: str | None = None,
) -> OwnKey:
    """Return a party's key; the same one each time for the same party."""
    with TemporaryDirectory() as folder:
        keys = KeyFolder(Path(folder))
        keys.new(
            name,
            created=created,
            expires=expires,
            private_pem=private_pem,
            identity_text=identity_text,
        )
        return keys.load(name)


def alder() -> OwnKey:
    """Return the reporter's key."""
    return a_key("alder-lab")


def birch() -> OwnKey:
    """Return the key of the party that reruns the finding."""
    return a_key("birch-lab")


def cedar() -> OwnKey:
    """Return the key of the party that gets a grant."""
    return a_key("cedar-desk")


def witness() -> OwnKey:
    """Return the key of the log's witness."""
    return a_key("dusk-witness")


def trusting(*keys: OwnKey, witnesses: tuple[OwnKey, ...] = ()) -> TrustList:
    """Return a trust list of some parties and some witnesses."""
    return TrustList(
        keys=(
            *(TrustedKey(card=key.card) for key in keys),
            *(TrustedKey(card=key.card, witness=True) for key in witnesses),
        )
    )


def everybody() -> TrustList:
    """Return the trust list of somebody who knows all parties."""
    return trusting(alder(), birch(), witnesses=(witness(),))


def sealed(draft: Draft | None = None, *signers: OwnKey, **changes: Any) -> Bundle:
    """Seal a finding by alder-lab, unless others sign, to birch-lab."""
    settings: dict[str, Any] = {
        "finding_id": FINDING_ID,
        "interests": "None.",
        "now": SEALED,
        "new_salt": new_salt,
        **changes,
    }
    readers = [Reader(birch().card, READABLE)]
    return seal_finding(draft or a_draft(), readers, signers or (alder(),), **settings)


@cache
def a_bundle() -> Bundle:
    """Return the sealed finding, to which nothing was added yet."""
    return sealed()


def a_recipe_of(bundle: Bundle, key: OwnKey | None = None) -> SealedRecipe:
    """Return a bundle's recipe, opened."""
    opened = open_part(bundle, PartName.RECIPE, (key or alder()).identity)
    return SealedRecipe.parse(opened.content, source="The recipe")


@cache
def a_rerun() -> Reproduction:
    """Return birch-lab's rerun of the finding."""
    bundle, target = a_bundle(), ScriptedTarget(LEAKY)
    recipe = a_recipe_of(bundle, birch())
    plan = make_reproduction_plan(
        bundle.finding, recipe, target.description, seed=3, budget=Budget(), created=SEALED
    )
    assert recipe.judge is not None
    return run_in_virtual_time(reproduce(plan, recipe, target, surroundings(), judge=recipe.judge))


def a_statement(
    by: str = "birch-lab", *, created: datetime = SEALED, finding: Finding | None = None, **changes: Any
) -> Corroboration:
    """Return what a party says of its rerun; the changes are those of the reproduction."""
    rerun = a_rerun().model_copy(update=changes)
    return Corroboration(
        created=created,
        corroborator=by,
        interests="None.",
        shared=(Shared.ACCOUNT,),
        reproduction=rerun,
        within_stated_interval=lies_within(rerun.rate, (finding or a_bundle().finding).rate),
    )


def corroborated(bundle: Bundle, statement: Corroboration | None = None, by: OwnKey | None = None) -> Bundle:
    """Add a corroboration, birch-lab's unless it is another's."""
    by = by or birch()
    signed = sign_corroboration(statement or a_statement(by.card.name), by)
    return add_corroboration(bundle, signed, [by.card], alder(), now=SEALED + timedelta(hours=1))


def elm() -> OwnKey:
    """Return the key of the party that claims a fix."""
    return a_key("elm-models")


def ordinary_requests(
    cells: Mapping[tuple[Answered, Answered], int], *, margin: float = 0.05
) -> BenignResult:
    """Return what pairs of ordinary requests say in a first round; they are consumed as given."""
    counts = {(Answer(one.value), Answer(two.value)): n for (one, two), n in cells.items()}
    ends = change_interval(counts, 0.95)
    not_worse, over_blocked = (e_value_of(log_e) for log_e in over_refusal_log_e(counts, margin))
    decision = BenignDecision.UNDETERMINED
    if not_worse * ROUND_ALPHA >= 1:
        decision = BenignDecision.NOT_WORSE
    elif over_blocked * BENIGN_ALPHA >= 1:
        decision = BenignDecision.OVER_BLOCKED
    pairs = sum(counts.values())
    before, after = (
        interval_of(
            violated=sum(n for pair, n in counts.items() if pair[side] is Answer.REFUSED),
            undetermined=sum(n for pair, n in counts.items() if pair[side] is Answer.UNDETERMINED),
            n=pairs,
        )
        for side in (0, 1)
    )
    return BenignResult(
        decision=decision,
        reason=f"{pairs} pairs say that it is {decision}",
        margin=margin,
        alpha=ROUND_ALPHA,
        over_blocked_alpha=BENIGN_ALPHA,
        pairs=pairs,
        cells=tuple(BenignCell(before=one, after=two, n=n) for (one, two), n in cells.items()),
        refused_before=before,
        refused_after=after,
        change=(after.violated - before.violated) / pairs,
        lower=ends.lower,
        upper=ends.upper,
        e_not_worse=not_worse,
        e_over_blocked=over_blocked,
    )


@cache
def a_verification_plan(by: str = "birch-lab") -> VerificationPlan:
    """Return the plan of birch-lab's verification of the fix that elm-models claims."""
    finding = a_bundle().finding
    return made.a_plan(
        created=SEALED,
        by=by,
        fixer=PartyRef(name="elm-models", key_id=elm().card.key_id),
        finding=finding.content_id,
        finding_id=finding.id,
        recipe=a_recipe_of(a_bundle()).content_id,
        before_is_reported=False,
        benign=BenignPlan(
            requests=400,
            digest=digest("ordinary requests"),
            margin=0.05,
            alpha=ROUND_ALPHA,
            over_blocked_alpha=BENIGN_ALPHA,
        ),
    )


def a_verification(by: str = "birch-lab", **changes: Any) -> Verification:
    """Return what birch-lab, or another party, says of the fix: the class is mitigated.

    Args:
        by: Who says it.
        changes: What differs. Held-out requests are made up, as many as the strata asked.
    """
    plan = a_verification_plan(by)
    given, refused = Answered.GIVEN, Answered.REFUSED
    told = made.a_verification(
        created=SEALED + timedelta(hours=3),
        plan=plan.content_id,
        finding=plan.finding,
        finding_id=plan.finding_id,
        by=by,
        fixer=plan.fixer,
        before_is_reported=False,
        benign=ordinary_requests({(given, given): 101, (refused, refused): 2}),
    ).model_copy(update=changes)
    asked = sum(stratum.asked for stratum in told.strata)
    used = tuple(f"{number:064x}" for number in range(asked))
    return told.model_copy(update={"used": changes.get("used", used)})


def verified(bundle: Bundle, verification: Verification | None = None, by: OwnKey | None = None) -> Bundle:
    """Add a verification, birch-lab's unless it is another's."""
    by = by or birch()
    signed = sign_verification(verification or a_verification(by.card.name), by)
    return add_verification(bundle, signed, [by.card], alder(), now=SEALED + timedelta(hours=3, minutes=30))


def a_minimization(bundle: Bundle, **changes: Any) -> tuple[Minimization, bytes]:
    """Return a shorter recipe, sealed, with the step that led to it."""
    part, data = sealed_part(
        PartContent.of(PartName.MINIMAL, a_recipe_of(bundle)),
        [alder().card, birch().card],
        new_salt=new_salt,
    )
    fields: dict[str, Any] = {
        "created": SEALED + timedelta(hours=3),
        "finding": bundle.finding.content_id,
        "finding_id": bundle.finding.id,
        "by": "alder-lab",
        "model": bundle.finding.model,
        "hypotheses": HypothesesRecord(p0=0.5, p1=0.05, alpha=0.05, beta=0.01),
        "steps": (
            MinimizationStep(
                left_out="turn 1",
                outcome=ReproductionOutcome.REPRODUCED,
                violated=3,
                n=4,
                kept_out=True,
            ),
        ),
        "spend": Spend(calls=4, prompt_tokens=0, completion_tokens=0, money=None, currency=None),
        "part": part,
        **changes,
    }
    return Minimization(**fields), data


def granted(bundle: Bundle, part: PartName = PartName.RECIPE, *, to: OwnKey | None = None) -> Bundle:
    """Let cedar-desk, or another party, read a part."""
    opened = open_part(bundle, part, alder().identity)
    return grant_part(bundle, part, opened, (to or cedar()).card, alder(), now=SEALED + timedelta(hours=2))


def shortened(bundle: Bundle) -> Bundle:
    """Add a shorter recipe."""
    shorter, data = a_minimization(bundle)
    return add_minimization(bundle, shorter, data, alder(), now=shorter.created)


@cache
def a_grown_bundle() -> Bundle:
    """Return the finding with everything that can be added to it: each kind of member is in it."""
    bundle = verified(shortened(granted(corroborated(a_bundle()))))
    return with_cosignature(bundle, witness(), now=SEALED + timedelta(hours=4))


def changed(bundle: Bundle, members: Mapping[str, bytes | None]) -> Bundle:
    """Return a bundle with some members replaced, or removed where there is none."""
    merged = {**bundle.members, **members}
    return Bundle({name: data for name, data in merged.items() if data is not None}, bundle.source)


def written(bundle: Bundle, folder: Path, name: str = "finding.gsb") -> Path:
    """Write a bundle in its canonical form."""
    path = folder / name
    path.write_bytes(write_archive(bundle.members))
    return path


def audited(
    bundle: Bundle | bytes, folder: Path, trust: TrustList | None = None, *, heads: Path | None = None
) -> AuditReport:
    """Audit a bundle, or the bytes of its file, as a reader does who knows all parties."""
    path = folder / "audited.gsb"
    path.write_bytes(bundle if isinstance(bundle, bytes) else write_archive(bundle.members))
    return audit_path(path, everybody() if trust is None else trust, heads=heads)


def failures(report: AuditReport) -> list[tuple[str, str | None, str]]:
    """Return what failed: the check, the member, the detail."""
    return [
        (check.what, check.member, check.detail)
        for check in report.checks
        if check.state is CheckState.FAILED
    ]


D = TypeVar("D", bound=Document)


def edited(document: D, change: Callable[[dict[str, Any]], None]) -> D:
    """Return a document with its JSON changed by hand, as a forger would."""
    value = json.loads(document.canonical())
    change(value)
    return type(document).from_json(value, source="A forgery")


def setting(**changes: Any) -> Callable[[dict[str, Any]], None]:
    """Return a change of fields, whose names are paths with two underscores between the steps."""

    def change(value: dict[str, Any]) -> None:
        for path, new in changes.items():
            *steps, last = path.split("__")
            place: Any = value
            for step in steps:
                place = place[int(step) if step.isdigit() else step]
            place[int(last) if last.isdigit() else last] = new

    return change


def resealed(
    bundle: Bundle,
    change: Callable[[dict[str, Any]], None],
    *,
    by: OwnKey | None = None,
    members: Mapping[str, bytes] | None = None,
) -> Bundle:
    """Return a finding that its own reporter changed and signed again, as one who cheats can."""
    by = by or alder()
    finding = edited(bundle.finding, change)
    kept = {**_files(bundle), **(members or {})}
    subjects = [
        file_subject(one.name, kept[one.name]) if one.name in kept else one
        for one in bundle.documents[0].subjects
    ]
    return new_bundle(finding, sign(finding, subjects, [by]), kept, key=by, now=finding.created)


def _files(bundle: Bundle) -> dict[str, bytes]:
    """Return the members that are neither documents nor the log."""
    return {
        name: data for name, data in bundle.members.items() if not name.startswith(("documents/", "log/"))
    }


def relogged(
    bundle: Bundle,
    documents: Sequence[bytes],
    *,
    by: OwnKey | None = None,
    logged: Sequence[datetime] = (),
    more: Mapping[str, bytes] | None = None,
) -> Bundle:
    """Return a bundle with other documents in a log that its own keeper began anew."""
    by = by or alder()
    kept = _files(bundle)
    files: dict[str, bytes] = {}
    for place, data in enumerate(documents):
        read = read_signed(data, source="it")
        kind = read.predicate_type.split("/")[-2]
        kept[f"documents/{place:06d}-{kind}.json"] = data
        moment = logged[place] if place < len(logged) else SEALED + timedelta(hours=place)
        entry = NewEntry(read.digest, read.predicate_type)
        files = with_entries(files, [entry], origin_of(bundle.finding.id), by, now=moment)
    kept |= {f"log/{name}": data for name, data in files.items()}
    return Bundle({**kept, **(more or {})}, bundle.source)
