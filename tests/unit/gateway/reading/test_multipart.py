from __future__ import annotations

import email
import email.policy

import aiohttp
import pytest

from groundstop.gateway.reading import BadRequest, Upload, read_upload, written_upload

FORM = "multipart/form-data; boundary=abc"
FILE = 'Content-Disposition: form-data; name="file"; filename="a.jsonl"\r\nContent-Type: application/jsonl'
PURPOSE = 'Content-Disposition: form-data; name="purpose"'


def form(*parts: tuple[str, str], begin: str = "", end: str = "--abc--\r\n") -> bytes:
    written = "".join(f"--abc\r\n{head}\r\n\r\n{value}\r\n" for head, value in parts)
    return f"{begin}{written}{end}".encode()


def refused(data: bytes, content_type: str = FORM) -> BadRequest:
    with pytest.raises(BadRequest) as caught:
        read_upload(data, content_type)
    return caught.value


def test_a_file_and_its_purpose_are_read() -> None:
    data = form(
        (PURPOSE, "batch"),
        (FILE, "{}\r\n--ab\r\n{}"),
        ('Content-Disposition: form-data; name="expires_after[seconds]"', "3600"),
    )
    assert read_upload(data, FORM) == Upload(
        b"{}\r\n--ab\r\n{}",
        "batch",
        "a.jsonl",
        "application/jsonl",
        (("expires_after[seconds]", "3600"),),
    )


async def test_the_form_of_another_client_is_read() -> None:
    sent = aiohttp.FormData()
    sent.add_field("purpose", "batch")
    sent.add_field("file", b"\x00\xff\r\n", filename="a b.jsonl", content_type="application/octet-stream")
    writer = sent()
    assert isinstance(writer, aiohttp.MultipartWriter)
    upload = read_upload(await writer.as_bytes(), writer.headers["Content-Type"])
    assert (upload.data, upload.purpose) == (b"\x00\xff\r\n", "batch")


def test_what_is_written_is_read_the_same_by_others() -> None:
    upload = Upload(
        b"a\r\n--groundstop-1\r\n", "batch", "Größe.jsonl", "text/plain", (("expires_after[anchor]", "x"),)
    )
    digits = iter(["1", "2"])
    content_type, body = written_upload(upload, lambda: next(digits))
    assert content_type == "multipart/form-data; boundary=groundstop-2"
    assert read_upload(body, content_type) == upload
    message = email.message_from_bytes(
        f"Content-Type: {content_type}\r\n\r\n".encode() + body, policy=email.policy.HTTP
    )
    parts = {
        str(one.get_param("name", header="content-disposition")): one.get_payload(decode=True)
        for one in message.iter_parts()
    }
    assert parts["purpose"] == b"batch"
    assert parts["file"] == upload.data


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=a; boundary=b",
        "multipart/form-data; charset=x; boundary=abc",
        'multipart/form-data; boundary="abc',
        "multipart/form-data; boundary=" + "a" * 71,
        'multipart/form-data; boundary="abc "',
        "multipart/form-data; boundary=ab\u00fc",
        "application/json",
    ],
)
def test_a_form_whose_boundary_is_unclear_is_refused(content_type: str) -> None:
    assert refused(form((FILE, "x"), (PURPOSE, "batch")), content_type).status == 415


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "does not begin with its boundary"),
        (form((FILE, "x"), (PURPOSE, "batch"), begin="before\r\n"), "does not begin with its boundary"),
        (form((FILE, "x"), (PURPOSE, "batch"), end=""), "has no end"),
        (form((FILE, "x"), (PURPOSE, "batch"), end="--abc--\r\n--abc\r\n"), "follows the end"),
        (form((FILE, "x\r\n--abcd"), (PURPOSE, "batch")), "not a line of its own"),
        (form((FILE, "x"), (PURPOSE, "batch"), (PURPOSE, "batch")), "purpose is there twice"),
        (form((FILE, "x"), (FILE, "x"), (PURPOSE, "batch")), "file is there twice"),
        (form((FILE, "x")), "purpose is missing"),
        (form((PURPOSE, "batch")), "file is missing"),
        (form((FILE.replace('; filename="a.jsonl"', ""), "x"), (PURPOSE, "batch")), "has a file name"),
        (form((FILE, "x"), (PURPOSE + '; filename="b"', "batch")), "has a file name"),
        (form((FILE, "x"), (PURPOSE, "batch"), *[(FILE, "x")] * 8), "twice"),
        (form((FILE, "x"), (PURPOSE, "batch\r\nx")), "odd characters"),
        (form((FILE, "x"), (PURPOSE, "b" * 1025)), "too long"),
        (form((FILE, "x"), (PURPOSE, "ü")), "odd characters"),
        (form((FILE + "\r\nContent-Transfer-Encoding: base64", "x")), "header that it must not have"),
        (form((FILE + "\r\nContent-Type: text/plain", "x")), "header that it must not have"),
        (form((FILE + "\r\nnothing", "x")), "header that it must not have"),
        (form((FILE + "\r\n X: folded", "x")), "header that it must not have"),
        (form((FILE + "\r\nContent-Length: " + "1" * 5000, "x")), "too long ones"),
        (form((FILE.replace("form-data", "attachment"), "x")), "has no name, or more"),
        (form((FILE.replace('filename="a.jsonl"', "filename*=UTF-8''b"), "x")), "cannot be read"),
        (form((FILE.replace("; filename", '; name="model"; filename'), "x")), "cannot be read"),
        (form((FILE.replace("; filename", "; size=3; filename"), "x")), "more than a name"),
        (form((FILE.replace("a.jsonl", 'a\\".jsonl'), "x")), "cannot be read"),
        (form((FILE.replace("a.jsonl", "a\x1b.jsonl"), "x")), "control characters"),
        (form((FILE.replace("application/jsonl", "x"), "x")), "type of a part"),
    ],
)
def test_a_form_that_may_be_read_otherwise_is_refused(data: bytes, message: str) -> None:
    error = refused(data)
    assert error.status == 400
    assert message in error.message


@pytest.mark.parametrize("name", ["model", "Model", "target_model_names", "models", "FILE", "x"])
def test_a_form_with_other_parts_is_refused(name: str) -> None:
    other = f'Content-Disposition: form-data; name="{name}"'
    assert "does not have" in refused(form((FILE, "x"), (PURPOSE, "batch"), (other, "elm"))).message


def test_headers_of_a_part_that_are_not_utf_8_are_refused() -> None:
    assert "not UTF-8" in refused(b"--abc\r\nX\xff: a\r\n\r\nx\r\n--abc--").message


def test_many_parts_are_refused() -> None:
    data = b"--abc\r\n" + PURPOSE.encode() + b"\r\n\r\nx\r\n"
    assert "twice" in refused(data * 9 + b"--abc--").message
