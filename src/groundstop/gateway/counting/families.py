"""What is counted: each family of metrics with its kind, its labels and a line of help."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """How a metric behaves."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Family(NamedTuple):
    """Metrics of one name."""

    name: str
    kind: Kind
    labels: tuple[str, ...]
    help: str
    buckets: tuple[float, ...] = ()
    """Upper ends, in seconds; of a histogram."""


_WHOLE_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)

REQUESTS = Family(
    "groundstop_requests_total", Kind.COUNTER, ("route", "status"), "Requests that were answered."
)
SECONDS = Family(
    "groundstop_request_seconds",
    Kind.HISTOGRAM,
    ("route",),
    "From a request to the end of its answer.",
    _WHOLE_S,
)
FIRST_PIECE = Family(
    "groundstop_first_piece_seconds",
    Kind.HISTOGRAM,
    ("route",),
    "From a request to the first piece of its stream.",
    _WHOLE_S,
)
STREAMS = Family("groundstop_streams_open", Kind.GAUGE, (), "Streams that are open.")
IN_FLIGHT = Family("groundstop_in_flight", Kind.GAUGE, (), "Requests that are being answered.")
UPSTREAMS = Family(
    "groundstop_upstream_answers_total",
    Kind.COUNTER,
    ("upstream", "outcome"),
    "How upstreams answered: ok, error, timeout or unreachable.",
)
UPSTREAM_SECONDS = Family(
    "groundstop_upstream_seconds", Kind.HISTOGRAM, ("upstream",), "How long upstreams took.", _WHOLE_S
)
DENIALS = Family(
    "groundstop_denials_total",
    Kind.COUNTER,
    ("reason", "directive"),
    "Requests that were kept out, by why and by which order.",
)
CHANGES = Family(
    "groundstop_changes_total",
    Kind.COUNTER,
    ("change",),
    "Requests that became something else than was decided first: withheld, cut, failed, left, served-as.",
)
RECEIPTS = Family("groundstop_receipts_total", Kind.COUNTER, (), "Lines of receipts that were written.")
RECEIPTS_FAILED = Family(
    "groundstop_receipts_failed_total", Kind.COUNTER, (), "Lines that could not be written: none went on."
)
FALLBACKS = Family(
    "groundstop_fallbacks_total", Kind.COUNTER, ("instead_of",), "Requests that another model answered."
)
GUARDS = Family(
    "groundstop_guards_total", Kind.COUNTER, ("directive", "outcome"), "What guards said of requests."
)
UNKNOWN_CLAIM = Family(
    "groundstop_denied_for_unknown_claim_total",
    Kind.COUNTER,
    ("directive", "claim"),
    "Requests that were kept out because a claim is not attested; each claim that would have told counts.",
)
THEN_LICENSED = Family(
    "groundstop_denied_then_licensed_total",
    Kind.COUNTER,
    ("directive",),
    "Principals who were kept out and came back with a licence; those whom one process saw both times.",
)
NARROWER = Family(
    "groundstop_allowed_if_narrower_total",
    Kind.COUNTER,
    ("directive",),
    "Requests that were kept out, and would not be by the narrower order that is set beside it.",
)
CHECKPOINT_AGE = Family(
    "groundstop_checkpoint_age_seconds",
    Kind.GAUGE,
    (),
    "Since every line was last known to be under a checkpoint.",
)
TABLE = Family("groundstop_table_info", Kind.GAUGE, ("digest",), "The table that is decided by.")
ORDERS = Family("groundstop_orders", Kind.GAUGE, (), "Directives and stops in the table.")
HEARD_AGE = Family(
    "groundstop_heard_age_seconds", Kind.GAUGE, (), "Since everything that is obeyed was last heard afresh."
)
SILENT = Family(
    "groundstop_silent_orders", Kind.GAUGE, ("silence",), "Orders of which nothing was heard for too long."
)
CLOSED = Family("groundstop_closed", Kind.GAUGE, (), "1 while every model is closed to everybody.")
PROBLEMS = Family("groundstop_problems", Kind.GAUGE, (), "Problems with what is heard.")
WORKERS = Family(
    "groundstop_workers", Kind.GAUGE, ("state",), "Processes, by whether they decide by the table."
)
RESTARTS = Family("groundstop_worker_restarts_total", Kind.COUNTER, (), "Processes that were begun again.")
LICENCE_USED = Family(
    "groundstop_licence_used_total", Kind.COUNTER, ("licence",), "Requests that a licence let through."
)

FAMILIES: tuple[Family, ...] = (
    REQUESTS,
    SECONDS,
    FIRST_PIECE,
    STREAMS,
    IN_FLIGHT,
    UPSTREAMS,
    UPSTREAM_SECONDS,
    DENIALS,
    CHANGES,
    RECEIPTS,
    RECEIPTS_FAILED,
    FALLBACKS,
    GUARDS,
    UNKNOWN_CLAIM,
    THEN_LICENSED,
    NARROWER,
    CHECKPOINT_AGE,
    TABLE,
    ORDERS,
    HEARD_AGE,
    SILENT,
    CLOSED,
    PROBLEMS,
    WORKERS,
    RESTARTS,
    LICENCE_USED,
)
"""Every family, in the order in which it is told."""
