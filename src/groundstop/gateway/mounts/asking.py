"""Questions as JSON, for whatever can send a request: ``/v1/decide`` and ``/v1/download-check``."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

import orjson
from pydantic import Field, StringConstraints, ValidationError, model_validator

from groundstop.directives.surfaces import surfaces
from groundstop.documents import describe
from groundstop.documents.base import Identifier, Part, Sha256Hex
from groundstop.documents.directives import Act
from groundstop.documents.directives.subject import ModelName
from groundstop.gateway.mounts.packages import names_of_files, names_of_package
from groundstop.gateway.mounts.questions import Question, Verdict
from groundstop.gateway.mounts.showing import certificate_of
from groundstop.gateway.reading.asking import asked_of
from groundstop.gateway.reading.body import read_json
from groundstop.gateway.reading.refusing import BadRequest
from groundstop.gateway.routes import ROUTES, Kind, Matched
from groundstop.gateway.serving.attesting import MOST_TOKENS, Presented
from groundstop.gateway.settings import Dialect

Token = Annotated[str, StringConstraints(min_length=1, max_length=64 * 1024)]
Package = Annotated[str, StringConstraints(pattern=r"^pkg:[a-z][a-z0-9.+-]*/[!-)+->@-~]+$", max_length=300)]
"""A package URL; whatever else is in it stands there with percent signs."""
Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$")]


class _Shown(Part):
    """What both questions have."""

    act: Act
    route: Word
    tokens: tuple[Token, ...] = Field(default=(), max_length=MOST_TOKENS)
    """Without the word ``Bearer``; the person's first."""
    certificate: str | None = None
    """As PEM, or as base64 of DER; whoever asks has seen that the client holds its key."""
    dialect: Dialect = Dialect.OPENAI
    """In which the answer for the client is worded."""

    def presented(self) -> Presented:
        """Return what the client shows."""
        return Presented(self.tokens, certificate_of(self.certificate or ""))


class DecideRequest(_Shown):
    """May a request to a model go on?"""

    model: ModelName
    """As the client asks for it."""
    models: tuple[ModelName, ...] = Field(default=(), max_length=200)
    """Every other name that it goes by: as it is routed, what it falls back to."""
    provider: ModelName | None = None
    """Where it is routed to; without it every order about a name counts."""
    act: Act = Act.INFER
    surface: Identifier
    """The enforcement point that asks, such as ``litellm-hook``."""
    route: Word = "decide"
    """Such as ``chat.completions``; it stands in the receipt."""
    texts: tuple[str, ...] | None = Field(default=None, max_length=10_000)
    """What the model would be told, for guards; none where that is not seen. It is not kept."""
    body: dict[str, Any] | None = None
    """The client's request instead, as far as it is JSON: its texts and every other model that it names are
    looked at here. It is not kept either."""

    @model_validator(mode="after")
    def _is_known(self) -> DecideRequest:
        if self.surface not in surfaces():
            raise ValueError(f"there is no such enforcement point: take one of {', '.join(surfaces())}")
        return self

    def question(self) -> Question:
        """Return what is asked.

        Raises:
            BadRequest: The certificate is none, or the body cannot be read in one way only.
        """
        names, texts, opaque = (self.model, *self.models), self.texts, False
        if self.body is not None:
            asking = asked_of(_matched(self.route, self.dialect), {"model": self.model, **self.body})
            names = (*names, asking.model, *asking.others)
            texts, opaque = tuple(asking.texts()), asking.opaque()
        return Question(
            names=tuple(dict.fromkeys(names)),
            surface=self.surface,
            route=self.route,
            act=self.act,
            presented=self.presented(),
            provider=self.provider,
            dialect=self.dialect,
            texts=texts,
            opaque=opaque,
        )


class DownloadRequest(_Shown):
    """May weights be handed out?"""

    purl: Package | None = None
    repository: (
        Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,96}/[A-Za-z0-9_.-]{1,96}$")] | None
    ) = None
    """Instead of a package URL: of a model hub, such as ``elm/desk``."""
    revision: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,200}$")] | None = None
    """Of the repository: a commit, a branch or a tag."""
    sha256: tuple[Sha256Hex, ...] = Field(default=(), max_length=1000)
    """Digests of the files."""
    act: Act = Act.DOWNLOAD
    route: Word = "download-check"

    @model_validator(mode="after")
    def _names_something(self) -> DownloadRequest:
        if self.act not in (Act.DOWNLOAD, Act.TRANSFER):
            raise ValueError("the act is download or transfer")
        if self.purl is not None and self.repository is not None:
            raise ValueError("a package is named by its URL, or by its repository")
        if self.repository is None and self.revision is not None:
            raise ValueError("a revision is one of a repository")
        if self.purl is None and self.repository is None and not self.sha256:
            raise ValueError("it names no package and no digest")
        return self

    def question(self) -> Question:
        """Return what is asked.

        Raises:
            BadRequest: The certificate is none.
        """
        purl = self.purl
        if self.repository is not None:
            purl = f"pkg:huggingface/{self.repository}" + (f"@{self.revision}" if self.revision else "")
        packages = () if purl is None else names_of_package(purl)
        return Question(
            names=(*packages, *names_of_files(self.sha256)),
            surface="download-check",
            route=self.route,
            act=self.act,
            presented=self.presented(),
            dialect=self.dialect,
        )


_RequestT = TypeVar("_RequestT", DecideRequest, DownloadRequest)


def read_question(data: bytes, form: type[_RequestT]) -> Question:
    """Return what is asked.

    Args:
        data: JSON.
        form: Of the question.

    Raises:
        BadRequest: It is not strictly JSON, or not of that form.
    """
    try:
        return form.model_validate(read_json(data)).question()
    except ValidationError as error:
        message, hint = describe(error, source="The question")
        raise BadRequest(400, "malformed_question", f"{message}. {hint}") from None


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as plain JSON types: for programs, and ready to be sent to the client."""
    ruling = verdict.ruling
    decision = None if ruling is None else ruling.decision
    return {
        "allowed": verdict.allowed,
        "request": verdict.request,
        "status": verdict.status,
        "model": None if ruling is None else ruling.model,
        "ground": None if decision is None else decision.ground.value,
        "table": None if ruling is None or not ruling.table else ruling.table,
        "denial": _denial(verdict),
        "response": None if verdict.allowed else _response(verdict),
    }


def _denial(verdict: Verdict) -> dict[str, Any] | None:
    if verdict.allowed:
        return None
    details = {"reason": verdict.code} if verdict.denial is None else verdict.denial.details()
    return {"status": verdict.status, "message": verdict.message, **details}


_NOT_FOR_CLIENTS = ("Content-Length", "Server")
"""Headers that whoever hands an answer on has of its own."""


def _response(verdict: Verdict) -> dict[str, Any]:
    answer = verdict.answer()
    assert isinstance(answer.body, bytes)  # noqa: S101 - it is made of bytes
    headers = {str(name): value for name, value in answer.headers.items() if name not in _NOT_FOR_CLIENTS}
    return {"status": verdict.status, "headers": headers, "body": orjson.loads(answer.body)}


def _matched(route: str, dialect: Dialect) -> Matched:
    """Return the route of this name; one that is not known is read like the main one of the dialect."""
    known = {(one.dialect, one.name): one for one in ROUTES if one.kind is Kind.ASK}
    return Matched(known.get((dialect, route)) or known[dialect, _MAIN[dialect]])


_MAIN = {Dialect.OPENAI: "chat.completions", Dialect.ANTHROPIC: "messages"}
