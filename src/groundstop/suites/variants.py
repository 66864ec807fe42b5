"""Variants of a technique: every wording that its grammar gives, and which of them are held out.

A wording's id and its side of the split depend on the wording alone, so that reordering a grammar, or
adding to it, moves no wording from one side to the other.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import re
from collections.abc import Iterator

from groundstop.documents import Technique, Variant, VariantGrammar, canonical_bytes

ASK = "{ask}"
"""Where a wording takes what is asked for."""

MAX_VARIANTS = 20_000
"""Most wordings that a grammar may give, before those that are the same are dropped."""

_SLOT = re.compile(r"\{([^{}]*)\}")
_ID_DIGITS = 10


def slots_in(template: str) -> tuple[str, ...]:
    """Return the names in braces of a template, in order, ``ask`` among them."""
    return tuple(_SLOT.findall(template))


def wordings_given(grammar: VariantGrammar) -> int:
    """Return how many wordings a grammar gives at most, without making them."""
    return sum(
        math.prod(len(grammar.slots.get(name, ("",))) for name in _slots_to_fill(template))
        for template in grammar.templates
    )


def generate(technique: Technique, *, split_salt: str, held_out_share: float) -> tuple[Variant, ...]:
    """Make the variants of a technique.

    Args:
        technique: Whose grammar is used. Its literal wording is not among the variants.
        split_salt: Salt of the hash that decides which variants are held out.
        held_out_share: Share of the variants that is held out, on average.

    Returns:
        The variants by id. Of wordings that differ in white space only, one is kept.
    """
    if technique.variants is None:
        return ()
    literal = _without_spacing(technique.wording)
    made = (
        Variant(
            id=f"{technique.id}-{hashlib.sha256(wording.encode()).hexdigest()[:_ID_DIGITS]}",
            technique=technique.id,
            wording=wording,
            held_out=_draw(split_salt, technique.id, wording) < held_out_share,
        )
        for wording in wordings_of(technique.variants)
        if _without_spacing(wording) != literal
    )
    return tuple(sorted(made, key=lambda variant: variant.id))


def wordings_of(grammar: VariantGrammar) -> tuple[str, ...]:
    """Return every wording that a grammar gives, sorted; of those that differ in white space only, one."""
    by_sense: dict[str, str] = {}
    for wording in _wordings(grammar):
        sense = _without_spacing(wording)
        # The smallest of equals, so that the choice does not depend on their order.
        by_sense[sense] = min(wording, by_sense.get(sense, wording))
    return tuple(sorted(by_sense.values()))


def _wordings(grammar: VariantGrammar) -> Iterator[str]:
    for template in grammar.templates:
        names = _slots_to_fill(template)
        for choices in itertools.product(*(grammar.slots[name] for name in names)):
            chosen = dict(zip(names, choices, strict=True))
            # One pass over the template: a choice is never looked into for further slots.
            yield _tidy(_SLOT.sub(lambda slot: chosen.get(slot[1], slot[0]), template))  # noqa: B023


def _slots_to_fill(template: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in slots_in(template) if name != "ask"))


def _tidy(wording: str) -> str:
    """Close the gaps that empty choices leave; line ends stay."""
    return "\n".join(" ".join(line.split()) for line in wording.strip().splitlines())


def _without_spacing(wording: str) -> str:
    return " ".join(wording.split())


def _draw(split_salt: str, technique: str, wording: str) -> float:
    digest = hashlib.sha256(canonical_bytes([split_salt, technique, wording])).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
