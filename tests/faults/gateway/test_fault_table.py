"""The table of faults in the documentation is that of the tests here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).parent
PAGE = Path(__file__).parents[3] / "docs" / "reference" / "gateway-faults.md"


def sentences_of(folder: Path) -> Iterator[str]:
    """Yield the names of tests, as sentences."""
    for path in sorted(folder.glob("test_*.py")):
        if path == Path(__file__):
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                yield node.name.removeprefix("test_").replace("_", " ")


def rows() -> list[list[str]]:
    """Return the rows of the page's tables, without their heads."""
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if row[0] not in ("Fault", "---")]


def test_each_fault_has_a_row_with_the_tests_that_show_it() -> None:
    found = list(sentences_of(FOLDER))
    shown = [one.strip() for row in rows() for one in row[3].split(";")]

    assert len(found) == len(set(found))
    assert sorted(shown) == sorted(set(shown))
    assert set(found) - set(shown) == set(), "these tests have no row in docs/reference/gateway-faults.md"
    assert set(shown) - set(found) == set(), "these tests in docs/reference/gateway-faults.md do not exist"


def test_each_row_says_what_goes_wrong_and_what_clients_see() -> None:
    found = rows()

    assert len(found) > 20
    assert all(len(row) == 4 and row[0] and row[1] for row in found)
