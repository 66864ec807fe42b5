"""Counting: metrics, who is kept out that need not be, and what licences have left of their quotas."""

from groundstop.gateway.counting.blocking import Blocked
from groundstop.gateway.counting.counted import CountedRecorder
from groundstop.gateway.counting.families import FAMILIES, Family, Kind
from groundstop.gateway.counting.metrics import Metrics, Snapshot, merged
from groundstop.gateway.counting.narrower import Narrowed, read_narrower
from groundstop.gateway.counting.quotas import Tally, Used, used_in
from groundstop.gateway.counting.words import Gauge, exposition

__all__ = [
    "FAMILIES",
    "Blocked",
    "CountedRecorder",
    "Family",
    "Gauge",
    "Kind",
    "Metrics",
    "Narrowed",
    "Snapshot",
    "Tally",
    "Used",
    "exposition",
    "merged",
    "read_narrower",
    "used_in",
]
