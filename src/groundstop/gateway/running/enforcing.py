"""Saying what is enforced: acknowledgements and checkpoints, signed by the one process that holds the key."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from groundstop.errors import GroundstopError
from groundstop.gateway.acknowledging import Acknowledgements, acknowledgement_of
from groundstop.gateway.receipts import Checkpoints, Head
from groundstop.gateway.running.configuration import Configured
from groundstop.gateway.running.hearing import Heard
from groundstop.gateway.running.logs import LOG


class Enforcing:
    """Signs, and keeps what was signed. Its methods wait for the disk: call them apart from an event loop.

    Args:
        configuration: Of the gateway.
        clock: Seconds since 1970.
    """

    def __init__(self, configuration: Configured, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock, self._signing = threading.Lock(), threading.Lock()
        self._signed: dict[str, int] = {}
        """Lines of each chain that are under a checkpoint."""
        self.take(configuration)
        self.checkpoint: datetime | None = None
        """When every line was last known to be under a checkpoint."""

    def take(self, configuration: Configured) -> None:
        """Sign by another configuration from now on: its key may be a new one."""
        with self._lock:
            self._configuration = configuration
            name, key = configuration.settings.name, configuration.key
            self._acknowledgements = Acknowledgements(configuration.folder, key)
            self._checkpoints = Checkpoints(configuration.folder, name, key, clock=self.now)

    @property
    def acknowledgements(self) -> Acknowledgements:
        """What was acknowledged."""
        return self._acknowledgements

    def now(self) -> datetime:
        """Return the time."""
        return datetime.fromtimestamp(self._clock(), UTC)

    def acknowledge(self, heard: Heard, workers: int) -> bool:
        """Acknowledge what all processes decide by.

        Args:
            heard: What they were told.
            workers: How many there are.

        Returns:
            Whether that was something new. Where it cannot be signed or kept, that is logged, and it was not
            said.
        """
        with self._lock:
            document = acknowledgement_of(
                self._configuration.settings.name,
                heard.active,
                heard.authorities,
                workers=workers,
                now=self.now(),
                previous=self._acknowledgements.previous,
            )
            try:
                said = self._acknowledgements.acknowledge(document)
            except GroundstopError as error:
                LOG.error("not_acknowledged", extra={"problem": str(error)})
                return False
        if said:
            LOG.info(
                "acknowledged",
                extra={"table": document.table, "orders": len(document.orders), "workers": workers},
            )
        return said

    def sign(self, heads: Iterable[Head]) -> None:
        """Sign checkpoints of chains; where one cannot be signed, that is logged."""
        with self._signing:
            for head in heads:
                # Two may come in the wrong order: what was signed goes only on.
                if head.lines <= self._signed.get(head.chain, 0):
                    continue
                try:
                    self._checkpoints.sign(head)
                except GroundstopError as error:
                    LOG.error("no_checkpoint", extra={"chain": head.chain, "problem": str(error)})
                    return
                self._signed[head.chain] = head.lines
            self.checkpoint = self.now()
