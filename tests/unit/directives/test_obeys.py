"""The operator's file: whom it obeys, in which repositories, and what is refused with which words."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from groundstop.directives.subscribing import Subscriber, read_obeys
from groundstop.documents.directives import Act, May
from groundstop.errors import DocumentError, InputError
from tests.directive_parts import AUTHORITY, a_charter, at, for_everybody
from tests.repository_parts import Scene, ids_in_force


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    scene = Scene(tmp_path_factory.mktemp("obeys"), charter=a_charter())
    scene.publish(for_everybody(1))
    return scene


@pytest.fixture
def folder(tmp_path: Path, scene: Scene) -> Path:
    (tmp_path / "main.root.json").write_bytes(scene.root)
    return tmp_path


def write(folder: Path, text: str, scene: Scene) -> Path:
    digest = f"sha256:{hashlib.sha256(scene.root).hexdigest()}"
    path = folder / "obeys.toml"
    path.write_text(text.replace("DIGEST", digest).replace("PUBLIC", str(scene.places.public)))
    return path


GOOD = """
override_keys = []

[[repository]]
name = "main"
url = "PUBLIC"
root = "DIGEST"
root_file = "main.root.json"

[[obey]]
authority = "oak-office"
repository = "main"
may = ["deny", "lift"]
acts = ["infer", "download"]

