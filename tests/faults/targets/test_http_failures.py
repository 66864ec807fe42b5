"""What users are told when an endpoint fails: the right kind, one sentence, a hint, and no secrets."""

from __future__ import annotations

import asyncio
import gzip
import socket
import traceback
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web

from groundstop.errors import ExitCode
from groundstop.targets import CallFailure, FailureKind
from groundstop.targets import http as http_module
from tests.unit.targets.endpoints import (
    GOOD_ANTHROPIC,
    GOOD_OPENAI,
    KEY,
    PROMPT,
    Answer,
    a_request,
    always,
    anthropic_target,
    endpoint,
    error,
    one_after_another,
    openai_target,
)


async def _failure(answer: Answer, *, key: str | None = KEY, path: str = "") -> CallFailure:
    async with endpoint(answer) as server, openai_target(server.url + path, key) as target:
        with pytest.raises(CallFailure) as caught:
            await target.ask(a_request())
    return _without_secrets(caught.value)


def _without_secrets(failure: CallFailure) -> CallFailure:
    shown = "".join(traceback.format_exception(failure))
    told = (str(failure), repr(failure), failure.message, failure.hint, shown, str(failure.as_error()))
    for text in told:
        assert KEY not in text
        assert PROMPT not in text
    assert "\n" not in failure.message
    assert failure.message.startswith("example ")
    assert not failure.message.endswith(".")
    assert failure.hint
    assert not failure.hint.endswith(".")
    return failure


