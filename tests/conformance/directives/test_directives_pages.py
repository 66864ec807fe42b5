"""The pages on directives print fields, words and tables; they are compared with the program."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from groundstop.directives.claims.why import Why
from groundstop.directives.decision import Decision, Ground
from groundstop.directives.definitions import definition_names, read_definition
from groundstop.directives.facts import Facts
from groundstop.directives.repository import LIVES
from groundstop.directives.subscribing.obeys import RepositoryEntry
from groundstop.directives.subscribing.problems import _HINTS, ProblemKind
from groundstop.directives.surfaces import surfaces
from groundstop.documents.base import Document, Part
from groundstop.documents.directives import (
    Assurance,
    ClaimName,
    Directive,
    DirectiveSet,
    DirectivesFeed,
    Licence,
    LiftingCriteria,
    Obeyed,
    OrderKind,
    Override,
    PersonClass,
    Rule,
    Silence,
    WhenDark,
    calls_needed,
)
from groundstop.documents.directives.feed import FeedItem, ItemState, ModelState
from groundstop.documents.schemas import KINDS

DOCS = Path(__file__).parents[3] / "docs"
MATRIX = json.loads((Path(__file__).parent / "population_matrix.json").read_text("utf-8"))


def page(name: str) -> str:
    return (DOCS / "reference" / f"{name}.md").read_text("utf-8")


def rows(name: str, head: str, *, under: str = "") -> list[list[str]]:
    """Return the rows of the table with a head, cell by cell: the first one after a line."""
    lines = page(name).splitlines()
    begin = lines.index(head, lines.index(under) if under else 0) + 2
    end = next((at for at in range(begin, len(lines)) if not lines[at].startswith("|")), len(lines))
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[begin:end]]


def firsts(name: str, head: str, *, under: str = "") -> list[str]:
    return [row[0] for row in rows(name, head, under=under)]


def quoted(names: object) -> list[str]:
    return [f"`{name}`" for name in names]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "under", "form"),
    [
        ("directives", "## A directive", Directive),
        ("directives", "### Lifting criteria", LiftingCriteria),
        ("directives", "## A licence", Licence),
        ("definitions", "## A definition", PersonClass),
        ("obeying", "`[[repository]]`, at least one:", RepositoryEntry),
        ("obeying", "`[[obey]]`, at least one; each authority once:", Obeyed),
        ("obeying", "## Overrides", Override),
        ("orders-repository", "## A set", DirectiveSet),
        ("feeds", "## `status.json`", DirectivesFeed),
        ("feeds", "## An item", FeedItem),
    ],
)
def test_every_field_of_a_form_is_explained(name: str, under: str, form: type[Part]) -> None:
    assert firsts(name, "| Field | |", under=under) == quoted(form.model_fields)


def test_every_field_of_a_decision_is_explained() -> None:
    printed = firsts("decisions", "| Field | |")
    assert printed == quoted([*Decision._fields, "explained"])


def test_every_fact_of_a_request_is_explained() -> None:
    assert firsts("decisions", "| Fact | |") == ["model", "act", *Facts._fields[2:]]


def test_every_ground_is_printed_with_what_it_comes_to() -> None:
    goes_on = {
        Ground.NO_ORDER,
        Ground.OUTSIDE,
        Ground.EXCEPTED,
        Ground.LICENSED,
        Ground.UNKNOWN_ALLOWED,
        Ground.OVERRIDDEN,
    }
    printed = {row[0]: row[1] for row in rows("decisions", "| Ground | Goes on | Means |")}
    assert printed == {f"`{one}`": "yes" if one in goes_on else "no" for one in Ground}


def test_kinds_of_orders_and_conditions_of_rules_are_printed() -> None:
    assert firsts("directives", "| Kind | |") == quoted(OrderKind)
    conditions = [name for name in Rule.model_fields if name != "id"]
    assert firsts("directives", "| Condition | Met when |") == quoted(conditions)


def test_every_kind_of_problem_is_printed_with_what_to_do() -> None:
    printed = {row[0]: row[2] for row in rows("obeying", "| Kind | Means | What to do |")}
    assert printed == {f"`{kind.value}`": _HINTS[kind] for kind in ProblemKind}
    guide = (DOCS / "how-to" / "obey-orders.md").read_text("utf-8")
    assert all(f"| `{kind.value}` |" in guide for kind in ProblemKind)


def test_claims_and_assurances_are_printed() -> None:
    assert firsts("claims", "| Claim | Values | Says |") == quoted(ClaimName)
    assert firsts("claims", "| Assurance | |") == quoted(Assurance)


def test_every_reason_for_which_a_token_does_not_count_is_printed() -> None:
    assert firsts("claims", "| Reason | |") == [why.value for why in Why]


def test_the_definitions_that_are_shipped_are_printed_with_their_citation() -> None:
    printed = {row[0]: row[1] for row in rows("definitions", "| Name | Words | In it is |")}
    shipped = {f"`{name}`": read_definition(name).citation for name in sorted(definition_names())}
    assert printed == shipped


def test_the_population_matrix_is_printed_as_it_is() -> None:
    head = "| Who | `foreign-person` | Decision | `foreign-national` | Decision |"
    expected = [
        [
            person["who"],
            *(
                person["expected"][name][what]
                for name in ("foreign-person", "foreign-national")
                for what in ("class", "ground")
            ),
        ]
        for person in MATRIX["people"]
    ]
    assert rows("definitions", head) == expected


def test_states_of_the_feed_are_printed() -> None:
    assert firsts("feeds", "| State of a model | |") == quoted(ModelState)
    assert firsts("feeds", "| State of an item | |") == quoted(ItemState)


def test_enforcement_points_are_printed() -> None:
    printed = dict(rows("directives", "| Point | |"))
    assert printed == {f"`{one.id}`": one.called for one in surfaces().values()}


def test_numbers_on_the_pages_are_the_programs() -> None:
    silence = Silence(when_dark=WhenDark.KEEP)
    assert f"up to `stale_after_s` ({silence.stale_after_s})" in page("decisions")
    assert f"up to `dark_after_s` ({silence.dark_after_s})" in page("decisions")
    assert f"takes {calls_needed(0.01, 0.05)} calls" in page("directives")
    lives = {row[0]: row[3] for row in rows("orders-repository", "| Role | Keys | Says | Lives |")}
    days = f"{LIVES.root.days} days"
    assert LIVES.root == LIVES.targets == LIVES.authority
    assert lives == {
        "root": days,
        "targets": days,
        "`AUTHORITY`": days,
        "`AUTHORITY.urgent`": days,
        "snapshot": f"{LIVES.snapshot.days} day",
        "timestamp": f"{LIVES.timestamp.seconds // 60} minutes",
    }


def test_every_kind_of_document_is_on_the_page_of_documents() -> None:
    printed = {
        name for row in rows("documents", "| Kind | What it is | Schema |") for name in row[0].split(", ")
    }
    kinds = {f"`{kind_of(kind)}`" for kind in KINDS}
    assert kinds <= printed


def kind_of(form: type[Document]) -> str:
    return str(form.model_fields["kind"].default)
