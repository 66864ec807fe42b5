from __future__ import annotations

from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from groundstop.documents import FixVerdict, TrustList, Undetermined
from groundstop.evidence import Bundle, has_expired
from groundstop.evidence.audit import verifications
from groundstop.reports import finding_text, plain_rate
from groundstop.reports.verification_words import UNDETERMINED_WORDS
from tests import verification_parts as parts
from tests.evidence_samples import (
    SEALED,
    a_bundle,
    a_verification,
    alder,
    birch,
    everybody,
    trusting,
    verified,
)


def of(bundle: Bundle, trust: TrustList | None = None, now: datetime | None = None) -> str:
    """Return what is shown of a finding."""
    out = StringIO()
    found = verifications(bundle, everybody() if trust is None else trust)
    Console(file=out, width=200).print(finding_text(bundle.finding, None, (), found, now=now))
    return " ".join(out.getvalue().split())


def test_a_finding_without_a_verification_says_nothing_of_one() -> None:
    assert "verified by" not in of(a_bundle())


def test_a_verification_is_shown_with_all_that_a_reader_needs_to_judge_it() -> None:
    told = a_verification()
    text = of(verified(a_bundle()), now=SEALED)
    for said in (
        "CLASS MITIGATED, verified by birch-lab, which did not make the fix",
        f"key {birch().card.key_id[:8]}",
        "fix claimed by elm-models",
        "model example/lamp-2 (2026-07-01)",
        "before the fix the model before the fix is not the one that the finding names",
        "window tested on 2026-07-02, and the verdict expires on 2026-08-01",
        "round 1, which may spend 0.025 of the finding's 0.05",
        "decided between p0 5.0 %, p1 0.5 %, alpha 2.5 %",
        f"recipe 0 of {told.recipe.rate.n} (0 % to",
        "variants, encoding 0 of",
        "variants, language 1 of",
        "undetermined nothing",
        "counts yes",
    ):
        assert said in text, said
    assert "expired" not in text
    assert "the fixer itself" not in text


def test_a_verification_that_has_expired_says_so() -> None:
    grown, late = verified(a_bundle()), SEALED + timedelta(days=31)
    assert has_expired(a_verification(), late)
    assert "expires on 2026-08-01; it has expired" in of(grown, now=late)
    assert "expired" not in of(grown)


def test_the_fixers_own_run_and_an_unknown_signer_are_told() -> None:
    text = of(verified(a_bundle(), a_verification(own_run=True)), trusting(alder()))
    assert "verified by birch-lab, the fixer itself, so not independently" in text
    assert "counts no: not trusted" in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"benign": None, "undetermined": (Undetermined.BENIGN,)},
            "ordinary requests not asked: the cost of the fix is unknown",
        ),
        ({"interests": None}, "interests not declared"),
        ({"fixer": None}, "birch-lab; who made the fix is not stated"),
        ({"fixer": None}, "fix claimed by nobody named"),
        (
            {
                "verdict": FixVerdict.TECHNIQUE_BLOCKED,
                "undetermined": (Undetermined.VARIANTS,),
                "strata": (parts.listed("human", 17).model_copy(update={"potency": parts.impotent()}),),
            },
            f"variants, human {plain_rate(parts.interval(0, 17))}: inconclusive, said of the listed",
        ),
        (
            {
                "verdict": FixVerdict.INCONCLUSIVE,
                "undetermined": (Undetermined.ENDPOINT,),
            },
            f"undetermined {UNDETERMINED_WORDS[Undetermined.ENDPOINT]}",
        ),
    ],
    ids=["no benign", "no interests", "who fixed it", "no fixer", "listed only", "inconclusive"],
)
def test_what_is_not_known_is_said(changes: dict[str, Any], said: str) -> None:
    assert said in of(verified(a_bundle(), a_verification(**changes)))
