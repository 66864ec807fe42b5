"""Intervals for a rate that are right at 0 of n and n of n; no normal approximation anywhere."""

from __future__ import annotations

import math
from dataclasses import dataclass

from groundstop.statistics._checks import require_counts, require_open_rate
from groundstop.statistics._scipy import beta_quantile


@dataclass(frozen=True, slots=True)
class Interval:
    """A range for a rate, or for a change of one.

    Args:
        lower: Lower end.
        upper: Upper end.
        level: Nominal coverage, such as 0.95.
    """

    lower: float
    upper: float
    level: float

    @property
    def width(self) -> float:
        """Upper end minus lower end."""
        return self.upper - self.lower

    def __contains__(self, rate: float) -> bool:
        return self.lower <= rate <= self.upper


def confidence_sequence(
    violations: int, calls: int, *, undetermined: int = 0, level: float = 0.95
) -> Interval:
    """Return an interval that may be read after every call, and stays valid under any stopping.

    It is for reporting. As a rule for deciding it needs about twice the calls of a sequential plan.

    Args:
        violations: Outcomes known to be violations.
        calls: All calls, undetermined ones included.
        undetermined: Calls whose outcome is not known; the interval covers every way they could have
            come out.
        level: Probability that the interval covers the rate at all calls at once.

    Returns:
        All rates p at which the mixture likelihood ratio Beta(1/2, 1/2) against p stays below
        1/(1 - level).

    Raises:
        StatisticsError: The counts do not fit, or ``level`` is not strictly between 0 and 1.

    Source: H. Robbins, Ann. Math. Statist. 41 (1970), "Statistical methods related to the law of the
    iterated logarithm"; beta-binomial form as in S. R. Howard et al., Ann. Statist. 49 (2021).
    """
    require_counts("violations + undetermined", violations + undetermined, "calls", calls)
    require_counts("violations", violations, "calls", calls)
    require_counts("undetermined", undetermined, "calls", calls)
    require_open_rate("level", level)
    limit = -math.log1p(-level)
    return Interval(
        lower=_lower_crossing(violations, calls, limit),
        upper=1.0 - _lower_crossing(calls - violations - undetermined, calls, limit),
        level=level,
    )


def _lower_crossing(count: int, calls: int, limit: float) -> float:
    """Return the rate below ``count / calls`` at which the log mixture ratio reaches ``limit``."""
    if count == 0:
        return 0.0
    rest = calls - count
    mixture = math.lgamma(count + 0.5) + math.lgamma(rest + 0.5) - math.lgamma(calls + 1) - math.log(math.pi)
    low, high = 0.0, count / calls
    # The ratio falls from infinity at 0 to below 1 at the observed rate: bisect until floats end.
    while low < (middle := (low + high) / 2) < high:
        ratio = mixture - count * math.log(middle) - (rest * math.log1p(-middle) if rest else 0.0)
        if ratio < limit:
            high = middle
        else:
            low = middle
    return high


def clopper_pearson(violations: int, calls: int, *, level: float = 0.95) -> Interval:
    """Return the exact two-sided interval for a number of calls that was fixed in advance.

    Args:
        violations: Violations among the calls.
        calls: Calls; with 0 calls the interval is 0..1.
        level: Coverage, at least.

    Returns:
        The interval, with (1 - level)/2 on either side.

    Raises:
        StatisticsError: The counts do not fit, or ``level`` is not strictly between 0 and 1.

    Source: C. J. Clopper and E. S. Pearson, Biometrika 26 (1934).
    """
    require_open_rate("level", level)
    one_sided = (1.0 + level) / 2
    return Interval(
        lower=clopper_pearson_lower(violations, calls, level=one_sided),
        upper=clopper_pearson_upper(violations, calls, level=one_sided),
        level=level,
    )


def clopper_pearson_lower(violations: int, calls: int, *, level: float = 0.95) -> float:
    """Return the exact one-sided lower bound of a rate.

    Args:
        violations: Violations among the calls.
        calls: Calls, fixed in advance.
        level: Coverage of the one-sided bound, at least.

    Returns:
        The bound; 0 when there were no violations.

    Raises:
        StatisticsError: The counts do not fit, or ``level`` is not strictly between 0 and 1.

    Source: Clopper and Pearson (1934).
    """
    require_counts("violations", violations, "calls", calls)
    require_open_rate("level", level)
    if violations == 0:
        return 0.0
    return beta_quantile(1.0 - level, violations, calls - violations + 1)


def clopper_pearson_upper(violations: int, calls: int, *, level: float = 0.95) -> float:
    """Return the exact one-sided upper bound of a rate.

    Args:
        violations: Violations among the calls.
        calls: Calls, fixed in advance.
        level: Coverage of the one-sided bound, at least.

    Returns:
        The bound; 1 when every call was violated.

    Raises:
        StatisticsError: The counts do not fit, or ``level`` is not strictly between 0 and 1.

    Source: Clopper and Pearson (1934).
    """
    require_counts("violations", violations, "calls", calls)
    require_open_rate("level", level)
    if violations == calls:
        return 1.0
    return beta_quantile(level, violations + 1, calls - violations)


def jeffreys(violations: int, calls: int, *, level: float = 0.95) -> Interval:
    """Return the equal-tailed interval of the Beta(1/2, 1/2) posterior.

    Narrower than Clopper-Pearson, with coverage that is near the level on average but not at least it.

    Args:
        violations: Violations among the calls.
        calls: Calls, fixed in advance.
        level: Nominal coverage.

    Returns:
        The interval; its lower end is 0 at no violations, its upper end 1 at nothing else.

    Raises:
        StatisticsError: The counts do not fit, or ``level`` is not strictly between 0 and 1.

    Source: L. D. Brown, T. T. Cai and A. DasGupta, Statist. Sci. 16 (2001).
    """
    require_counts("violations", violations, "calls", calls)
    require_open_rate("level", level)
    tail = (1.0 - level) / 2
    a, b = violations + 0.5, calls - violations + 0.5
    return Interval(
        lower=0.0 if violations == 0 else beta_quantile(tail, a, b),
        upper=1.0 if violations == calls else beta_quantile(1.0 - tail, a, b),
        level=level,
    )
