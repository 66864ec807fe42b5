"""Which fallbacks are ready: those whose last test passed, is fresh, and had the order's findings in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from groundstop.directives.names import normal
from groundstop.directives.orders import Orders
from groundstop.documents import KeyCard
from groundstop.documents.gateway import FallbackTest
from groundstop.gateway.concerned import Offered, Offers
from groundstop.gateway.settings import Settings
from groundstop.gateway.standby.keeping import files_of, findings_at_hand, kept_tests

_AHEAD = timedelta(minutes=5)
"""So far a test may be ahead of the clock here."""


class Standby:
    """Knows which models may answer in another's place.

    Args:
        folder: The operator's.
        settings: Of the gateway.
        card: Of the gateway's key.
        orders: What is in force, for the findings that orders rest on; none where nothing was heard yet.
    """

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        card: KeyCard,
        *,
        orders: Callable[[], Orders | None] = lambda: None,
    ) -> None:
        self._folder, self._card, self._orders = folder, card, orders
        self._within = {
            (one.model, one.use): timedelta(hours=one.tested_within_h) for one in settings.fallback
        }
        self._seen: Sequence[tuple[str, int, int]] | None = None
        self._tests: Mapping[tuple[str, str], FallbackTest] = MappingProxyType({})
        self._at_hand: frozenset[str] = frozenset()
        self._wanted: tuple[Orders | None, dict[str, frozenset[str]]] = (None, {})
        self.look()

    def look(self) -> None:
        """Read the tests again if a file has changed; cheap enough for once a second."""
        try:
            seen = files_of(self._folder)
        except OSError:
            # A file went away meanwhile: the next look sees what is left.
            return
        if seen == self._seen:
            return
        found = [one.test for one in kept_tests(self._folder, self._card) if one.test is not None]
        self._tests = MappingProxyType({(one.model, one.use): one for one in found})
        self._at_hand = findings_at_hand(self._folder)
        self._seen = seen

    def ready(self, model: str, use: str, now: float) -> str | None:
        """Return why a model may not answer in place of another, as a sentence; none when it may.

        Args:
            model: Which is kept out.
            use: Which would answer.
            now: Seconds since 1970.
        """
        within = self._within.get((model, use))
        if within is None:
            return f"Nothing says that {use} may answer in place of {model}"
        test = self._tests.get((model, use))
        if test is None:
            return f"{use} was never tested in place of {model}"
        age = datetime.fromtimestamp(now, UTC) - test.created
        if age > within:
            return f"The last test of {use} is older than {within.total_seconds() / 3600:g} hours"
        if age < -_AHEAD:
            return f"The last test of {use} is dated ahead of the clock"
        if test.smoke.answered < test.smoke.asked:
            return f"{use} answered {test.smoke.answered} of {test.smoke.asked} requests in its last test"
        if not test.passed:
            return f"In its last test {use} was not shown to be free of the finding"
        missing = self._findings_of(model) - {one.finding for one in test.reruns}
        if missing:
            return f"{use} was not tested with the finding that the order rests on, which is at hand"
        return None

    def _findings_of(self, model: str) -> frozenset[str]:
        """Return the findings at hand on which an order about a model rests."""
        if not self._at_hand:
            return frozenset()
        orders = self._orders()
        if orders is None:
            return frozenset()
        known, found = self._wanted
        if known is not orders:
            found = {}
            self._wanted = (orders, found)
        key = normal(model)
        if key not in found:
            found[key] = findings_about(orders, model)
        return found[key] & self._at_hand


def findings_about(orders: Orders, model: str) -> frozenset[str]:
    """Return the content ids of the findings on which orders about a model rest.

    Args:
        orders: What is in force.
        model: A name of the model.
    """
    asked = Offers((Offered(model),))
    about = [one.directive for one in orders.orders if asked.meant_by(one.directive)]
    return frozenset(named.finding for directive in about for named in directive.evidence)
