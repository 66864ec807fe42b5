"""A decision service for tests of other gateways: real sockets, orders in force, receipts in memory."""

from __future__ import annotations

import hashlib
import itertools
import json
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from aiohttp import ClientSession
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import TypeAdapter

from groundstop.directives.claims import Issuer
from groundstop.directives.surfaces import surfaces
from groundstop.documents.directives import Act, SubjectModel
from groundstop.documents.directives.subject import ModelName
from groundstop.gateway.gate import Gate
from groundstop.gateway.mounts import DecisionService, decision_service
from groundstop.gateway.recording import Entry
from groundstop.gateway.serving.attesting import Attester
from groundstop.gateway.settings import Limits, Settings
from tests.claim_parts import trusted
from tests.directive_parts import FINDING, for_everybody
from tests.gateway_parts import Counted, Guarded, InMemory, a_gate, a_socket, settings_for

COMMIT = "0123456789abcdef0123456789abcdef01234567"
"""The revision that the sample order about weights names."""
OTHER_COMMIT = "f" * 40
WEIGHTS_DIGEST = "a" * 64
WEIGHTS_PURL = f"pkg:huggingface/elm/desk-weights@{COMMIT}"
PATTERNS: Sequence[Mapping[str, Any]] = (
    {"path": "/models/{model}/v1/*"},
    {
        "path": "/weights/{namespace}/{name}/resolve/{revision}/*",
        "model": "pkg:huggingface/{namespace}/{name}@{revision}",
        "act": "download",
    },
)
"""Where models stand in the paths of these tests."""


def about_weights(number: int = 2, **changes: Any) -> Any:
    """Return an order that keeps everybody from downloading one revision of some weights."""
    model = SubjectModel(
        label="desk-weights", purls=(WEIGHTS_PURL,), weights=(WEIGHTS_DIGEST,), findings=(FINDING,)
    )
    order = for_everybody(number)
    subject = order.subject.model_copy(update={"models": (model,)})
    return for_everybody(number, **{"subject": subject, "acts": (Act.DOWNLOAD,), **changes})


class OnDisk(NamedTuple):
    """A certificate and its key, as files."""

    certificate: Path
    key: Path
    der: bytes

    def client(self) -> ssl.SSLContext:
        """Return what a client connects with that shows it, and does not look whom it talks to."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.load_cert_chain(self.certificate, self.key)
        return context


def a_certificate(folder: Path, name: str) -> OnDisk:
    """Write a certificate that signs itself, valid for as long as anybody runs these tests."""
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2060, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    found = OnDisk(folder / f"{name}.pem", folder / f"{name}.key", certificate.public_bytes(Encoding.DER))
    found.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
    found.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return found


def known_by(certificate: OnDisk, folder: Path) -> tuple[Issuer, ...]:
    """Return issuers of which one knows whoever has the certificate: the batch of hazel-defence."""
    entry = {
        "principal": "hazel-batch",
        "fingerprint": hashlib.sha256(certificate.der).hexdigest(),
        "claims": {"organisation": ["hazel-defence"]},
    }
    (folder / "registry.json").write_text(json.dumps({"entry": [entry]}))
    table = {
        "name": "cedar-hosts",
        "kind": "mtls",
        "registry": "registry.json",
        "assurance": "substantial",
        "attests": ["organisation"],
    }
    return trusted(table, folder=folder)


class Checking(InMemory):
    """Keeps receipts in memory, and takes only what can be read back from a file of receipts."""

    def decided(self, entry: Entry) -> None:
        super().decided(entry)
        for name in entry.names:
            _NAME.validate_python(name)
        assert len(entry.route) <= 64
        assert entry.surface in surfaces()


_NAME: TypeAdapter[str] = TypeAdapter(ModelName)


class Told(NamedTuple):
    """What the service answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Deciding:
    """A decision service that runs, and everything around it."""

    url: str
    port: int
    service: DecisionService
    gate: Gate
    receipts: InMemory
    counted: Counted
    guards: Guarded
    client: ClientSession
    limits: Limits

    async def ask(self, path: str, body: Any = None, *, method: str = "POST", headers: Any = None) -> Told:
        """Send a question."""
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        async with self.client.request(method, self.url + path, data=data, headers=headers) as answer:
            return Told(answer.status, answer.headers, await answer.read())

    async def decide(self, **question: Any) -> Any:
        """Ask at the general door, and return the answer's JSON."""
        told = await self.ask("/v1/decide", {"surface": "litellm-hook", **question})
        assert told.status == 200, told
        return told.json

    async def nginx(self, target: str, *, method: str = "POST", **headers: str) -> Told:
        """Ask as nginx does; underscores in names of headers are hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        asked = {"X-Original-URI": target, "X-Original-Method": method, **named}
        return await self.ask("/auth-request", method="GET", headers=asked)


def mount_settings(**changes: Any) -> Settings:
    """Return settings with the patterns of paths, and without an upstream that anybody asks."""
    mounts = {"path_model": list(PATTERNS), "modelless": ["/status", "/pages/*"], **changes.pop("mounts", {})}
    return settings_for({"url": "http://127.0.0.1:9/v1"}, mounts=mounts, **changes)


@asynccontextmanager
async def a_decision_service(
    *orders: Any,
    gate: Gate | None = None,
    issuers: Sequence[Issuer] = (),
    guards: Guarded | None = None,
    **changes: Any,
) -> AsyncIterator[Deciding]:
    """Run a decision service on loopback.

    Args:
        orders: In force.
        gate: Instead of one with the orders.
        issuers: Whom the operator trusts.
        guards: Guards.
        changes: Other values of the settings.
    """
    numbers = itertools.count(1)
    receipts, counted, guarded = Checking(), Counted(), guards or Guarded()
    the_gate = gate or a_gate(*orders)
    settings = mount_settings(**changes)
    service = decision_service(
        settings,
        the_gate,
        attester=Attester(issuers),
        recorder=receipts,
        counter=counted,
        guards=guarded,
        new_id=lambda: f"req-{next(numbers)}",
    )
    listening = a_socket()
    port = listening.getsockname()[1]
    await service.start([listening])
    try:
        async with ClientSession() as client:
            yield Deciding(
                f"http://127.0.0.1:{port}",
                port,
                service,
                the_gate,
                receipts,
                counted,
                guarded,
                client,
                settings.limits,
            )
    finally:
        await service.stop(1)
