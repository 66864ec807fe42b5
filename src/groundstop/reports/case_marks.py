"""The marks of a timeline: each kind of event has a shape of its own; nothing is told by colour alone."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from groundstop.reports.case_events import CLOCK_KINDS, Event, EventKind

_SHAPES = {
    EventKind.CASE: '<path d="M-3 -5.4H3L6 0L3 5.4H-3L-6 0Z"/>',
    EventKind.STATEMENT: '<circle r="4.8"/>',
    EventKind.RESPONSE: '<path d="M-4.6 -4.6H4.6V4.6H-4.6Z"/>',
    EventKind.REFUSAL: (
        '<path d="M-5.4 -3.4L-3.4 -5.4L0 -2L3.4 -5.4L5.4 -3.4L2 0'
        'L5.4 3.4L3.4 5.4L0 2L-3.4 5.4L-5.4 3.4L-2 0Z"/>'
    ),
    EventKind.DISPUTE: '<path d="M0 -6.4L6.4 0L0 6.4L-6.4 0Z"/>',
    EventKind.REQUEST: '<path d="M-4.4 -5.6L6 0L-4.4 5.6Z"/>',
    EventKind.MEASUREMENT: '<path d="M-2 -6H2V-2H6V2H2V6H-2V2H-6V-2H-2Z"/>',
    EventKind.VERIFICATION: (
        '<path d="M0 -7L1.8 -2.4L6.7 -2.2L2.9 0.9L4.1 5.7L0 3L-4.1 5.7L-2.9 0.9L-6.7 -2.2L-1.8 -2.4Z"/>'
    ),
    EventKind.DISCLOSURE: '<path d="M0 -6L5.8 4.8H-5.8Z"/>',
    EventKind.RECEIPT: '<path d="M0 6L5.8 -4.8H-5.8Z"/>',
    EventKind.UNREACHABLE: '<path d="M0 6.4L5 -1.6H-5ZM-5.6 -6.2H5.6V-4.2H-5.6Z"/>',
    EventKind.ORDER: '<path d="M-2.6 -6H2.6L6 -2.6V2.6L2.6 6H-2.6L-6 2.6V-2.6ZM-3.4 -1.2V1.2H3.4V-1.2Z"/>',
    EventKind.CLOCK_STARTED: '<path class="open" d="M0 -6V6M-3 -6H3M-3 6H3"/>',
    EventKind.CLOCK_DUE: '<path class="open" d="M-3 6.4V-6L4.6 -3L-3 0"/>',
    EventKind.CLOCK_MET: '<path class="open" d="M-5.4 0.4L-1.6 4.4L5.4 -4.4"/>',
    EventKind.NO_RESPONSE: '<circle class="open broken" r="5.6"/><path class="open" d="M-3 0H3"/>',
    EventKind.DATE_MISSED: (
        '<path class="open broken" d="M-5.2 -5.2H5.2V5.2H-5.2Z"/><path class="open" d="M-3 0H3"/>'
    ),
    EventKind.SET_ASIDE: '<circle class="open" r="5"/><path class="open" d="M-5.4 5.4L5.4 -5.4"/>',
}

_STYLES = {
    EventKind.REFUSAL: "bad",
    EventKind.ORDER: "bad",
    EventKind.NO_RESPONSE: "bad",
    EventKind.DATE_MISSED: "bad",
    EventKind.UNREACHABLE: "bad",
    EventKind.SET_ASIDE: "bad",
    EventKind.DISPUTE: "disputed",
    EventKind.VERIFICATION: "measured",
    EventKind.MEASUREMENT: "measured",
}


def mark(event: Event, x: float, y: float) -> str:
    """Return an event's mark; one that was replaced or taken back is drawn hollow.

    Args:
        event: The event.
        x: Where its middle is.
        y: Where its middle is.
    """
    place = f"translate({x:.1f} {y:.1f})"
    told = Markup("<title>{}</title>").format(_hint(event))
    return (
        f'<g transform="{place}" class="{_classes(event.kind, event.gone)}">{told}{_SHAPES[event.kind]}</g>'
    )


def small_mark(kind: EventKind) -> Markup:
    """Return the mark of a kind of event, as a drawing that stands in a line of text beside its name."""
    return Markup(  # noqa: S704 - constants of this module
        f'<svg class="icon" viewBox="-8 -8 16 16" aria-hidden="true"><g class="{_classes(kind, None)}">'
        f"{_SHAPES[kind]}</g></svg>"
    )


def legend(events: Iterable[Event]) -> list[tuple[Markup, str]]:
    """Return the marks that are in use, each with its name, in the order of their kinds."""
    used = {event.kind for event in events}
    return [(small_mark(kind), kind.value) for kind in EventKind if kind in used]


def _classes(kind: EventKind, gone: str | None) -> str:
    classes = ["event", _STYLES.get(kind, "")]
    classes += ["gone"] if gone else []
    classes += ["fact"] if kind in CLOCK_KINDS else []
    return " ".join(one for one in classes if one)


def _hint(event: Event) -> str:
    number = f"{event.number}. " if event.number else ""
    by = f"{event.party}: " if event.party else ""
    return f"{number}{by}{event.what}"
