"""garak's attempts and hits as records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from groundstop.documents import Verdict
from groundstop.importers.chats import MORE_THAN_TEXT, Asked, read_turns
from groundstop.importers.fields import count, items, mapping, number, text, word
from groundstop.importers.garak_scores import read_score, trigger_judge
from groundstop.importers.records import Attested, ImportedRecord, Record, SkippedRecord


def read_attempt(
    value: Any, position: str, *, threshold: float | None, model: str | None
) -> Iterator[Record]:
    """Read an attempt that was judged.

    Args:
        value: Its line.
        position: Where in the file it stands.
        threshold: As the file states it; none when it states none.
        model: The model, as the file names it.

    Yields:
        A record for each output and each detector that judged it.
    """
    uuid = word(value, "uuid")
    detectors = mapping(value, "detector_results")
    if not detectors:
        yield SkippedRecord(position, "no detector judged the attempt")
    outputs = items(value, "outputs")
    asked = [_asked(value, index, len(outputs)) for index in range(len(outputs))]
    for order, (detector, scores) in enumerate(detectors.items()):
        if not isinstance(scores, list) or len(scores) != len(outputs):
            yield SkippedRecord(f"{position}, detector {order}", "scores and outputs do not pair up")
            continue
        for index, output in enumerate(outputs):
            place = f"{position}, output {index}, detector {order}"
            problem = asked[index].problem or (MORE_THAN_TEXT if mapping(output).get("data_path") else None)
            if problem is not None:
                yield SkippedRecord(place, problem)
                continue
            answer = text(output, "text")
            verdict, reason = read_score(scores[index], answer, threshold)
            yield ImportedRecord(
                position=place,
                behavior_name=detector,
                technique_name=text(value, "probe_classname"),
                messages=asked[index].messages,
                answer=answer,
                verdict=verdict,
                reason=reason,
                attested=_attested(uuid, model),
                judge=trigger_judge(detector, mapping(value, "notes").get("triggers")),
                identity=(uuid, str(index), detector) if uuid else (),
            )


def _asked(value: Any, index: int, outputs: int) -> Asked:
    """Return what came before an output: its own conversation, where there is one for each output."""
    conversations = items(value, "conversations")
    turns = items(value, "prompt", "turns")
    if len(conversations) == outputs:
        own = items(conversations[index], "turns")
        answers = [place for place, turn in enumerate(own) if text(turn, "role") == "assistant"]
        turns = own[: answers[-1]] if answers else own or turns
    return read_turns(turns, _content)


def _content(turn: Any) -> str | None:
    content = mapping(turn, "content")
    return None if content.get("data_path") or content.get("data_type") else text(content, "text")


def read_hit(value: Any, position: str, *, model: str | None) -> Record:
    """Read a line of a hitlog, in which garak lists what it counted as hits and nothing else."""
    asked = read_turns(items(value, "prompt", "turns"), _content)
    answer = text(value, "output", "text")
    detector, uuid = text(value, "detector"), word(value, "attempt_id")
    if asked.problem is not None or answer is None or detector is None:
        return SkippedRecord(position, asked.problem or "the hit has no output or detector")
    score = number(value, "score")
    said = "no score" if score is None else f"score {score:g}"
    return ImportedRecord(
        position=position,
        behavior_name=detector,
        technique_name=text(value, "probe"),
        messages=asked.messages,
        answer=answer,
        verdict=Verdict.VIOLATED,
        reason=f"garak lists it among its hits ({said})",
        attested=_attested(uuid, model),
        judge=trigger_judge(detector, value.get("triggers")),
        identity=(uuid, str(count(value, "attempt_idx")), detector) if uuid else (),
    )


def _attested(uuid: str | None, model: str | None) -> Attested:
    # The run's seed is garak's own, for choosing prompts; no answer can be drawn again with it.
    return Attested(model=model, attempt_id=uuid)
