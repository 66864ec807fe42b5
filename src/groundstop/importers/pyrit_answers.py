"""The ends of PyRIT's conversations: what was asked, and the answer to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from groundstop.documents import Usage
from groundstop.importers.chats import MORE_THAN_TEXT, Asked, read_turns
from groundstop.importers.fields import count, moment, text, word
from groundstop.importers.pyrit_memory import Memory, Piece
from groundstop.importers.records import Attested

_TEXTS = ("text", "error")
"""Types of what PyRIT sends as text; a message about an error stands in a conversation like any other."""


@dataclass(frozen=True, slots=True)
class End:
    """The end of a conversation: what was asked, and the answer to it."""

    asked: Asked
    answer: str | None
    attested: Attested


def end_of(conversation: list[Piece], last: Piece | None, memory: Memory) -> End:
    """Return a conversation up to an answer.

    Args:
        conversation: Its pieces, in order.
        last: The answer; none when it is not known, and then all of the conversation was asked.
        memory: Where metadata and targets are looked up.

    Returns:
        What was asked, the answer, and what the file says of it.
    """
    spoken = [piece for piece in conversation if piece.turn["type"] != "reasoning"]
    if last is None:
        return End(read_turns([piece.turn for piece in spoken], _content), None, Attested())
    before = [piece for piece in spoken if piece.sequence < last.sequence]
    end = [piece for piece in spoken if piece.sequence == last.sequence]
    asked = read_turns([piece.turn for piece in before], _content)
    if len(end) != 1 or _content(end[0].turn) is None:
        asked = Asked(problem=MORE_THAN_TEXT)
    # In the place of an answer that a filter or a fault kept back stands the tool's own message about it.
    came = len(end) == 1 and end[0].error in (None, "none") and end[0].turn["type"] == "text"
    answer = _content(end[0].turn) if came else None
    started = moment(before[-1].written, utc=True) if before else None
    told = memory.parsed(last.metadata)
    target = memory.target_of(last.conversation)
    attested = Attested(
        model=None if target is None else target.name,
        started=started,
        usage=Usage(
            prompt_tokens=count(told, "token_usage_input_tokens"),
            completion_tokens=count(told, "token_usage_output_tokens"),
        ),
        finish=word(told, "finish_reason"),
    )
    return End(asked, answer, attested)


def _content(turn: object) -> str | None:
    return text(turn, "content") if text(turn, "type") in _TEXTS else None


def with_id(attested: Attested, identifier: str | None) -> Attested:
    """Return what is attested of an answer, with the id of the attack or score."""
    return replace(attested, attempt_id=identifier)
