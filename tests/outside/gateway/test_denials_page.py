"""The page of denials says what the official clients raise; they are asked."""

from __future__ import annotations

from typing import Any

import anthropic
import openai
import pytest

from groundstop.gateway.dialects import error_body
from groundstop.gateway.settings import Dialect
from tests.conformance.gateway.test_gateway_pages import SITUATIONS, words_in
from tests.outside.gateway.test_gateway_sdks import CASES
from tests.outside.gateway.test_words_read_by_official_clients import (
    HELLO,
    answering,
    anthropic_at,
    openai_at,
)

STATUSES = {int(row[1]): (words_in(row[6])[0], words_in(row[7])[0]) for row in SITUATIONS}
KNOWN = (
    "AuthenticationError",
    "BadRequestError",
    "InternalServerError",
    "NotFoundError",
    "PermissionDeniedError",
    "APIStatusError",
)
"""Classes that clients have had for long; newer ones raise subclasses of them."""


def class_of(error: Exception) -> str:
    return next(one.__name__ for one in type(error).__mro__ if one.__name__ in KNOWN)


@pytest.mark.parametrize("status", STATUSES)
async def test_the_clients_raise_what_the_page_says(status: int) -> None:
    def body(dialect: Dialect) -> bytes:
        return error_body(dialect, status=status, code="a_code", message="Why.", request="r-1")

    kind = "application/json"
    async with answering(body(Dialect.OPENAI), status=status, kind=kind) as url, openai_at(url) as client:
        with pytest.raises(openai.APIStatusError) as caught:
            await client.chat.completions.create(model="elm", messages=HELLO)
    async with (
        answering(body(Dialect.ANTHROPIC), status=status, kind=kind) as url,
        anthropic_at(url) as other,
    ):
        with pytest.raises(anthropic.APIStatusError) as raised:
            await other.messages.create(model="elm", max_tokens=5, messages=HELLO)
    assert (class_of(caught.value), class_of(raised.value)) == STATUSES[status]


def test_what_a_real_gateway_was_seen_to_answer_is_on_the_page() -> None:
    printed: dict[str, Any] = {words_in(row[2])[0]: row for row in SITUATIONS}
    seen = [case for case in CASES.values() if not case.code.startswith("own_")]
    for case in seen:
        row = printed[case.code]
        assert int(row[1]) == case.status
        assert words_in(row[6])[0] == case.openai.__name__
        assert words_in(row[7])[0] == case.anthropic.__name__
    assert len(seen) > 5
