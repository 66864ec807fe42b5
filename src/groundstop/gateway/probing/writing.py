"""Requests as they are written: plainly, or with a trick that must not get past a gateway.

None of the tricks carries anything but the harmless request. Each hides the name of a model, or the route,
from whoever reads requests less carefully than what answers them.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import quote

from groundstop.documents.gateway import Probe
from groundstop.gateway.probing.routes import (
    BATCHES,
    BOUNDARY,
    BY_NAME,
    STORED,
    WEIGHTS,
    ProbeRoute,
    Shape,
    stored_answer,
    upload,
)

PLAIN = "plain"
BEARER = "bearer"
"""With its token as ``Authorization: Bearer``, where others show theirs in a header of its own."""
FIRST_BYTE = "first-byte"
BYTES = "bytes"
OF_ANOTHER = "of-another"
"""About what somebody else has made, who may: their file, or their stored answer."""
_JSON = (("Content-Type", "application/json"),)
_OTHER = "groundstop-probe-no-such-model"
"""Stands where a trick names a model that is not the one that is meant."""
_UNSEEN = "\u200b"
_WIDE = 0xFEE0
"""From a letter of ASCII to the same letter in full width."""


class Written(NamedTuple):
    """A request, as it is sent."""

    method: str
    target: str
    """The path and the query, or a whole URL; not to be touched again."""
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    chunked: bool = False


def written(probe: Probe) -> Written:
    """Return the request of a probe, without its credentials."""
    if probe.route == WEIGHTS:
        headers = (("Range", "bytes=0-0"),) if probe.way == FIRST_BYTE else ()
        return Written("GET", probe.model, headers, None)
    if probe.route == BATCHES:
        # What file it is of, is known only when somebody has uploaded one.
        return Written("POST", "/v1/batches", _JSON, None)
    if probe.route == STORED:
        # As here: the id of what somebody has stored comes after it.
        return Written("GET", "/v1/responses/", (), None)
    plain = _plain(probe, BY_NAME[probe.route])
    return TRICKS.get(probe.way, _as_it_is)(plain, probe)


def batch_of(file: str) -> bytes:
    """Return the body that asks for a batch of a file."""
    return json.dumps(
        {"input_file_id": file, "endpoint": "/v1/chat/completions", "completion_window": "24h"}
    ).encode()


def stored(model: str) -> Written:
    """Return the request whose answer the upstream keeps, for somebody else to read."""
    return Written("POST", "/v1/responses", _JSON, json.dumps(stored_answer(model)).encode())


def _plain(probe: Probe, route: ProbeRoute) -> Written:
    headers = route.headers if probe.fallback else (*route.headers, ("Groundstop-Fallback", "no"))
    if route.shape is Shape.LOOK or route.body is None:
        return Written(route.method, route.path + quote(probe.model, safe="@:"), headers, None)
    if route.shape is Shape.UPLOAD:
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        return Written(route.method, route.path, (*headers, ("Content-Type", kind)), upload(probe.model))
    body = route.body(probe.model)
    if probe.stream:
        body["stream"] = True
    return Written(route.method, route.path, (*headers, *_JSON), json.dumps(body).encode())


def _as_it_is(plain: Written, _probe: Probe) -> Written:
    return plain


def _with_body(change: Callable[[str, str], str]) -> Callable[[Written, Probe], Written]:
    """Return a trick that changes the text of the body, given the model's name as JSON."""

    def trick(plain: Written, probe: Probe) -> Written:
        text = change((plain.body or b"").decode(), json.dumps(probe.model))
        return plain._replace(body=text.encode())

    return trick


def _first(member: str) -> Callable[[str, str], str]:
    """Return what puts a member before all others of the body."""
    return lambda text, name: "{" + member.replace("NAME", name) + ", " + text[1:]


def _instead(member: str) -> Callable[[str, str], str]:
    """Return what puts a member in the place of the model."""
    return lambda text, name: text.replace(f'"model": {name}', member.replace("NAME", name), 1)


