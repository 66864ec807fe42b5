"""A stranger checks a bundle by its own README: every block of it, in order, and nothing of this project."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from groundstop.documents import PartName
from groundstop.evidence import Bundle, OwnKey, new_salt
from groundstop.evidence.age import encrypt
from groundstop.evidence.bundle import key_members
from groundstop.evidence.findings import Reader, seal_finding
from groundstop.evidence.statements import sign
from groundstop.evidence.subjects import file_subject
from tests.evidence_samples import (
    FINDING_ID,
    READABLE,
    SEALED,
    a_bundle,
    a_draft,
    a_key,
    a_verification,
    alder,
    birch,
    cedar,
    changed,
    corroborated,
    granted,
    relogged,
    shortened,
    verified,
    written,
)

TOOLS = ("bash", "openssl", "age", "sha256sum", "python3", "ssh-keygen")
missing = [tool for tool in TOOLS if shutil.which(tool) is None]
pytestmark = pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")

_BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
SIGNATURES, FILES, LOG, PARTS = range(4)
"""The steps of the page."""


@dataclass(frozen=True)
class Step:
    """How a block of the page ended."""

    code: int
    out: str
    err: str


@cache
def with_ssh_key() -> tuple[OwnKey, str]:
    """Return a party that opens with an SSH key, and that key as its owner has it."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "id")
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "a comment", "-f", str(path)]
        subprocess.run(command, check=True)
        text = path.read_text()
    return a_key("elm-institute", identity_text=text), text


@cache
def the_bundle() -> Bundle:
    """Return a finding sealed to an X25519 and an SSH key, with all that can be added."""
    bundle = seal_finding(
        a_draft(),
        [Reader(birch().card, READABLE), Reader(with_ssh_key()[0].card, frozenset({PartName.RECIPE}))],
        [alder()],
        finding_id=FINDING_ID,
        interests=None,
        now=SEALED,
        new_salt=new_salt,
    )
    told = a_verification(finding=bundle.finding.content_id)
    return verified(shortened(granted(bundle)), told)


def unpacked(bundle: Bundle, folder: Path) -> Path:
    """Unpack a bundle as anyone can."""
    target = folder / "unpacked"
    shutil.rmtree(target, ignore_errors=True)
    with zipfile.ZipFile(written(bundle, folder)) as archive:
        archive.extractall(target)
    return target


def blocks(folder: Path) -> list[str]:
    found = _BLOCK.findall((folder / "README.md").read_text(encoding="utf-8"))
    assert len(found) == 4
    return found


def followed(
    folder: Path, identity: str | None = None, *, upto: int = PARTS, page: list[str] | None = None
) -> list[Step]:
    """Run the page's blocks in order; a step that fails is the last."""
    if identity is not None:
        path = folder / "mine.txt"
        path.write_text(identity)
        path.chmod(0o600)
    clean = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    steps: list[Step] = []
    for block in (page or blocks(folder))[: upto + 1]:
        done = subprocess.run(
            ["bash", "-c", block], cwd=folder, env=clean, capture_output=True, text=True, check=False
        )
        steps.append(Step(done.returncode, done.stdout, done.stderr))
        if done.returncode != 0:
            break
    return steps


def test_the_page_uses_no_other_tools_than_it_says() -> None:
    page = the_bundle().members["README.md"].decode()
    for word in ("groundstop ", "pip ", "npm ", "curl ", "import securesystemslib", "import cryptography"):
        assert word not in "\n".join(_BLOCK.findall(page))
    assert all("python3 -I" in block for block in _BLOCK.findall(page)[:3]), (
        "a module in the folder would be run"
    )


def test_an_x25519_reader_follows_every_step(tmp_path: Path) -> None:
    folder = unpacked(the_bundle(), tmp_path)
    signatures, files, log, parts = followed(folder, str(birch().identity.secret))
    assert signatures.out.count("Signature Verified Successfully") == 4
    assert f"documents/000000-finding.json is signed with {alder().card.key_id}" in signatures.out
    assert files.out.count(": OK") == len(
        [name for name in the_bundle().members if not name.startswith(("documents", "log"))]
    )
    assert "groundstop.dev/findings/GSF-20260702-0123456789 lists 4 documents" in log.out
    assert "Signature Verified Successfully" in log.out
    assert sorted(parts.out.split("\n")) == [
        "",
        *(f"{part}: as committed" for part in ("minimal", "plan", "recipe", "trials")),
    ]
    for name, kind in (("recipe", "sealed-recipe"), ("plan", "plan"), ("minimal", "sealed-recipe")):
        assert f'"kind":"{kind}"' in (folder / "checked" / f"{name}.json").read_text()
    assert (folder / "checked" / "plan.json").read_bytes() == a_draft().parts[1].content


