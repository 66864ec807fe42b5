from __future__ import annotations

import base64
import json

import pytest

from groundstop.cases.files import CaseFile, statement_member
from groundstop.cases.folding import fold
from groundstop.cases.keeping import with_sightings
from groundstop.cases.merging import merge
from groundstop.cases.speaking import Words, open_case, say
from groundstop.documents import canonical_bytes
from groundstop.documents.cases import (
    Acknowledged,
    CaseStatement,
    Disputed,
    Embargo,
    PartyEntry,
    PartyNamed,
    Refused,
    Remark,
    Requested,
    Role,
    Withdrawn,
)
from groundstop.errors import DocumentError, InputError
from groundstop.evidence import OwnKey
from groundstop.evidence.archive import write_archive
from groundstop.evidence.log import ClockError
from groundstop.evidence.statements import Subject, sign
from tests.cases import CASE_ID, OPENED, a_case, an_opening, at, keys, opened_as, responses, says
from tests.evidence_samples import a_bundle, a_key, alder, birch, cedar, elm
from tests.unit.reports.test_pages import compared


def with_forged(into: CaseFile, key: OwnKey, **fields: object) -> tuple[CaseFile, str]:
    """Put a statement into a case that no honest program would make."""
    values: dict[str, object] = {
        "case": CASE_ID,
        "by": key.card.name,
        "role": Role.DEVELOPER,
        "number": 1,
        "previous": None,
        "seen": (into.opening[0],),
        "created": at(5),
        "said": Remark(text="So it is."),
        **fields,
    }
    statement = CaseStatement.model_validate(values)
    name, data = statement_member(sign(statement, [Subject("case", "00" * 32)], [key]))
    digest = "sha256:" + name.removeprefix("statements/").removesuffix(".json")
    return into.with_members({**into.members, name: data}), digest


def why_aside(case: CaseFile, digest: str) -> str:
    (one,) = [one for one in fold(case).set_aside if one.digest == digest]
    return one.why


def test_a_case_begins_with_its_opening_and_is_in_its_openers_log() -> None:
    state = fold(a_case())
    (entry,) = state.entries
    assert (state.id, entry.by, state.opener) == (CASE_ID, "alder-lab", "alder-lab")
    assert [(one.keeper, one.index) for one in entry.sightings] == [("alder-lab", 0)]
    assert {party.name for party in state.parties} == set(keys())
    assert state.findings[0].finding is not None
    assert not state.set_aside
    assert not state.forks
    assert not state.missing


@pytest.mark.parametrize("number", range(12))
def test_every_response_of_a_developer_comes_back_as_it_was_said(number: int) -> None:
    said, words = responses(compared()[1])[number]
    state = fold(says(a_case(), "elm-models", said, 1, words))
    (entry,) = [entry for entry in state.entries if entry.by == "elm-models"]
    assert entry.said == said
    assert entry.stands
    assert len(state.evidence) == sum(kind != "finding" for kind, _ in words.files)


@pytest.mark.parametrize("number", range(12))
def test_nobody_but_a_developer_gives_a_developers_response(number: int) -> None:
    said, words = responses(compared()[1])[number]
    with pytest.raises(InputError, match="a corroborator cannot say"):
        says(a_case(), "birch-lab", said, 1, words)


def test_a_later_statement_amends_an_earlier_one_which_stays_on_record() -> None:
    case, first = say(a_case(), Acknowledged(), elm(), now=at(1))
    case = says(case, "elm-models", Acknowledged(text="By the night desk."), 2, Words(amends=first))
    old, new = (entry for entry in fold(case).entries if entry.by == "elm-models")
    assert (old.amended_by, old.stands, new.stands) == (new.digest, False, True)


def test_a_statement_that_is_taken_back_stays_on_record() -> None:
    case, first = say(a_case(), Refused(text="The desk stays open."), elm(), now=at(1))
    case = says(case, "elm-models", Withdrawn(statement=first, reason="A mistake of the night desk."), 2)
    refused = fold(case).entry(first)
    assert refused is not None
    assert not refused.stands


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (Requested(of="fir-stores", what="fix", by=at(99), text="Fix it."), "no party fir-stores"),
        (Disputed(statement="sha256:" + "0" * 64, text="No."), "a statement that the case does not have"),
        (Withdrawn(statement="sha256:" + "0" * 64, reason="No."), "no earlier statement of its author"),
        (PartyNamed(party=PartyEntry(name="elm-models", role=Role.OPERATOR)), "is developer in this case"),
    ],
)
def test_what_refers_to_nothing_is_refused_and_nothing_is_changed(said: object, why: str) -> None:
    with pytest.raises(InputError, match=why) as caught:
        say(a_case(), said, alder(), now=at(1))  # type: ignore[arg-type]
    assert caught.value.hint.startswith("Nothing was changed")


