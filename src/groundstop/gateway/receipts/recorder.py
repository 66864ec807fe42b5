"""The recorder: keeps a receipt of each request before it goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from groundstop import __version__
from groundstop.documents.gateway import Change
from groundstop.gateway.gate import Ruling
from groundstop.gateway.receipts import lines
from groundstop.gateway.receipts.chain import RECEIPTS, Head, claim_chain
from groundstop.gateway.receipts.salting import Principals
from groundstop.gateway.recording import Entry
from groundstop.gateway.settings import Keeping

_US = 1_000_000


class Receipts:
    """Keeps receipts in a chain of its own: a :class:`~groundstop.gateway.recording.Recorder`.

    Args:
        folder: The operator's folder; chains are in ``receipts`` in it.
        gateway: How the gateway calls itself.
        salt: Of the digests of principals.
        keeping: When a new file is begun.
        clock: Seconds since 1970.

    Raises:
        WorkspaceError: Nothing can be written there.
    """

    def __init__(
        self,
        folder: Path,
        gateway: str,
        salt: bytes,
        *,
        keeping: Keeping,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._gateway = gateway
        self._clock = clock
        self._principals = Principals(salt)
        self._last_us = 0
        self._chain = claim_chain(folder / RECEIPTS, file_bytes=keeping.file_bytes)
        self.lines = 0
        """Written by this process."""
        self.failed = 0
        """That could not be written."""
        self._began = False
        self._failing = False
        try:
            self._begin()
        except OSError:
            # Said again by the first request that asks for a line; a full disk may be made room on till then.
            self._failing = True
            self.failed += 1

    @property
    def chain(self) -> str:
        """The name of the chain."""
        return self._chain.name

    def decided(self, entry: Entry) -> None:
        """Keep that a request was ruled on; see :class:`~groundstop.gateway.recording.Recorder`."""
        principal = entry.who.principal
        self._append(lines.decided(entry, None if principal is None else self._principals.digest(principal)))

    def changed(
        self,
        request: str,
        change: Change,
        *,
        status: int | None = None,
        model: str | None = None,
        ruling: Ruling | None = None,
    ) -> None:
        """Keep what became of a request; see :class:`~groundstop.gateway.recording.Recorder`."""
        self._append(lines.changed(request, change, status, model, ruling))

    def sync(self) -> Head | None:
        """See to it that what is written stays whatever happens; see :meth:`Chain.sync`."""
        return self._chain.sync()

    def writable(self) -> bool:
        """Tell whether a line can be written: after a failure it is tried."""
        if not self._failing:
            return True
        try:
            self._begin()
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Give the chain back; see :meth:`Chain.close`."""
        self._chain.close()

    def _append(self, what: dict[str, Any]) -> None:
        try:
            if not self._began or self._chain.full:
                self._begin()
            at_us = self._now_us()
            self._chain.append(lambda n, previous: lines.line_of(n, previous, at_us, what))
        except OSError:
            self._failing = True
            self.failed += 1
            raise
        self._failing = False
        self.lines += 1

    def _begin(self) -> None:
        """Write that this process begins, or a new file does."""
        lost = 0 if self._began else self._chain.lost_bytes
        what = lines.begun(self._gateway, __version__, lost)
        at_us = self._now_us()

        def line(n: int, previous: str) -> bytes:
            return lines.line_of(n, previous, at_us, what)

        if self._chain.full:
            self._chain.begin_file(line)
        else:
            self._chain.append(line)
        self._began, self._failing = True, False
        self.lines += 1

    def _now_us(self) -> int:
        # A clock that is set back does not turn the order of lines round.
        self._last_us = max(self._last_us, int(self._clock() * _US))
        return self._last_us
