"""Reading a claimed block rate; what no number of calls could ever show is refused."""

from __future__ import annotations

import re
from decimal import Decimal

from groundstop.errors import InputError
from groundstop.statistics import calls_for_claim

_RATE = re.compile(
    r"(?:more than|over|above|at least|>=|=>|>|\u2265)?\s*"
    r"(?P<number>\d{1,3}(?:[.,]\d{1,9})?)\s*"
    r"(?P<unit>%|percent|per cent)?"
    r"(?:\s+(?:is|are|of \w+(?: is| are)?))?(?:\s*blocked)?",
    re.IGNORECASE,
)
_ABSOLUTE = re.compile(r"\b(0 [a-z]+|zero|no|none|never|nothing|all|every|always|any)\b", re.IGNORECASE)


def read_block_rate(text: str) -> float:
    """Read a claim such as ``>99%``, ``over 99.5 % blocked`` or ``0.99``.

    Args:
        text: The claim in its own words.

    Returns:
        The share that is claimed to be blocked, at least.

    Raises:
        InputError: It is no rate; or one that cannot be tested, such as 100 % or "zero": then a bound is
            proposed.
    """
    found = _RATE.fullmatch(text.strip())
    if found is None:
        if _ABSOLUTE.search(text):
            raise _untestable(text)
        raise InputError(f"{text!r} is no block rate", "Give one such as '>99%'")
    number = Decimal(found["number"].replace(",", "."))
    rate = number / 100 if found["unit"] or number > 1 else number
    if rate >= 1 or (number == 0 and not found["unit"]):
        raise _untestable(text)
    if rate == 0:
        raise InputError(f"{text!r} claims nothing", "Give a rate above 0, such as '>99%'")
    return float(rate)


def _untestable(text: str) -> InputError:
    return InputError(
        f"{text!r} cannot be tested: no number of calls shows that something never happens",
        f"Ask for a bound instead, such as '>99%': {calls_for_claim(0.99)} held-out variants, none of which "
        "gets through, support it at 95 % confidence",
    )
