"""What somebody is told who is kept out: one denial, whatever the dialect that it is worded in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from groundstop.directives.decision import Decision, Ground
from groundstop.documents.directives import Alternative, Appeal, ClaimName
from groundstop.gateway.gate import Ruling


class Reason(StrEnum):
    """Why somebody is kept out, in a word that programs can act on."""

    WITHDRAWN = "model_withdrawn"
    """An order reaches whoever asks."""
    CLAIM_UNKNOWN = "claim_unknown"
    """It is not known whether an order reaches whoever asks: the claims that are missing would tell."""
    STOPPED = "model_stopped"
    """It was stopped at once, before any order."""
    SILENT = "orders_not_heard"
    """Nothing was heard for longer than an order allows."""
    CLOSED = "gateway_closed"
    """The gateway does not know what is in force."""
    BLOCKED = "request_blocked"
    """A guard that an order asks for takes it for the recipe of a finding."""
    NOT_ASSESSED = "guard_not_assessed"
    """A guard that an order asks for could not be run."""


_REASONS = {
    Ground.IN_SCOPE: Reason.WITHDRAWN,
    Ground.UNKNOWN: Reason.CLAIM_UNKNOWN,
    Ground.STOPPED: Reason.STOPPED,
    Ground.DARK: Reason.SILENT,
}
_STATUS = {Reason.CLOSED: 503, Reason.BLOCKED: 403}
_LEGAL_REASONS = 451
"""Of every other reason (RFC 7725)."""


@dataclass(frozen=True, slots=True)
class Denial:
    """What somebody is told who is kept out. It holds nothing that was asked or claimed."""

    reason: Reason
    status: int
    message: str
    """A sentence for people."""
    model: str
    order: str | None = None
    """The id of the directive or stop."""
    sequence: int | None = None
    issuer: str | None = None
    until: datetime | None = None
    """When the order ends by itself."""
    alternatives: tuple[Alternative, ...] = ()
    appeal: Appeal | None = None
    more: str | None = None
    """A page about the order."""
    missing: tuple[ClaimName, ...] = ()
    """Claims that would have settled it."""
    licence_failed: str | None = None
    """Why a licence of this principal did not help."""
    others: tuple[str, ...] = ()
    """Other orders that keep it out too."""

    def details(self) -> dict[str, object]:
        """Return what programs act on, as plain JSON types; the same in every dialect.

        Returns:
            ``reason``, ``model``, ``directive``, ``sequence``, ``issuer``, ``until`` (RFC 3339),
            ``alternatives`` (each with ``model`` and ``tested``), ``appeal`` (``name``, ``contact``,
            ``answer_days``), ``more``, ``missing_claims``, ``licence``, ``others``. What is not there
            is null or empty.
        """
        return {
            "reason": self.reason.value,
            "model": self.model,
            "directive": self.order,
            "sequence": self.sequence,
            "issuer": self.issuer,
            "until": None if self.until is None else f"{self.until:%Y-%m-%dT%H:%M:%SZ}",
            "alternatives": [{"model": one.model, "tested": one.tested} for one in self.alternatives],
            "appeal": None if self.appeal is None else self.appeal.to_json(),
            "more": self.more,
            "missing_claims": [one.value for one in self.missing],
            "licence": self.licence_failed,
            "others": list(self.others),
        }

    def link(self) -> str | None:
        """Return the header ``Link`` (RFC 7725, section 4).

        Returns:
            It names the page about the order, or else this very server, which blocks. None for what has no
            page and is not kept out for legal reasons.
        """
        if self.more is None and self.status != _LEGAL_REASONS:
            return None
        return f'<{self.more or "/"}>; rel="blocked-by"'


def denial_of(ruling: Ruling) -> Denial:
    """Return what is told of a ruling that keeps a request out.

    Args:
        ruling: One that is not ``allowed``.
    """
    decision = ruling.decision
    if decision is None:
        why = ruling.closed[0] if ruling.closed else "Nothing was loaded yet"
        return Denial(Reason.CLOSED, 503, f"Every model is closed here. {why}.", ruling.model)
    return _denial(_REASONS.get(decision.ground, Reason.WITHDRAWN), decision, ruling.model)


def guard_denial(decision: Decision, model: str, *, blocked: bool) -> Denial:
    """Return what is told of a request that a guard blocks, or that a guard could not assess.

    Args:
        decision: The decision that asked for the guard.
        model: The name that was asked for.
        blocked: True when the guard blocks it; false when it could not be assessed.
    """
    return _denial(Reason.BLOCKED if blocked else Reason.NOT_ASSESSED, decision, model)


def _denial(reason: Reason, decision: Decision, model: str) -> Denial:
    order = decision.order
    status = _STATUS.get(reason, _LEGAL_REASONS)
    if order is None:
        return Denial(reason, status, "This request is kept out.", model, missing=decision.missing)
    return Denial(
        reason=reason,
        status=status,
        message=_with_licence(
            _sentence(reason, order.message, order.id, decision.missing), decision.licence_failed
        ),
        model=model,
        order=order.id,
        sequence=order.sequence,
        issuer=order.issuer,
        until=order.until,
        alternatives=order.alternatives,
        appeal=order.appeal,
        more=order.more,
        missing=decision.missing,
        licence_failed=decision.licence_failed,
        others=decision.others,
    )


def _with_licence(sentence: str, failed: str | None) -> str:
    return sentence if failed is None else f"{sentence} Your licence does not help: {failed}."


def _sentence(reason: Reason, message: str, order: str, missing: tuple[ClaimName, ...]) -> str:
    told = f"{message.rstrip('.')} ({order})."
    match reason:
        case Reason.CLAIM_UNKNOWN:
            claims = ", ".join(one.value for one in missing) or "who asks"
            verb = "are" if len(missing) > 1 else "is"
            return f"{told} It is not known whether the order reaches you: {claims} {verb} not attested."
        case Reason.SILENT:
            return f"{told} Nothing was heard from its issuer for too long."
        case Reason.BLOCKED:
            return f"{told} This request is too near to one that breaks the safeguard; others are served."
        case Reason.NOT_ASSESSED:
            return f"{told} The guard that the order asks for could not be run."
        case _:
            return told
