"""Dialects: how answers, errors and streams are worded for clients of each interface. Pure."""

from groundstop.gateway.dialects.answers import marked, served_in
from groundstop.gateway.dialects.errors import error_body
from groundstop.gateway.dialects.events import (
    Event,
    Events,
    Named,
    TooLarge,
    final_event,
    last_event,
    models_of,
)

__all__ = [
    "Event",
    "Events",
    "Named",
    "TooLarge",
    "error_body",
    "final_event",
    "last_event",
    "marked",
    "models_of",
    "served_in",
]
