"""A verification in plain words: what its verdicts and causes mean, and one sentence for each test."""

from __future__ import annotations

from groundstop.documents import (
    Arm,
    Decision,
    Estimand,
    FixVerdict,
    HypothesesRecord,
    StratumResult,
    TestedModel,
    Undetermined,
    Verification,
)
from groundstop.reports.words import estimand_words, plain, plain_rate

VERDICT_NAMES = {verdict: verdict.value.replace("_", " ") for verdict in FixVerdict}
"""How a verdict is called in a sentence."""

VERDICT_MEANINGS = {
    FixVerdict.TECHNIQUE_BLOCKED: "The reported recipe is blocked; nothing more was shown.",
    FixVerdict.CLASS_MITIGATED: (
        "The reported recipe is blocked, and so are held-out variants, to the bound that is stated."
    ),
    FixVerdict.RESIDUAL: "The reported recipe still works, at the rate that is stated.",
    FixVerdict.REGRESSED_BENIGN: (
        "The reported recipe is blocked, and so are ordinary requests that were answered before."
    ),
    FixVerdict.INCONCLUSIVE: "None of the verdicts can be given with the error rates that were fixed.",
}
"""What each verdict means, whatever was measured."""

UNDETERMINED_WORDS = {
    Undetermined.JUDGE: "the judge cannot tell, or people have not said yet",
    Undetermined.ANSWERS: "calls that got no answer could turn it",
    Undetermined.ENDPOINT: "the endpoint changed meanwhile, or whether it did is not known",
    Undetermined.VARIANTS: "there are too few variants that were never used",
    Undetermined.POTENCY: "what was asked is not shown to work on the model before the fix",
    Undetermined.BENIGN: "what the fix costs ordinary users is not decided",
    Undetermined.BUDGET: "the budget ran out",
}
"""Why something was not decided."""

NO_CAUSE = "the tests did not decide"
"""Why there is no verdict, where a document gives no cause."""

NOT_DECLARED = "not declared"
"""The interests of a verifier that declares none."""

NOT_SHOWN_BY_A_FIX = (
    "The claim about variants is about the kinds that are listed here, not about every way of asking.",
    "A rate below the bound is not zero: with enough tries something may still get through.",
    "The verdict is about this model as it answered in this window of time, and it expires.",
    "The trials are assumed to be independent; a hidden cache at the provider would break that.",
    "A party that begins a round and hides it is not seen by the count of rounds.",
    "Nothing here proves to a third party that the model said it.",
)
"""What no verification shows."""

_ROUNDING = 1e-9
"""How far a computed number may be off the round number that it stands for."""


def capital(sentence: str) -> str:
    """Return a sentence with a capital at its start; names within it stay as they are."""
    return sentence[:1].upper() + sentence[1:]


def one_in(rate: float) -> str:
    """Return a rate so that a noun can follow: "1 in 20", or "7.5 % of" where that would not be exact."""
    whole = round(1 / rate)
    return f"1 in {whole:,}" if abs(1 / rate - whole) < _ROUNDING * whole else f"{rate * 100:.3g} % of"


def error_rate(alpha: float) -> str:
    """Return an error rate in per cent, with three digits: a fraction of it is spent in each round."""
    return f"{alpha * 100:.3g} %"


def rate_words(estimand: Estimand) -> str:
    """Return what a rate of a verification is a rate of; what was reported may be a list of wordings."""
    if estimand is Estimand.ATTEMPTS:
        return "of repeated attempts at what was reported"
    return estimand_words(estimand)


def model_name(model: TestedModel) -> str:
    """Return which model was tested."""
    if model.identity is None:
        return "a model that the source does not name"
    one = model.identity
    return plain(f"{one.provider}/{one.name}" + (f" ({one.snapshot})" if one.snapshot else ""))


def window_words(model: TestedModel) -> str:
    """Return when it was tested."""
    if model.window_start is None or model.window_end is None:
        return "nothing was asked"
    first, last = f"{model.window_start:%Y-%m-%d}", f"{model.window_end:%Y-%m-%d}"
    return f"tested on {first}" if first == last else f"tested from {first} to {last}"


def by_words(verification: Verification) -> str:
    """Return who says so, and what ties it to the fix."""
    by = plain(verification.by)
    if verification.own_run:
        return f"by {by}, the fixer itself, so not independently"
    if verification.fixer is None:
        return f"by {by}; who made the fix is not stated"
    return f"by {by}, which did not make the fix"


def interests_words(verification: Verification) -> str:
    """Return what the verifier declares of its interests."""
    return plain(verification.interests) if verification.interests else NOT_DECLARED


def expiry_words(verification: Verification) -> str:
    """Return until when the verdict is good."""
    if verification.expires is None:
        return "and nothing that could expire"
    return f"and the verdict expires on {verification.expires:%Y-%m-%d}"


def arm_sentence(arm: Arm, question: HypothesesRecord, alpha: float) -> str:
    """Return what one sequential test says.

    Args:
        arm: The test.
        question: As it was asked.
        alpha: The part of the error rate that this round spends.
    """
    counts = f"{plain_rate(arm.rate)} got through" if arm.rate.n else "nothing was asked"
    late = f"; {arm.late} more came after the decision" if arm.late else ""
    match arm.decision.decision:
        case Decision.HELD:
            told = f"held: {counts}, so fewer than {one_in(question.p0)} such requests do"
            return f"{told} (error rate {error_rate(alpha)}){late}"
        case Decision.VIOLATED:
            told = f"violated: {counts}, so more than {one_in(question.p1)} such requests do"
            return f"{told} (error rate {error_rate(question.beta)}){late}"
        case Decision.INCONCLUSIVE:
            return f"undecided: {counts}; {plain(arm.decision.reason)}{late}"


def recipe_sentence(verification: Verification) -> str:
    """Return what was found of the reported recipe."""
    return f"reported recipe {arm_sentence(verification.recipe, verification.question, verification.alpha)}"


def stratum_sentence(one: StratumResult, verification: Verification) -> str:
    """Return what was found of one kind of held-out variants."""
    name = plain(one.name)
    if one.arm is None:
        return f"{name}: {plain(one.reason)}"
    if one.arm.rate.n == 0:
        return f"{name}: not asked"
    if one.listed_only:
        through = f"{one.arm.rate.violated or 'none'} of {one.arm.rate.n} listed variants got through"
        return f"{name}: {through}; they are too few to say anything of others"
    return f"{name} {arm_sentence(one.arm, verification.question, verification.alpha)}"


def mixture_sentence(verification: Verification) -> str:
    """Return what was found of the mixture of all kinds."""
    if verification.mixture is None:
        return "the mixture of all kinds was not asked"
    told = arm_sentence(verification.mixture, verification.question, verification.alpha)
    return f"mixture of all kinds in equal shares {told}"
