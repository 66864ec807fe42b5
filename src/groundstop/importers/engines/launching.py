"""What an engine is to do, and what that comes to as a command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

NO_KEY = "none"
"""Stands for the key of an endpoint that wants none: clients refuse to start without one."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an engine is pointed: an OpenAI-compatible endpoint."""

    url: str
    """Base URL, such as ``http://127.0.0.1:8480/v1``."""
    model: str
    """What is asked for in the request's ``model`` field."""
    key: str | None = field(default=None, repr=False)
    """Goes into the engine's environment, and nowhere else."""


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """The engine's own configuration, which says what is asked."""

    path: Path
    """Absolute."""
    part: str | None = None
    """Which of several things in the file, where the engine has a way to say so."""


@dataclass(frozen=True, slots=True)
class Job:
    """One run of an engine."""

    program: Path
    endpoint: Endpoint
    config: ConfigFile | None
    arguments: tuple[str, ...]
    """The user's own, for the engine."""
    folder: Path
    """Private, and removed after the run: all that the engine writes goes there."""


@dataclass(frozen=True, slots=True)
class Launch:
    """How an engine is started, and where it leaves its results."""

    command: tuple[str, ...]
    """Never holds the key: every user of the machine can read it."""
    variables: Mapping[str, str] = field(repr=False)
    """Of its environment, beside :func:`~groundstop.importers.engines.environment.child_environment`."""
    files: Mapping[str, str]
    """Made in the job's folder before the start, by name. They never hold the key."""
    results: str
    """Pattern of the result files, within the job's folder."""
