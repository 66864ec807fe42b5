"""What an entry of a registry attests."""

from __future__ import annotations

import math

from groundstop.directives.claims.attestation import Attestation
from groundstop.directives.claims.config import ApiKeyConfig, CertificateConfig
from groundstop.directives.claims.issuers import Entry
from groundstop.directives.claims.why import RefusedError, Why
from groundstop.directives.facts import Attested, Principal
from groundstop.documents.directives import ClaimName


def attest_entry(
    entry: Entry, config: ApiKeyConfig | CertificateConfig, now: float, *, until: float = math.inf
) -> Attestation:
    """Return what an entry attests.

    Args:
        entry: The entry.
        config: Its registry.
        now: Seconds since 1970.
        until: From when on what was presented says nothing any more.

    Raises:
        RefusedError: It counts no longer.
    """
    if config.revoked is not None:
        raise RefusedError(Why.REVOKED_ISSUER)
    if entry.revoked is not None:
        raise RefusedError(Why.ENTRY_REVOKED)
    ends = math.inf if entry.expires is None else entry.expires.timestamp()
    if now >= ends:
        raise RefusedError(Why.ENTRY_EXPIRED)
    ends = min(ends, until)
    return Attestation(
        principal=Principal(config.name, entry.principal),
        claims={
            name: Attested(frozenset(values), config.name, config.assurance.rank, ends)
            for name, values in entry.claims.items()
        },
        service=ClaimName.SUBJECT_TYPE not in entry.claims,
        until=ends,
    )
