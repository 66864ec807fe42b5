"""What is decided of a request: scope, licences, times, silence, lifts, overrides, and several orders."""

from __future__ import annotations

import math
from typing import Any

import pytest

from groundstop.directives import granting
from groundstop.directives.compiling import compile_table
from groundstop.directives.deciding import decide
from groundstop.directives.decision import Ground
from groundstop.directives.facts import Facts, Principal
from groundstop.directives.folding import fold
from groundstop.documents.directives import (
    Act,
    Alternative,
    ClaimName,
    ClaimNeeded,
    Direction,
    Holder,
    Lift,
    LiftGround,
    LiftStage,
    OrderKind,
    Override,
    Quota,
    QuotaPeriod,
    Rule,
    Silence,
    Staff,
    Subject,
    Unknown,
    WhenDark,
    principal_commitment,
)
from tests.deciding_parts import CITIZEN, FOREIGN, LICENSEE, UNKNOWN, attested, decided, restricted, standing
from tests.directive_parts import (
    a_charter,
    a_licence,
    a_lift,
    a_model,
    a_revocation,
    a_stop,
    amended,
    at,
    for_everybody,
    published,
    signed,
)

ORDER = restricted()
STANDS = standing(signed(ORDER))
LICENSED = standing(signed(ORDER), signed(a_licence(ORDER)))
KEEPS = restricted(silence=Silence(when_dark=WhenDark.KEEP))
KEPT = standing(signed(KEEPS))


def test_a_model_without_an_order_is_let_through() -> None:
    decision = decided(STANDS, model="desk-clerk")
    assert decision.allowed
    assert decision.ground is Ground.NO_ORDER
    assert decision.order is None


def test_the_scope_decides_and_says_by_which_claims() -> None:
    kept_out = decided(STANDS, FOREIGN)
    assert (kept_out.allowed, kept_out.ground, kept_out.rule) == (False, Ground.IN_SCOPE, "foreign")
    assert [(one.claim, one.issuer) for one in kept_out.claims] == [
        (ClaimName.SUBJECT_TYPE, "civil-registry"),
        (ClaimName.NATIONALITY, "civil-registry"),
        (ClaimName.PERMANENT_RESIDENCE, "civil-registry"),
        (ClaimName.PROTECTED_IN, "civil-registry"),
    ]
    outside = decided(STANDS, CITIZEN)
    assert (outside.allowed, outside.ground, outside.rule) == (True, Ground.OUTSIDE, None)
    assert [one.claim for one in outside.claims] == [ClaimName.SUBJECT_TYPE, ClaimName.NATIONALITY]


def test_claims_of_several_issuers_are_told_with_whose_they_are() -> None:
    claims = {**CITIZEN, ClaimName.NATIONALITY: attested("XA", issuer="hazel-desk")}
    assert [one.issuer for one in decided(STANDS, claims).claims] == ["civil-registry", "hazel-desk"]
    # Once more, by another issuer: what is remembered is of one issuer alone.
    assert [one.issuer for one in decided(STANDS, CITIZEN).claims] == ["civil-registry"] * 2


def test_what_is_unknown_is_kept_out_with_the_claims_that_are_missing() -> None:
    decision = decided(STANDS, UNKNOWN)
    assert (decision.allowed, decision.ground, decision.rule) == (False, Ground.UNKNOWN, "foreign")
    assert decision.claims == ()
    assert ClaimName.NATIONALITY in decision.missing
    assert decision.missing[-1] is ClaimName.STATUS


def test_what_is_unknown_is_let_through_where_the_order_says_so() -> None:
    lenient = standing(signed(restricted(unknown=Unknown.ALLOW)))
    assert decided(lenient, UNKNOWN).ground is Ground.UNKNOWN_ALLOWED
    assert decided(lenient, UNKNOWN).allowed
    assert not decided(lenient, FOREIGN).allowed


