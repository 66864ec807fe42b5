"""Previews: who is cut off, by the decision that gateways use; what is not known is never promised."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from groundstop.directives.asked import facts_of
from groundstop.directives.compiling import compile_table
from groundstop.directives.deciding import decide
from groundstop.directives.previewing import (
    BadLine,
    Count,
    Membership,
    Outcome,
    Preview,
    preview,
    previews,
    read_log,
    read_population,
    standing_of,
)
from groundstop.directives.previewing.counting import Tally
from groundstop.directives.previewing.logs import MOST_LINE_BYTES
from groundstop.directives.previewing.seen import Seen
from groundstop.directives.reading import NOT_NUMBERED
from groundstop.documents.directives import (
    Act,
    Alternative,
    ClaimName,
    ClaimNeeded,
    Descendants,
    LiftGround,
    OrderKind,
    Population,
    Quota,
    QuotaPeriod,
    RecordedRequest,
    Rule,
    Subject,
    Unknown,
)
from groundstop.errors import DocumentError, InputError
from tests.directive_parts import (
    a_directive,
    a_licence,
    a_lift,
    a_model,
    a_revocation,
    a_stop,
    amended,
    at,
    for_everybody,
)
from tests.preview_parts import (
    CITIZEN,
    FOREIGNER,
    NOBODY,
    RESIDENT,
    STAFF,
    a_log,
    a_population,
    a_setting,
    asked,
    claim,
    group,
    recorded,
)

NEW, OLD = Outcome.NEWLY_DENIED, Outcome.ALREADY_DENIED


def cells(one: Preview) -> dict[tuple[str, str], tuple[int, int]]:
    return {
        (cell.membership.value, cell.outcome.value): (cell.count.requests, cell.count.users)
        for cell in one.cells
    }


# What an order does


def test_a_scoped_order_cuts_off_the_class_and_the_unknown_and_nobody_else() -> None:
    made = preview(a_directive(), a_population(), a_setting())
    assert cells(made) == {
        ("inside", "newly cut off"): (250, 30),
        ("inside", "served under a licence"): (80, 4),
        ("outside", "served"): (9400, 950),
        ("unknown", "newly cut off"): (100, 20),
    }
    assert made.cut_off == Count(350, 50)
    assert made.elsewhere == Count(700, 70)


def test_a_shutdown_beside_it_cuts_off_everybody_and_is_counted_by_the_same_class() -> None:
    shutdown, scoped = previews([for_everybody(2), a_directive()], a_population(), a_setting())
    assert cells(shutdown) == {
        ("inside", "newly cut off"): (330, 34),
        ("outside", "newly cut off"): (9400, 950),
        ("unknown", "newly cut off"): (100, 20),
    }
    assert cells(scoped)["outside", "served"] == (9400, 950)
    assert shutdown.class_of == scoped.directive


def test_a_shutdown_alone_has_everybody_inside_its_class() -> None:
    made = preview(for_everybody(), a_population(), a_setting(licences=()))
    assert set(cells(made)) == {("inside", "newly cut off")}


def test_a_log_is_counted_by_request_and_by_different_users() -> None:
    made = preview(a_directive(), a_log(), a_setting())
    assert cells(made) == {
        ("inside", "newly cut off"): (5, 2),
        ("inside", "served under a licence"): (1, 1),
        ("outside", "served"): (9, 3),
        ("unknown", "newly cut off"): (2, 1),
    }
    assert made.cut_off == Count(7, 3, 1)
    assert made.elsewhere == Count(2, 2)
    assert made.replayed.total == Count(19, 7, 1)
    assert (made.replayed.first, made.replayed.last) == (at(0), at(0.3))


def test_one_user_in_two_cells_is_cut_off_once() -> None:
    named = {"principal": "one", "principal_issuer": "civic-register"}
    made = preview(
        a_directive(), [recorded(1, FOREIGNER, **named), recorded(2, NOBODY, **named)], a_setting()
    )
    assert made.cut_off == Count(2, 1)
    assert made.count((Membership.INSIDE, Membership.UNKNOWN), (NEW,)).users == 2


def test_two_issuers_may_call_two_people_the_same() -> None:
    log = [recorded(1, FOREIGNER, principal="one", principal_issuer=name) for name in ("a", "b")]
    assert preview(a_directive(), log, a_setting()).cut_off.users == 2


def test_an_order_that_lets_the_unknown_through_serves_them() -> None:
    made = preview(a_directive(unknown=Unknown.ALLOW), a_population(), a_setting())
    assert cells(made)["unknown", "served"] == (100, 20)


def test_an_exception_is_outside_the_class() -> None:
    order = a_directive(
        exceptions=(Rule(id="staff", organisations=("hazel-defence",)),),
        claims=(*a_directive().claims, ClaimNeeded(claim=ClaimName.ORGANISATION)),
    )
    made = preview(order, a_population(), a_setting(licences=()))
    assert cells(made)["outside", "served"] == (9480, 954)


def test_a_virtual_patch_cuts_off_nobody_and_guards_the_class() -> None:
    made = preview(a_directive(order=OrderKind.VIRTUAL_PATCH), a_population(), a_setting(licences=()))
    assert made.cut_off == Count()
    assert cells(made)["inside", "served behind a guard"] == (330, 34)


def test_a_hint_of_a_place_leaves_it_unknown() -> None:
    order = for_everybody(
        scope=(Rule(id="abroad", destinations=("XB",)),), claims=(ClaimNeeded(claim=ClaimName.LOCATED_IN),)
    )
    hinted = [recorded(1, [claim(ClaimName.LOCATED_IN, "XA", hint=True)])]
    assert cells(preview(order, hinted, a_setting())) == {("unknown", "newly cut off"): (1, 0)}


@pytest.mark.parametrize("source", [a_population, a_log])
def test_every_number_is_what_the_decisions_then_do(
    source: Callable[[], Population | list[RecordedRequest]],
) -> None:
    made = preview(a_directive(), source(), a_setting())
    licence = a_setting().licences[0]
    table = compile_table(standing_of([a_directive(), licence]))
    moment = at(0).timestamp()
    given = source()
    requests = (
        [(one.asked, one.requests) for one in given.groups]
        if isinstance(given, Population)
        else [(one.asked, 1) for one in given]
    )
    denied = sum(n for one, n in requests if not decide(facts_of(one), table, moment, moment).allowed)
    assert denied == made.count(outcomes=(NEW, OLD)).requests
    assert made.touched + made.elsewhere.requests == sum(n for _, n in requests)


# What stands already


def test_what_another_order_cuts_off_is_not_newly_cut_off() -> None:
    standing = standing_of([for_everybody(2)])
    made = preview(a_directive(), a_population(), a_setting(standing=standing))
    assert made.cut_off == Count()
    assert made.count(outcomes=(OLD,)).requests == 9830


def test_an_amendment_takes_the_place_of_what_it_amends_and_keeps_its_licences() -> None:
    first = for_everybody()
    narrower = amended(
        first, scope=a_directive().scope, definitions=a_directive().definitions, claims=a_directive().claims
    )
    licence = a_licence(first, effective=at(-1), created=at(-1))
    made = preview(narrower, a_population(), a_setting(standing=standing_of([first, licence]), licences=()))
    assert cells(made) == {
        ("inside", "cut off already"): (250, 30),
        ("inside", "served under a licence"): (80, 4),
        ("outside", "served"): (9400, 950),
        ("unknown", "cut off already"): (100, 20),
    }


def test_a_stop_that_stands_cuts_off_everybody_already() -> None:
    standing = standing_of([a_stop(created=at(-1), expires=at(20))])
    assert preview(a_directive(), a_population(), a_setting(standing=standing)).cut_off == Count()


def test_what_was_lifted_or_revoked_counts_as_it_does_then() -> None:
    other = for_everybody(2)
    lift = a_lift(other, created=at(-1), effective=at(-1), ground=LiftGround.RESCINDED, verifications=())
    made = preview(a_directive(), a_population(), a_setting(standing=standing_of([other, lift])))
    assert made.cut_off.requests == 350
    licence = a_licence(effective=at(-1), created=at(-1))
    standing = standing_of([licence, a_revocation(licence, created=at(-0.5)), a_directive()])
    made = preview(a_directive(), a_population(), a_setting(standing=standing, licences=()))
    assert ("inside", "served under a licence") not in cells(made)


def test_of_sequences_that_stand_the_latest_counts() -> None:
    first = for_everybody(2)
    second = amended(
        first,
        scope=(Rule(id="nobody", persons="foreign-person"),),
        definitions=a_directive().definitions,
        claims=a_directive().claims,
    )
    assert [one.directive.sequence for one in standing_of([second, first]).orders] == [2]


# Drafts


def test_a_draft_without_a_number_takes_the_licences_of_its_issuer() -> None:
    draft = a_directive().model_copy(update={"id": NOT_NUMBERED})
    made = preview(draft, a_population(), a_setting())
    assert cells(made)["inside", "served under a licence"] == (80, 4)


def test_a_licence_under_another_order_is_told_and_not_counted() -> None:
    made = preview(a_directive(7), a_population(), a_setting())
    assert ("inside", "served under a licence") not in cells(made)
    assert any("under another order" in note for note in made.notes)


@pytest.mark.parametrize(("now", "moment"), [(-5, 0), (30, 30), (24 * 60, 0)])
def test_an_order_is_decided_as_if_it_were_in_effect(now: float, moment: float) -> None:
    made = preview(a_directive(), a_population(), a_setting(now=at(now), licences=()))
    assert made.moment == at(moment)
    assert made.cut_off.requests == 430


# What gateways see


def test_a_point_that_does_not_see_the_model_is_promised_nothing() -> None:
    made = preview(
        a_directive(),
        a_population(group("behind-nginx", 5, 50, FOREIGNER, surface="auth-request")),
        a_setting(),
    )
    assert cells(made)["inside", "not known"] == (50, 5)
    (seen,) = [one for one in made.surfaces if one.id == "auth-request"]
    assert (seen.requests, seen.unjudged) == (50, 50)
    assert seen.cannot


def test_what_such_a_point_has_recorded_it_has_seen() -> None:
    made = preview(a_directive(), [recorded(1, FOREIGNER, surface="auth-request")], a_setting())
    assert set(cells(made)) == {("inside", "newly cut off")}


def test_an_act_that_does_not_pass_through_a_point_is_not_judged_there() -> None:
    order = for_everybody(acts=(Act.DOWNLOAD,))
    made = preview(
        order, Population(described="x", groups=(group("a", 1, 1, NOBODY, act=Act.DOWNLOAD),)), a_setting()
    )
    assert set(cells(made)) == {("inside", "not known")}


def test_claims_that_do_not_reach_a_point_are_unknown_there() -> None:
    subject = Subject(models=(a_model(weights=("a" * 64,)),), descendants=Descendants.NONE)
    order = a_directive(acts=(Act.DOWNLOAD,), subject=subject)
    people = [
        group(
            "citizens", 3, 3, CITIZEN, act=Act.DOWNLOAD, surface="download-check", model="sha256:" + "a" * 64
        )
    ]
    made = preview(order, Population(described="x", groups=tuple(people)), a_setting())
    assert set(cells(made)) == {("unknown", "newly cut off")}


def test_a_point_that_is_not_known_is_told() -> None:
    made = preview(a_directive(), [recorded(1, CITIZEN, surface="edge-7")], a_setting())
    assert "not known" in made.surfaces[0].cannot[0]
    assert set(cells(made)) == {("outside", "served")}
    people = Population(described="x", groups=(group("a", 1, 1, CITIZEN, surface="edge-7"),))
    assert set(cells(preview(a_directive(), people, a_setting()))) == {("outside", "not known")}


# What is left, and what is not told


def test_models_swept_in_without_a_finding_are_counted() -> None:
    subject = Subject(models=(a_model(), a_model("night", findings=())), descendants=Descendants.NONE)
    people = a_population(group("at-night", 7, 70, RESIDENT, model="desk-night"))
    made = preview(a_directive(subject=subject), people, a_setting())
    assert made.swept_in.labels == ("night",)
    assert made.swept_in.count == Count(70, 7)
    assert preview(a_directive(), people, a_setting()).swept_in.labels == ()


def test_alternatives_that_are_withdrawn_too_are_not_left() -> None:
    order = a_directive(alternatives=(Alternative(model="desk-clerk"), Alternative(model="helper-latest")))
    made = preview(order, a_population(), a_setting())
    assert [(one.model, one.open) for one in made.alternatives] == [
        ("desk-clerk", True),
        ("helper-latest", False),
    ]


def test_conditions_that_nothing_enforces_are_told() -> None:
    made = preview(a_directive(not_enforced=("Answers are not passed on.",)), a_population(), a_setting())
    assert any("Answers are not passed on." in note for note in made.notes)


def test_quotas_are_told_and_not_counted() -> None:
    licence = a_licence(effective=at(-1), created=at(-1), quota=Quota(requests=1, per=QuotaPeriod.DAY))
    made = preview(a_directive(), a_population(), a_setting(licences=(licence,)))
    assert any("Quotas" in note for note in made.notes)


def test_nothing_to_replay_is_refused_with_the_first_reason() -> None:
    with pytest.raises(InputError, match="no request to replay"):
        preview(a_directive(), [], a_setting())
    with pytest.raises(InputError, match="line 1: it is odd"):
        preview(a_directive(), [BadLine(1, "it is odd")], a_setting())


def test_lines_that_are_none_are_counted_and_three_of_them_told() -> None:
    made = preview(a_directive(), [*(BadLine(n, "it is odd") for n in range(1, 9)), *a_log()], a_setting())
    assert made.replayed.unread == 8
    assert len(made.replayed.examples) == 3
    assert any("8 lines" in note for note in made.notes)


def test_users_do_not_stay_in_a_tally_by_their_names() -> None:
    tally = Tally(b"salt")
    tally.add(Seen("proxy", asked(principal="somebody", principal_issuer="civic-register"), True, 1, None))
    assert b"somebody" not in b"".join(tally._users)
    assert Tally.together([tally, tally]).users == 1


# Files


def log_file(path: Path, *lines: bytes) -> Path:
    path.write_bytes(b"\n".join(lines))
    return path


GOOD = recorded(1, CITIZEN).canonical()


@pytest.mark.parametrize("packed", [False, True])
def test_a_log_is_read_line_by_line_packed_or_not(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / "log.jsonl"
    data = GOOD + b"\n\n" + recorded(2, STAFF).canonical() + b"\n"
    path.write_bytes(gzip.compress(data) if packed else data)
    assert [one.at for one in read_log(path) if isinstance(one, RecordedRequest)] == [at(1 / 60), at(2 / 60)]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"not json", "Invalid JSON"),
        (b"{}", "lacks the field"),
        (GOOD[:-1], "Invalid JSON"),
        (GOOD.replace(b'"status":200', b'"status":9'), "status"),
        (GOOD.replace(b'"status":200', b'"prompt":"x","status":200'), "unknown field 'prompt'"),
        (GOOD.replace(b'"version":1', b'"version":2'), "version"),
        (b'{"a":' * 9000, "Invalid JSON"),
        (b"\xff\xfe", "Invalid JSON"),
        (b"x" * (MOST_LINE_BYTES + 1), "longer than"),
        (b"x" * (5 * MOST_LINE_BYTES), "longer than"),
    ],
)
def test_a_line_that_is_none_is_told_and_the_rest_is_read(tmp_path: Path, line: bytes, why: str) -> None:
    first, bad, last = read_log(log_file(tmp_path / "log.jsonl", GOOD, line, GOOD))
    assert isinstance(first, RecordedRequest)
    assert isinstance(last, RecordedRequest)
    assert isinstance(bad, BadLine)
    assert bad.number == 2
    assert why in bad.why
    assert "xxx" not in bad.why


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress(GOOD * 1000)[:-20])
    with pytest.raises(InputError, match="is packed, and damaged"):
        list(read_log(path))
    path.write_bytes(b"\x1f\x8b" + b"\x00" * 50)
    with pytest.raises(InputError, match="is packed, and damaged"):
        list(read_log(path))


def test_a_log_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no file"):
        list(read_log(tmp_path / "none"))
    with pytest.raises(InputError, match="is not a file"):
        list(read_log(tmp_path))


def test_more_than_is_read_of_a_log_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("groundstop.directives.previewing.logs.MOST_BYTES", 200_000)
    bomb = gzip.compress(b"\n" * 10_000_000)
    for data in (bomb, gzip.compress(b"x" * 10_000_000)):
        path = tmp_path / "log.gz"
        path.write_bytes(data)
        with pytest.raises(InputError, match="holds more than"):
            list(read_log(path))


def test_a_population_is_read_from_toml_and_json(tmp_path: Path) -> None:
    from groundstop.directives.drafting.emitting import Layout, toml_text

    people = a_population()
    json_path, toml_path = tmp_path / "people.json", tmp_path / "people.toml"
    json_path.write_bytes(people.canonical())
    value = people.to_json()
    del value["kind"], value["version"]
    toml_path.write_text(toml_text(value, Layout({})), encoding="utf-8")
    assert read_population(json_path) == read_population(toml_path) == people


def test_what_is_no_population_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "people.json"
    path.write_bytes(GOOD)
    with pytest.raises(DocumentError, match="recorded requests"):
        read_population(path)
    path.write_bytes(a_directive().canonical())
    with pytest.raises(DocumentError, match="not a population"):
        read_population(path)
