"""The facts of a request that was recorded or described."""

from __future__ import annotations

import math

from groundstop.directives.facts import Attested, Facts, Principal
from groundstop.documents.directives import Asked


def facts_of(asked: Asked) -> Facts:
    """Return the facts of a request, for :func:`groundstop.directives.deciding.decide`.

    Args:
        asked: What was asked, by whom.

    Returns:
        The facts. Its claims have no end: they held when it was asked. Who asked is known where the issuer is
        named too; a hint stays one.
    """
    claims = {
        one.claim: Attested(frozenset(one.values), one.issuer, one.assurance.rank, math.inf)
        for one in asked.claims
        if not one.hint
    }
    hints: dict[str, frozenset[str]] = {}
    for one in asked.claims:
        if one.hint:
            hints[one.claim] = hints.get(one.claim, frozenset()) | frozenset(one.values)
    known = asked.principal is not None and asked.principal_issuer is not None
    return Facts(
        model=asked.model,
        act=asked.act,
        provider=asked.provider,
        principal=Principal(asked.principal_issuer or "", asked.principal or "") if known else None,
        claims=claims,
        hints={one.claim: hints[one.claim] for one in asked.claims if one.hint},
    )
