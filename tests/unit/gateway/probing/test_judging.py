from __future__ import annotations

import json
from typing import Any

import pytest

from groundstop.documents.gateway import Caller, Expected, Probe, ProbeOutcome
from groundstop.gateway.probing import Answer, ProbedOrder, judge
from tests.directive_parts import a_directive

ORDER = ProbedOrder.of(a_directive(fallback=True))
OURS = {"groundstop-source": "gateway", "content-type": "application/json"}
THEIRS = {"groundstop-source": "upstream", "content-type": "application/json"}


def denial(status: int = 451, *, directive: str | None = None, headers: Any = None, **details: Any) -> Answer:
    said = {"reason": "model_withdrawn", "directive": directive or ORDER.id, "others": [], **details}
    body = {"error": {"message": "no", "code": said["reason"], "groundstop": said}}
    return Answer(status, headers or OURS, json.dumps(body).encode())


def closed() -> Answer:
    said = {"reason": "gateway_closed", "directive": None}
    return Answer(503, OURS, json.dumps({"error": {"groundstop": said}}).encode())


def error(status: int, code: str = "", headers: Any = OURS) -> Answer:
    return Answer(status, headers, json.dumps({"error": {"message": "no", "code": code}}).encode())


def served(by: str | None = None, order: str | None = None, model: str = "desk-helper") -> Answer:
    headers = {"content-type": "application/json"}
    if by is not None:
        headers |= {"groundstop-answered-by": by, "groundstop-order": order or ORDER.id}
    return Answer(200, headers, json.dumps({"model": model}).encode())


def asked(by: str, order: str | None = None) -> dict[str, str]:
    return {**THEIRS, "groundstop-answered-by": by, "groundstop-order": order or ORDER.id}


def listed(**mark: Any) -> Answer:
    return Answer(
        200, {"content-type": "application/json"}, json.dumps({"id": "m", "groundstop": mark}).encode()
    )


def cut_stream() -> Answer:
    text = json.dumps({"error": {"groundstop": {"reason": "model_withdrawn", "directive": ORDER.id}}})
    return Answer(200, {"content-type": "text/event-stream"}, f"data: {text}\n\n".encode())


GOOD, LEAK, CUT_OFF, UNREACHABLE, UNPROVED, NOWHERE = (
    ProbeOutcome.AS_EXPECTED,
    ProbeOutcome.LEAK,
    ProbeOutcome.CUT_OFF,
    ProbeOutcome.UNREACHABLE,
    ProbeOutcome.UNPROVED,
    ProbeOutcome.NOT_APPLICABLE,
)
OTHER = "GSD-20260706-0000000009"

DENIED = {
    "our denial": (denial(), GOOD),
    "our denial, where another order is the stricter": (denial(directive=OTHER, others=[ORDER.id]), GOOD),
    "a denial by another order alone": (denial(directive=OTHER), UNPROVED),
    "a denial that what answers made up": (denial(headers=THEIRS), LEAK),
    "an answer": (served(), LEAK),
    "another model's answer": (served("desk-clerk", model="desk-clerk"), GOOD),
    "another model's answer, by another order": (served("desk-clerk", OTHER, "desk-clerk"), UNPROVED),
    "an answer by another name of the same model": (served("helper-latest"), LEAK),
    "an answer that says another name and comes from the model": (served("desk-clerk"), LEAK),
    "a stream that is cut at once": (cut_stream(), LEAK),
    "no such route here": (error(404, "route_not_allowed"), NOWHERE),
    "no such model there": (error(404, "model_not_found", THEIRS), LEAK),
    "another model was asked, and has no such route": (error(404, headers=asked("desk-clerk")), NOWHERE),
    "another model was asked, by another order": (error(404, headers=asked("desk-clerk", OTHER)), LEAK),
    "the same model was asked by another name": (error(404, headers=asked("helper-latest")), LEAK),
    "another model was asked, and is down": (error(503, headers=asked("desk-clerk")), LEAK),
    "somebody else's 404": (error(404, headers={}), UNPROVED),
    "what answers is down": (error(502, "upstream_unreachable"), LEAK),
    "closed to everybody": (closed(), UNPROVED),
    "wrong credentials": (error(401, "credentials"), UNPROVED),
    "too fast": (error(429), UNPROVED),
}
SERVED = {
    "an answer": (served(), GOOD),
    "our denial": (denial(), CUT_OFF),
    "a denial for a claim that is unknown": (denial(reason="claim_unknown"), CUT_OFF),
    "a denial by another order": (denial(directive=OTHER), NOWHERE),
    "closed to everybody": (closed(), CUT_OFF),
    "a guard": (denial(403, reason="request_blocked"), CUT_OFF),
    "another model's answer": (served("desk-clerk"), CUT_OFF),
    "a stream that is cut": (cut_stream(), CUT_OFF),
    "no such model there": (error(404, "model_not_found", THEIRS), NOWHERE),
    "no such route here": (error(404, "route_not_allowed"), NOWHERE),
    "what answers is down": (error(502, "upstream_unreachable"), UNREACHABLE),
    "wrong credentials": (error(401), UNPROVED),
    "a redirect": (Answer(302, {}, b""), UNPROVED),
}

