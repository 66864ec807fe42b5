"""Feeds: a ban and what lifts it in one file, which programs follow and people read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstop.directives.compiling import compile_table
from groundstop.directives.deciding import decide
from groundstop.directives.facts import Facts
from groundstop.directives.feeds import (
    DirectivesFeed,
    FeedItem,
    ItemKind,
    ItemState,
    ModelState,
    Site,
    atom_feed,
    feed_items,
    json_feed,
    models_table,
    status_feed,
)
from groundstop.directives.folding import fold
from groundstop.directives.orders import Orders
from groundstop.documents.directives import (
    About,
    Act,
    ClaimName,
    ClaimNeeded,
    Descendants,
    Direction,
    Directive,
    HostedModel,
    Lift,
    LiftGround,
    LiftStage,
    OrderKind,
    Override,
    Rule,
    Stop,
    Subject,
    SubjectModel,
)
from groundstop.errors import InputError
from groundstop.reports.directive_feed import feed_page
from tests.directive_parts import (
    NOON,
    a_charter,
    a_directive,
    a_licence,
    a_lift,
    a_model,
    a_revocation,
    a_stop,
    amended,
    at,
    for_everybody,
    published,
    signed,
)

SITE = Site(
    title="Oak Office: directives",
    author="Oak Office",
    home="https://office.example/directives/",
    json_feed="https://office.example/directives/feed.json",
    atom="https://office.example/directives/feed.atom",
    status="https://office.example/directives/status.json",
    since=at(-48),
)
ATOM = "{http://www.w3.org/2005/Atom}"
DESK, ALIAS = "elm/desk-helper", "elm/helper-latest"


def standing(*envelopes: dict[str, Any]) -> Orders:
    orders = fold([published(*envelopes)])
    assert orders.refused == ()
    return orders


def states(items: Sequence[FeedItem]) -> dict[str, ItemState]:
    return {item.what.value: item.state for item in items}


def order_state(orders: Orders, hours: float) -> ItemState:
    (found,) = [one for one in feed_items(orders, at(hours)) if one.what is ItemKind.ORDER]
    return found.state


def of_desk(orders: Orders, hours: float) -> ModelState:
    return models_table(feed_items(orders, at(hours)))[DESK][Act.INFER]


def test_an_order_is_upcoming_then_in_force_then_expired() -> None:
    orders = standing(signed(for_everybody()))
    assert [order_state(orders, hours) for hours in (-0.5, 0, 24 * 30 - 0.1, 24 * 30)] == [
        ItemState.UPCOMING,
        ItemState.IN_FORCE,
        ItemState.IN_FORCE,
        ItemState.EXPIRED,
    ]
    assert [of_desk(orders, hours) for hours in (-0.5, 0, 24 * 30)] == [
        ModelState.OPEN,
        ModelState.CLOSED,
        ModelState.OPEN,
    ]


def test_a_lift_restores_in_the_same_feed_under_the_same_identifiers() -> None:
    order = for_everybody()
    lift = a_lift(order)
    orders = standing(signed(order), signed(lift))
    before, after = feed_items(orders, at(24 * 10) - (at(1) - at(0))), feed_items(orders, at(24 * 10))
    assert states(before) == {"order": ItemState.IN_FORCE, "lift": ItemState.UPCOMING}
    assert states(after) == {"order": ItemState.LIFTED, "lift": ItemState.IN_FORCE}
    assert after[0].changed == after[1].changed == at(24 * 10)
    assert {one.id for one in after} == {order.id, lift.id}
    assert next(one for one in after if one.what is ItemKind.LIFT).lifts == order.id
    first, second = models_table(before), models_table(after)
    assert first.keys() == second.keys() == {DESK, ALIAS}
    assert {acts[Act.INFER] for acts in first.values()} == {ModelState.CLOSED}
    assert {acts[Act.INFER] for acts in second.values()} == {ModelState.OPEN}


def test_a_lift_for_licensees_leaves_the_model_closed_to_the_rest() -> None:
    order = for_everybody()
    lift = a_lift(order, stage=LiftStage.LICENSEES)
    orders = standing(signed(order), signed(lift))
    assert order_state(orders, 24 * 11) is ItemState.PARTLY_LIFTED
    assert of_desk(orders, 24 * 11) is ModelState.CLOSED


def test_a_lift_of_one_model_leaves_the_other() -> None:
    subject = Subject(models=(a_model(), a_model("writer")), descendants=Descendants.NONE)
    order = for_everybody(subject=subject)
    orders = standing(signed(order), signed(a_lift(order, models=("writer",))))
    items = feed_items(orders, at(24 * 11))
    assert states(items)["order"] is ItemState.PARTLY_LIFTED
    table = models_table(items)
    assert table[DESK][Act.INFER] is ModelState.CLOSED
    assert table["elm/desk-writer"][Act.INFER] is ModelState.OPEN
    (lift,) = [one for one in items if one.what is ItemKind.LIFT]
    assert [one.label for one in lift.models] == ["writer"]


def test_an_amendment_takes_the_place_of_what_it_amends() -> None:
    first = for_everybody()
    second = amended(first, acts=(Act.DOWNLOAD,), created=at(5), effective=at(6))
    orders = standing(signed(first), signed(second))
    soon, later = feed_items(orders, at(5.5)), feed_items(orders, at(6))
    assert states(soon) == {"order": ItemState.IN_FORCE, "amendment": ItemState.UPCOMING}
    assert states(later) == {"order": ItemState.SUPERSEDED, "amendment": ItemState.IN_FORCE}
    assert models_table(soon)[DESK] == {Act.INFER: ModelState.CLOSED, Act.DOWNLOAD: ModelState.OPEN}
    assert models_table(later)[DESK] == {Act.INFER: ModelState.OPEN, Act.DOWNLOAD: ModelState.CLOSED}


def test_the_kind_and_the_reach_of_an_order_decide_how_strict_it_is() -> None:
    scoped = standing(signed(a_directive()))
    guard = standing(signed(for_everybody(order=OrderKind.VIRTUAL_PATCH)))
    excepting = standing(
        signed(
            for_everybody(
                exceptions=(Rule(id="hazel", organisations=("hazel-defence",)),),
                claims=(ClaimNeeded(claim=ClaimName.ORGANISATION),),
            )
        )
    )
    assert of_desk(scoped, 1) is ModelState.RESTRICTED
    assert of_desk(guard, 1) is ModelState.GUARDED
    assert of_desk(excepting, 1) is ModelState.RESTRICTED


def test_the_strictest_of_several_orders_counts() -> None:
    orders = standing(signed(a_directive(1)), signed(for_everybody(2)))
    assert of_desk(orders, 1) is ModelState.CLOSED
    lifted = standing(signed(a_directive(1)), signed(for_everybody(2)), signed(a_lift(for_everybody(2))))
    assert of_desk(lifted, 24 * 11) is ModelState.RESTRICTED


def test_one_key_alone_is_shown_to_be_alone_and_to_end() -> None:
    orders = standing(signed(for_everybody(), 1))
    (item,) = feed_items(orders, at(1))
    assert not item.ratified
    assert item.until == at(71)
    assert order_state(orders, 71) is ItemState.EXPIRED


def test_a_stop_is_in_it_until_it_ends_or_is_lifted() -> None:
    stop = a_stop(models=("desk-helper", "sha256:" + "a" * 64))
    orders = standing(signed(stop))
    items = feed_items(orders, at(1))
    (item,) = items
    assert (item.what, item.state, item.contact) == (ItemKind.STOP, ItemState.IN_FORCE, stop.contact)
    table = models_table(items)
    assert table[DESK] == dict.fromkeys(sorted(Act), ModelState.CLOSED)
    assert "sha256:" + "a" * 64 in table
    assert states(feed_items(orders, at(24))) == {"stop": ItemState.EXPIRED}
    of_the_stop = {
        "directive": None,
        "content": stop.content_id,
        "stop": stop.id,
        "ground": LiftGround.RESCINDED,
        "verifications": (),
        "created": at(2),
        "effective": at(3),
    }
    lift = Lift.model_validate({**dict(a_lift()), **of_the_stop})
    over = standing(signed(stop), signed(lift))
    assert states(feed_items(over, at(3))) == {"stop": ItemState.LIFTED, "lift": ItemState.IN_FORCE}
    assert of_desk(over, 3) is ModelState.OPEN


def test_licences_are_counted_and_not_named() -> None:
    order = a_directive()
    licence = a_licence(order)
    orders = standing(signed(order), signed(licence))
    assert [one.licences for one in feed_items(orders, at(0.5))] == [0]
    assert [one.licences for one in feed_items(orders, at(1))] == [1]
    assert [one.licences for one in feed_items(orders, at(24 * 20))] == [0]
    revoked = standing(signed(order), signed(licence), signed(a_revocation(licence)))
    assert [one.licences for one in feed_items(revoked, at(2))] == [0]
    assert b"hazel-defence" not in status_feed(feed_items(orders, at(2)), SITE)


def test_a_dated_snapshot_is_not_the_whole_model() -> None:
    hosted = (HostedModel(provider="elm", name="desk-helper", snapshot="2026-05-01"),)
    model = a_model(hosted=hosted, purls=("pkg:huggingface/elm/desk@" + "c" * 40,), weights=("b" * 64,))
    subject = Subject(models=(model,), descendants=Descendants.NONE)
    (item,) = feed_items(standing(signed(for_everybody(subject=subject))), at(1))
    assert item.models[0].identifiers == (
        "elm/desk-helper@2026-05-01",
        ALIAS,
        "pkg:huggingface/elm/desk@" + "c" * 40,
        "sha256:" + "b" * 64,
    )


def everything() -> Orders:
    order, other = for_everybody(), a_directive(2)
    later = amended(other, created=at(5), effective=at(6), reasons="It is <narrower> & clearer.")
    return standing(
        signed(order),
        signed(a_lift(order)),
        signed(other),
        signed(later),
        signed(a_stop()),
        signed(a_licence(order)),
    )


def test_the_same_orders_give_the_same_bytes_until_something_changes() -> None:
    orders = everything()
    first, again, later = (feed_items(orders, when) for when in (at(24 * 11), at(24 * 12), at(24 * 30)))
    for written in (status_feed, json_feed, atom_feed):
        assert written(first, SITE) == written(again, SITE)
        assert written(first, SITE) != written(later, SITE)
    assert feed_page(first, SITE) == feed_page(again, SITE)


def test_the_projects_own_form_reads_back() -> None:
    items = feed_items(everything(), at(24 * 11))
    feed = DirectivesFeed.parse(status_feed(items, SITE), source="the feed")
    assert feed.items == items
    assert feed.models == models_table(items)
    assert feed.updated == at(24 * 10)


def test_the_json_feed_has_what_its_version_asks_for() -> None:
    feed = json.loads(json_feed(feed_items(everything(), at(24 * 11)), SITE))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == SITE.json_feed
    assert len({one["id"] for one in feed["items"]}) == len(feed["items"]) == 5
    for one in feed["items"]:
        assert isinstance(one["id"], str)
        assert one["url"].startswith(SITE.home + "#")
        assert one["content_text"]
        assert datetime.fromisoformat(one["date_published"]) <= datetime.fromisoformat(one["date_modified"])
    assert feed["_groundstop"]["models"][DESK]["infer"] == "restricted"


def test_the_atom_feed_has_what_the_standard_asks_for() -> None:
    feed = ElementTree.fromstring(atom_feed(feed_items(everything(), at(24 * 11)), SITE))  # noqa: S314
    assert feed.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated"):
        assert len(feed.findall(f"{ATOM}{name}")) == 1
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == len({entry.findtext(f"{ATOM}id") for entry in entries}) == 5
    for entry in entries:
        for name in ("id", "title", "updated", "author", "content"):
            assert len(entry.findall(f"{ATOM}{name}")) == 1
        assert (entry.findtext(f"{ATOM}id") or "").startswith("ni:///sha-256;")
    assert "It is <narrower> & clearer." in "".join(feed.itertext())
    latest = max(entry.findtext(f"{ATOM}updated") or "" for entry in entries)
    assert feed.findtext(f"{ATOM}updated") == latest == "2026-07-16T12:00:00Z"


def test_text_that_xml_cannot_hold_is_replaced() -> None:
    order = for_everybody(reasons="a\x00b\x1bc\ufffe]]>&<d")
    items = feed_items(standing(signed(order)), at(1))
    feed = ElementTree.fromstring(atom_feed(items, SITE))  # noqa: S314
    assert "a\ufffdb\ufffdc\ufffd]]>&<d" in "".join(feed.itertext())


def test_an_empty_feed_is_a_feed() -> None:
    items = feed_items(standing(), NOON)
    assert list(items) == []
    assert DirectivesFeed.parse(status_feed(items, SITE), source="it").updated == SITE.since
    assert json.loads(json_feed(items, SITE))["items"] == []
    assert b"<updated>2026-07-04T12:00:00Z</updated>" in atom_feed(items, SITE)
    assert "There are none." in feed_page(items, SITE)


def test_the_page_says_the_same_and_runs_nothing() -> None:
    items = feed_items(everything(), at(24 * 11))
    page = feed_page(items, SITE)
    assert "<script" not in page
    assert "It is &lt;narrower&gt; &amp; clearer." in page
    for item in items:
        assert page.count(f'id="{item.anchor}"') == 1
    for address in (SITE.json_feed, SITE.atom, SITE.status):
        assert f'href="{address}"' in page
    assert page.index("Restricted, amended: helper (in force)") < page.index("Withdrawn: helper (lifted)")


@pytest.mark.parametrize(
    "address", ["", "feed.json", "javascript:alert(1)", "https://", "https://a b", "ftp://a.example"]
)
def test_a_site_has_full_addresses(address: str) -> None:
    with pytest.raises(InputError, match="no address"):
        Site(SITE.title, SITE.author, address, SITE.json_feed, SITE.atom, SITE.status, SITE.since)


@settings(max_examples=25, deadline=None)
@given(hours=st.floats(-2, 24 * 40), later=st.floats(0, 24 * 10))
def test_nothing_ever_leaves_the_feed_and_its_date_never_goes_back(hours: float, later: float) -> None:
    orders = everything()
    first, second = feed_items(orders, at(hours)), feed_items(orders, at(hours + later))
    assert {one.content for one in first} == {one.content for one in second}
    assert max(one.changed for one in first) <= max(one.changed for one in second)
    assert models_table(first).keys() == models_table(second).keys()


PURL = "pkg:huggingface/elm/desk"


def about(number: int, model: SubjectModel, **changes: Any) -> Directive:
    subject = Subject(models=(model,), descendants=Descendants.NONE)
    return for_everybody(number, subject=subject, **changes)


def snapshot(day: str, label: str = "old", **changes: Any) -> SubjectModel:
    hosted = (HostedModel(provider="elm", name="desk-helper", snapshot=day),)
    return a_model(label, **{"hosted": hosted, "aliases": (), **changes})


def over(order: Directive) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return an order and a lift of it for everybody; it is over after 11 days."""
    return signed(order), signed(a_lift(order))


