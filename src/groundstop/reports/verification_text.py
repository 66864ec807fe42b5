"""A verification for the terminal: the verdict first, then a short table, readable without colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundstop.documents import PotencyBasis, Verification
from groundstop.reports.verification_conditions import (
    before_sentence,
    draw_sentence,
    labels_sentence,
    potency_sentence,
    round_sentence,
)
from groundstop.reports.verification_parts import PartState, parts_of, verdict_state
from groundstop.reports.verification_steps import next_steps, not_decided
from groundstop.reports.verification_verdict import verdict_sentence
from groundstop.reports.verification_words import (
    NOT_SHOWN_BY_A_FIX,
    capital,
    interests_words,
)
from groundstop.reports.words import plain, plain_rate, spend_words

if TYPE_CHECKING:
    from rich.console import RenderableType

_STATE_STYLE = {
    PartState.GOOD: "bold green",
    PartState.BAD: "bold red",
    PartState.UNDECIDED: "bold yellow",
    PartState.NO_CLAIM: "dim",
}


def verification_text(verification: Verification) -> RenderableType:
    """Return a verification for the terminal.

    Args:
        verification: What was found.

    Returns:
        Something that a rich console prints. It quotes nothing that was asked or answered.
    """
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    parts = parts_of(verification)
    table = Table("part", "decision", "got through (95 % interval)", "true rate", box=None, pad_edge=False)
    for part in parts:
        if part.name in _IN_WORDS:
            continue
        rate = plain_rate(part.rate) if part.rate else ""
        table.add_row(Text(part.name), Text(part.decision, style=_STATE_STYLE[part.state]), rate, part.bound)
    lines = [Text(f"{capital(part.sentence)}.") for part in parts if part.name in _IN_WORDS]
    lines += [Text(line) for line in _facts(verification)]
    before = [Text(verdict_sentence(verification), style=_STATE_STYLE[verdict_state(verification)]), Text()]
    after = [Text(), *lines, *(Text(f"Next: {step}.", style="bold") for step in next_steps(verification))]
    if verification.model.simulated:
        after.append(Text("Simulated: no model was asked. These numbers are about no model.", style="bold"))
    after.append(Text(f"Used: {plain(spend_words(verification.spend))}. Plan {verification.plan}."))
    after.append(Text(NOT_SHOWN_BY_A_FIX[0], style="dim"))
    return Group(*before, table, *after)


_IN_WORDS = ("potency of the reported recipe", "ordinary requests", "endpoint", "claimed block rate")
"""Parts that are told in a sentence, as they are no rate of what got through."""


def _facts(v: Verification) -> list[str]:
    lines = [
        f"Variants: {potency_sentence(one.potency, f'the kind {plain(one.name)}')}."
        for one in v.strata
        if not (one.potency.basis is PotencyBasis.BEFORE and one.potency.shown)
    ]
    if v.before is not None and not v.before_is_reported:
        lines.append(f"{capital(before_sentence(v))}.")
    lines += [f"Not decided: {cause}." for cause in not_decided(v)]
    if v.labels is not None:
        lines.append(f"Labels: {labels_sentence(v.labels)}.")
    if v.judge_note:
        lines.append(f"Judge: {plain(v.judge_note)}.")
    lines.append(f"Interests of the verifier: {interests_words(v)}.")
    lines.append(f"This is {round_sentence(v)}.")
    lines.append(f"The order was {draw_sentence(v.draw)}.")
    if v.expires is not None:
        lines.append(f"Expires: {v.expires:%Y-%m-%d %H:%M} UTC.")
    return lines
