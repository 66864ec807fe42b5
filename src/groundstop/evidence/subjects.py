"""What statements are about: models, documents and files, each with a digest."""

from __future__ import annotations

import hashlib

from groundstop.documents import ModelIdentity
from groundstop.evidence.statements import Subject


def file_subject(path: str, data: bytes) -> Subject:
    """Return a file that goes with a statement, by its path in the bundle."""
    return Subject(path, hashlib.sha256(data).hexdigest())


def document_subject(name: str, content_id: str) -> Subject:
    """Return a document that a statement refers to, by its content id."""
    return Subject(name, content_id.removeprefix("sha256:"))


def model_subject(model: ModelIdentity | None) -> list[Subject]:
    """Return the model that a statement is about: by its weights' digest, or else its identity's."""
    if model is None:
        return []
    name = model.purl or "/".join(part for part in (model.provider, model.name, model.snapshot) if part)
    digest = model.digest if model.digest and model.digest.startswith("sha256:") else model.content_id
    return [document_subject(f"model {name}", digest)]
