"""Keeping secrets and proving records: keys, signed statements, sealed parts, the log, bundles, audits.

What is exported here works in the base install; making findings needs the extra ``assess``.
"""

from groundstop.evidence.age import Identity
from groundstop.evidence.bundle import Bundle, read_bundle, save_bundle
from groundstop.evidence.commitments import Opened, parse_opening
from groundstop.evidence.disk import PRIVATE, read_bounded, write_new, write_whole
from groundstop.evidence.growing import (
    add_corroboration,
    add_minimization,
    grant_part,
    sign_corroboration,
    with_cosignature,
)
from groundstop.evidence.keys import KeyFolder, OwnKey, read_card
from groundstop.evidence.known import new_finding_id, new_salt, remember_finding
from groundstop.evidence.opening import check_line, open_part, part_of, prove_line
from groundstop.evidence.records import LOG_KEY, Records
from groundstop.evidence.rounds import gives_way, goes_on, spends_round
from groundstop.evidence.sealed_files import PartContent, sealed_part
from groundstop.evidence.sealing import WorkspaceIdentity
from groundstop.evidence.subjects import document_subject
from groundstop.evidence.trust import FILE_NAME as TRUST_FILE
from groundstop.evidence.trust import read_trust, with_key, without_belief, write_trust
from groundstop.evidence.verifications import (
    add_statement,
    add_verification,
    has_expired,
    read_signed_plan,
    sign_verification,
    sign_verification_plan,
    verifications_of,
)

__all__ = [
    "LOG_KEY",
    "PRIVATE",
    "TRUST_FILE",
    "Bundle",
    "Identity",
    "KeyFolder",
    "Opened",
    "OwnKey",
    "PartContent",
    "Records",
    "WorkspaceIdentity",
    "add_corroboration",
    "add_minimization",
    "add_statement",
    "add_verification",
    "check_line",
    "document_subject",
    "gives_way",
    "goes_on",
    "grant_part",
    "has_expired",
    "new_finding_id",
    "new_salt",
    "open_part",
    "parse_opening",
    "part_of",
    "prove_line",
    "read_bounded",
    "read_bundle",
    "read_card",
    "read_signed_plan",
    "read_trust",
    "remember_finding",
    "save_bundle",
    "sealed_part",
    "sign_corroboration",
    "sign_verification",
    "sign_verification_plan",
    "spends_round",
    "verifications_of",
    "with_cosignature",
    "with_key",
    "without_belief",
    "write_new",
    "write_trust",
    "write_whole",
]
