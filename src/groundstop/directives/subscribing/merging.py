"""Putting what was delivered beside what is kept: nothing that was verified once is ever lost. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from groundstop.directives.orders import RefusedDocument
from groundstop.directives.repository.publishing import bytes_of
from groundstop.directives.subscribing.keeping import Kept
from groundstop.directives.subscribing.problems import UNREADABLE, ProblemKind, RefreshError
from groundstop.directives.subscribing.room import MOST_ENVELOPE_BYTES, keep_within
from groundstop.directives.subscribing.updating import Delivered
from groundstop.documents.directives import Charter, DirectiveSet
from groundstop.errors import GroundstopError
from groundstop.evidence.statements import digest_of, read_signed, signers_of


@dataclass(frozen=True, slots=True)
class Merged:
    """What is known of an authority after a refresh."""

    kept: Kept
    added: int
    """Envelopes that were not known before."""
    refused: tuple[RefusedDocument, ...]
    """Envelopes in the sets that none of the authority's keys has signed."""
    problems: tuple[RefreshError, ...]
    unread: RefreshError | None = None
    """Why the urgent set could not be read, while the rest was taken; none when it could."""


def merge(
    before: Kept | None,
    delivered: Delivered,
    *,
    root: int,
    vouched: bytes,
    most: int = MOST_ENVELOPE_BYTES,
) -> Merged:
    """Put what was delivered beside what is kept.

    A set that lacks an envelope, or whose number goes back, is reported, and takes nothing away; what it adds
    is taken all the same, since a signature counts wherever it was found.

    Args:
        before: What is kept; none for an authority that was never heard.
        delivered: Its files, verified by metadata.
        root: The version of the root under which the charter is vouched for.
        vouched: The metadata that vouches for it.
        most: How many bytes of envelopes are kept.

    Returns:
        What is known now.

    Raises:
        RefreshError: The charter or the orders are malformed or of another authority, or the charter goes
            back. All that is kept stays.
    """
    charter = _charter(delivered, before)
    orders, urgent, unread = _set(delivered.orders, delivered.authority), None, None
    if delivered.urgent is not None:
        try:
            urgent = _set(delivered.urgent, delivered.authority)
        except RefreshError as error:
            # One urgent key has signed it: it must not keep the quorum's own orders from coming in.
            unread = error
    known = {digest_of(one): one for one in (before.envelopes if before else ())}
    new, refused, shown = dict[str, bytes](), dict[str, str](), set[str]()
    for envelope in (bytes_of(one) for found in (orders, urgent) if found for one in found.envelopes):
        digest = digest_of(envelope)
        shown.add(digest)
        if digest in known or digest in new:
            continue
        why = _refusal(envelope, charter)
        if why is None:
            new[digest] = envelope
        else:
            refused[digest] = why
    within = keep_within(known, new, charter, most=most)
    refused |= dict.fromkeys(within.refused, "there is no room left to keep it")
    kept = within.envelopes
    withheld = before.withheld if unread and before else tuple(one for one in kept if one not in shown)
    numbers = _numbers(before, charter)
    now = (orders.number, urgent.number if urgent else 0)
    after = Kept(
        charter,
        root,
        vouched.decode("utf-8"),
        max(numbers[0], now[0]),
        max(numbers[1], now[1]),
        tuple(kept.values()),
        withheld,
    )
    went_back = now[0] < numbers[0] or (urgent is not None and now[1] < numbers[1])
    told = tuple(
        RefusedDocument(digest, delivered.authority, "an envelope", why) for digest, why in refused.items()
    )
    return Merged(
        after,
        len(kept.keys() - known.keys()),
        told,
        tuple(_problems(after, told, went_back=went_back)),
        unread,
    )


def _numbers(before: Kept | None, charter: Charter) -> tuple[int, int]:
    """Return the numbers that the sets had. A new charter begins anew: so a stolen key is recovered from."""
    same = before is not None and before.charter.number == charter.number
    return (before.orders, before.urgent) if before is not None and same else (0, 0)


def _charter(delivered: Delivered, before: Kept | None) -> Charter:
    name = delivered.authority
    try:
        charter = Charter.parse(delivered.charter, source=f"The charter of {name}")
    except UNREADABLE as error:
        raise _malformed(error, f"The charter of {name}", name) from error
    if charter.authority != name:
        raise RefreshError(ProblemKind.WRONG_ROLE, f"The charter of {name} is of {charter.authority}", name)
    if before is not None and charter.number < before.charter.number:
        raise RefreshError(
            ProblemKind.ROLLBACK,
            f"The charter of {name} has number {charter.number}, and number {before.charter.number} was seen",
            name,
        )
    if before is not None and charter.number == before.charter.number and charter != before.charter:
        raise RefreshError(
            ProblemKind.ROLLBACK, f"There are two charters of {name} with number {charter.number}", name
        )
    return charter


def _set(data: bytes, name: str) -> DirectiveSet:
    try:
        found = DirectiveSet.parse(data, source=f"A set of {name}")
    except UNREADABLE as error:
        raise _malformed(error, f"A set of {name}", name) from error
    if found.authority != name:
        raise RefreshError(ProblemKind.WRONG_ROLE, f"A set of {name} is of {found.authority}", name)
    return found


def _malformed(error: Exception, what: str, name: str) -> RefreshError:
    why = error.message if isinstance(error, GroundstopError) else f"{what} holds a value that cannot be"
    return RefreshError(ProblemKind.TAMPERED, why, name)


def _refusal(envelope: bytes, charter: Charter) -> str | None:
    """Return why an envelope is not kept; none when one of the authority's keys has signed it.

    A document that this release does not know, or finds wrong, is kept: a later one may read it.
    """
    from securesystemslib.exceptions import VerificationError

    try:
        signed = read_signed(envelope, source="An envelope")
        signers_of(signed, charter.keys)
    except GroundstopError as error:
        return error.message
    except VerificationError:
        return "a signature cannot be verified"
    except UNREADABLE:
        return "it holds a value that cannot be"
    try:
        signed.document()
    except GroundstopError:
        return None
    except UNREADABLE:
        return "it holds a value that cannot be"
    return None


def _problems(kept: Kept, refused: Sequence[RefusedDocument], *, went_back: bool) -> Iterator[RefreshError]:
    name = kept.charter.authority
    if went_back:
        yield RefreshError(ProblemKind.ROLLBACK, f"A set of {name} has a lower number than was seen", name)
    if kept.withheld:
        yield RefreshError(
            ProblemKind.ROLLBACK,
            f"{len(kept.withheld)} documents of {name} are no longer shown; they stay in force here",
            name,
        )
    if refused:
        yield RefreshError(
            ProblemKind.FORGED,
            f"{len(refused)} envelopes among those of {name} do not count: {refused[0].why}",
            name,
        )
