"""Claims: what issuers that an operator trusts attest of whoever makes a request.

Tokens, credentials, client certificates and API keys come in; a principal and claims for a request's facts
come out. What is not attested is unknown, and whatever is wrong with a token makes its claims unknown.
"""

from groundstop.directives.claims.api_keys import api_key_digest, new_api_key
from groundstop.directives.claims.attest import attest, attest_certificate
from groundstop.directives.claims.attestation import Attestation, RefusedClaim, combined, location_hint
from groundstop.directives.claims.config import Algorithm, IssuerConfig, Mapped, configs_from
from groundstop.directives.claims.fetching import refresh_keys
from groundstop.directives.claims.issuers import Issuer, issuers_from
from groundstop.directives.claims.remembering import Remembered
from groundstop.directives.claims.seen import Challenges, NonceCheck, Seen
from groundstop.directives.claims.why import Why

__all__ = [
    "Algorithm",
    "Attestation",
    "Challenges",
    "Issuer",
    "IssuerConfig",
    "Mapped",
    "NonceCheck",
    "RefusedClaim",
    "Remembered",
    "Seen",
    "Why",
    "api_key_digest",
    "attest",
    "attest_certificate",
    "combined",
    "configs_from",
    "issuers_from",
    "location_hint",
    "new_api_key",
    "refresh_keys",
]
