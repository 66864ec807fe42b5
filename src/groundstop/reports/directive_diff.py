"""What differs between two orders, for the terminal and for other programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from groundstop.directives.differing import Change, Difference, Relation, differences, relation
from groundstop.documents.directives import Directive
from groundstop.reports.case_words import counted
from groundstop.reports.directive_words import headline, order_name
from groundstop.reports.words import plain

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

_STYLES = {Change.ADDED: "green", Change.REMOVED: "bold red", Change.CHANGED: "yellow"}
_LONGEST = 600


def directive_diff_text(before: Directive, after: Directive) -> RenderableType:
    """Return what differs between two orders.

    Args:
        before: The first.
        after: The second.

    Returns:
        Something that a rich console prints.
    """
    from rich.console import Group
    from rich.text import Text

    found = differences(before, after)
    what = relation(before, after)
    head = Text(f"{order_name(before)} and {order_name(after)}: the second is {what}.", style="bold")
    if what is Relation.SAME:
        return head
    lines = [Text(f"- {headline(before)}"), Text(f"+ {headline(after)}")]
    told = (line for one in found for line in _told(one))
    return Group(
        head, *lines, Text(), Text(f"{counted(len(found), 'field')} differ{'s' * (len(found) == 1)}:"), *told
    )


def directive_diff_record(before: Directive, after: Directive) -> dict[str, Any]:
    """Return what differs between two orders as plain JSON types.

    Args:
        before: The first.
        after: The second.
    """
    return {
        "before": {"id": before.id, "sequence": before.sequence, "content": before.content_id},
        "after": {"id": after.id, "sequence": after.sequence, "content": after.content_id},
        "relation": relation(before, after).value,
        "differences": [
            {"place": list(one.place), "change": one.change.value, "before": one.before, "after": one.after}
            for one in differences(before, after)
        ],
    }


def _told(one: Difference) -> Iterator[Text]:
    from rich.text import Text

    place = " > ".join(plain(step) for step in one.place)
    style = _STYLES[one.change]
    yield Text(f"  {place} {one.change.value}", style=style)
    if one.before is not None:
        yield Text(f"    - {_value(one.before)}")
    if one.after is not None:
        yield Text(f"    + {_value(one.after)}")


def _value(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return plain(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")