LATE_STOP = {"created": at(24 * 11), "expires": at(24 * 12)}


@pytest.mark.parametrize(
    ("lifted", "other", "name"),
    [
        (snapshot("2026-05-01"), a_stop(**LATE_STOP), f"{DESK}@2026-05-01"),
        (snapshot("v1"), a_stop(**LATE_STOP), f"{DESK}@v1"),
        (snapshot("v1"), a_stop(models=("Desk-Helper",), **LATE_STOP), f"{DESK}@v1"),
        (
            snapshot("v1", weights=("b" * 64,)),
            a_stop(models=("b" * 64,), **LATE_STOP),
            "sha256:" + "b" * 64,
        ),
        (a_model(), a_stop(models=("helper-latest",), **LATE_STOP), ALIAS),
        (
            snapshot("v1", purls=(PURL + "@" + "c" * 40,)),
            a_stop(models=(PURL,), **LATE_STOP),
            PURL + "@" + "c" * 40,
        ),
        (snapshot("v1"), for_everybody(2), f"{DESK}@v1"),
        (snapshot("v1", aliases=("helper-latest",)), for_everybody(2), ALIAS),
        (snapshot("desk-helper-2026-05-01"), for_everybody(2), f"{DESK}@desk-helper-2026-05-01"),
        (a_model(purls=(PURL + "@main",)), about(2, a_model("b", purls=(PURL,))), PURL + "@main"),
    ],
)
def test_what_reaches_an_identifier_in_other_words_closes_it_too(
    lifted: SubjectModel, other: Directive | Stop, name: str
) -> None:
    order = about(1, lifted)
    now = at(24 * 11 + 1)
    assert models_table(feed_items(standing(*over(order)), now))[name][Act.INFER] is ModelState.OPEN
    orders = standing(*over(order), signed(other))
    assert models_table(feed_items(orders, now))[name][Act.INFER] is ModelState.CLOSED
    assert not let_in(orders, name, now)


