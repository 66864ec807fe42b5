"""Whether a model, as a finding or a verification identifies it, is one that an order names."""

from __future__ import annotations

from groundstop.documents import ModelIdentity
from groundstop.documents.directives import EVERY_SNAPSHOT, Subject, SubjectModel


def model_named(subject: Subject, identity: ModelIdentity | None) -> SubjectModel | None:
    """Return the model of an order's subject that an identity is of.

    Args:
        subject: The order's models.
        identity: A model, as it was tested; none when it is not known.

    Returns:
        The first model with the same provider, name and snapshot, the same package URL, or the same weights;
        none when there is none. Aliases are not looked at: what was tested is known by its own name.
    """
    if identity is None:
        return None
    return next((model for model in subject.models if _is(model, identity)), None)


def _is(model: SubjectModel, identity: ModelIdentity) -> bool:
    hosted = any(
        (one.provider, one.name) == (identity.provider, identity.name)
        and one.snapshot in (EVERY_SNAPSHOT, identity.snapshot)
        for one in model.hosted
    )
    packaged = identity.purl is not None and identity.purl in model.purls
    weights = identity.digest is not None and identity.digest.removeprefix("sha256:") in model.weights
    return hosted or packaged or weights
