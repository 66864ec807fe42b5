from __future__ import annotations

import json
from typing import get_args

from groundstop.cases.catalogue import catalogue
from groundstop.cases.rights import RIGHTS
from groundstop.documents.cases import Coordination, Response


def test_everything_that_can_be_said_is_listed_once() -> None:
    listed = [one.type for one in catalogue()]
    assert len(set(listed)) == len(listed)
    assert set(listed) == set(RIGHTS)


def test_a_developers_responses_come_first() -> None:
    marks = [one.response for one in catalogue()]
    assert marks == [True] * 12 + [False] * (len(marks) - 12)


def test_each_type_says_what_it_means_in_its_forms_own_words() -> None:
    forms = {form.model_fields["type"].default: form for form in get_args(Response) + get_args(Coordination)}
    for one in catalogue():
        assert one.meaning == " ".join((forms[one.type].__doc__ or "").split())
        assert one.meaning.endswith(".")
        assert one.who


def test_each_field_is_listed_and_whether_it_is_required() -> None:
    listed = {one.type: {field.name: field.required for field in one.fields} for one in catalogue()}
    assert listed["acknowledged"] == {"text": False}
    assert listed["wont_fix"] == {"accepted_by": True, "risk": True}
    assert listed["not_a_defect"] == {
        "requirement": True,
        "source": True,
        "requirement_version": True,
        "text": True,
    }
    assert all("type" not in fields for fields in listed.values())


def test_a_field_with_few_values_lists_them() -> None:
    fields = {(one.type, field.name): field for one in catalogue() for field in one.fields}
    assert fields["requested", "what"].choices == ("fix", "withdraw", "information")
    assert "requirement broken" in fields["standing", "standing"].choices
    assert fields["remark", "text"].choices == ()


def test_the_list_is_plain_json() -> None:
    values = [one.to_json() for one in catalogue()]
    assert json.loads(json.dumps(values)) == values
    assert set(values[0]) == {"type", "response", "meaning", "who", "fields"}