def test_an_act_that_the_order_does_not_cover_is_let_through() -> None:
    assert decided(STANDS, act=Act.DOWNLOAD).ground is Ground.NO_ORDER


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [
        ({"destinations": ("XB",)}, {"XB": False, "XC": True, None: False}),
        ({"organisations": ("alder-works",)}, {"XB": False, "XC": False, None: False}),
        ({"purposes": ("teaching",)}, {"XB": True, "XC": True, None: True}),
        ({"destinations": ("XB",), "purposes": ("defence",)}, {"XB": False, "XC": True, None: False}),
    ],
)
def test_every_condition_of_a_rule_must_be_met(
    changes: dict[str, Any], allowed: dict[str | None, bool]
) -> None:
    needed = (ClaimName.LOCATED_IN, ClaimName.ORGANISATION, ClaimName.PURPOSE)
    order = for_everybody(
        scope=(Rule(id="some", **changes),), claims=tuple(ClaimNeeded(claim=name) for name in needed)
    )
    others = {ClaimName.ORGANISATION: attested("alder-works"), ClaimName.PURPOSE: attested("defence")}
    for country, expected in allowed.items():
        claims = others | ({} if country is None else {ClaimName.LOCATED_IN: attested(country)})
        assert decided(standing(signed(order)), claims).allowed is expected


def test_an_exception_takes_a_definite_yes() -> None:
    order = for_everybody(
        exceptions=(Rule(id="home", destinations=("XA",)),),
        claims=(ClaimNeeded(claim=ClaimName.LOCATED_IN),),
    )
    stands = standing(signed(order))
    home = decided(stands, {ClaimName.LOCATED_IN: attested("XA")})
    assert (home.allowed, home.ground, home.rule) == (True, Ground.EXCEPTED, "home")
    assert decided(stands, {}).ground is Ground.IN_SCOPE


def test_a_hint_decides_nothing() -> None:
    hints = {ClaimName.NATIONALITY: frozenset({"XA"}), ClaimName.SUBJECT_TYPE: frozenset({"natural-person"})}
    assert decided(STANDS, UNKNOWN, hints=hints).ground is Ground.UNKNOWN


@pytest.mark.parametrize(
    "claims",
    [
        {name: one._replace(assurance=1) for name, one in CITIZEN.items()},
        {name: one._replace(until=at(30).timestamp()) for name, one in CITIZEN.items()},
        {name: one._replace(until=math.nan) for name, one in CITIZEN.items()},
        {name: one._replace(values=frozenset()) for name, one in CITIZEN.items()},
    ],
    ids=["too little assurance", "over", "no time", "no values"],
)
def test_what_does_not_count_leaves_a_claim_unknown(claims: Any) -> None:
    assert decided(STANDS, claims).ground is Ground.UNKNOWN


def test_a_status_is_believed_of_whom_the_claims_are_that_it_stands_for() -> None:
    wanted = tuple(
        one.model_copy(update={"issuers": ("civil-registry", "hazel-desk")}) for one in ORDER.claims
    )
    stands = standing(signed(restricted(claims=wanted)))

    def status(**changes: Any) -> bool:
        return decided(stands, {ClaimName.STATUS: attested("foreign-person:no", **changes)}).allowed

    assert status()
    assert not status(issuer="birch-badges")
    assert not status(assurance=1)


# Licences


def test_a_licence_lets_the_staff_of_its_holder_through() -> None:
    decision = decided(LICENSED, LICENSEE)
    assert (decision.allowed, decision.ground, decision.licence) == (True, Ground.LICENSED, a_licence().id)
    assert decision.licence_failed is None


def test_whoever_works_elsewhere_has_no_licence() -> None:
    claims = {**FOREIGN, ClaimName.ORGANISATION: attested("cedar-works")}
    assert decided(LICENSED, claims).licence is None
    weak = {**FOREIGN, ClaimName.ORGANISATION: attested("hazel-defence", assurance=1)}
    assert decided(LICENSED, weak).licence is None