def test_an_ssh_reader_opens_what_was_sealed_to_it(tmp_path: Path) -> None:
    folder = unpacked(the_bundle(), tmp_path)
    *_, parts = followed(folder, with_ssh_key()[1])
    assert parts.out == "recipe: as committed\n"
    assert "no identity matched" in parts.err


def test_a_reader_who_was_added_later_opens_its_own_file(tmp_path: Path) -> None:
    *_, parts = followed(unpacked(the_bundle(), tmp_path), str(cedar().identity.secret))
    assert parts.out == "recipe: as committed\n"


def test_who_reads_nothing_checks_the_rest(tmp_path: Path) -> None:
    steps = followed(unpacked(the_bundle(), tmp_path), upto=LOG)
    assert [step.code for step in steps] == [0, 0, 0]


@pytest.mark.skipif(shutil.which("unzip") is None, reason="unzip is not installed")
def test_unzip_unpacks_it_as_the_page_says(tmp_path: Path) -> None:
    file = written(the_bundle(), tmp_path)
    subprocess.run(["unzip", "-q", str(file), "-d", str(tmp_path / "here")], check=True)
    assert [step.code for step in followed(tmp_path / "here", upto=LOG)] == [0, 0, 0]


def test_a_rerun_by_another_party_is_verified_with_its_own_key(tmp_path: Path) -> None:
    (step,) = followed(unpacked(corroborated(a_bundle()), tmp_path), upto=SIGNATURES)
    assert f"documents/000001-corroboration.json is signed with {birch().card.key_id}" in step.out


def test_a_verification_of_a_fix_is_verified_in_the_same_way(tmp_path: Path) -> None:
    folder = unpacked(the_bundle(), tmp_path)
    (step,) = followed(folder, upto=SIGNATURES)
    name = "000003-verification.json"
    assert f"documents/{name} is signed with {birch().card.key_id}" in step.out
    told = json.loads((folder / "checked" / "statements" / name).read_text())["predicate"]
    assert (told["verdict"], told["by"]) == ("class_mitigated", "birch-lab")
    page = (folder / "README.md").read_text()
    assert "a verification of a fix" in page


# Any change fails at the step that is about it


@cache
def the_page() -> tuple[str, ...]:
    return tuple(_BLOCK.findall(the_bundle().members["README.md"].decode()))


