from __future__ import annotations

import json
import math

import pytest

from groundstop.gateway.counting import FAMILIES, Gauge, Kind, Metrics, Snapshot, exposition, merged
from groundstop.gateway.counting.families import CLOSED, REQUESTS, STREAMS, TABLE, UPSTREAMS
from groundstop.gateway.counting.metrics import NOTHING

parser = pytest.importorskip("prometheus_client.parser", reason="prometheus_client is not installed")


def some() -> Metrics:
    metrics = Metrics()
    metrics.answered("chat.completions", 200, 0.004)
    metrics.answered("chat.completions", 200, 0.3)
    metrics.answered("messages", 451, 0.0002)
    metrics.first_piece("messages", 1000.0)
    metrics.streams(3)
    metrics.streams(-1)
    metrics.upstream('elm "x"\\\n', "timeout", 0.5)
    return metrics


def read(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in parser.text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_prometheus_reads_what_was_counted() -> None:
    text = exposition(some().snapshot(), [Gauge(TABLE, ("sha256:ab",), 1), Gauge(CLOSED, (), 0)])
    found = read(text)
    assert found["groundstop_requests_total", (("route", "chat.completions"), ("status", "200"))] == 2
    assert found["groundstop_requests_total", (("route", "messages"), ("status", "451"))] == 1
    assert found["groundstop_streams_open", ()] == 2
    assert found["groundstop_table_info", (("digest", "sha256:ab"),)] == 1
    key = ("outcome", "timeout"), ("upstream", 'elm "x"\\\n')
    assert found["groundstop_upstream_answers_total", key] == 1


def test_a_histogram_counts_up_to_the_last_bucket() -> None:
    found = read(exposition(some().snapshot()))
    chat = ("route", "chat.completions")
    buckets = {
        dict(labels)["le"]: value
        for (name, labels), value in found.items()
        if name == "groundstop_request_seconds_bucket" and chat in labels
    }
    assert buckets["0.0025"] == 0
    assert buckets["0.005"] == 1
    assert buckets["0.5"] == buckets["+Inf"] == 2
    assert found["groundstop_request_seconds_count", (chat,)] == 2
    assert math.isclose(found["groundstop_request_seconds_sum", (chat,)], 0.304)
    assert found["groundstop_first_piece_seconds_bucket", (("le", "300"), ("route", "messages"))] == 0
    assert found["groundstop_first_piece_seconds_bucket", (("le", "+Inf"), ("route", "messages"))] == 1


def test_every_family_is_told_with_its_kind_even_when_nothing_was_counted() -> None:
    families = {one.name: one for one in parser.text_string_to_metric_families(exposition(NOTHING))}
    for family in FAMILIES:
        told = families[family.name.removesuffix("_total")]
        assert (told.type, told.documentation) == (family.kind.value, family.help)


def test_a_snapshot_survives_the_way_between_processes() -> None:
    snapshot = some().snapshot()
    assert Snapshot.from_json(json.loads(json.dumps(snapshot.to_json()))) == snapshot


@pytest.mark.parametrize(
    "bad", [{}, {"sums": [["other", [], 1]], "spreads": []}, {"sums": 3, "spreads": []}, []]
)
def test_what_is_no_snapshot_is_refused(bad: object) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        Snapshot.from_json(bad)


def test_processes_are_added_up() -> None:
    both = merged([some().snapshot(), some().snapshot(), NOTHING])
    assert both.sums[REQUESTS.name, ("chat.completions", "200")] == 4
    spread = both.spreads["groundstop_request_seconds", ("chat.completions",)]
    assert sum(spread.counts) == 4
    assert math.isclose(spread.sum, 0.608)


def test_of_a_process_that_has_ended_counts_stay_and_states_do_not() -> None:
    left = some().snapshot().counted()
    assert left.sums[REQUESTS.name, ("messages", "451")] == 1
    assert (STREAMS.name, ()) not in left.sums


def test_names_cannot_fill_the_memory() -> None:
    metrics = Metrics()
    for number in range(6000):
        metrics.add(UPSTREAMS, (str(number), "ok"))
        metrics.upstream(str(number), "ok", 0.1)
    snapshot = metrics.snapshot()
    assert len(snapshot.sums) == len(snapshot.spreads) == 5000


def test_a_family_has_buckets_when_it_is_a_histogram() -> None:
    for family in FAMILIES:
        assert bool(family.buckets) is (family.kind is Kind.HISTOGRAM)
        assert (family.kind is Kind.COUNTER) is family.name.endswith("_total")
