"""Making one trial: ask, judge, keep. Never made again once it is on record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypedDict

from groundstop.assessment.ports import Progress, RunLedger, TrialKey
from groundstop.assessment.questions import Question
from groundstop.documents import Phase, TargetDescription, Trial, Verdict, said, said_digest
from groundstop.errors import GroundstopError, TargetError
from groundstop.suites import JudgedAnswer, Judgement, answer_digest
from groundstop.targets import (
    CallFailure,
    FailureKind,
    PacedTarget,
)

FAILED_IN_A_ROW = 4
"""Trials in a row without an answer, each after all its attempts, after which the target counts as gone."""

_FATAL = frozenset({FailureKind.KEY_REFUSED, FailureKind.MODEL_NOT_FOUND, FailureKind.WRONG_ADDRESS})


class TrialRunner:
    """Makes the trials of one target in one run.

    Args:
        plan: Content id of the plan.
        target: What is asked, with its pace and retries.
        description: The target as it goes on record.
        ledger: Where trials are kept.
        known: The trials on record already, by key; a resumed run does not make them again.
        progress: Told of each trial.
        clock: The time, for trials that got no answer.
    """

    def __init__(
        self,
        *,
        plan: str,
        target: PacedTarget,
        description: TargetDescription,
        ledger: RunLedger,
        known: dict[TrialKey, Trial],
        progress: Progress,
        clock: Callable[[], datetime],
    ) -> None:
        self._plan = plan
        self._target = target
        self._description = description
        self._ledger = ledger
        self._known = known
        self._progress = progress
        self._clock = clock
        self._failed_in_a_row = 0

    async def run(self, question: Question) -> Trial:
        """Return the trial of a question, from the record if it is there.

        Args:
            question: What to ask, and who judges.

        Returns:
            The trial. It is undetermined when no answer came after all attempts.

        Raises:
            BudgetError: The spend cap does not allow the call.
            InputError: The target refuses the key, the model or the address.
            TargetError: The target has stopped answering.
            WorkspaceError: The trial could not be kept.
        """
        known = self._known.get(question.key)
        if known is not None and known.verdict is not Verdict.UNDETERMINED:
            return known
        if known is not None and known.answer_sha256 is not None:
            return await self._judge_again(question, known)
        return await self._ask(question)

    async def _ask(self, question: Question) -> Trial:
        started = self._clock()
        try:
            answered = await self._target.ask(question.request)
        except CallFailure as failure:
            if failure.kind in _FATAL:
                raise failure.as_error() from failure
            return self._keep_unanswered(question, started, failure)
        self._failed_in_a_row = 0
        reply = answered.reply
        stopped: GroundstopError | None = None
        try:
            judgement = await _judge(question, reply.text, reply.finish)
        except GroundstopError as error:
            # The answer is paid for: keep it, and let a resumed run judge it.
            stopped, judgement = error, Judgement(Verdict.UNDETERMINED, "not judged: the run ended")
        trial = Trial(
            **self._identity(question),
            verdict=judgement.verdict,
            reason=judgement.reason,
            answer_sha256=answer_digest(reply.text),
            attempts=answered.attempts,
            started=answered.started,
            latency_ms=round(reply.latency_s * 1000, 3),
            usage=reply.usage,
            finish=reply.finish,
            served_model=reply.served_model,
            fingerprint=reply.fingerprint,
            request_id=reply.request_id,
        )
        self._keep(trial, question, reply.text)
        if stopped is not None:
            raise stopped
        return trial

    async def _judge_again(self, question: Question, known: Trial) -> Trial:
        """Judge a kept answer once more: a label may have come since."""
        answer = self._ledger.answer(question.key)
        if answer is None:
            return await self._ask(question)
        judgement = await _judge(question, answer, known.finish)
        if (judgement.verdict, judgement.reason) == (known.verdict, known.reason):
            return known
        trial = known.model_copy(update={"verdict": judgement.verdict, "reason": judgement.reason})
        self._keep(trial, question, answer)
        return trial

    def _keep_unanswered(self, question: Question, started: datetime, failure: CallFailure) -> Trial:
        trial = Trial(
            **self._identity(question),
            verdict=Verdict.UNDETERMINED,
            reason=f"no answer: {failure.kind.value.replace('_', ' ')}",
            answer_sha256=None,
            attempts=failure.attempts,
            started=started,
            latency_ms=0,
        )
        self._keep(trial, question, None)
        if question.key.phase is Phase.MINIMIZE and failure.kind is FailureKind.REQUEST_REFUSED:
            # The target is there: it does not take a conversation with this turn left out.
            return trial
        self._failed_in_a_row += 1
        if self._failed_in_a_row >= FAILED_IN_A_ROW:
            raise TargetError(
                f"{self._description.name} has stopped answering: {failure.message}",
                "Check it with groundstop target check, then resume the run; nothing recorded is lost",
            ) from failure
        return trial

    def _keep(self, trial: Trial, question: Question, answered: str | None) -> None:
        self._ledger.record(trial, asked=said(question.request.messages), answered=answered)
        self._known[question.key] = trial
        self._progress.trial(trial)

    def _identity(self, question: Question) -> _Identity:
        key = question.key
        return {
            "plan": self._plan,
            "phase": key.phase,
            "target": key.target,
            "behavior": key.behavior,
            "technique": key.technique,
            "variant": question.variant,
            "index": key.index,
            "seed": question.request.seed,
            "request_sha256": said_digest(question.request.messages),
            "simulated": self._description.simulated,
        }


class _Identity(TypedDict):
    """What a trial has from its question."""

    plan: str
    phase: Phase
    target: str
    behavior: str
    technique: str
    variant: str | None
    index: int
    seed: int
    request_sha256: str
    simulated: bool


async def _judge(question: Question, text: str, finish: str | None) -> Judgement:
    asked = question.request.messages[-1].content
    try:
        return await question.judge(JudgedAnswer(text=text, finish=finish, request_text=asked))
    except CallFailure as failure:
        if failure.kind in _FATAL:
            raise failure.as_error() from failure
        return Judgement(Verdict.UNDETERMINED, "the judging model gave no answer")
