"""Patterns of paths in which a model's name stands: their words, as a file of settings has them."""

from __future__ import annotations

import re

PARTS = frozenset(("model", "namespace", "name", "revision"))
"""What a part of a path in braces may be."""
WORD = re.compile(r"\{([a-z]+)\}")


def path_problem(path: str, model: str) -> str | None:
    """Return what is wrong with a pattern, as a sentence; none when nothing is.

    Args:
        path: The pattern, such as ``/models/{model}/v1/*``.
        model: How the name is put together of its parts, such as ``{model}``.
    """
    named, used = WORD.findall(path), WORD.findall(model)
    if unknown := sorted({*named, *used} - PARTS):
        return f"there is no part {unknown[0]!r}: take {', '.join(sorted(PARTS))}"
    if len(set(named)) != len(named):
        return "a part stands in the path twice"
    if not used:
        return "the name is made of no part of the path"
    if missing := sorted(set(used) - set(named)):
        return f"the part {missing[0]!r} of the name is not in the path"
    if re.search(r"[{}]", WORD.sub("", path + model)):
        return "a brace stands alone"
    if "}{" in path:
        return "two parts stand in the path with nothing between them"
    if "*" in path.removesuffix("/*"):
        return "an asterisk stands for whatever follows, as /* at the end"
    if any(step in ("", ".", "..") for step in path.split("/")[1:]):
        return "a step of the path is empty, or made of dots"
    return None
