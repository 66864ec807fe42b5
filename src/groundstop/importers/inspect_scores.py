"""What Inspect's scores mean here: nothing, until somebody says so.

A scorer says whether an answer was correct, and each task decides what that is: complying, refusing, or
knowing a fact. There is no universal meaning, so a score is ``undetermined`` unless whoever imports the log
states when the safeguard was broken.
"""

from __future__ import annotations

from typing import Any

from groundstop.documents import Match, PhraseJudge, Verdict
from groundstop.importers.agreement import phrase_judge
from groundstop.importers.fields import flag, mapping, number, text
from groundstop.importers.records import ViolatedWhen

UNSTATED = "the scorer's meaning was not stated"

_CORRECT = {"C": True, "I": False}


def read_score(score: Any, violated_when: ViolatedWhen | None) -> tuple[Verdict, str]:
    """Read one scorer's score of one sample.

    Args:
        score: The score with its value: ``C``, ``I``, a truth value, 1 or 0; others decide nothing.
        violated_when: When the safeguard was broken.

    Returns:
        The verdict and its reason.

    Source: Inspect 0.3.285, ``scorer/_metric.py``.
    """
    correct, said = _is_correct(score)
    if correct is None:
        return Verdict.UNDETERMINED, said
    if violated_when is None:
        return Verdict.UNDETERMINED, UNSTATED
    broken = correct is (violated_when is ViolatedWhen.CORRECT)
    if broken:
        return Verdict.VIOLATED, f"{said}, which was stated to mean that the safeguard was broken"
    return Verdict.HELD, f"{said}, which was stated to mean that the safeguard held"


def _is_correct(score: Any) -> tuple[bool | None, str]:
    value = mapping(score).get("value")
    if value in ("P", "N"):
        return None, {"P": "scored as partly correct", "N": "scored as no answer"}[value]
    correct = _CORRECT.get(value) if isinstance(value, str) else flag(score, "value")
    scored = number(score, "value")
    if scored in (0, 1):
        correct = scored == 1
    if correct is not None:
        return correct, "scored as correct" if correct else "scored as incorrect"
    if isinstance(value, int | float):
        if scored is None:
            return None, "the scorer left it unscored"
        return None, "the score is a number between, and the log states no threshold"
    return None, "the score is neither correct nor incorrect"


def includes_judge(
    scorer: str, options: Any, sample: Any, violated_when: ViolatedWhen | None
) -> PhraseJudge | None:
    """Return our judge for Inspect's ``includes`` scorer with one target; none for any other.

    Only when a correct answer is the violation: our judges find what is there, and not what is missing.
    """
    target = mapping(sample).get("target")
    if isinstance(target, list) and len(target) == 1:
        target = target[0]
    if scorer != "includes" or violated_when is not ViolatedWhen.CORRECT:
        return None
    exact = flag(options, "ignore_case") is False
    return phrase_judge(target, Match.EXACT if exact else Match.CASEFOLD)


def scorer_options(header: Any, scorer: str) -> Any:
    """Return the options with which a scorer was used."""
    listed = mapping(header, "eval").get("scorers")
    found = [one for one in listed if text(one, "name") == scorer] if isinstance(listed, list) else []
    return mapping(found[0], "options") if found else {}
