"""What is tested for: suites of behaviors, techniques and judges, as folders of YAML; knows no targets.

A suite is loaded once and is then a value. Loading is the only part that touches the disk.
"""

from groundstop.suites.benign_requests import read_benign_requests
from groundstop.suites.csv_layouts import CsvLayout, parse_behaviors, read_behaviors
from groundstop.suites.held_out import (
    MAX_POOL_BYTES,
    STRATA,
    HeldOutVariant,
    check_leaks,
    generated_counts,
    generated_variants,
    generator_id,
    read_pool,
    without_leaks,
)
from groundstop.suites.judging import (
    JudgedAnswer,
    JudgeFunction,
    Judgement,
    build_judge,
    judge_programmatically,
)
from groundstop.suites.labels import answer_digest
from groundstop.suites.loading import load_suite, validate
from groundstop.suites.locating import Origin, SuiteSummary, list_suites
from groundstop.suites.problems import Problem, Severity
from groundstop.suites.sealed_suite import write_sealed_suite
from groundstop.suites.suite import (
    Suite,
    benign_messages,
    classes,
    held_out_variants,
    messages,
    open_variants,
    variants,
)

__all__ = [
    "MAX_POOL_BYTES",
    "STRATA",
    "CsvLayout",
    "HeldOutVariant",
    "JudgeFunction",
    "JudgedAnswer",
    "Judgement",
    "Origin",
    "Problem",
    "Severity",
    "Suite",
    "SuiteSummary",
    "answer_digest",
    "benign_messages",
    "build_judge",
    "check_leaks",
    "classes",
    "generated_counts",
    "generated_variants",
    "generator_id",
    "held_out_variants",
    "judge_programmatically",
    "list_suites",
    "load_suite",
    "messages",
    "open_variants",
    "parse_behaviors",
    "read_behaviors",
    "read_benign_requests",
    "read_pool",
    "validate",
    "variants",
    "without_leaks",
    "write_sealed_suite",
]
