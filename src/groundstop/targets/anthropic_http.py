"""Anthropic-compatible endpoints: messages, without streaming."""

from __future__ import annotations

import time
from typing import Any

from groundstop.documents import TargetDescription
from groundstop.targets.conversation import ChatRequest, Reply, blocked
from groundstop.targets.failures import CallFailure, FailureKind
from groundstop.targets.http import JsonEndpoint, text_or_none, usage_of, whole

_VERSION = "2023-06-01"
_FINISH = {"refusal": "content_filter"}
"""What the other dialect calls an answer that the provider's filter blocked."""


class AnthropicTarget:
    """An endpoint that speaks the Anthropic messages dialect. It takes no seed.

    Args:
        description: The target; its address is the host's base URL, without ``/v1``.
        key: Sent as ``x-api-key``, and shown nowhere.

    Source: the public description of the messages interface, version 2023-06-01.
    """

    def __init__(self, description: TargetDescription, *, key: str | None) -> None:
        self._description = description
        headers = {"anthropic-version": _VERSION, **({"x-api-key": key} if key else {})}
        self._endpoint = JsonEndpoint(
            f"{description.address.removesuffix('/v1')}/v1/messages",
            name=description.name,
            headers=headers,
            concurrency=description.limits.concurrency,
        )

    @property
    def description(self) -> TargetDescription:
        """The target as it goes on record."""
        return self._description

    async def ask(self, request: ChatRequest) -> Reply:
        """Make one attempt; see :class:`groundstop.targets.Target`."""
        started = time.perf_counter()
        try:
            reply, headers = await self._endpoint.post(self._body(request))
        except CallFailure as failure:
            if failure.kind is FailureKind.GUARD_BLOCKED:
                return blocked("guard_block", time.perf_counter() - started)
            raise
        latency_s = time.perf_counter() - started
        try:
            parts = reply["content"]
            text = "".join(part["text"] for part in parts if part["type"] == "text")
        except (KeyError, TypeError):
            raise self._endpoint.bad_shape() from None
        if not isinstance(parts, list):
            raise self._endpoint.bad_shape()
        stop = text_or_none(reply.get("stop_reason"))
        return Reply(
            text=whole(text),
            finish=_FINISH.get(stop, stop) if stop else None,
            usage=usage_of(reply, "input_tokens", "output_tokens"),
            served_model=text_or_none(reply.get("model")),
            fingerprint=None,
            request_id=text_or_none(headers.get("request-id")) or text_or_none(reply.get("id")),
            latency_s=latency_s,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._endpoint.close()

    def _body(self, request: ChatRequest) -> dict[str, Any]:
        system = [message.content for message in request.messages if message.role == "system"]
        body: dict[str, Any] = {
            "model": self._description.model.name,
            "max_tokens": request.sampling.max_tokens,
            "temperature": request.sampling.temperature,
            "messages": [
                {"role": message.role, "content": message.content}
                for message in request.messages
                if message.role != "system"
            ],
        }
        if system:
            body["system"] = "\n\n".join(system)
        if request.sampling.top_p is not None:
            body["top_p"] = request.sampling.top_p
        return body
