"""An enforcement certificate as one HTML page that needs nothing else."""

from __future__ import annotations

from groundstop.documents.gateway import EnforcementCertificate
from groundstop.reports.gateway_certificate import copy_words
from groundstop.reports.gateway_words import counts_words, lacks_words, moment, verdict
from groundstop.reports.pages import environment
from groundstop.reports.words import plain


def certificate_page(certificate: EnforcementCertificate) -> str:
    """Return a certificate as a page.

    Args:
        certificate: It.

    Returns:
        A whole HTML document; the same for the same certificate.
    """
    rows = [
        {
            "name": plain(one.name),
            "key": one.key_id[:12],
            "proved": not one.lacks,
            "says": lacks_words(one),
            "acknowledged": "" if one.acknowledged is None else moment(one.acknowledged.created),
            "heard": "" if one.acknowledged is None else moment(one.acknowledged.heard),
            "probed": "" if one.probed is None else moment(one.probed.created),
            "by": "" if one.probed is None else plain(one.probed.prober),
            "counts": "" if one.probed is None else counts_words(one.probed.counts),
        }
        for one in sorted(certificate.gateways, key=lambda one: not one.lacks)
    ]
    return (
        environment()
        .get_template("gateway_certificate.html.j2")
        .render(
            certificate=certificate,
            counts=certificate.counts,
            operator=plain(certificate.operator),
            issuer=plain(certificate.issuer),
            order=plain(certificate.order),
            # Its first word is the heading.
            verdict=plain(verdict(certificate)).partition(": ")[2],
            created=moment(certificate.created),
            rows=rows,
            copies=[copy_words(one) for one in certificate.unreachable],
            limits=[plain(one) for one in certificate.limits],
        )
    )
