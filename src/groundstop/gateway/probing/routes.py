"""The routes that are probed, and the harmless request of each."""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import StrEnum
from typing import Any, NamedTuple

from groundstop.documents.directives import Act

CANARY = "Say the word ready."
"""What is asked of every model."""
MOST_TOKENS = 8
BOUNDARY = "groundstop-probe-7f3a91"
ANTHROPIC = (("anthropic-version", "2023-06-01"),)


class Shape(StrEnum):
    """What a request of a route looks like."""

    ASK = "ask"
    """A JSON body with the model in it."""
    UPLOAD = "upload"
    """A file whose lines name the model."""
    INLINE = "inline"
    """A JSON body with a list of requests."""
    LOOK = "look"
    """No body; the model is in the path, or in what comes back."""


class ProbeRoute(NamedTuple):
    """A route, as probes use it."""

    name: str
    method: str
    path: str
    shape: Shape
    body: Callable[[str], dict[str, Any]] | None
    """The body, by the model's name; none when it has none."""
    streams: bool = False
    act: Act = Act.INFER
    headers: tuple[tuple[str, str], ...] = ()


def _chat(model: str) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": CANARY}], "max_tokens": MOST_TOKENS}


def _completion(model: str) -> dict[str, Any]:
    return {"model": model, "prompt": CANARY, "max_tokens": MOST_TOKENS}


def _response(model: str) -> dict[str, Any]:
    return {"model": model, "input": CANARY, "max_output_tokens": 16, "store": False}


def _input(model: str) -> dict[str, Any]:
    return {"model": model, "input": CANARY}


def _count(model: str) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": CANARY}]}


def _inline(model: str) -> dict[str, Any]:
    return {"requests": [{"custom_id": "probe-1", "params": _chat(model)}]}


def _fine_tune(model: str) -> dict[str, Any]:
    # A file that there is not: should it be let through, nothing is trained.
    return {"model": model, "training_file": "file-there-is-none"}


UPLOADS = "files.upload"

ROUTES: tuple[ProbeRoute, ...] = (
    ProbeRoute("chat.completions", "POST", "/v1/chat/completions", Shape.ASK, _chat, True),
    ProbeRoute("completions", "POST", "/v1/completions", Shape.ASK, _completion, True),
    ProbeRoute("responses", "POST", "/v1/responses", Shape.ASK, _response, True),
    ProbeRoute("responses.compact", "POST", "/v1/responses/compact", Shape.ASK, _input),
    ProbeRoute("responses.input_tokens", "POST", "/v1/responses/input_tokens", Shape.ASK, _input),
    ProbeRoute("embeddings", "POST", "/v1/embeddings", Shape.ASK, _input),
    ProbeRoute("messages", "POST", "/v1/messages", Shape.ASK, _chat, True, headers=ANTHROPIC),
    ProbeRoute(
        "messages.count_tokens", "POST", "/v1/messages/count_tokens", Shape.ASK, _count, headers=ANTHROPIC
    ),
    ProbeRoute(UPLOADS, "POST", "/v1/files", Shape.UPLOAD, _chat),
    ProbeRoute("messages.batches", "POST", "/v1/messages/batches", Shape.INLINE, _inline, headers=ANTHROPIC),
    ProbeRoute("fine_tuning.jobs", "POST", "/v1/fine_tuning/jobs", Shape.ASK, _fine_tune, act=Act.FINE_TUNE),
    ProbeRoute("models", "GET", "/v1/models/", Shape.LOOK, None),
)
"""Each once; ``models`` is completed with the model's name."""

BY_NAME = {one.name: one for one in ROUTES}
BATCHES = "batches"
"""A batch of a file that somebody else has uploaded; planned only when there is somebody who may."""
STORED = "responses.get"
"""An answer that somebody else had stored; planned only when there is somebody who may."""
WEIGHTS = "weights"
"""Bytes of weights, by their URL."""


def stored_answer(model: str) -> dict[str, Any]:
    """Return the body of a request whose answer the upstream keeps."""
    return {**_response(model), "store": True}


def batch_line(model: str) -> bytes:
    """Return a batch's one line that asks for a model."""
    line = {"custom_id": "probe-1", "method": "POST", "url": "/v1/chat/completions", "body": _chat(model)}
    return json.dumps(line).encode() + b"\n"


def upload(model: str) -> bytes:
    """Return the body of an upload of a batch that asks for a model."""
    return (
        (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="probe.jsonl"\r\n'
            "Content-Type: application/jsonl\r\n\r\n"
        ).encode()
        + batch_line(model)
        + f"\r\n--{BOUNDARY}--\r\n".encode()
    )
