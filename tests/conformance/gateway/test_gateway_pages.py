"""The pages on the gateway print settings, routes, denials, metrics and words; they are compared with it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from groundstop.documents.base import Document, Part
from groundstop.documents.gateway import (
    Acknowledgement,
    Allowed,
    Begun,
    Caller,
    Change,
    Changed,
    Decided,
    EnforcementCertificate,
    Fleet,
    Lack,
    ProbeOutcome,
    ProbeReport,
    Receipt,
    ReceiptCheckpoint,
    RegisteredGateway,
    StandingOrder,
    UnreachableCopy,
)
from groundstop.gateway import settings as forms
from groundstop.gateway.counting.families import FAMILIES
from groundstop.gateway.denials import Denial, Reason
from groundstop.gateway.dialects import error_body
from groundstop.gateway.receipts.exporting import Row
from groundstop.gateway.running.logs import LOGGER
from groundstop.gateway.settings import Dialect, Settings
from tests.conformance.directives.test_directives_pages import firsts, page, quoted, rows

SOURCE = Path(__file__).parents[3] / "src" / "groundstop" / "gateway"
ROUTES = json.loads((Path(__file__).parent / "routes.json").read_text("utf-8"))["routes"]
SITUATIONS = rows(
    "denials",
    "| Situation | Status | `code` | `type`, OpenAI | `type`, Anthropic | Headers | `openai` raises "
    "| `anthropic` raises | What to do |",
)
OTHER_CODES = rows("denials", "| Status | Code | |")
RAISED = ("BadRequest", "Refusal", "Refused", "UpstreamFailed", "error_answer")
"""What ends a request with a status and a code."""
BY_THE_SERVER = {
    (400, "malformed_request"),
    (431, "headers_too_large"),
    (500, "internal_error"),
    (503, "too_many_connections"),
}
"""Said where aiohttp could not read a request, or before it was read."""


def words_in(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def codes_in_the_program() -> Iterator[tuple[int, str]]:
    """Yield each status with each code that stands in the program as such."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISED:
                told = [one.value if isinstance(one, ast.Constant) else None for one in node.args]
                for status, code in pairwise(told):
                    if isinstance(status, int) and isinstance(code, str):
                        yield status, code


def codes_on_the_page() -> Iterator[tuple[int, str]]:
    for row in SITUATIONS:
        yield int(row[1]), words_in(row[2])[0]
    for row in OTHER_CODES:
        yield from ((int(row[0]), code) for code in words_in(row[1]))


def test_every_code_that_the_gateway_answers_with_is_on_the_page_of_denials() -> None:
    of_orders = {(Denial(one, _status_of(one), "", "").status, one.value) for one in Reason}
    assert set(codes_on_the_page()) == {*codes_in_the_program(), *of_orders, *BY_THE_SERVER}


def _status_of(reason: Reason) -> int:
    from groundstop.gateway.denials import _STATUS

    return _STATUS.get(reason, 451)


@pytest.mark.parametrize("row", SITUATIONS, ids=lambda row: row[2])
def test_the_types_of_errors_are_those_of_each_dialect(row: list[str]) -> None:
    status, code = int(row[1]), words_in(row[2])[0]
    told = [
        json.loads(error_body(dialect, status=status, code=code, message="", request="r"))["error"]["type"]
        for dialect in Dialect
    ]
    assert [words_in(cell)[0] for cell in row[3:5]] == told


def test_what_programs_are_told_of_a_denial_is_explained() -> None:
    printed = [word for first in firsts("denials", "| Field of `groundstop` | |") for word in words_in(first)]
    denial = Denial(Reason.WITHDRAWN, 451, "", "")
    assert printed == ["request", *denial.details(), "presented", "fallback"]


def test_every_header_of_the_gateways_own_is_explained() -> None:
    from groundstop.gateway.proxying import refusing
    from groundstop.gateway.reading import headers

    own = {
        value
        for module in (refusing, headers)
        for value in vars(module).values()
        if isinstance(value, str) and value.startswith("Groundstop-")
    }
    assert {one for one in own if f"`{one}" not in page("denials")} == set()


def forms_of_settings() -> Iterator[tuple[str, type[BaseModel]]]:
    for name, form in vars(forms).items():
        if isinstance(form, type) and issubclass(form, Part) and form is not Part:
            yield name, form


def test_every_setting_is_on_the_page_with_its_default() -> None:
    lines = page("gateway-settings").splitlines()
    printed = {
        heading.split("`")[1]: [
            (row[0], row[1]) for row in rows("gateway-settings", "| Setting | Default | |", under=heading)
        ]
        for heading in lines
        if heading.startswith("## ") and "`" in heading
    }
    names = {
        "Settings": "gateway.toml",
        "Upstream": "[[upstream]]",
        "Fallback": "[[fallback]]",
        "Retired": "[[retired]]",
        "ExtraRoute": "[[route]]",
        "Limits": "[limits]",
        "Clients": "[clients]",
        "Tls": "[tls]",
        "Keeping": "[receipts]",
        "Webhook": "[[notify]]",
        "Narrower": "[[narrower]]",
        "Mounts": "[mounts]",
        "PathModel": "[[mounts.path_model]]",
    }
    tables = {"upstream", "fallback", "retired", "route", "limits", "clients", "tls", "receipts", "notify"}
    tables |= {"narrower", "mounts", "path_model"}
    expected = {
        names[name]: [
            (f"`{field}`", _default(info.default, info.get_default(call_default_factory=True)))
            for field, info in form.model_fields.items()
            if field not in tables
        ]
        for name, form in forms_of_settings()
    }
    assert printed == expected


