"""A verification as JUnit XML."""

from __future__ import annotations

import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from groundstop.documents import Draw, FixVerdict, Undetermined
from groundstop.reports import PartState, junit_xml, sarif, verdict_sentence, verdict_state
from groundstop.reports.verification_parts import parts_of
from tests import verification_parts as parts
from tests import verifications as made
from tests.unit.reports.test_pages import HOSTILE

EVERY = made.every_kind()
OUTCOMES = {"failure", "error", "skipped"}


def suite(xml: str) -> ElementTree.Element:
    return ElementTree.fromstring(xml)  # noqa: S314 - our own document


def outcome(xml: str, name: str) -> str:
    """Return how a test came out: ``passed``, ``failure``, ``error`` or ``skipped``."""
    case = next(one for one in suite(xml) if one.tag == "testcase" and one.attrib["name"] == name)
    return case[0].tag if len(case) else "passed"


@pytest.mark.parametrize("name", EVERY)
def test_the_suite_has_the_structure_that_readers_of_junit_rely_on(name: str) -> None:
    xml = junit_xml(EVERY[name])
    root = suite(xml)
    assert xml.startswith('<?xml version="1.0" encoding="UTF-8"?>\n')
    assert root.tag == "testsuite"
    assert {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname"} <= set(
        root.attrib
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", root.attrib["timestamp"])
    assert re.fullmatch(r"\d+(\.\d+)?", root.attrib["time"])
    tags = [child.tag for child in root]
    cases = [child for child in root if child.tag == "testcase"]
    assert tags == ["properties", *["testcase"] * len(cases), "system-out", "system-err"]
    for case in cases:
        assert {"name", "classname", "time"} == set(case.attrib)
        assert len(case) <= 1
        assert {child.tag for child in case} <= OUTCOMES
        for child in case:
            assert set(child.attrib) == ({"message"} if child.tag == "skipped" else {"type", "message"})
    for prop in root[0]:
        assert prop.tag == "property"
        assert set(prop.attrib) == {"name", "value"}
        assert prop.attrib["name"]


@pytest.mark.parametrize("name", EVERY)
def test_the_suites_counts_are_those_of_its_tests(name: str) -> None:
    root = suite(junit_xml(EVERY[name]))
    cases = [child for child in root if child.tag == "testcase"]
    found = [case[0].tag for case in cases if len(case)]
    assert int(root.attrib["tests"]) == len(cases) == 1 + len(parts_of(EVERY[name]))
    for tag, counted in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        assert int(root.attrib[counted]) == found.count(tag)
    assert len({case.attrib["name"] for case in cases}) == len(cases)


@pytest.mark.parametrize("name", EVERY)
def test_no_suite_is_green_unless_the_class_is_mitigated(name: str) -> None:
    v = EVERY[name]
    root = suite(junit_xml(v))
    green = root.attrib["failures"] == root.attrib["errors"] == "0"
    assert not green or (v.verdict is FixVerdict.CLASS_MITIGATED and verdict_state(v) is PartState.GOOD)


@pytest.mark.parametrize("name", EVERY)
def test_junit_sarif_and_the_state_agree_on_the_verdict(name: str) -> None:
    v = EVERY[name]
    (result,) = sarif(v)["runs"][0]["results"]
    told = (outcome(junit_xml(v), "verdict"), result["level"])
    assert (
        told
        == {
            PartState.GOOD: ("passed", "note"),
            PartState.BAD: ("failure", "error"),
            PartState.UNDECIDED: ("error", "warning"),
        }[verdict_state(v)]
    )


def test_each_part_fails_errs_or_is_skipped_as_it_came_out() -> None:
    blocked = junit_xml(made.technique_blocked())
    assert outcome(blocked, "reported recipe") == "passed"
    assert outcome(blocked, "variants: persona") == "failure"
    assert outcome(blocked, "variants: encoding") == "passed"
    assert outcome(junit_xml(made.residual()), "reported recipe") == "failure"
    assert outcome(junit_xml(made.residual()), "variants: persona") == "skipped"
    assert outcome(junit_xml(made.residual()), "ordinary requests") == "skipped"
    assert outcome(junit_xml(made.regressed_benign()), "ordinary requests") == "failure"
    assert outcome(junit_xml(made.undetermined(Undetermined.BENIGN)), "ordinary requests") == "error"
    assert outcome(junit_xml(made.undetermined(Undetermined.ENDPOINT)), "endpoint") == "error"
    assert outcome(junit_xml(made.undetermined(Undetermined.JUDGE)), "reported recipe") == "error"
    assert outcome(junit_xml(made.claim_unsupported()), "claimed block rate") == "failure"
    assert outcome(junit_xml(made.claim_supported()), "claimed block rate") == "passed"
    assert outcome(junit_xml(made.mixture_mitigated()), "variants: mixture") == "passed"
    assert outcome(junit_xml(made.mixture_mitigated()), "variants: persona") == "skipped"


def test_the_verdict_and_its_terms_are_properties() -> None:
    root = suite(junit_xml(made.undetermined(Undetermined.JUDGE)))
    found = {one.attrib["name"]: one.attrib["value"] for one in root[0]}
    assert found["verdict"] == "inconclusive"
    assert found["undetermined"] == "judge"
    assert found["finding"] == parts.FINDING_ID
    assert found["plan"].startswith("sha256:")
    assert found["own_run"] == "no"
    assert found["interests"] == "none"
    assert found["expires"] == "2026-08-01T14:00:00Z"
    assert found["reported recipe: count"] == "0 of 40"


def test_the_message_of_the_verdict_is_its_sentence() -> None:
    root = suite(junit_xml(made.residual()))
    assert root[1].attrib["name"] == "verdict"
    assert root[1][0].attrib["message"] == verdict_sentence(made.residual())


def test_hostile_words_stay_words_and_what_xml_cannot_hold_is_replaced() -> None:
    claim = parts.claim().model_copy(update={"stated": HOSTILE + "\ufffe\ud800\x00"})
    v = made.a_verification(claim=claim, run=HOSTILE, draw=Draw(source=HOSTILE, value="1", public=True))
    xml = junit_xml(v)
    assert "<script>" not in xml
    case = next(one for one in suite(xml) if one.attrib.get("name") == "claimed block rate")
    assert "<script>alert(1)</script>" in case[0].attrib["message"]
    assert "\N{REPLACEMENT CHARACTER}" * 3 in case[0].attrib["message"]
    assert xml.encode("utf-8")


def test_a_verification_that_asked_nothing_still_has_a_time() -> None:
    model = parts.the_model().model_copy(update={"window_start": None, "window_end": None})
    root = suite(junit_xml(made.a_verification(model=model, expires=None)))
    assert root.attrib["time"] == "0"
    assert root.attrib["timestamp"] == "2026-07-02T15:00:00"


def test_reports_to_programs_need_neither_the_statistics_nor_the_templates() -> None:
    code = (
        "import sys; sys.modules.update(dict.fromkeys(('numpy', 'scipy', 'jinja2', 'markupsafe')))\n"
        "from groundstop.documents import Verification\n"
        "from groundstop.reports import junit_xml, sarif, verdict_state, verification_text\n"
        "v = Verification.parse(sys.stdin.buffer.read(), source='a test')\n"
        "verification_text(v)\n"
        "print(len(junit_xml(v)) > 0, len(sarif(v)) > 0, verdict_state(v))\n"
    )
    made_elsewhere = made.technique_blocked().canonical()
    ended = subprocess.run(
        [sys.executable, "-c", code], input=made_elsewhere, capture_output=True, check=True, timeout=60
    )
    assert ended.stdout.split() == [b"True", b"True", b"bad"]
