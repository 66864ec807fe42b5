"""Telling in the log how many were kept out, at most once in a second for each order."""

from __future__ import annotations

from groundstop.gateway.counting import Snapshot
from groundstop.gateway.counting.families import DENIALS
from groundstop.gateway.running.logs import LOG


class DenialLog:
    """Tells what is new since it was called before."""

    def __init__(self) -> None:
        self._before: dict[tuple[str, ...], float] = {}

    def tell(self, snapshot: Snapshot) -> None:
        """Log how many were kept out, by why and by which order; nobody is named."""
        now = {labels: value for (name, labels), value in snapshot.sums.items() if name == DENIALS.name}
        for (reason, order), value in now.items():
            if (more := value - self._before.get((reason, order), 0.0)) > 0:
                LOG.info("kept_out", extra={"reason": reason, "order": order, "requests": int(more)})
        self._before = now
