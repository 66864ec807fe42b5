"""The commands of authorities, of repositories and of operators, as users run them: one story, in order."""

from __future__ import annotations

import contextlib
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from groundstop.directives.signing import sign_order
from groundstop.documents.directives import Alternative, Directive
from groundstop.evidence import OwnKey, sign_verification
from tests.commands import Ended
from tests.directive_parts import a_directive, criteria
from tests.evidence_parties import inside
from tests.verifications import a_verification

NOW = datetime.now(UTC).replace(microsecond=0)
KEYS = ("root-a", "root-b", "officer-1", "officer-2", "officer-3", "publisher", "birch-lab")


def living(**changes: Any) -> Directive:
    """Return the sample order with dates around today."""
    dates = {
        "created": NOW,
        "effective": NOW - timedelta(minutes=1),
        "review": NOW + timedelta(days=14),
        "expires": NOW + timedelta(days=30),
    }
    return a_directive(**{**dates, **changes})


class Scene:
    """One folder with everybody's keys, a repository, and an operator."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def does(self, *arguments: str | Path) -> Ended:
        with contextlib.chdir(self.root):
            return inside(*arguments)

    def signed(self, order: Directive, *signers: str) -> Path:
        from groundstop.cli.parties import own_key

        keys: list[OwnKey] = [own_key(self.root, name) for name in signers]
        path = self.root / f"{order.id}-{len(signers)}.dsse.json"
        # No key signs what is dated before it was made.
        path.write_bytes(sign_order(order.model_copy(update={"created": datetime.now(UTC)}), keys))
        return path

    def publishes(self, path: Path, *signers: str) -> Ended:
        keys = [part for name in signers for part in ("--key", name)]
        return self.does(
            "directive", "publish", path, "--repository", "orders", *keys, "--online", "publisher"
        )

    def decides(self, model: str = "desk-helper", *claims: str) -> Ended:
        given = [part for claim in claims for part in ("--claim", claim)]
        return self.does("obeys", "decide", "desk", model, *given, "--json")


CITIZEN = ("subject-type=natural-person@login", "nationality=XA@login")
FOREIGN = (
    "subject-type=natural-person@login",
    "nationality=XB@login",
    "permanent-residence=none@login",
    "protected-in=none@login",
)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("orders-commands") / "root"
    root.mkdir()
    scene = Scene(root)
    for name in KEYS:
        assert scene.does("key", "new", name).code == 0
    made = scene.does(
        *("repository", "init", "orders", "--root", "root-a", "--root", "root-b", "--threshold", "2"),
        *("--online", "publisher", "--key", "root-a", "--key", "root-b", "--key", "publisher", "--json"),
    )
    assert made.code == 0, made.err
    officers = [part for number in (1, 2, 3) for part in ("--signer", f"officer-{number}")]
    charter = scene.does(
        *("repository", "charter", "oak-office", "--called", "Oak Office", *officers, "--quorum", "2"),
        *("--urgent", "officer-1", "--about", "elm", "--about", "pkg:huggingface/elm/"),
    )
    assert charter.code == 0, charter.err
    keys = [part for name in KEYS[:4] for part in ("--key", name)]
    let_in = scene.does(
        "repository", "authority", "orders", "oak-office.charter.json", *keys, "--key", "publisher"
    )
    assert let_in.code == 0, let_in.err
    begins = scene.does(
        *("obeys", "init", "desk", "--repository", "orders/public", "--authority", "oak-office"),
        *("--root", "orders/public/metadata/1.root.json", "--digest", made.json["root"]),
    )
    assert begins.code == 0, begins.err
    return root


@pytest.fixture
def scene(begun: Path, tmp_path: Path) -> Scene:
    root = tmp_path / "root"
    shutil.copytree(begun, root)
    # The operator's file names the repository by its whole path.
    obeys = root / "desk" / "obeys.toml"
    obeys.write_text(obeys.read_text().replace(str(begun), str(root)))
    return Scene(root)


def heard(scene: Scene) -> Ended:
    done = scene.does("obeys", "refresh", "desk", "--json")
    assert done.code == 0, done.err
    return done


def in_force(scene: Scene, order: Directive | None = None) -> Path:
    path = scene.signed(order or living(), "officer-1", "officer-2")
    assert scene.publishes(path, "officer-1", "officer-2").code == 0
    heard(scene)
    return path


def test_an_order_is_published_heard_and_decided_by(scene: Scene) -> None:
    in_force(scene)
    assert scene.decides("desk-helper", *CITIZEN).code == 0
    kept_out = scene.decides("helper-latest", *FOREIGN)
    assert kept_out.code == 1
    assert kept_out.json["ground"] == "in the scope"
    assert scene.decides("desk-helper").json["ground"] == "claims unknown"
    assert scene.decides("another-model").code == 0


def test_what_stands_is_listed_in_a_repository_and_for_an_operator_alike(scene: Scene) -> None:
    in_force(scene)
    for folder in ("orders", "desk"):
        listed = scene.does("directive", "list", folder, "--json").json
        assert [(one["id"], one["state"]) for one in listed["items"]] == [(living().id, "in force")]
        assert living().id in scene.does("directive", "list", folder).out
    refused = scene.does("directive", "list", ".")
    assert refused.code == 2
    assert "is no repository of orders" in refused.err


def test_one_urgent_key_publishes_a_denial_that_ends_soon_and_is_said_so(scene: Scene) -> None:
    path = scene.signed(living(), "officer-1")
    done = scene.publishes(path, "officer-1")
    assert done.code == 0, done.err
    assert "No quorum has ratified it" in done.out
    heard(scene)
    assert scene.decides("desk-helper", *FOREIGN).code == 1


def test_a_key_that_may_not_speak_alone_publishes_nothing(scene: Scene) -> None:
    path = scene.signed(living(), "officer-2")
    done = scene.publishes(path, "officer-2")
    assert done.code == 2
    assert done.err.startswith("groundstop: ")


def test_a_change_waits_for_the_signatures_that_it_lacks_and_is_completed_by_another_signer(
    scene: Scene,
) -> None:
    path = scene.signed(living(), "officer-1", "officer-2")
    waits = scene.does("directive", "publish", path, "--repository", "orders", "--key", "officer-1", "--json")
    assert waits.code == 3
    assert waits.json["published"] is False
    assert scene.does("directive", "list", "orders", "--json").json["items"] == []
    told = scene.does("repository", "status", "orders", "--json").json
    assert [one["id"] for one in told["staged"]] == [waits.json["staged"]]
    assert "Waits:" in scene.does("repository", "status", "orders").out
    done = scene.does(
        *("repository", "sign", "orders", waits.json["staged"]),
        *("--key", "officer-2", "--key", "publisher"),
    )
    assert done.code == 0, done.err
    assert len(scene.does("directive", "list", "orders", "--json").json["items"]) == 1


def test_a_change_that_waits_can_be_given_up(scene: Scene) -> None:
    path = scene.signed(living(), "officer-1", "officer-2")
    waits = scene.does("directive", "publish", path, "--repository", "orders", "--key", "officer-1", "--json")
    change = waits.json["staged"]
    assert scene.does("repository", "withdraw", "orders", change).code == 0
    assert scene.does("repository", "withdraw", "orders", change).code == 2


def test_a_timestamp_is_renewed_by_the_online_key_and_by_no_other(scene: Scene) -> None:
    before = scene.does("repository", "refresh", "orders", "--key", "publisher", "--json").json
    after = scene.does("repository", "refresh", "orders", "--key", "publisher", "--json").json
    assert after["timestamp"] == before["timestamp"] + 1
    assert scene.does("repository", "refresh", "orders", "--key", "root-a").code == 2


def test_keys_are_rotated_and_subscribers_follow(scene: Scene) -> None:
    in_force(scene)
    assert scene.does("key", "new", "root-c").code == 0
    assert scene.does("key", "new", "publisher-2").code == 0
    keys = [part for name in (*KEYS[:2], "root-c", "publisher-2") for part in ("--key", name)]
    done = scene.does(
        *("repository", "rotate", "orders", "--root", "root-a", "--root", "root-c", "--threshold", "2"),
        *("--online", "publisher-2", *keys),
    )
    assert done.code == 0, done.err
    heard(scene)
    assert scene.decides("desk-helper", *FOREIGN).code == 1


def test_a_licence_lets_its_holder_through_until_one_key_revokes_it(scene: Scene) -> None:
    order = in_force(scene)
    publish = ("--repository", "orders", "--online", "publisher")
    both = ("--key", "officer-1", "--key", "officer-2")
    granted = scene.does(
        *(
            "licence",
            "grant",
            order,
            "--organisation",
            "hazel-defence",
            "--quota",
            "50/day",
            "-o",
            "lic.json",
        ),
        *(*both, *publish),
    )
    assert granted.code == 0, granted.err
    heard(scene)
    holder = (*FOREIGN, "organisation=hazel-defence@login")
    let_through = scene.decides("desk-helper", *holder)
    assert (let_through.code, let_through.json["ground"]) == (0, "licensed")
    (listed,) = scene.does("licence", "list", "desk", "--json").json
    assert (listed["state"], listed["quota"]) == ("in force", {"requests": 50, "per": "day"})
    revoked = scene.does(
        *("licence", "revoke", "lic.json", "--reason", "It was passed on.", "-o", "revoked.json"),
        *("--key", "officer-1", *publish),
    )
    assert revoked.code == 0, revoked.err
    heard(scene)
    assert scene.decides("desk-helper", *holder).code == 1
    assert "revoked" in scene.does("licence", "list", "orders").out


def test_named_staff_stand_in_a_licence_by_commitments(scene: Scene) -> None:
    order = in_force(scene)
    (scene.root / "staff").write_text("login r.hazel\n\nlogin scanner of hazel\n")
    done = scene.does(
        *("licence", "grant", order, "--organisation", "hazel", "--staff", "staff", "-o", "lic.json"),
        *("--key", "officer-1"),
    )
    assert done.code == 0, done.err
    text = (scene.root / "lic.json").read_text()
    assert "r.hazel" not in text
    assert "scanner" not in text


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--act", "sing"), "no act 'sing'"),
        (("--quota", "many"), "is no quota"),
        (("--quota", "0"), "is no quota"),
        (("--model", "nobody"), "names no model 'nobody'"),
        (("--staff", "empty"), "names nobody"),
        (("--staff", "wrong"), "is no issuer and name"),
        (("--staff", "binary"), "is not UTF-8"),
    ],
)
def test_a_licence_that_is_asked_for_wrongly_is_refused_with_a_sentence(
    scene: Scene, options: tuple[str, ...], why: str
) -> None:
    order = scene.signed(living(), "officer-1", "officer-2")
    (scene.root / "empty").write_text("\n")
    (scene.root / "wrong").write_text("login\n")
    (scene.root / "binary").write_bytes(b"\xff\xfe")
    done = scene.does("licence", "grant", order, "--organisation", "hazel", "--key", "officer-1", *options)
    assert done.code == 2
    assert why in done.err


def a_proof(scene: Scene, order: Directive) -> tuple[Path, Path]:
    """Return a verification of the order's model by birch-lab, and its key card's file."""
    from groundstop.cli.parties import own_key

    model = order.subject.models[0].hosted[0]
    tested = a_verification().model
    assert tested.identity is not None
    identity = tested.identity.model_copy(update={"provider": model.provider, "name": model.name})
    made = a_verification(
        by="birch-lab",
        created=datetime.now(UTC),
        finding=order.evidence[0].finding,
        expires=NOW + timedelta(days=10),
        model=tested.model_copy(update={"identity": identity}),
    )
    path = scene.root / "verification.json"
    path.write_bytes(sign_verification(made, own_key(scene.root, "birch-lab")))
    return path, path


def test_an_order_is_lifted_on_proof_and_opens_where_it_is_heard(scene: Scene) -> None:
    asked = criteria(minimum_n=59, countersigners=("officer-3",), countersigners_needed=1)
    directive = living(lifting=asked)
    order = in_force(scene, directive)
    unproved = scene.does("directive", "lift", order, "--json")
    assert unproved.code == 1
    assert unproved.json["met"] is False
    proof, _ = a_proof(scene, directive)
    half = scene.does("directive", "lift", order, proof, "--check", "--json")
    assert half.code == 1
    assert [one["met"] for one in half.json["criteria"]] == [True, False]
    agreed = scene.does("directive", "countersign", order, proof, "--key", "officer-3", "-o", "agreed.json")
    assert agreed.code == 0, agreed.err
    assert scene.does("directive", "lift", order, proof, "agreed.json", "--check").code == 0
    lifted = scene.does(
        *("directive", "lift", order, proof, "agreed.json", "-o", "lift.json", "--key", "officer-1"),
        *("--key", "officer-2", "--repository", "orders", "--online", "publisher"),
    )
    assert lifted.code == 0, lifted.err
    assert scene.decides("desk-helper", *FOREIGN).code == 1
    heard(scene)
    assert scene.decides("desk-helper", *FOREIGN).code == 0
    listed = scene.does("directive", "list", "orders", "--all", "--json").json["items"]
    assert {one["state"] for one in listed if one["what"] == "order"} == {"lifted"}


def test_one_key_can_lift_nothing(scene: Scene) -> None:
    order = in_force(scene)
    done = scene.does(
        *("directive", "lift", order, "--rescind", "It was an error.", "-o", "lift.json"),
        *("--key", "officer-1", "--repository", "orders", "--online", "publisher"),
    )
    assert done.code == 2
    assert "refused by every gateway" in done.err
    heard(scene)
    assert scene.decides("desk-helper", *FOREIGN).code == 1


def test_an_order_that_is_taken_back_says_that_nothing_was_verified(scene: Scene) -> None:
    order = in_force(scene)
    done = scene.does(
        *("directive", "lift", order, "--rescind", "It was an error.", "-o", "lift.json"),
        *("--key", "officer-1", "--key", "officer-2", "--repository", "orders", "--online", "publisher"),
    )
    assert done.code == 0, done.err
    assert "nothing was verified" in done.out
    heard(scene)
    assert scene.decides("desk-helper", *FOREIGN).code == 0


def test_nobody_countersigns_what_does_not_meet_the_criteria(scene: Scene) -> None:
    order = scene.signed(living(lifting=criteria(minimum_n=5000)), "officer-1", "officer-2")
    proof, _ = a_proof(scene, living())
    done = scene.does("directive", "countersign", order, proof, "--key", "officer-3")
    assert done.code == 2
    assert "the order asks for 5000" in done.err


def test_a_stop_takes_one_key_and_one_command(scene: Scene) -> None:
    done = scene.does(
        *("directive", "stop", "desk-helper", "--provider", "elm", "--issuer", "oak-office"),
        *("--reason", "It tells.", "--contact", "duty@office.example", "--key", "officer-1"),
        *("-o", "stop.json", "--repository", "orders", "--online", "publisher"),
    )
    assert done.code == 0, done.err
    heard(scene)
    assert scene.decides("desk-helper", *CITIZEN).json["ground"] == "stopped"
    lift = ("directive", "lift", "stop.json", "-o", "lift.json", "--repository", "orders")
    assert "has no criteria" in scene.does(*lift, "--key", "officer-1").err
    both = ("--key", "officer-1", "--key", "officer-2", "--online", "publisher")
    assert scene.does(*lift, "--rescind", "An order takes its place.", *both).code == 0
    heard(scene)
    assert scene.decides("desk-helper", *CITIZEN).code == 0


def test_keys_are_fetched_for_the_issuers_that_publish_them_and_for_no_others(scene: Scene) -> None:
    assert "No issuer in" in scene.does("obeys", "keys", "desk").out


def test_an_operator_stops_a_model_with_a_file_and_nothing_else(scene: Scene) -> None:
    heard(scene)
    assert scene.decides("any-model").code == 0
    assert scene.does("obeys", "stop", "desk", "any-model").out == "any-model\n"
    assert scene.decides("any-model").json["ground"] == "stopped"
    assert scene.does("obeys", "stop", "desk").out == "any-model\n"
    assert scene.does("obeys", "stop", "desk", "other", "--clear").code == 2
    assert scene.does("obeys", "stop", "desk", "second").out == "any-model\nsecond\n"
    assert scene.does("obeys", "stop", "desk", "any-model", "--clear").out == "second\n"
    assert scene.decides("any-model").code == 0
    assert scene.does("obeys", "stop", "desk", "--clear").code == 0
    assert scene.decides("second").code == 0
    assert "no patterns" in scene.does("obeys", "stop", "desk", "a*b").err
    assert "Nobody obeys from" in scene.does("obeys", "stop", "dsek", "any-model").err
    assert scene.decides("any-model").code == 0


def test_an_operator_departs_from_an_order_only_with_a_key_that_it_has_listed(scene: Scene) -> None:
    from groundstop.cli.parties import key_folder

    order = in_force(scene)
    depart = ("obeys", "override", "desk", order, "--reason", "An outage.", "--hours", "2")
    assert scene.does("key", "new", "operator").code == 0
    allow = ("--direction", "allow", "--key", "operator")
    assert "may sign no override here" in scene.does(*depart, *allow).err
    obeys = scene.root / "desk" / "obeys.toml"
    key_id = key_folder(scene.root).card("operator").key_id
    obeys.write_text(f'override_keys = ["{key_id}"]\n{obeys.read_text()}')
    assert scene.does(*depart, "--key", "operator").code == 2
    done = scene.does(*depart, *allow, "--json")
    assert done.code == 0, done.err
    decided = scene.decides("desk-helper", *FOREIGN)
    assert (decided.code, decided.json["ground"]) == (0, "overridden by the operator")
    assert "An outage." in " ".join(decided.json["explained"])
    assert decided.json["order"]["departs"]["by"] == "operator"


def test_an_operator_who_never_heard_anything_serves_nothing(scene: Scene) -> None:
    decided = scene.decides("any-model")
    assert decided.code == 1
    assert decided.json["closed"]
    told = scene.does("obeys", "status", "desk")
    assert told.code == 1
    assert "EVERYTHING IS CLOSED" in told.out


def test_a_repository_that_is_gone_is_told_and_the_last_denials_stay(scene: Scene) -> None:
    in_force(scene)
    shutil.rmtree(scene.root / "orders" / "public")
    done = scene.does("obeys", "refresh", "desk")
    assert done.code in (1, 4)
    assert "Problem:" in done.err
    assert scene.decides("desk-helper", *FOREIGN).code == 1


def test_a_wrong_root_is_refused_and_leaves_nothing_behind(scene: Scene) -> None:
    done = scene.does(
        *("obeys", "init", "other", "--repository", "orders/public", "--authority", "oak-office"),
        *("--root", "orders/public/metadata/1.root.json", "--digest", f"sha256:{'0' * 64}"),
    )
    assert done.code == 2
    assert "has the digest" in done.err
    assert not (scene.root / "other" / "obeys.toml").exists()


def test_feeds_and_a_page_are_written_for_those_who_follow(scene: Scene) -> None:
    in_force(scene)
    done = scene.does("directive", "feed", "orders", "-o", "feed", "--home", "https://office.example/orders")
    assert done.code == 0, done.err
    status = json.loads((scene.root / "feed" / "status.json").read_text())
    assert status["models"]["elm/desk-helper"]["infer"] == "restricted"
    names = {"status.json", "feed.json", "feed.atom", "index.html"}
    assert {path.name for path in (scene.root / "feed").iterdir()} == names


def test_an_order_is_exported_for_other_tools(scene: Scene) -> None:
    order = scene.signed(living(alternatives=(Alternative(model="desk-clerk"),)), "officer-1")
    assert "forbid" in scene.does("directive", "export", order, "--format", "cedar").out
    assert scene.does("directive", "export", order, "--format", "openc2").json["commands"]
    assert scene.does("directive", "export", order).json["id"] == living().id
    assert scene.does("directive", "export", order, "--format", "cedar-schema", "-o", "schema").code == 0


def test_a_preview_takes_what_stands_from_a_repository(scene: Scene) -> None:
    from tests.preview_parts import a_population

    in_force(scene)
    (scene.root / "population.json").write_bytes(a_population().canonical())
    again = scene.root / "again.json"
    again.write_bytes(living(id="GSD-20260706-00000000ff").canonical())
    options = ("--population", "population.json", "--json")
    alone = scene.does("directive", "preview", again, *options).json
    beside = scene.does("directive", "preview", again, *options, "--from", "orders").json
    assert alone != beside


def test_an_order_that_stands_is_named_by_its_folder_and_id(scene: Scene) -> None:
    in_force(scene)
    for folder in ("orders", "desk"):
        assert scene.does("directive", "export", f"{folder}/{living().id}").json["id"] == living().id
    assert "No order" in scene.does("directive", "export", "orders/GSD-20260706-00000000ff").err


WRONG: list[tuple[str, ...]] = [
    ("directive", "lift", "ORDER", "--rescind", "", "--key", "officer-1"),
    ("licence", "grant", "ORDER", "--organisation", "", "--key", "officer-1"),
    ("licence", "grant", "ORDER", "--organisation", "h" * 300, "--key", "officer-1"),
    ("licence", "grant", "ORDER", "--organisation", "hazel", "--condition", "", "--key", "officer-1"),
    ("directive", "feed", "orders", "-o", "feed", "--home", "https://office.example", "--title", ""),
    ("directive", "stop", "m", "--issuer", "oak-office", "--reason", "x", "--contact", "y", "--hours", "nan"),
    ("directive", "stop", "m", "--issuer", "oak-office", "--reason", "", "--contact", "y"),
    ("obeys", "override", "desk", "ORDER", "--direction", "allow", "--reason", "", "--hours", "1"),
    ("obeys", "override", "desk", "ORDER", "--direction", "allow", "--reason", "x", "--hours", "nan"),
    ("obeys", "decide", "desk", " "),
    ("obeys", "decide", "desk", "m", "--claim", "nationality=XA@l", "--claim", "nationality=XB@l"),
    ("directive", "publish", "ORDER", "--repository", "orders", "--online", "officer-1"),
]


@pytest.mark.parametrize("command", WRONG, ids=lambda command: " ".join(command)[:60])
def test_a_wrong_value_is_refused_with_a_sentence_and_never_as_a_mistake_of_the_program(
    scene: Scene, command: tuple[str, ...]
) -> None:
    order = str(scene.signed(living(), "officer-1", "officer-2"))
    if command[:2] == ("obeys", "override"):
        from groundstop.cli.parties import key_folder

        obeys = scene.root / "desk" / "obeys.toml"
        key_id = key_folder(scene.root).card("officer-1").key_id
        obeys.write_text(f'override_keys = ["{key_id}"]\n{obeys.read_text()}')
        command = (*command, "--key", "officer-1")
    done = scene.does(*(order if part == "ORDER" else part for part in command))
    assert done.code == 2, done.out
    assert "mistake" not in done.err
    assert done.err.startswith("groundstop: ")


def test_a_draft_is_neither_licensed_nor_lifted(scene: Scene) -> None:
    from groundstop.directives.reading import NOT_NUMBERED

    draft = scene.root / "draft.json"
    draft.write_bytes(living(id=NOT_NUMBERED).canonical())
    for command in (("licence", "grant", draft, "--organisation", "hazel"), ("directive", "lift", draft)):
        assert "nobody has signed" in scene.does(*command).err


def test_an_export_takes_the_place_of_no_file(scene: Scene) -> None:
    order = scene.signed(living(), "officer-1")
    (scene.root / "mine.toml").write_text("mine")
    assert scene.does("directive", "export", order, "-o", "mine.toml").code == 2
    assert (scene.root / "mine.toml").read_text() == "mine"


def test_an_amendment_is_drafted_from_what_stands_and_takes_its_place(scene: Scene) -> None:
    in_force(scene)
    drafted = scene.does("directive", "draft", "--amend", f"orders/{living().id}", "-o", "next.toml")
    assert drafted.code == 0, drafted.err
    text = (scene.root / "next.toml").read_text()
    assert "sequence = 2" in text
    (scene.root / "next.toml").write_text(text.replace('unknown = "deny"', 'unknown = "allow"'))
    for number, source in ((1, "next.toml"), (2, "one.json")):
        target = "one.json" if number == 1 else "two.json"
        done = scene.does("directive", "sign", source, "--key", f"officer-{number}", "--yes", "-o", target)
        assert done.code == 0, done.err
    assert scene.publishes(scene.root / "two.json", "officer-1", "officer-2").code == 0
    heard(scene)
    decided = scene.decides("desk-helper")
    assert decided.json["order"]["sequence"] == 2
    assert decided.json["ground"] == "claims unknown, which the order lets through"


def test_a_draft_names_its_model_by_files_of_weights(scene: Scene) -> None:
    import hashlib

    folder = scene.root / "weights"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"weights")
    (folder / "config.json").write_text("{}")
    done = scene.does("directive", "draft", "--weights", "weights", "-o", "order.toml")
    assert done.code == 0, done.err
    text = (scene.root / "order.toml").read_text()
    assert hashlib.sha256(b"weights").hexdigest() in text
    assert hashlib.sha256(b"{}").hexdigest() not in text
    (folder / "model.safetensors").unlink()
    assert "0 files of weights" in scene.does("directive", "draft", "--weights", "weights").err
