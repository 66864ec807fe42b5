"""What users got during a drill, added up in pieces of its time. No input or output."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum

from groundstop.documents.gateway import DrillSecond

_MOST_KINDS = 50


class Got(StrEnum):
    """What became of one request of a user."""

    SERVED = "served"
    FALLBACK = "fallback"
    DENIED = "denied"
    FAILED = "failed"


class Tally:
    """Counts what users got, and when.

    Args:
        piece_s: The length of a piece of time.
    """

    def __init__(self, piece_s: float) -> None:
        self.piece_s = piece_s
        self._pieces: dict[int, Counter[Got]] = {}
        self._kinds: Counter[str] = Counter()
        self._withdrawn: float | None = None
        self._begun: float | None = None
        self._ended = 0.0
        self._last_served: float | None = None
        self.cut = 0
        """Streams that were ended in the middle, with a last event that says why."""
        self.finished = 0
        """Streams that had begun before the withdrawal and were let finish after it."""

    def begin(self, at: float) -> None:
        """Note when the first request goes out."""
        self._begun = at

    def withdraw(self, at: float) -> None:
        """Note when the model is withdrawn."""
        self._withdrawn = at

    def piece(self, at: float) -> None:
        """Note that a piece of an answer by the model itself reached a user."""
        self._last_served = at if self._last_served is None else max(self._last_served, at)

    def got(self, what: Got, at: float, *, began: float, why: str = "") -> None:
        """Note what became of a request.

        Args:
            what: What the user got.
            at: When it had got it.
            began: When it had asked.
            why: In words, for a failure.
        """
        place = int((at - (self._begun or 0.0)) // self.piece_s)
        self._pieces.setdefault(place, Counter())[what] += 1
        self._ended = max(self._ended, at)
        if what is Got.FAILED:
            self._kinds[why or "it failed"] += 1
        withdrawn = self._withdrawn
        if what is Got.SERVED and withdrawn is not None and began < withdrawn <= at:
            self.finished += 1

    @property
    def before_s(self) -> float:
        """From the first request to the withdrawal."""
        if self._begun is None or self._withdrawn is None:
            return 0.0
        return self._withdrawn - self._begun

    @property
    def after_s(self) -> float:
        """From the withdrawal to the last answer."""
        return 0.0 if self._withdrawn is None else max(0.0, self._ended - self._withdrawn)

    @property
    def last_served_s(self) -> float | None:
        """From the withdrawal until the last piece by the model itself; none when none came after it."""
        if self._withdrawn is None or self._last_served is None or self._last_served < self._withdrawn:
            return None
        return self._last_served - self._withdrawn

    @property
    def failures(self) -> Mapping[str, int]:
        """What the failures were, in words, and how many of each; the most frequent first."""
        return dict(self._kinds.most_common(_MOST_KINDS))

    def pieces(self) -> tuple[DrillSecond, ...]:
        """Return what users got in each piece of the time, from the first request to the last answer."""
        if not self._pieces:
            return (DrillSecond(from_s=-self.before_s, served=0, fallback=0, denied=0, failed=0),)
        found = []
        for place in range(max(self._pieces) + 1):
            counts = self._pieces.get(place, Counter())
            found.append(
                DrillSecond(
                    from_s=round(place * self.piece_s - self.before_s, 6),
                    served=counts[Got.SERVED],
                    fallback=counts[Got.FALLBACK],
                    denied=counts[Got.DENIED],
                    failed=counts[Got.FAILED],
                )
            )
        return tuple(found)