KEPT_OUT = {
    "our denial": (denial(), GOOD),
    "refused as malformed": (error(400, "duplicate_key"), GOOD),
    "refused as a path": (error(404, "route_not_allowed"), GOOD),
    "refused for its encoding": (error(415, "content_encoding"), GOOD),
    "an answer": (served(), LEAK),
    "refused by what answers": (error(400, "bad", THEIRS), LEAK),
    "what answers is down": (error(502, "upstream_unreachable"), LEAK),
    "refused by somebody in front": (error(400, headers={}), UNPROVED),
}

MARKED = {
    "marked": (listed(available=False, directive=ORDER.id), GOOD),
    "marked for another": (listed(available=False, directive=OTHER), UNPROVED),
    "not marked": (listed(available=True), UNPROVED),
    "no such model": (error(404), NOWHERE),
}

OPEN = {
    "not marked": (listed(available=True), GOOD),
    "plain": (served(), GOOD),
    "marked": (listed(available=False, directive=ORDER.id), CUT_OFF),
    "marked for another": (listed(available=False, directive=OTHER), NOWHERE),
    "down": (error(502), UNREACHABLE),
}

TABLE = {
    (expected, what): row
    for expected, rows in {
        Expected.DENIED: DENIED,
        Expected.SERVED: SERVED,
        Expected.KEPT_OUT: KEPT_OUT,
        Expected.MARKED: MARKED,
        Expected.OPEN: OPEN,
    }.items()
    for what, row in rows.items()
}


@pytest.mark.parametrize(("expected", "what"), TABLE, ids=lambda one: str(one))
def test_an_answer_comes_out_as_it_must(expected: Expected, what: str) -> None:
    answer, outcome = TABLE[expected, what]
    probe = Probe(route="chat.completions", model="desk-helper", caller=Caller.WITHDRAWN, expected=expected)
    probed = judge(probe, answer, ORDER)
    assert probed.outcome is outcome, probed.why
    assert probed.status == answer.status
    assert (probed.why is None) is (outcome is GOOD)


def test_that_a_licence_is_used_up_is_the_gateways_word_and_proves_nothing() -> None:
    used_up = denial(licence="its quota is used up")
    probe = Probe(
        route="chat.completions", model="desk-helper", caller=Caller.LICENSED, expected=Expected.SERVED
    )
    probed = judge(probe, used_up, ORDER)
    assert probed.outcome is UNPROVED
    assert "its quota is used up" in str(probed.why)
    assert judge(probe, denial(), ORDER).outcome is CUT_OFF
    permitted = probe.model_copy(update={"caller": Caller.PERMITTED})
    assert judge(permitted, used_up, ORDER).outcome is CUT_OFF


def test_nothing_that_comes_back_is_unreachable() -> None:
    probe = Probe(route="messages", model="desk-helper", caller=Caller.UNKNOWN, expected=Expected.SERVED)
    probed = judge(probe, None, ORDER, trouble="no answer in 5 s")
    assert (probed.outcome, probed.status, probed.why) == (UNREACHABLE, None, "no answer in 5 s")


@pytest.mark.parametrize("route", ["batches", "responses.get"])
def test_what_an_upstream_keeps_from_others_by_itself_is_no_leak(route: str) -> None:
    probe = Probe(
        route=route,
        model="desk-helper",
        caller=Caller.WITHDRAWN,
        way="of-another",
        expected=Expected.KEPT_OUT,
    )
    assert judge(probe, error(404, "not_found", THEIRS), ORDER).outcome is NOWHERE
    assert judge(probe, served(), ORDER).outcome is LEAK


def test_whoever_asked_for_no_other_model_must_not_get_one() -> None:
    probe = Probe(
        route="messages",
        model="desk-helper",
        caller=Caller.WITHDRAWN,
        fallback=False,
        expected=Expected.DENIED,
    )
    assert judge(probe, served("desk-clerk", model="desk-clerk"), ORDER).outcome is LEAK


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(206, {}, b"G"), LEAK),
        (Answer(200, {}, b""), UNPROVED),
        (Answer(403, {}, b""), GOOD),
        (Answer(451, {}, b""), GOOD),
        (Answer(503, {}, b""), UNREACHABLE),
    ],
    ids=["bytes", "no bytes", "403", "451", "503"],
)
def test_of_weights_it_matters_whether_bytes_come(answer: Answer, outcome: ProbeOutcome) -> None:
    probe = Probe(
        route="weights",
        model="https://weights.example/helper.gguf",
        caller=Caller.UNKNOWN,
        way="bytes",
        expected=Expected.KEPT_OUT,
    )
    assert judge(probe, answer, ORDER).outcome is outcome


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"[" * 100_000, b'{"error": 3}', b"\xff\xfe"])
def test_whatever_comes_back_is_judged(body: bytes) -> None:
    for expected in Expected:
        probe = Probe(route="messages", model="desk-helper", caller=Caller.UNKNOWN, expected=expected)
        for kind in ("application/json", "text/event-stream"):
            judge(probe, Answer(451, {"content-type": kind}, body), ORDER)
