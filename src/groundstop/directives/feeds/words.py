"""What an item of the feed is called, in plain words."""

from __future__ import annotations

from collections.abc import Iterable

from groundstop.documents.directives import Directive, OrderKind, Rule
from groundstop.documents.directives.feed import FeedItem, ItemKind

_CALLED = {
    OrderKind.DE_DEPLOY: "Withdrawn",
    OrderKind.RESTRICT: "Restricted",
    OrderKind.EXPORT_BAN: "Not exported",
    OrderKind.VIRTUAL_PATCH: "Guarded",
    OrderKind.VOLUNTARY_WITHDRAWAL: "Withdrawn by its own provider",
}
_SHOWN = 3


def title_of(item: FeedItem) -> str:
    """Return an item's title: what happened to which models, and how it stands."""
    names = listed([model.label for model in item.models])
    match item.what, item.kind:
        case ItemKind.LIFT, _:
            return f"Lifted: {names}"
        case ItemKind.STOP, _:
            return f"Stopped: {names} ({item.state.value})"
        case _, kind:
            amended = ", amended" if item.what is ItemKind.AMENDMENT else ""
            called = "Ordered" if kind is None else _CALLED[kind]
            return f"{called}{amended}: {names} ({item.state.value})"


def text_of(item: FeedItem) -> str:
    """Return an item in a few sentences."""
    lines = [f"{item.issuer}: {item.gist}"]
    if item.what is not ItemKind.LIFT:
        lines.append(f"Who is kept out: {item.reach}.")
        lines.append(f"Acts: {', '.join(act.value for act in item.acts)}.")
    begins = f"{item.since:%Y-%m-%d %H:%M} UTC"
    ends = "" if item.until is None else f", until {item.until:%Y-%m-%d %H:%M} UTC"
    lines.append(f"Since {begins}{ends}. State: {item.state.value}.")
    if item.lifts is not None:
        lines.append(f"It lifts {item.lifts}.")
    if not item.ratified:
        lines.append("No quorum has signed it yet.")
    if item.licences:
        lines.append(f"Licences in force: {item.licences}.")
    if item.appeal is not None:
        lines.append(f"Appeal: {item.appeal.name}, {item.appeal.contact}. An appeal suspends nothing.")
    elif item.contact is not None:
        lines.append(f"Contact: {item.contact}.")
    models = (f"{one.label} ({one.state.value}): {', '.join(one.identifiers)}" for one in item.models)
    return "\n".join([*lines, *models])


def reach_of(directive: Directive) -> str:
    """Return who falls under an order, in words."""
    scope = " or ".join(_rule(rule) for rule in directive.scope)
    if not directive.exceptions:
        return scope
    return f"{scope}; except {' and '.join(_rule(rule) for rule in directive.exceptions)}"


def listed(names: list[str]) -> str:
    """Return names in a sentence, the first few of many."""
    if len(names) > _SHOWN:
        return f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _rule(rule: Rule) -> str:
    if rule.reaches_everybody:
        return "everybody"
    parts = [
        f"persons in the class {rule.persons}" if rule.persons is not None else "",
        _some("requests from", rule.destinations),
        _some("organisations", rule.organisations),
        _some("purposes", rule.purposes),
    ]
    return ", ".join(part for part in parts if part)


def _some(what: str, values: Iterable[str]) -> str:
    names = list(values)
    return f"{what} {listed(names)}" if names else ""
