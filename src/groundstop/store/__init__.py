"""The workspace on disk: runs, their calls and their trials, in SQLite with a write-ahead log.

Trials are only ever added. The death of the process at any moment loses at most the trials in flight.
"""

from groundstop.store.ledger import SqliteLedger
from groundstop.store.runs import RunKind, RunOptions, RunPlan, RunResult, RunRow
from groundstop.store.workspace import Workspace

__all__ = ["RunKind", "RunOptions", "RunPlan", "RunResult", "RunRow", "SqliteLedger", "Workspace"]
