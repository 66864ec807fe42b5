"""Sealing: parts are encrypted to their readers, the open part is signed, the log begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from groundstop.documents import Finding, KeyCard, PartName
from groundstop.evidence.bundle import Bundle, key_members, new_bundle
from groundstop.evidence.findings.draft import Draft
from groundstop.evidence.findings.readme import README, readme
from groundstop.evidence.keys import OwnKey
from groundstop.evidence.sealed_files import sealed_part
from groundstop.evidence.statements import sign
from groundstop.evidence.subjects import document_subject, file_subject, model_subject


@dataclass(frozen=True, slots=True)
class Reader:
    """A party, and the parts that it may read."""

    card: KeyCard
    parts: frozenset[PartName]


def seal_finding(
    draft: Draft,
    readers: Sequence[Reader],
    signers: Sequence[OwnKey],
    *,
    finding_id: str,
    interests: str | None,
    now: datetime,
    new_salt: Callable[[], bytes],
) -> Bundle:
    """Seal a finding.

    Args:
        draft: What it says.
        readers: Who may read which parts; the first signer may read all of them.
        signers: Whose keys sign; the first is the reporter, and keeps the finding's log.
        finding_id: Its name.
        interests: What the reporter declares of its interests; none when it declares nothing.
        now: The time.
        new_salt: Gives 32 random bytes at each call.

    Returns:
        The bundle.

    Raises:
        InputError: A reader's key cannot be encrypted to, a signer's key has ended, or the first one is not
            an Ed25519 key.
    """
    reporter = signers[0]
    parts, members = [], {README: readme(finding_id, reporter.card).encode("utf-8")}
    for content in draft.parts:
        cards = [reporter.card, *(reader.card for reader in readers if content.name in reader.parts)]
        part, data = sealed_part(content, cards, new_salt=new_salt)
        parts.append(part)
        members[part.file.path] = data
    for signer in signers:
        members |= key_members(signer.card)
    finding = Finding(
        id=finding_id,
        created=now,
        reporter=reporter.card.name,
        interests=interests,
        model=draft.model,
        requirement=draft.requirement,
        estimand=draft.estimand,
        plan=draft.plan,
        decision=draft.decision,
        rate=draft.rate,
        comparators=draft.comparators,
        judge=draft.judge,
        effort=draft.effort,
        environment=draft.environment,
        source=draft.source,
        attestation=draft.attestation,
        request_ids=draft.request_ids,
        parts=tuple(parts),
    )
    subjects = [
        *model_subject(finding.model.identity),
        *(file_subject(path, data) for path, data in sorted(members.items())),
        document_subject("plan", finding.plan),
    ]
    signed = sign(finding, subjects, signers)
    return new_bundle(finding, signed, members, key=reporter, now=now)
