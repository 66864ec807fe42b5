"""The table of tiers as the documentation prints it."""

from __future__ import annotations

from collections.abc import Iterator

from groundstop.cases.tiers.table import Row, tier_table

_HEADINGS = {
    "said": "What parties say",
    "case": "The state of a case",
    "view": "What is worked out of it",
    "document": "What is attached or named",
}


def tier_tables() -> Iterator[str]:
    """Yield the table of tiers as lines of Markdown, room by room."""
    table = tier_table()
    yield from ("## Names of parties", "", "| Role | Named from |", "|---|---|")
    yield from (f"| {role.value} | `{tier.value}` |" for role, tier in table.roles.items())
    for room, heading in _HEADINGS.items():
        yield from ("", f"## {heading}", "")
        yield from ("| Form | `public` | `brief` | `technical` | |", "|---|---|---|---|---|")
        for form, row in table.forms.items():
            if form.startswith(f"{room}."):
                yield _row(form.removeprefix(f"{room}."), row)


def _row(form: str, row: Row) -> str:
    cells = (", ".join(fields) for fields in (row.public, row.brief, row.technical))
    return f"| {' | '.join((f'`{form}`', *cells, row.why or ''))} |".replace("|  |", "| |").replace(
        "|  |", "| |"
    )
