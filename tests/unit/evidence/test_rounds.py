from __future__ import annotations

from typing import Any

import pytest

from groundstop.documents import FixVerdict, LabelCounts, Undetermined
from groundstop.evidence import gives_way, goes_on, spends_round
from tests.evidence_samples import a_verification

DONE = a_verification()
WAITING = a_verification(labels=LabelCounts(confirmed=1, overturned=1, awaiting=1))
CAPPED = a_verification(undetermined=(Undetermined.BUDGET,))


@pytest.mark.parametrize("verdict", FixVerdict)
def test_every_round_is_spent_that_did_not_find_the_class_mitigated(verdict: FixVerdict) -> None:
    assert spends_round(a_verification(verdict=verdict)) is (verdict is not FixVerdict.CLASS_MITIGATED)


@pytest.mark.parametrize(
    ("changes", "so"),
    [
        ({}, False),
        ({"labels": LabelCounts(confirmed=1, overturned=1, awaiting=0)}, False),
        ({"labels": LabelCounts(confirmed=0, overturned=0, unclear=3, awaiting=0)}, False),
        ({"labels": LabelCounts(confirmed=0, overturned=0, awaiting=1)}, True),
        ({"undetermined": (Undetermined.BUDGET,)}, True),
        ({"undetermined": (Undetermined.ENDPOINT, Undetermined.BUDGET)}, True),
        ({"undetermined": tuple(set(Undetermined) - {Undetermined.BUDGET})}, False),
    ],
    ids=["done", "labelled", "unclear", "waiting", "capped", "capped and more", "all but capped"],
)
def test_a_run_goes_on_that_waits_for_labels_or_whose_budget_ended(changes: dict[str, Any], so: bool) -> None:
    assert goes_on(a_verification(**changes)) is so


def test_only_a_run_that_goes_on_gives_way_and_only_to_itself() -> None:
    for earlier in (WAITING, CAPPED):
        assert gives_way(earlier, DONE)
        assert not gives_way(DONE, earlier)
        assert not gives_way(earlier, a_verification(run="another"))
        assert not gives_way(earlier, a_verification(by="cedar-desk"))
