from __future__ import annotations

from typing import Any

from groundstop.directives.subscribing.stopping import operator_stops
from groundstop.documents.directives import Act
from groundstop.documents.gateway import GatewayNotice, NoticeEvent
from groundstop.gateway.notifying import notices, touches
from groundstop.gateway.notifying.touching import Told
from groundstop.gateway.settings import Settings, Upstream
from tests.deciding_parts import standing
from tests.directive_parts import a_directive, a_licence, a_lift, a_stop, amended, at, for_everybody, signed

NOW = at(1)


def settings(**changes: Any) -> Settings:
    upstream: dict[str, Any] = {
        "name": "elm",
        "url": "http://127.0.0.1:9/v1",
        "provider": "elm",
        "models": ("desk-helper", "desk-clerk"),
        "aliases": {"our-desk": "desk-helper"},
    }
    return Settings(
        name="gate-north", operator="riverside-cloud", upstream=(Upstream(**{**upstream, **changes}),)
    )


def told(*documents: Any, before: dict[str, Told] | None = None, **changes: Any) -> list[GatewayNotice]:
    orders = standing(*(signed(one) for one in documents))
    found = notices(before or {}, touches(orders, settings(**changes)), gateway="gate-north", now=NOW)
    return [notice for _, notice, _ in found]


def after(*documents: Any) -> dict[str, Told]:
    orders = standing(*(signed(one) for one in documents))
    found = notices({}, touches(orders, settings()), gateway="gate-north", now=NOW)
    return {key: last for key, _, last in found}


def test_an_order_about_a_model_that_is_offered_is_told_with_the_names_it_goes_by_here() -> None:
    (notice,) = told(a_directive())
    assert notice.event is NoticeEvent.ARRIVED
    assert notice.order == a_directive().id
    assert notice.models == ("desk-helper",)
    assert notice.until == a_directive().expires
    assert notice.more == "https://office.example/orders/1"


def test_an_order_about_other_models_or_another_provider_is_not_told() -> None:
    assert told(a_directive(), models=("desk-clerk",), aliases={}) == []
    assert told(a_directive(), provider="fern") == []


def test_where_the_models_are_not_listed_the_orders_own_names_count() -> None:
    (notice,) = told(a_directive(), models=(), aliases={})
    assert "desk-helper" in notice.models
    assert "helper-latest" in notice.models


def test_a_stop_is_told_too() -> None:
    (notice,) = told(a_stop())
    assert (notice.order, notice.order_kind, notice.models) == (a_stop().id, None, ("desk-helper",))


def test_what_was_told_is_not_told_again() -> None:
    assert told(a_directive(), before=after(a_directive())) == []


def test_an_amendment_a_licence_and_a_lift_are_told_as_what_they_are() -> None:
    order = a_directive()
    before = after(order)
    (changed,) = told(order, amended(order, created=at(0.5)), before=before)
    assert (changed.event, changed.sequence) == (NoticeEvent.CHANGED, 2)
    (licensed,) = told(order, a_licence(order), before=before)
    assert licensed.event is NoticeEvent.CHANGED
    (lifted,) = told(order, a_lift(order), before=before)
    assert lifted.event is NoticeEvent.LIFTED
    assert len({changed.id, licensed.id, lifted.id}) == 3


def test_an_order_that_is_no_longer_obeyed_is_told_as_gone() -> None:
    (gone,) = told(before=after(a_directive()))
    assert (gone.event, gone.order) == (NoticeEvent.GONE, a_directive().id)


def test_the_same_news_has_the_same_id_at_whatever_time_it_is_told() -> None:
    assert told(a_directive())[0].id == told(a_directive())[0].id


def test_the_stop_file_is_not_told_again_each_day() -> None:
    from groundstop.directives.orders import Orders

    def found(hours: float, before: dict[str, Told]) -> Any:
        stops = operator_stops(["desk-helper"], now=at(hours))
        orders = Orders((), stops, (), (), ())
        return notices(before, touches(orders, settings()), gateway="gate-north", now=at(hours))

    ((key, notice, last),) = found(0, {})
    assert notice.event is NoticeEvent.ARRIVED
    assert found(24, {key: last}) == ()


def test_what_people_have_to_see_to_is_said() -> None:
    order = for_everybody(not_enforced=("Nobody shows it at a fair.",), acts=(Act.INFER, Act.DOWNLOAD))
    (notice,) = told(order)
    assert any("Nobody shows it at a fair." in one for one in notice.response_needed)
    assert any("download" in one for one in notice.response_needed)
