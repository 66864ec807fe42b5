"""What is added to a finding after it was sealed: readers, reruns, a shorter recipe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from groundstop.documents import Corroboration, Grant, KeyCard, Minimization, PartName, TrustList
from groundstop.errors import InputError
from groundstop.evidence.age import encrypt
from groundstop.evidence.audit import CheckState, audit_bundle
from groundstop.evidence.bundle import Bundle, key_members, with_document
from groundstop.evidence.commitments import Opened
from groundstop.evidence.keys import OwnKey, ed25519_public
from groundstop.evidence.log import KeyKind, VerifierKey, cosign, parse_checkpoint
from groundstop.evidence.log.cosigned import cosigned_file
from groundstop.evidence.log.stored import CHECKPOINT
from groundstop.evidence.sealed_files import sealed_file
from groundstop.evidence.small_log import log_signer
from groundstop.evidence.statements import Subject, read_as, sign, signers_of
from groundstop.evidence.subjects import document_subject, file_subject, model_subject


def grant_part(
    bundle: Bundle, name: PartName, opened: Opened, reader: KeyCard, key: OwnKey, *, now: datetime
) -> Bundle:
    """Let one more party read one part, in a file of its own.

    Args:
        bundle: The bundle.
        name: The part.
        opened: The part, opened.
        reader: The new reader.
        key: Signs the grant and keeps the finding's log.
        now: The time.

    Returns:
        The bundle with the grant; nothing that was in it is touched.

    Raises:
        InputError: The party reads it already, the key is not the log's, or the bundle would fail its audit.
    """
    files = bundle.sealed_files(name)
    if any(reader.key_id in file.recipients for file in files):
        raise InputError(f"{reader.name} can read the part {name} already", "Nothing needs to be done")
    path = f"sealed/{name}.{len(files) + 1}.age"
    data = encrypt(opened.opening, [reader.recipient])
    grant = Grant(
        created=now,
        finding=bundle.finding.content_id,
        part=name,
        file=sealed_file(path, data, [reader]),
    )
    subjects = [finding_subject(bundle), file_subject(path, data)]
    signed = sign(grant, subjects, [key])
    return sound(with_document(bundle, grant, signed, {path: data}, key=key, now=now))


def sign_corroboration(corroboration: Corroboration, key: OwnKey) -> bytes:
    """Sign a corroboration, with the signer's card among the subjects so that it can go into the bundle."""
    rerun = corroboration.reproduction
    subjects = [
        document_subject(f"finding {rerun.finding_id}", rerun.finding),
        document_subject("plan", rerun.plan),
        *model_subject(rerun.model.identity),
        *(file_subject(path, data) for path, data in key_members(key.card).items()),
    ]
    return sign(corroboration, subjects, [key])


def add_corroboration(
    bundle: Bundle, data: bytes, cards: Sequence[KeyCard], key: OwnKey, *, now: datetime
) -> Bundle:
    """Add another party's rerun to a bundle.

    Args:
        bundle: The bundle.
        data: The signed corroboration.
        cards: Where the signer's card is looked for.
        key: Keeps the finding's log.
        now: When it is logged.

    Raises:
        DocumentError: It is no signed statement, or a signature is wrong.
        InputError: It is no corroboration of this finding by another party, the key is not the log's, or the
            bundle would fail its audit: the log is never cut, so that it would do so for good.
    """
    signed, document = read_as(
        data, Corroboration, source="The statement", hint="Give the file that groundstop reproduce wrote"
    )
    if document.reproduction.finding != bundle.finding.content_id:
        raise InputError("The corroboration is of another finding", "Add it to the finding that it is about")
    (signer, *_) = signers_of(signed, cards)
    if signer.key_id in {card.key_id for card in bundle.reporters}:
        raise InputError("A reporter cannot corroborate its own finding", "Ask another party to rerun it")
    return sound(with_document(bundle, document, data, key_members(signer), key=key, now=now))


def add_minimization(
    bundle: Bundle, minimization: Minimization, sealed: bytes | None, key: OwnKey, *, now: datetime
) -> Bundle:
    """Add a shorter recipe to a bundle.

    Args:
        bundle: The bundle.
        minimization: The steps, and the sealed shorter recipe.
        sealed: Its encrypted file; none when nothing could be left out.
        key: Signs it and keeps the finding's log.
        now: When it is logged.

    Raises:
        InputError: The key is not the log's, or the bundle would fail its audit.
    """
    files = {}
    if minimization.part is not None and sealed is not None:
        files[minimization.part.file.path] = sealed
    subjects = [finding_subject(bundle), *(file_subject(path, data) for path, data in files.items())]
    signed = sign(minimization, subjects, [key])
    return sound(with_document(bundle, minimization, signed, files, key=key, now=now))


def finding_subject(bundle: Bundle) -> Subject:
    """Return the finding of a bundle as what a statement is about."""
    return document_subject(f"finding {bundle.finding.id}", bundle.finding.content_id)


def with_cosignature(bundle: Bundle, witness: OwnKey, *, now: datetime) -> Bundle:
    """Return a bundle whose log's head a witness has seen and signed.

    Args:
        bundle: The bundle.
        witness: The witness' key.
        now: When it was seen, to the second.

    Raises:
        DocumentError: The finding cannot be read, or its signature does not hold.
        InputError: The witness' key has ended, or is not an Ed25519 key.
        LogError: The log has no head that can be read.
    """
    witness.check_valid(now)
    data = bundle.log.get(CHECKPOINT)
    signed = parse_checkpoint(data or b"", source=f"The head of the log in {bundle.source}")
    signer = log_signer(witness.card.name, witness)
    line = cosign(signed.note, signer, now)
    path, note = cosigned_file(
        replace(signed, note=signed.note.with_signature(line)),
        signer.key(KeyKind.COSIGNATURE),
        VerifierKey(signed.checkpoint.origin, ed25519_public(bundle.reporters[0])),
    )
    return Bundle({**bundle.members, f"log/{path}": note}, bundle.source)


def sound(grown: Bundle) -> Bundle:
    """Return a bundle that was added to, after making sure that its audit finds nothing wrong."""
    for check in audit_bundle(grown, TrustList(), heads=None):
        if check.state is CheckState.FAILED:
            where = f"{check.member}: " if check.member else ""
            raise InputError(
                f"{grown.source} would fail its audit with this: {where}{check.detail}",
                "Nothing was changed; see what fails already with groundstop audit, or ask who made it",
            )
    return grown
