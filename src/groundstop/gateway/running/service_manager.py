"""Telling a service manager how things stand; nothing is told where there is none.

Source: sd_notify(3).
"""

from __future__ import annotations

import socket
from collections.abc import Mapping


class ServiceManager:
    """A service manager, such as systemd.

    Args:
        environment: Of the process; it says where to tell.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        place = environment.get("NOTIFY_SOCKET", "")
        # An abstract address begins with @ in the variable, and with a zero byte in the call.
        self._place = f"\0{place[1:]}" if place.startswith("@") else place
        watchdog = environment.get("WATCHDOG_USEC", "")
        self.watchdog_s = int(watchdog) / 1_000_000 if watchdog.isdecimal() else None
        """How often at least it wants to hear that all is well; none when it does not."""

    def tell(self, *lines: str) -> None:
        """Tell something: ``READY=1``, ``RELOADING=1``, ``STOPPING=1``, ``WATCHDOG=1``, ``STATUS=…``."""
        if not self._place:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
                line.sendto("\n".join(lines).encode(), self._place)
        except OSError:
            # Whoever is not there to be told must not stop the service.
            return
