"""The table of routes, as others may read it, is what the gateway has."""

from __future__ import annotations

import json
from pathlib import Path

from groundstop.gateway.routes import ROUTES

TABLE = Path(__file__).parent / "routes.json"


def test_the_table_of_routes_is_what_the_gateway_has() -> None:
    told = json.loads(TABLE.read_text(encoding="utf-8"))["routes"]
    assert told == [
        {
            "name": one.name,
            "dialect": one.dialect.value,
            "method": one.method,
            "path": one.path,
            "kind": one.kind.value,
            "act": one.act.value,
            "streams": one.streams,
            "query": sorted(one.query),
        }
        for one in ROUTES
    ]
