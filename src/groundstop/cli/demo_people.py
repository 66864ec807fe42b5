"""Who calls the demo's desk: invented people, of every kind that an order must tell apart."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jwcrypto.jwk import JWK

    from groundstop.documents.directives import Population, PopulationGroup

DEFENDER = "lantern-defence"
HOME, ABROAD = "XA", "XB"
DESK, PROVIDER = "help-desk", "embedded"
_LOGIN = "county-login"
"""The token issuer that the operator trusts, by its name there."""


def population_of_the_desk() -> Population:
    """Return who calls the desk: invented numbers, of every kind that an order must tell apart."""
    from groundstop.documents.directives import ClaimName as Name
    from groundstop.documents.directives import Population

    person: dict[str, str] = {Name.SUBJECT_TYPE: "natural-person"}
    none: dict[str, str] = {Name.PERMANENT_RESIDENCE: "none", Name.PROTECTED_IN: "none"}
    foreign: dict[str, str] = {**person, Name.NATIONALITY: ABROAD, **none}
    return Population(
        described="Invented for the demonstration.",
        groups=(
            _group("citizens", 640, {**person, Name.NATIONALITY: HOME}),
            _group("permanent-residents", 90, {**foreign, Name.PERMANENT_RESIDENCE: HOME}),
            _group("foreign-callers", 120, foreign),
            _group("defenders-abroad", 12, {**foreign, Name.ORGANISATION: DEFENDER}),
            _group("home-companies", 25, {Name.SUBJECT_TYPE: "organisation", Name.INCORPORATED_IN: HOME}),
            _group("foreign-companies", 8, {Name.SUBJECT_TYPE: "organisation", Name.INCORPORATED_IN: ABROAD}),
            _group("status-only", 60, {Name.STATUS: "foreign-person:no"}),
            _group("nobody-knows", 45, {}),
        ),
    )


def _group(name: str, users: int, claims: dict[str, str]) -> PopulationGroup:
    from groundstop.documents.directives import (
        Asked,
        Assurance,
        AttestedClaim,
        ClaimName,
        PopulationGroup,
    )

    attested = tuple(
        AttestedClaim(claim=ClaimName(claim), values=(value,), issuer=_LOGIN, assurance=Assurance.SUBSTANTIAL)
        for claim, value in claims.items()
    )
    asked = Asked(model=DESK, provider=PROVIDER, claims=attested)
    return PopulationGroup(name=name, users=users, requests=users * 10, asked=asked)


class LoginDesk:
    """The county's login: it signs who somebody is, as far as it was told.

    Args:
        audience: For whom its tokens are.
    """

    ISSUER = "https://login.county.example"

    def __init__(self, audience: str) -> None:
        from jwcrypto.jwk import JWK

        self._audience = audience
        self._key: JWK = JWK.generate(kty="OKP", crv="Ed25519", kid="county-1")

    def table(self) -> str:
        """Return how an operator trusts it, as ``obeys.toml`` has it."""
        from groundstop.documents.directives import ClaimName

        public = json.loads(self._key.export_public())
        inline = ", ".join(f"{name} = {json.dumps(value)}" for name, value in sorted(public.items()))
        lines = [
            "[[issuer]]",
            'kind = "jwt"',
            f'name = "{_LOGIN}"',
            f'issuer = "{self.ISSUER}"',
            f'audience = ["{self._audience}"]',
            'assurance = "substantial"',
            f"keys = [{{ {inline} }}]",
        ]
        for claim in ClaimName:
            lines += ["", "[[issuer.claims]]", f'claim = "{claim.value}"', f'token_claim = "{claim.value}"']
        return "\n".join([*lines, ""])

    def token(self, group: PopulationGroup) -> str | None:
        """Return a token of somebody of a group; none of those of whom nothing is known."""
        from jwcrypto.jwt import JWT

        if not group.asked.claims:
            return None
        now = int(time.time())
        said: dict[str, object] = {one.claim.value: list(one.values) for one in group.asked.claims}
        said |= {"iss": self.ISSUER, "aud": self._audience, "sub": group.name, "iat": now, "exp": now + 600}
        token = JWT(header={"alg": "EdDSA", "kid": "county-1", "typ": "JWT"}, claims=said)
        token.make_signed_token(self._key)
        return str(token.serialize())
