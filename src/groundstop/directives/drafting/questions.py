"""Filling in a draft by questions: one field each, every answer checked at once against the whole order."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import ValidationError

from groundstop.directives.drafting.blanks import NO_FINDING, blanks_of
from groundstop.directives.drafting.writing import explanations
from groundstop.directives.refusals import hint_for
from groundstop.documents import canonical_bytes, describe
from groundstop.documents.directives import Directive, calls_needed
from groundstop.errors import InputError

_ALWAYS = (
    "order",
    "acts",
    "unknown",
    "effective",
    "review",
    "expires",
    "in_flight",
    "silence.when_dark",
    "fallback",
    "lifting.bound",
    "lifting.alpha",
    "appeal.answer_days",
    "response.more",
)
"""Fields that are asked though they have a value: an author decides them."""


class Question(NamedTuple):
    """A field that is asked."""

    path: str
    """Such as ``basis.text``."""
    text: str
    default: str | None
    """The value as it is; none for a blank, and an empty one for what may be left out."""


def questions_about(directive: Directive) -> Iterator[Question]:
    """Yield the questions that are to be asked of a draft: what is blank, and what an author decides.

    Args:
        directive: The draft, as it is before the first question.
    """
    value, blanks = directive.to_json(), blanks_of(directive)
    for path in dict.fromkeys([*blanks, *_ALWAYS]):
        default = None if path in blanks else _shown(_get(value, path))
        yield Question(path, _explained(path), default)


def answered(directive: Directive, path: str, answer: str) -> Directive:
    """Return a draft with an answer in it.

    Args:
        directive: The draft.
        path: Which field.
        answer: What was typed; several values are separated by commas.

    Returns:
        The draft. What follows from the answer follows: later dates move with the date of effect, and the
        calls that lifting takes are the fewest that can show the bound.

    Raises:
        InputError: With that answer it would be no order, with what to do.
    """
    value = copy.deepcopy(directive.to_json())
    before = _get(value, path)
    given = _parsed(answer.strip(), before, path)
    if path.rpartition(".")[2].isdecimal() and isinstance(given, str):
        # A list with one blank in it takes as many names as are given.
        listed = [one.strip() for one in given.split(",") if one.strip()]
        _put(value, path.rpartition(".")[0], listed)
    else:
        _put(value, path, given)
    try:
        _follow(value, path, before, given)
        return Directive.model_validate_json(canonical_bytes(value))
    except ValidationError as error:
        message, hint = describe(error, source="The draft")
        raise InputError(message, hint_for(message) or hint) from error
    except OverflowError as error:
        raise InputError(
            f"With that answer to {path} a date or a number of calls is beyond counting", "Give another one"
        ) from error


def _follow(value: dict[str, Any], path: str, before: Any, given: Any) -> None:
    if path == "effective":
        try:
            moved = datetime.fromisoformat(given) - datetime.fromisoformat(before)
        except (ValueError, TypeError):
            return  # what is no date is refused by the form
        for name in ("review", "expires"):
            value[name] = (datetime.fromisoformat(value[name]) + moved).isoformat()
    elif path in ("lifting.bound", "lifting.alpha"):
        bound, alpha = value["lifting"]["bound"], value["lifting"]["alpha"]
        if isinstance(bound, float) and isinstance(alpha, float) and 0 < bound < 1 and 0 < alpha < 1:
            value["lifting"]["minimum_n"] = calls_needed(bound, alpha)
    elif path == "evidence.0.finding":
        for model in value["subject"]["models"]:
            model["findings"] = [given if one == NO_FINDING else one for one in model["findings"]]


def _parsed(answer: str, before: Any, path: str) -> Any:
    """Return an answer as a value of the sort that the field has."""
    if not answer:
        return None
    if isinstance(before, bool):
        said = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}
        if answer.lower() not in said:
            raise InputError(f"{path} is yes or no", "Answer yes or no")
        return said[answer.lower()]
    if isinstance(before, float) or path == "appeal.answer_days":
        try:
            return int(answer) if path == "appeal.answer_days" else float(answer)
        except ValueError as error:
            raise InputError(f"{path} is a number", "Give a number") from error
    if isinstance(before, list):
        return [one.strip() for one in answer.split(",") if one.strip()]
    return answer


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _explained(path: str) -> str:
    names = [step for step in path.split(".") if not step.isdecimal()]
    return explanations().get(".".join(names), path)


def _get(value: Any, path: str) -> Any:
    for step in path.split("."):
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def _put(value: Any, path: str, given: Any) -> None:
    *steps, last = path.split(".")
    for step in steps:
        value = value[int(step)] if isinstance(value, list) else value[step]
    if isinstance(value, list):
        value[int(last)] = given
    else:
        value[last] = given
