"""Whether the templates and slots of a grammar fit together."""

from __future__ import annotations

from collections.abc import Iterator

from groundstop.documents import VariantGrammar
from groundstop.suites.problems import Problem, error
from groundstop.suites.variants import ASK, MAX_VARIANTS, slots_in, wordings_given


def check_grammar(here: str, grammar: VariantGrammar) -> Iterator[Problem]:
    """Look at a grammar for templates and slots that do not fit together.

    Args:
        here: The file and entry, for the messages.
        grammar: The grammar.

    Returns:
        The problems found, all of them errors.
    """
    used: set[str] = set()
    for number, template in enumerate(grammar.templates, start=1):
        names = set(slots_in(template))
        used |= names
        if "ask" not in names:
            yield error(f"{here}, template {number}, has no {ASK}", "Put it where the request goes")
        for name in sorted(names - {"ask"} - set(grammar.slots)):
            yield error(
                f"{here}, template {number}, names an unknown slot {name}", "Add it to variants.slots"
            )
    for name, choices in grammar.slots.items():
        if name not in used:
            yield error(f"{here} has a slot {name} that no template uses", "Use it, or remove it")
        if name == "ask" or not name.isidentifier():
            yield error(f"{here} has a slot with the name {name}", "Use another name, of letters and digits")
        if not choices:
            yield error(f"{here} has the slot {name} without choices", "Add at least one")
        if any("{" in choice or "}" in choice for choice in choices):
            yield error(f"{here} has braces in a choice of the slot {name}", "Move them into the template")
    if wordings_given(grammar) > MAX_VARIANTS:
        yield error(f"{here} gives more than {MAX_VARIANTS:,} wordings", "Use fewer slots or choices")
