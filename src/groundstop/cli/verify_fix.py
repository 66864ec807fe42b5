"""``groundstop verify-fix``: what is true of a claimed fix, said with its error rates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from groundstop.cli import options
from groundstop.cli.verification_options import (
    Files,
    Order,
    Parties,
    picked,
    refuse_mixture,
    verification_options,
)
from groundstop.errors import InputError


@click.command("verify-fix")
@click.argument("file", type=click.Path(path_type=Path), required=False, metavar="FINDING|CASE")
@click.option("--target", "target_name", help="The model with the fix: a URL, embedded:NAME, ...")
@click.option("--before", "before_name", help="The model without it; leave out only when it is gone.")
@click.option("--run", "run_id", help="Go on with this run instead of a new one.")
@verification_options
@options.sampling
@options.budget
@options.workspace_folder
@options.json_output
def verify_fix(
    file: Path | None,
    target_name: str | None,
    before_name: str | None,
    run_id: str | None,
    temperature: float | None,
    max_tokens: int | None,
    max_calls: int | None,
    max_tokens_spent: int | None,
    max_money: float | None,
    workspace: Path,
    as_json: bool,
    **asked: Any,
) -> int:
    """Say what is true of a claimed fix, on fresh held-out variants and ordinary requests.

    The first argument is the finding's bundle, or a case that is about it.

    In one plan, signed and logged before its randomness is drawn: the reported recipe alone; held-out
    variants of several kinds, each asked once and then burnt; whether they still work on the model before
    the fix; ordinary requests before and after; and ordinary requests in between, to see whether the
    endpoint changed. Every further round for a finding spends a smaller part of its error rate.

    The verdict is one of technique_blocked, class_mitigated, residual, regressed_benign and inconclusive.
    With --against-claim a claimed block rate such as ">99%" is checked too; with --counts S/N it is
    checked on given counts, and nothing is asked.

    Exit code: 0 class_mitigated (or the claim is supported by the given counts), 1 not fixed, 3 not decided
    or incomplete.
    """
    from groundstop.cli.verification_claims import check_counts
    from groundstop.cli.verification_run import go_on, start

    refuse_mixture(click.get_current_context())
    order, parties, files = picked(Order, asked), picked(Parties, asked), picked(Files, asked)
    if order.counts is not None:
        return check_counts(order, as_json=as_json)
    if file is None:
        raise InputError("There is no finding to verify a fix of", "Give the finding's bundle, or a case")
    if file.is_dir():
        raise InputError(
            f"{file} is a folder, and a fix is verified against a finding", "Give the finding's .gsb file"
        )
    budget = options.read_budget(max_calls, max_tokens_spent, max_money)
    if run_id is not None:
        return go_on(workspace, file, run_id, parties, files, budget=budget, as_json=as_json)
    if target_name is None:
        raise InputError("There is no model to verify", "Give --target for a new run, or --run")
    return start(
        workspace,
        file,
        [target_name, *([before_name] if before_name else [])],
        order,
        parties,
        files,
        drawn=(temperature, max_tokens),
        budget=budget,
        as_json=as_json,
    )
