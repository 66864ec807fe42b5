"""Opening sealed parts for a command: on record first, and never twice under one id."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.documents import LineProof, Opening, PartName, SealedRecipe
from groundstop.errors import GroundstopError

if TYPE_CHECKING:
    from groundstop.evidence import Bundle, OwnKey
    from groundstop.evidence.audit import Check
    from groundstop.evidence.commitments import Opened


def open_recorded(workspace: Path, bundle: Bundle, name: PartName, key: OwnKey, *, purpose: str) -> Opened:
    """Open a part of a finding, after the opening was put on record.

    Args:
        workspace: The folder of the workspace, which keeps the record.
        bundle: The finding's bundle.
        name: The part.
        key: Opens it, and signs the record.
        purpose: Why.

    Returns:
        The part, checked against its commitment.

    Raises:
        InputError: It is not sealed to the key, is not the committed one, or another finding has its id.
    """
    from groundstop.cli.parties import data_folder, records
    from groundstop.evidence import document_subject, open_part, remember_finding

    finding = bundle.finding
    opened = open_part(bundle, name, key.identity)
    # Who cannot open it has no reason to remember that it has this id.
    remember_finding(data_folder(workspace) / "findings", finding)
    now = datetime.now(UTC)
    record = Opening(
        created=now,
        by=key.card.name,
        finding=finding.content_id,
        finding_id=finding.id,
        parts=(name,),
        purpose=purpose,
    )
    subjects = [document_subject(f"finding {finding.id}", finding.content_id)]
    # Nothing of the part has left this function yet: who cannot record an opening does not get one.
    records(workspace).sign_and_enter(record, subjects, key, now=now)
    return opened


def open_recipe(workspace: Path, bundle: Bundle, key: OwnKey, *, purpose: str) -> SealedRecipe:
    """Open the recipe of a finding; see :func:`open_recorded`."""
    opened = open_recorded(workspace, bundle, PartName.RECIPE, key, purpose=purpose)
    return SealedRecipe.parse(opened.content, source=f"The recipe of {bundle.finding.id}")


def checks_with_key(file: Path, workspace: Path, key_name: str) -> list[Check]:
    """Open every part that a key can open, and check it against what the finding says of it."""
    from groundstop.cli.parties import own_key
    from groundstop.evidence import read_bundle
    from groundstop.evidence.audit import check_opened

    bundle = read_bundle(file)
    key = own_key(workspace, key_name)
    opened = {}
    for part in bundle.finding.parts:
        if any(key.card.key_id in one.recipients for one in bundle.sealed_files(part.name)):
            opened[part.name] = open_recorded(
                workspace, bundle, part.name, key, purpose="verification"
            ).content
    return check_opened(bundle.finding, opened)


def checks_with_openings(file: Path, part: str, opening: Path | None, line: Path | None) -> list[Check]:
    """Check an opening, or a line's proof, that somebody showed."""
    from groundstop.evidence import check_line, parse_opening, part_of, read_bounded, read_bundle
    from groundstop.evidence.audit import Rule

    rule = Rule("opening", "what was shown is not what the finding committed to")
    checks = []
    bundle = read_bundle(file)
    if opening is not None:
        commitment = part_of(bundle, PartName(part)).commitment
        try:
            parse_opening(read_bounded(opening, most=2**30), commitment=commitment, source=str(opening))
            checks.append(rule.passed(f"{opening} is the committed part {part}"))
        except GroundstopError as error:
            checks.append(rule.failed(error.message, str(opening)))
    if line is not None:
        try:
            proof = LineProof.parse(read_bounded(line, most=2**26), source=str(line))
            check_line(bundle.finding, proof)
            checks.append(rule.passed(f"{line} is line {proof.index} of the committed part {proof.part}"))
        except GroundstopError as error:
            checks.append(rule.failed(error.message, str(line)))
    return checks
