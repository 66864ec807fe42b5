"""Corroborations by hand, merged again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from groundstop.assessment import merge_corroborations
from groundstop.documents import Shared
from tests.reproducing import a_corroboration

VECTORS = json.loads(Path(__file__).with_name("merging.json").read_text("utf-8"))["vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["source"])
def test_merged_evidence_is_what_the_vector_says(vector: dict[str, Any]) -> None:
    signed = [
        (
            statement["signer"],
            a_corroboration(
                day=statement.get("day", 0),
                e_value=float(statement["e_value"]),
                shared=None
                if statement["shared"] is None
                else tuple(Shared(one) for one in statement["shared"]),
            ),
        )
        for statement in vector["statements"]
    ]
    for order in (signed, signed[::-1]):
        merged = merge_corroborations("reporter", order)
        assert merged.dependence == vector["dependence"]
        assert merged.e_values == pytest.approx(vector["e_values"])
        assert merged.corroborated == vector["corroborated"]
        assert len(merged.parties) == len(vector["e_values"])
