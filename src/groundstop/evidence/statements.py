"""Signed statements: our documents as in-toto Statements in DSSE envelopes.

Every envelope, statement and predicate is in its one canonical form (RFC 8785); anything else is refused,
so that a digest of the bytes is a digest of what they say.

Source: in-toto Statement v1; DSSE v1 (secure-systems-lab/dsse), protocol and envelope.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeGuard, TypeVar

from groundstop.documents import (
    Corroboration,
    Document,
    Finding,
    Grant,
    KeyCard,
    Minimization,
    Opening,
    Verification,
    VerificationPlan,
    canonical_bytes,
    parse_json,
)
from groundstop.documents.cases import CaseStatement
from groundstop.documents.directives import (
    Countersignature,
    Directive,
    Licence,
    LicenceRevocation,
    Lift,
    Override,
    Stop,
)
from groundstop.documents.gateway import (
    Acknowledgement,
    EnforcementCertificate,
    FallbackTest,
    Fleet,
    Guard,
    ProbeReport,
    ReceiptCheckpoint,
)
from groundstop.errors import DocumentError, InputError
from groundstop.evidence.log.keys import decode_base64

if TYPE_CHECKING:
    from groundstop.evidence.keys import OwnKey

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_PREFIX = "https://groundstop.dev/predicates/"

Statement = (
    Finding
    | Grant
    | Opening
    | Corroboration
    | Minimization
    | VerificationPlan
    | Verification
    | CaseStatement
    | Directive
    | Stop
    | Licence
    | LicenceRevocation
    | Lift
    | Countersignature
    | Override
    | ReceiptCheckpoint
    | Acknowledgement
    | Fleet
    | ProbeReport
    | EnforcementCertificate
    | FallbackTest
    | Guard
)
"""A document that is signed."""

StatementT = TypeVar("StatementT", bound=Statement)

PREDICATES: tuple[type[Statement], ...] = (
    Finding,
    Grant,
    Opening,
    Corroboration,
    Minimization,
    VerificationPlan,
    Verification,
    CaseStatement,
    Directive,
    Stop,
    Licence,
    LicenceRevocation,
    Lift,
    Countersignature,
    Override,
    ReceiptCheckpoint,
    Acknowledgement,
    Fleet,
    ProbeReport,
    EnforcementCertificate,
    FallbackTest,
    Guard,
)

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that a statement is about: a model, a document, or a file that goes with it."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Signed:
    """An envelope that was read, its signatures not yet verified."""

    data: bytes
    """The envelope's bytes."""
    payload: bytes
    predicate_type: str
    subjects: tuple[Subject, ...]
    predicate: Mapping[str, Any]
    signatures: tuple[tuple[str, bytes], ...]
    """Key ids with their signatures."""

    @property
    def digest(self) -> str:
        """``sha256:`` and the digest of the envelope's bytes: how the log and other documents refer to it."""
        return digest_of(self.data)

    def document(self) -> Statement | None:
        """Return the predicate as a document; none when its type is not known to this release.

        Raises:
            DocumentError: The type is known, and the predicate is not of its form.
        """
        return self._document

    @cached_property
    def _document(self) -> Statement | None:
        kind = {predicate_type(one): one for one in PREDICATES}.get(self.predicate_type)
        if kind is None:
            return None
        source = f"A {self.predicate_type}"
        document = kind.from_json(dict(self.predicate), source=source)
        # A number as text, or a date in another zone, would say the same in other bytes.
        if document.canonical() != canonical_bytes(dict(self.predicate)):
            raise _malformed(source, "it does not spell its values as its form does")
        return document


