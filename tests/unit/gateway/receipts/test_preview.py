"""What a gateway has recorded is what a preview counts: the same persons, decided the same way."""

from __future__ import annotations

import json
from pathlib import Path

from groundstop.documents.directives import Act
from groundstop.gateway.gate import NOBODY
from groundstop.gateway.receipts.exporting import recorded, write_recorded
from tests.commands import groundstop
from tests.deciding_parts import CITIZEN, FOREIGN, restricted
from tests.receipt_parts import WITHDRAWN, a_gate, a_receipts, an_entry, who

ASKED = [
    *(who(CITIZEN, f"citizen-{number}") for number in range(4)),
    *(who(FOREIGN, f"foreigner-{number}") for number in range(3)),
    NOBODY,
]


def test_a_preview_of_what_was_recorded_counts_what_the_order_would_do(tmp_path: Path) -> None:
    receipts = a_receipts(tmp_path)
    for asks in ASKED:
        receipts.decided(an_entry(a_gate(), asks=asks))
    receipts.close()
    with (tmp_path / "requests.jsonl").open("wb") as out:
        write_recorded(recorded(tmp_path), out)
    (tmp_path / "order.json").write_text(json.dumps(restricted().to_json()))
    options = ("--log", "requests.jsonl", "--json")
    done = groundstop("directive", "preview", "order.json", *options, folder=tmp_path)
    assert done.code == 0, done.err
    strict = a_gate(restricted())
    kept_out = sum(not strict.rule([WITHDRAWN], Act.INFER, asks, "elm").allowed for asks in ASKED)
    assert kept_out == 4
    (preview,) = done.json["previews"]
    assert preview["newly_cut_off"]["requests"] == kept_out
    assert preview["newly_cut_off"]["inside"]["users"] == 3
    assert preview["newly_cut_off"]["outside"]["requests"] == 0
    assert preview["newly_cut_off"]["unknown"]["anonymous"] == 1
