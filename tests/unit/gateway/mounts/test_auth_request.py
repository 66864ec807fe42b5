from __future__ import annotations

import json
from typing import Any

import pytest
from multidict import CIMultiDict

from groundstop.directives.claims import Why
from groundstop.documents.directives import Alternative
from groundstop.gateway.mounts.auth_request import MOST_BODY, in_a_header
from tests.claim_parts import citizen, trusted
from tests.claim_parts import signed as token_of
from tests.directive_parts import a_directive, for_everybody
from tests.gateway_parts import NOW, OPEN, WITHDRAWN
from tests.mount_parts import COMMIT, a_decision_service, about_weights

TOKEN = token_of(citizen(iat=NOW - 10, exp=NOW + 600))
HEADER: dict[str, Any] = {"mounts": {"model_header": "X-Groundstop-Model"}}


async def test_nginx_is_told_what_it_lets_pass_and_the_rest_in_headers() -> None:
    async with a_decision_service(for_everybody()) as deciding:
        assert (await deciding.nginx(f"/models/{OPEN}/v1/chat/completions")).status == 204
        told = await deciding.nginx(f"/models/{WITHDRAWN}/v1/chat/completions")
        assert told.status == 403
        assert told.body == b""
        assert told.headers["Groundstop-Status"] == "451"
        assert told.headers["Link"] == '<https://office.example/orders/1>; rel="blocked-by"'
        assert told.headers["Groundstop-Order"] == for_everybody().id
        error = json.loads(told.headers["Groundstop-Body"])["error"]
        assert error["groundstop"]["request"] == told.headers["Groundstop-Request"]
        entry = deciding.receipts.last
        assert (entry.surface, entry.route) == ("auth-request", "path:/models/{model}/v1/*")


async def test_a_path_that_has_nothing_to_do_with_a_model_is_let_through_without_a_receipt() -> None:
    async with a_decision_service(for_everybody()) as deciding:
        assert (await deciding.nginx("/status", method="GET")).status == 204
        assert deciding.receipts.entries == []


@pytest.mark.parametrize("target", ["/v1/chat/completions", "/v1/files", f"/models/{OPEN}/../x", "/other"])
async def test_a_model_that_is_not_seen_is_kept_out(target: str) -> None:
    async with a_decision_service(for_everybody(), **HEADER) as deciding:
        told = await deciding.nginx(target)
        assert (told.status, told.headers["Groundstop-Status"]) == (403, "404")
        assert deciding.receipts.entries == []
        assert (await deciding.nginx("/v1/models")).headers["Groundstop-Status"] == "405"


async def test_a_query_that_names_a_model_is_kept_out() -> None:
    async with a_decision_service(for_everybody(), **HEADER) as deciding:
        told = await deciding.nginx(f"/models/{OPEN}/v1/x?model={WITHDRAWN}", X_Groundstop_Model=OPEN)
        assert told.status == 403


async def test_a_model_in_a_header_counts_where_the_operator_says_so_and_only_there() -> None:
    async with a_decision_service(for_everybody(), **HEADER) as deciding:
        assert (await deciding.nginx("/v1/chat/completions", X_Groundstop_Model=OPEN)).status == 204
        told = await deciding.nginx("/v1/chat/completions", X_Groundstop_Model=WITHDRAWN)
        assert told.headers["Groundstop-Status"] == "451"
        both = await deciding.nginx(f"/models/{OPEN}/v1/x", X_Groundstop_Model=WITHDRAWN)
        assert both.headers["Groundstop-Status"] == "451"
        assert deciding.receipts.last.names == (OPEN, WITHDRAWN)
    async with a_decision_service(for_everybody()) as deciding:
        told = await deciding.nginx("/v1/chat/completions", X_Groundstop_Model=OPEN)
        assert told.headers["Groundstop-Status"] == "404"


