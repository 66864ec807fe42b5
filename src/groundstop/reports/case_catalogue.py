"""What can be said in a case, as text."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from groundstop.cases.catalogue import TypeOf


def catalogue_text(types: Sequence[TypeOf]) -> RenderableType:
    """Return the types of statements with their fields; those of a developer's responses first."""
    parts: list[RenderableType] = []
    for response, heading in ((True, "Responses of a developer"), (False, "Other statements")):
        chosen = [one for one in types if one.response is response]
        if not chosen:
            continue
        table = Table(box=None, padding=(0, 2, 0, 0), title=heading, title_justify="left", show_header=False)
        table.add_column(no_wrap=True)
        table.add_column(ratio=1)
        for one in chosen:
            table.add_row(Text(one.type, style="bold"), _described(one))
        parts += [table, Text("")]
    parts.append(Text("A field in brackets can be left out. Who may say it stands in the last line of each."))
    return Group(*parts)


def _described(one: TypeOf) -> Text:
    fields = [field.name if field.required else f"[{field.name}]" for field in one.fields]
    choices = [f"{field.name}: {', '.join(field.choices)}" for field in one.fields if field.choices]
    lines = [one.meaning, f"Fields: {', '.join(fields) or 'none'}", *choices, f"By: {one.who}"]
    return Text("\n".join(lines))
