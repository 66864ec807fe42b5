"""Findings, reruns, verifications and audits for the terminal: what is claimed, and what stands behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from groundstop.documents import (
    Attestation,
    Finding,
    KeyCard,
    Minimization,
    Reproduction,
    ReproductionOutcome,
    StratumResult,
    TestedModel,
    Verification,
)
from groundstop.reports.verification_conditions import before_sentence
from groundstop.reports.verification_words import (
    UNDETERMINED_WORDS,
    VERDICT_NAMES,
    by_words,
    expiry_words,
    interests_words,
    model_name,
    window_words,
)
from groundstop.reports.words import estimand_words, hypotheses_words, plain, plain_rate, spend_words

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from groundstop.assessment import MergedEvidence
    from groundstop.evidence.audit import AuditReport, Rerun, Verified

_UNKNOWN = "not attested"
_STATE_STYLE = {"passed": "green", "failed": "bold red", "unproved": "yellow", "not checked": "yellow"}
_OUTCOME_STYLE = {
    ReproductionOutcome.REPRODUCED: "bold red",
    ReproductionOutcome.NOT_NOW: "bold green",
    ReproductionOutcome.INCONCLUSIVE: "bold yellow",
}


def finding_text(
    finding: Finding,
    merged: MergedEvidence | None,
    reruns: Sequence[Rerun],
    verified: Sequence[Verified] = (),
    *,
    now: datetime | None = None,
) -> RenderableType:
    """Return a finding for the terminal.

    Args:
        finding: The open part.
        merged: What its corroborations say together; none when the statistics are not installed.
        reruns: Its corroborations, those that count and those that do not.
        verified: Verifications of a fix, likewise.
        now: The time, by which a verification may have expired; none to say only until when it holds.

    Returns:
        Something that a rich console prints. It names no technique, and quotes nothing.
    """
    from rich.console import Group
    from rich.text import Text

    table = _facts()
    for name, value in _rows(finding):
        table.add_row(name, Text(plain(value)))
    table.add_row("attestation", Text(attestation_words(finding, merged)))
    parts: list[RenderableType] = [Text(f"Finding {finding.id}", style="bold"), table]
    if reruns:
        parts += [Text(), _reruns(reruns)]
    for one in verified:
        parts += [Text(), *_verified(one, now)]
    parts += [Text(), _sealed(finding)]
    if finding.model.simulated:
        parts.append(Text("Simulated: no model was asked. This finding is about no model.", style="bold"))
    parts.append(
        Text("A seal shows that this record has not changed; not that a model said it.", style="dim")
    )
    return Group(*parts)


def attestation_words(finding: Finding, merged: MergedEvidence | None) -> str:
    """Return how far others stand behind a finding."""
    if merged is None:
        return "reruns not added up: the statistics are not installed (groundstop[assess])"
    if merged.corroborated:
        apart = merged.dependence.value == "independent"
        basis = "independent of each other" if apart else "not declared to be independent"
        e_value = merged.e_values[merged.corroborated - 1]
        return (
            f"corroborated {merged.corroborated}: at least {merged.corroborated} of {len(merged.parties)} "
            f"trusted parties reproduce it, at a rate above {merged.r0 or 0:.2g} (e-value {e_value:.3g}; "
            f"reruns {basis})"
        )
    if finding.attestation is Attestation.PROVIDER_IDS:
        return f"provider ids: {finding.request_ids} of the trials carry an id that the provider can look up"
    return "unattested: nothing stands behind it but the reporter's word"


def reproduction_text(result: Reproduction, finding: Finding | None) -> RenderableType:
    """Return the result of a reproduction for the terminal."""
    from rich.console import Group
    from rich.text import Text

    head = Text(f"{result.outcome.value.upper()}: {result.finding_id}", style=_OUTCOME_STYLE[result.outcome])
    table = _facts()
    table.add_row("why", Text(plain(result.reason)))
    table.add_row("test", f"{result.violated} of {result.n} violated, e-value {result.e_value:.3g}")
    if result.decision.hypotheses is not None:
        table.add_row("decided between", hypotheses_words(result.decision.hypotheses))
    table.add_row("rate", plain_rate(result.rate))
    if finding is not None:
        table.add_row("stated", plain_rate(finding.rate))
    table.add_row("endpoint", Text(plain(result.drift.reason)))
    table.add_row("used", Text(plain(spend_words(result.spend))))
    return Group(head, table)


def minimization_text(result: Minimization) -> RenderableType:
    """Return the steps of a minimization for the terminal."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table("without", "outcome", "violated", "left out", box=None, pad_edge=False)
    for step in result.steps:
        kept = "yes" if step.kept_out else "no"
        # A plain string would be taken for rich's markup.
        table.add_row(Text(plain(step.left_out)), step.outcome.value, f"{step.violated} of {step.n}", kept)
    gone = sum(step.kept_out for step in result.steps)
    return Group(
        Text(f"{gone} of {len(result.steps)} turns and settings do not matter.", style="bold"), table
    )