@pytest.mark.parametrize(
    ("changes", "asked", "failed"),
    [
        ({}, {"hours": 0.5}, "it has not begun"),
        ({"expires": at(20)}, {}, "it has ended"),
        ({}, {"silent": 901}, "nothing was heard for longer than it outlasts"),
        ({"models": ("other",)}, {}, "it is not for this model"),
        ({"acts": (Act.DEPLOY,)}, {}, "it does not cover the act infer"),
        ({"purposes": ("defence",)}, {}, "the purpose of the request is not attested"),
        (
            {"purposes": ("defence",)},
            {"claims": {**LICENSEE, ClaimName.PURPOSE: attested("teaching")}},
            "it is for another purpose",
        ),
        (
            {"quota": Quota(requests=2, per=QuotaPeriod.DAY)},
            {"used": {a_licence().id: 2}},
            "its quota is used up",
        ),
    ],
)
def test_a_licence_that_does_not_help_is_told_with_the_reason(
    changes: dict[str, Any], asked: dict[str, Any], failed: str
) -> None:
    stands = standing(signed(ORDER), signed(a_licence(ORDER, **changes)))
    decision = decided(stands, **{"claims": LICENSEE, **asked})
    assert not decision.allowed
    assert (decision.licence, decision.licence_failed) == (a_licence().id, failed)


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({}, {"silent": 900}),
        (
            {"purposes": ("defence",)},
            {"claims": {**LICENSEE, ClaimName.PURPOSE: attested("defence", "teaching")}},
        ),
        ({"quota": Quota(requests=2, per=QuotaPeriod.DAY)}, {"used": {a_licence().id: 1}}),
        ({"models": ("helper",)}, {}),
    ],
)
def test_a_licence_helps_within_its_terms(changes: dict[str, Any], asked: dict[str, Any]) -> None:
    stands = standing(signed(ORDER), signed(a_licence(ORDER, **changes)))
    assert decided(stands, **{"claims": LICENSEE, **asked}).ground is Ground.LICENSED


def test_a_revoked_licence_helps_nobody() -> None:
    stands = standing(signed(ORDER), signed(a_licence(ORDER)), signed(a_revocation(), 1))
    assert decided(stands, LICENSEE).licence_failed == "it was revoked"


def test_of_several_licences_one_that_helps_is_used() -> None:
    spent = a_licence(ORDER, quota=Quota(requests=1, per=QuotaPeriod.TOTAL))
    other = a_licence(ORDER, id="GSL-20260706-00000000ff")
    stands = standing(signed(ORDER), signed(spent), signed(other))
    assert decided(stands, LICENSEE, used={spent.id: 1}).licence == other.id


SALT = "a" * 64
ANN = Principal("civil-registry", "ann")


def named() -> Any:
    holder = Holder(
        organisation="hazel-defence",
        staff=Staff.NAMED,
        salt=SALT,
        persons=(principal_commitment(SALT, ANN.issuer, ANN.name),),
    )
    return standing(signed(ORDER), signed(a_licence(ORDER, holder=holder)))


@pytest.mark.parametrize(
    ("claims", "principal", "licensed"),
    [
        (FOREIGN, ANN, True),
        (LICENSEE, ANN, True),
        ({**FOREIGN, ClaimName.ORGANISATION: attested("cedar-works")}, ANN, False),
        (FOREIGN, Principal("other-issuer", "ann"), False),
        (LICENSEE, Principal("civil-registry", "bob"), False),
        (LICENSEE, Principal("civil-registry", "\ud800"), False),
        (LICENSEE, None, False),
    ],
)
def test_a_licence_for_named_staff_is_for_them_alone(
    claims: Any, principal: Principal | None, licensed: bool
) -> None:
    decision = decided(named(), claims, principal=principal)
    assert (decision.ground is Ground.LICENSED) is licensed


