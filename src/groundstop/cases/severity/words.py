"""Models in plain words."""

from __future__ import annotations

from groundstop.documents import ModelIdentity

_LONGEST_NAME = 100


def model_words(model: ModelIdentity) -> str:
    """Return how a model is called, on one line and of bounded length."""
    name = " ".join(" ".join(filter(None, (model.provider, model.name, model.snapshot))).split())
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
