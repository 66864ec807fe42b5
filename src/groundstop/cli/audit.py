"""``groundstop audit``: an offline check of a bundle, a case, a log, a gateway, or a workspace's records."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli import options
from groundstop.errors import ExitCode

if TYPE_CHECKING:
    from groundstop.documents import TrustList
    from groundstop.evidence.audit import AuditReport


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@options.workspace_folder
@options.json_output
def audit(path: Path, workspace: Path, as_json: bool) -> int:
    """Check a finding or a case (.gsb), a log, a gateway's folder or certificate, or a workspace's records.

    Nobody is asked. Prints every check, and what each failure would mean. A log's head that was seen
    earlier, in this workspace, is remembered: one that went backwards or was forked fails.

    Exit code: 0 nothing failed, 1 something failed.
    """
    from groundstop.cli.output import show, show_json
    from groundstop.cli.parties import trusted
    from groundstop.reports import audit_text

    data = workspace / ".groundstop"
    report = audited(path, trusted(workspace), data / "heads" if data.is_dir() else None)
    if as_json:
        show_json(report.to_json())
    else:
        show(audit_text(report))
    return ExitCode.GOOD if report.passed else ExitCode.BAD


def audited(path: Path, trust: TrustList, heads: Path | None) -> AuditReport:
    """Audit what is at a path: a case, or what :func:`~groundstop.evidence.audit.audit_path` takes."""
    from groundstop.cases.auditing import audit_case
    from groundstop.cases.files import is_case
    from groundstop.evidence import Bundle, read_bounded
    from groundstop.evidence.archive import MOST_BYTES, ContainerError, read_archive
    from groundstop.evidence.audit import AuditReport, audit_bundle, audit_path

    if not path.is_file():
        if (path / "receipts").is_dir():
            from groundstop.gateway.auditing import audit_gateway

            return audit_gateway(path, trust)
        return audit_path(path, trust, heads=heads)
    data = read_bounded(path, most=MOST_BYTES)
    try:
        members = read_archive(data, source=str(path))
    except ContainerError:
        if data.lstrip().startswith(b"{"):
            from groundstop.gateway.certifying import audit_certificate, is_certificate

            if is_certificate(data):
                return audit_certificate(data, trust, source=str(path))
        return audit_path(path, trust, heads=heads)
    if is_case(members):
        return audit_case(data, trust, heads=heads, source=str(path))
    # It is read already, and may be large.
    checks = audit_bundle(Bundle(members, str(path)), trust, heads=heads)
    return AuditReport(str(path), "bundle", tuple(checks))
