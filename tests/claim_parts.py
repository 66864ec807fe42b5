"""Tokens, keys and issuers for tests of claims: made by hand, so that each can be wrong in its own way."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from groundstop.directives.claims import Challenges, Issuer, issuers_from

NOW = 1_783_346_400.0
"""The time in these tests: two hours after the sample order takes effect."""
HERE = "https://gateway.example"
ALDER = "https://id.alder.example"
BIRCH = "https://wallet.birch.example"
CHALLENGES = Challenges(b"s" * 32)
CITIZEN: Mapping[str, Any] = {
    "iss": ALDER,
    "aud": HERE,
    "sub": "person-7",
    "iat": NOW - 10,
    "exp": NOW + 600,
    "nationality": ["XA"],
}
"""What a token says when nothing is wrong with it."""

Private = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def b64(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Decode base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(frozen=True)
class Pair:
    """A key with the algorithm that it signs with."""

    private: Private
    algorithm: str
    kid: str | None

    def sign(self, message: bytes) -> bytes:
        """Sign as the algorithm has it."""
        private = self.private
        if isinstance(private, ed25519.Ed25519PrivateKey):
            return private.sign(message)
        if isinstance(private, rsa.RSAPrivateKey):
            if self.algorithm.startswith("RS"):
                return private.sign(message, padding.PKCS1v15(), hashes.SHA256())
            salted = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size)
            return private.sign(message, salted, hashes.SHA256())
        digest = {"ES384": hashes.SHA384(), "ES512": hashes.SHA512()}.get(self.algorithm, hashes.SHA256())
        width = (private.key_size + 7) // 8
        r, s = decode_dss_signature(private.sign(message, ec.ECDSA(digest)))
        return r.to_bytes(width, "big") + s.to_bytes(width, "big")

    @property
    def jwk(self) -> dict[str, Any]:
        """The public key as a JSON Web Key."""
        public = self.private.public_key()
        name = {} if self.kid is None else {"kid": self.kid}
        if isinstance(public, ed25519.Ed25519PublicKey):
            return {**name, "kty": "OKP", "crv": "Ed25519", "x": b64(public.public_bytes_raw())}
        if isinstance(public, rsa.RSAPublicKey):
            numbers = public.public_numbers()
            n, e = (one.to_bytes((one.bit_length() + 7) // 8, "big") for one in (numbers.n, numbers.e))
            return {**name, "kty": "RSA", "n": b64(n), "e": b64(e)}
        point = public.public_numbers()
        width = (public.key_size + 7) // 8
        curves = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521", "secp256k1": "secp256k1"}
        x, y = (b64(one.to_bytes(width, "big")) for one in (point.x, point.y))
        return {**name, "kty": "EC", "crv": curves[public.curve.name], "x": x, "y": y}


@cache
def pair(algorithm: str = "EdDSA", kid: str | None = "one", number: int = 0) -> Pair:
    """Return a key; the same for the same arguments, in one run."""
    curves: dict[str, ec.EllipticCurve] = {
        "ES256": ec.SECP256R1(),
        "ES384": ec.SECP384R1(),
        "ES512": ec.SECP521R1(),
        "ES256K": ec.SECP256K1(),
    }
    private: Private
    if algorithm in curves:
        private = ec.generate_private_key(curves[algorithm])
    elif algorithm in ("EdDSA", "Ed25519"):
        seed = hashlib.sha256(f"{kid} {number}".encode()).digest()
        private = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
    else:
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return Pair(private, algorithm, kid)


def signed(payload: Any, key: Pair | None = None, *, header: Mapping[str, Any] | None = None) -> str:
    """Return a token; fields of the header that are None are left out."""
    key = key or pair()
    full = {"alg": key.algorithm, "kid": key.kid, "typ": "JWT", **(header or {})}
    head = b64(as_json({name: value for name, value in full.items() if value is not None}))
    body = b64(payload if isinstance(payload, bytes) else as_json(payload))
    return f"{head}.{body}.{b64(key.sign(f'{head}.{body}'.encode()))}"


def as_json(value: Any) -> bytes:
    """Return JSON as a careless issuer writes it."""
    return json.dumps(value).encode()


def citizen(**changes: Any) -> dict[str, Any]:
    """Return what a good token says, with changes; None takes a claim out."""
    full = {**CITIZEN, **changes}
    return {name: value for name, value in full.items() if value is not None}


def token_table(**changes: Any) -> dict[str, Any]:
    """Return an ``[[issuer]]`` table of an issuer of tokens."""
    table = {
        "name": "alder-id",
        "kind": "oidc",
        "issuer": ALDER,
        "audience": [HERE],
        "assurance": "substantial",
        "keys": [pair().jwk],
        "claims": [
            {"claim": "nationality", "token_claim": "nationality"},
            {"claim": "subject-type", "always": ["natural-person"]},
        ],
    }
    return {**table, **changes}


def credential_table(**changes: Any) -> dict[str, Any]:
    """Return an ``[[issuer]]`` table of an issuer of credentials: yes or no, and nothing else."""
    table = {
        "name": "birch-wallet",
        "kind": "sd-jwt-vc",
        "issuer": BIRCH,
        "audience": [HERE],
        "assurance": "high",
        "types": ["https://birch.example/person"],
        "keys": [pair("ES256", "birch").jwk],
        "claims": [
            {
                "claim": "status",
                "token_claim": "home_person",
                "values": {"true": "foreign-person:no", "false": "foreign-person:yes"},
            },
            {"claim": "nationality", "token_claim": "nationality"},
        ],
    }
    return {**table, **changes}


def trusted(*tables: Mapping[str, Any], folder: Path = Path()) -> tuple[Issuer, ...]:
    """Return issuers as an operator's file has them."""
    return issuers_from(tables or (token_table(),), source="obeys.toml", folder=folder)