def audit_text(report: AuditReport) -> RenderableType:
    """Return an audit for the terminal: a table of checks, each failure with what it means."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table("check", "outcome", "detail", box=None, pad_edge=False)
    for check in report.checks:
        where = f"{check.member}: " if check.member else ""
        detail = Text(plain(f"{where}{check.detail}"))
        if check.state.value == "failed":
            detail.append(f"\nIt means: {check.means}.", style="bold")
        table.add_row(check.what, Text(check.state.value, style=_STATE_STYLE[check.state.value]), detail)
    verdict, style = _verdict(report)
    return Group(Text(plain(f"{report.kind}: {report.path}")), table, Text(verdict, style=style))


def _verdict(report: AuditReport) -> tuple[str, str]:
    if not report.passed:
        return "FAILED: do not rely on it.", "bold red"
    if not report.proved:
        return "Nothing failed. What is unproved or not checked stands above.", "bold yellow"
    return "Nothing failed.", "bold green"


def card_text(card: KeyCard, *, standing: str) -> RenderableType:
    """Return a key card for the terminal."""
    table = _facts()
    table.add_row("name", card.name)
    table.add_row("key id", card.key_id)
    table.add_row("seal to", card.recipient)
    # The key id says nothing of the recipient; who compares this has compared both.
    table.add_row("card", card.content_id)
    table.add_row("made", f"{card.created:%Y-%m-%d}")
    table.add_row("expires", f"{card.expires:%Y-%m-%d}" if card.expires else "never")
    table.add_row("standing", standing)
    return table


def _facts() -> Table:
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    return table


def _rows(finding: Finding) -> list[tuple[str, str]]:
    decision = finding.decision
    rows = [
        ("reporter", f"{finding.reporter}; interests: {finding.interests or 'not declared'}"),
        ("model", _model(finding.model)),
        ("tested", _window(finding.model)),
        ("requirement", f"{finding.requirement.statement} ({finding.requirement.id})"),
        ("violated", f"{plain_rate(finding.rate)}, {estimand_words(finding.estimand)}"),
        (
            "decision",
            f"{decision.decision}: {decision.reason}" if decision else "none: as another tool reported",
        ),
    ]
    if decision and decision.hypotheses:
        rows.append(("decided between", hypotheses_words(decision.hypotheses)))
    rows += [("comparators", _panel(finding)), ("judge", _judge(finding)), ("effort", _effort(finding))]
    rows.append(("plan", finding.plan))
    if finding.source is not None:
        source = finding.source
        missing = ", ".join(source.not_attested) or "nothing"
        rows.append(("source", f"{source.tool} {source.tool_version or '(version not attested)'}"))
        rows.append(("not attested", missing))
    return rows


def _model(model: TestedModel) -> str:
    if model.identity is None:
        return _UNKNOWN
    served = f", served as {', '.join(model.served_as)}" if model.served_as else ""
    return model_name(model) + served


def _window(model: TestedModel) -> str:
    if model.window_start is None or model.window_end is None:
        return _UNKNOWN
    return f"{model.window_start:%Y-%m-%d %H:%M:%S} to {model.window_end:%Y-%m-%d %H:%M:%S} UTC"


def _panel(finding: Finding) -> str:
    if finding.comparators is None:
        return "none: a gain over other models, or over asking plainly, is unproven"
    return "; ".join(
        f"{column.model.provider}/{column.model.name} {plain_rate(column.rate)}"
        + (f", asked plainly {plain_rate(column.baseline)}" if column.baseline else "")
        for column in finding.comparators.columns
    )


def _judge(finding: Finding) -> str:
    judge = finding.judge
    if not judge.errs:
        return f"{judge.type}: the rule is the requirement itself"
    counts = judge.measured
    if counts is None:
        return f"{judge.type}: its error was not measured" + (f" ({judge.note})" if judge.note else "")
    return (
        f"{judge.type}: sensitivity {counts.true_positives} of {counts.positives}, "
        f"specificity {counts.true_negatives} of {counts.negatives}"
    )


def _effort(finding: Finding) -> str:
    effort = finding.effort
    tried = f"{effort.classes_tried} classes tried, " if effort.classes_tried is not None else ""
    spent = f"; the run used {spend_words(effort.spend)}" if effort.spend else ""
    return f"{tried}{effort.trials} trials of this one, {effort.screened} of them screening{spent}"


def _reruns(reruns: Sequence[Rerun]) -> RenderableType:
    from rich.table import Table

    heads = ("rerun by", "outcome", "violated", "e-value", "in interval", "shares", "counts")
    table = Table(*heads, box=None, pad_edge=False)
    for each in reruns:
        one = each.statement
        rerun = one.reproduction
        within = {None: "unknown", True: "yes", False: "no"}[one.within_stated_interval]
        shares = "undeclared" if one.shared is None else ", ".join(one.shared) or "nothing"
        table.add_row(
            plain(f"{one.corroborator} ({each.key_id[:8]})"),
            rerun.outcome.value,
            plain_rate(rerun.rate),
            f"{rerun.e_value:.3g}",
            within,
            shares,
            "yes" if each.counts else "no: not trusted",
        )
    return table


def _verified(one: Verified, now: datetime | None) -> Iterator[RenderableType]:
    """Yield a verification: its verdict, and all that a reader needs to know how far it carries."""
    from rich.text import Text

    told = one.statement
    yield Text(f"{VERDICT_NAMES[told.verdict].upper()}, verified {by_words(told)}", style="bold")
    table = _facts()
    for what, value in _verified_rows(told, now):
        table.add_row(what, Text(plain(value)))
    table.add_row("key", plain(one.key_id[:8]))
    table.add_row("counts", "yes" if one.counts else "no: not trusted")
    yield table


def _verified_rows(told: Verification, now: datetime | None) -> Iterator[tuple[str, str]]:
    yield "why", told.reason
    yield "model", f"{model_name(told.model)}{'; simulated' if told.model.simulated else ''}"
    yield "before the fix", before_sentence(told)
    yield "window", f"{window_words(told.model)}, {expiry_words(told)}{_over(told, now)}"
    yield "fix claimed by", told.fixer.name if told.fixer else "nobody named"
    asked = told.question
    yield "round", f"{told.round}, which may spend {told.alpha:.3g} of the finding's {asked.alpha:.3g}"
    yield "decided between", hypotheses_words(told.recipe.decision.hypotheses or asked)
    yield "recipe", f"{plain_rate(told.recipe.rate)}: {told.recipe.decision.decision}"
    for stratum in told.strata:
        yield f"variants, {stratum.name}", _variants(stratum)
    if told.mixture is not None:
        yield "variants, mixed", f"{plain_rate(told.mixture.rate)}: {told.mixture.decision.decision}"
    yield (
        "ordinary requests",
        told.benign.reason if told.benign else "not asked: the cost of the fix is unknown",
    )
    if told.claim is not None:
        yield "claim", f"{told.claim.stated}: {told.claim.reason}"
    causes = (UNDETERMINED_WORDS[cause] for cause in told.undetermined)
    yield "undetermined", "; ".join(causes) or "nothing"
    yield "interests", interests_words(told)


def _over(told: Verification, now: datetime | None) -> str:
    from groundstop.evidence import has_expired

    return "; it has expired" if now is not None and has_expired(told, now) else ""


def _variants(stratum: StratumResult) -> str:
    if stratum.arm is None:
        return f"not decided: {stratum.reason}"
    listed = ", said of the listed ones alone" if stratum.listed_only else ""
    return f"{plain_rate(stratum.arm.rate)}: {stratum.arm.decision.decision}{listed}"


def _sealed(finding: Finding) -> RenderableType:
    from rich.table import Table

    table = Table("sealed part", "bytes", "readers", "commitment", box=None, pad_edge=False)
    for part in finding.parts:
        readers = ", ".join(reader[:8] for reader in part.file.recipients)
        table.add_row(part.name.value, f"{part.size:,}", readers, part.commitment[:16])
    return table
