"""TLS at the gateway: what it shows, and which clients' certificates tell who they are."""

from __future__ import annotations

import hashlib
import json
import ssl
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientConnectorCertificateError, ClientSession

from groundstop.directives.facts import Principal
from groundstop.documents.directives import ClaimName
from groundstop.gateway.serving.tls import server_context
from groundstop.gateway.settings import Tls
from tests.certificate_parts import Authority, Issued
from tests.claim_parts import trusted
from tests.gateway_parts import Running, a_gateway, chat


def trust(authority: Authority, client: Issued | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(authority.file))
    if client is not None:
        context.load_cert_chain(client.certificate, client.key)
    return context


async def ask(gateway: Running, context: ssl.SSLContext) -> int:
    url = gateway.url.replace("http:", "https:") + "/v1/chat/completions"
    async with ClientSession() as session, session.post(url, json=chat(), ssl=context) as answer:
        await answer.read()
        return answer.status


async def test_a_client_certificate_tells_which_service_asks_and_none_is_needed(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    server, client = authority.issue("desk"), authority.issue("hazel-batch")
    print_of = hashlib.sha256(client.der).hexdigest()
    entry = {
        "principal": "hazel-batch",
        "fingerprint": print_of,
        "claims": {"organisation": ["hazel-defence"]},
    }
    (tmp_path / "registry.json").write_text(json.dumps({"entry": [entry]}))
    table: dict[str, Any] = {
        "name": "cedar-hosts",
        "kind": "mtls",
        "registry": "registry.json",
        "assurance": "substantial",
        "attests": ["organisation"],
    }
    tls = {
        "certificate": str(server.certificate),
        "key": str(server.key),
        "client_authorities": str(authority.file),
    }
    async with a_gateway(issuers=trusted(table, folder=tmp_path), tls=tls) as gateway:
        for _ in range(2):
            assert await ask(gateway, trust(authority, client)) == 200
            who = gateway.receipts.last.who
            assert who.principal == Principal("cedar-hosts", "hazel-batch")
            assert who.claims[ClaimName.ORGANISATION].values == {"hazel-defence"}

        assert await ask(gateway, trust(authority)) == 200
        assert gateway.receipts.last.who.principal is None


async def test_a_client_that_does_not_know_the_authority_does_not_trust_the_gateway(tmp_path: Path) -> None:
    server = Authority(tmp_path).issue("desk")
    tls = {"certificate": str(server.certificate), "key": str(server.key)}
    async with a_gateway(tls=tls) as gateway:
        with pytest.raises(ClientConnectorCertificateError):
            await ask(gateway, ssl.create_default_context())


def test_old_versions_are_not_offered(tmp_path: Path) -> None:
    server = Authority(tmp_path).issue("desk")
    context = server_context(Tls(certificate=str(server.certificate), key=str(server.key)))

    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_NONE


def test_a_key_behind_a_passphrase_is_an_error_and_no_prompt(tmp_path: Path) -> None:
    server = Authority(tmp_path).issue("desk", passphrase=b"open sesame")

    with pytest.raises(ssl.SSLError):
        server_context(Tls(certificate=str(server.certificate), key=str(server.key)))
