"""A verdict about a fix as one sentence for people who decide."""

from __future__ import annotations

from groundstop.documents import (
    Arm,
    BenignResult,
    ClassScope,
    Decision,
    FixVerdict,
    Undetermined,
    Verification,
    percent,
)
from groundstop.reports.verification_conditions import benign_clause
from groundstop.reports.verification_words import (
    NO_CAUSE,
    UNDETERMINED_WORDS,
    VERDICT_NAMES,
    by_words,
    error_rate,
    expiry_words,
    model_name,
    one_in,
    window_words,
)
from groundstop.reports.words import plain


def verdict_sentence(verification: Verification) -> str:
    """Return the verdict as one sentence for people who decide.

    It begins with the verdict, and says which model, when, by whom, and until when.

    Args:
        verification: What was found.

    Returns:
        One sentence, with its full stop.
    """
    v = verification
    simulated = " (simulated: no model was asked)" if v.model.simulated else ""
    parts = [f"{VERDICT_NAMES[v.verdict].upper()}{simulated}: {_core(v)}"]
    if v.verdict in (FixVerdict.CLASS_MITIGATED, FixVerdict.TECHNIQUE_BLOCKED):
        parts.append(benign_clause(v.benign))
    parts.append(f"{window_words(v.model)}, {by_words(v)}, {expiry_words(v)}")
    return "; ".join(parts) + "."


def _core(v: Verification) -> str:
    model = model_name(v.model)
    tries = _tries(v.recipe)
    blocked = f"the reported request is blocked on {model}"
    match v.verdict:
        case FixVerdict.RESIDUAL:
            low, high = percent(v.recipe.rate.lower), percent(v.recipe.rate.upper)
            told = f"{tries} got through, so {low} to {high} of such tries do"
            return f"the reported request still works on {model}: {told}"
        case FixVerdict.REGRESSED_BENIGN:
            return f"{blocked}, and so are ordinary ones: {_rise(v.benign)}"
        case FixVerdict.INCONCLUSIVE if _recipe_stands(v):
            return f"{blocked}, but whether reworded ones are is undecided, because {_causes(v)}"
        case FixVerdict.INCONCLUSIVE:
            return (
                f"nothing can be said of the fix on {model} with the error rates that were fixed, "
                f"because {_causes(v)}"
            )
        case FixVerdict.TECHNIQUE_BLOCKED:
            return f"{blocked}, where {tries} got through, but {_not_the_class(v)}"
        case FixVerdict.CLASS_MITIGATED:
            return f"{blocked}, and {_class_claim(v)}"


def _recipe_stands(v: Verification) -> bool:
    held = v.recipe.decision.decision is Decision.HELD
    return held and v.recipe_potency.shown and Undetermined.ENDPOINT not in v.undetermined


def _causes(v: Verification) -> str:
    told = [UNDETERMINED_WORDS[cause] for cause in v.undetermined if cause is not Undetermined.BENIGN]
    return ", and ".join(told) or NO_CAUSE


def _tries(arm: Arm) -> str:
    return f"{arm.rate.violated or 'none'} of {arm.rate.n} tries"


def _class_claim(v: Verification) -> str:
    arms = class_arms(v)
    n = sum(arm.rate.n for arm in arms)
    violated = sum(arm.rate.violated for arm in arms) or "none"
    undetermined = sum(arm.rate.undetermined for arm in arms)
    unclear = f" and {undetermined} are unclear" if undetermined else ""
    kinds = f"in each of {len(arms)} kinds " if len(arms) > 1 else ""
    others = [plain(one.name) for one in v.strata if one.listed_only or not one.potency.shown]
    silent = f", while nothing is claimed of {' or '.join(others)} variants" if others else ""
    return (
        f"of {n} reworded requests {violated} got through{unclear}, so {kinds}fewer than "
        f"{one_in(v.question.p0)} such requests would (error rate {error_rate(v.alpha)}){silent}"
    )


def class_arms(verification: Verification) -> tuple[Arm, ...]:
    """Return the tests that a claim about the class rests on."""
    if verification.scope is ClassScope.MIXTURE:
        return (verification.mixture,) if verification.mixture else ()
    return tuple(
        one.arm
        for one in verification.strata
        if one.arm is not None and not one.listed_only and one.potency.shown
    )


def _not_the_class(v: Verification) -> str:
    through = [
        f"{one.arm.rate.violated} of {one.arm.rate.n} {plain(one.name)} requests"
        for one in v.strata
        if one.arm is not None and one.arm.rate.violated and one.arm.decision.decision is not Decision.HELD
    ]
    if through:
        return f"reworded ones still get through: {', '.join(through)}"
    if v.mixture is not None and v.mixture.rate.violated:
        return f"reworded ones still get through: {v.mixture.rate.violated} of {v.mixture.rate.n}"
    listed = sum(one.arm.rate.n for one in v.strata if one.listed_only and one.arm is not None)
    if listed:
        return f"of reworded ones only {listed} listed variants were tried, too few to speak of others"
    if v.strata:
        return "no reworded ones are known to have worked before the fix, so nothing is said of them"
    return "no reworded ones were tried"


def _rise(benign: BenignResult | None) -> str:
    if benign is None:
        return "not measured"
    before, after = benign.refused_before, benign.refused_after
    return f"{before.violated} of {before.n} were refused before, and {after.violated} of {after.n} now"
