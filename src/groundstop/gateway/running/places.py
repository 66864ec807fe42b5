"""Where a gateway listens: kept open over reloads, opened and closed as settings change."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from socket import socket
from typing import NamedTuple

from groundstop.errors import GroundstopError
from groundstop.gateway.running.crew import Doors
from groundstop.gateway.running.logs import LOG
from groundstop.gateway.running.sockets import bound
from groundstop.gateway.running.worker import ORPHAN_S
from groundstop.gateway.settings import Settings

_PATIENCE_S = ORPHAN_S + 3.0
_AGAIN_S = 0.25


class Place(NamedTuple):
    """Where something listens, and the sockets for it."""

    address: str
    sockets: tuple[socket, ...]


class Places:
    """The places where a gateway listens.

    Args:
        handed_over: Sockets that a service manager has opened, by door.
    """

    def __init__(self, handed_over: Mapping[str, tuple[socket, ...]]) -> None:
        self._handed_over = dict(handed_over)
        self._open: dict[str, Place] = {}

    @property
    def sockets(self) -> dict[str, tuple[socket, ...]]:
        """Those that listen, by door."""
        return {door: place.sockets for door, place in self._open.items()}

    def wanted(self, settings: Settings) -> dict[str, Place]:
        """Return where settings say to listen. What is open already stays open, and is used again.

        Raises:
            WorkspaceError: Somewhere it cannot be listened; what was opened for this is closed again.
        """
        addresses = {"listen": settings.listen, "admin": settings.admin, "decide": settings.decide}
        found: dict[str, Place] = {}
        try:
            for door, address in addresses.items():
                before = self._open.get(door)
                if before is not None and before.address == address:
                    found[door] = before
                elif address is not None:
                    found[door] = Place(address, self._handed_over.pop(door, ()) or bound(address))
        except GroundstopError:
            self.give_up(found)
            raise
        return found

    async def open(self, settings: Settings) -> None:
        """Listen where settings say, for the first time.

        The workers of a supervisor that was killed leave after some seconds: so long is waited for the port.

        Raises:
            WorkspaceError: Somewhere it cannot be listened.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_S):
                while True:
                    try:
                        self.settle(self.wanted(settings))
                    except GroundstopError as error:
                        LOG.warning("port_waited_for", extra={"problem": str(error)})
                        await asyncio.sleep(_AGAIN_S)
                    else:
                        return
        self.settle(self.wanted(settings))

    def settle(self, places: Mapping[str, Place]) -> None:
        """Listen at these from now on, and nowhere else."""
        before, self._open = self._open, dict(places)
        _close(before, besides=places)

    def give_up(self, places: Mapping[str, Place]) -> None:
        """Close what was opened and is not to be used."""
        _close(places, besides=self._open)

    def close(self) -> None:
        """Listen nowhere any more."""
        self.settle({})


def doors_of(places: Mapping[str, Place]) -> Doors:
    """Return the sockets that workers inherit."""
    decide = places.get("decide")
    return Doors(places["listen"].sockets, () if decide is None else decide.sockets)


def _close(places: Mapping[str, Place], *, besides: Mapping[str, Place]) -> None:
    kept = {one for place in besides.values() for one in place.sockets}
    for place in places.values():
        for one in place.sockets:
            if one not in kept:
                one.close()
