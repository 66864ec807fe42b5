"""Logs: a line of JSON on standard error for each event. No prompt, token or name of a person is in them."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import IO, Any

LOGGER = "groundstop.gateway"
LOG = logging.getLogger(LOGGER)
_USUAL = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class _Lines(logging.Formatter):
    """Words a record as one line of JSON: when, how bad, what, and what goes with it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        said: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "process": record.process,
        }
        said |= {name: value for name, value in record.__dict__.items() if name not in _USUAL}
        if record.exc_info is not None and record.exc_info[0] is not None:
            # A message of an exception may hold what must not be shown; its kind and place do not.
            said["error"] = record.exc_info[0].__name__
            said["where"] = _place(record.exc_info[2])
        return json.dumps(said, default=str)


def log_to(stream: IO[str]) -> None:
    """Write the gateway's events to a stream from now on, and everybody else's warnings too."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Lines())
    LOG.handlers = [handler]
    LOG.setLevel(logging.INFO)
    LOG.propagate = False
    for other in ("asyncio", "aiohttp"):
        logger = logging.getLogger(other)
        logger.handlers = [handler]
        logger.setLevel(logging.WARNING)
        logger.propagate = False


def _place(trace: Any) -> str | None:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return None if trace is None else f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}"
