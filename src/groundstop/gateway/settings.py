"""The settings of a gateway, as its file ``gateway.toml`` has them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from groundstop.documents.base import Identifier, Moment, Part
from groundstop.documents.directives import DIRECTIVE_ID
from groundstop.documents.directives.subject import Act, ModelName
from groundstop.gateway.path_words import path_problem

FILE_NAME = "gateway.toml"


def _an_address(text: str) -> str:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("it is no address") from None
    if not host or port == 0:
        raise ValueError("it names no host, or no port")
    if "@" in parts.netloc:
        raise ValueError("a secret may stand in it: name the variable that holds it instead")
    if {".", ".."} & set(parts.path.split("/")):
        raise ValueError("its path goes up again")
    return text


HostPort = Annotated[
    str, StringConstraints(pattern=r"^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):[0-9]{1,5}$", max_length=260)
]
"""Where to listen: ``HOST:PORT``; a port of 0 is any free one."""
HttpUrl = Annotated[
    str, StringConstraints(pattern=r"^https?://[^\s<>\"\\?#]+$", max_length=1000), AfterValidator(_an_address)
]
EnvironmentName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")]
"""The name of a variable that holds a secret: no secret stands in the file."""
ModellessPath = Annotated[
    str, StringConstraints(pattern=r"^(/[A-Za-z0-9._~:@+-]+)+(/|/\*)?$", max_length=300)
]
"""A path; ``/*`` at its end is whatever follows."""
HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,80}$")]
FileName = Annotated[str, StringConstraints(min_length=1, max_length=500)]
"""A path; it starts from the folder of the file that it stands in, unless it is absolute."""


class Dialect(StrEnum):
    """The interface that a request, or an upstream, speaks."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"


class Upstream(Part):
    """Where requests go on to."""

    name: Identifier
    url: HttpUrl
    """The part before the routes, such as ``https://api.example/v1``."""
    speaks: tuple[Dialect, ...] = (Dialect.OPENAI,)
    provider: ModelName | None = None
    """Whose models these are, as orders name the provider. Without it every order about a name counts."""
    key: EnvironmentName | None = None
    """Holds the key that is shown to it. Without one, what the client shows as its key is passed on."""
    models: tuple[ModelName, ...] = ()
    """What it has, by its own names; empty for whatever nobody else has."""
    aliases: dict[ModelName, ModelName] = Field(default_factory=dict, max_length=1000)
    """Names that clients may use, and what each stands for."""


class Fallback(Part):
    """A model that answers when another is kept out and its order lets another one answer."""

    model: ModelName
    """Which is kept out."""
    use: ModelName
    """Which answers in its place; routed like any other."""
    tested_within_h: float = Field(default=24.0, gt=0, le=24 * 30)
    """How old its last passed test may be, in hours."""


class Retired(Part):
    """A model that its provider no longer offers: no order is behind that."""

    model: ModelName
    since: Moment | None = None
    use: ModelName | None = None
    """What to ask for instead."""


class ExtraRoute(Part):
    """A path beside those that are known, let through as the operator says; its model is decided like any."""

    method: Literal["GET", "POST", "DELETE"] = "POST"
    path: str = Field(pattern=r"^/[A-Za-z0-9._~/-]{1,200}$")
    model: Literal["body"] | None = None
    """``body`` where the model stands in a JSON body."""
    always: ModelName | None = None
    """The one model that it is about."""
    act: Act = Act.INFER

    @model_validator(mode="after")
    def _has_a_model(self) -> ExtraRoute:
        if (self.model is None) is (self.always is None):
            raise ValueError("its model is in the body, or always the one that is named")
        return self


class Limits(Part):
    """What a request, an answer and a connection may take."""

    body_bytes: int = Field(default=16 * 1024**2, ge=1024, le=1024**3)
    """Of a request."""
    file_bytes: int = Field(default=256 * 1024**2, ge=1024, le=8 * 1024**3)
    """Of a file that is uploaded or read back, such as a batch."""
    answer_bytes: int = Field(default=64 * 1024**2, ge=1024, le=1024**3)
    """Of an answer that is not streamed."""
    event_bytes: int = Field(default=4 * 1024**2, ge=1024, le=256 * 1024**2)
    """Of one event of a stream."""
    headers_s: float = Field(default=10.0, gt=0, le=600)
    """Until a request's headers are complete, from when its connection is open."""
    body_s: float = Field(default=60.0, gt=0, le=3600)
    """Until its body is complete."""
    idle_s: float = Field(default=75.0, gt=0, le=3600)
    """That a connection may wait for the next request."""
    connections: int = Field(default=10_000, ge=1, le=1_000_000)
    """Open at the same time, in each process."""
    in_flight: int = Field(default=2_000, ge=1, le=100_000)
    """Requests at the same time, in each process."""
    connect_s: float = Field(default=10.0, gt=0, le=600)
    """To reach an upstream."""
    first_byte_s: float = Field(default=600.0, gt=0, le=86_400)
    """Until an upstream begins to answer."""
    between_s: float = Field(default=120.0, gt=0, le=86_400)
    """Between two pieces of an answer."""
    write_s: float = Field(default=60.0, gt=0, le=3600)
    """Until a client has taken a piece of its answer."""
    drain_s: float = Field(default=30.0, gt=0, le=86_400)
    """That requests in flight may still take when a process is to end."""


class Clients(Part):
    """What clients have to show."""

    credentials: Literal["optional", "required"] = "optional"
    """``required``: whoever presents nothing that an issuer attests is answered with 401."""


class Tls(Part):
    """The certificate that the gateway shows."""

    certificate: FileName
    key: FileName
    client_authorities: FileName | None = None
    """Who signs certificates of clients; with it a client may show one."""


class Keeping(Part):
    """How receipts are kept."""

    file_bytes: int = Field(default=64 * 1024**2, ge=4096, le=1024**4)
    """After which a new file is begun."""
    checkpoint_s: float = Field(default=1.0, gt=0, le=3600)
    """At most between a receipt and the signed checkpoint that covers it, on disk for good."""


class Webhook(Part):
    """Who is told when an order arrives that touches a model that is offered here."""

    url: HttpUrl
    secret: EnvironmentName | None = None
    """Holds the secret of the signature that goes with each message."""


class Narrower(Part):
    """An order as it might have been: how many fewer would it keep out?"""

    directive: str = Field(pattern=DIRECTIVE_ID)
    instead: FileName
    """A draft of the narrower order."""


class PathModel(Part):
    """Where a model's name stands in a path: for doors that see no body, such as nginx ``auth_request``."""

    path: str = Field(pattern=r"^/[A-Za-z0-9._~:@+{}*/-]{1,300}$")
    """Such as ``/models/{model}/v1/*``. A part in braces is ``model``, ``namespace``, ``name`` or
    ``revision``; ``*`` at the end is whatever follows."""
    model: str = Field(default="{model}", pattern=r"^[!-~]{1,300}$")
    """The name out of those parts, such as ``pkg:huggingface/{namespace}/{name}@{revision}``."""
    act: Act = Act.INFER
    provider: ModelName | None = None
    dialect: Dialect = Dialect.OPENAI
    """In which a denial is worded."""

    @model_validator(mode="after")
    def _can_be_read(self) -> PathModel:
        problem = path_problem(self.path, self.model)
        if problem is not None:
            raise ValueError(problem)
        return self


