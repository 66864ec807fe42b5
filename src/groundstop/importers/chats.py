"""Conversations in other tools' forms, as messages: text only, in the three roles that a recipe has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from groundstop.documents import Message
from groundstop.importers.fields import mapping, text

_ROLES = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "simulated_assistant": "assistant",
}

TOOLS_USED = "the conversation uses tools, which a trial cannot hold"
MORE_THAN_TEXT = "the conversation holds more than text"
NO_PROMPT = "no prompt is in the record"


@dataclass(frozen=True, slots=True)
class Asked:
    """A conversation up to an answer, or why it cannot be told."""

    messages: tuple[Message, ...] = ()
    problem: str | None = None


def read_turns(turns: Sequence[Any], content: Callable[[Any], str | None]) -> Asked:
    """Read turns of which each is an object with a role.

    Args:
        turns: The turns, in order.
        content: Returns the text of a turn; none when it holds anything else.

    Returns:
        The messages; or a problem, when there are none, or one cannot be held by a recipe.
    """
    messages = []
    for turn in turns:
        role = text(turn, "role")
        if role in ("tool", "function"):
            return Asked(problem=TOOLS_USED)
        said = content(turn)
        if role not in _ROLES or said is None:
            return Asked(problem=MORE_THAN_TEXT)
        messages.append(a_message(_ROLES[role], said))
    return Asked(tuple(messages)) if messages else Asked(problem=NO_PROMPT)


def a_message(role: str, content: str) -> Message:
    """Return a message in one of the three roles."""
    return Message.model_validate({"role": role, "content": content})


def plain_content(turn: Any) -> str | None:
    """Return a turn's content, for tools that write it as a text."""
    return text(turn, "content")


def parted_content(turn: Any) -> str | None:
    """Return a turn's text, for tools that write it as a text or as a list of typed parts.

    Reasoning is left out: it is no part of what was said.
    """
    plain = text(turn, "content")
    if plain is not None:
        return plain
    parts = mapping(turn).get("content")
    if not isinstance(parts, list):
        return None
    spoken = [part for part in parts if text(part, "type") != "reasoning"]
    texts = [text(part, "text") if text(part, "type") == "text" else None for part in spoken]
    return None if None in texts else "\n".join(one for one in texts if one is not None)
