"""OpenAI-compatible endpoints: chat completions, without streaming."""

from __future__ import annotations

import time
from typing import Any

from groundstop.documents import TargetDescription
from groundstop.targets.conversation import ChatRequest, Reply, blocked
from groundstop.targets.failures import CallFailure, FailureKind
from groundstop.targets.http import JsonEndpoint, text_or_none, usage_of, whole

_BLOCKED = frozenset({"content_filter", "content_policy_violation"})

_OTHER_FORMS: dict[str, str | None] = {"max_tokens": "max_completion_tokens", "seed": None}
"""Parameters that some models take under another name, or not at all."""

_WRONG_VALUE = "value"
"""Codes with this word object to a parameter's value, not to the parameter."""


class OpenAITarget:
    """An endpoint that speaks the OpenAI chat completions dialect.

    Args:
        description: The target; its address is the base URL, such as ``https://host/v1``.
        key: Sent as a bearer token, and shown nowhere.

    Source: the public OpenAPI description of the chat completions interface.
    """

    def __init__(self, description: TargetDescription, *, key: str | None) -> None:
        self._description = description
        self._endpoint = JsonEndpoint(
            f"{description.address}/chat/completions",
            name=description.name,
            headers={"Authorization": f"Bearer {key}"} if key else {},
            concurrency=description.limits.concurrency,
        )
        self._changed: frozenset[str] = frozenset()
        """Parameters that are sent in their other form."""

    @property
    def description(self) -> TargetDescription:
        """The target as it goes on record."""
        return self._description

    async def ask(self, request: ChatRequest) -> Reply:
        """Make one attempt; see :class:`groundstop.targets.Target`.

        When the target does not take a parameter in its usual form, the attempt fails as
        ``FORM_CHANGED``, and all later ones have the other form.
        """
        started = time.perf_counter()
        changed = self._changed
        try:
            reply, headers = await self._endpoint.post(self._body(request, changed))
        except CallFailure as failure:
            latency_s = time.perf_counter() - started
            if failure.kind is FailureKind.GUARD_BLOCKED:
                return blocked("guard_block", latency_s)
            if failure.kind is FailureKind.REQUEST_REFUSED and failure.code in _BLOCKED:
                return blocked("content_filter", latency_s)
            if _wants_other_form(failure, changed):
                self._changed |= {failure.parameter}
                raise CallFailure(FailureKind.FORM_CHANGED, failure.message, failure.hint) from None
            raise
        latency_s = time.perf_counter() - started
        try:
            choice = reply["choices"][0]
            text = choice["message"]["content"] or choice["message"].get("refusal") or ""
            finish = choice.get("finish_reason")
        except (KeyError, IndexError, TypeError, AttributeError):
            raise self._endpoint.bad_shape() from None
        if not isinstance(text, str):
            raise self._endpoint.bad_shape()
        return Reply(
            text=whole(text),
            finish=text_or_none(finish),
            usage=usage_of(reply, "prompt_tokens", "completion_tokens"),
            served_model=text_or_none(reply.get("model")),
            fingerprint=text_or_none(reply.get("system_fingerprint")),
            request_id=text_or_none(headers.get("x-request-id")) or text_or_none(reply.get("id")),
            latency_s=latency_s,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._endpoint.close()

    def _body(self, request: ChatRequest, changed: frozenset[str]) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self._description.model.name,
            "messages": [{"role": message.role, "content": message.content} for message in request.messages],
            "temperature": request.sampling.temperature,
            "max_tokens": request.sampling.max_tokens,
            "seed": request.seed,
        }
        if request.sampling.top_p is not None:
            body["top_p"] = request.sampling.top_p
        for parameter in changed:
            value, name = body.pop(parameter), _OTHER_FORMS[parameter]
            if name is not None:
                body[name] = value
        return body


def _wants_other_form(failure: CallFailure, changed: frozenset[str]) -> bool:
    """Tell whether a request was refused for a parameter that has another form, and was not sent in it."""
    return (
        failure.kind is FailureKind.REQUEST_REFUSED
        and failure.parameter in _OTHER_FORMS.keys() - changed
        and _WRONG_VALUE not in failure.code
    )