def _default(default: Any, made: Any) -> str:
    if made is None and default is None:
        return ""
    if default is PydanticUndefined and made is PydanticUndefined:
        return "**required**"
    if isinstance(made, bool):
        return f"`{str(made).lower()}`"
    if isinstance(made, int):
        return f"{made:,}"
    if isinstance(made, float):
        return f"{made:g}"
    if isinstance(made, str):
        return f'`"{made}"`'
    if made == () or made == {}:
        return "none"
    if isinstance(made, tuple):
        return "`" + json.dumps([str(one) for one in made]) + "`"
    raise AssertionError(made)


def test_settings_that_are_shown_can_be_read() -> None:
    import tomllib

    (block,) = re.findall(r"^```toml\n(.*?)^```$", page("gateway-settings"), re.MULTILINE | re.DOTALL)
    settings = Settings.model_validate_json(json.dumps(tomllib.loads(block), default=_moment))
    assert all((settings.fallback, settings.retired, settings.notify))


def _moment(value: Any) -> str:
    return str(value.isoformat())


def test_every_route_is_on_the_page() -> None:
    head = "| Route | Dialect | Method and path | Model | Act | Streams | Query |"
    expected = [
        [
            f"`{one['name']}`",
            one["dialect"],
            f"`{one['method']} {one['path']}`",
            one["kind"],
            one["act"],
            "yes" if one["streams"] else "",
            ", ".join(f"`{name}`" for name in one["query"]),
        ]
        for one in ROUTES
    ]
    assert rows("gateway-routes", head) == expected
    kinds = {one["kind"] for one in ROUTES} | {"fixed"}
    assert set(firsts("gateway-routes", "| Kind | |")) == kinds


def test_every_metric_is_on_the_page_as_it_is() -> None:
    expected = [
        [f"`{one.name}`", one.kind.value, ", ".join(f"`{label}`" for label in one.labels), one.help]
        for one in FAMILIES
    ]
    assert rows("gateway-metrics", "| Metric | Kind | Labels | |") == expected
    buckets = {one.buckets for one in FAMILIES if one.buckets}
    assert all(f"{end:g}" in page("gateway-metrics") for bucket in buckets for end in bucket)


@pytest.mark.parametrize(
    ("name", "under", "form"),
    [
        ("receipts", "## A line", Receipt),
        ("receipts", "### A process begins to write", Begun),
        ("receipts", "### A request was decided", Decided),
        ("receipts", "### Something became of it", Changed),
        ("receipts", "## Checkpoints", ReceiptCheckpoint),
        ("receipts", "## Acknowledgements", Acknowledgement),
        ("receipts", "An order in it has:", StandingOrder),
        ("certificates", "## A fleet", Fleet),
        ("certificates", "A gateway in it has:", RegisteredGateway),
        ("certificates", "A copy out of reach has:", UnreachableCopy),
        ("certificates", "## A report of probes", ProbeReport),
        ("certificates", "## A certificate", EnforcementCertificate),
        ("certificates", "How old things may be:", Allowed),
    ],
)
def test_every_field_of_a_form_is_explained(name: str, under: str, form: type[BaseModel]) -> None:
    known = ("kind", "version") if issubclass(form, Document) else ("event",)
    fields = [one for one in form.model_fields if one not in known]
    assert firsts(name, "| Field | |", under=under) == quoted(fields)


def test_words_of_receipts_and_certificates_are_explained() -> None:
    assert firsts("receipts", "| Change | |") == quoted(Change)
    assert firsts("certificates", "| Lack | |") == quoted(Lack)
    assert firsts("certificates", "| Outcome | |") == quoted(ProbeOutcome)
    assert firsts("certificates", "| Caller | |") == quoted(Caller)


def test_every_column_of_the_export_is_named() -> None:
    assert words_in(_paragraph("receipts", "Its columns are")) == list(Row._fields)


def _paragraph(name: str, beginning: str) -> str:
    text = page(name)
    begin = text.index(beginning)
    return text[begin : text.index("\n\n", begin)]


def test_every_event_of_the_log_that_its_page_names_is_one() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "how-to" / "run-a-gateway.md").read_text("utf-8")
    begin = guide.index("| Event | Means |")
    named = [
        word for line in guide[begin:].split("\n\n")[0].splitlines() for word in words_in(line.split("|")[1])
    ]
    logged = "".join(path.read_text("utf-8") for path in SOURCE.rglob("*.py"))
    assert LOGGER == "groundstop.gateway"
    assert [one for one in named if f'"{one}"' not in logged] == []
