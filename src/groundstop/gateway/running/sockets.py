"""Listening sockets: bound here, or handed over by a service manager, so that an upgrade drops nothing."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from groundstop.errors import WorkspaceError

BACKLOG = 4096
FIRST_HANDED_OVER = 3
DOORS = ("listen", "admin", "decide")


class Address(NamedTuple):
    """Where to listen."""

    host: str
    port: int


def address_of(text: str) -> Address:
    """Return an address as settings have it."""
    host, _, port = text.rpartition(":")
    return Address(host.removeprefix("[").removesuffix("]"), int(port))


def bound(text: str) -> tuple[socket.socket, ...]:
    """Listen at an address: one socket for each address that its host has.

    Args:
        text: ``HOST:PORT``; a port of 0 is any free one.

    Raises:
        WorkspaceError: Something else listens there, or nobody may.
    """
    host, port = address_of(text)
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise WorkspaceError(f"{text} is no address of this machine", "Correct it in gateway.toml") from error
    opened: list[socket.socket] = []
    try:
        for family, kind, protocol, _, place in dict.fromkeys(found):
            # A port that was free at one of the host's addresses is taken at the others too.
            at = place if not opened or port else (place[0], opened[0].getsockname()[1], *place[2:])
            opened.append(_listening(family, kind, protocol, at))
    except OSError as error:
        for one in opened:
            one.close()
        raise WorkspaceError(
            f"{text} cannot be listened at: {error.strerror}",
            "End what listens there, or choose another address in gateway.toml",
        ) from error
    return tuple(opened)


def _listening(family: int, kind: int, protocol: int, place: tuple[object, ...]) -> socket.socket:
    one = socket.socket(family, kind, protocol)
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.bind(place)
        one.listen(BACKLOG)
        one.setblocking(False)
    except BaseException:
        one.close()
        raise
    return one


def handed_over(environment: Mapping[str, str], pid: int) -> dict[str, tuple[socket.socket, ...]]:
    """Return the sockets that a service manager has opened, by the names that it gives them.

    Args:
        environment: Of the process.
        pid: Of the process.

    Returns:
        Sockets by door (``listen``, ``admin``, ``decide``); one with another name is where requests come in.
        Nothing when there are none.

    Source: sd_listen_fds(3).
    """
    try:
        if int(environment.get("LISTEN_PID", "")) != pid:
            return {}
        count = int(environment.get("LISTEN_FDS", ""))
    except ValueError:
        return {}
    names = environment.get("LISTEN_FDNAMES", "").split(":")
    found: dict[str, list[socket.socket]] = {}
    for number in range(count):
        one = socket.socket(fileno=FIRST_HANDED_OVER + number)
        one.setblocking(False)
        os.set_inheritable(one.fileno(), False)
        name = names[number] if number < len(names) else ""
        found.setdefault(name if name in DOORS else DOORS[0], []).append(one)
    return {door: tuple(sockets) for door, sockets in found.items()}


def url_of(sockets: Sequence[socket.socket], *, scheme: str = "http") -> str:
    """Return the address at which the first of some sockets is reached."""
    host, port = sockets[0].getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - read, not bound
        host = "127.0.0.1" if host == "0.0.0.0" else "::1"  # noqa: S104
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
