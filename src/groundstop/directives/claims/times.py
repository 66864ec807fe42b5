"""When a token is valid.

Source: RFC 7519 sections 4.1.4 to 4.1.6.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from groundstop.directives.claims.why import RefusedError, Why

_MOST = 253_402_300_800.0
"""The year 10000: nothing later is a time."""


def moment(value: Any) -> float:
    """Return a NumericDate as seconds since 1970.

    Raises:
        RefusedError: It is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RefusedError(Why.TIMES)
    if not math.isfinite(value) or not 0 <= value < _MOST:
        raise RefusedError(Why.TIMES)
    return float(value)


def valid_until(payload: Mapping[str, Any], now: float, *, skew_s: int, longest_s: int | None) -> float:
    """Return until when a token is believed.

    Args:
        payload: What it says.
        now: Seconds since 1970.
        skew_s: By how much its issuer's clock may differ from ours.
        longest_s: Longest that it may be valid from now on; none for any.

    Returns:
        The end of its validity by the most that the clocks may differ, so that what is accepted now is
        believed now.

    Raises:
        RefusedError: It has no end, has ended, has not begun, or lasts too long.
    """
    if "exp" not in payload:
        raise RefusedError(Why.TIMES)
    expires = moment(payload["exp"])
    if now >= expires + skew_s:
        raise RefusedError(Why.EXPIRED)
    for name in ("nbf", "iat"):
        if name in payload and moment(payload[name]) > now + skew_s:
            raise RefusedError(Why.NOT_YET)
    if longest_s is not None and expires > now + longest_s + skew_s:
        raise RefusedError(Why.TOO_LONG)
    return expires + skew_s