def test_a_party_amends_and_takes_back_its_own_statements_only() -> None:
    case, first = say(a_case(), Acknowledged(), elm(), now=at(1))
    with pytest.raises(InputError, match="no earlier statement of its author"):
        says(case, "alder-lab", Withdrawn(statement=first, reason="It is not so."), 2)
    with pytest.raises(InputError, match="no earlier statement of its author"):
        says(case, "alder-lab", Remark(text="It is not so."), 2, Words(amends=first))


def test_a_strangers_key_says_nothing() -> None:
    with pytest.raises(InputError, match="has no party fir-stores"):
        say(a_case(), Remark(text="Hello."), a_key("fir-stores"), now=at(1))


def test_another_key_of_the_same_name_says_nothing() -> None:
    impostor = a_key("elm-models", expires=at(10_000))
    with pytest.raises(InputError, match="not signed with the key of elm-models alone"):
        say(a_case(), Acknowledged(), impostor, now=at(1))


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"role": Role.COORDINATOR}, "elm-models is developer in the case, not coordinator"),
        ({"by": "cedar-desk", "role": Role.COORDINATOR}, "not signed with the key of cedar-desk alone"),
        ({"by": "fir-stores"}, "no party fir-stores"),
        ({"case": "GSC-20260702-ffffffffff"}, "belongs to the case GSC-20260702-ffffffffff"),
        ({"number": 2, "previous": "sha256:" + "0" * 64}, "which this copy lacks"),
        ({"created": at(-60)}, "dated before a statement that it says it has seen"),
    ],
)
def test_what_no_honest_program_makes_is_set_aside_with_the_reason(
    fields: dict[str, object], why: str
) -> None:
    case, digest = with_forged(a_case(), elm(), **fields)
    assert why in why_aside(case, digest)
    assert len(fold(case).entries) == 1


def test_a_statement_made_when_its_key_did_not_hold_is_set_aside() -> None:
    later = elm().card.model_copy(update={"created": at(30)})
    parties = [
        one.model_copy(update={"card": later}) if one.name == "elm-models" else one
        for one in an_opening().parties
    ]
    case, digest = with_forged(opened_as(parties=tuple(parties)), elm())
    assert why_aside(case, digest) == "the key of elm-models did not hold when it was made"


def test_a_changed_statement_is_set_aside() -> None:
    case = says(a_case(), "elm-models", Refused(text="The desk stays open."), 1)
    (name,) = [
        name for name in case.members if name.startswith("statements/") and name not in a_case().members
    ]
    envelope = json.loads(case.members[name])
    payload = base64.b64decode(envelope["payload"]).replace(b"stays open", b"is closed!")
    envelope["payload"] = base64.b64encode(payload).decode()
    changed, data = statement_member(canonical_bytes(envelope))
    members = {key: value for key, value in case.members.items() if key != name}
    state = fold(case.with_members({**members, changed: data}))
    assert [one.why for one in state.set_aside] == [
        "its signature is not that of elm-models: it was changed, or is not theirs"
    ]


def test_two_statements_with_one_number_are_a_fork_and_one_of_them_counts() -> None:
    one, other = (
        says(a_case(), "elm-models", Acknowledged(), 1),
        says(a_case(), "elm-models", Refused(text="No."), 2),
    )
    both = fold(one.with_members({**other.members, **one.members}))
    assert [fork.party for fork in both.forks] == ["elm-models", "elm-models"]
    assert "number 1" in both.forks[0].what
    assert "different logs" in both.forks[1].what
    assert [entry.said.type for entry in both.entries] == ["opened", "acknowledged"]
    assert [one.why for one in both.set_aside] == ["elm-models has said something else in its place"]


def test_who_says_two_things_cannot_choose_later_which_of_them_was_said() -> None:
    refused = says(a_case(), "elm-models", Refused(text="No."), 5)
    known = says(refused, "cedar-desk", Remark(text="The developer refuses."), 6)
    backdated = says(a_case(), "elm-models", Acknowledged(), 1)
    both = fold(known.with_members({**backdated.members, **known.members}))
    assert [entry.said.type for entry in both.entries] == ["opened", "refused", "remark"]


