"""The matrix of ways past a gateway: who asks, and what one in-process gateway made of every probe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientSession, DummyCookieJar, web

from groundstop.documents.directives import Act
from groundstop.documents.gateway import Caller, Expected, Probed, ProbeReport
from groundstop.gateway.probing import TRICKS, Asking, ProbedGateway, ProbedOrder, look_at
from groundstop.gateway.probing.routes import batch_line
from tests.claim_parts import citizen, token_table, trusted
from tests.claim_parts import signed as token
from tests.deciding_parts import restricted
from tests.directive_parts import a_licence
from tests.gateway_parts import NOW, OPEN, WITHDRAWN, StubUpstream, a_gateway, response_answer, settings_for

ORDER = restricted(fallback=True, acts=(Act.INFER, Act.FINE_TUNE))
LICENCE = a_licence(ORDER)
ALIAS = "our-desk"
"""A name that the operator has given the model."""
PROBED = ProbedOrder.of(ORDER, also=(ALIAS,))
ISSUERS = trusted(
    token_table(
        claims=[
            {"claim": "nationality", "token_claim": "nationality"},
            {"claim": "subject-type", "always": ["natural-person"]},
            {"claim": "permanent-residence", "token_claim": "residence"},
            {"claim": "protected-in", "token_claim": "protected"},
            {"claim": "organisation", "token_claim": "organisation"},
        ]
    )
)
_FOREIGN: Mapping[str, Any] = {"nationality": ["XB"], "residence": "none", "protected": "none"}


def tokens(now: float = NOW) -> dict[Caller, Sequence[str]]:
    """Return what each caller shows: somebody kept out, somebody who is not, and somebody with a licence."""

    def shown(**claims: Any) -> tuple[str]:
        return (token(citizen(iat=int(now) - 10, exp=int(now) + 600, **claims)),)

    return {
        Caller.WITHDRAWN: shown(**_FOREIGN),
        Caller.PERMITTED: shown(),
        Caller.LICENSED: shown(**_FOREIGN, organisation="hazel-defence", sub="person-9"),
    }


async def looked_at(url: str) -> ProbeReport:
    """Return what becomes of every probe of the sample order at a URL."""
    async with ClientSession(cookie_jar=DummyCookieJar()) as session:
        return await look_at(
            ProbedGateway("desk", None),
            PROBED,
            Asking(url, tokens(), at_once=4),
            session,
            prober="birch-lab",
            clock=lambda: datetime.fromtimestamp(NOW, UTC),
            callers=tuple(Caller),
        )


async def _keeps_what_is_made(request: web.Request, body: bytes) -> web.Response | None:
    """Answer as an upstream does that keeps files and answers; None for everything else."""
    if request.method == "GET" and request.path.startswith("/v1/responses/"):
        return web.json_response(response_answer(WITHDRAWN))
    if request.method == "GET" and request.path == "/v1/files/file-1/content":
        return web.Response(body=batch_line(WITHDRAWN), content_type="application/octet-stream")
    if request.path != "/v1/files" or request.method != "POST":
        return None
    assert b'"model"' in body
    return web.json_response({"id": "file-1", "object": "file", "purpose": "batch", "bytes": 1})


async def matrix_report() -> ProbeReport:
    """Return what one gateway makes of the whole matrix."""
    async with a_gateway(
        ORDER,
        LICENCE,
        issuers=ISSUERS,
        upstream=StubUpstream(answer=_keeps_what_is_made),
        settings=lambda url: settings_for(
            {"url": url, "aliases": {ALIAS: WITHDRAWN}}, fallback=[{"model": WITHDRAWN, "use": OPEN}]
        ),
    ) as gateway:
        return await looked_at(gateway.url)


def word(probed: Probed) -> str:
    """Return what became of a probe, in a word."""
    status = probed.status or 0
    if probed.probe.expected in (Expected.MARKED, Expected.OPEN):
        return probed.probe.expected.value
    if probed.answered_by is not None:
        return "another answers"
    return "served" if 200 <= status < 300 else f"{status}"


def observed(report: ProbeReport) -> dict[str, Any]:
    """Return the matrix, as its file has it."""
    cells: dict[tuple[str, str, str], dict[str, set[str]]] = {}
    tricks: dict[str, set[str]] = {}
    for one in report.probes:
        probe = one.probe
        if probe.way in TRICKS:
            tricks.setdefault(probe.way, set()).add(word(one))
            continue
        whose = "withdrawn" if PROBED.is_about(probe.model) else "other"
        how = "stream" if probe.stream else probe.way
        row = (probe.route, how, "no other model" if not probe.fallback else whose)
        cells.setdefault(row, {}).setdefault(probe.caller.value, set()).add(word(one))
    return {
        "names": sorted({one.probe.model for one in report.probes}),
        "routes": [
            {
                "route": route,
                "how": how,
                "model": whose,
                **{
                    caller.value: " or ".join(sorted(found.get(caller.value, {"not asked"})))
                    for caller in Caller
                },
            }
            for (route, how, whose), found in sorted(cells.items())
        ],
        "tricks": {way: " or ".join(sorted(found)) for way, found in sorted(tricks.items())},
    }


def route_table(matrix: Mapping[str, Any]) -> str:
    """Return the table of routes, as the page has it."""
    rows = [
        (
            f"`{row['route']}`",
            row["how"],
            row["model"],
            *(row[caller.value] for caller in Caller),
        )
        for row in matrix["routes"]
    ]
    return _table(("Route", "How", "Model", "Kept out", "Permitted", "Licensed", "Unknown"), rows)


def trick_table(matrix: Mapping[str, Any]) -> str:
    """Return the table of tricks, as the page has it."""
    rows = [(f"`{one['way']}`", one["what"], one["answer"]) for one in matrix["tricks"]]
    return _table(("Way", "What is done", "Answer"), rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