async def _cut_off(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "5000", "Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(b'{"choices": [')
    assert request.transport is not None
    request.transport.close()
    return response


async def _cut_off_before(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def _broken_gzip(request: web.Request) -> web.StreamResponse:
    return web.Response(body=b"not packed at all", headers={"Content-Encoding": "gzip"})


def _message(content: object) -> dict[str, object]:
    return {"choices": [{"message": content}]}


USERS_PART, GONE = ExitCode.USAGE, ExitCode.UNREACHABLE
FAILURES: dict[str, tuple[Answer, FailureKind, ExitCode, str]] = {
    "a refused key": (error(401, "invalid_api_key"), FailureKind.KEY_REFUSED, USERS_PART, "refused the key"),
    "a forbidden key": (error(403), FailureKind.KEY_REFUSED, USERS_PART, "refused the key"),
    "no credit": (error(429, "insufficient_quota"), FailureKind.KEY_REFUSED, USERS_PART, "no credit"),
    "payment required": (error(402), FailureKind.KEY_REFUSED, USERS_PART, "no credit"),
    "an unknown model, by its code": (
        error(404, "model_not_found"),
        FailureKind.MODEL_NOT_FOUND,
        USERS_PART,
        "does not know the model",
    ),
    "an unknown model, as a bad request": (
        error(400, "model_not_found"),
        FailureKind.MODEL_NOT_FOUND,
        USERS_PART,
        "does not know the model",
    ),
    "an unknown model, by its text": (
        error(404, message="The model does not exist"),
        FailureKind.MODEL_NOT_FOUND,
        USERS_PART,
        "the model",
    ),
    "an unknown model, without an error object": (
        always({"object": "error", "message": "no such model", "code": 404}, status=404),
        FailureKind.MODEL_NOT_FOUND,
        USERS_PART,
        "the model",
    ),
    "an unknown model, as a text": (
        always({"error": "model 'example' not found"}, status=404),
        FailureKind.MODEL_NOT_FOUND,
        USERS_PART,
        "the model",
    ),
    "a wrong path": (always(b"nothing", status=404), FailureKind.WRONG_ADDRESS, USERS_PART, "has nothing at"),
    "a wrong path, as JSON": (
        always({"detail": "Not Found"}, status=404),
        FailureKind.WRONG_ADDRESS,
        USERS_PART,
        "has nothing at",
    ),
    "a wrong method": (always(b"", status=405), FailureKind.WRONG_ADDRESS, USERS_PART, "has nothing at"),
    "a bad request": (error(400, "invalid_value"), FailureKind.REQUEST_REFUSED, USERS_PART, "invalid_value"),
    "a request too large": (error(413), FailureKind.REQUEST_REFUSED, USERS_PART, "refused the request"),
    "a full server": (error(429), FailureKind.RATE_LIMITED, GONE, "slow down"),
    "a failing server": (error(500), FailureKind.SERVER_ERROR, GONE, "failed (HTTP 500"),
    "an overloaded server": (error(529), FailureKind.SERVER_ERROR, GONE, "failed (HTTP 529"),
    "a slow request": (error(408), FailureKind.SERVER_ERROR, GONE, "failed (HTTP 408"),
    "rubbish": (always(b"\xff\x00rubbish"), FailureKind.BAD_REPLY, GONE, "not a JSON object"),
    "a JSON list": (always([1, 2]), FailureKind.BAD_REPLY, GONE, "not a JSON object"),
    "nothing at all": (always(b""), FailureKind.BAD_REPLY, GONE, "not a JSON object"),
    "no content": (always(b"", status=204), FailureKind.BAD_REPLY, GONE, "not a JSON object"),
    "nested too deep": (always(b"[" * 200_000), FailureKind.BAD_REPLY, GONE, "not a JSON object"),
    "a number too long": (
        always(b'{"choices": ' + b"1" * 5000 + b"}"),
        FailureKind.BAD_REPLY,
        GONE,
        "not a JSON object",
    ),
    "a web page": (always(b"\n<!doctype html>"), FailureKind.BAD_REPLY, GONE, "a web page"),
    "an error as a success": (
        always({"error": {"code": 429}}),
        FailureKind.BAD_REPLY,
        GONE,
        "holds no answer",
    ),
    "no choices": (always({"choices": []}), FailureKind.BAD_REPLY, GONE, "holds no answer"),
    "choices of no shape": (always({"choices": "text"}), FailureKind.BAD_REPLY, GONE, "holds no answer"),
    "a choice that is a list": (always({"choices": [[1]]}), FailureKind.BAD_REPLY, GONE, "holds no answer"),
    "a message that is a text": (always(_message("hello")), FailureKind.BAD_REPLY, GONE, "holds no answer"),
    "a content that is a number": (
        always(_message({"content": 7})),
        FailureKind.BAD_REPLY,
        GONE,
        "holds no answer",
    ),
    "a content in parts": (
        always(_message({"content": [{"type": "text"}]})),
        FailureKind.BAD_REPLY,
        GONE,
        "holds no answer",
    ),
    "cut off in the middle": (_cut_off, FailureKind.BAD_REPLY, GONE, "broke off"),
    "cut off before": (_cut_off_before, FailureKind.BAD_REPLY, GONE, "broke off"),
    "a broken compression": (_broken_gzip, FailureKind.BAD_REPLY, GONE, "broke off"),
}


@pytest.mark.parametrize("name", FAILURES)
async def test_each_failure_has_its_kind_its_sentence_and_its_exit_code(name: str) -> None:
    answer, kind, code, says = FAILURES[name]
    failure = await _failure(answer)
    assert failure.kind is kind
    assert says in failure.message
    assert failure.as_error().exit_code is code
    assert failure.retryable is (code is GONE)


async def test_a_missing_key_is_told_from_a_refused_one() -> None:
    failure = await _failure(error(401, "missing_key"), key=None)
    assert failure.kind is FailureKind.KEY_REFUSED
    assert failure.message == "example wants a key, and none was sent (HTTP 401, missing_key)"


@pytest.mark.parametrize("code", [KEY, f"bad-{KEY}", "prompt", "sesame"])
async def test_a_code_that_repeats_the_key_or_the_prompt_is_left_out(code: str) -> None:
    failure = await _failure(error(400, code, param=code))
    assert failure.message == "example refused the request (HTTP 400)"


async def test_a_parameter_that_is_refused_is_named() -> None:
    failure = await _failure(error(400, "unsupported_value", param="temperature"))
    assert failure.message == "example refused the request (HTTP 400, unsupported_value, temperature)"


async def test_an_endpoint_that_is_down_is_unreachable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        async with openai_target(f"http://127.0.0.1:{port}/v1") as target:
            with pytest.raises(CallFailure) as caught:
                await target.ask(a_request())
    failure = _without_secrets(caught.value)
    assert failure.kind is FailureKind.UNREACHABLE
    assert f"cannot be reached at http://127.0.0.1:{port}/v1/chat/completions" in failure.message
    assert failure.as_error().exit_code is ExitCode.UNREACHABLE


async def test_a_host_that_does_not_exist_is_unreachable() -> None:
    async with openai_target("http://nowhere.invalid/v1") as target:
        with pytest.raises(CallFailure) as caught:
            await target.ask(a_request())
    assert _without_secrets(caught.value).kind is FailureKind.UNREACHABLE


async def test_a_server_that_speaks_no_http_gives_a_bad_reply() -> None:
    async def speak(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, openai_target(f"http://127.0.0.1:{port}/v1") as target:
        with pytest.raises(CallFailure) as caught:
            await target.ask(a_request())
    assert _without_secrets(caught.value).kind is FailureKind.BAD_REPLY


async def test_https_to_a_server_without_it_is_unreachable() -> None:
    async with (
        endpoint(always(GOOD_OPENAI)) as server,
        openai_target(server.url.replace("http:", "https:")) as target,
    ):
        with pytest.raises(CallFailure) as caught:
            await target.ask(a_request())
    assert _without_secrets(caught.value).kind is FailureKind.UNREACHABLE


async def test_a_body_that_is_too_large_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_module, "MAX_BODY_BYTES", 100_000)
    sent = 0

    async def flood(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            for _ in range(10_000):
                await response.write(b" " * 65_536)
                sent += 65_536
        except ConnectionResetError:
            pass
        return response

    failure = await _failure(flood)
    assert failure.kind is FailureKind.BAD_REPLY
    assert "sent more than 100,000 bytes" in failure.message
    assert sent < 10_000 * 65_536


async def test_a_body_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_module, "MAX_BODY_BYTES", 100_000)
    bomb = always(gzip.compress(b" " * 5_000_000), headers={"Content-Encoding": "gzip"})
    assert "sent more than" in (await _failure(bomb)).message


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed_and_the_key_stays_at_home(status: int) -> None:
    async with endpoint(always(GOOD_OPENAI)) as other:
        failure = await _failure(always(b"", status=status, headers={"Location": f"{other.url}/elsewhere"}))
        assert failure.kind is FailureKind.WRONG_ADDRESS
        assert "redirects" in failure.message
        assert failure.as_error().exit_code is ExitCode.USAGE
        assert other.headers == []


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ("7", 7, 7),
        ("0", 0, 0),
        ("-3", 0, 0),
        (format_datetime(datetime.now(UTC) + timedelta(hours=24), usegmt=True), 80_000, 86_401),
        (format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True), 0, 0),
    ],
    # A day ahead, since the tests are collected long before this one is run.
    # Not by what is said: two workers that collect the tests at different seconds would not agree.
    ids=["seconds", "none", "less-than-none", "a-date-to-come", "a-date-gone-by"],
)
async def test_retry_after_is_read_in_seconds_and_as_a_date(said: str, least: float, most: float) -> None:
    failure = await _failure(always({}, status=429, headers={"Retry-After": said}))
    assert failure.retry_after_s is not None
    assert least <= failure.retry_after_s <= most


