"""What counts of what an authority has signed: quorums, urgent keys, delegations, and odd documents."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from securesystemslib.dsse import Envelope

from groundstop.directives.orders import Orders
from groundstop.documents import canonical_bytes
from groundstop.documents.directives import (
    About,
    Act,
    Countersignature,
    HostedModel,
    May,
    Obeyed,
    Subject,
    SubjectModel,
)
from groundstop.evidence.statements import PAYLOAD_TYPE, STATEMENT_TYPE, Signed, predicate_type
from tests.deciding_parts import decided, standing
from tests.directive_parts import (
    AUTHORITY,
    VERIFICATION,
    a_charter,
    a_directive,
    a_licence,
    a_lift,
    a_model,
    a_stop,
    at,
    officer,
    signed,
)


def why(orders: Orders) -> str:
    (one,) = orders.refused
    return one.why


def test_an_order_that_a_quorum_has_signed_stands_until_it_expires() -> None:
    (order,) = standing(signed(a_directive())).orders
    assert order.ratified
    assert order.ends == a_directive().expires
    assert order.signers == ("oak-officer-1", "oak-officer-2")
    assert order.acts == {Act.INFER}


def test_signatures_of_one_order_are_counted_over_all_its_envelopes() -> None:
    orders = standing(signed(a_directive(), 2), signed(a_directive(), 3))
    assert orders.orders[0].ratified
    assert orders.orders[0].signers == ("oak-officer-2", "oak-officer-3")
    assert not orders.refused


def test_one_urgent_key_adds_an_order_for_72_hours() -> None:
    (order,) = standing(signed(a_directive(), 1)).orders
    assert not order.ratified
    assert order.ends == a_directive().created + timedelta(hours=72)


def test_a_quorum_ratifies_what_one_key_has_added() -> None:
    (order,) = standing(signed(a_directive(), 1), signed(a_directive(), 3)).orders
    assert order.ratified
    assert order.ends == a_directive().expires


def test_an_order_by_one_key_that_is_dated_ahead_lasts_no_longer() -> None:
    ahead = a_directive(created=at(24 * 20))
    (order,) = standing(signed(ahead, 1)).orders
    assert order.ends == ahead.effective + timedelta(hours=72)


def test_a_key_that_may_not_speak_alone_adds_nothing() -> None:
    orders = standing(signed(a_directive(), 2))
    assert not orders.orders
    assert why(orders) == (
        "it has 1 of the 2 signatures that it takes, and none by a key that may speak alone"
    )


@pytest.mark.parametrize("document", [a_licence(), a_lift()], ids=["licence", "lift"])
def test_one_urgent_key_neither_licenses_nor_lifts(document: Any) -> None:
    orders = standing(signed(a_directive()), signed(document, 1))
    assert why(orders) == "it has 1 of the 2 signatures that it takes"
    assert not orders.orders[0].licences
    assert not orders.orders[0].lifts


def test_a_stranger_counts_for_nothing() -> None:
    charter = a_charter(keys=tuple(officer(number).card for number in (2, 3)), urgent=())
    orders = standing(signed(a_directive(), 1), charter=charter)
    assert "is signed by no key at hand" in why(orders)


def test_a_key_that_had_ended_does_not_count() -> None:
    ended = officer(1).card.model_copy(update={"expires": at(-2)})
    charter = a_charter(keys=(ended, officer(2).card, officer(3).card))
    orders = standing(signed(a_directive()), charter=charter)
    assert "1 of the 2 signatures" in why(orders)


def test_a_key_that_had_not_begun_does_not_count() -> None:
    late = officer(1).card.model_copy(update={"created": at(2)})
    charter = a_charter(keys=(late, officer(2).card, officer(3).card))
    assert "none by a key that may speak alone" in why(standing(signed(a_directive()), charter=charter))
    assert standing(signed(a_directive(), 1), charter=charter).refused[0].why == (
        "no key that signed it held when it was made"
    )


def test_an_authority_does_not_speak_for_another() -> None:
    orders = standing(signed(a_directive(issuer="elm-office")))
    assert why(orders) == "it is issued by elm-office, and published by oak-office"


# What the authority may speak about


def about(model: SubjectModel, **charter: Any) -> Orders:
    order = a_directive(subject=Subject(models=(model,), descendants="none"))
    return standing(signed(order), charter=a_charter(**charter))


@pytest.mark.parametrize(
    ("model", "strange"),
    [
        (a_model(hosted=(HostedModel(provider="birch", name="best", snapshot="every"),)), "best at birch"),
        (
            a_model(
                hosted=(
                    HostedModel(provider="elm", name="desk", snapshot="every"),
                    HostedModel(provider="birch", name="best", snapshot="every"),
                )
            ),
            "best at birch",
        ),
        (
            SubjectModel(label="one", purls=("pkg:huggingface/birch/best@abc",)),
            "pkg:huggingface/birch/best@abc",
        ),
        (SubjectModel(label="one", purls=("pkg:huggingface/elmwood/best",)), "pkg:huggingface/elmwood/best"),
        (
            SubjectModel(label="one", purls=("pkg:huggingface/elm/../birch/best",)),
            "pkg:huggingface/elm/../birch/best",
        ),
        (
            SubjectModel(label="one", weights=("a" * 64,)),
            "one, of which only digests are given: they do not tell whose it is",
        ),
        (a_model(aliases=("birch/best",)), "birch/best, which is no alias of a model at elm"),
        (
            a_model(aliases=("pkg:huggingface/birch/best",)),
            "pkg:huggingface/birch/best, which is no alias of a model at elm",
        ),
        (
            a_model(aliases=("sha256:" + "a" * 64,)),
            f"sha256:{'a' * 64}, which is no alias of a model at elm",
        ),
    ],
)
def test_an_authority_outside_its_delegation_is_refused(model: SubjectModel, strange: str) -> None:
    orders = about(model)
    assert not orders.orders
    assert why(orders) == f"oak-office may not speak about {strange}"


def test_a_charter_about_one_model_is_not_about_the_others() -> None:
    only = (About(provider="elm", name="desk-helper"),)
    assert about(a_model(aliases=("desk-helper-latest",)), about=only).orders
    assert not about(a_model("clerk", aliases=()), about=only).orders


@pytest.mark.parametrize(
    ("changes", "strange"),
    [
        ({"aliases": ("desk-helper-pro",)}, "desk-helper-pro"),
        ({"aliases": ("elm/desk-clerk",)}, "elm/desk-clerk"),
        ({"snapshot": "pro"}, "desk-helper-pro"),
        ({"snapshot": "desk-helper-pro"}, "desk-helper-pro"),
    ],
)
def test_a_charter_about_one_model_lets_no_name_reach_another(changes: dict[str, Any], strange: str) -> None:
    only = (About(provider="elm", name="desk-helper"),)
    every = {"snapshot": "every", "aliases": (), **changes}
    model = a_model(
        hosted=(HostedModel(provider="elm", name="desk-helper", snapshot=every["snapshot"]),),
        aliases=every["aliases"],
    )
    assert f"{strange} at elm, which is no " in why(about(model, about=only))
    assert about(model).orders, "a charter about the whole provider allows it"


@pytest.mark.parametrize("alias", ["elm/desk-helper", "desk-helper-v2", "router/elm/desk-helper@7"])
@pytest.mark.parametrize("snapshot", ["every", "2026-05-01", "desk-helper-2026-05-01", "001"])
def test_a_charter_about_one_model_is_about_its_snapshots(alias: str, snapshot: str) -> None:
    only = (About(provider="elm", name="desk-helper"),)
    hosted = (HostedModel(provider="elm", name="desk-helper", snapshot=snapshot),)
    assert about(a_model(hosted=hosted, aliases=(alias,)), about=only).orders


@pytest.mark.parametrize(
    ("name", "snapshot"),
    [
        ("pkg:huggingface/cedar/chat", "every"),
        ("pkg", "huggingface/cedar/chat"),
        ("sha256:" + "a" * 64, "every"),
        ("a" * 64, "every"),
        ("sha256", "a" * 64),
        ("cedar/chat", "every"),
        ("router/cedar/chat", "every"),
        ("desk", "x/chat"),
        (".", "every"),
    ],
)
def test_a_hosted_name_is_no_package_no_weights_and_nothing_of_somebody_else(
    name: str, snapshot: str
) -> None:
    model = a_model(hosted=(HostedModel(provider="elm", name=name, snapshot=snapshot),), aliases=())
    assert "at elm: it does not tell that it is theirs" in why(about(model))


def test_a_charter_may_give_a_name_that_begins_with_somebody_else() -> None:
    model = a_model(hosted=(HostedModel(provider="elm", name="cedar/chat", snapshot="every"),), aliases=())
    only = (About(provider="elm", name="cedar/chat"),)
    assert about(model, about=only).orders
    package = a_model(hosted=(HostedModel(provider="elm", name="pkg:x/y", snapshot="every"),), aliases=())
    assert not about(package, about=(About(provider="elm", name="pkg:x/y"),)).orders


@pytest.mark.parametrize(
    ("given", "purl", "within"),
    [
        ("pkg:pypi/desk", "pkg:pypi/desk", True),
        ("pkg:pypi/desk", "pkg:pypi/desk@1.0#part", True),
        ("pkg:pypi/desk", "pkg:pypi/Desk@1.0", True),
        ("pkg:pypi/desk", "pkg:pypi/desktop", False),
        ("pkg:pypi/desk", "pkg:pypi/desk/more", False),
        ("pkg:pypi/desk", "pkg:npm/desk", False),
        ("pkg:pypi/desk/", "pkg:pypi/desk", False),
        ("pkg:npm/%40elm/", "pkg:npm/%40elm/desk@1", True),
        ("pkg:npm/%40elm/", "pkg:npm/elm/desk", False),
        ("pkg:generic/elm%40x/", "pkg:generic/elm%40x/desk", False),
        ("pkg:generic/./", "pkg:generic/desk", False),
        ("pkg:generic//", "pkg:generic/desk", False),
        ("pkg:generic/\u200b/", "pkg:generic/desk", False),
    ],
)
def test_a_charter_is_about_a_package_or_about_a_namespace(given: str, purl: str, within: bool) -> None:
    orders = about(SubjectModel(label="one", purls=(purl,)), about=(About(purl_prefix=given),))
    assert bool(orders.orders) is within


@pytest.mark.parametrize("given", ["pkg:pypi/", "pkg:pypi/a@1", "pkg:pypi/a#b", "pkg:pypi/a%3Fb/", "pkg:a"])
def test_what_is_no_package_and_no_namespace_is_not_in_a_charter(given: str) -> None:
    with pytest.raises(ValueError, match="purl_prefix"):
        About(purl_prefix=given)


def test_a_package_without_a_namespace_lends_its_name_to_nobody() -> None:
    model = SubjectModel(label="one", purls=("pkg:huggingface/desk",))
    orders = about(model, about=(About(purl_prefix="pkg:huggingface/desk"),))
    assert orders.orders
    assert decided(orders, model="desk").allowed
    assert not decided(orders, model="pkg:huggingface/desk@abc").allowed


def test_what_a_model_is_within_is_compared_as_names_are() -> None:
    shouted = a_model(
        hosted=(HostedModel(provider="ELM", name="Desk", snapshot="every"),),
        aliases=("router/elm/desk",),
        weights=("a" * 64,),
        purls=("pkg:huggingface/Elm/desk@abc",),
    )
    assert about(shouted).orders


@pytest.mark.parametrize(
    ("changes", "strange"),
    [
        ({"provider": "birch"}, "desk-helper at birch"),
        ({"provider": None}, "desk-helper, of which no provider is given: it does not tell whose it is"),
        ({"models": ("desk-helper", "pkg:huggingface/birch/best")}, "pkg:huggingface/birch/best"),
        (
            {"provider": None, "models": ("sha256:" + "a" * 64,)},
            f"sha256:{'a' * 64}, of which no provider is given: it does not tell whose it is",
        ),
        ({"models": ("cedar/chat",)}, "cedar/chat at elm: it does not tell that it is theirs"),
    ],
)
def test_a_stop_outside_the_delegation_is_refused(changes: dict[str, Any], strange: str) -> None:
    assert why(standing(signed(a_stop(**changes), 1))) == f"oak-office may not speak about {strange}"


def test_a_stop_of_digests_needs_a_charter_about_the_whole_provider() -> None:
    stop = a_stop(models=("sha256:" + "a" * 64,))
    assert standing(signed(stop, 1)).stops
    only = a_charter(about=(About(provider="elm", name="desk-helper"),))
    assert not standing(signed(stop, 1), charter=only).stops


# How far the operator obeys


def obeyed(**changes: Any) -> Obeyed:
    return Obeyed(authority=AUTHORITY, repository="main", **changes)


def test_what_the_operator_does_not_let_an_authority_do_is_refused() -> None:
    everything = (signed(a_directive()), signed(a_stop()), signed(a_licence()), signed(a_lift()))
    orders = standing(*everything, obeyed=obeyed(may=()))
    assert {one.why for one in orders.refused} == {
        f"the operator does not let oak-office {may}" for may in May
    }
    assert not orders.orders
    assert not orders.stops


def test_an_authority_is_obeyed_in_the_acts_that_the_operator_names() -> None:
    order, stop = a_directive(acts=(Act.INFER, Act.DOWNLOAD)), a_stop()
    orders = standing(signed(order), signed(stop), obeyed=obeyed(acts=(Act.DOWNLOAD,)))
    assert orders.orders[0].acts == {Act.DOWNLOAD}
    assert orders.stops[0].acts == {Act.DOWNLOAD}
    nothing = standing(signed(a_directive()), obeyed=obeyed(acts=(Act.DEPLOY,)))
    assert why(nothing) == "the operator does not obey oak-office in any of its acts"


# Odd documents


def changed(envelope: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {**envelope, **values}


@pytest.mark.parametrize(
    "envelope",
    [
        {},
        {"payload": 1},
        changed(signed(a_directive()), payload="AAAA"),
        changed(signed(a_directive()), signatures=[]),
        {"a": float("nan")},
        {"a": 2**80},
        {"a": object()},
        {"a": "\ud800"},
        {1: "a"},
        None,
        [],
        "text",
    ],
)
def test_what_is_no_signed_document_is_refused_and_does_no_harm(envelope: Any) -> None:
    orders = standing(signed(a_directive()), envelope)
    assert len(orders.orders) == 1
    (one,) = orders.refused
    assert one.authority == AUTHORITY
    assert one.digest.startswith("sha256:")


def test_an_envelope_that_contains_itself_is_refused() -> None:
    envelope: dict[str, Any] = {}
    envelope["payload"] = envelope
    assert len(standing(envelope).refused) == 1


def test_an_envelope_that_is_very_deep_is_refused() -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    assert len(standing({"payload": deep}).refused) == 1


def test_a_signature_that_is_wrong_spoils_its_envelope_alone() -> None:
    good, bad = signed(a_directive(), 2, 3), signed(a_directive())
    signature = signed(a_stop())["signatures"]
    orders = standing(changed(bad, signatures=signature), good)
    assert orders.orders[0].ratified
    assert "is wrong" in why(orders)


def as_written(document: Any, *numbers: int, **changes: str) -> dict[str, Any]:
    """Return an envelope that officers have signed though the document is of no form."""
    said = {**document.to_json(), **changes}
    statement: dict[str, Any] = {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": "model desk-helper", "digest": {"sha256": "0" * 64}}],
        "predicateType": predicate_type(type(document)),
        "predicate": said,
    }
    envelope = Envelope(canonical_bytes(statement), PAYLOAD_TYPE, {})
    for number in numbers:
        envelope.sign(officer(number).signer)
    found: dict[str, Any] = json.loads(canonical_bytes(envelope.to_dict()))
    return found


ENDS = "9999-12-31T23:59:59Z"


@pytest.mark.parametrize("key", [1, 3])
@pytest.mark.parametrize(
    ("document", "changes"),
    [
        (a_stop(), {"created": "0001-01-01T00:00:00+14:00"}),
        (a_stop(), {"created": "9999-12-31T12:00:00Z", "expires": ENDS}),
        (a_stop(), {"created": "9999-12-31T23:00:00-14:00", "expires": ENDS}),
        (
            a_directive(),
            {
                "created": "9999-12-31T00:00:00Z",
                "effective": "9999-12-31T00:00:00Z",
                "review": "9999-12-31T12:00:00Z",
                "expires": ENDS,
            },
        ),
        (a_directive(), {"effective": "0001-01-01T00:00:00+14:00"}),
    ],
)
def test_a_date_that_cannot_be_worked_with_spoils_its_envelope_alone(
    document: Any, changes: dict[str, str], key: int
) -> None:
    orders = standing(as_written(document, key, **changes), signed(a_directive(2)))
    assert len(orders.orders) == 1
    assert why(orders).startswith("it cannot be believed: ")
    assert not decided(orders).allowed


def test_whatever_goes_wrong_in_an_envelope_spoils_it_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    poison = signed(a_stop(reason="It is poison."), 1)

    real = Signed.document

    def document(self: Signed) -> Any:
        if b"It is poison." in self.payload:
            raise OverflowError("date value out of range")
        return real(self)

    monkeypatch.setattr(Signed, "document", document)
    orders = standing(poison, signed(a_directive(2)))
    assert (len(orders.orders), len(orders.stops)) == (1, 0)
    assert why(orders) == "it cannot be believed: a date or a number in it is out of range"


def test_what_an_authority_does_not_say_is_refused() -> None:
    word = Countersignature(
        by="oak-office",
        created=at(0),
        directive=a_directive().id,
        content=a_directive().content_id,
        verification=VERIFICATION,
    )
    assert why(standing(signed(word))) == "an authority does not say what is of this kind"


def test_the_same_envelope_twice_is_one() -> None:
    assert standing(signed(a_directive()), signed(a_directive())) == standing(signed(a_directive()))