def test_to_whom_a_licence_is_given_by_name_is_worked_out_once_for_all_models(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def commitment(salt: str, issuer: str, name: str) -> str:
        asked.append(name)
        return principal_commitment(salt, issuer, name)

    monkeypatch.setattr(granting, "principal_commitment", commitment)
    order = restricted(subject=Subject(models=(a_model(), a_model("clerk")), descendants="none"))
    holder = Holder(
        organisation="hazel-defence",
        staff=Staff.NAMED,
        salt=SALT,
        persons=(principal_commitment(SALT, ANN.issuer, ANN.name),),
    )
    stands = standing(signed(order), signed(a_licence(order, holder=holder, models=("helper",))))
    table, now = compile_table(stands), at(30).timestamp()
    for _ in range(3):
        for claims in (FOREIGN, LICENSEE):
            found = {
                (model, who.name): decide(Facts(model, principal=who, claims=claims), table, now, now).ground
                for model in ("desk-helper", "desk-clerk")
                for who in (ANN, Principal("civil-registry", "bob"))
            }
            assert [name for name, ground in found.items() if ground is Ground.LICENSED] == [
                ("desk-helper", "ann")
            ]
    assert sorted(asked) == ["ann", "bob"]


def test_of_licences_for_all_staff_and_for_one_of_them_the_first_that_helps_is_used() -> None:
    holder = Holder(
        organisation="hazel-defence",
        staff=Staff.NAMED,
        salt=SALT,
        persons=(principal_commitment(SALT, ANN.issuer, ANN.name),),
    )
    mine = a_licence(ORDER, id="GSL-20260706-0000000001", holder=holder)
    ours = a_licence(ORDER, id="GSL-20260706-0000000002")
    stands = standing(signed(ORDER), signed(mine), signed(ours))
    assert decided(stands, LICENSEE, principal=ANN).licence == mine.id
    assert decided(stands, LICENSEE).licence == ours.id
    assert decided(stands, FOREIGN, principal=ANN).licence == mine.id
    elsewhere = {**FOREIGN, ClaimName.ORGANISATION: attested("cedar-works")}
    assert decided(stands, elsewhere, principal=ANN).licence is None


# Times


def test_an_order_applies_from_when_it_is_effective_until_it_ends() -> None:
    assert decided(STANDS, hours=-0.001).ground is Ground.NO_ORDER
    assert decided(STANDS, hours=0).ground is Ground.IN_SCOPE
    assert decided(STANDS, hours=24 * 30 - 0.001).ground is Ground.IN_SCOPE
    assert decided(STANDS, hours=24 * 30).ground is Ground.NO_ORDER


def test_an_order_ends_only_for_a_gateway_that_has_heard_something() -> None:
    kept = standing(signed(restricted(silence=Silence(when_dark=WhenDark.KEEP))))
    end = 24 * 30
    assert decided(kept, hours=end, silent=300).ground is Ground.NO_ORDER
    assert decided(kept, hours=end, silent=301).ground is Ground.IN_SCOPE
    assert decided(kept, hours=end + 5, silent=5 * 3600 - 1).ground is Ground.NO_ORDER
    assert decided(kept, hours=end + 5, silent=math.inf).ground is Ground.IN_SCOPE


def test_an_amendment_takes_over_at_its_own_time() -> None:
    second = amended(ORDER, effective=at(48), response=ORDER.response.model_copy(update={"message": "New."}))
    stands = standing(signed(ORDER), signed(second))
    before, after = decided(stands, hours=47).order, decided(stands, hours=48).order
    assert before is not None
    assert after is not None
    assert (before.sequence, before.until, after.sequence) == (1, at(48), 2)


def test_a_gateway_that_hears_nothing_for_long_closes_the_model_to_everybody() -> None:
    for claims in (CITIZEN, FOREIGN, LICENSEE, UNKNOWN):
        assert decided(LICENSED, claims, silent=3600).ground is not Ground.DARK
        dark = decided(LICENSED, claims, silent=3601)
        assert (dark.allowed, dark.ground) == (False, Ground.DARK)
    assert decided(LICENSED, CITIZEN, silent=math.inf).ground is Ground.DARK
    assert decided(STANDS, CITIZEN, hours=-1, silent=math.inf).ground is Ground.NO_ORDER


def test_a_gateway_that_hears_nothing_keeps_denials_where_the_order_says_so() -> None:
    kept = standing(signed(restricted(silence=Silence(when_dark=WhenDark.KEEP))))
    assert decided(kept, CITIZEN, silent=10**6).ground is Ground.OUTSIDE
    assert decided(kept, FOREIGN, silent=10**6).ground is Ground.IN_SCOPE


def test_a_clock_an_hour_ahead_ends_no_order() -> None:
    # The clock says that it is over, and that nothing was heard for an hour.
    assert not decided(STANDS, CITIZEN, hours=24 * 30 + 0.5, silent=3700).allowed
    kept = standing(signed(restricted(silence=Silence(when_dark=WhenDark.KEEP))))
    assert decided(kept, FOREIGN, hours=24 * 30 + 0.5, silent=3500).ground is Ground.IN_SCOPE


def test_a_clock_that_was_set_back_opens_nothing_again() -> None:
    # It was heard of at a later time than the clock now says.
    assert decided(STANDS, hours=-0.01, silent=-60).ground is Ground.IN_SCOPE
    assert decided(KEPT, hours=-1, silent=-7200).ground is Ground.IN_SCOPE
    over = standing(signed(KEEPS), signed(a_licence(KEEPS, expires=at(29))))
    assert decided(over, LICENSEE, hours=28, silent=-7200).licence_failed == "it has ended"


def test_a_clock_that_was_set_back_hides_no_silence() -> None:
    for claims in (CITIZEN, LICENSEE):
        assert decided(LICENSED, claims, silent=-60).allowed
        assert decided(LICENSED, claims, silent=-61).ground is Ground.DARK
    kept = standing(signed(KEEPS), signed(a_licence(KEEPS)))
    assert decided(kept, CITIZEN, silent=-61).ground is Ground.OUTSIDE
    failed = decided(kept, LICENSEE, silent=-61).licence_failed
    assert failed == "nothing was heard for longer than it outlasts"


def test_what_ended_before_something_was_heard_is_over_though_the_clock_was_set_back() -> None:
    end = 24 * 30
    assert decided(STANDS, hours=end - 2, silent=-3 * 3600).ground is Ground.NO_ORDER
    assert decided(STANDS, hours=end - 2, silent=-1 * 3600).ground is Ground.DARK


def test_a_clock_that_runs_behind_what_a_quorum_has_signed_opens_nothing() -> None:
    late = amended(ORDER, sequence=5, created=at(29), effective=at(200))
    stands = standing(signed(ORDER), signed(a_licence(ORDER, expires=at(28))), signed(late))
    assert decided(stands, hours=-100).ground is Ground.IN_SCOPE
    assert decided(stands, LICENSEE, hours=20).licence_failed == "it has ended"
    alone = standing(signed(ORDER), signed(a_licence(ORDER, expires=at(28))), signed(late, 1))
    assert decided(alone, LICENSEE, hours=20).ground is Ground.LICENSED


@pytest.mark.parametrize("now", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("heard", [math.nan, -math.inf])
def test_a_time_that_is_none_does_not_open_a_model(now: float, heard: float) -> None:
    begun = standing(signed(restricted()), signed(a_lift(ORDER)))
    decision = decide(Facts("desk-helper", claims=CITIZEN), compile_table(begun), now, heard)
    assert not decision.allowed


# Stops


def test_a_stop_halts_a_model_for_everybody_and_in_every_act() -> None:
    stands = standing(signed(a_stop(), 1))
    for act in Act:
        decision = decided(stands, CITIZEN, hours=2, act=act)
        assert (decision.allowed, decision.ground) == (False, Ground.STOPPED)
    assert decision.order is not None
    assert (decision.order.kind, decision.order.message) == (None, "It tells its password.")
    assert decision.order.appeal is not None
    assert decision.order.appeal.contact == "duty@office.example"


def test_a_stop_ends_as_orders_do() -> None:
    stands = standing(signed(a_stop(), 1))
    assert decided(stands, hours=24).allowed
    assert not decided(stands, hours=24, silent=301).allowed


@pytest.mark.parametrize("hours", [0, -2, -24 * 365])
def test_a_stop_holds_where_it_is_heard_of_however_far_the_clock_is_behind(hours: float) -> None:
    assert decided(standing(signed(a_stop(), 1)), CITIZEN, hours=hours).ground is Ground.STOPPED


def test_an_urgent_order_of_now_holds_at_a_clock_that_is_behind_by_an_hour() -> None:
    now = standing(signed(restricted(created=at(0)), 1))
    assert not decided(now, hours=-1).allowed
    assert decided(now, hours=-1.1).allowed
    later = standing(signed(restricted(created=at(-0.1)), 1))
    assert decided(later, hours=-0.1).allowed
    # It is over 72 hours after it was made all the same.
    assert not decided(now, hours=71.9).allowed
    assert decided(now, hours=72).allowed


def test_a_stop_that_is_lifted_halts_nobody() -> None:
    lift = Lift(
        id="GSU-20260720-0000000001",
        issuer="oak-office",
        created=at(2),
        content=a_stop().content_id,
        stop=a_stop().id,
        ground=LiftGround.RESCINDED,
        stage=LiftStage.EVERYBODY,
        effective=at(3),
        reason="It was a mistake.",
    )
    stands = standing(signed(a_stop(), 1), signed(lift))
    assert not decided(stands, hours=2).allowed
    assert decided(stands, hours=3).allowed


# Lifts and overrides


def test_a_lift_for_everybody_opens_the_model_when_it_takes_effect() -> None:
    stands = standing(signed(ORDER), signed(a_lift(ORDER)))
    assert not decided(stands, hours=24 * 10 - 1).allowed
    assert decided(stands, hours=24 * 10).ground is Ground.NO_ORDER
    assert decided(stands, hours=24 * 11, silent=90_000).ground is Ground.DARK
    assert decided(stands, hours=24 * 11, silent=86_400).ground is Ground.NO_ORDER


def test_a_lift_for_some_models_opens_those_alone() -> None:
    order = restricted(subject=Subject(models=(a_model(), a_model("clerk")), descendants="none"))
    stands = standing(signed(order), signed(a_lift(order, models=("clerk",))))
    assert decided(stands, hours=300, model="desk-clerk").allowed
    assert not decided(stands, hours=300).allowed


def test_a_lift_for_licensees_lets_through_whoever_has_any_licence() -> None:
    narrow = a_licence(
        ORDER, models=("other",), purposes=("defence",), quota=Quota(requests=1, per=QuotaPeriod.DAY)
    )
    lift = a_lift(ORDER, stage=LiftStage.LICENSEES)
    stands = standing(signed(ORDER), signed(narrow), signed(lift))
    used = {narrow.id: 5}
    assert not decided(stands, LICENSEE, hours=24 * 10 - 1, used=used).allowed
    opened = decided(stands, LICENSEE, hours=24 * 10, used=used)
    assert (opened.ground, opened.licence) == (Ground.LICENSED, narrow.id)
    assert not decided(stands, FOREIGN, hours=24 * 10).allowed
    revoked = standing(signed(ORDER), signed(narrow), signed(lift), signed(a_revocation(), 1))
    assert not decided(revoked, LICENSEE, hours=24 * 10).allowed


def override(**changes: Any) -> Override:
    values: dict[str, Any] = {
        "by": "elm-operator",
        "created": at(10),
        "directive": ORDER.id,
        "content": ORDER.content_id,
        "direction": Direction.ALLOW,
        "until": at(50),
        "reason": "It is our own decision.",
    }
    return Override(**{**values, **changes})


def test_an_override_lets_through_between_its_times() -> None:
    stands = standing(signed(ORDER), overrides=[override()])
    assert not decided(stands, hours=9).allowed
    assert decided(stands, hours=10).ground is Ground.OVERRIDDEN
    assert not decided(stands, hours=50).allowed


def test_an_override_can_keep_an_order_that_was_lifted() -> None:
    stands = standing(
        signed(ORDER),
        signed(a_lift(ORDER)),
        overrides=[override(direction=Direction.DENY, until=at(24 * 12))],
    )
    assert not decided(stands, hours=24 * 12 - 1).allowed
    assert decided(stands, hours=24 * 12).allowed


def test_an_override_is_of_the_content_that_the_operator_read() -> None:
    second = amended(ORDER, effective=at(1))
    stands = standing(signed(ORDER), signed(second), overrides=[override()])
    assert not decided(stands, hours=20).allowed
    gone = standing(signed(second), overrides=[override()])
    assert any("is of a content that does not stand here" in note for note in gone.notes)


def test_of_two_overrides_the_last_word_holds_and_of_one_moment_the_stricter() -> None:
    later = override(created=at(11), until=at(12))
    orders = standing(signed(ORDER), overrides=[later, override()])
    assert orders.orders[0].override == later
    deny = override(direction=Direction.DENY)
    assert standing(signed(ORDER), overrides=[deny, override()]).orders[0].override == deny


def test_what_the_operator_keeps_it_keeps_again_when_a_later_override_is_over() -> None:
    keep = override(direction=Direction.DENY, created=at(241), until=at(300))
    pause, again = override(created=at(242), until=at(250)), override(created=at(243), until=at(260))
    lifted = (signed(ORDER), signed(a_lift(ORDER)))
    stands = standing(*lifted, overrides=[keep, pause, again])
    assert (stands.orders[0].override, stands.orders[0].hold) == (again, keep)
    assert decided(stands, hours=259).ground is Ground.OVERRIDDEN
    assert not decided(stands, hours=299).allowed
    assert decided(stands, hours=300).allowed
    without = standing(*lifted, overrides=[pause, again])
    assert decided(without, hours=299).allowed
    assert compile_table(stands).digest != compile_table(without).digest
    # The last word is to keep it, and for less long.
    short = override(direction=Direction.DENY, created=at(244), until=at(290))
    assert standing(*lifted, overrides=[keep, pause, short]).orders[0].hold is None
    assert decided(standing(*lifted, overrides=[keep, pause, short]), hours=290).allowed


# Virtual patches, and several orders


def test_a_virtual_patch_guards_and_keeps_nobody_out() -> None:
    patch = restricted(order=OrderKind.VIRTUAL_PATCH)
    stands = standing(signed(patch), signed(a_licence(patch)))
    for claims, ground in ((FOREIGN, Ground.IN_SCOPE), (UNKNOWN, Ground.UNKNOWN)):
        decision = decided(stands, claims)
        assert (decision.allowed, decision.ground, decision.guards) == (True, ground, (patch.id,))
    assert decided(stands, CITIZEN).guards == ()
    assert decided(stands, LICENSEE).guards == ()
    assert decided(stands, CITIZEN, silent=3601).ground is Ground.DARK


def test_a_virtual_patch_guards_whoever_is_let_through_elsewhere() -> None:
    patch = for_everybody(2, order=OrderKind.VIRTUAL_PATCH)
    decision = decided(standing(signed(ORDER), signed(patch)), CITIZEN)
    assert (decision.allowed, decision.guards) == (True, (patch.id,))
    kept_out = decided(standing(signed(ORDER), signed(patch)), FOREIGN)
    assert (kept_out.allowed, kept_out.guards, kept_out.order and kept_out.order.id) == (
        False,
        (patch.id,),
        ORDER.id,
    )


def test_of_several_denials_the_strictest_is_told_and_the_others_are_named() -> None:
    licensable, long, short = ORDER, for_everybody(2), for_everybody(3, expires=at(500), review=at(100))
    stop = a_stop(created=at(20), expires=at(60))
    documents = [signed(one) for one in (licensable, long, short, a_licence(licensable))]
    decision = decided(standing(*documents))
    assert decision.order is not None
    assert (decision.order.id, decision.others) == (long.id, (short.id, licensable.id))
    stopped = decided(standing(*documents, signed(stop, 1)))
    assert stopped.ground is Ground.STOPPED
    assert stopped.others == (long.id, short.id, licensable.id)


def test_being_dark_is_told_before_another_denial() -> None:
    kept = for_everybody(2, silence=Silence(when_dark=WhenDark.KEEP))
    decision = decided(standing(signed(ORDER), signed(kept)), silent=4000)
    assert (decision.ground, decision.others) == (Ground.DARK, (kept.id,))


def test_a_licence_under_one_order_does_not_help_under_another() -> None:
    stands = standing(signed(ORDER), signed(a_licence(ORDER)), signed(for_everybody(2)))
    assert not decided(stands, LICENSEE).allowed


def test_where_authorities_contradict_each_other_the_stricter_wins() -> None:
    theirs = for_everybody(2, issuer="ash-office")
    two = [published(signed(ORDER)), published(signed(theirs), charter=a_charter("ash-office"))]
    decision = decided(two, CITIZEN)
    assert decision.order is not None
    assert (decision.allowed, decision.order.issuer) == (False, "ash-office")


def test_of_several_orders_that_let_through_the_nearest_to_a_denial_is_told() -> None:
    other = restricted(2, unknown=Unknown.ALLOW)
    stands = standing(signed(ORDER), signed(a_licence(ORDER)), signed(other))
    claims = {ClaimName.ORGANISATION: attested("hazel-defence")}
    decision = decided(stands, claims)
    assert (decision.ground, decision.licence) == (Ground.LICENSED, a_licence().id)


def test_alternatives_that_nobody_may_use_are_not_offered() -> None:
    order = for_everybody(
        alternatives=(
            Alternative(model="desk-clerk"),
            Alternative(model="desk-porter-2026-05-01"),
            Alternative(model="desk-gate"),
        )
    )
    clerk = for_everybody(2, subject=Subject(models=(a_model("clerk"),), descendants="none"))
    porter = a_stop(models=("desk-porter",))
    info = decided(standing(signed(order), signed(clerk), signed(porter))).order
    assert info is not None
    assert [one.model for one in info.alternatives] == ["desk-gate"]
    lifted = standing(signed(order), signed(clerk), signed(a_lift(clerk)))
    offered = decided(lifted).order
    assert offered is not None
    assert len(offered.alternatives) == 3


# The table


def test_the_digest_names_what_is_decided_by() -> None:
    one, other = compile_table(STANDS), compile_table(standing(signed(ORDER), signed(a_licence(ORDER))))
    assert one.digest != other.digest
    assert one.licences != other.licences
    assert compile_table(STANDS).digest == one.digest
    revoked = compile_table(standing(signed(ORDER), signed(a_licence(ORDER)), signed(a_revocation(), 1)))
    lifted = compile_table(standing(signed(ORDER), signed(a_lift(ORDER))))
    urgent = compile_table(
        standing(
            signed(ORDER),
        )
    )
    overridden = compile_table(standing(signed(ORDER), overrides=[override()]))
    stopped = compile_table(standing(signed(ORDER), signed(a_stop(), 1)))
    tables = [one, other, revoked, lifted, overridden, stopped]
    assert len({table.digest for table in tables}) == len(tables)
    assert len({one.licences, other.licences, revoked.licences}) == 3
    assert urgent.digest == one.digest
    decision = decided(STANDS)
    assert (decision.table, decision.licences) == (one.digest, one.licences)


def test_an_empty_table_lets_everything_through() -> None:
    table = compile_table(fold([]))
    assert decide(Facts("anything"), table, 0, -math.inf).ground is Ground.NO_ORDER
    assert (table.size, dict(table.index)) == (0, {})
