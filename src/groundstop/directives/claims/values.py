"""The values that each claim can have, and reading them out of what a token says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from groundstop.directives.claims.attestation import RefusedClaim
from groundstop.directives.claims.config import Mapped
from groundstop.directives.claims.why import Why
from groundstop.directives.facts import Attested
from groundstop.documents.directives import Assurance, ClaimName

_MOST_VALUES = 400

OF_A_SERVICE = frozenset(
    {ClaimName.INCORPORATED_IN, ClaimName.ORGANISATION, ClaimName.LOCATED_IN, ClaimName.PURPOSE}
)
"""What can be attested of a service account: of its owner, and of where and for what it runs."""


class Source(NamedTuple):
    """Who attests, how well, and until when."""

    issuer: str
    assurance: Assurance
    until: float


class Read(NamedTuple):
    """Claims that count, and those that do not."""

    claims: Mapping[ClaimName, Attested]
    refused: tuple[RefusedClaim, ...]


def claims_in(payload: Mapping[str, Any], mappings: Sequence[Mapped], source: Source) -> Read:
    """Return what a token attests.

    Args:
        payload: What its issuer signed, or disclosed of it.
        mappings: Where our claims are in it.
        source: Who attests.

    Returns:
        The claims. One that the token does not have is in neither part: it is unknown.
    """
    found: dict[ClaimName, Attested] = {}
    refused: list[RefusedClaim] = []
    for mapping in mappings:
        values = _values(payload, mapping)
        if isinstance(values, Why):
            refused.append(RefusedClaim(source.issuer, mapping.claim, values))
        elif values is not None:
            assurance = (mapping.assurance or source.assurance).rank
            before = found.get(mapping.claim)
            if before is not None:
                # Only the claim `status` has several places: one for each definition.
                values |= before.values
                assurance = min(assurance, before.assurance)
            found[mapping.claim] = Attested(values, source.issuer, assurance, source.until)
    return checked(found, refused)


def checked(found: Mapping[ClaimName, Attested], refused: Iterable[RefusedClaim] = ()) -> Read:
    """Leave out claims that are attested to be two things at once.

    Args:
        found: Claims whose values are each possible.
        refused: What does not count already.

    Returns:
        What is left, and all that does not count.
    """
    wrong = [name for name, one in found.items() if excludes_itself(name, one.values)]
    more = [RefusedClaim(found[name].issuer, name, Why.CONTRADICTION) for name in wrong]
    return Read({name: one for name, one in found.items() if name not in wrong}, (*refused, *more))


def excludes_itself(claim: ClaimName, values: frozenset[str]) -> bool:
    """Tell whether no two of a claim's values can be true together, and there are such."""
    if claim is ClaimName.SUBJECT_TYPE:
        return len(values) > 1
    if claim is ClaimName.STATUS:
        names = [value.rpartition(":")[0] for value in values]
        return len(set(names)) != len(names)
    return "none" in values and len(values) > 1


def _values(payload: Mapping[str, Any], mapping: Mapped) -> frozenset[str] | Why | None:
    """Return a claim's values; why there are none; or None when the token does not have the claim."""
    if mapping.token_claim is None:
        return frozenset(mapping.always)
    found = at_place(payload, mapping.token_claim)
    if found is None:
        return None
    items = found if isinstance(found, list) else [found]
    if not items:
        return Why.EMPTY if mapping.empty is None else frozenset({mapping.empty})
    if len(items) > _MOST_VALUES:
        return Why.VALUE
    values = [_value(one, mapping) for one in items]
    # One value that is not understood is enough: what is left might be the harmless half.
    known = frozenset(value for value in values if value is not None)
    return known if None not in values else Why.VALUE


def _value(item: Any, mapping: Mapped) -> str | None:
    text = _text(item)
    if text is None:
        return None
    if mapping.values:
        return mapping.values.get(text)
    return text if isinstance(item, str) and mapping.claim_accepts(text) else None


def _text(item: Any) -> str | None:
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, int) and abs(item) < 2**53:
        return str(item)
    return item if isinstance(item, str) else None


_INDEX = re.compile(r"0|[1-9][0-9]{0,3}")


def at_place(payload: Mapping[str, Any], place: str) -> Any:
    """Return what is at a place in a token; none when there is nothing, or null.

    Args:
        payload: What the token says.
        place: The name of a claim, or a JSON pointer when it begins with a slash.

    Source: RFC 6901.
    """
    if not place.startswith("/"):
        return payload.get(place)
    value: Any = payload
    for step in place[1:].split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, Mapping):
            value = value.get(name)
        elif isinstance(value, list) and _INDEX.fullmatch(name) and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value