@pytest.mark.parametrize("said", ["soon", "", "Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "1 2 3"])
async def test_a_retry_after_that_says_nothing_usable_is_none(said: str) -> None:
    failure = await _failure(always({}, status=429, headers={"Retry-After": said}))
    assert failure.retry_after_s is None


@pytest.mark.parametrize("code", ["content_filter", "content_policy_violation"])
async def test_a_providers_filter_that_answers_with_an_error_is_a_blocked_answer(code: str) -> None:
    async with endpoint(error(400, code)) as server, openai_target(server.url) as target:
        reply = await target.ask(a_request())
    assert (reply.text, reply.finish) == ("", "content_filter")


async def test_an_empty_answer_is_an_answer() -> None:
    async with endpoint(always(_message({"content": None}))) as server, openai_target(server.url) as target:
        reply = await target.ask(a_request())
    assert (reply.text, reply.finish, reply.served_model) == ("", None, None)


async def test_a_refusal_field_is_the_answer() -> None:
    message = {"content": None, "refusal": "I cannot do that."}
    async with endpoint(always(_message(message))) as server, openai_target(server.url) as target:
        assert (await target.ask(a_request())).text == "I cannot do that."


async def test_what_cannot_go_on_record_is_left_out_or_mended() -> None:
    hostile = {
        **GOOD_OPENAI,
        "id": "\x1b[2J",
        "model": "\ud800",
        "system_fingerprint": "x" * 5000,
        "choices": [{"message": {"content": "half \ud83d a sign"}, "finish_reason": {"a": 1}}],
        "usage": {"prompt_tokens": 10**40, "completion_tokens": -1},
    }
    async with endpoint(always(hostile)) as server, openai_target(server.url) as target:
        reply = await target.ask(a_request())
    assert reply.text == "half \ufffd a sign"
    assert (reply.served_model, reply.fingerprint, reply.request_id, reply.finish) == (None,) * 4
    assert reply.usage.prompt_tokens is None
    assert reply.usage.completion_tokens is None


async def test_a_good_answer_is_read_whole() -> None:
    async with endpoint(always(GOOD_OPENAI)) as server, openai_target(server.url) as target:
        reply = await target.ask(a_request())
    assert (reply.text, reply.finish, reply.served_model) == ("Hello.", "stop", "example-model-2026")
    assert (reply.fingerprint, reply.request_id) == ("fp-1", "chat-1")
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (12, 3)
    assert server.headers[0]["Authorization"] == f"Bearer {KEY}"
    assert server.bodies[0] == {
        "model": "example-model",
        "messages": [{"role": "user", "content": PROMPT}],
        "temperature": 0.7,
        "max_tokens": 40,
        "seed": 7,
    }


async def test_a_closed_target_can_be_closed_again_and_asked_again() -> None:
    async with endpoint(always(GOOD_OPENAI)) as server, openai_target(server.url) as target:
        await target.close()
        await target.close()
        assert (await target.ask(a_request())).text == "Hello."


async def test_the_other_dialect_is_read_whole() -> None:
    answer = always(GOOD_ANTHROPIC, headers={"request-id": "req-1"})
    async with endpoint(answer) as server, anthropic_target(server.url) as target:
        reply = await target.ask(a_request())
    assert (reply.text, reply.finish, reply.request_id) == ("Hello.", "end_turn", "req-1")
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (12, 3)
    assert server.headers[0]["x-api-key"] == KEY
    assert "Authorization" not in server.headers[0]
    assert server.bodies[0] == {
        "model": "example-model",
        "max_tokens": 40,
        "temperature": 0.7,
        "messages": [{"role": "user", "content": PROMPT}],
    }


async def test_a_refusal_of_the_other_dialect_is_a_blocked_answer() -> None:
    refused = {**GOOD_ANTHROPIC, "content": [], "stop_reason": "refusal"}
    async with endpoint(always(refused)) as server, anthropic_target(server.url) as target:
        reply = await target.ask(a_request())
    assert (reply.text, reply.finish) == ("", "content_filter")


@pytest.mark.parametrize(
    "body",
    [
        GOOD_OPENAI,
        {},
        {"content": {}},
        {"content": ""},
        {"content": [{"type": "text", "text": 5}]},
        {"content": [3]},
    ],
)
async def test_the_other_dialect_refuses_what_holds_no_answer(body: object) -> None:
    async with endpoint(always(body)) as server, anthropic_target(server.url) as target:
        with pytest.raises(CallFailure) as caught:
            await target.ask(a_request())
    assert _without_secrets(caught.value).kind is FailureKind.BAD_REPLY


async def test_the_other_dialects_unknown_model_is_told() -> None:
    unknown = {"type": "error", "error": {"type": "not_found_error", "message": "model: example-model"}}
    async with endpoint(always(unknown, status=404)) as server, anthropic_target(server.url) as target:
        with pytest.raises(CallFailure) as caught:
            await target.ask(a_request())
    assert _without_secrets(caught.value).kind is FailureKind.MODEL_NOT_FOUND


async def test_a_parameter_that_a_model_does_not_take_is_sent_in_its_other_form_from_then_on() -> None:
    answers = one_after_another(
        error(400, "unsupported_parameter", "max_tokens"),
        error(400, "unsupported_parameter", "seed"),
        always(GOOD_OPENAI),
    )
    async with endpoint(answers) as server, openai_target(server.url) as target:
        for _ in range(2):
            with pytest.raises(CallFailure) as caught:
                await target.ask(a_request())
            assert _without_secrets(caught.value).kind is FailureKind.FORM_CHANGED
        for _ in range(2):
            await target.ask(a_request())
    assert server.bodies[1]["max_completion_tokens"] == 40
    assert "max_tokens" not in server.bodies[1]
    for body in server.bodies[2:]:
        assert "seed" not in body
        assert body["max_completion_tokens"] == 40


async def test_each_parameter_changes_its_form_once() -> None:
    answer = error(400, "unsupported_parameter", "seed")
    kinds = []
    async with endpoint(answer) as server, openai_target(server.url) as target:
        for _ in range(3):
            with pytest.raises(CallFailure) as caught:
                await target.ask(a_request())
            kinds.append(caught.value.kind)
    assert kinds == [FailureKind.FORM_CHANGED, FailureKind.REQUEST_REFUSED, FailureKind.REQUEST_REFUSED]


async def test_a_value_out_of_range_does_not_change_the_form() -> None:
    failure = await _failure(error(400, "integer_above_max_value", "max_tokens"))
    assert failure.kind is FailureKind.REQUEST_REFUSED


async def test_calls_in_flight_when_the_form_changes_are_all_asked_to_go_again() -> None:
    async def picky(request: web.Request) -> web.StreamResponse:
        if "max_tokens" in await request.json():
            return await error(400, "unsupported_parameter", "max_tokens")(request)
        return web.json_response(GOOD_OPENAI)

    async with endpoint(picky) as server, openai_target(server.url) as target:
        first = await asyncio.gather(*(target.ask(a_request()) for _ in range(5)), return_exceptions=True)
        assert {one.kind for one in first if isinstance(one, CallFailure)} == {FailureKind.FORM_CHANGED}
        assert len(first) == 5
        assert (await target.ask(a_request())).text == "Hello."