def digest_of(data: bytes) -> str:
    """Return ``sha256:`` and the hexadecimal digest of some bytes."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def predicate_type(kind: type[Document]) -> str:
    """Return the predicate type URI of a document kind."""
    fields = kind.model_fields
    return f"{PREDICATE_PREFIX}{fields['kind'].default}/v{fields['version'].default}"


def sign(document: Statement, subjects: Sequence[Subject], keys: Sequence[OwnKey]) -> bytes:
    """Sign a document as a statement.

    Args:
        document: The predicate.
        subjects: What it is about; at least one.
        keys: Who signs; each signature is over the same bytes.

    Returns:
        The envelope's canonical bytes.

    Raises:
        InputError: A key has ended, or has not begun, when the document says that it is made.
    """
    from securesystemslib.dsse import Envelope

    statement: dict[str, Any] = {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": one.name, "digest": {"sha256": one.sha256}} for one in subjects],
        "predicateType": predicate_type(type(document)),
        "predicate": document.to_json(),
    }
    envelope = Envelope(canonical_bytes(statement), PAYLOAD_TYPE, {})
    for key in keys:
        key.check_valid(document.created)
        envelope.sign(key.signer)
    return canonical_bytes(envelope.to_dict())


def read_signed(data: bytes, *, source: str) -> Signed:
    """Read an envelope strictly.

    Args:
        data: Its bytes.
        source: Where they came from, for error messages.

    Returns:
        What it says. Its signatures are not verified: see :func:`signers_of`.

    Raises:
        DocumentError: It is no DSSE envelope with an in-toto statement in canonical form.
    """
    envelope = parse_json(data, source=source)
    if not _has(envelope, "payload", "payloadType", "signatures") or canonical_bytes(envelope) != data:
        raise _malformed(source, "it is not a DSSE envelope in canonical form")
    if envelope["payloadType"] != PAYLOAD_TYPE:
        raise _malformed(source, f"its payload type is not {PAYLOAD_TYPE}")
    payload = _decoded(envelope["payload"])
    signatures = _signatures(envelope["signatures"])
    if payload is None or signatures is None:
        raise _malformed(source, "its payload or a signature is malformed")
    if not signatures or len({key for key, _ in signatures}) != len(signatures):
        raise _malformed(source, "it has no signature, or two by one key")
    return _read_statement(data, payload, signatures, source)


def read_as(data: bytes, kind: type[StatementT], *, source: str, hint: str) -> tuple[Signed, StatementT]:
    """Read an envelope that holds a statement of one kind; see :func:`read_signed`.

    Args:
        data: Its bytes.
        kind: What it must be.
        source: Where they came from, for error messages.
        hint: What to give instead when it is another.

    Returns:
        What was read, its signatures not verified, and the document in it.

    Raises:
        DocumentError: It is no signed statement.
        InputError: It is one of another kind.
    """
    signed = read_signed(data, source=source)
    document = signed.document()
    if not isinstance(document, kind):
        raise InputError(f"{source} is a {signed.predicate_type}, not a {predicate_type(kind)}", hint)
    return signed, document


def _signatures(value: Any) -> tuple[tuple[str, bytes], ...] | None:
    found = []
    for one in _items(value):
        decoded = _decoded(one["sig"]) if _has(one, "keyid", "sig") else None
        if decoded is None or not isinstance(one["keyid"], str):
            return None
        found.append((one["keyid"], decoded))
    return tuple(found)


def _read_statement(
    data: bytes, payload: bytes, signatures: tuple[tuple[str, bytes], ...], source: str
) -> Signed:
    statement = parse_json(payload, source=f"The statement in {source}")
    right = _has(statement, "_type", "subject", "predicateType", "predicate")
    if not right or canonical_bytes(statement) != payload:
        raise _malformed(source, "its payload is not an in-toto statement in canonical form")
    subjects = _subjects(statement["subject"])
    kinds = (statement["predicate"], dict), (statement["predicateType"], str)
    if (
        statement["_type"] != STATEMENT_TYPE
        or not subjects
        or not all(isinstance(value, kind) for value, kind in kinds)
    ):
        raise _malformed(source, "its payload is no in-toto statement of version 1 about something")
    return Signed(
        data=data,
        payload=payload,
        predicate_type=statement["predicateType"],
        subjects=subjects,
        predicate=statement["predicate"],
        signatures=signatures,
    )


def _subjects(value: Any) -> tuple[Subject, ...] | None:
    """Read subjects; what in-toto allows besides a name and a SHA-256 is left alone."""
    found = []
    for one in _items(value):
        digests = one.get("digest") if isinstance(one, dict) else None
        name, digest = (one.get("name"), digests.get("sha256")) if isinstance(digests, dict) else (None, None)
        if not isinstance(name, str) or not isinstance(digest, str) or not _SHA256.fullmatch(digest):
            return None
        found.append(Subject(name, digest))
    return tuple(found)


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [None]


def _has(value: Any, *names: str) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict) and set(value) == set(names)


def _decoded(value: Any) -> bytes | None:
    """Decode base64 text, as long as it is the one spelling of its bytes."""
    return decode_base64(value) if isinstance(value, str) else None


def signers_of(signed: Signed, cards: Sequence[KeyCard]) -> tuple[KeyCard, ...]:
    """Verify an envelope's signatures.

    Args:
        signed: The envelope.
        cards: The public keys at hand.

    Returns:
        The cards of the keys that signed, in the order of the signatures. Where two cards are of one key, it
        is the later one: give those that the reader believes last, so that nobody goes by another's name.

    Raises:
        DocumentError: A signature by one of these keys is wrong, or none of the signatures is by one of them.
    """
    from securesystemslib.dsse import Envelope
    from securesystemslib.exceptions import UnverifiedSignatureError
    from securesystemslib.signer import Signature

    from groundstop.evidence.keys import verifying_key

    message = Envelope(signed.payload, PAYLOAD_TYPE, {}).pae()
    by_id = {card.key_id: card for card in cards}
    found = []
    for key_id, signature in signed.signatures:
        card = by_id.get(key_id)
        if card is None:
            continue
        try:
            verifying_key(card).verify_signature(Signature(key_id, signature.hex()), message)
        except UnverifiedSignatureError as error:
            raise DocumentError(
                f"The signature by {card.name} on a {signed.predicate_type} is wrong",
                "Do not believe it: the statement or the signature was changed",
            ) from error
        found.append(card)
    if not found:
        raise DocumentError(
            f"A {signed.predicate_type} is signed by no key at hand",
            "Get the signer's key card, and import it with groundstop key import",
        )
    return tuple(found)


def _malformed(source: str, what: str) -> DocumentError:
    return DocumentError(f"{source} cannot be believed: {what}", "Ask whoever gave it for the original")