def test_a_party_that_has_forked_can_say_nothing_more() -> None:
    one, other = (
        says(a_case(), "elm-models", Acknowledged(), 1),
        says(a_case(), "elm-models", Refused(text="No."), 2),
    )
    both = one.with_members({**other.members, **one.members})
    with pytest.raises(InputError, match="two different histories"):
        says(both, "elm-models", Remark(text="Both."), 3)
    assert fold(says(both, "cedar-desk", Remark(text="Which?"), 3)).entries[-1].by == "cedar-desk"


def test_a_clock_that_went_backwards_is_told_and_nothing_is_said() -> None:
    case = says(a_case(), "elm-models", Acknowledged(), 10)
    with pytest.raises(ClockError, match="your last statement is of"):
        says(case, "elm-models", Remark(text="Early."), 9)


def test_a_statement_from_the_future_silences_nobody() -> None:
    future = says(a_case(), "elm-models", Acknowledged(), 60 * 24 * 365 * 70)
    case = says(future, "cedar-desk", Remark(text="We go on."), 1)
    case = says(case, "elm-models", Remark(text="Later."), 60 * 24 * 365 * 71)
    (early,) = [entry for entry in fold(case).entries if entry.by == "cedar-desk"]
    assert early.statement.seen == (case.opening[0],)
    assert not fold(case).set_aside


def test_an_embargo_in_the_past_is_refused() -> None:
    with pytest.raises(DocumentError, match="an embargo ends after it is set"):
        says(a_case(), "cedar-desk", Embargo(until=at(0)), 1)


def test_a_case_is_opened_by_a_party_of_it() -> None:
    bundle = (a_bundle(), write_archive(a_bundle().members))
    stranger = a_key("fir-stores")
    with pytest.raises(DocumentError, match="no party fir-stores"):
        open_case(CASE_ID, an_opening(), Role.REPORTER, [bundle], stranger, now=OPENED)


def test_a_party_is_brought_in_by_those_who_lead_and_changes_its_own_key() -> None:
    fir = a_key("fir-stores")
    entry = PartyEntry(name="fir-stores", role=Role.OPERATOR, card=fir.card)
    with pytest.raises(InputError, match="a party is named by a coordinator"):
        says(a_case(), "birch-lab", PartyNamed(party=entry), 1)
    case = says(a_case(), cedar(), PartyNamed(party=entry), 1)
    new = a_key("fir-stores", expires=at(10_000))
    changed = PartyEntry(name="fir-stores", role=Role.OPERATOR, card=new.card)
    with pytest.raises(InputError, match="another key was named for fir-stores"):
        says(case, cedar(), PartyNamed(party=changed), 2)
    case = says(case, fir, PartyNamed(party=changed), 2)
    with pytest.raises(InputError, match="not signed with the key of fir-stores alone"):
        says(case, fir, Remark(text="With the old key."), 3)
    assert fold(says(case, new, Remark(text="With the new key."), 3)).entries[-1].by == "fir-stores"


def test_a_copy_that_lacks_a_file_says_so() -> None:
    members = {name: data for name, data in a_case().members.items() if not name.startswith("files/")}
    state = fold(a_case().with_members(members))
    assert [one.kind for one in state.missing] == ["finding"]
    assert state.findings[0].finding is None


def forked() -> tuple[CaseFile, CaseFile]:
    """Return a case in which a refusal is known, and one with a backdated acknowledgement in its place."""
    refused = says(a_case(), "elm-models", Refused(text="No."), 5)
    return says(refused, "cedar-desk", Remark(text="The developer refuses."), 6), says(
        a_case(), "elm-models", Acknowledged(), 1
    )


def test_what_others_had_first_stands_even_after_they_have_logged_both() -> None:
    known, backdated = forked()
    both = merge([known, backdated])
    for minutes, by in ((7, cedar()), (8, birch()), (9, alder())):
        both = with_sightings(both, by, now=at(minutes))
        assert [entry.said.type for entry in fold(both).entries] == ["opened", "refused", "remark"]
    case = says(both, "cedar-desk", Remark(text="It stands."), 10)
    assert [one.why for one in fold(case).set_aside] == ["elm-models has said something else in its place"]


def test_nobody_takes_over_the_key_of_another() -> None:
    stolen = birch().card.model_copy(update={"name": "elm-models"})
    entry = PartyEntry(name="elm-models", role=Role.DEVELOPER, card=stolen)
    with pytest.raises(InputError, match="the key named for elm-models is that of birch-lab"):
        says(a_case(), "elm-models", PartyNamed(party=entry), 1)
    puppet = PartyEntry(
        name="puppet", role=Role.OPERATOR, card=birch().card.model_copy(update={"name": "puppet"})
    )
    with pytest.raises(InputError, match="the key named for puppet is that of birch-lab"):
        says(a_case(), "cedar-desk", PartyNamed(party=puppet), 1)


