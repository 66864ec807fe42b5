"""A stranger checks a case as its page says, with unzip, sha256sum and openssl; the logs with pymerkle."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pymerkle import InmemoryTree

from groundstop.cases.files import LOGS, STATEMENTS, CaseFile
from groundstop.evidence.archive import write_archive
from groundstop.evidence.keys import public_pem
from tests.cases import CASE_ID
from tests.evidence_samples import alder, cedar, elm
from tests.faults.cases.attacks import a_grown_case, member_of, restated, statement_of, with_member

TOOLS = ("unzip", "sha256sum", "openssl")
missing = [tool for tool in TOOLS if shutil.which(tool) is None]
pytestmark = pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")

SPKI = bytes.fromhex("302a300506032b6570032100")
"""What stands before an Ed25519 key in DER (RFC 8410)."""


def unpacked(case: CaseFile, folder: Path) -> Path:
    """Unpack a case with unzip."""
    file = folder / "case.gsb"
    file.write_bytes(write_archive(case.members))
    done = subprocess.run(
        ["unzip", "-q", str(file), "-d", str(folder / "case")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return folder / "case"


def sha256sum(path: Path) -> str:
    done = subprocess.run(["sha256sum", str(path)], capture_output=True, text=True, check=True)
    return done.stdout.split()[0]


def statements(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what each statement says, by the name of its file."""
    found = {}
    for path in sorted((folder / "statements").iterdir()):
        payload = base64.b64decode(json.loads(path.read_bytes())["payload"])
        found[path.name] = json.loads(payload)["predicate"]
    return found