def test_another_snapshot_or_provider_is_not_closed_with_it() -> None:
    birch = (HostedModel(provider="birch", name="desk-helper", snapshot="every"),)
    first, second = about(1, snapshot("v1")), about(2, a_model("other", hosted=birch, aliases=()))
    stop = about(3, snapshot("v2", "new"))
    now = at(24 * 11)
    charter = a_charter(about=(About(provider="elm"), About(provider="birch")))
    orders = fold([published(*over(first), *over(second), signed(stop), charter=charter)])
    assert orders.refused == ()
    table = models_table(feed_items(orders, now))
    assert {name: acts[Act.INFER].value for name, acts in table.items()} == {
        f"{DESK}@v1": "open",
        f"{DESK}@v2": "closed",
        "birch/desk-helper": "open",
    }


def test_what_an_operator_departs_in_is_not_in_the_feed() -> None:
    (order,) = standing(signed(for_everybody())).orders
    aside = Override(
        directive=order.directive.id,
        content=order.content,
        direction=Direction.ALLOW,
        by="hazel",
        created=at(0),
        until=at(24),
        reason="It is needed.",
    )
    departed = replace(standing(), orders=(replace(order, override=aside),))
    assert of_desk(departed, 1) is ModelState.CLOSED


def let_in(orders: Orders, name: str, now: datetime) -> bool:
    """Tell whether somebody unknown is let in who asks for an identifier, whole or at its provider."""
    table, seconds = compile_table(orders), now.timestamp()
    provider, _, rest = name.partition("/")
    asked = [Facts(name)] if ":" in provider else [Facts(name), Facts(rest, provider=provider)]
    return all(decide(one, table, seconds, seconds).allowed for one in asked)


