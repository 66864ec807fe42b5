"""Certificates, probes and drills as text and pages: golden files, what each says, and what is never in it.

To write the golden files anew: REWRITE_GOLDEN=1 pytest tests/unit/reports
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from groundstop.cli.gateway_drill import outcome_code
from groundstop.documents.gateway import (
    DrillReport,
    DrillSecond,
    EnforcementCertificate,
    Lack,
    ProbeOutcome,
    ProbeReport,
    UnreachableCopy,
)
from groundstop.errors import ExitCode
from groundstop.evidence.statements import read_signed
from groundstop.reports.gateway_certificate import certificate_text
from groundstop.reports.gateway_certificate_page import certificate_page
from groundstop.reports.gateway_drill import drill_headline, drill_page, drill_text
from groundstop.reports.gateway_probes import probes_text
from groundstop.reports.gateway_words import LACK_WORDS, lacks_words, verdict
from tests.directive_parts import at
from tests.proving_parts import GOOD, NAMES, a_fleet, a_probed, a_report, an_acknowledgement, joined
from tests.unit.reports.test_pages import GOLDEN, HOSTILE, printed

COPIES = (
    UnreachableCopy(what="weights that were copied", why="nobody knows where they are"),
    UnreachableCopy(what="a mirror in XB", why="its host does not answer", copies=2),
)


def incomplete() -> EnforcementCertificate:
    said = [an_acknowledgement(name) for name in NAMES[:2]]
    leaking = (*GOOD, a_probed(ProbeOutcome.LEAK))
    seen = [a_report(NAMES[0]), a_report(NAMES[1], leaking)]
    return joined(said, seen, fleet=a_fleet(unreachable=COPIES))


def complete() -> EnforcementCertificate:
    said = [an_acknowledgement(name) for name in NAMES]
    return joined(said, [a_report(name) for name in NAMES])


def a_look(*outcomes: ProbeOutcome) -> ProbeReport:
    probes = (*GOOD, *(a_probed(one).model_copy(update={"why": "it was so"}) for one in outcomes))
    signed = read_signed(a_report(NAMES[0], probes), source="it")
    return ProbeReport.from_json(dict(signed.predicate), source="it")


def a_drill(**changes: Any) -> DrillReport:
    pieces = [
        DrillSecond(from_s=place / 4 - 1, served=20, fallback=0, denied=0, failed=0) for place in range(4)
    ]
    pieces += [DrillSecond(from_s=0.0, served=3, fallback=0, denied=40, failed=0)]
    pieces += [
        DrillSecond(from_s=place / 4, served=0, fallback=18, denied=2, failed=0) for place in range(1, 6)
    ]
    values: dict[str, Any] = {
        "gateway": "gate-north",
        "created": at(1),
        "model": "desk-helper",
        "live": False,
        "streams": 40,
        "before_s": 1.0,
        "after_s": 1.5,
        "piece_s": 0.25,
        "pieces": tuple(pieces),
        "last_served_s": 0.02,
        "cut": 37,
        "finished": 0,
        "restored_s": 0.01,
    }
    return DrillReport(**{**values, **changes})


def failed_drill() -> DrillReport:
    pieces = (DrillSecond(from_s=0.0, served=0, fallback=0, denied=0, failed=3),)
    return a_drill(pieces=pieces, failures=("3 times: the stream broke off",), last_served_s=None)


MADE: dict[str, Callable[[], str]] = {
    "gateway_certificate.html": lambda: certificate_page(incomplete()),
    "gateway_certificate.txt": lambda: printed(certificate_text(incomplete())),
    "gateway_drill.html": lambda: drill_page(a_drill()),
    "gateway_drill.txt": lambda: printed(drill_text(a_drill())),
    "gateway_probes.txt": lambda: printed(probes_text(a_look(*ProbeOutcome))),
}
PAGES = [name for name in MADE if name.endswith(".html")]


def without_digests(text: str) -> str:
    """Leave out what differs from run to run: keys are made anew."""
    text = re.sub(r"sha256:\s?[0-9a-f]{64}", "sha256:DIGEST", text)
    return re.sub(r'soft">[0-9a-f]{12}<', 'soft">KEY<', text)


@pytest.mark.parametrize("name", MADE)
def test_what_is_proved_is_reported_the_same_as_ever(name: str) -> None:
    made = without_digests(MADE[name]())
    path = GOLDEN / name
    if os.environ.get("REWRITE_GOLDEN"):
        path.write_text(made, encoding="utf-8")
    assert made == path.read_text(encoding="utf-8"), "see the head of this file"


@pytest.mark.parametrize("name", PAGES)
def test_pages_need_nothing_from_outside_and_run_nothing(name: str) -> None:
    page = MADE[name]()
    assert "<script" not in page
    assert not re.findall(r"(?:src|href)\s*=|@import|url\(", page)
    assert "default-src 'none'" in page


def test_a_drill_in_which_the_model_answered_nobody_before_shows_nothing() -> None:
    denied = tuple(
        DrillSecond(from_s=place / 4 - 1, served=0, fallback=0, denied=5, failed=0) for place in range(8)
    )
    nobody = a_drill(pieces=denied, cut=0, last_served_s=None)
    assert drill_headline(nobody).startswith("It shows nothing: desk-helper answered nobody before")
    assert 'class="decision undecided"' in drill_page(nobody)
    assert outcome_code(nobody) is ExitCode.INCONCLUSIVE
    cut_at_once = a_drill(pieces=denied, cut=3, last_served_s=None)
    assert outcome_code(cut_at_once) is ExitCode.GOOD


def test_nothing_that_somebody_wrote_is_taken_for_markup() -> None:
    copies = (UnreachableCopy(what=HOSTILE, why=HOSTILE),)
    hostile = incomplete().model_copy(update={"unreachable": copies, "limits": (HOSTILE,)})
    page = certificate_page(hostile)
    drilled = drill_page(a_drill(model="desk", failures=(HOSTILE,)))
    for text in (page, drilled):
        assert "<script" not in text
        assert "\x1b" not in text
    assert "\x1b" not in printed(certificate_text(hostile))


def test_what_is_missing_stands_before_what_is_proved() -> None:
    text = printed(certificate_text(incomplete()))
    assert text.index("gate-south") < text.index("gate-north:")
    assert "Missing: gate-south, gate-west." in " ".join(text.split())


def test_a_complete_certificate_says_so_first() -> None:
    assert printed(certificate_text(complete())).startswith("Complete: ")
    assert "<h1>Complete</h1>" in certificate_page(complete())


def test_of_very_many_gateways_that_lack_something_a_few_are_named() -> None:
    names = [f"gate-{number:02}" for number in range(20)]
    told = verdict(joined([], [], fleet=a_fleet(names)))
    assert "0 of 20 gateways" in told
    assert "gate-04 and 15 more" in told


def test_every_lack_has_words() -> None:
    assert set(LACK_WORDS) == set(Lack)
    proof = incomplete().gateways[0].model_copy(update={"lacks": (Lack.SILENT, Lack.CLOSED)})
    assert lacks_words(proof).endswith("lawful users too.")


def test_a_drill_in_which_requests_failed_says_so_first() -> None:
    assert drill_headline(failed_drill()) == (
        "After the withdrawal desk-helper answered nobody; 3 requests failed."
    )
    assert "the stream broke off" in printed(drill_text(failed_drill()))
    assert 'class="decision violated"' in drill_page(failed_drill())


def test_probes_that_came_out_alike_are_told_together() -> None:
    text = printed(probes_text(a_look(*[ProbeOutcome.LEAK] * 3)))
    assert "Leaks (3)" in text
    assert "(3 times)" in " ".join(text.split())


def test_a_certificate_that_is_older_says_when_it_was_made() -> None:
    made = joined([], [], now=at(10) + timedelta(minutes=1))
    assert "2026-07-06 22:01:00 UTC" in certificate_page(made)
