from __future__ import annotations

import json
from pathlib import Path

from groundstop.documents.directives import Act, Quota, QuotaPeriod, Rule
from groundstop.documents.gateway import Change, GuardOutcome, GuardSaid
from groundstop.gateway.counting import (
    Blocked,
    CountedRecorder,
    Metrics,
    Narrowed,
    Tally,
    Used,
    read_narrower,
    used_in,
)
from groundstop.gateway.counting.quotas import DAY_S, together
from groundstop.gateway.gate import Gate, Who
from groundstop.gateway.news import News
from groundstop.gateway.recording import Entry
from groundstop.gateway.settings import Narrower
from tests.deciding_parts import CITIZEN, FOREIGN, LICENSEE, restricted, standing
from tests.directive_parts import a_licence, signed
from tests.receipt_parts import NOW, WITHDRAWN, a_gate, a_receipts, an_entry, who

ORDER = restricted().id


class Kept:
    """Keeps entries, or fails like a full disk."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.changes: list[Change] = []

    def decided(self, entry: Entry) -> None:
        self.entries.append(entry)

    def changed(self, request: str, change: Change, **more: object) -> None:
        self.changes.append(change)


def counted(metrics: Metrics, used: Used | None = None, narrowed: Narrowed | None = None) -> CountedRecorder:
    return CountedRecorder(Kept(), metrics, Blocked(metrics, narrowed), Used() if used is None else used)


def sums(metrics: Metrics) -> dict[tuple[str, ...], float]:
    return {
        (name.removeprefix("groundstop_"), *labels): value
        for (name, labels), value in metrics.snapshot().sums.items()
    }


def test_whom_an_order_keeps_out_for_lack_of_a_claim_is_counted_by_claim() -> None:
    metrics = Metrics()
    entry = an_entry(a_gate(restricted()))
    counted(metrics).decided(entry)
    decision = entry.ruling.decision
    assert decision is not None
    assert decision.missing
    found = sums(metrics)
    assert found["denials_total", "claim_unknown", ORDER] == 1
    for claim in decision.missing:
        assert found["denied_for_unknown_claim_total", ORDER, claim.value] == 1


def test_whoever_was_kept_out_and_comes_back_with_a_licence_is_counted_once() -> None:
    metrics = Metrics()
    gate = Gate(clock=lambda: NOW)
    gate.put(News(standing(signed(restricted()), signed(a_licence(restricted()))), NOW, NOW, ()))
    recorder = counted(metrics)
    recorder.decided(an_entry(gate, asks=who(LICENSEE)))
    assert ("denied_then_licensed_total", ORDER) not in sums(metrics)
    recorder.decided(an_entry(gate, asks=who(FOREIGN)))
    for _ in range(2):
        recorder.decided(an_entry(gate, asks=who(LICENSEE)))
    recorder.decided(an_entry(gate, asks=who(LICENSEE, "person-8")))
    assert sums(metrics)["denied_then_licensed_total", ORDER] == 1


def test_those_who_came_last_are_remembered() -> None:
    metrics = Metrics()
    gate = Gate(clock=lambda: NOW)
    gate.put(News(standing(signed(restricted()), signed(a_licence(restricted()))), NOW, NOW, ()))
    blocked = Blocked(metrics, most=2)
    for name in ("a", "b", "c"):
        blocked.saw(an_entry(gate, asks=who(FOREIGN, name)))
    for name in ("a", "b", "c"):
        blocked.saw(an_entry(gate, asks=who(LICENSEE, name)))
    assert sums(metrics) == {("denied_then_licensed_total", ORDER): 2}


def test_what_a_narrower_order_would_let_through_is_counted(tmp_path: Path) -> None:
    metrics = Metrics()
    everybody = restricted(definitions=(), scope=(Rule(id="all"),), claims=())
    path = tmp_path / "narrower.json"
    path.write_text(json.dumps(restricted().to_json()))
    narrowed = Narrowed(
        read_narrower([Narrower(directive=ORDER, instead=path.name)], tmp_path), clock=lambda: NOW
    )
    news = News(standing(signed(everybody)), NOW, NOW, ())
    gate = Gate(clock=lambda: NOW)
    gate.put(news)
    narrowed.put(news)
    narrowed.put(news)
    recorder = counted(metrics, narrowed=narrowed)
    for claims in (CITIZEN, FOREIGN, CITIZEN):
        entry = an_entry(gate, asks=who(claims))
        assert not entry.ruling.allowed
        recorder.decided(entry)
    assert sums(metrics)["allowed_if_narrower_total", ORDER] == 2


def test_guards_fallbacks_and_changes_are_counted() -> None:
    metrics = Metrics()
    recorder = counted(metrics)
    order = "GSD-20260706-0000000009"
    gate = a_gate()
    for outcome in GuardOutcome:
        said = (GuardSaid(directive=order, outcome=outcome),)
        kept_out = {GuardOutcome.BLOCKED: 403, GuardOutcome.NOT_ASSESSED: 451}
        recorder.decided(an_entry(gate, "clerk", guards=said)._replace(status=kept_out.get(outcome, 200)))
    recorder.decided(an_entry(gate, "clerk", instead_of=WITHDRAWN))
    recorder.changed("a", Change.CUT)
    found = sums(metrics)
    assert found["guards_total", order, "blocked"] == found["guards_total", order, "shadow"] == 1
    assert found["denials_total", "request_blocked", order] == 1
    assert found["denials_total", "guard_not_assessed", order] == 1
    assert found["fallbacks_total", WITHDRAWN] == 1
    assert found["changes_total", "cut"] == 1


def test_everything_closed_is_counted_as_a_denial_by_no_order() -> None:
    metrics = Metrics()
    counted(metrics).decided(an_entry(Gate()))
    assert sums(metrics) == {("denials_total", "gateway_closed", ""): 1}


def licensed(used: Used, clock: list[float], quota: Quota) -> tuple[Gate, Who]:
    gate = Gate(used=used, clock=lambda: clock[0])
    orders = standing(signed(restricted()), signed(a_licence(restricted(), quota=quota)))
    gate.put(News(orders, NOW, NOW, ()))
    used.learn(orders)
    return gate, who(LICENSEE)


def test_a_quota_of_a_day_is_used_up_and_begins_anew() -> None:
    clock = [NOW]
    used = Used(clock=lambda: clock[0])
    gate, holder = licensed(used, clock, Quota(requests=2, per=QuotaPeriod.DAY))
    recorder = counted(Metrics(), used)
    allowed = []
    for _ in range(3):
        entry = an_entry(gate, asks=holder)
        recorder.decided(entry)
        allowed.append(entry.ruling.allowed)
    assert allowed == [True, True, False]
    clock[0] = (NOW // DAY_S + 1) * DAY_S
    in_force = gate.in_force
    assert in_force is not None
    gate.put(News(in_force.orders, clock[0], clock[0], ()))
    assert gate.rule([WITHDRAWN], Act.INFER, holder).allowed


def test_what_other_processes_let_through_counts_too() -> None:
    clock = [NOW]
    used = Used(clock=lambda: clock[0])
    gate, holder = licensed(used, clock, Quota(requests=5, per=QuotaPeriod.TOTAL))
    licence = a_licence().id
    assert gate.rule([WITHDRAWN], Act.INFER, holder).allowed
    used.hear({licence: Tally(4, 0, 0)})
    assert dict(used) == {licence: 4}
    used.count(licence)
    assert not gate.rule([WITHDRAWN], Act.INFER, holder).allowed
    assert used.own == {licence: Tally(1, int(NOW // DAY_S), 1)}
    assert len(used) == 1


def test_counts_of_several_days_are_put_together() -> None:
    both = together(
        [{"a": Tally(5, 10, 2)}, {"a": Tally(3, 11, 1), "b": Tally(1, 9, 1)}, {"a": Tally(1, 11, 1)}]
    )
    assert both == {"a": Tally(9, 11, 2), "b": Tally(1, 9, 1)}


def test_what_was_used_is_found_in_receipts(tmp_path: Path) -> None:
    assert used_in(tmp_path) == {}
    used = Used(clock=lambda: NOW)
    gate, holder = licensed(used, [NOW], Quota(requests=50, per=QuotaPeriod.DAY))
    receipts = a_receipts(tmp_path)
    recorder = CountedRecorder(receipts, Metrics(), Blocked(Metrics()), used)
    for _ in range(3):
        recorder.decided(an_entry(gate, asks=holder))
    recorder.decided(an_entry(gate))
    recorder.decided(an_entry(gate, asks=holder)._replace(status=403))
    receipts.close()
    assert used_in(tmp_path) == used.own == {a_licence().id: Tally(3, int(NOW // DAY_S), 3)}
