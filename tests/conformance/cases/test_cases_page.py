"""The page on cases prints rights, reasons and checks; they are compared with the program."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from groundstop.cases import auditing, folding, referring, taking
from groundstop.cases.catalogue import FieldOf, catalogue
from groundstop.documents.cases import CaseStatement, Role, needed_attachment
from groundstop.evidence.audit import Rule
from groundstop.evidence.audit.logs import EARLIER

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "cases.md").read_text("utf-8")


def rows(head: str) -> list[list[str]]:
    """Return the rows of the table with a head, cell by cell."""
    lines = PAGE.splitlines()
    begin = lines.index(head) + 2
    end = next((at for at in range(begin, len(lines)) if not lines[at].startswith("|")), len(lines))
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[begin:end]]


def rights(*, responses: bool) -> list[list[str]]:
    """Return what can be said as the page has it: the type, its meaning, its fields, and who may say it."""
    return [
        [
            f"`{one.type}`",
            one.meaning.replace("``", "`"),
            ", ".join(map(field_words, one.fields)),
            one.who,
        ]
        for one in catalogue()
        if one.response is responses
    ]


def field_words(one: FieldOf) -> str:
    return one.name if one.required else f"[{one.name}]"


def test_who_may_say_what_is_printed_as_it_is() -> None:
    assert rows("| Response | Meaning | Fields | Who |") == rights(responses=True)
    assert rows("| Statement | Meaning | Fields | Who |") == rights(responses=False)


def test_every_role_is_explained() -> None:
    assert [row[0] for row in rows("| Role | |")] == [f"`{role}`" for role in Role]


def test_every_field_of_a_statement_is_explained() -> None:
    assert [row[0] for row in rows("| Field | |")] == [f"`{name}`" for name in CaseStatement.model_fields]


def test_what_a_statement_cannot_be_without_is_printed() -> None:
    source = inspect.getsource(needed_attachment)
    wanted = set(re.findall(r'"(the [a-z ]+)"', source))
    assert wanted
    assert {row[1] for row in rows("| Statement | Needs |")} == wanted | {"the file of that kind"}


def returned(node: ast.expr | None) -> Iterator[str]:
    """Yield what a sentence that a function returns looks like, as a regular expression."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield re.escape(node.value)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"[^|]{1,60}?"
            for part in node.values
        )
    elif isinstance(node, ast.IfExp):
        yield from returned(node.body)
        yield from returned(node.orelse)


def reasons(module: ModuleType) -> Iterator[str]:
    """Yield why a module sets a statement aside."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Return):
            yield from returned(node.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "SetAside":
            yield from returned(node.args[2])


@pytest.mark.parametrize("reason", sorted({*reasons(taking), *reasons(referring), *reasons(folding)}))
def test_every_reason_to_set_a_statement_aside_is_printed(reason: str) -> None:
    printed = [row[0].replace("`", "") for row in rows("| Reason | Means |")]
    assert any(re.fullmatch(reason, one) for one in printed)


def test_every_printed_reason_is_one() -> None:
    known = [*reasons(taking), *reasons(referring), *reasons(folding)]
    for row in rows("| Reason | Means |"):
        assert any(re.fullmatch(one, row[0].replace("`", "")) for one in known), row[0]


def test_every_check_of_a_case_is_printed_with_what_a_failure_means() -> None:
    own = [value for value in vars(auditing).values() if isinstance(value, Rule) and value is not EARLIER]
    printed = rows("| Check | Looks at | A failure would mean |")
    assert {row[0]: row[2] for row in printed} == {f"`{one.what}`": one.means for one in own}
