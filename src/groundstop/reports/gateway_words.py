"""Words for what is proved of gateways."""

from __future__ import annotations

from datetime import datetime

from groundstop.documents.gateway import EnforcementCertificate, GatewayProof, Lack, ProbeCounts
from groundstop.reports.words import counted_large

LACK_WORDS = {
    Lack.NOT_ACKNOWLEDGED: "it has not acknowledged the order",
    Lack.SILENT: "what it acknowledged is too old, or it had heard nothing for too long",
    Lack.DEPARTS: "its operator departs from the order by an override",
    Lack.CLOSED: "it is closed to everybody, lawful users too",
    Lack.NOT_PROBED: "nobody has probed it since",
    Lack.NOT_ALL_CALLERS: "it was not probed as somebody who is kept out, and as somebody who is not",
    Lack.LEAKS: "probes were served that the order keeps out",
    Lack.CUTS_OFF: "probes were kept out that the order does not reach",
    Lack.UNREACHABLE: "probes got no answer",
    Lack.UNPROVED: "probes prove nothing: something else than the order kept them out, or no licence helped",
}


def moment(at: datetime | None) -> str:
    """Return a moment as people read it."""
    return "never" if at is None else f"{at:%Y-%m-%d %H:%M:%S} UTC"


def verdict(certificate: EnforcementCertificate) -> str:
    """Return what a certificate comes to, in a sentence."""
    counts = certificate.counts
    if certificate.complete:
        return f"Complete: {certificate.order} is proved at {_all(counts.registered)}."
    lacking = [one.name for one in certificate.gateways if one.lacks]
    shown = ", ".join(lacking[:5]) + (f" and {len(lacking) - 5} more" if len(lacking) > 5 else "")
    return (
        f"Incomplete: {certificate.order} is proved at {counts.proved} of "
        f"{counted_large(counts.registered, 'gateway')}. Missing: {shown}."
    )


def lacks_words(proof: GatewayProof) -> str:
    """Return what a gateway lacks, as one sentence; that it is proved when it lacks nothing."""
    if not proof.lacks:
        return "Proved."
    text = "; ".join(LACK_WORDS[one] for one in proof.lacks)
    return f"{text[0].upper()}{text[1:]}."


def counts_words(counts: ProbeCounts) -> str:
    """Return how probes came out, without what did not occur."""
    told = [
        (counts.leaks, "leaked"),
        (counts.cut_off, "cut off"),
        (counts.unreachable, "without an answer"),
        (counts.unproved, "not proved"),
        (counts.not_applicable, "not applicable"),
    ]
    rest = "".join(f", {count:,} {word}" for count, word in told if count)
    return f"{counts.as_expected:,} of {counts.asked:,} as they had to{rest}"


def _all(registered: int) -> str:
    return "the one gateway" if registered == 1 else f"all {registered:,} gateways"
