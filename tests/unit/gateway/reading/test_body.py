from __future__ import annotations

import json
import pickle

import pytest

from groundstop.gateway.reading import BadRequest, read_json, written
from groundstop.gateway.reading.body import MAX_DEPTH, check_values


def refused(data: bytes) -> BadRequest:
    with pytest.raises(BadRequest) as caught:
        read_json(data)
    assert caught.value.status == 400
    return caught.value


def test_an_object_is_read_and_written_the_same() -> None:
    value = {"model": "elm", "n": 3, "t": 0.25, "x": None, "b": [True, {"ü": "Grüße 💡\n"}], "big": 2**64 - 1}
    assert read_json(json.dumps(value).encode()) == value
    assert json.loads(written(value)) == value


@pytest.mark.parametrize(
    "text",
    [
        '{"model":"elm","model":"alder"}',
        '{"model":"elm","mod\\u0065l":"alder"}',
        '{"model":"elm","tools":[{"a":1,"\\u0061":2}]}',
        '{"model":"elm","model":"elm"}',
    ],
)
def test_a_key_that_stands_twice_is_refused_however_it_is_spelled(text: str) -> None:
    assert refused(text.encode()).code == "duplicate_key"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "The body is not JSON: Expecting value at line 1, column 1"),
        (b"\xef\xbb\xbf{}", "The body is not JSON: Expecting value at line 1, column 1"),
        ('{"model":"elm"}'.encode("utf-16"), "The body is not UTF-8"),
        (b'{"model":"\xff"}', "The body is not UTF-8"),
        (b'{"model":"\xed\xa0\x80"}', "The body is not UTF-8"),
        (b'[{"model":"elm"}]', "The body is JSON, and no object"),
        (b'"elm"', "The body is JSON, and no object"),
        (b'{"model":"elm"} {}', "The body is not JSON: Extra data at line 1, column 17"),
        (b'{"model":"elm",}', "The body is not JSON"),
        (b"{'model':'elm'}", "The body is not JSON"),
        (b'{"model":"e\nlm"}', "The body is not JSON: Invalid control character at"),
        (b'{"a":NaN}', "NaN in the body is no JSON number"),
        (b'{"a":-Infinity}', "-Infinity in the body is no JSON number"),
        (b'{"a":1e400}', "A number in the body is too large or too long"),
        (b'{"a":0.' + b"1" * 100 + b"}", "A number in the body is too large or too long"),
        (b'{"a":18446744073709551616}', "A number in the body does not fit into 64 bits"),
        (b'{"a":-9223372036854775809}', "A number in the body does not fit into 64 bits"),
        (b'{"a":' + b"9" * 5000 + b"}", "A number in the body does not fit into 64 bits"),
        (b'{"a":01}', "The body is not JSON"),
        (b'{"a":"\\ud800"}', "A text in the body holds half a surrogate pair"),
        (b'{"\\uDC00":1}', "A text in the body holds half a surrogate pair"),
        (b'{"a":"\\udc00\\ud800"}', "A text in the body holds half a surrogate pair"),
        (b'{"model\\u0000":1}', "A key in the body has control characters"),
        (b'{"a":[{"model\\n":1}]}', "A key in the body has control characters"),
        (b"[" * 100_000, "The body nests lists and objects more than 64 deep"),
        (b'{"a":' * 100_000, "The body nests lists and objects more than 64 deep"),
    ],
)
def test_what_other_readers_may_read_otherwise_is_refused(data: bytes, message: str) -> None:
    assert refused(data).message.startswith(message)


def test_depth_has_a_bound() -> None:
    def nested(depth: int) -> bytes:
        return b'{"a":' * depth + b"1" + b"}" * depth

    assert read_json(nested(MAX_DEPTH))
    refused(nested(MAX_DEPTH + 1))
    many = b'{"a":[' + b"[]," * 200 + b"[]]}"
    assert len(read_json(many)["a"]) == 201


def test_whole_pairs_and_controls_in_texts_are_read() -> None:
    assert read_json(b'{"a":"\\ud83d\\udca1","b":"a\\u0000\\n"}') == {"a": "💡", "b": "a\x00\n"}


def test_no_value_is_quoted() -> None:
    for data in (b'{"model":"secret word"', b'{"a":"secret word\n"}', b'{"a":"secret word\\q"}'):
        assert "secret" not in refused(data).message


def test_a_refusal_goes_from_one_process_to_another() -> None:
    error = BadRequest(400, "invalid_model", "model is not a text", "model")
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (copy.status, copy.code, copy.message, copy.param) == (
        400,
        "invalid_model",
        error.message,
        "model",
    )


@pytest.mark.parametrize(
    ("data", "fine"),
    [
        (b'{"a":[1,2,3]}', True),
        (b'{"a":[1,2,3,4]}', False),
        (b'{"a":",,,,,[[[[{{{{"}', True),
        (b'{"a":",,,,\\",,,,","b":1}', True),
        (b'{"a":"\\\\",1,2,3,4}', False),
        (b'{"a":",,,,,,,,', True),
        (b'{"a":"x\\', True),
        (b"[[[[[[[[[[", False),
    ],
)
def test_values_have_a_bound_and_what_stands_in_texts_is_none(data: bytes, fine: bool) -> None:
    if fine:
        check_values(data, 4)
    else:
        with pytest.raises(BadRequest) as caught:
            check_values(data, 4)
        assert (caught.value.status, caught.value.code) == (413, "too_many_values")
