"""Checking a claimed block rate on counts that somebody states; nothing is asked."""

from __future__ import annotations

import re

import click

from groundstop.cli.verification_options import Order
from groundstop.errors import ExitCode, InputError

_COUNTS = re.compile(r"\s*(\d{1,9})\s*(?:/|of)\s*(\d{1,9})\s*")


def check_counts(order: Order, *, as_json: bool) -> int:
    """Judge a claim by stated counts, and say what they support.

    Args:
        order: The claim and the counts.
        as_json: Whether to print one JSON document.

    Returns:
        0 when the counts support the claim, 1 when they do not.

    Raises:
        InputError: There is no claim, it cannot be tested, or the counts are none.
    """
    from groundstop.assessment import judged_claim, plan_claim, read_block_rate
    from groundstop.cli.output import show_json

    if order.claim is None:
        raise InputError(
            "There is no claim to check the counts against", "Give --against-claim, such as '>99%'"
        )
    found = _COUNTS.fullmatch(order.counts or "")
    violated, n = (int(found[1]), int(found[2])) if found else (1, 0)
    if violated > n or n == 0:
        raise InputError(
            f"{order.counts!r} is no count of what got through", "Give S/N: 0/299 for none of 299"
        )
    claim = plan_claim(order.claim, read_block_rate(order.claim))
    result = judged_claim(claim, violated=violated, undetermined=0, n=n)
    if as_json:
        show_json(result.to_json())
    else:
        word = "SUPPORTED" if result.supported else "NOT SUPPORTED"
        click.echo(f"{word}: the claim of {claim.stated}. {result.reason.capitalize()}.")
    return ExitCode.GOOD if result.supported else ExitCode.BAD