[[issuer]]
name = "cedar-id"
anything = {goes = ["here"]}
"""


def test_a_file_says_whom_an_operator_obeys(folder: Path, scene: Scene) -> None:
    obeys = read_obeys(write(folder, GOOD, scene))
    (obeyed,) = obeys.of("main")
    assert obeyed.authority == AUTHORITY
    assert obeyed.may == (May.DENY, May.LIFT)
    assert obeyed.acts == (Act.INFER, Act.DOWNLOAD)
    assert obeys.issuers == ({"name": "cedar-id", "anything": {"goes": ["here"]}},)
    assert obeys.repositories[0].path == scene.places.public
    assert obeys.of("other") == ()
    subscriber = Subscriber(folder, obeys)
    assert subscriber.refresh(at(0)).good
    assert ids_in_force(subscriber) == [for_everybody(1).id]


def test_a_path_starts_from_the_files_folder(folder: Path, scene: Scene) -> None:
    (folder / "near").symlink_to(scene.places.public)
    obeys = read_obeys(write(folder, GOOD.replace("PUBLIC", "near"), scene))
    assert obeys.repositories[0].path == folder / "near"


def test_a_path_may_lead_up_from_the_files_folder(tmp_path: Path, scene: Scene) -> None:
    folder, public = tmp_path / "desk", tmp_path / "orders" / "public"
    folder.mkdir()
    public.parent.mkdir()
    public.symlink_to(scene.places.public)
    (folder / "main.root.json").write_bytes(scene.root)
    obeys = read_obeys(write(folder, GOOD.replace("PUBLIC", "../orders/public"), scene))
    refreshed = Subscriber(folder, obeys).refresh(at(0))
    assert refreshed.good, refreshed.problems


@pytest.mark.parametrize(
    "url",
    [
        "https://orders.example/",
        "https://orders.example:8443/oak",
        "http://127.0.0.1:8080/",
        "http://localhost/",
        "http://[::1]:9/",
    ],
)
def test_an_address_is_https_or_of_this_machine(folder: Path, scene: Scene, url: str) -> None:
    assert read_obeys(write(folder, GOOD.replace("PUBLIC", url), scene)).repositories[0].path is None


@pytest.mark.parametrize(
    "url",
    [
        "http://orders.example/",
        "http://127.0.0.1.orders.example/",
        "ftp://orders.example/",
        "file:///etc",
        "https://",
        "https://name:word@orders.example/",
        "https://orders.example/?a=b",
        "https://orders.example/#a",
        "https://orders.example:99999/",
        "https://orders .example/",
        "https://[::1/",
        "a\\\\b",
        "a\\u0000b",
    ],
)
def test_other_addresses_are_refused(folder: Path, scene: Scene, url: str) -> None:
    with pytest.raises(DocumentError, match=r"obeys\.toml has a wrong value at 'repository\.0\.url'"):
        read_obeys(write(folder, GOOD.replace("PUBLIC", url), scene))


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("[[repository]]", "[[repositories]]", "unknown field 'repositories'"),
        ("[[obey]]", "[[obeys]]", "unknown field 'obeys'"),
        ('name = "main"', 'name = "../main"', "repository.0.name"),
        ('repository = "main"', 'repository = "other"', "not among the repositories"),
        ('authority = "oak-office"', 'authority = "snapshot"', "cannot be called snapshot"),
        ('may = ["deny", "lift"]', 'may = ["everything"]', "obey.0.may.0"),
        ("DIGEST", "sha256:1", "repository.0.root"),
        ("DIGEST", "sha256:" + "0" * 64, "and .* trusts sha256:0000"),
        ("override_keys = []", "override_keys = [1]", "override_keys.0"),
        ("override_keys = []", "= 1", "is not TOML"),
        ("override_keys = []", "override_keys = " + "[" * 9000, "nests more than 64 deep"),
        (
            "override_keys = []",
            "override_keys = []\na" + ".a" * 20 + " = 1",
            "nested too deep",
        ),
        (
            "override_keys = []",
            "override_keys = []\na" + ".a" * 20_000 + " = 1",
            "more than 24 names joined by dots",
        ),
        ("override_keys = []", "override_keys = [1" + "0" * 9000 + "]", "a number or a date that cannot be"),
        (
            'root_file = "main.root.json"',
            'root_file = "main.root.json"\nevents = "/tmp/events"',
            "events come from an address",
        ),
    ],
)
def test_a_file_that_is_wrong_is_refused_and_says_where(
    folder: Path, scene: Scene, old: str, new: str, why: str
) -> None:
    with pytest.raises(DocumentError, match=why):
        read_obeys(write(folder, GOOD.replace(old, new), scene))


def test_an_authority_is_obeyed_once_and_a_repository_named_once(folder: Path, scene: Scene) -> None:
    twice = '\n[[obey]]\nauthority = "oak-office"\nrepository = "main"\n'
    with pytest.raises(DocumentError, match="obeyed twice"):
        read_obeys(write(folder, GOOD + twice, scene))
    again = GOOD[GOOD.index("[[repository]]") : GOOD.index("[[obey]]")]
    with pytest.raises(DocumentError, match="the same name"):
        read_obeys(write(folder, GOOD + again, scene))


def test_a_root_that_nobody_signed_is_no_root(folder: Path, scene: Scene) -> None:
    for data in (b"{}", b"[" * 10_000, scene.places.timestamp.read_bytes(), b"\xff"):
        (folder / "main.root.json").write_bytes(data)
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        with pytest.raises(DocumentError, match="no root that its own keys have signed"):
            read_obeys(write(folder, GOOD.replace("DIGEST", digest), scene))


def test_files_that_are_missing_or_not_text_are_told(folder: Path, scene: Scene) -> None:
    with pytest.raises(InputError, match="There is no file"):
        read_obeys(folder / "none.toml")
    (folder / "obeys.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(DocumentError, match="not UTF-8"):
        read_obeys(folder / "obeys.toml")
    (folder / "obeys.toml").write_bytes(b"#" * 2_000_000)
    with pytest.raises(InputError, match="larger"):
        read_obeys(folder / "obeys.toml")
    (folder / "main.root.json").unlink()
    with pytest.raises(InputError, match="There is no file"):
        read_obeys(write(folder, GOOD, scene))


def test_only_a_repository_of_the_file_can_be_read(folder: Path, scene: Scene) -> None:
    subscriber = Subscriber(folder, read_obeys(write(folder, GOOD, scene)))
    with pytest.raises(InputError, match="There is no repository 'other'"):
        subscriber.refresh(at(0), only="other")
