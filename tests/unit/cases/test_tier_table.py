from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from groundstop.cases.state import Entry
from groundstop.cases.tiers import ORDER, ROOMS, TLP, name_of, reaches, read_table, tier_table
from groundstop.cases.tiers.taking import Taking
from groundstop.cases.views import CaseView, Clock
from groundstop.documents import TargetDescription
from groundstop.documents.cases import CaseStatement, Role, Tier
from groundstop.errors import DocumentError
from tests.case_stories import a_story


def fields_of(form: type[object]) -> dict[str, object]:
    """Return the fields of a form with their types."""
    if dataclasses.is_dataclass(form):
        hints = typing.get_type_hints(form)
        return {one.name: hints[one.name] for one in dataclasses.fields(form)}
    assert issubclass(form, BaseModel)
    return {name: one.annotation for name, one in form.model_fields.items()}


def forms_in(annotation: object) -> Iterator[type[object]]:
    """Yield the forms that a type speaks of."""
    if isinstance(annotation, type) and (
        dataclasses.is_dataclass(annotation) or issubclass(annotation, BaseModel)
    ):
        yield annotation
    for part in typing.get_args(annotation):
        yield from forms_in(part)


def everything_shown() -> dict[type[object], dict[str, object]]:
    """Return every form that can be reached from a case as it stands, with its fields."""
    found: dict[type[object], dict[str, object]] = {}
    waiting: list[type[object]] = [CaseView]
    while waiting:
        form = waiting.pop()
        if form not in found:
            found[form] = fields_of(form)
            waiting += [one for annotation in found[form].values() for one in forms_in(annotation)]
    return found


SHOWN = everything_shown()


@pytest.mark.parametrize("form", SHOWN, ids=name_of)
def test_every_field_of_everything_that_a_case_can_show_has_a_tier(form: type[object]) -> None:
    for field in SHOWN[form]:
        assert tier_table().tier_of(form, field) in ORDER


def test_the_walk_comes_to_every_room() -> None:
    assert {name_of(form).split(".")[0] for form in SHOWN} == set(ROOMS.values())
    assert CaseStatement in SHOWN
    assert TargetDescription in SHOWN


def test_the_table_has_no_form_and_no_field_that_there_is_not() -> None:
    by_name = {name_of(form): set(fields) for form, fields in SHOWN.items()}
    assert set(tier_table().forms) == set(by_name)
    for form, row in tier_table().forms.items():
        assert {*row.public, *row.brief, *row.technical} == by_name[form], form


def test_a_field_that_is_not_in_the_table_is_an_error() -> None:
    with pytest.raises(LookupError, match=r"does not have view\.Clock\.colour"):
        tier_table().tier_of(Clock, "colour")


def test_a_form_of_no_room_is_an_error() -> None:
    with pytest.raises(LookupError, match="knows no room of builtins"):
        name_of(dict)


def test_own_words_are_technical_and_the_two_shorter_texts_are_for_their_readers() -> None:
    words = ("text", "reason", "evidence", "basis", "risk")
    said = [(form, field) for form, fields in SHOWN.items() for field in fields if field in words]
    own = [(form, field) for form, field in said if name_of(form).startswith("said.")]
    assert len(own) >= 30
    assert {tier_table().tier_of(form, field) for form, field in own} == {Tier.TECHNICAL}
    assert tier_table().tier_of(CaseStatement, "summary") is Tier.BRIEF
    assert tier_table().tier_of(CaseStatement, "public") is Tier.PUBLIC


@pytest.mark.parametrize("narrow", ORDER)
@pytest.mark.parametrize("wide", ORDER)
def test_a_tier_has_what_every_wider_one_has(wide: Tier, narrow: Tier) -> None:
    assert reaches(narrow, wide) is (ORDER.index(narrow) >= ORDER.index(wide))


def test_each_tier_has_its_mark_of_the_traffic_light_protocol() -> None:
    assert [TLP[tier] for tier in ORDER] == ["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER+STRICT", "TLP:RED"]


def test_whoever_is_withheld_is_named_to_the_public_by_role_alone() -> None:
    roles = tier_table().roles
    assert roles[Role.DEVELOPER] is Tier.PUBLIC
    assert roles[Role.REPORTER] is Tier.BRIEF
    assert set(roles) == set(Role)


ROLES = "[roles]\n" + "\n".join(f'{role.value} = "public"' for role in Role)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[roles", "table.toml is not TOML"),
        ('[roles]\nbaker = "public"', "wrong value"),
        ('[roles]\nreporter = "secret"', "wrong value"),
        ('[roles]\nreporter = "public"', "from which tier on a developer is named"),
        (f'{ROLES}\n[view.Clock]\nsecret = ["rule"]', "unknown field"),
        (f'{ROLES}\n[view.Clock]\npublic = ["due"]\nbrief = ["due"]', "view.Clock twice"),
        (f'{ROLES}\n[view.Clock]\npublic = ["due"]\nnames = ["party"]', "a name of it that is in no tier"),
    ],
)
def test_a_damaged_table_is_a_clear_error(text: str, says: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read_table(text, source="table.toml")
    assert says in caught.value.message
    assert caught.value.hint


def taking(tier: Tier) -> Taking:
    return Taking(tier, tier_table(), a_story().state)


def test_a_field_above_the_tier_is_taken_as_none() -> None:
    entry = a_story().state.entries[0]
    assert taking(Tier.BRIEF).one(entry, "signer", str) is None
    assert taking(Tier.TECHNICAL).one(entry, "signer", str) == entry.signer
    with pytest.raises(LookupError, match="does not have it"):
        taking(Tier.BRIEF).sure(entry, "signer", str)


def test_a_name_is_taken_as_a_name_and_nothing_else_is() -> None:
    clock = a_story().clocks[0]
    with pytest.raises(LookupError, match="wrong way"):
        taking(Tier.BRIEF).one(clock, "party", str)
    with pytest.raises(LookupError, match="wrong way"):
        taking(Tier.BRIEF).name(clock, "due")


def test_a_value_of_another_kind_is_an_error() -> None:
    clock, entry = a_story().clocks[0], a_story().state.entries[0]
    with pytest.raises(TypeError, match=r"Clock\.due is not of the kind str"):
        taking(Tier.BRIEF).one(clock, "due", str)
    with pytest.raises(TypeError, match="is no number"):
        taking(Tier.BRIEF).number(clock, "due")
    with pytest.raises(TypeError, match="is no list of the kind int"):
        taking(Tier.PUBLIC).many(a_story().state, "entries", int)
    assert taking(Tier.PUBLIC).many(a_story().state, "entries", Entry)[0] == entry