@dataclass(frozen=True)
class Wallet:
    """A credential with its disclosures, as its holder has it."""

    jwt: str
    disclosures: Mapping[str, str]
    holder: Pair

    def present(
        self,
        *names: str,
        nonce: str | None = None,
        key: Pair | None = None,
        header: Mapping[str, Any] | None = None,
        **changes: Any,
    ) -> str:
        """Disclose some claims, with a fresh signature of the holder's."""
        chosen = [self.disclosures[name] for name in names]
        bound = "~".join([self.jwt, *chosen, ""])
        said = {
            "iat": NOW - 5,
            "aud": HERE,
            "nonce": CHALLENGES.new(NOW - 8) if nonce is None else nonce,
            "sd_hash": b64(hashlib.sha256(bound.encode()).digest()),
        }
        payload = {name: value for name, value in {**said, **changes}.items() if value is not None}
        typed = {"typ": "kb+jwt", "kid": None, **(header or {})}
        return bound + signed(payload, key or self.holder, header=typed)


def disclosure(*parts: Any) -> str:
    """Return a disclosure: salt, name and value, or salt and value."""
    return b64(as_json(list(parts)))


def digest_of(text: str) -> str:
    """Return the digest of a disclosure."""
    return b64(hashlib.sha256(text.encode()).digest())


def a_wallet(
    hidden: Mapping[str, Any] | None = None,
    *,
    header: Mapping[str, Any] | None = None,
    more: Sequence[str] = (),
    **changes: Any,
) -> Wallet:
    """Return a credential by hand: hidden claims can be disclosed, the others stand openly in it."""
    hidden = {"home_person": True, "nationality": ["XB"]} if hidden is None else hidden
    texts = {name: disclosure(f"salt-{name}", name, value) for name, value in hidden.items()}
    holder = pair("ES256", None, 1)
    payload = {
        "iss": BIRCH,
        "vct": "https://birch.example/person",
        "iat": NOW - 86_400,
        "exp": NOW + 86_400 * 30,
        "cnf": {"jwk": holder.jwk},
        "_sd": sorted([*map(digest_of, texts.values()), *more]),
        "_sd_alg": "sha-256",
        **changes,
    }
    payload = {name: value for name, value in payload.items() if value is not None}
    jwt = signed(payload, pair("ES256", "birch"), header={"typ": "dc+sd-jwt", **(header or {})})
    return Wallet(jwt, texts, holder)
