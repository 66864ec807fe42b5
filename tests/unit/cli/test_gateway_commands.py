from __future__ import annotations

import json
from pathlib import Path

import pytest
from aiohttp import ClientSession

from groundstop.directives.previewing.logs import read_log
from groundstop.documents.directives import RecordedRequest
from groundstop.gateway.acknowledging import Acknowledgements
from tests.commands import groundstop
from tests.deciding_parts import restricted
from tests.receipt_parts import (
    KEY,
    NOW,
    a_checkpointed_folder,
    a_gate,
    a_receipts,
    an_entry,
    rewritten,
    the_file,
)
from tests.running_parts import a_folder, serving, settings_text

NOWHERE = "http://127.0.0.1:9/v1"


def test_a_gateway_is_begun_and_its_configuration_checked(tmp_path: Path) -> None:
    done = groundstop("gateway", "init", "desk", "--upstream", "http://127.0.0.1:9/v1/", folder=tmp_path)
    assert done.code == 0
    assert "Nobody is obeyed yet" in done.out
    done = groundstop("gateway", "check", "desk", "--json", folder=tmp_path)
    assert done.code == 0
    assert done.json["settings"]["upstream"][0]["url"] == NOWHERE
    assert (tmp_path / "desk" / "salt").stat().st_mode & 0o077 == 0
    again = groundstop("gateway", "init", "desk", "--upstream", NOWHERE, folder=tmp_path)
    assert again.code == 2
    assert "exists already" in again.err


def test_what_is_missing_beside_settings_by_hand_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    folder.mkdir()
    text = settings_text(NOWHERE, key="desk-key")
    (folder / "gateway.toml").write_text(text)
    done = groundstop("gateway", "check", folder, folder=tmp_path)
    assert done.code == 2
    assert "groundstop gateway init" in done.err
    assert groundstop("gateway", "init", folder, folder=tmp_path).code == 0
    assert (folder / "gateway.toml").read_text() == text
    assert groundstop("gateway", "check", folder, folder=tmp_path).code == 0
    done = groundstop("gateway", "init", tmp_path / "other", folder=tmp_path)
    assert done.code == 2
    assert "--upstream" in done.err


def test_an_address_that_is_none_leaves_no_settings_behind(tmp_path: Path) -> None:
    done = groundstop("gateway", "init", "desk", "--upstream", "elm", folder=tmp_path)
    assert done.code == 2
    assert "elm is no address of models" in done.err
    assert not (tmp_path / "desk" / "gateway.toml").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "is not TOML"),
        (settings_text(NOWHERE, nmae="desk"), "unknown field 'nmae'"),
        (settings_text(NOWHERE, listen="127.0.0.1:8400", admin="127.0.0.1:8400"), "are both 127.0.0.1:8400"),
        (settings_text(NOWHERE, key="other"), "There is no key 'other'"),
        (settings_text(NOWHERE, narrower={}), "narrower"),
    ],
)
def test_what_has_to_be_put_right_is_told_and_nothing_is_started(
    tmp_path: Path, text: str, said: str
) -> None:
    folder = a_folder(tmp_path)
    (folder / "gateway.toml").write_text(text)
    command = "serve" if said.startswith("There is no key") else "check"
    done = groundstop("gateway", command, folder, folder=tmp_path)
    assert done.code == 2
    assert said in done.err


