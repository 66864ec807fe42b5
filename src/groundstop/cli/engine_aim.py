"""Where an engine is pointed: an endpoint elsewhere, or a target of this process that is served for it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from groundstop.cli.carrying import open_targets
from groundstop.cli.wiring import opened
from groundstop.errors import InputError

if TYPE_CHECKING:
    from groundstop.documents import TargetDescription
    from groundstop.importers.engines import Endpoint
    from groundstop.targets import Config, Target

_TAKEN = "Give embedded:NAME, scripted:NAME, or an endpoint with the protocol openai"


@dataclass(frozen=True, slots=True)
class Aim:
    """The target of an engine."""

    description: TargetDescription
    model: str
    """What the engine asks for in the request's ``model`` field."""
    key: str | None = field(default=None, repr=False)
    served: Target | None = None
    """The target, when it is in this process."""

    @asynccontextmanager
    async def reached(self) -> AsyncIterator[Endpoint]:
        """Give the endpoint for the length of a block; a target of this process is served on loopback.

        Raises:
            GroundstopError: It cannot be served, or the embedded model cannot be loaded.
        """
        from groundstop.importers.engines import Endpoint

        if self.served is None:
            yield Endpoint(self.description.address, self.model, self.key)
            return
        from groundstop.targets.serve import serving

        async with opened([self.served]):
            if self.description.protocol == "embedded":
                await _try_out(self.served)
            # When the engine has ended, nobody waits for answers in flight.
            served = {self.model: self.served}
            async with serving(served, host="127.0.0.1", port=0, linger_s=0.1) as url:
                yield Endpoint(url, self.model)


def aim_at(name: str, config: Config) -> Aim:
    """Find the target that a user named, for an engine to be pointed at.

    Args:
        name: As the user wrote it.
        config: The workspace's named targets.

    Returns:
        The target. Nothing has been sent yet.

    Raises:
        InputError: There is no such target, its key is missing, or engines cannot be pointed at its kind.
    """
    from groundstop.targets.opening import http_endpoint
    from groundstop.targets.serve import local_targets

    endpoint = http_endpoint(name, config=config, environ=os.environ)
    if endpoint is not None:
        description = endpoint.description
        if description.protocol != "openai":
            raise InputError(
                f"{name} speaks the {description.protocol} protocol, which engines are not pointed at", _TAKEN
            )
        return Aim(description, description.model.name, endpoint.key)
    if name.startswith("inspect:"):
        raise InputError(f"{name} is asked through Inspect, where engines are not pointed", _TAKEN)
    targets = local_targets(name, lambda one: open_targets((one,), config)[0])
    model, target = next(iter(targets.items()))
    return Aim(target.description, model, served=target)


async def _try_out(target: Target) -> None:
    """Ask once: a model that cannot be loaded is said now, and not through the engine's retries."""
    from groundstop.documents import Message, Sampling
    from groundstop.targets import CallFailure, ChatRequest

    try:
        await target.ask(ChatRequest((Message(role="user", content="Hello"),), Sampling(max_tokens=1), 0))
    except CallFailure as failure:
        raise failure.as_error() from None
