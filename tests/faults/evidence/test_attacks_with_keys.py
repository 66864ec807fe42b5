"""Keys that had ended, had not begun, were revoked; witnesses that are none. Each attack is one test."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from groundstop.documents import (
    TrustList,
)
from groundstop.errors import InputError
from groundstop.evidence import (
    Bundle,
    OwnKey,
    with_cosignature,
    without_belief,
)
from groundstop.evidence.audit import CheckState
from groundstop.evidence.audit.signatures import KNOWN
from groundstop.evidence.statements import sign
from tests.evidence_samples import (
    KEYS_MADE,
    SEALED,
    a_bundle,
    a_key,
    alder,
    audited,
    changed,
    corroborated,
    edited,
    everybody,
    failures,
    granted,
    relogged,
    sealed,
    trusting,
    witness,
)
from tests.faults.evidence.attacks import (
    fails,
)


def test_a_key_that_had_ended(tmp_path: Path) -> None:
    short = a_key("a-short-one", expires=SEALED + timedelta(minutes=1))
    good = sealed(None, short)
    assert failures(audited(good, tmp_path, trusting(short))) == []
    late = resealed_at(good, SEALED + timedelta(minutes=2), short)
    for trust in (trusting(short), TrustList()):
        found = [detail for what, _, detail in failures(audited(late, tmp_path, trust)) if what == KNOWN.what]
        assert found, "a signature dated after the key's end passed"
    with pytest.raises(InputError, match="a-short-one ended on"):
        sealed(None, short, now=SEALED + timedelta(minutes=2))


def resealed_at(bundle: Bundle, moment: Any, key: OwnKey) -> Bundle:
    """Return a finding dated to another moment, signed by a program that does not look at the key's time."""
    free = replace(
        key, card=key.card.model_copy(update={"expires": None, "created": KEYS_MADE - timedelta(days=99)})
    )

    def dated(value: dict[str, Any]) -> None:
        value["created"] = moment.isoformat().replace("+00:00", "Z")

    finding = edited(bundle.finding, dated)
    signed = sign(finding, bundle.documents[0].subjects, [free])
    return relogged(bundle, [signed], by=free, logged=(moment,))


def test_a_key_that_had_not_begun(tmp_path: Path) -> None:
    early = resealed_at(a_bundle(), KEYS_MADE - timedelta(seconds=1), alder())
    fails(early, tmp_path, KNOWN.what, None, "was not valid yet when it is said to have signed")
    fails(early, tmp_path, KNOWN.what, None, "outside the time that its card gives", trust=TrustList())


def revoking(hours: float) -> TrustList:
    return without_belief(
        everybody(), "alder-lab", at=SEALED + timedelta(hours=hours), reason="it was stolen"
    )


def test_a_revoked_key_without_a_witness(tmp_path: Path) -> None:
    for hours in (-9, 9):
        fails(a_bundle(), tmp_path, KNOWN.what, None, "was revoked: it was stolen", trust=revoking(hours))


def test_a_revoked_key_after_a_witness_had_seen_what_it_signed(tmp_path: Path) -> None:
    seen = with_cosignature(a_bundle(), witness(), now=SEALED + timedelta(hours=1))
    report = audited(seen, tmp_path, revoking(2))
    assert failures(report) == []
    assert any(
        "was revoked, after a witness had seen what it signed" in check.detail for check in report.checks
    )
    fails(seen, tmp_path, KNOWN.what, None, "was revoked: it was stolen", trust=revoking(0.5))


def test_a_revoked_key_whose_finding_was_seen_before_others_added_to_it(tmp_path: Path) -> None:
    seen = corroborated(with_cosignature(a_bundle(), witness(), now=SEALED + timedelta(minutes=10)))
    assert failures(audited(seen, tmp_path, revoking(0.5))) == []
    # What it signed itself since then is not believed.
    fails(granted(seen), tmp_path, KNOWN.what, None, "was revoked: it was stolen", trust=revoking(0.5))


def test_a_witness_whom_the_reader_does_not_know_or_no_longer_believes(tmp_path: Path) -> None:
    seen = with_cosignature(a_bundle(), witness(), now=SEALED + timedelta(hours=1))
    for trust in (trusting(alder()), without_belief(everybody(), "dusk-witness", at=SEALED, reason="lost")):
        report = audited(seen, tmp_path, trust)
        assert failures(report) == []
        (said,) = [check for check in report.checks if check.what == "witness"]
        assert said.state is CheckState.UNPROVED
        assert "one that is not in the trust file has cosigned it" in said.detail


def test_a_witness_whose_key_had_ended(tmp_path: Path) -> None:
    short = a_key("a-short-witness", expires=SEALED + timedelta(hours=1))
    with pytest.raises(InputError, match="a-short-witness ended on"):
        with_cosignature(a_bundle(), short, now=SEALED + timedelta(hours=2))
    free = replace(short, card=short.card.model_copy(update={"expires": None}))
    late = with_cosignature(a_bundle(), free, now=SEALED + timedelta(hours=2))
    report = audited(late, tmp_path, trusting(alder(), witnesses=(short,)))
    assert [check.state for check in report.checks if check.what == "witness"] == [CheckState.UNPROVED]


def test_a_forged_cosignature(tmp_path: Path) -> None:
    seen = with_cosignature(a_bundle(), witness(), now=SEALED + timedelta(hours=1))
    cosigned = next(name for name in seen.members if name.startswith("log/cosigned"))
    early = cosigned.replace("T140000Z", "T100000Z")
    renamed = changed(seen, {cosigned: None, early: seen.members[cosigned]})
    fails(renamed, tmp_path, "log", early, "it was renamed or changed")
    data = bytearray(seen.members[cosigned])
    data[-20] ^= 2
    fails(changed(seen, {cosigned: bytes(data)}), tmp_path, "log", cosigned, "")
