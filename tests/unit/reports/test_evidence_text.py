from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console, RenderableType

from groundstop.assessment import merge_corroborations
from groundstop.documents import MinimizationStep, ReproductionOutcome, TrustList
from groundstop.evidence import Bundle
from groundstop.evidence.audit import AuditReport, Rule, reruns
from groundstop.reports import audit_text, card_text, finding_text, minimization_text, reproduction_text
from groundstop.reports.words import plain_rate
from tests.evidence_samples import (
    a_bundle,
    a_grown_bundle,
    a_minimization,
    a_rerun,
    a_statement,
    alder,
    audited,
    birch,
    changed,
    corroborated,
    edited,
    everybody,
    resealed,
    trusting,
)

RULE = Rule("a check", "something is wrong")
HOSTILE = "[bold red]x[/bold red] [/] [link=http://example.org]y[/link] \x1b[31mred\x07"


def shown(text: RenderableType, width: int = 200) -> str:
    out = io.StringIO()
    Console(file=out, width=width, no_color=True).print(text)
    return " ".join(out.getvalue().split())


def of(bundle: Bundle, trust: TrustList | None = None) -> str:
    found = reruns(bundle, everybody() if trust is None else trust)
    pairs = [(one.key_id, one.statement) for one in found if one.counts]
    return shown(finding_text(bundle.finding, merge_corroborations(alder().card.key_id, pairs), found))


def test_a_finding_is_told_with_what_stands_behind_it_and_what_does_not() -> None:
    text = of(a_bundle())
    for said in (
        "Finding GSF-20260702-0123456789",
        "alder-lab; interests: None.",
        f"{plain_rate(a_bundle().finding.rate)}, of fresh variants, each asked once",
        "a gain over other models, or over asking plainly, is unproven",
        "unattested: nothing stands behind it but the reporter's word",
        "8 trials of this one, 0 of them screening",
        "Simulated: no model was asked.",
        "A seal shows that this record has not changed; not that a model said it.",
    ):
        assert said in text


def test_a_rerun_counts_only_by_a_party_that_the_reader_trusts() -> None:
    assert "corroborated 1: at least 1 of 1 trusted parties reproduce it" in of(a_grown_bundle())
    untrusted = of(a_grown_bundle(), trusting(alder()))
    assert "no: not trusted" in untrusted
    assert "unattested: nothing stands behind it" in untrusted


def test_a_finding_that_declares_nothing_says_so() -> None:
    def silent(value: dict[str, Any]) -> None:
        value["interests"] = None
        value["model"] |= {"identity": None, "window_start": None, "window_end": None}

    text = of(resealed(a_bundle(), silent))
    assert "interests: not declared" in text
    assert text.count("not attested") == 2


def test_what_a_bundle_says_never_becomes_markup_or_moves_the_cursor() -> None:
    def hostile(value: dict[str, Any]) -> None:
        value["interests"] = HOSTILE
        value["requirement"]["statement"] = HOSTILE
        value["model"]["served_as"] = [HOSTILE]
        value["decision"]["reason"] = HOSTILE
        value["environment"]["software"] = HOSTILE

    finding = edited(a_bundle().finding, hostile)
    text = shown(finding_text(finding, merge_corroborations("", []), ()))
    assert text.count("[bold red]x[/bold red] [/] [link=http://example.org]y[/link]") >= 4
    assert "\x1b" not in text
    assert "\x07" not in text


def test_a_rerun_with_markup_in_its_words_is_told_as_it_is() -> None:
    rerun = a_rerun().model_copy(update={"reason": HOSTILE})
    text = shown(reproduction_text(rerun, a_bundle().finding))
    assert "[link=http://example.org]y[/link]" in text
    assert "\x1b" not in text
    assert text.startswith("REPRODUCED: GSF-20260702-0123456789")


def test_steps_with_markup_in_their_names_are_told_as_they_are() -> None:
    step = MinimizationStep(
        left_out=HOSTILE, outcome=ReproductionOutcome.REPRODUCED, violated=3, n=4, kept_out=True
    )
    text = shown(minimization_text(a_minimization(a_bundle(), steps=(step,))[0]))
    assert text.startswith("1 of 1 turns and settings do not matter.")
    assert "[link=http://example.org]y[/link]" in text


def test_an_audit_says_for_each_failure_what_it_means() -> None:
    report = AuditReport("it", "bundle", (RULE.passed("well"), RULE.failed(HOSTILE, "README.md")))
    text = shown(audit_text(report))
    assert "README.md: [bold red]x[/bold red]" in text
    assert "It means: something is wrong." in text
    assert text.endswith("FAILED: do not rely on it.")


@pytest.mark.parametrize(
    ("checks", "verdict"),
    [
        ((RULE.passed("well"),), "Nothing failed."),
        (
            (RULE.passed("well"), RULE.unproved("no")),
            "Nothing failed. What is unproved or not checked stands above.",
        ),
        ((RULE.not_checked("no"),), "Nothing failed. What is unproved or not checked stands above."),
        ((RULE.not_checked("no"), RULE.failed("bad")), "FAILED: do not rely on it."),
    ],
)
def test_the_verdict_claims_no_more_than_was_checked(checks: Any, verdict: str) -> None:
    assert shown(audit_text(AuditReport("it", "bundle", checks))).endswith(verdict)


def test_a_changed_member_is_named_in_the_table(tmp_path: Path) -> None:
    report = audited(changed(a_bundle(), {"README.md": b"another page"}), tmp_path)
    assert "README.md: it is not as it was when a document spoke of it" in shown(audit_text(report))


def test_a_card_is_told_with_its_key_id_its_recipient_and_a_digest_of_both() -> None:
    text = shown(card_text(birch().card, standing="trusted"))
    for said in (
        birch().card.key_id,
        birch().card.recipient,
        birch().card.content_id,
        "birch-lab",
        "never",
        "trusted",
    ):
        assert said in text


def test_a_corroboration_that_shares_nothing_is_told_as_independent() -> None:
    apart = a_statement().model_copy(update={"shared": ()})
    assert "reruns independent of each other" in of(corroborated(a_bundle(), apart))
    assert "not declared to be independent" in of(corroborated(a_bundle()))
