"""Reading what a lift rests on: verifications and countersignatures, by keys that the reader believes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from groundstop.directives.lifting import GivenCountersignature, GivenVerification
from groundstop.documents import TrustList, Verification
from groundstop.documents.directives import Countersignature
from groundstop.errors import GroundstopError, InputError
from groundstop.evidence.audit import hides_own_run
from groundstop.evidence.statements import Signed, digest_of, read_signed, signers_of
from groundstop.evidence.trust import Standing, standing

_ENVELOPE = b'{"payload":'
"""How every envelope in canonical form begins."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What was read, and what could not be believed."""

    verifications: tuple[GivenVerification, ...]
    countersignatures: tuple[GivenCountersignature, ...]
    left_out: tuple[str, ...]
    """Sentences: what was left out, and why."""


def read_proof(
    files: Sequence[tuple[str, bytes]], archives: Sequence[tuple[str, Mapping[str, bytes]]], trust: TrustList
) -> Proof:
    """Read verifications and countersignatures.

    Args:
        files: Envelopes, each with where it came from. One that cannot be believed is an error: somebody put
            it forward by name.
        archives: The members of cases and of findings' bundles, each with where it came from. Every
            verification in them is taken; one that cannot be believed is left out.
        trust: Whom the reader believes. A case's own word for a key is not enough.

    Returns:
        What was read, each envelope once.

    Raises:
        DocumentError: A file is no signed statement, or its signature is wrong.
        InputError: A file is a statement of another kind, or signed by nobody whom the reader believes.
    """
    found: dict[str, GivenVerification | GivenCountersignature] = {}
    left_out = []
    for source, data in files:
        one = _given(data, trust, source)
        found[one.envelope] = one
    for archive, members in archives:
        for source, data in _proofs_in(archive, members):
            try:
                one = _given(data, trust, source)
            except GroundstopError as error:
                left_out.append(error.message)
                continue
            found[one.envelope] = one
    return Proof(
        tuple(one for one in found.values() if isinstance(one, GivenVerification)),
        tuple(one for one in found.values() if isinstance(one, GivenCountersignature)),
        tuple(left_out),
    )


def _proofs_in(archive: str, members: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield the signed verifications and countersignatures of an archive, whoever put them there."""
    for name, data in members.items():
        if not data.startswith(_ENVELOPE):
            continue
        source = f"{name} in {archive}"
        try:
            document = read_signed(data, source=source).document()
        except GroundstopError:
            continue
        if isinstance(document, Verification | Countersignature):
            yield source, data


def _given(data: bytes, trust: TrustList, source: str) -> GivenVerification | GivenCountersignature:
    signed = read_signed(data, source=source)
    document = signed.document()
    if not isinstance(document, Verification | Countersignature):
        raise InputError(
            f"{source} is a {signed.predicate_type}, and a lift rests on verifications and countersignatures",
            "Give what groundstop verify-fix or groundstop directive countersign wrote",
        )
    signer = _believed(signed, document, trust, source)
    if isinstance(document, Countersignature):
        return GivenCountersignature(digest_of(data), document, signer)
    if hides_own_run(document, {key_id for key_id, _ in signed.signatures}):
        raise InputError(
            f"{source} hides that it is the word of whoever claims the fix", "Let another party verify"
        )
    return GivenVerification(digest_of(data), document, signer)


def _believed(
    signed: Signed, document: Verification | Countersignature, trust: TrustList, source: str
) -> str:
    """Return the name of whoever signed; the one that the document names, where several did."""
    names = [
        card.name
        for card in signers_of(signed, [entry.card for entry in trust.keys])
        if standing(trust, card.key_id, at=document.created) is Standing.TRUSTED
    ]
    if not names:
        raise InputError(
            f"{source} is signed by a key that is not believed for its date",
            "See it with: groundstop key show; ask its owner for a new one",
        )
    return document.by if document.by in names else names[0]
