"""Taking what one authority has published: which of it counts, and why the rest does not.

Adding a denial is quick, and nothing weakens without a quorum: one urgent key may add an order or a stop, and
revoke a licence; everything else takes the quorum.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Generic, TypeVar

from groundstop.directives.charters import outside
from groundstop.directives.orders import Published, RefusedDocument
from groundstop.directives.signing import Said
from groundstop.documents import KeyCard, canonical_bytes
from groundstop.documents.directives import (
    Charter,
    Directive,
    Licence,
    LicenceRevocation,
    Lift,
    May,
    Stop,
)
from groundstop.errors import GroundstopError
from groundstop.evidence.statements import digest_of, read_signed, signers_of

SaidT = TypeVar("SaidT", bound=Said)

_RIGHT: Mapping[type[Said], May | None] = {
    Directive: May.DENY,
    Stop: May.DENY,
    Licence: May.LICENSE,
    LicenceRevocation: None,
    Lift: May.LIFT,
}
"""What an operator must let an authority do. A revocation only takes back what it let through."""

_ALONE = (Directive, Stop, LicenceRevocation)
"""What one urgent key may say alone."""


@dataclass(frozen=True, slots=True)
class Accepted(Generic[SaidT]):
    """A document that counts."""

    said: SaidT
    content: str
    """Its content id."""
    digests: tuple[str, ...]
    """Of the envelopes that it came in."""
    signers: tuple[str, ...]
    """Names of the keys that signed, in order."""
    ratified: bool
    """Whether a quorum has signed it."""


@dataclass
class Taken:
    """What counts of what an authority has published."""

    directives: list[Accepted[Directive]] = field(default_factory=list)
    stops: list[Accepted[Stop]] = field(default_factory=list)
    licences: list[Accepted[Licence]] = field(default_factory=list)
    revocations: list[Accepted[LicenceRevocation]] = field(default_factory=list)
    lifts: list[Accepted[Lift]] = field(default_factory=list)
    refused: list[RefusedDocument] = field(default_factory=list)

    def accept(self, one: Accepted[Any]) -> None:
        """Put a document with those of its kind."""
        match one.said:
            case Directive():
                self.directives.append(one)
            case Stop():
                self.stops.append(one)
            case Licence():
                self.licences.append(one)
            case LicenceRevocation():
                self.revocations.append(one)
            case Lift():
                self.lifts.append(one)


@dataclass(frozen=True, slots=True)
class _Read:
    """An envelope, as far as it could be read under a charter."""

    digest: str
    what: str
    said: Said | None = None
    content: str = ""
    signers: tuple[KeyCard, ...] = ()
    """Whose key is in the charter, and held when the document was made."""
    why: str | None = None
    """Why it cannot count; none when it may."""


@dataclass
class _Group:
    """One document, with all who signed it in whatever envelope."""

    said: Said
    digests: list[str] = field(default_factory=list)
    signers: dict[str, KeyCard] = field(default_factory=dict)


def take(published: Published) -> Taken:
    """Take what an authority has published.

    Args:
        published: Its charter, its envelopes in any order, and how far it is obeyed.

    Returns:
        What counts by itself, sorted by content, and what is refused with the reason. Whether it goes with
        what else counts is not looked at here.
    """
    charter, groups, taken = published.charter, dict[str, _Group](), Taken()
    for one in _read_all(published):
        if one.said is None:
            taken.refused.append(RefusedDocument(one.digest, charter.authority, one.what, one.why or ""))
            continue
        group = groups.setdefault(one.content, _Group(one.said))
        group.digests.append(one.digest)
        group.signers.update({card.key_id: card for card in one.signers})
    for content, group in sorted(groups.items()):
        digests = tuple(sorted(set(group.digests)))
        why = _not_obeyed(published, group.said) or _does_not_count(charter, group)
        if why is None:
            names = tuple(sorted(card.name for card in group.signers.values()))
            ratified = len(group.signers) >= charter.quorum
            taken.accept(Accepted(group.said, content, digests, names, ratified))
        else:
            taken.refused += [refused(digest, group.said, why) for digest in digests]
    return taken


def refused(digest: str, said: Said, why: str) -> RefusedDocument:
    """Return a document that does not count, and why."""
    return RefusedDocument(digest, said.issuer, _what(said), why)


def _read_all(published: Published) -> Iterator[_Read]:
    charter = published.charter
    keys = hashlib.sha256(canonical_bytes([card.to_json() for card in charter.keys])).digest()
    for envelope in published.envelopes:
        yield _READ.once(envelope, keys, charter)


def _not_obeyed(published: Published, said: Said) -> str | None:
    may = _RIGHT[type(said)]
    if may is not None and may not in published.obeyed.may:
        return f"the operator does not let {published.charter.authority} {may}"
    acts = said.acts if isinstance(said, Directive) else ()
    if acts and not set(acts) & set(published.obeyed.acts):
        return f"the operator does not obey {published.charter.authority} in any of its acts"
    return None


def _does_not_count(charter: Charter, group: _Group) -> str | None:
    said, count = group.said, len(group.signers)
    if said.issuer != charter.authority:
        return f"it is issued by {said.issuer}, and published by {charter.authority}"
    if not count:
        return "no key that signed it held when it was made"
    if count < charter.quorum:
        if not isinstance(said, _ALONE):
            return f"it has {count} of the {charter.quorum} signatures that it takes"
        if not set(group.signers) & set(charter.urgent):
            return (
                f"it has {count} of the {charter.quorum} signatures that it takes, and none by a key that "
                "may speak alone"
            )
    if isinstance(said, Directive | Stop) and (model := outside(charter, said)) is not None:
        return f"{charter.authority} may not speak about {model}"
    return None


def _read(envelope: Mapping[str, Any], charter: Charter) -> _Read:
    from securesystemslib.exceptions import VerificationError

    digest, what = "sha256:" + "0" * 64, "an envelope"
    try:
        data = canonical_bytes(envelope)
        digest = digest_of(data)
        signed = read_signed(data, source="The envelope")
        what = signed.predicate_type.rsplit("/predicates/")[-1][:100]
        document = signed.document()
        if not isinstance(document, Said):
            return _Read(digest, what, why="an authority does not say what is of this kind")
        what = _what(document)
        signers = signers_of(signed, charter.keys)
    except GroundstopError as error:
        return _Read(digest, what, why=f"it cannot be believed: {error.message}")
    except VerificationError:
        return _Read(digest, what, why="it cannot be believed: a signature cannot be verified")
    except ArithmeticError:
        return _Read(digest, what, why="it cannot be believed: a date or a number in it is out of range")
    except (TypeError, AttributeError, ValueError, RecursionError):
        # What came from a file is made of JSON types; anything else is nothing that was published.
        return _Read(digest, what, why="it is no JSON object")
    held = tuple(
        card
        for card in signers
        if card.created <= document.created and (card.expires is None or document.created <= card.expires)
    )
    return _Read(digest, what, document, document.content_id, held)


def _what(said: Said) -> str:
    match said:
        case LicenceRevocation():
            return f"revocation of {said.licence}"
        case Directive() | Licence():
            return f"{said.kind} {said.id}, sequence {said.sequence}"
        case Stop() | Lift():
            return f"{said.kind} {said.id}"


class _Readings:
    """Envelopes that were read before, so that a refresh verifies only what is new.

    Reading one is a pure function of its bytes and the charter's keys, both of which are the key here.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[bytes, _Read] = OrderedDict()
        self._lock = Lock()

    def once(self, envelope: Mapping[str, Any], keys: bytes, charter: Charter) -> _Read:
        """Read an envelope under a charter, or return what was read."""
        try:
            text = json.dumps(envelope, sort_keys=True).encode("ascii")
        except (TypeError, ValueError, RecursionError):
            return _read(envelope, charter)
        key = hashlib.sha256(keys + text).digest()
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
                return known
        read = _read(envelope, charter)
        with self._lock:
            self._known[key] = read
            if len(self._known) > self._most:
                self._known.popitem(last=False)
        return read


_READ = _Readings(most=20_000)
