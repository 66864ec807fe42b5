"""Auditing a gateway's folder offline: its receipts, its acknowledgements, and whose key has signed them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from groundstop.documents import KeyCard, TrustList
from groundstop.errors import GroundstopError
from groundstop.evidence import KeyFolder
from groundstop.evidence.audit import AuditReport
from groundstop.evidence.audit.checks import Check, Rule
from groundstop.gateway.acknowledging import FILE_NAME, read_acknowledgements
from groundstop.gateway.folder import KEYS
from groundstop.gateway.receipts import chains_in, verify

_TRUSTED = Rule("The gateway's key is one that you trust", "Whoever wrote all of this has signed it too")
_SAID = Rule("Acknowledgements are signed, and each follows the one before", "One was taken out, or forged")


def audit_gateway(folder: Path, trust: TrustList) -> AuditReport:
    """Audit what a gateway has kept.

    Args:
        folder: The operator's folder, or a copy of it without the private keys.
        trust: Whom the reader believes. Where the gateway's key is not in it, the folder's own card is taken,
            and told to be no proof.

    Returns:
        Every check with its outcome.

    Raises:
        InputError: There are no receipts, or a file cannot be read.
    """
    chains_in(folder)
    cards, trusted = _cards(folder, trust)
    checks = [trusted, *verify(folder, cards).checks, *_acknowledgements(folder, cards)]
    return AuditReport(str(folder), "gateway", tuple(checks))


def _cards(folder: Path, trust: TrustList) -> tuple[Sequence[KeyCard], Check]:
    keys = KeyFolder(folder / KEYS)
    own = [keys.card(name) for name in keys.names()]
    ids = {one.key_id for one in own}
    believed = [entry.card for entry in trust.keys if entry.revoked is None]
    if found := [one for one in believed if one.key_id in ids]:
        return found, _TRUSTED.passed(", ".join(one.name for one in found))
    if own:
        return own, _TRUSTED.unproved("import its card with groundstop key import to prove more")
    return believed, _TRUSTED.not_checked("the folder has no card of its key")


def _acknowledgements(folder: Path, cards: Sequence[KeyCard]) -> Iterator[Check]:
    path = folder / FILE_NAME
    if not path.exists():
        yield _SAID.not_checked("nothing was acknowledged")
        return
    count = 0
    try:
        for count, _ in enumerate(read_acknowledgements(path, cards), 1):  # noqa: B007 - counted
            pass
    except GroundstopError as error:
        yield _SAID.failed(error.message, FILE_NAME)
        return
    yield _SAID.passed(f"{count:,} acknowledgements")