@settings(max_examples=60, deadline=None)
@given(
    hours=st.floats(0, 24 * 40),
    parts=st.sets(st.integers(0, 6), min_size=1),
)
def test_the_table_agrees_with_the_decision_for_every_identifier(hours: float, parts: set[int]) -> None:
    both = snapshot("2026-05-01", aliases=("helper-latest",), purls=(PURL,), weights=("b" * 64,))
    kinds: list[tuple[dict[str, Any], ...]] = [
        over(about(1, snapshot("v1"))),
        (signed(about(2, both, effective=at(48), expires=at(24 * 20))),),
        over(about(3, a_model(purls=(PURL + "@main",)))),
        (signed(a_stop()),),
        (signed(a_stop(id="GSS-20260706-0000000002", models=(PURL, "b" * 64))),),
        (signed(about(4, snapshot("v2", "new"), effective=at(100), expires=at(24 * 20))),),
        (signed(about(5, a_model("writer")), 1),),
    ]
    orders, now = standing(*(one for part in sorted(parts) for one in kinds[part])), at(hours)
    for name, acts in models_table(feed_items(orders, now)).items():
        assert let_in(orders, name, now) is (acts[Act.INFER] is ModelState.OPEN), name


def test_a_page_whose_author_is_its_title_does_not_say_it_twice() -> None:
    items = feed_items(everything(), at(1))
    assert "Published by Oak Office." in feed_page(items, SITE)
    assert "Published by" not in feed_page(items, replace(SITE, author=SITE.title))


def test_each_state_on_the_page_names_its_act_where_rows_are_stacked() -> None:
    page = feed_page(feed_items(standing(signed(for_everybody())), at(1)), SITE)
    assert page.count('data-head="infer"') == 2


@settings(max_examples=40, deadline=None)
@given(hours=st.floats(0, 24 * 40))
def test_the_table_agrees_with_the_decision_for_somebody_unknown(hours: float) -> None:
    orders = everything()
    now = at(hours)
    decision = decide(
        Facts("desk-helper", provider="elm"), compile_table(orders), now.timestamp(), now.timestamp()
    )
    # Every order here keeps out whoever is unknown, so only an open model lets them in.
    assert decision.allowed is (models_table(feed_items(orders, now))[DESK][Act.INFER] is ModelState.OPEN)
