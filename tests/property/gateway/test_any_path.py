"""Whatever is done to a path that is known: it is refused, or it is the very path of a route."""

from __future__ import annotations

import re
from urllib.parse import quote

from hypothesis import example, given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from groundstop.gateway.routes import ROUTES, Matched, Route, find, upstream_path
from groundstop.gateway.settings import Dialect

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*")
PIECES = st.sampled_from(
    ["/", "//", ".", "..", "/../", "%2e", "%2F", "%25", "\\", ";", "?", "#", "&", "=", "+", " ", "\x00", "é"]
) | st.characters(max_codepoint=0x2FF)
TARGETS = st.sampled_from([one.path.replace("{id}", "a-1").replace("{model}", "b/c") for one in ROUTES])


@st.composite
def changed(draw: st.DrawFn) -> str:
    target = draw(TARGETS)
    for _ in range(draw(st.integers(0, 3))):
        place, to = draw(st.integers(0, len(target))), draw(st.integers(0, 3))
        target = target[:place] + draw(PIECES) + target[place + to :]
    return target if draw(st.booleans()) else target.swapcase()


def path_of(route: Route, ids: tuple[str, ...]) -> str:
    path = route.path
    for one in ids:
        head, _, rest = path.partition("{")
        path = head + one + rest.partition("}")[2]
    return path


@settings(max_examples=600, deadline=None)
@given(changed() | st.text(max_size=30).map("/v1/".__add__), st.sampled_from(["GET", "POST", "DELETE"]))
@example("/v1/models/b%2Fc", "GET")
@example("/v1/files?limit=1", "GET")
def test_a_path_is_the_one_of_its_route_or_it_is_refused(target: str, method: str) -> None:
    for dialect in Dialect:
        headers = CIMultiDict({"anthropic-version": "1"} if dialect is Dialect.ANTHROPIC else {})
        found = find(method, target, headers)
        if not isinstance(found, Matched):
            assert 400 <= found.status < 500
            continue
        route = found.route
        sent, _, query = target.partition("?")
        assert route.method == method
        assert {name for name, _ in found.query} <= route.query
        assert bool(found.query) is bool(query)
        written = path_of(route, found.ids)
        if "{model}" in route.path:
            (name,) = found.ids
            assert not set("%?#\\ ") & set(name)
            assert all(part not in {"", ".", ".."} for part in name.split("/"))
            assert (
                quote(written, safe="/:@+,=~")
                == re.sub("%2f", "/", sent, flags=re.IGNORECASE).replace("%3A", ":")
                or "%" in sent
            )
        else:
            assert sent == written
            assert all(ID.fullmatch(one) for one in found.ids)
        again = find(method, f"/v1{upstream_path(found)}", headers)
        assert again == found
