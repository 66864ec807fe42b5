"""The models of an order, from the identities under which they were tested."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import ValidationError

from groundstop.documents import ModelIdentity
from groundstop.documents.directives import (
    EVERY_SNAPSHOT,
    HostedModel,
    SubjectModel,
)
from groundstop.errors import InputError

_LONGEST_LABEL = 60


def subject_models(
    tested: Sequence[tuple[str, ModelIdentity]],
) -> tuple[tuple[SubjectModel, ...], tuple[str, ...]]:
    """Return the models of an order, each once with its findings, and what its author should look at.

    Args:
        tested: Content ids of findings, each with the model that it was made on.

    Raises:
        InputError: A model has a name that no order can hold, such as one with a star.
    """
    grouped: dict[tuple[str, str, str | None], list[tuple[str, ModelIdentity]]] = {}
    for finding, identity in tested:
        grouped.setdefault((identity.provider, identity.name, identity.snapshot), []).append(
            (finding, identity)
        )
    models: list[SubjectModel] = []
    notes: list[str] = []
    for same in grouped.values():
        model = _model(same, {one.label for one in models})
        models.append(model)
        notes += _notes(model, same[0][1])
    return tuple(models), tuple(notes)


def _model(same: Sequence[tuple[str, ModelIdentity]], taken: set[str]) -> SubjectModel:
    first = same[0][1]
    identities = [identity for _, identity in same]
    hosted = {"provider": first.provider, "name": first.name, "snapshot": first.snapshot or EVERY_SNAPSHOT}
    aliases = {name for one in identities for name in one.aliases if name != first.name}
    try:
        return SubjectModel(
            label=_label(first, taken),
            hosted=(HostedModel.model_validate(hosted),),
            aliases=tuple(sorted(aliases)),
            purls=tuple(sorted({one.purl for one in identities if one.purl})),
            weights=tuple(sorted({one.digest.removeprefix("sha256:") for one in identities if one.digest})),
            findings=tuple(sorted({finding for finding, _ in same})),
        )
    except ValidationError as error:
        field = str(error.errors(include_input=False, include_url=False)[0]["loc"][0])
        raise InputError(
            f"The finding identifies its model in a way that no order can hold: its {field}",
            "Draft without the case, and name the model by its exact identifiers",
        ) from error


def _label(identity: ModelIdentity, taken: set[str]) -> str:
    """Return a short name that is safe, and not taken yet."""
    named = f"{identity.name}-{identity.snapshot}" if identity.snapshot else identity.name
    short = re.sub(r"[^a-z0-9._-]+", "-", named.lower()).strip("-._")[:_LONGEST_LABEL] or "model"
    number = 1
    label = short
    while label in taken:
        number += 1
        label = f"{short[: _LONGEST_LABEL - 4]}-{number}"
    return label


def _notes(model: SubjectModel, identity: ModelIdentity) -> list[str]:
    notes = []
    if identity.snapshot is None:
        notes.append(
            f"The finding names no snapshot of {model.label}, so the draft is about every snapshot: name the "
            "dated one in subject.models if only that was tested."
        )
    if not (identity.purl or identity.digest):
        notes.append(
            f"No weights of {model.label} are known: the order cannot be kept where they are downloaded."
        )
    return notes
