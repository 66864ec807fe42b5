from __future__ import annotations

import re
from pathlib import Path

import pytest

from groundstop.documents.finding import FINDING_ID
from groundstop.errors import InputError
from groundstop.evidence import new_finding_id, remember_finding
from tests.evidence_samples import SEALED, a_bundle, a_grown_bundle, sealed


def test_a_new_id_has_the_form_of_ids_and_is_not_given_twice() -> None:
    ids = {new_finding_id(SEALED) for _ in range(200)}
    assert len(ids) == 200
    assert all(re.fullmatch(FINDING_ID, one) for one in ids)


def test_a_finding_that_is_remembered_is_known_again(tmp_path: Path) -> None:
    remember_finding(tmp_path / "findings", a_bundle().finding)
    remember_finding(tmp_path / "findings", a_grown_bundle().finding)
    (file,) = (tmp_path / "findings").iterdir()
    assert file.read_text() == a_bundle().finding.content_id


def test_a_second_finding_that_claims_the_id_is_refused_and_the_first_stays(tmp_path: Path) -> None:
    remember_finding(tmp_path, a_bundle().finding)
    with pytest.raises(InputError, match="Two findings claim the id GSF-20260702-0123456789"):
        remember_finding(tmp_path, sealed(interests="Another finding.").finding)
    remember_finding(tmp_path, a_bundle().finding)