def test_a_key_id_that_is_not_its_keys_is_refused() -> None:
    fir = a_key("fir-stores").card.model_copy(update={"key_id": "0" * 64})
    entry = PartyEntry(name="fir-stores", role=Role.OPERATOR, card=fir)
    with pytest.raises(InputError, match="is not that of its key"):
        says(a_case(), "cedar-desk", PartyNamed(party=entry), 1)
    with pytest.raises(DocumentError, match="is not that of its key"):
        opened_as(parties=(*an_opening().parties, entry))


def test_of_two_keys_that_are_named_for_one_party_the_one_that_others_had_first_stands() -> None:
    fir, forged = a_key("fir-stores"), a_key("fir-stores", expires=at(20_000))
    real = PartyEntry(name="fir-stores", role=Role.OPERATOR, card=fir.card)
    case = says(a_case(), "cedar-desk", PartyNamed(party=real), 5)
    case = says(case, fir, Remark(text="Here we are."), 6)
    case = with_sightings(case, birch(), now=at(7))
    false = PartyEntry(name="fir-stores", role=Role.OPERATOR, card=forged.card)
    other = says(a_case(), "oak-office", PartyNamed(party=false), 1)
    both = with_sightings(merge([case, other]), birch(), now=at(8))
    state = fold(both)
    assert "fir-stores" in {entry.by for entry in state.entries}
    assert [one.why for one in state.set_aside] == [
        "another key was named for fir-stores, and stands in its place"
    ]


def test_what_was_replaced_or_taken_back_is_left_alone() -> None:
    case, first = say(a_case(), Acknowledged(), elm(), now=at(1))
    case = says(case, "elm-models", Acknowledged(text="By night."), 2, Words(amends=first))
    with pytest.raises(InputError, match="replaced or taken back already"):
        says(case, "elm-models", Acknowledged(text="By day."), 3, Words(amends=first))
    with pytest.raises(InputError, match="replaced or taken back already"):
        says(case, "elm-models", Withdrawn(statement=first, reason="No."), 3)


def test_a_log_that_is_not_its_keepers_takes_no_logs_place() -> None:
    case = says(a_case(), "elm-models", Acknowledged(), 1)
    folder = next(name for name in case.logs if name.startswith(elm().card.key_id[:16]))
    junk = {
        f"logs/{elm().card.key_id[:16]}-{'0' * 16}/checkpoint": b"junk\n",
        f"logs/{folder}/checkpoint": case.logs[folder]["checkpoint"].replace(b"elm", b"oak") + b"x",
    }
    spoiled = case.with_members({**case.members, **junk})
    for copies in ([case, spoiled], [spoiled, case]):
        merged = merge(copies)
        assert merged.members == case.members
    assert fold(says(spoiled, "cedar-desk", Remark(text="We go on."), 2)).entries[-1].by == "cedar-desk"


def test_a_forked_naming_of_a_party_loses_like_any_other_statement() -> None:
    named = PartyEntry(name="fir-stores", role=Role.OPERATOR, card=a_key("fir-stores").card)
    known = says(a_case(), "cedar-desk", Remark(text="We coordinate."), 5)
    known = with_sightings(known, birch(), now=at(6))
    other = says(a_case(), "cedar-desk", PartyNamed(party=named), 1)
    both = with_sightings(merge([known, other]), birch(), now=at(7))
    state = fold(both)
    assert [entry.said.type for entry in state.entries] == ["opened", "remark"]
    assert state.party("fir-stores") is None


def test_a_party_that_is_named_again_without_a_key_keeps_the_one_it_has() -> None:
    again = PartyEntry(name="elm-models", role=Role.DEVELOPER)
    state = fold(says(a_case(), "cedar-desk", PartyNamed(party=again), 1))
    party = state.party("elm-models")
    assert not state.set_aside
    assert party is not None
    assert party.card == elm().card


def test_the_log_of_a_party_that_was_named_later_vouches_for_nothing_here() -> None:
    known, backdated = forked()
    known = with_sightings(known, birch(), now=at(7))
    puppet = a_key("puppet")
    entry = PartyEntry(name="puppet", role=Role.OPERATOR, card=puppet.card)
    helped = says(says(a_case(), "oak-office", PartyNamed(party=entry), 1.5), puppet, Remark(text="Hm."), 2)
    helped = with_sightings(merge([helped, backdated]), puppet, now=at(3))
    assert [one.said.type for one in fold(merge([known, helped])).entries if one.by == "elm-models"] == [
        "refused"
    ]