def cards(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the key cards of the parties, as the opening has them."""
    (opening,) = [one["said"] for one in statements(folder).values() if one["said"]["type"] == "opened"]
    return {one["name"]: one["card"] for one in opening["parties"]}


def pem_of(card: dict[str, Any]) -> str:
    der = SPKI + bytes.fromhex(card["public_key"]["public"])
    return f"-----BEGIN PUBLIC KEY-----\n{base64.b64encode(der).decode()}\n-----END PUBLIC KEY-----\n"


def openssl_verifies(folder: Path, pem: str, message: bytes, signature: bytes) -> bool:
    """Run what the page says, word for word."""
    (folder / "key.pem").write_text(pem)
    (folder / "message").write_bytes(message)
    (folder / "signature").write_bytes(signature)
    command = "openssl pkeyutl -verify -rawin -pubin -inkey key.pem -in message -sigfile signature"
    done = subprocess.run(command.split(), cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode == 0 and "Signature Verified Successfully" in done.stdout


def is_signed(folder: Path, name: str, pem: str) -> bool:
    envelope = json.loads((folder / "statements" / name).read_bytes())
    payload = base64.b64decode(envelope["payload"])
    message = b"DSSEv1 28 application/vnd.in-toto+json %d %s" % (len(payload), payload)
    (signature,) = envelope["signatures"]
    return openssl_verifies(folder.parent, pem, message, base64.b64decode(signature["sig"]))


def test_the_page_says_what_this_test_does(tmp_path: Path) -> None:
    page = (unpacked(a_grown_case(), tmp_path) / "README.md").read_text(encoding="utf-8")
    assert page.startswith(f"# The case {CASE_ID}")
    assert "openssl pkeyutl -verify -rawin -pubin -inkey key.pem -in message -sigfile signature" in page
    assert '"DSSEv1" SP 28 SP "application/vnd.in-toto+json" SP LENGTH SP PAYLOAD' in page
    for word in ("groundstop ", "pip ", "curl ", "import "):
        assert word not in page


def test_every_name_is_the_digest_of_what_it_names(tmp_path: Path) -> None:
    folder = unpacked(a_grown_case(), tmp_path)
    for kind in ("statements", "files"):
        found = list((folder / kind).iterdir())
        assert found
        assert all(sha256sum(path) == path.name.removesuffix(".json") for path in found)


def test_openssl_verifies_every_statement_with_the_key_of_its_author(tmp_path: Path) -> None:
    folder = unpacked(a_grown_case(), tmp_path)
    known = cards(folder)
    for name, said in statements(folder).items():
        assert is_signed(folder, name, pem_of(known[said["by"]]))
        assert not is_signed(folder, name, pem_of(known["oak-office"]))


def test_the_key_in_a_card_is_the_one_that_its_party_has(tmp_path: Path) -> None:
    known = cards(unpacked(a_grown_case(), tmp_path))
    for key in (alder(), elm(), cedar()):
        assert pem_of(known[key.card.name]) == public_pem(key.card).decode()


def test_every_authors_sequence_is_whole_and_everything_that_was_seen_is_there(tmp_path: Path) -> None:
    folder = unpacked(a_grown_case(), tmp_path)
    said = statements(folder)
    for name, one in said.items():
        if one["previous"] is not None:
            before = said[one["previous"].removeprefix("sha256:") + ".json"]
            assert (before["by"], before["number"]) == (one["by"], one["number"] - 1)
        assert all(seen.removeprefix("sha256:") + ".json" in said for seen in one["seen"]), name


def test_what_is_attached_is_there_with_its_size(tmp_path: Path) -> None:
    folder = unpacked(a_grown_case(), tmp_path)
    attached = [one for said in statements(folder).values() for one in said["attached"]]
    assert {one["sha256"] for one in attached} == {path.name for path in (folder / "files").iterdir()}
    assert all((folder / "files" / one["sha256"]).stat().st_size == one["size"] for one in attached)


def test_the_finding_is_a_bundle_that_unzip_opens(tmp_path: Path) -> None:
    folder = unpacked(a_grown_case(), tmp_path)
    (finding,) = [
        one["sha256"]
        for said in statements(folder).values()
        for one in said["attached"]
        if one["kind"] == "finding"
    ]
    done = subprocess.run(
        ["unzip", "-l", str(folder / "files" / finding)], capture_output=True, text=True, check=True
    )
    assert "documents/000000-finding.json" in done.stdout
    assert "README.md" in done.stdout


# The logs


def entries_of(log: Path) -> list[bytes]:
    """Return a log's entries, cut out of its one bundle by hand."""
    (bundle,) = [path for path in log.glob("tile/entries/**/*") if path.is_file()]
    data, entries = bundle.read_bytes(), []
    while data:
        length = int.from_bytes(data[:2], "big")
        entries.append(data[2 : 2 + length])
        data = data[2 + length :]
    return entries


def logs(folder: Path) -> list[Path]:
    return sorted((folder / "logs").iterdir())


def test_pymerkle_builds_each_logs_root_from_its_entries(tmp_path: Path) -> None:
    folder = unpacked(a_grown_case(), tmp_path)
    assert len(logs(folder)) == 4
    for log in logs(folder):
        tree = InmemoryTree(algorithm="sha256")
        for entry in entries_of(log):
            tree.append_entry(entry)
        origin, size, root = (log / "checkpoint").read_text(encoding="utf-8").split("\n")[:3]
        assert base64.b64decode(root) == tree.get_root()
        assert int(size) == len(entries_of(log))
        key, head = log.name.split("-")
        assert origin == f"groundstop.dev/cases/{CASE_ID}/{key}"
        assert tree.get_root().hex().startswith(head)


def test_openssl_verifies_each_head_with_the_key_that_its_folder_names(tmp_path: Path) -> None:
    folder = unpacked(a_grown_case(), tmp_path)
    known = {card["key_id"][:16]: card for card in cards(folder).values()}
    for log in logs(folder):
        text, lines = (log / "checkpoint").read_bytes().rsplit(b"\n\n", 1)
        (line,) = lines.decode().splitlines()
        signature = base64.b64decode(line.split(" ")[2])[4:]
        pem = pem_of(known[log.name.split("-")[0]])
        assert openssl_verifies(tmp_path, pem, text + b"\n", signature)
        assert not openssl_verifies(tmp_path, pem, text + b"0\n", signature)


def test_every_statement_is_in_the_log_of_another_party_than_its_author(tmp_path: Path) -> None:
    folder = unpacked(a_grown_case(), tmp_path)
    names = {card["key_id"][:16]: name for name, card in cards(folder).items()}
    seen: dict[str, set[str]] = {}
    for log in logs(folder):
        for entry in entries_of(log):
            digest = json.loads(entry)["document"].removeprefix("sha256:")
            seen.setdefault(f"{digest}.json", set()).add(names[log.name.split("-")[0]])
    for name, said in statements(folder).items():
        assert seen[name] - {said["by"]}


# What was changed is found out in the same way


def test_a_statement_that_was_changed_is_found_out_by_its_name_or_by_its_signature(tmp_path: Path) -> None:
    digest, signed = statement_of(a_grown_case(), "cedar-desk")
    envelope = json.loads(signed.data)
    payload = base64.b64decode(envelope["payload"]).replace(b"We coordinate this.", b"We leave this case.")
    envelope["payload"] = base64.b64encode(payload).decode()
    data = json.dumps(envelope, separators=(",", ":"), sort_keys=True).encode()
    folder = unpacked(with_member(a_grown_case(), member_of(digest), data), tmp_path)
    name = member_of(digest).removeprefix(STATEMENTS)
    assert sha256sum(folder / "statements" / name) != name.removesuffix(".json")
    assert not is_signed(folder, name, pem_of(cards(folder)["cedar-desk"]))


def test_a_statement_in_anothers_name_is_found_out_by_openssl(tmp_path: Path) -> None:
    case, digest = restated(a_grown_case(), "cedar-desk", elm())
    folder = unpacked(case, tmp_path)
    name = member_of(digest).removeprefix(STATEMENTS)
    assert sha256sum(folder / "statements" / name) == name.removesuffix(".json")
    assert not is_signed(folder, name, pem_of(cards(folder)["cedar-desk"]))


def test_an_entry_that_was_changed_gives_another_root(tmp_path: Path) -> None:
    name = next(name for name in a_grown_case().members if re.search(r"^logs/.*/tile/entries/", name))
    digest = a_grown_case().opening[0].encode()
    data = a_grown_case().members[name].replace(digest, digest[:-1] + (b"0" if digest[-1:] != b"0" else b"1"))
    folder = unpacked(with_member(a_grown_case(), name, data), tmp_path)
    log = folder / LOGS / name.split("/")[1]
    tree = InmemoryTree(algorithm="sha256")
    for entry in entries_of(log):
        tree.append_entry(entry)
    assert (
        base64.b64decode((log / "checkpoint").read_text(encoding="utf-8").split("\n")[2]) != tree.get_root()
    )
