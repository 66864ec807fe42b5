"""Held-out variants: what is asked to verify a claimed fix, and was never asked before.

They are made from a suite's held-out wordings by small pure functions and tables, or are brought by users as
pools. What is made and what is brought are both lists of :class:`HeldOutVariant`, in named strata.
"""

from groundstop.suites.held_out.generating import (
    STRATA,
    generated_counts,
    generated_variants,
    generator_id,
)
from groundstop.suites.held_out.leaks import check_leaks, without_leaks
from groundstop.suites.held_out.pools import MAX_POOL_BYTES, read_pool
from groundstop.suites.held_out.variant import HeldOutVariant

__all__ = [
    "MAX_POOL_BYTES",
    "STRATA",
    "HeldOutVariant",
    "check_leaks",
    "generated_counts",
    "generated_variants",
    "generator_id",
    "read_pool",
    "without_leaks",
]
