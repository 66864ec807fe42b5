from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

from groundstop.errors import InputError, WorkspaceError
from groundstop.evidence import WorkspaceIdentity
from groundstop.evidence.age import HEADER, encrypt


def test_what_a_workspace_seals_it_opens_again_with_the_key_in_its_file(tmp_path: Path) -> None:
    path = tmp_path / "identity.txt"
    data = WorkspaceIdentity.load_or_create(path).seal(b"secret")
    assert data.startswith(HEADER)
    assert b"secret" not in data
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert WorkspaceIdentity.load_or_create(path).unseal(data) == b"secret"


def test_another_workspace_does_not_open_it(tmp_path: Path) -> None:
    data = WorkspaceIdentity.load_or_create(tmp_path / "one").seal(b"secret")
    other = WorkspaceIdentity.load_or_create(tmp_path / "other")
    for wrong in (data, data[:-1], b"", b"rubbish"):
        with pytest.raises(InputError, match="cannot be opened with this workspace's key"):
            other.unseal(wrong)


def test_an_ssh_key_serves_as_well(tmp_path: Path) -> None:
    path = tmp_path / "id"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
    identity = WorkspaceIdentity(path)
    assert identity.unseal(identity.seal(b"secret")) == b"secret"


@pytest.mark.parametrize("content", [b"", b"rubbish", b"AGE-SECRET-KEY-1RUBBISH", b"\xff\xfe"])
def test_a_file_that_is_no_identity_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "identity.txt"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(
        (InputError, WorkspaceError), match=r"identity\.txt (is not|cannot be read)"
    ) as caught:
        WorkspaceIdentity(path)
    assert caught.value.hint == "Restore it from a backup"


@pytest.mark.parametrize(
    "recipient", ["", "age1", "age1notarecipient", "ssh-ed25519 rubbish", "ssh-rsa AAAA", "a person"]
)
def test_what_is_no_recipient_is_refused(recipient: str) -> None:
    with pytest.raises(InputError, match="is no age recipient"):
        encrypt(b"secret", [recipient])
