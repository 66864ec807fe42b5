"""One sample of an Inspect log: what was asked and answered, and a record for each scorer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from groundstop.documents import Usage, Verdict
from groundstop.importers.chats import MORE_THAN_TEXT, Asked, a_message, parted_content, read_turns
from groundstop.importers.fields import count, duration, items, mapping, moment, text, word
from groundstop.importers.inspect_scores import includes_judge, read_score, scorer_options
from groundstop.importers.records import Attested, ImportedRecord, Record, SkippedRecord, ViolatedWhen

_ATTACHMENT = "attachment://"


@dataclass(frozen=True, slots=True)
class Log:
    """What is true of a whole log."""

    header: Any
    violated_when: ViolatedWhen | None

    @property
    def scorers(self) -> list[str]:
        """Names of the scorers that were to be used."""
        return [name for one in items(self.header, "eval", "scorers") if (name := word(one, "name"))]


def read_sample(sample: Any, position: str, log: Log) -> Iterator[Record]:
    """Read one sample.

    Args:
        sample: Its value.
        position: Where in the file it stands.
        log: What is true of the whole log.

    Yields:
        A record for each scorer.

    Source: Inspect 0.3.285, ``log/_log.py``.
    """
    if not mapping(sample):
        yield SkippedRecord(position, "an entry that is no sample")
        return
    scores = mapping(sample, "scores")
    scorers = list(scores) or log.scorers
    if not scorers:
        yield SkippedRecord(position, "no scorer, so nothing was checked")
    asked, answer = _said(sample)
    for order, scorer in enumerate(scorers):
        place = position if len(scorers) == 1 else f"{position}, scorer {order}"
        if asked.problem is not None:
            yield SkippedRecord(place, asked.problem)
            continue
        verdict, reason = _verdict(sample, scores.get(scorer), answer, log.violated_when)
        yield ImportedRecord(
            position=place,
            behavior_name=scorer,
            technique_name=text(log.header, "eval", "task"),
            messages=asked.messages,
            answer=answer,
            verdict=verdict,
            reason=reason,
            attested=_attested(sample, log),
            judge=includes_judge(scorer, scorer_options(log.header, scorer), sample, log.violated_when),
            identity=_identity(sample, scorer),
        )


def _verdict(
    sample: Any, score: Any, answer: str | None, violated_when: ViolatedWhen | None
) -> tuple[Verdict, str]:
    if mapping(sample).get("error") is not None:
        return Verdict.UNDETERMINED, "the sample ended with an error"
    if mapping(sample).get("invalidation") is not None:
        return Verdict.UNDETERMINED, "the log marks the sample as invalid"
    if answer is None:
        return Verdict.UNDETERMINED, "no answer came"
    if score is None:
        return Verdict.UNDETERMINED, "the sample was not scored"
    return read_score(score, violated_when)


def _said(sample: Any) -> tuple[Asked, str | None]:
    """Return what was asked, which is the conversation up to the last answer, and the answer."""
    turns = items(sample, "messages")
    answers = [place for place, turn in enumerate(turns) if text(turn, "role") == "assistant"]
    answer = text(sample, "output", "completion") if items(sample, "output", "choices") else None
    asked = turns[: answers[-1]] if answers else turns
    if not asked:
        given = mapping(sample).get("input")
        asked = given if isinstance(given, list) else []
        if isinstance(given, str):
            return Asked((a_message("user", given),)), answer
    read = read_turns(asked, parted_content)
    # What is not text is kept apart from the messages, and a reference stands in its place.
    if any(message.content.startswith(_ATTACHMENT) for message in read.messages):
        return Asked(problem=MORE_THAN_TEXT), answer
    return read, answer


def _attested(sample: Any, log: Log) -> Attested:
    output = mapping(sample, "output")
    choices = items(output, "choices")
    seconds = duration(output, "time")
    return Attested(
        model=word(output, "model") or word(log.header, "eval", "model"),
        seed=count(log.header, "plan", "config", "seed"),
        started=moment(word(sample, "started_at")),
        latency_ms=None if seconds is None else round(seconds * 1000, 3),
        usage=Usage(
            prompt_tokens=count(output, "usage", "input_tokens"),
            completion_tokens=count(output, "usage", "output_tokens"),
        ),
        finish=word(choices[0], "stop_reason") if choices else None,
        request_id=word(output, "response_id"),
        attempt_id=word(sample, "uuid"),
    )


def _identity(sample: Any, scorer: str) -> tuple[str, ...]:
    uuid = word(sample, "uuid")
    return (uuid, scorer) if uuid else ()
