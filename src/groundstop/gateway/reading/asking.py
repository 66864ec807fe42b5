"""What a JSON body asks: of which model, of which others besides, and in which words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from groundstop.gateway.reading.naming import names_in_request
from groundstop.gateway.reading.refusing import BadRequest
from groundstop.gateway.routes import Kind, Matched

MOST_NAMES = 64
"""Of models in one request."""

_NAME = re.compile(r"[!-)+->@-~]{1,256}")
"""Printable ASCII without spaces; neither ``*`` nor ``?``, which no model has in its name."""
_TOLD = ("system", "instructions", "messages", "prompt", "input", "suffix", "prediction", "tools")
"""Keys under which stands what a model is told."""
_UNTOLD = frozenset({"model", "models", "engine", "fallbacks", "metadata", "user", "safety_identifier"})
"""Keys of which a model is told nothing. Whatever else is in a body it may be told, such as a schema."""
_KNOWN = frozenset({"model", "models", "stream", "fallbacks", "engine", "requests", *_TOLD})
_NO_TEXT = frozenset({"type", "role", "id", "call_id", "tool_call_id", "tool_use_id", "media_type"})
_CODED = frozenset({"data", "file_data", "image_url", "url", "signature", "encrypted_content"})
"""Keys of what is no text: pictures, files, and what only the upstream can read."""

_KEPT = ("file_ids", "vector_store_ids")
_OPAQUE = frozenset(
    {"file", "image", "image_url", "input_audio", "input_file", "input_image", "item_reference", "url"}
)
"""Kinds of what is no text."""


class Asking(NamedTuple):
    """What is asked."""

    model: str
    others: tuple[str, ...]
    """Every other name of a model in the body, each once."""
    stream: bool
    body: Mapping[str, Any]

    @property
    def names(self) -> tuple[str, ...]:
        """The model, and every other."""
        return (self.model, *self.others)

    def texts(self) -> Iterator[str]:
        """Return the texts that a guard looks at: everything that the model is told, piece by piece."""
        for key in _TOLD:
            if key in self.body:
                yield from _texts(self.body[key])
        for key, value in self.body.items():
            if key not in _TOLD and key not in _UNTOLD:
                yield from _texts({key: value})

    def opaque(self) -> bool:
        """Return whether the model is told something that is no text, which a guard cannot look at.

        These are numbers of tokens, pictures and files; and what the upstream keeps and is only referred to.
        """
        if any(self.body.get(key) is not None for key in ("previous_response_id", "conversation")):
            return True
        prompt = self.body.get("prompt")
        if isinstance(prompt, dict) or _kept(self.body.get("tools")):
            return True
        return any(_opaque(self.body.get(key)) for key in _TOLD if key != "tools")


def asked_of(matched: Matched, body: Mapping[str, Any]) -> Asking:
    """Return what a body asks.

    Args:
        matched: The route, of the kind ``ask`` or ``fixed``.
        body: As :func:`~groundstop.gateway.reading.body.read_json` gave it.

    Raises:
        BadRequest: It names no model; a name is none; or a key is spelled in a way that another reader may
            take for ``model``.
    """
    route = matched.route
    for key in body:
        if key not in _KNOWN and _folded(key) in _KNOWN:
            told = f"A key of the body is another spelling of {_folded(key)}"
            raise BadRequest(400, "misspelled_key", told, _folded(key))
    fixed = route.always if route.kind is Kind.FIXED else None
    model = fixed or _model(body)
    stream = body.get("stream")
    if stream is not None and not isinstance(stream, bool):
        raise BadRequest(400, "invalid_stream", "stream is neither true nor false", "stream")
    if stream and not route.streams:
        raise BadRequest(400, "invalid_stream", "This route gives no stream", "stream")
    return Asking(model, _others(body, model), stream is True, body)


def is_name(text: str) -> bool:
    """Return whether a text can be the name of a model in a request."""
    return _NAME.fullmatch(text) is not None


def _model(body: Mapping[str, Any]) -> str:
    model = body.get("model")
    if model is None:
        raise BadRequest(400, "model_missing", "The body names no model", "model")
    if not isinstance(model, str):
        raise BadRequest(400, "invalid_model", "model is not a text", "model")
    if not is_name(model):
        raise _no_name("model")
    return model


def _others(body: Mapping[str, Any], model: str) -> tuple[str, ...]:
    found = names_in_request(body)
    if len(found) == 1 and found[0].name == model and "," not in model:
        return ()
    names: dict[str, None] = {}
    for one in found:
        if not is_name(one.name):
            raise _no_name(one.key if is_name(one.key) and len(one.key) <= 64 else "body")
        names[one.name] = None
        if "," in one.name:
            # Some gateways take it for several models, and ask each.
            names.update(dict.fromkeys(filter(None, one.name.split(","))))
    names.pop(model, None)
    if len(names) >= MOST_NAMES:
        raise BadRequest(400, "too_many_models", f"The body names more than {MOST_NAMES} models")
    return tuple(names)


def _no_name(where: str) -> BadRequest:
    message = f"{where} is no name of a model: 1 to 256 letters, digits and signs of ASCII, without spaces"
    return BadRequest(400, "invalid_model", message, where)


def _folded(key: str) -> str:
    # A reader may ignore case, width, and whatever is not seen.
    if key.isascii() and key.isidentifier():
        return key.lower().strip("_")
    plain = unicodedata.normalize("NFKC", key[:64]).casefold()
    return "".join(one for one in plain if one.isalnum() or one == "_").strip("_")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        as_text = value.get("type") == "text"
        for key, one in value.items():
            if _is_worded(key):
                yield key
            if isinstance(one, str) and (
                (key in _NO_TEXT and not _is_worded(one)) or (key in _CODED and not as_text)
            ):
                continue
            yield from _texts(one)


def _kept(value: object) -> bool:
    """Tell whether tools look into what the upstream keeps."""
    if isinstance(value, list):
        return any(map(_kept, value))
    if isinstance(value, dict):
        return any(value.get(key) for key in _KEPT) or any(map(_kept, value.values()))
    return False


def _is_worded(text: str) -> bool:
    """Tell whether something is worded like a sentence where mostly names stand."""
    return " " in text.strip()


def _opaque(value: object) -> bool:
    if isinstance(value, list):
        return any(isinstance(one, int) or _opaque(one) for one in value)
    if isinstance(value, dict):
        kind = value.get("type")
        if "file_id" in value or any(isinstance(value.get(key), str) for key in ("data", "file_data")):
            return kind != "text"
        if (isinstance(kind, str) and kind in _OPAQUE) or isinstance(value.get("file_url"), str):
            return True
        return any(_opaque(one) for one in value.values() if isinstance(one, (dict, list)))
    return False
