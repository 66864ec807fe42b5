"""Reading: what a request says, taken so strictly that nobody after us can read it otherwise. Pure."""

from groundstop.gateway.reading.asking import Asking, asked_of, is_name
from groundstop.gateway.reading.body import read_json, written
from groundstop.gateway.reading.headers import (
    ACCOUNT_HEADERS,
    REQUEST_HEADER,
    TOKEN_HEADER,
    Credentials,
    answer_headers,
    answer_type,
    check_headers,
    models_in_headers,
    presented,
    upstream_headers,
)
from groundstop.gateway.reading.lines import (
    BatchLine,
    BatchOrder,
    InResults,
    batch_lines,
    models_in_results,
    order_of,
    read_batch,
    read_inline,
    written_batch,
)
from groundstop.gateway.reading.multipart import Upload, read_upload, written_upload
from groundstop.gateway.reading.refusing import BadRequest

__all__ = [
    "ACCOUNT_HEADERS",
    "REQUEST_HEADER",
    "TOKEN_HEADER",
    "Asking",
    "BadRequest",
    "BatchLine",
    "BatchOrder",
    "Credentials",
    "InResults",
    "Upload",
    "answer_headers",
    "answer_type",
    "asked_of",
    "batch_lines",
    "check_headers",
    "is_name",
    "models_in_headers",
    "models_in_results",
    "order_of",
    "presented",
    "read_batch",
    "read_inline",
    "read_json",
    "read_upload",
    "upstream_headers",
    "written",
    "written_batch",
    "written_upload",
]
