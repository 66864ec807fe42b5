"""Testing a fallback: harmless requests at its upstream, and reruns of findings that are at hand."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from groundstop.documents import Reproduction
from groundstop.documents.gateway import FallbackTest, RerunOnFallback, Smoke
from groundstop.errors import InputError
from groundstop.gateway.proxying.routing import Routing
from groundstop.gateway.settings import Dialect, Fallback, Settings, Upstream

ASKED = ("Say the word ready.", "What is two and two?", "Name a colour.", "Write the letter A.", "Say hello.")
"""Harmless requests, one of each."""
_MOST_TOKENS = 32
_MOST_BYTES = 1024 * 1024


def fallback_upstream(settings: Settings, use: str) -> tuple[Upstream, str, Dialect]:
    """Return where a fallback is, by which name, and in which interface it is asked.

    Raises:
        InputError: No upstream has it.
    """
    routing = Routing(settings)
    for dialect in Dialect:
        routed = routing.find(dialect, use)
        if routed is not None:
            return routed.upstream, routed.model, dialect
    raise InputError(
        f"No upstream in gateway.toml has the model {use}", "List it under an upstream, or correct its name"
    )


async def smoke_test(
    settings: Settings,
    use: str,
    session: ClientSession,
    *,
    environment: Mapping[str, str],
    client_key: str | None = None,
    questions: Sequence[str] = ASKED,
    told: Callable[[str], None] = lambda _: None,
) -> Smoke:
    """Ask a fallback harmless requests, at its upstream.

    Args:
        settings: Of the gateway.
        use: The fallback.
        session: Carries the requests.
        environment: Holds the upstreams' keys.
        client_key: Shown where the gateway has no key of its own, as a client would show its own.
        questions: What is asked.
        told: Called with why a request counts as not answered, once for each reason.

    Returns:
        How many were answered with some text.

    Raises:
        InputError: No upstream has it, or its key is not in the environment.
    """
    upstream, model, dialect = fallback_upstream(settings, use)
    key = client_key if upstream.key is None else environment.get(upstream.key)
    if upstream.key is not None and not key:
        raise InputError(
            f"The key of the upstream {upstream.name} is not in the environment", f"Set {upstream.key}"
        )
    limit = ClientTimeout(total=settings.limits.between_s, connect=settings.limits.connect_s)
    missing = await asyncio.gather(
        *(_missing(session, upstream, model, dialect, key, question, limit) for question in questions)
    )
    reasons = [why for why in missing if why is not None]
    for why, count in Counter(reasons).items():
        told(f"{count} of {len(missing)} requests: {why}")
    return Smoke(asked=len(missing), answered=len(missing) - len(reasons))


def fallback_test(
    gateway: str,
    fallback: Fallback,
    smoke: Smoke,
    reruns: Sequence[Reproduction],
    *,
    stated: float,
    now: datetime,
) -> FallbackTest:
    """Return what a test comes to.

    Args:
        gateway: The gateway's name.
        fallback: Which model answers in place of which.
        smoke: What came of the harmless requests.
        reruns: What came of findings' recipes on the fallback.
        stated: What the rate of a finding may be at most.
        now: The time.
    """
    return FallbackTest(
        gateway=gateway,
        created=now,
        model=fallback.model,
        use=fallback.use,
        smoke=smoke,
        reruns=tuple(
            RerunOnFallback(
                finding=one.finding,
                outcome=one.outcome,
                trials=max(1, one.rate.n),
                violated=one.rate.violated,
                upper=one.rate.upper,
                stated=stated,
            )
            for one in reruns
        ),
    )


async def _missing(
    session: ClientSession,
    upstream: Upstream,
    model: str,
    dialect: Dialect,
    key: str | None,
    question: str,
    limit: ClientTimeout,
) -> str | None:
    """Ask one thing; return why there is no answer to it, or none where there is."""
    path, headers = "/chat/completions", {}
    if key is not None:
        headers["Authorization"] = f"Bearer {key}"
    if dialect is Dialect.ANTHROPIC:
        path, headers = "/messages", {"anthropic-version": "2023-06-01"}
        if key is not None:
            headers["x-api-key"] = key
    body = {
        "model": model,
        "max_tokens": _MOST_TOKENS,
        "messages": [{"role": "user", "content": question}],
    }
    try:
        async with session.post(
            upstream.url.rstrip("/") + path, json=body, headers=headers, allow_redirects=False, timeout=limit
        ) as response:
            data = b""
            async for piece in response.content.iter_any():
                data += piece
                if len(data) > _MOST_BYTES:
                    return "the answer is too large"
            if response.status != 200:
                return f"the upstream answered with {response.status}"
            return None if _text(json.loads(data), dialect) else "the answer has no text"
    except TimeoutError:
        return "no answer came in time"
    except (OSError, ClientError):
        return "the upstream cannot be reached, or it broke off"
    except ValueError:
        return "the answer is no JSON"


def _text(value: Any, dialect: Dialect) -> str:
    try:
        if dialect is Dialect.ANTHROPIC:
            return "".join(one["text"] for one in value["content"] if one["type"] == "text").strip()
        return str(value["choices"][0]["message"]["content"] or "").strip()
    except (KeyError, IndexError, TypeError):
        return ""
