"""Changing a draft by what is at hand: the next sequence of an order, and the digests of files of weights."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ValidationError

from groundstop.directives.drafting.settings import Draft
from groundstop.directives.reading import NEVER
from groundstop.documents import describe
from groundstop.documents.directives import Directive
from groundstop.errors import DocumentError, InputError


def draft_amendment(directive: Directive) -> Draft:
    """Return the next sequence of an order, as a draft that still says the same.

    Args:
        directive: The order as it stands.

    Returns:
        The draft. It keeps the order's id, and gets its date when it is signed.
    """
    changes = {
        "sequence": directive.sequence + 1,
        "supersedes": directive.content_id,
        "created": NEVER,
    }
    return Draft(
        Directive.model_validate({**dict(directive), **changes}),
        (
            f"Sequence {directive.sequence + 1} of {directive.id}: change what you will; it takes a quorum.",
            "It takes the place of the sequence before at its own effective date; licences stay.",
        ),
    )


def with_weights(draft: Draft, digests: Sequence[str]) -> Draft:
    """Return a draft whose model is named by files of weights too.

    Args:
        draft: A draft about one model.
        digests: SHA-256 of the files, in hexadecimal.

    Raises:
        InputError: It is about several models: the files could be of any of them.
        DocumentError: A digest is none.
    """
    models = draft.directive.subject.models
    if len(models) != 1:
        raise InputError(
            f"The draft is about {len(models)} models, and files of weights are of one",
            "Write their digests into the draft, at the model that they are of",
        )
    weights = tuple(dict.fromkeys((*models[0].weights, *digests)))
    try:
        model = type(models[0]).model_validate({**dict(models[0]), "weights": weights})
    except ValidationError as error:
        raise DocumentError(*describe(error, source="The files of weights")) from error
    subject = draft.directive.subject.model_copy(update={"models": (model,)})
    changed = draft.directive.model_copy(update={"subject": subject})
    told = f"{len(weights)} files of weights are named by their digests; converted copies have other digests."
    return Draft(changed, (*draft.notes, told))
