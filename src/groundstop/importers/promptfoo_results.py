"""One result of promptfoo: what was asked and answered, and a record for each of its assertions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from groundstop.documents import Message, Usage, Verdict
from groundstop.importers.chats import MORE_THAN_TEXT, NO_PROMPT, Asked, a_message, plain_content, read_turns
from groundstop.importers.fields import count, duration, flag, items, mapping, text, word
from groundstop.importers.json_text import UnreadableError, parse
from groundstop.importers.naming import short_digest
from groundstop.importers.promptfoo_checks import Meaning, absence_judge, meaning, name_of, read_check
from groundstop.importers.records import Attested, ImportedRecord, Record, SkippedRecord, ViolatedWhen

_ERROR = 2
"""``failureReason`` of a result that ended with an error, which is no failed assertion."""


def is_result(value: Any) -> bool:
    """Tell whether a value has the form of a result."""
    return "success" in mapping(value) and ("prompt" in value or "testCase" in value)


def provider_of(result: Any) -> str | None:
    """Return the id of the provider that was asked."""
    return word(result, "provider", "id") or word(result, "provider")


def read_result(result: Any, position: str, violated_when: ViolatedWhen | None) -> Iterator[Record]:
    """Read one result.

    Args:
        result: Its value.
        position: Where in the file it stands.
        violated_when: What the assertions mean whose type does not tell.

    Yields:
        A record for each of its assertions.

    Source: promptfoo 0.121, ``src/types/index.ts``.
    """
    asked = _asked(result)
    answer = text(result, "response", "output")
    checks = _checks(result)
    if not checks:
        yield SkippedRecord(position, "the result has no assertion, so nothing was checked")
    failed = count(result, "failureReason") == _ERROR
    guarded = any(
        meaning(one.get("assertion")) is Meaning.GUARDRAIL and one.get("pass") is False for one in checks
    )
    for order, check in enumerate(checks):
        place = position if len(checks) == 1 else f"{position}, assertion {order}"
        name = name_of(check.get("assertion"))
        problem = asked.problem or _problem(name, result, answer)
        if problem is not None or name is None:
            yield SkippedRecord(place, problem or "")
            continue
        if failed:
            verdict, reason = Verdict.UNDETERMINED, "the evaluation ended with an error, and no assertion"
        elif answer is None:
            verdict, reason = Verdict.UNDETERMINED, "no answer came"
        else:
            verdict, reason = read_check(check, guarded=guarded, violated_when=violated_when)
        yield ImportedRecord(
            position=place,
            behavior_name=name,
            technique_name=_technique(result),
            messages=asked.messages,
            answer=answer,
            verdict=verdict,
            reason=reason,
            attested=_attested(result),
            judge=absence_judge(check.get("assertion")),
            identity=_identity(result, order),
        )


def _problem(name: str | None, result: Any, answer: str | None) -> str | None:
    if name is None:
        return "a result that names no assertion"
    output = mapping(result, "response").get("output")
    return MORE_THAN_TEXT if answer is None and output is not None else None


def _checks(result: Any) -> list[dict[str, Any]]:
    """Return the results of the assertions; of a result that ended before, its assertions without results."""
    found = items(result, "gradingResult", "componentResults")
    if found:
        return [mapping(one) for one in found]
    return [{"assertion": one} for one in items(result, "testCase", "assert")]


def _asked(result: Any) -> Asked:
    """Return the prompt as it was sent.

    Strategies rewrite prompts on the way: those of several turns leave the conversation, the others the final
    prompt, with the response. A prompt that is a JSON list of messages is one.
    """
    own = mapping(result, "response", "metadata")
    turns = items(own, "messages")
    if turns:
        answers = [place for place, turn in enumerate(turns) if text(turn, "role") == "assistant"]
        return read_turns(turns[: answers[-1]] if answers else turns, plain_content)
    raw = text(own, "redteamFinalPrompt") or text(result, "prompt", "raw")
    if raw is None:
        return Asked(problem=NO_PROMPT)
    listed = _as_messages(raw)
    return Asked(listed or (a_message("user", raw),))


def _as_messages(raw: str) -> tuple[Message, ...]:
    if not raw.lstrip().startswith("["):
        return ()
    try:
        turns = parse(raw.encode("utf-8", "surrogatepass")).value
    except UnreadableError:
        return ()
    return read_turns(turns, plain_content).messages if isinstance(turns, list) else ()


def _technique(result: Any) -> str | None:
    """Return the strategy; without one the plugin; without either what tells the prompt's template."""
    metadata = mapping(result, "testCase", "metadata")
    named = word(metadata, "strategyId") or word(metadata, "pluginId")
    template = word(result, "promptId")
    return named or (None if template is None else f"prompt-{short_digest(template)}")


def _attested(result: Any) -> Attested:
    cached = flag(result, "response", "cached")
    usage = mapping(result, "response", "tokenUsage")
    return Attested(
        model=provider_of(result),
        # The time of an answer from the tool's cache is not that of the call.
        latency_ms=None if cached else duration(result, "latencyMs"),
        usage=Usage(prompt_tokens=count(usage, "prompt"), completion_tokens=count(usage, "completion")),
        finish=word(result, "response", "finishReason"),
        attempt_id=word(result, "id"),
    )


def _identity(result: Any, order: int) -> tuple[str, ...]:
    own = word(result, "id")
    return (own, str(order)) if own else ()
