from __future__ import annotations

import json
from typing import Any

import pytest

from groundstop.documents.directives import Act
from groundstop.gateway.denials import Denial, denial_of
from groundstop.gateway.dialects import error_body
from groundstop.gateway.gate import Gate
from groundstop.gateway.settings import Dialect
from tests.directive_parts import for_everybody, signed
from tests.unit.gateway.test_gate import a_gate

OPENAI, ANTHROPIC = Dialect.OPENAI, Dialect.ANTHROPIC


def a_denial(gate: Gate | None = None) -> Denial:
    return denial_of((gate or a_gate(signed(for_everybody()))).rule(["desk-helper"], Act.INFER))


def worded(dialect: Dialect, status: int, code: str, denial: Denial | None = None) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(
        error_body(
            dialect, status=status, code=code, message="Why.", request="r-1", param="model", denial=denial
        )
    )
    return value


def test_a_denial_is_worded_for_openai_clients() -> None:
    denial = a_denial()
    error = worded(OPENAI, denial.status, denial.reason.value, denial)["error"]
    assert error["type"] == error["code"] == "model_withdrawn"
    assert (error["message"], error["param"]) == ("Why.", "model")
    assert error["groundstop"] == {"request": "r-1", **denial.details()}
    assert error["groundstop"]["alternatives"] == [{"model": "desk-clerk", "tested": None}]


def test_a_denial_is_worded_for_anthropic_clients() -> None:
    denial = a_denial()
    value = worded(ANTHROPIC, denial.status, denial.reason.value, denial)
    assert (value["type"], value["request_id"]) == ("error", "r-1")
    error = value["error"]
    assert error["type"] == error["code"] == "model_withdrawn"
    assert error["details"] == {"error_code": "model_withdrawn"}
    assert error["groundstop"] == {"request": "r-1", **denial.details()}


def test_what_no_order_is_behind_tells_of_none() -> None:
    assert worded(OPENAI, 400, "invalid_json")["error"]["groundstop"] == {"request": "r-1"}


@pytest.mark.parametrize(
    ("status", "openai", "anthropic"),
    [
        (400, "invalid_request_error", "invalid_request_error"),
        (401, "authentication_error", "authentication_error"),
        (403, "permission_error", "permission_error"),
        (404, "invalid_request_error", "not_found_error"),
        (405, "invalid_request_error", "invalid_request_error"),
        (410, "invalid_request_error", "not_found_error"),
        (413, "invalid_request_error", "request_too_large"),
        (415, "invalid_request_error", "invalid_request_error"),
        (429, "rate_limit_error", "rate_limit_error"),
        (451, "a_code", "a_code"),
        (500, "server_error", "api_error"),
        (502, "server_error", "api_error"),
        (503, "server_error", "api_error"),
        (504, "server_error", "timeout_error"),
        (529, "server_error", "overloaded_error"),
    ],
)
def test_each_status_has_the_type_of_its_vendor(status: int, openai: str, anthropic: str) -> None:
    assert worded(OPENAI, status, "a_code")["error"]["type"] == openai
    assert worded(ANTHROPIC, status, "a_code")["error"]["type"] == anthropic


def test_a_closed_gateway_is_no_denial_of_a_model() -> None:
    denial = a_denial(Gate())
    error = worded(OPENAI, denial.status, denial.reason.value, denial)["error"]
    assert (error["type"], error["code"]) == ("server_error", "gateway_closed")
