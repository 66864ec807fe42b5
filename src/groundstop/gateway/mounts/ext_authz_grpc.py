"""Envoy ``ext_authz`` over gRPC: the same questions and answers as over HTTP, with 5xx as they are meant."""

from __future__ import annotations

import logging
from typing import Any

import grpc.aio
from multidict import CIMultiDict

from groundstop.errors import InputError
from groundstop.gateway.mounts.authz_messages import METHOD, OVERWRITE, CheckRequest, CheckResponse
from groundstop.gateway.mounts.ext_authz import ExtAuthz
from groundstop.gateway.mounts.questions import Verdict, refused
from groundstop.gateway.mounts.sight import Seen
from groundstop.gateway.reading import REQUEST_HEADER
from groundstop.gateway.settings import Limits

_LOG = logging.getLogger("groundstop.gateway")
_OK, _PERMISSION_DENIED = 0, 7
"""Of google.rpc.Code."""
_ROOM = 1024 * 1024
"""Bytes of a question beside the body."""


class GrpcAuthz:
    """Answers Envoy over gRPC, in the running event loop.

    Args:
        envoy: Decides.
        limits: Of requests.
    """

    def __init__(self, envoy: ExtAuthz, limits: Limits) -> None:
        self._envoy = envoy
        self._server = grpc.aio.server(
            options=(
                ("grpc.max_receive_message_length", limits.body_bytes + _ROOM),
                ("grpc.so_reuseport", 1),
            )
        )
        service, _, method = METHOD.removeprefix("/").partition("/")
        handler = grpc.unary_unary_rpc_method_handler(
            self._check,
            request_deserializer=CheckRequest.FromString,
            response_serializer=CheckResponse.SerializeToString,
        )
        self._server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler(service, {method: handler}),)
        )

    async def start(self, address: str) -> int:
        """Answer at an address.

        Args:
            address: ``HOST:PORT``; several processes may answer at the same one.

        Returns:
            The port.

        Raises:
            InputError: It cannot be listened at.
        """
        try:
            port: int = self._server.add_insecure_port(address)
        except RuntimeError:
            raise InputError(
                f"Nothing can listen at grpc = {address}", "Give an address of this machine that is free"
            ) from None
        await self._server.start()
        return port

    async def stop(self, within_s: float) -> None:
        """Take no more questions, and answer those that were asked; cut the rest off after some seconds."""
        await self._server.stop(within_s)

    async def _check(self, request: Any, _context: Any) -> Any:
        try:
            verdict = await self._envoy.verdict(seen_of(request))
        except Exception as error:  # noqa: BLE001 - a mistake of ours must not become a permission
            _LOG.error("decision_failed", extra={"problem": type(error).__name__})
            verdict = refused("", 500, "internal_error", "Nothing was decided")
        return response_of(verdict)


def seen_of(request: Any) -> Seen:
    """Return the client's request out of a question of Envoy's."""
    source, http = request.attributes.source, request.attributes.request.http
    headers: CIMultiDict[str] = CIMultiDict()
    raw = http.header_map.headers
    for one in raw or http.headers:
        value = one.raw_value.decode("latin-1") if raw and one.raw_value else one.value
        # Without raw headers those of one name are joined; a token has no comma in it.
        several = value.split(",") if not raw and one.key.lower() == "groundstop-token" else (value,)
        for each in several:
            headers.add(one.key, each.strip())
    body = http.raw_body or http.body.encode("utf-8")
    return Seen(http.method, http.path, headers, body, source.certificate)


def response_of(verdict: Verdict | None) -> Any:
    """Return a verdict as Envoy takes it."""
    response = CheckResponse()
    if verdict is None or verdict.allowed:
        response.status.code = _OK
        if verdict is not None:
            _add(response.ok_response.response_headers_to_add, REQUEST_HEADER, verdict.request)
        return response
    response.status.code = _PERMISSION_DENIED
    denied = response.denied_response
    denied.status.code = verdict.status
    answer = verdict.answer()
    for name, value in answer.headers.items():
        if name != "Content-Length":
            _add(denied.headers, name, value)
    denied.body = answer.text or ""
    return response


def _add(headers: Any, name: str, value: str) -> None:
    option = headers.add()
    option.header.key, option.header.value = name, value
    option.append_action = OVERWRITE
