"""A finding from another tool's results: what it reports, with what it does not attest left open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from groundstop.assessment import judge_record
from groundstop.assessment.rates import LEVEL, interval_of
from groundstop.documents import (
    Attestation,
    Effort,
    Environment,
    Estimand,
    Import,
    ImportedClass,
    ImportedTrial,
    JudgeRecord,
    Match,
    Message,
    PartName,
    RateInterval,
    RecipeWording,
    Requirement,
    SealedRecipe,
    SourceFile,
    TestedModel,
    Verdict,
    contains,
    parse_json,
)
from groundstop.errors import InputError
from groundstop.evidence.audit.numbers import NO_RATE
from groundstop.evidence.findings.choosing import choose_class
from groundstop.evidence.findings.draft import Draft, Transcript, trials_part
from groundstop.evidence.sealed_files import PartContent

_WORDINGS_FOR_A_CLASS = 20
"""Different wordings from which a claim is made about them all, and not about the one that violated most."""

_MOST_WORDS = 6
"""Longer names of checks are taken for instructions."""

Said = tuple[ImportedTrial, Transcript]


def draft_from_import(
    account: Import, transcripts: Sequence[Transcript], *, chosen: str | None, new_salt: Callable[[], bytes]
) -> Draft:
    """Draw up a finding from an import.

    With few different wordings the finding is about the one that violated most often, and holds the trials
    of that one only. No test with known error rates decided anything, so there is no decision.

    Args:
        account: What was imported.
        transcripts: The imported trials with what was said.
        chosen: The class, as ``behavior/technique``; the only violated one when none.
        new_salt: Gives 32 random bytes at each call.

    Returns:
        The draft.

    Raises:
        InputError: Nothing was violated, or several classes were and none is chosen.
    """
    entry = _violated(account, chosen)
    own = [
        (one.trial, one)
        for one in transcripts
        if isinstance(one.trial, ImportedTrial)
        and (one.trial.behavior, one.trial.technique) == (entry.behavior, entry.technique)
    ]
    estimand, said = _about(own)
    trials = [trial for trial, _ in said]
    name = _open_name(entry, own)
    checked = f" as {name}" if name else ""
    requirement = Requirement(
        id="imported-check", statement=f"What {account.tool} checks{checked} does not happen."
    )
    started = [trial.started for trial in trials if trial.started is not None]
    request_ids = sum(trial.request_id is not None for trial in trials)
    return Draft(
        model=TestedModel(
            # Whom this program had the tool ask is known better than what the tool's file calls it.
            identity=account.target.model if account.target else account.model,
            protocol=account.target.protocol if account.target else None,
            window_start=min(started, default=None),
            window_end=_end(trials, started),
            simulated=account.target is not None and account.target.simulated,
        ),
        requirement=requirement,
        estimand=estimand,
        plan=account.content_id,
        decision=None,
        rate=_rate(trials, account),
        comparators=None,
        judge=_judge(account, entry, name),
        effort=Effort(classes_tried=len(account.classes), trials=len(trials), screened=0, spend=None),
        environment=Environment(
            software=f"{account.tool} {account.tool_version or '(version not attested)'}",
            python=None,
            sampling=None,
        ),
        source=SourceFile(
            tool=account.tool,
            tool_version=account.tool_version,
            file_sha256=account.file_sha256,
            not_attested=account.not_attested,
        ),
        attestation=Attestation.PROVIDER_IDS if request_ids else Attestation.UNATTESTED,
        request_ids=request_ids,
        parts=(
            PartContent.of(PartName.RECIPE, _recipe(account, entry, requirement, estimand, said)),
            PartContent.of(PartName.PLAN, account),
            trials_part([transcript for _, transcript in said], new_salt),
        ),
    )


def _violated(account: Import, chosen: str | None) -> ImportedClass:
    violated = [one for one in account.classes if one.counts.violated]
    if not violated:
        raise InputError(
            f"No record of {account.file_name} was read as violated, so there is no finding in it",
            "See how verdicts are mapped in docs/reference/importers.md",
        )
    return choose_class(violated, chosen, source=account.file_name)


def _about(own: list[Said]) -> tuple[Estimand, list[Said]]:
    violations = Counter(trial.request_sha256 for trial, _ in own if trial.verdict is Verdict.VIOLATED)
    if not violations:
        raise InputError("The violated trials of the import are not at hand", "Import the file again")
    if len({trial.request_sha256 for trial, _ in own}) >= _WORDINGS_FOR_A_CLASS:
        return Estimand.VARIANTS, own
    (most, _), *_ = violations.most_common(1)
    return Estimand.ATTEMPTS, [(trial, said) for trial, said in own if trial.request_sha256 == most]


def _recipe(
    account: Import, entry: ImportedClass, requirement: Requirement, estimand: Estimand, said: list[Said]
) -> SealedRecipe:
    asked = dict.fromkeys(transcript.asked for _, transcript in said)
    return SealedRecipe(
        source=f"{account.tool} {account.tool_version or '(version not attested)'}",
        requirement=requirement,
        behavior=entry.behavior,
        technique=entry.technique,
        estimand=estimand,
        wordings=tuple(RecipeWording(variant=None, messages=_messages(text)) for text in asked),
        sampling=None,
        judge=entry.judge,
    )


def _messages(asked: str) -> tuple[Message, ...]:
    value = parse_json(asked.encode("utf-8"), source="An imported conversation")
    return tuple(Message.model_validate(one) for one in value)


def _rate(trials: Sequence[ImportedTrial], account: Import) -> RateInterval:
    verdicts = [trial.verdict for trial in trials]
    violated, unclear = verdicts.count(Verdict.VIOLATED), verdicts.count(Verdict.UNDETERMINED)
    if account.violations_only:
        return RateInterval(
            violated=violated,
            n=len(verdicts),
            undetermined=unclear,
            lower=0,
            upper=1,
            level=LEVEL,
            method=NO_RATE,
        )
    return interval_of(violated=violated, undetermined=unclear, n=len(verdicts))


def _open_name(entry: ImportedClass, said: list[Said]) -> str | None:
    """Return what the check may be called openly; none when its name is, or may be, what was asked.

    Some tools name a check after the objective that the model was given.
    """
    name = entry.behavior_name
    texts = (text for _, one in said for text in (one.asked, one.answered or ""))
    if len(name.split()) > _MOST_WORDS or any(contains(text, name, Match.ALPHANUMERIC) for text in texts):
        return None
    return entry.behavior


def _judge(account: Import, entry: ImportedClass, name: str | None) -> JudgeRecord:
    if entry.judge is not None:
        return judge_record(entry.judge)
    return JudgeRecord(
        type=f"{account.tool} {name or '(check not named)'}",
        errs=True,
        note="the tool's own; its error is not attested",
    )


def _end(trials: Sequence[ImportedTrial], started: list[datetime]) -> datetime | None:
    ends = [
        trial.started + timedelta(milliseconds=trial.latency_ms or 0)
        for trial in trials
        if trial.started is not None
    ]
    return max(ends) if started else None