def test_an_obeys_toml_that_is_broken_is_told_and_nothing_is_started(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    (folder / "gateway.toml").write_text(settings_text(NOWHERE))
    (folder / "obeys.toml").write_text("[[obey]]\n")
    (folder / "stop").write_text("desk-helper\n")
    done = groundstop("gateway", "serve", folder, folder=tmp_path)
    assert done.code == 2
    assert "obeys.toml" in done.err


def test_where_there_is_nothing_to_serve_by_the_next_step_is_told(tmp_path: Path) -> None:
    done = groundstop("gateway", "serve", folder=tmp_path)
    assert done.code == 2
    assert "groundstop gateway init" in done.err


def test_a_gateway_that_does_not_run_is_told_by_its_folder(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    (folder / "gateway.toml").write_text(settings_text(NOWHERE, admin="127.0.0.1:9"))
    (folder / "stop").write_text("desk-helper\n")
    done = groundstop("gateway", "status", folder, folder=tmp_path)
    assert done.code == 4
    assert "It would decide by 1 order, table" in done.out
    assert groundstop("gateway", "status", folder, "--json", folder=tmp_path).json["running"] is False


async def test_one_upstream_is_served_with_no_settings_at_all(tmp_path: Path) -> None:
    options = ("--upstream", NOWHERE, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0")
    with serving(*options, folder=tmp_path) as served:
        async with (
            ClientSession() as session,
            session.post(f"{served.url}/v1/chat/completions", json={}) as answer,
        ):
            assert answer.status == 400
        admin = ("--admin", served.admin.removeprefix("http://"))
        shown = groundstop("gateway", "status", ".groundstop/gateway", *admin, folder=tmp_path)
        assert shown.code == 0, shown.err
        assert "no order of anybody is heard" in shown.out
        other = a_folder(tmp_path / "other")
        (other / "gateway.toml").write_text(settings_text(NOWHERE, admin=admin[1]))
        mistaken = groundstop("gateway", "status", other, folder=tmp_path)
        assert mistaken.code == 4
        assert "No gateway serves from" in mistaken.out
        second = groundstop("gateway", "serve", *options, folder=tmp_path)
        assert second.code == 2
        assert "Another gateway serves" in second.err
        assert served.ended() == 0
    assert served.events()[-1] == "stopped"
    assert {"serving", "acknowledged", "drained"} <= set(served.events())
    assert groundstop("gateway", "receipts", "verify", ".groundstop/gateway", folder=tmp_path).code == 0


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    folder = a_checkpointed_folder(tmp_path / "operator")
    keys = folder / "keys"
    keys.mkdir()
    (keys / "gateway.json").write_bytes(KEY.card.canonical())
    return folder


def test_receipts_are_verified(kept: Path, tmp_path: Path) -> None:
    assert groundstop("gateway", "receipts", "verify", kept, folder=tmp_path).code == 0
    with rewritten(the_file(kept)) as lines:
        del lines[2]
    done = groundstop("gateway", "receipts", "verify", kept, "--json", folder=tmp_path)
    assert done.code == 1
    assert "w0/00000001.jsonl, line 3" in {one["member"] for one in done.json["checks"]}


def test_a_gateways_folder_is_audited(kept: Path, tmp_path: Path) -> None:
    Acknowledgements(kept, KEY)
    done = groundstop("audit", kept, "--json", folder=tmp_path)
    assert done.code == 0
    states = {one["what"]: one["state"] for one in done.json["checks"]}
    assert states["The gateway's key is one that you trust"] == "unproved"
    groundstop("key", "import", kept / "keys" / "gateway.json", folder=tmp_path)
    states = {
        one["what"]: one["state"]
        for one in groundstop("audit", kept, "--json", folder=tmp_path).json["checks"]
    }
    assert states["The gateway's key is one that you trust"] == "passed"
    (kept / "acknowledgements.jsonl").write_bytes(b"{}\n")
    assert groundstop("audit", kept, folder=tmp_path).code == 1


def test_receipts_are_exported_for_a_preview(kept: Path, tmp_path: Path) -> None:
    options = ("gateway", "receipts", "export", kept, "--to", "requests", "--output", "requests.jsonl")
    done = groundstop(*options, folder=tmp_path)
    assert done.out == "requests.jsonl: 3 requests\n"
    assert all(isinstance(one, RecordedRequest) for one in read_log(tmp_path / "requests.jsonl"))
    assert groundstop(*options, folder=tmp_path).code == 2


def test_receipts_are_exported_as_parquet(kept: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
    done = groundstop(
        "gateway", "receipts", "export", kept, "--to", "parquet", "-o", "receipts.parquet", folder=tmp_path
    )
    assert done.out == "receipts.parquet: 4 receipts\n"


@pytest.mark.parametrize("form", ["parquet", "requests"])
def test_an_export_that_cannot_be_written_whole_leaves_nothing(kept: Path, tmp_path: Path, form: str) -> None:
    export = ("gateway", "receipts", "export", kept, "--to", form, "-o")
    done = groundstop(*export, "nowhere/receipts", folder=tmp_path)
    assert done.code == 2
    assert "nowhere/receipts cannot be written: No such file or directory" in done.err
    with rewritten(the_file(kept)) as lines:
        lines[2] = b"{}\n"
    assert groundstop(*export, "receipts", folder=tmp_path).code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["operator"]


def test_receipts_are_shown_without_values_of_claims(kept: Path, tmp_path: Path) -> None:
    done = groundstop("gateway", "receipts", "show", kept, "--denied", "--last", "2", folder=tmp_path)
    assert done.out.count("KEPT OUT, 451") == 2
    found = groundstop(
        "gateway", "receipts", "show", kept, "--request", "request-1", "--json", folder=tmp_path
    )
    (line,) = found.json
    assert line["what"]["request"] == "request-1"
    assert "values" not in json.dumps(found.json)


def test_the_last_receipts_are_the_last_of_all_processes(tmp_path: Path) -> None:
    gate, now = a_gate(restricted()), [NOW]
    first, second = (a_receipts(tmp_path, clock=lambda: now[0]) for _ in range(2))
    for number, receipts in enumerate((first, second, second, first)):
        now[0] += 1
        receipts.decided(an_entry(gate, request=f"request-{number}"))
    first.close()
    second.close()
    done = groundstop("gateway", "receipts", "show", tmp_path, "--last", "2", "--json", folder=tmp_path)
    assert [one["what"]["request"] for one in done.json] == ["request-2", "request-3"]


def test_receipts_that_were_changed_are_not_shown(kept: Path, tmp_path: Path) -> None:
    with rewritten(the_file(kept)) as lines:
        lines[2] = b'{"kind":"receipt"}'
    done = groundstop("gateway", "receipts", "show", kept, folder=tmp_path)
    assert done.code == 2
    assert "line 3" in done.err
    assert "It was changed: ask who could" in done.err


def test_a_request_that_no_receipt_is_about_is_told(kept: Path, tmp_path: Path) -> None:
    done = groundstop("gateway", "receipts", "show", kept, "--request", "request-99", folder=tmp_path)
    assert done.code == 2
    assert "No receipt in" in done.err


def test_every_command_has_help(tmp_path: Path) -> None:
    for command in ("init", "check", "serve", "status", "receipts"):
        assert groundstop("gateway", command, "--help", folder=tmp_path).code == 0
