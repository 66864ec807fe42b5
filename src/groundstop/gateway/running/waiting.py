"""Waiting for the first of several things, and ending tasks."""

from __future__ import annotations

import asyncio
from contextlib import suppress


async def first_of(*events: asyncio.Event) -> None:
    """Wait until one of some events has come."""
    waits = [asyncio.create_task(one.wait()) for one in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await cancelled(*waits)


async def cancelled(*tasks: asyncio.Task[None] | asyncio.Task[bool]) -> None:
    """Cancel some tasks, and wait until they have ended."""
    for one in tasks:
        one.cancel()
    for one in tasks:
        with suppress(asyncio.CancelledError):
            await one
