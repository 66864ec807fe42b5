"""Signing orders and what goes with them: one envelope, as many signatures as it takes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from groundstop.documents import canonical_bytes
from groundstop.documents.directives import (
    Countersignature,
    Directive,
    Licence,
    LicenceRevocation,
    Lift,
    Override,
    Stop,
)
from groundstop.errors import InputError
from groundstop.evidence import OwnKey
from groundstop.evidence.statements import Signed, Subject, read_signed, sign

Said = Directive | Stop | Licence | LicenceRevocation | Lift
"""What an authority says."""

SignedHere = Said | Countersignature | Override


def sign_order(document: SignedHere, keys: Sequence[OwnKey]) -> bytes:
    """Sign an order, or what goes with one, as an in-toto Statement in a DSSE envelope.

    Args:
        document: What is said.
        keys: Who signs.

    Returns:
        The envelope's canonical bytes.

    Raises:
        InputError: A key has ended, or has not begun, when the document says that it is made.
    """
    return sign(document, _subjects(document), keys)


def add_signature(data: bytes, key: OwnKey, *, source: str) -> bytes:
    """Add a signature to an envelope; one by the same key takes the place of its earlier one.

    Args:
        data: The envelope.
        key: Who signs too.
        source: Where the envelope came from, for error messages.

    Returns:
        The envelope with the signature; the payload is the same to the byte.

    Raises:
        DocumentError: It is no envelope.
        InputError: It holds no order, or the key has ended, or has not begun.
    """
    from securesystemslib.dsse import Envelope

    signed = read_signed(data, source=source)
    document = said_in(signed, source=source)
    key.check_valid(document.created)
    envelope = Envelope.from_dict(json.loads(data))
    envelope.sign(key.signer)
    return canonical_bytes(envelope.to_dict())


def said_in(signed: Signed, *, source: str) -> SignedHere:
    """Return the document in an envelope, its signatures not verified.

    Raises:
        DocumentError: It is malformed.
        InputError: It is a document of another kind.
    """
    document = signed.document()
    if not isinstance(document, SignedHere):
        raise InputError(
            f"{source} is a {signed.predicate_type}, and no order",
            "Give a directive, stop, licence, revocation, lift, countersignature or override",
        )
    return document


def _subjects(document: SignedHere) -> list[Subject]:
    """Return what a document is about, each with a digest that a stranger can work out again."""
    match document:
        case Directive():
            models = [
                Subject(f"model {model.label}", _sha256(canonical_bytes(model.to_json())))
                for model in document.subject.models
            ]
            findings = [
                Subject(f"finding {one.id}", one.finding.removeprefix("sha256:")) for one in document.evidence
            ]
            return [*models, *findings]
        case Stop():
            return [Subject(f"model {name}", _sha256(name.encode())) for name in document.models]
        case Licence():
            return [_called("directive", document.directive)]
        case LicenceRevocation():
            return [_called("licence", document.licence)]
        case Lift():
            verified = [
                Subject("verification", digest.removeprefix("sha256:")) for digest in document.verifications
            ]
            return [_called("order", document.directive or document.stop or ""), *verified]
        case Countersignature():
            return [Subject("verification", document.verification.removeprefix("sha256:"))]
        case Override():
            return [Subject(f"directive {document.directive}", document.content.removeprefix("sha256:"))]


def _called(what: str, name: str) -> Subject:
    return Subject(f"{what} {name}", _sha256(name.encode()))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
