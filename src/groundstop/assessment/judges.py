"""Judges ready to use: a model judge gets its model, paced and booked like every other call of the run."""

from __future__ import annotations

from groundstop.assessment.calls import CallBook
from groundstop.assessment.surroundings import Surroundings
from groundstop.documents import Judge, JudgeRecord, LabelsJudge, Message, ModelJudge, Sampling
from groundstop.suites import JudgeFunction, build_judge
from groundstop.targets import ChatRequest, PacedTarget, SpendMeter

_JUDGE_SAMPLING = Sampling(temperature=0, max_tokens=8)


def judge_for(spec: Judge, around: Surroundings, meter: SpendMeter) -> JudgeFunction:
    """Build the judge that a behavior names.

    Args:
        spec: The judge as the suite describes it.
        around: Opens the model of a model judge, and knows the folder of label files.
        meter: The run's spend cap, which a judge's calls count against too.

    Returns:
        The judge. A model judge raises :class:`~groundstop.targets.CallFailure` when its model gives no
        answer.
    """
    if not isinstance(spec, ModelJudge):
        return build_judge(spec, labels_folder=around.labels_folder, ask_model=None)
    target = around.open_judge(spec.target)
    paced = PacedTarget(
        target,
        target.description.limits,
        observer=CallBook(around.ledger, meter),
        clock=around.clock,
        sleep=around.sleep,
        random=around.chance,
    )

    async def ask(messages: tuple[Message, ...]) -> str:
        answered = await paced.ask(ChatRequest(messages=messages, sampling=_JUDGE_SAMPLING, seed=0))
        return answered.reply.text

    return build_judge(spec, labels_folder=around.labels_folder, ask_model=ask)


def judge_record(judge: Judge) -> JudgeRecord:
    """Return what is told openly of a judge: its kind and how far it errs, never what it looks for.

    Args:
        judge: The judge.
    """
    if isinstance(judge, ModelJudge):
        note = "people confirm each positive" if judge.adjudicated else None
        return JudgeRecord(type=judge.type, errs=True, measured=judge.measured, note=note)
    note = "people decided, by labels of the answers" if isinstance(judge, LabelsJudge) else None
    return JudgeRecord(type=judge.type, errs=False, note=note)
