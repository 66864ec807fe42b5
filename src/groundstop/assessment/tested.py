"""The model as it was tested: who answered, under which names, in which window of time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from groundstop.documents import TargetDescription, TestedModel, Trial


def tested_model(target: TargetDescription, trials: Sequence[Trial]) -> TestedModel:
    """Return what is known of a target from its description and from the trials made with it.

    Args:
        target: The target.
        trials: All trials of the run, in any order.
    """
    return TestedModel(
        identity=target.model,
        protocol=target.protocol,
        served_as=distinct(trial.served_model for trial in trials),
        fingerprints=distinct(trial.fingerprint for trial in trials),
        window_start=min((trial.started for trial in trials), default=None),
        window_end=max(
            (trial.started + timedelta(milliseconds=trial.latency_ms) for trial in trials), default=None
        ),
        simulated=target.simulated,
    )


def distinct(values: Iterable[str | None]) -> tuple[str, ...]:
    """Return the values that were given, each once, in order of the alphabet."""
    return tuple(sorted({value for value in values if value is not None}))
