"""The messages of Envoy's external authorisation, as far as they are used here.

They are described here, rather than taken from a package of all of Envoy's interfaces, which brings thousands
of modules. The descriptions stand in a pool of their own, beside any other of the same names.

Source: Envoy's external_auth.proto and attribute_context.proto (envoy/service/auth/v3), base.proto
(envoy/config/core/v3), http_status.proto (envoy/type/v3); google/rpc/status.proto.
"""

from __future__ import annotations

from typing import Any, Final

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

METHOD: Final = "/envoy.service.auth.v3.Authorization/Check"

_FIELD = descriptor_pb2.FieldDescriptorProto
_KINDS: Final = {
    "string": _FIELD.TYPE_STRING,
    "bytes": _FIELD.TYPE_BYTES,
    "int32": _FIELD.TYPE_INT32,
    "int64": _FIELD.TYPE_INT64,
}
_MESSAGES: Final[dict[str, tuple[tuple[int, str, str], ...]]] = {
    "CheckRequest": ((1, "attributes", "AttributeContext"),),
    "AttributeContext": ((1, "source", "Peer"), (4, "request", "Request")),
    "Peer": ((5, "certificate", "string"),),
    "Request": ((2, "http", "HttpRequest"),),
    "HttpRequest": (
        (2, "method", "string"),
        (3, "headers", "HeaderEntry*"),
        (4, "path", "string"),
        (9, "size", "int64"),
        (11, "body", "string"),
        (12, "raw_body", "bytes"),
        (13, "header_map", "HeaderMap"),
    ),
    # A map is a repeated message of a key and a value.
    "HeaderEntry": ((1, "key", "string"), (2, "value", "string")),
    "HeaderMap": ((1, "headers", "HeaderValue*"),),
    "HeaderValue": ((1, "key", "string"), (2, "value", "string"), (3, "raw_value", "bytes")),
    "CheckResponse": (
        (1, "status", "Status"),
        (2, "denied_response", "DeniedHttpResponse"),
        (3, "ok_response", "OkHttpResponse"),
    ),
    "Status": ((1, "code", "int32"), (2, "message", "string")),
    "DeniedHttpResponse": (
        (1, "status", "HttpStatus"),
        (2, "headers", "HeaderValueOption*"),
        (3, "body", "string"),
    ),
    "OkHttpResponse": (
        (5, "headers_to_remove", "string*"),
        (6, "response_headers_to_add", "HeaderValueOption*"),
    ),
    # An enumeration goes over the wire as a number does; 451 is none of its names.
    "HttpStatus": ((1, "code", "int32"),),
    "HeaderValueOption": ((1, "header", "HeaderValue"), (3, "append_action", "int32")),
}
OVERWRITE: Final = 2
"""``append_action``: in place of a header of this name, or beside none."""
_PACKAGE: Final = "groundstop.authz"


def _pool() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="authz.proto", package=_PACKAGE, syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for number, field, kind in fields:
            many, kind = kind.endswith("*"), kind.removesuffix("*")
            message.field.add(
                name=field,
                number=number,
                type=_KINDS.get(kind, _FIELD.TYPE_MESSAGE),
                type_name=None if kind in _KINDS else f".{_PACKAGE}.{kind}",
                label=_FIELD.LABEL_REPEATED if many else _FIELD.LABEL_OPTIONAL,
            )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool


def _message(pool: Any, name: str) -> Any:
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}"))


_POOL = _pool()
CheckRequest: Any = _message(_POOL, "CheckRequest")
CheckResponse: Any = _message(_POOL, "CheckResponse")