@pytest.fixture(scope="module")
def checked_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked bundle after its first step."""
    folder = unpacked(the_bundle(), tmp_path_factory.mktemp("once"))
    assert followed(folder, upto=SIGNATURES)[0].code == 0
    return folder


def after_the_first(checked_once: Path, folder: Path, name: str, data: bytes | None) -> Path:
    """Return the folder after the first step, with a member changed since."""
    target = folder / "changed"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(checked_once, target)
    if data is None:
        (target / name).unlink()
    else:
        (target / name).parent.mkdir(exist_ok=True)
        (target / name).write_bytes(data)
    return target


def flipped(name: str, place: int) -> bytes:
    other = bytearray(the_bundle().members[name])
    other[place] ^= 4
    return bytes(other)


def step_of(name: str) -> int:
    """Return the step that is about a member."""
    return LOG if name.startswith("log/") else SIGNATURES if name.startswith("documents/") else FILES


def members() -> list[str]:
    return sorted(the_bundle().members)


@pytest.mark.parametrize("place", range(17))
def test_a_member_with_a_byte_changed_fails_at_its_step(
    checked_once: Path, tmp_path: Path, place: int
) -> None:
    assert len(members()) == 17, "give each member its turn"
    name = members()[place]
    size = len(the_bundle().members[name])
    for where in (size // 3, size - 2):
        if step_of(name) == SIGNATURES:
            folder = unpacked(changed(the_bundle(), {name: flipped(name, where)}), tmp_path)
        else:
            folder = after_the_first(checked_once, tmp_path, name, flipped(name, where))
        (step,) = followed(folder, upto=0, page=[the_page()[step_of(name)]])
        assert step.code != 0, (name, where)


@pytest.mark.parametrize("place", range(17))
def test_a_member_that_was_taken_away_fails(checked_once: Path, tmp_path: Path, place: int) -> None:
    name = members()[place]
    folder = after_the_first(checked_once, tmp_path, name, None)
    # A document that is gone is missed by the log.
    (step,) = followed(
        folder, upto=0, page=[the_page()[max(step_of(name), LOG if "documents" in name else FILES)]]
    )
    assert step.code != 0


@pytest.mark.parametrize(
    "name", ["sealed/more.age", "keys/other.pem", "documents/000004-grant.json", "log/tile/0/000.p/2"]
)
def test_a_member_that_was_added_fails(checked_once: Path, tmp_path: Path, name: str) -> None:
    folder = after_the_first(
        checked_once, tmp_path, name, the_bundle().members["documents/000001-grant.json"]
    )
    step = FILES if name.startswith(("sealed/", "keys/")) else LOG
    (ended,) = followed(folder, upto=0, page=[the_page()[step]])
    assert ended.code != 0


@pytest.mark.parametrize("name", ["sealed/recipe.age", "sealed/trials.age"])
def test_a_sealed_part_with_a_byte_changed_does_not_open_as_committed(
    checked_once: Path, tmp_path: Path, name: str
) -> None:
    data = flipped(name, len(the_bundle().members[name]) - 2)
    folder = after_the_first(checked_once, tmp_path, name, data)
    (parts,) = followed(folder, str(birch().identity.secret), upto=0, page=[the_page()[PARTS]])
    assert f"{name.split('/')[1].split('.')[0]}: as committed" not in parts.out
    assert "age: error" in parts.err


def test_a_part_that_was_sealed_again_is_not_the_committed_one(checked_once: Path, tmp_path: Path) -> None:
    other = encrypt(b"s" * 32 + b"{}", [birch().card.recipient])
    folder = after_the_first(checked_once, tmp_path, "sealed/plan.age", other)
    (parts,) = followed(folder, str(birch().identity.secret), upto=0, page=[the_page()[PARTS]])
    assert parts.code == 1
    assert "plan: as committed" not in parts.out


# A page that may be forged, in a folder that may be made to harm


def mallory_signs_as_alder(change: Callable[[dict[str, bytes]], None]) -> Bundle:
    """Return alder's finding signed by somebody else's key, with members changed to hide it."""
    other = a_key("mallory")
    members = dict(the_bundle().members)
    change(members)
    forged = Bundle(members, the_bundle().source)
    first = the_bundle().documents[0]
    subjects = [
        file_subject(one.name, members[one.name]) if one.name in members else one for one in first.subjects
    ]
    signed = sign(the_bundle().finding, subjects, [other])
    return relogged(Bundle({**forged.members}, forged.source), [signed], by=other)


def test_a_forger_who_brings_its_own_key_under_the_reporters_name_is_found_out(tmp_path: Path) -> None:
    pem = next(name for name in key_members(alder().card) if name.endswith(".pem"))

    def own_key(members: dict[str, bytes]) -> None:
        members[pem] = next(
            data for name, data in key_members(a_key("mallory").card).items() if name.endswith(".pem")
        )

    steps = followed(unpacked(mallory_signs_as_alder(own_key), tmp_path), upto=SIGNATURES)
    assert steps[-1].code != 0
    assert "is not signed with a key that is here" in steps[-1].err


def test_a_key_file_that_two_programs_read_differently_is_found_out(tmp_path: Path) -> None:
    """Python would find the reporter's key in the first block; openssl takes the first public key."""
    pem = next(name for name in key_members(alder().card) if name.endswith(".pem"))
    der = base64.b64decode(key_members(alder().card)[pem].decode().split("-----")[2])

    def two_blocks(members: dict[str, bytes]) -> None:
        first = f"-----BEGIN NOTE-----\n{base64.b64encode(der).decode()}\n-----END NOTE-----\n"
        second = next(
            data for name, data in key_members(a_key("mallory").card).items() if name.endswith(".pem")
        )
        members[pem] = first.encode() + second

    forged = mallory_signs_as_alder(two_blocks)
    # The envelope says that the reporter's key signed it.
    name = "documents/000000-finding.json"
    data = forged.members[name].replace(a_key("mallory").card.key_id.encode(), alder().card.key_id.encode())
    steps = followed(unpacked(changed(forged, {name: data}), tmp_path), upto=SIGNATURES)
    assert steps[-1].code != 0
    assert "Signature Verified Successfully" not in steps[-1].out


def test_a_module_that_lies_in_the_folder_is_not_run(tmp_path: Path) -> None:
    folder = unpacked(the_bundle(), tmp_path)
    for name in ("hashlib", "base64", "json", "glob", "os", "sys", "re", "sitecustomize"):
        (folder / f"{name}.py").write_text("open('harm', 'w').write('done')\n")
    steps = followed(folder, upto=LOG)
    assert [step.code for step in steps] == [0, 0, 0]
    assert not (folder / "harm").exists()


@pytest.mark.parametrize("name", ["checked", "checked/statements"])
def test_what_the_steps_write_never_goes_where_somebody_else_prepared_a_place(
    tmp_path: Path, name: str
) -> None:
    folder = unpacked(the_bundle(), tmp_path)
    (tmp_path / "victim").mkdir()
    if name == "checked":
        (folder / "checked").symlink_to(tmp_path / "victim")
    else:
        (folder / "checked").mkdir()
        (folder / "checked" / "statements").symlink_to(tmp_path / "victim")
    (step,) = followed(folder, upto=SIGNATURES)
    assert step.code != 0
    assert list((tmp_path / "victim").iterdir()) == []