@pytest.mark.parametrize("name", ["X-Original-URI", "X-Original-Method", "X-Groundstop-Model"])
async def test_a_header_that_stands_there_twice_is_no_permission(name: str) -> None:
    async with a_decision_service(for_everybody(), **HEADER) as deciding:
        headers = CIMultiDict(
            {
                "X-Original-URI": f"/models/{OPEN}/v1/x",
                "X-Original-Method": "POST",
                "X-Groundstop-Model": OPEN,
            }
        )
        headers.add(name, f"/models/{OPEN}/v1/x")
        told = await deciding.ask("/auth-request", method="GET", headers=headers)
        assert (told.status, told.headers["Groundstop-Status"]) == (403, "400")


@pytest.mark.parametrize("name", ["a b", "*", "x" * 400, "d\u00e9sk"])
async def test_a_header_that_holds_no_name_is_no_permission(name: str) -> None:
    async with a_decision_service(**HEADER) as deciding:
        told = await deciding.nginx(f"/models/{OPEN}/v1/x", X_Groundstop_Model=name)
        assert (told.status, told.headers["Groundstop-Status"]) == (403, "400")


async def test_a_name_in_the_path_that_no_receipt_could_hold_is_no_permission() -> None:
    async with a_decision_service() as deciding:
        told = await deciding.nginx(f"/weights/{'a' * 200}/{'b' * 200}/resolve/main/x")
        assert told.headers["Groundstop-Status"] == "404"
        assert (await deciding.nginx(f"/models/{'a' * 257}/v1/x")).status == 403


async def test_an_nginx_that_does_not_say_what_was_asked_is_told_so() -> None:
    async with a_decision_service() as deciding:
        told = await deciding.ask("/auth-request", method="GET")
        assert told.status == 403
        assert "nginx is not set to send" in told.headers["Groundstop-Body"]


async def test_claims_are_attested_from_the_headers_of_the_client() -> None:
    async with a_decision_service(a_directive(), issuers=trusted()) as deciding:
        target = f"/models/{WITHDRAWN}/v1/x"
        assert (await deciding.nginx(target)).headers["Groundstop-Status"] == "451"
        assert (await deciding.nginx(target, Groundstop_Token=TOKEN)).status == 204
        assert (await deciding.nginx(target, Authorization=f"Bearer {TOKEN}")).status == 204
        told = await deciding.nginx(target, Authorization=f"Bearer {TOKEN}x")
        assert told.status == 403
        assert deciding.receipts.last.who.refused[0].why in (Why.SIGNATURE, Why.MALFORMED)


async def test_whoever_must_show_credentials_is_asked_for_them() -> None:
    async with a_decision_service(clients={"credentials": "required"}) as deciding:
        told = await deciding.nginx(f"/models/{OPEN}/v1/x")
        assert (told.status, told.headers["Groundstop-Status"]) == (401, "401")
        assert told.headers["WWW-Authenticate"] == "Bearer"


async def test_a_certificate_that_is_none_is_no_permission() -> None:
    certificate: dict[str, Any] = {"mounts": {"certificate_header": "X-Groundstop-Certificate"}}
    async with a_decision_service(**certificate) as deciding:
        told = await deciding.nginx(f"/models/{OPEN}/v1/x", X_Groundstop_Certificate="no certificate")
        assert (told.status, told.headers["Groundstop-Status"]) == (403, "400")


async def test_weights_are_kept_out_by_their_path() -> None:
    async with a_decision_service(about_weights()) as deciding:
        told = await deciding.nginx(f"/weights/elm/desk-weights/resolve/{COMMIT}/a.bin", method="GET")
        assert told.headers["Groundstop-Status"] == "451"
        other = await deciding.nginx(f"/weights/elm/desk-weights/resolve/{'f' * 40}/a.bin", method="GET")
        assert other.status == 204


def test_a_body_in_a_header_is_one_line_of_ascii() -> None:
    body = '{"error":{"message":"Gesperrt für alle.\\nFragen?"}}'.encode()
    line = in_a_header(body)
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line) == json.loads(body)


async def test_a_body_that_is_too_long_for_a_header_is_left_out() -> None:
    long = for_everybody(alternatives=[Alternative(model=f"{n}{'x' * 280}") for n in range(MOST_BODY // 280)])
    async with a_decision_service(long) as deciding:
        told = await deciding.nginx(f"/models/{WITHDRAWN}/v1/x")
        assert told.headers["Groundstop-Status"] == "451"
        assert "Groundstop-Body" not in told.headers
