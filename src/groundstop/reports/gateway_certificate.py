"""An enforcement certificate for the terminal, readable without colour."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from groundstop.documents.gateway import EnforcementCertificate, GatewayProof, UnreachableCopy
from groundstop.reports.gateway_words import counts_words, lacks_words, moment, verdict
from groundstop.reports.words import counted_large, plain

if TYPE_CHECKING:
    from rich.console import RenderableType


def certificate_text(certificate: EnforcementCertificate) -> RenderableType:
    """Return a certificate for the terminal.

    Args:
        certificate: It.

    Returns:
        Something that a rich console prints.
    """
    from rich.console import Group
    from rich.text import Text

    style = "bold green" if certificate.complete else "bold yellow"
    return Group(
        Text(plain(verdict(certificate)), style=style),
        Text(
            f"By {plain(certificate.operator)} on {moment(certificate.created)}, about an order of "
            f"{plain(certificate.issuer)}. Content {certificate.content}",
            style="dim",
        ),
        *_gateways(certificate),
        *_copies(certificate),
        Text(),
        Text("What it does not say", style="bold"),
        *(_indented(plain(one)) for one in certificate.limits),
    )


def copy_words(one: UnreachableCopy) -> str:
    """Return a copy that nobody can reach, in a sentence."""
    number = "an unknown number" if one.copies is None else f"{one.copies:,}"
    return f"{plain(one.what)}: {number} ({plain(one.why)})"


def _gateways(certificate: EnforcementCertificate) -> Iterator[RenderableType]:
    from rich.text import Text

    # What lacks something first: with thousands of gateways nobody reads on to the end.
    for one in sorted(certificate.gateways, key=lambda one: not one.lacks):
        yield Text()
        yield Text(f"{plain(one.name)}: {lacks_words(one)}", style="" if not one.lacks else "yellow")
        yield from map(_indented, _lines(one))


def _lines(proof: GatewayProof) -> Iterator[str]:
    said = proof.acknowledged
    if said is not None:
        yield (
            f"Acknowledged {moment(said.created)} for {counted_large(said.workers, 'process', 'processes')}; "
            f"had last heard {moment(said.heard)}"
        )
    seen = proof.probed
    if seen is not None:
        yield f"Probed {moment(seen.created)} by {plain(seen.prober)}: {counts_words(seen.counts)}"


def _copies(certificate: EnforcementCertificate) -> Iterator[RenderableType]:
    from rich.text import Text

    if certificate.unreachable:
        yield Text()
        yield Text("Copies that nobody can reach", style="bold")
        yield from (_indented(copy_words(one)) for one in certificate.unreachable)


def _indented(text: str) -> RenderableType:
    from rich.padding import Padding
    from rich.text import Text

    return Padding(Text(text), (0, 0, 0, 2))
