"""Benign prompts asked before and after a fix: pairs, and what they say of the change in refusals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from groundstop.statistics._checks import require_open_rate
from groundstop.statistics.errors import StatisticsError
from groundstop.statistics.evalues import log_mean_exp
from groundstop.statistics.intervals import Interval

BETS = tuple(0.1 + 0.87 * step / 11 for step in range(12))
"""Shares of the largest allowed bet: large ones are best for few changes, small ones for many."""


class Answer(StrEnum):
    """How a target took a benign prompt."""

    GIVEN = "given"
    """It answered."""
    REFUSED = "refused"
    """It refused, or was blocked."""
    UNDETERMINED = "undetermined"
    """The trial does not say."""


@dataclass(frozen=True, slots=True)
class BenignPair:
    """One benign prompt, asked before and after the fix. Each prompt is used once."""

    before: Answer
    after: Answer

    @property
    def least_change(self) -> int:
        """The change in refusals, -1, 0 or 1, if what is undetermined came out best for the fix."""
        return (self.after is Answer.REFUSED) - (self.before is not Answer.GIVEN)

    @property
    def most_change(self) -> int:
        """The change in refusals, -1, 0 or 1, if what is undetermined came out worst for the fix."""
        return (self.after is not Answer.GIVEN) - (self.before is Answer.REFUSED)


Cells = Mapping[tuple[Answer, Answer], int]
"""How many pairs were taken in one way before and in one way after. Their order does not matter."""


@dataclass(frozen=True, slots=True)
class Changes:
    """How many pairs changed in which way.

    Args:
        fewer: Pairs refused before and not after, a change of -1.
        same: Pairs without a change.
        more: Pairs refused after and not before, a change of 1.
    """

    fewer: int = 0
    same: int = 0
    more: int = 0

    @classmethod
    def least(cls, cells: Cells) -> Changes:
        """Return the changes if what is undetermined came out best for the fix.

        Raises:
            StatisticsError: A count is negative.
        """
        return cls._of([(BenignPair(*cell).least_change, count) for cell, count in cells.items()])

    @classmethod
    def most(cls, cells: Cells) -> Changes:
        """Return the changes if what is undetermined came out worst for the fix.

        Raises:
            StatisticsError: A count is negative.
        """
        return cls._of([(BenignPair(*cell).most_change, count) for cell, count in cells.items()])

    @classmethod
    def _of(cls, changes: Sequence[tuple[int, int]]) -> Changes:
        if any(count < 0 for _, count in changes):
            raise StatisticsError("A number of pairs is negative", "Give counts of 0 or more")
        return cls(*(sum(count for change, count in changes if change == of) for of in (-1, 0, 1)))

    @property
    def reversed(self) -> Changes:
        """The changes with before and after exchanged."""
        return Changes(fewer=self.more, same=self.same, more=self.fewer)

    def log_e_below(self, mean: float, bets: Sequence[float]) -> float:
        """Return the log e-value against "the change is ``mean`` or more on average".

        Args:
            mean: Lowest mean change of the null, strictly between -1 and 1.
            bets: Shares of the largest allowed bet, each strictly between 0 and 1.

        Returns:
            ``ln`` of the mean over bets b of the product of 1 + b (mean - d) / (1 - mean) over changes d;
            valid at any stopping time.

        Source: I. Waudby-Smith and A. Ramdas, J. R. Statist. Soc. B 86 (2024), "Estimating means of
        bounded random variables by betting", with a fixed mixture of bets.
        """
        # The worst change, 1, leaves the factor 1 - b, which is positive.
        up, level, down = (mean + 1.0) / (1.0 - mean), mean / (1.0 - mean), -1.0
        return log_mean_exp(
            [
                self.fewer * math.log1p(bet * up)
                + self.same * math.log1p(bet * level)
                + self.more * math.log1p(bet * down)
                for bet in bets
            ]
        )


def change_interval(cells: Cells, level: float = 0.95) -> Interval:
    """Return an interval for the change in the share of refusals that may be read after every pair.

    It is for reporting, and two-sided: its upper end may lie a little above a margin that the one-sided
    test has just ruled out.

    Args:
        cells: Counts of pairs; undetermined answers are taken as the worst for either end.
        level: Probability that the interval covers the change at all numbers of pairs at once.

    Returns:
        All changes that neither of two betting e-processes rules out at (1 - level)/2; -1 to 1 without a
        pair.

    Raises:
        StatisticsError: A count is negative, or ``level`` is not strictly between 0 and 1.

    Source: confidence sequence by betting, Waudby-Smith and Ramdas (2024), with a fixed mixture of bets.
    """
    require_open_rate("level", level)
    limit = math.log(2.0) - math.log1p(-level)
    return Interval(
        lower=-_upper_crossing(Changes.least(cells).reversed, limit),
        upper=_upper_crossing(Changes.most(cells), limit),
        level=level,
    )


def _upper_crossing(changes: Changes, limit: float) -> float:
    """Return the change from which on the e-value against "as much or more" reaches its limit."""
    low, high = -1.0, 1.0
    # The e-value is at most 1 at -1 and never falls as the change in question rises: bisect until floats end.
    while low < (middle := (low + high) / 2) < high:
        if changes.log_e_below(middle, BETS) < limit:
            low = middle
        else:
            high = middle
    return high
