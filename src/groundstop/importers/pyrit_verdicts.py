"""What PyRIT's outcomes and scores mean here, and how its attacks, objectives and scorers are named."""

from __future__ import annotations

from typing import Any

from groundstop.documents import Verdict
from groundstop.importers.fields import items, mapping, text, word
from groundstop.importers.naming import short_digest
from groundstop.importers.records import ViolatedWhen

_OUTCOMES = {"success": Verdict.VIOLATED, "failure": Verdict.HELD}
_MEANS = {
    Verdict.VIOLATED: "the attack reached its objective",
    Verdict.HELD: "the attack did not reach its objective",
}


def read_outcome(attack: Any, score: Any, *, answered: bool) -> tuple[Verdict, str]:
    """Read the outcome of an attack.

    Args:
        attack: Its row.
        score: The row of the score of its last answer; none without one.
        answered: True when the answer is in the file.

    Returns:
        The verdict and its reason.

    Source: PyRIT 1.1.0, ``executor/attack/core/attack_strategy.py``: a true score is a success.
    """
    outcome = text(attack, "outcome")
    verdict = _OUTCOMES.get(outcome or "")
    if verdict is None:
        said = outcome if outcome in ("error", "undetermined") else "none that is known"
        return Verdict.UNDETERMINED, f"the attack's outcome is {said}"
    if _true_or_false(score) is (verdict is Verdict.HELD):
        return Verdict.UNDETERMINED, "the attack's outcome and the score of its last answer disagree"
    if verdict is Verdict.VIOLATED and not answered:
        return Verdict.UNDETERMINED, "the attack's outcome is success, and its answer is not in the file"
    return verdict, _MEANS[verdict]


def read_score(score: Any, violated_when: ViolatedWhen | None, *, answered: bool) -> tuple[Verdict, str]:
    """Read a score that belongs to no attack.

    Args:
        score: Its row.
        violated_when: ``correct`` when a true score means that the safeguard was broken.
        answered: True when the answer is in the file.

    Returns:
        The verdict and its reason.
    """
    found = _true_or_false(score)
    if not answered:
        return Verdict.UNDETERMINED, "no answer came"
    if text(score, "score_type") == "float_scale":
        return Verdict.UNDETERMINED, "the score is on a scale, and the file states no threshold"
    if found is None:
        return Verdict.UNDETERMINED, "the scorer reached no verdict"
    if violated_when is None:
        return Verdict.UNDETERMINED, "the score belongs to no attack, and its meaning was not stated"
    broken = found is (violated_when is ViolatedWhen.CORRECT)
    said = f"the score is {'true' if found else 'false'} (as stated on import)"
    return (Verdict.VIOLATED if broken else Verdict.HELD), said


def objective_name(attack: Any, identity: Any) -> str:
    """Return a name for what an attack was after: its scorer, and digits of the objective's digest."""
    objective = text(attack, "objective")
    digest = "none" if objective is None else short_digest(objective)
    scorer = mapping(_strategy(identity), "children", "objective_scorer")
    return f"{scorer_name(scorer)}, objective {digest}" if scorer else f"objective {digest}"


def technique_name(identity: Any) -> str | None:
    """Return a name for the way of attacking: the strategy, and the converters of what it sends."""
    strategy = _strategy(identity)
    converters = [word(one, "class_name") for one in items(strategy, "children", "request_converters")]
    names = [word(strategy, "class_name"), *converters]
    return "+".join(name for name in names if name) or None


def scorer_name(identity: Any) -> str:
    """Return a name for a scorer: its class, and digits that tell its settings from others."""
    kind = word(identity, "class_name") or "scorer"
    setting = word(identity, "eval_hash") or word(identity, "hash")
    return f"{kind} {setting[:8]}" if setting else kind


def _strategy(identity: Any) -> dict[str, Any]:
    """Return the identity of the attack within that of the whole; older rows have it one level up."""
    nested = mapping(identity, "children", "attack_technique", "children", "attack")
    return nested or mapping(identity, "children", "attack")


def _true_or_false(score: Any) -> bool | None:
    if text(score, "score_type") != "true_false" or text(score, "status") not in (None, "complete"):
        return None
    return {"true": True, "false": False}.get((text(score, "score_value") or "").lower())
