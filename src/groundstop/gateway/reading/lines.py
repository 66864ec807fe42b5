"""Batches: the requests in a file or a body, and the models that their results name."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import orjson

from groundstop.gateway.reading.asking import Asking, asked_of, is_name
from groundstop.gateway.reading.body import check_values, read_json
from groundstop.gateway.reading.naming import names_in_answer, names_in_request, tidy_name
from groundstop.gateway.reading.refusing import BadRequest
from groundstop.gateway.routes import ROUTES, Kind, Matched, Route, find, is_id

MOST_REQUESTS = 100_000
"""In one batch."""
MOST_VALUES = 5_000_000
"""In all of its requests together."""

_LINE_KEYS = frozenset({"custom_id", "method", "url", "body"})
_INLINE_KEYS = frozenset({"custom_id", "params"})
_ORDER_KEYS = frozenset(
    {
        "completion_window",
        "endpoint",
        "input_file_id",
        "metadata",
        "model",
        "output_expires_after",
        "priority",
    }
)
"""What an order may hold. Some gateways take requests from elsewhere too, or keys in any case of letters."""
_RESULT_KEYS = ("model", "body", "response", "result")
_OF_BATCH = b'"custom_id"'
_MARK = b"\xef\xbb\xbf"
_MESSAGES = next(one for one in ROUTES if one.name == "messages")


class BatchLine(NamedTuple):
    """One request of a batch."""

    number: int
    """Its line, or its place among the requests, from 1."""
    custom_id: str
    route: Route
    asking: Asking


class BatchOrder(NamedTuple):
    """A batch that is ordered: where its requests stand."""

    input_file_id: str
    endpoint: Route
    """The route that each of its requests must have."""
    models: tuple[str, ...]
    """Names of models in the order itself; mostly none."""


class InResults(NamedTuple):
    """What lines of results name."""

    models: frozenset[str]
    unreadable: int
    """Lines of which nothing can be read."""
    of_batch: bool
    """Whether they seem to be of a batch, so that a line that cannot be read may be an answer of a model."""


def order_of(body: Mapping[str, Any]) -> BatchOrder:
    """Return which batch is ordered (route ``batches``).

    Args:
        body: As it was read.

    Raises:
        BadRequest: It names no file, or an endpoint that is not one of ours; or something stands beside them.
    """
    if not body.keys() <= _ORDER_KEYS:
        message = "The order of a batch holds something that is not known here: leave it out"
        raise BadRequest(400, "invalid_batch", message)
    file = body.get("input_file_id")
    if not isinstance(file, str) or not is_id(file):
        raise BadRequest(400, "invalid_batch", "input_file_id is no id of a file", "input_file_id")
    endpoint = _endpoint(body.get("endpoint"))
    if endpoint is None:
        message = "endpoint is no route here that takes a model"
        raise BadRequest(400, "invalid_batch", message, "endpoint")
    models = tuple(dict.fromkeys(one.name for one in names_in_request(body)))
    if not all(map(is_name, models)):
        raise BadRequest(400, "invalid_model", "The batch has a name of a model that is none", "model")
    return BatchOrder(file, endpoint, models)


def batch_lines(data: bytes, endpoint: Route | None = None) -> Iterator[BatchLine]:
    """Return the requests of a batch file of the OpenAI dialect, one after the other.

    Args:
        data: The file.
        endpoint: The route that each of them must have; none for any that takes a model.

    Raises:
        BadRequest: A line cannot be read, with its number; or there are none, or too many.
    """
    check_values(data, MOST_VALUES)
    count = 0
    for number, line in _lines(data):
        count += 1
        if count > MOST_REQUESTS:
            raise BadRequest(400, "invalid_batch", f"The batch has more than {MOST_REQUESTS:,} requests")
        try:
            yield _line(number, line, endpoint)
        except BadRequest as error:
            raise _at(f"line {number}", error) from error
    if not count:
        raise BadRequest(400, "invalid_batch", "The batch has no requests")


def read_batch(data: bytes, endpoint: Route | None = None) -> list[BatchLine]:
    """Return all of :func:`batch_lines`, once every one of them was read."""
    return list(batch_lines(data, endpoint))


def written_batch(lines: Iterable[BatchLine]) -> bytes:
    """Return the batch file that goes to an upstream: what was read, and nothing else.

    Args:
        lines: The requests.
    """
    return b"".join(
        orjson.dumps(
            {"custom_id": one.custom_id, "method": "POST", "url": one.route.path, "body": one.asking.body},
            option=orjson.OPT_APPEND_NEWLINE,
        )
        for one in lines
    )


def read_inline(body: Mapping[str, Any]) -> list[BatchLine]:
    """Return the requests of a message batch of the Anthropic dialect.

    Args:
        body: As it was read.

    Raises:
        BadRequest: One of them cannot be read, with its number; or something stands beside them.
    """
    requests = body.get("requests")
    if not isinstance(requests, list) or not 0 < len(requests) <= MOST_REQUESTS:
        message = f"requests is no list of 1 to {MOST_REQUESTS:,} requests"
        raise BadRequest(400, "invalid_batch", message, "requests")
    if body.keys() != {"requests"}:
        raise BadRequest(400, "invalid_batch", "A batch has its requests, and nothing beside them")
    read = []
    for number, one in enumerate(requests, 1):
        try:
            custom_id = _object_of(one, _INLINE_KEYS)
            params = one.get("params")
            if not isinstance(params, dict):
                raise BadRequest(400, "invalid_batch", "params is no object", "params")
            read.append(BatchLine(number, custom_id, _MESSAGES, asked_of(Matched(_MESSAGES), params)))
        except BadRequest as error:
            raise _at(f"request {number}", error) from error
    return read


def models_in_results(data: bytes) -> InResults:
    """Return the models that lines name: of results, or of requests.

    Args:
        data: Lines of JSON. It is never refused; lines that cannot be read are counted.
    """
    models: set[str] = set()
    unreadable = 0
    for line in data.removeprefix(_MARK).split(b"\n"):
        if not line.strip():
            continue
        try:
            value = _result(line)
        except (ValueError, RecursionError):
            unreadable += 1
        else:
            models.update(_models_in_result(value))
    if unreadable:
        # One value may stand on several lines.
        with suppress(ValueError, RecursionError):
            models.update(_models_in_result(_result(data.removeprefix(_MARK))))
            unreadable = 0
    return InResults(frozenset(models), unreadable, _OF_BATCH in data)


def _result(data: bytes) -> object:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        # Some upstreams write what is no JSON, such as NaN, and clients read it all the same.
        return json.loads(str(data, "utf-8"))


def _models_in_result(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            if isinstance(one, dict):
                yield from _models_in_result(one)
    elif isinstance(value, dict):
        # Other files are their owners' own: what is deep in them names no model of ours.
        part = value if "custom_id" in value else {key: value.get(key) for key in _RESULT_KEYS}
        yield from filter(None, (tidy_name(one.name) for one in names_in_answer(part)))


def _lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    begin, number = 0, 0
    while begin < len(data):
        end = data.find(b"\n", begin)
        end = len(data) if end < 0 else end
        line = data[begin:end].removesuffix(b"\r")
        begin, number = end + 1, number + 1
        if line.strip(b" \t"):
            yield number, line


def _line(number: int, line: bytes, endpoint: Route | None) -> BatchLine:
    if b"\r" in line:
        # Other readers may end a line there.
        raise BadRequest(400, "invalid_batch", "A carriage return stands in the middle")
    value = read_json(line)
    custom_id = _object_of(value, _LINE_KEYS)
    if value.get("method") != "POST":
        raise BadRequest(400, "invalid_batch", "method is not POST", "method")
    route = _endpoint(value.get("url"))
    if route is None or (endpoint is not None and route is not endpoint):
        message = "url is not the batch's endpoint, or no route here that takes a model"
        raise BadRequest(400, "invalid_batch", message, "url")
    body = value.get("body")
    if not isinstance(body, dict):
        raise BadRequest(400, "invalid_batch", "body is no object", "body")
    return BatchLine(number, custom_id, route, asked_of(Matched(route), body))


def _object_of(value: object, keys: frozenset[str]) -> str:
    if not isinstance(value, dict) or not value.keys() <= keys:
        raise BadRequest(400, "invalid_batch", f"It is no object with {', '.join(sorted(keys))} alone")
    custom_id = value.get("custom_id")
    if not isinstance(custom_id, str) or not 0 < len(custom_id) <= 512:
        raise BadRequest(400, "invalid_batch", "custom_id is no text of 1 to 512 characters", "custom_id")
    return custom_id


def _endpoint(url: object) -> Route | None:
    matched = find("POST", url, {}) if isinstance(url, str) and "?" not in url else None
    if isinstance(matched, Matched) and matched.route.kind is Kind.ASK and not matched.ids:
        return matched.route
    return None


def _at(place: str, error: BadRequest) -> BadRequest:
    return BadRequest(error.status, error.code, f"In {place} of the batch: {error.message}", error.param)