def _named(change: Callable[[str], str]) -> Callable[[Written, Probe], Written]:
    """Return a trick that spells the model's name otherwise."""

    def spelled(text: str, name: str) -> str:
        other = json.dumps(change(json.loads(name)))
        return text.replace(f'"model": {name}', f'"model": {other}', 1)

    return _with_body(spelled)


def _at(change: Callable[[str], str]) -> Callable[[Written, Probe], Written]:
    """Return a trick that spells the path otherwise."""
    return lambda plain, _probe: plain._replace(target=change(plain.target))


def _headed(*headers: tuple[str, str]) -> Callable[[Written, Probe], Written]:
    """Return a trick that adds headers, or puts them in the place of others."""
    names = {name.lower() for name, _ in headers}

    def trick(plain: Written, _probe: Probe) -> Written:
        kept = tuple(one for one in plain.headers if one[0].lower() not in names)
        return plain._replace(headers=(*kept, *headers))

    return trick


def _zipped(plain: Written, probe: Probe) -> Written:
    headed = _headed(("Content-Encoding", "gzip"))(plain, probe)
    return headed._replace(body=gzip.compress(plain.body or b"", mtime=0))


def _in_utf16(plain: Written, _probe: Probe) -> Written:
    return plain._replace(body=(plain.body or b"").decode().encode("utf-16"))


def _wide(name: str) -> str:
    return "".join(chr(ord(one) + _WIDE) if "!" <= one <= "~" else one for one in name)


TRICKS: Mapping[str, Callable[[Written, Probe], Written]] = {
    "model-twice-first": _with_body(_first('"model": NAME')),
    "model-twice-last": _with_body(lambda text, name: text[:-1] + f', "model": {name}}}'),
    "model-twice-other-first": _with_body(_first(f'"model": "{_OTHER}"')),
    "model-twice-escaped": _with_body(_first(f'"mod\\u0065l": "{_OTHER}"')),
    "model-key-in-capitals": _with_body(_instead(f'"model": "{_OTHER}", "Model": NAME')),
    "model-in-a-list": _with_body(_instead('"model": [NAME]')),
    "model-nested": _with_body(_instead('"model": {"id": NAME}')),
    "model-among-models": _with_body(_instead(f'"model": "{_OTHER}", "models": [NAME]')),
    "model-as-fallback": _with_body(_instead(f'"model": "{_OTHER}", "fallbacks": [{{"model": NAME}}]')),
    "model-in-the-query": _at(lambda path: f"{path}?model={_OTHER}"),
    "name-in-capitals": _named(str.upper),
    "name-in-full-width": _named(_wide),
    "name-with-unseen": _named(lambda name: name[:1] + _UNSEEN + name[1:]),
    "name-with-space": _named(lambda name: name + " "),
    "name-percent": _named(lambda name: f"%{ord(name[0]):02x}{name[1:]}"),
    "path-percent": _at(lambda path: path.replace("/v1/", "/v1%2F", 1)),
    "path-percent-letter": _at(lambda path: path.replace("/v1/c", "/v1/%63", 1)),
    "path-double-slash": _at(lambda path: path.replace("/v1/", "/v1//", 1)),
    "path-dots": _at(lambda path: path.replace("/v1/", "/v1/x/../", 1)),
    "path-slash-at-end": _at(lambda path: path + "/"),
    "path-in-capitals": _at(str.upper),
    "body-gzip": _zipped,
    "body-utf-16": _in_utf16,
    "body-bom": lambda plain, _probe: plain._replace(body=b"\xef\xbb\xbf" + (plain.body or b"")),
    "body-as-text": _headed(("Content-Type", "text/plain")),
    "body-as-form": _headed(("Content-Type", "application/x-www-form-urlencoded")),
    "body-chunked": lambda plain, _probe: plain._replace(chunked=True),
    "method-override": _headed(("X-HTTP-Method-Override", "GET")),
    "model-in-headers": _headed(("X-Model", _OTHER), ("X-Model-Override", _OTHER)),
}
"""By name, how a request is written that has to be kept out, however odd it is."""
