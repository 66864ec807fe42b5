"""A verification as JUnit XML, which build servers show as tests: one for the verdict, one for each part."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from groundstop.documents import Verification
from groundstop.reports.verification_parts import PartState, parts_of, verdict_state
from groundstop.reports.verification_verdict import verdict_sentence
from groundstop.reports.verification_words import NOT_DECLARED, VERDICT_NAMES
from groundstop.reports.words import plain

_NO_CHARACTER = re.compile("[\ud800-\udfff\ufffe\uffff]")
"""What is no character of XML, besides the control characters that :func:`plain` takes out."""

_OUTCOMES = {PartState.BAD: "failure", PartState.UNDECIDED: "error", PartState.NO_CLAIM: "skipped"}


def junit_xml(verification: Verification) -> str:
    """Return a verification as a suite of tests.

    What is bad is a failure, what is undecided an error, and what carries no claim is skipped. The first test
    is the verdict, and passes only when the verification as a whole is good: no suite is green without it.

    Args:
        verification: What was found.

    Returns:
        An XML document. It quotes nothing that was asked or answered.

    Source: the reports of Apache Ant's JUnit task, as their common schemas describe them.
    """
    v = verification
    name = f"groundstop.verification.{v.finding_id}"
    cases = [("verdict", verdict_state(v), VERDICT_NAMES[v.verdict], verdict_sentence(v))]
    cases += [(part.name, part.state, part.decision, f"{part.sentence}.") for part in parts_of(v)]
    states = [state for _, state, _, _ in cases]
    window = v.model.window_start or v.created
    took = f"{(v.model.window_end - window).total_seconds():.3f}" if v.model.window_end else "0"
    suite = ElementTree.Element(
        "testsuite",
        {
            "name": name,
            "timestamp": f"{window:%Y-%m-%dT%H:%M:%S}",
            # The schema wants one, and the machine is nobody's business.
            "hostname": "localhost",
            "tests": str(len(cases)),
            "failures": str(states.count(PartState.BAD)),
            "errors": str(states.count(PartState.UNDECIDED)),
            "skipped": str(states.count(PartState.NO_CLAIM)),
            "time": took,
        },
    )
    properties = ElementTree.SubElement(suite, "properties")
    for key, value in _properties(v).items():
        ElementTree.SubElement(properties, "property", {"name": key, "value": _printable(value)})
    for title, state, decision, sentence in cases:
        case = ElementTree.SubElement(
            suite, "testcase", {"name": _printable(title), "classname": name, "time": "0"}
        )
        if state in _OUTCOMES:
            about = {"type": _printable(decision), "message": _printable(sentence)}
            if state is PartState.NO_CLAIM:
                about = {"message": _printable(sentence)}
            ElementTree.SubElement(case, _OUTCOMES[state], about)
    ElementTree.SubElement(suite, "system-out").text = _printable(verdict_sentence(v))
    ElementTree.SubElement(suite, "system-err")
    ElementTree.indent(suite)
    body = ElementTree.tostring(suite, encoding="unicode", short_empty_elements=True)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _properties(v: Verification) -> dict[str, str]:
    properties = {
        "verdict": v.verdict.value,
        "undetermined": ", ".join(cause.value for cause in v.undetermined) or "none stated",
        "finding": v.finding_id,
        "plan": v.plan,
        "run": v.run,
        "by": v.by,
        "own_run": "yes" if v.own_run else "no",
        "interests": v.interests or NOT_DECLARED,
        "simulated": "yes" if v.model.simulated else "no",
        "round": str(v.round),
        "alpha": f"{v.alpha:g}",
        "expires": f"{v.expires:%Y-%m-%dT%H:%M:%SZ}" if v.expires else "",
    }
    for part in parts_of(v):
        if part.rate is not None:
            properties[f"{part.name}: count"] = f"{part.rate.violated} of {part.rate.n}"
    return properties


def _printable(text: str) -> str:
    """Return a text without what XML cannot hold."""
    return _NO_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", plain(text))
