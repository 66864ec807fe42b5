"""Verifications of a claimed fix: signing them and their plans, and adding them to a finding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from groundstop.documents import Corroboration, KeyCard, ModelIdentity, Verification, VerificationPlan
from groundstop.errors import InputError
from groundstop.evidence.audit import hides_own_run
from groundstop.evidence.bundle import Bundle, key_members, with_document
from groundstop.evidence.growing import add_corroboration, sound
from groundstop.evidence.keys import OwnKey
from groundstop.evidence.rounds import gives_way
from groundstop.evidence.statements import (
    Subject,
    predicate_type,
    read_as,
    read_signed,
    sign,
    signers_of,
)
from groundstop.evidence.subjects import document_subject, file_subject, model_subject


def sign_verification_plan(plan: VerificationPlan, key: OwnKey) -> bytes:
    """Sign the plan of a verification, for the verifier's own records, before its randomness is drawn.

    Args:
        plan: The plan.
        key: The verifier's key.

    Returns:
        The envelope. It names the technique, and goes into no bundle.

    Raises:
        InputError: The key is not of the party that the plan names, has ended, or is the fixer's and the
            plan does not say so.
    """
    _check_said(plan, key.card)
    models = [plan.target.model, plan.before.model if plan.before else None]
    subjects = [
        document_subject(f"finding {plan.finding_id}", plan.finding),
        document_subject("recipe", plan.recipe),
        *_models(models),
    ]
    return sign(plan, subjects, [key])


def read_signed_plan(data: bytes, cards: Sequence[KeyCard], *, source: str) -> VerificationPlan:
    """Read the signed plan of a verification.

    Args:
        data: The envelope.
        cards: The public keys at hand.
        source: Where it came from, for error messages.

    Returns:
        The plan, signed by the party that it names.

    Raises:
        DocumentError: It is no signed statement, a signature is wrong, or none is by one of these keys.
        InputError: It is another statement, or is not signed by the party that it names.
    """
    signed, plan = read_as(
        data, VerificationPlan, source=source, hint="Give the plan that groundstop verify-fix signed"
    )
    names = {card.name for card in signers_of(signed, cards)}
    if plan.by not in names:
        raise InputError(
            f"{source} says that it is by {plan.by}, and {', '.join(sorted(names))} signed it",
            "Nobody can speak for somebody else: ask the party that verified for its plan",
        )
    return plan


def sign_verification(verification: Verification, key: OwnKey) -> bytes:
    """Sign a verification, with the signer's card among the subjects so that it can go into the bundle.

    Args:
        verification: What is true of the fix.
        key: The verifier's key.

    Returns:
        The envelope.

    Raises:
        InputError: The key is not of the party that the verification names, has ended, or is the fixer's and
            the verification does not say so.
    """
    _check_said(verification, key.card)
    before = verification.before
    subjects = [
        document_subject(f"finding {verification.finding_id}", verification.finding),
        document_subject("plan", verification.plan),
        *_models([verification.model.identity, before.identity if before else None]),
        *(file_subject(path, data) for path, data in key_members(key.card).items()),
    ]
    return sign(verification, subjects, [key])


def add_verification(
    bundle: Bundle, data: bytes, cards: Sequence[KeyCard], key: OwnKey, *, now: datetime
) -> Bundle:
    """Add a verification of a claimed fix to a bundle. The reporter may verify: it is not the fixer.

    Args:
        bundle: The bundle.
        data: The signed verification.
        cards: Where the signer's card is looked for.
        key: Keeps the finding's log.
        now: When it is logged.

    Returns:
        The bundle with it.

    Raises:
        DocumentError: It is no signed statement, or a signature is wrong.
        InputError: It is no verification of this finding, it is not by the party that it names, it hides that
            it is the fixer's own run, its plan has a result in the bundle already, the key is not the log's,
            or the bundle would fail its audit: the log is never cut, so that it would do so for good.
    """
    signed, document = read_as(
        data, Verification, source="The statement", hint="Give the file that groundstop verify-fix wrote"
    )
    if document.finding != bundle.finding.content_id:
        raise InputError("The verification is of another finding", "Add it to the finding that it is about")
    signers = signers_of(signed, cards)
    for signer in signers:
        _check_said(document, signer)
    earlier = [one for one in verifications_of(bundle) if one.plan == document.plan]
    if earlier and not gives_way(earlier[-1], document):
        raise InputError(
            f"{bundle.source} has a verification of this plan already",
            "A plan has one result; verify again with a new plan, which is a new round",
        )
    return sound(with_document(bundle, document, data, key_members(signers[0]), key=key, now=now))


def add_statement(
    bundle: Bundle, data: bytes, cards: Sequence[KeyCard], key: OwnKey, *, now: datetime
) -> Bundle:
    """Add what another party signed about a finding: a corroboration or a verification.

    Args:
        bundle: The bundle.
        data: The signed statement.
        cards: Where the signer's card is looked for.
        key: Keeps the finding's log.
        now: When it is logged.

    Returns:
        The bundle with it.

    Raises:
        DocumentError: It is no signed statement, or a signature is wrong.
        InputError: It is a statement of another kind; or see :func:`add_corroboration` and
            :func:`add_verification`.
    """
    kind = read_signed(data, source="The statement").predicate_type
    if kind == predicate_type(Verification):
        return add_verification(bundle, data, cards, key, now=now)
    if kind == predicate_type(Corroboration):
        return add_corroboration(bundle, data, cards, key, now=now)
    raise InputError(
        f"The statement is a {kind}, and others add corroborations and verifications to a finding",
        "Give the file that groundstop reproduce or groundstop verify-fix wrote",
    )


def has_expired(verification: Verification, now: datetime) -> bool:
    """Tell whether a verification says nothing any more of the model as it is now."""
    return verification.expires is not None and now >= verification.expires


def verifications_of(bundle: Bundle) -> tuple[Verification, ...]:
    """Return the verifications in a bundle, in the order of its log. Who signed them is not looked at.

    Raises:
        DocumentError: A document of the bundle is malformed.
    """
    documents = (signed.document() for signed in bundle.documents)
    return tuple(document for document in documents if isinstance(document, Verification))


def _check_said(said: Verification | VerificationPlan, signer: KeyCard) -> None:
    if said.by != signer.name:
        raise InputError(
            f"The {said.kind} says that it is by {said.by}, and {signer.name} signs it",
            "Nobody can speak for somebody else: sign with the key of the party that verified",
        )
    if hides_own_run(said, {signer.key_id}):
        raise InputError(
            f"{signer.name} is the party that claims the fix, and its {said.kind} does not say so",
            "Label it as the fixer's own run, or let another party verify",
        )


def _models(models: Iterable[ModelIdentity | None]) -> list[Subject]:
    """Return models as subjects; the same one before and after stands there once."""
    return list(dict.fromkeys(subject for model in models for subject in model_subject(model)))
