"""An operator's folder with a gateway in it that obeys an authority, and people with tokens."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from groundstop.documents.directives import (
    AllOf,
    Assurance,
    ClaimIs,
    ClaimName,
    ClaimNeeded,
    Descendants,
    Directive,
    HostedModel,
    InFlight,
    Not,
    OrderKind,
    PersonClass,
    Rule,
    Subject,
    SubjectModel,
)
from groundstop.gateway.folder import prepare
from propagation import Bench, order

HERE = "https://gateway.example"
ALDER = "https://id.alder.example"
HOME = "XA"
OPEN = "desk-clerk"
"""A model that no order is about."""
CLAIMED = "desk-helper"
"""A model that only persons of one country may ask."""
_KID = "one"


class People:
    """An issuer of tokens."""

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()

    def token(self, name: str, country: str = HOME, *, lives_s: float = 3600 * 20) -> str:
        """Return a token of a person."""
        now = int(time.time())
        payload = {
            "iss": ALDER,
            "aud": HERE,
            "sub": name,
            "iat": now - 10,
            "exp": int(now + lives_s),
            "nationality": [country],
        }
        text = f"{_b64(_json({'alg': 'EdDSA', 'kid': _KID, 'typ': 'JWT'}))}.{_b64(_json(payload))}"
        return f"{text}.{_b64(self._key.sign(text.encode()))}"

    @property
    def table(self) -> str:
        """The issuer, as ``obeys.toml`` has it."""
        public = _b64(self._key.public_key().public_bytes_raw())
        return (
            f'[[issuer]]\nname = "alder-id"\nkind = "oidc"\nissuer = "{ALDER}"\naudience = ["{HERE}"]\n'
            f'assurance = "substantial"\n'
            f'keys = [{{kid = "{_KID}", kty = "OKP", crv = "Ed25519", x = "{public}"}}]\n'
            'claims = [{claim = "nationality", token_claim = "nationality"},'
            ' {claim = "subject-type", always = ["natural-person"]}]\n'
        )


def with_claims(bench: Bench, number: int, name: str = CLAIMED, **changes: Any) -> Directive:
    """Return an order that keeps persons of other countries, and whoever is unknown, from a model."""
    condition = AllOf(
        of=(
            ClaimIs(claim=ClaimName.SUBJECT_TYPE, any_of=("natural-person",)),
            Not(of=ClaimIs(claim=ClaimName.NATIONALITY, any_of=(HOME,))),
        )
    )
    persons = PersonClass(
        id="foreign-person",
        revision=1,
        text="A person who is no citizen.",
        citation="The Office's rules, 2",
        source="https://office.example/rules",
        as_of=bench.now,
        condition=condition,
    )
    needed = (ClaimName.SUBJECT_TYPE, ClaimName.NATIONALITY)
    return changed(
        order(number, bench.names[0], bench.now),
        order=OrderKind.RESTRICT,
        subject=about(name),
        definitions=(persons,),
        scope=(Rule(id="foreign", persons="foreign-person"),),
        claims=tuple(ClaimNeeded(claim=one, assurance=Assurance.SUBSTANTIAL) for one in needed),
        **changes,
    )


def for_everybody(bench: Bench, number: int, name: str, *, cut: bool) -> Directive:
    """Return an order that keeps everybody from a model."""
    return changed(
        order(number, bench.names[0], bench.now),
        subject=about(name),
        in_flight=InFlight.CUT if cut else InFlight.FINISH,
    )


def about(name: str) -> Subject:
    """Return that an order is about a model."""
    findings = (f"sha256:{'f' * 64}",)
    hosted = (HostedModel(provider="elm", name=name, snapshot="every"),)
    model = SubjectModel(label="helper", hosted=hosted, aliases=(), findings=findings)
    return Subject(models=(model,), descendants=Descendants.NONE)


def changed(document: Directive, **changes: Any) -> Directive:
    """Return a document with other fields, checked again."""
    return type(document).model_validate({**dict(document), **changes})


def settings_text(
    ports: tuple[int, int],
    upstreams: Mapping[str, tuple[str, tuple[str, ...]]],
    *,
    workers: int,
    more: str = "",
) -> str:
    """Return a ``gateway.toml``.

    Args:
        ports: Where it listens, and where its state is told.
        upstreams: By name: the address, and the models; none for whatever nobody else has.
        workers: Processes.
        more: What else stands in it.
    """
    lines = [
        'name = "desk"\noperator = "riverside-cloud"',
        f'listen = "127.0.0.1:{ports[0]}"\nadmin = "127.0.0.1:{ports[1]}"\nworkers = {workers}',
    ]
    for name, (url, models) in upstreams.items():
        lines.append(
            f'[[upstream]]\nname = "{name}"\nurl = "{url}"\nspeaks = ["openai", "anthropic"]\n'
            f'provider = "elm"\nmodels = {json.dumps(models)}'
        )
    return "\n".join([*lines, more, ""])


def an_operator(bench: Bench, people: People, settings: str, *, url: str | None = None) -> Path:
    """Make the folder of an operator who obeys the bench's authority and trusts an issuer.

    Args:
        bench: The authority, and where the folder is made.
        people: The issuer.
        settings: What ``gateway.toml`` says.
        url: Where the repository is served; its folder is read without one.
    """
    folder = bench.folder / "operator"
    where = f'url = "{bench.public}"' if url is None else f'url = "{url}"\nevents = "{url}events"'
    folder.mkdir()
    prepare(folder, "gateway", now=bench.now - timedelta(hours=1))
    root = (bench.public / "metadata" / "1.root.json").read_bytes()
    (folder / "main.root.json").write_bytes(root)
    (folder / "obeys.toml").write_text(
        f'[[repository]]\nname = "main"\n{where}\n'
        f'root = "sha256:{hashlib.sha256(root).hexdigest()}"\nroot_file = "main.root.json"\n\n'
        f'[[obey]]\nauthority = "{bench.names[0]}"\nrepository = "main"\n\n{people.table}'
    )
    (folder / "gateway.toml").write_text(settings)
    return folder


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