class Mounts(Part):
    """What is asked for where other gateways ask for decisions."""

    path_model: tuple[PathModel, ...] = Field(default=(), max_length=200)
    """The first that fits counts."""
    modelless: tuple[ModellessPath, ...] = Field(default=(), max_length=200)
    """Paths that have nothing to do with a model: they are let through."""
    model_header: HeaderName | None = None
    """The header in which the gateway that asks tells the model. It must set or remove it in every request:
    else clients could."""
    certificate_header: HeaderName | None = None
    """The header in which it hands on a client's certificate, as PEM with percent signs; the same holds."""


class Settings(Part):
    """Everything that is set."""

    name: Identifier
    """How this gateway calls itself."""
    operator: Identifier
    key: Identifier = "gateway"
    """The key that it signs with, by its name in the folder ``keys``."""
    listen: HostPort = "127.0.0.1:8400"
    admin: HostPort = "127.0.0.1:8401"
    """Health, metrics and status; keep it from the public."""
    decide: HostPort | None = None
    """Where other gateways ask for decisions over HTTP."""
    grpc: HostPort | None = None
    """Where Envoy asks for decisions over gRPC."""
    mounts: Mounts = Mounts()
    workers: int = Field(default=1, ge=1, le=256)
    """Processes that answer requests."""
    upstream: tuple[Upstream, ...] = Field(min_length=1, max_length=200)
    fallback: tuple[Fallback, ...] = Field(default=(), max_length=1000)
    retired: tuple[Retired, ...] = Field(default=(), max_length=10_000)
    route: tuple[ExtraRoute, ...] = Field(default=(), max_length=100)
    limits: Limits = Limits()
    clients: Clients = Clients()
    tls: Tls | None = None
    receipts: Keeping = Keeping()
    notify: tuple[Webhook, ...] = Field(default=(), max_length=20)
    narrower: tuple[Narrower, ...] = Field(default=(), max_length=20)
