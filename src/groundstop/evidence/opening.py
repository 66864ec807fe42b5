"""Opening sealed parts, and showing one line of one with its proof."""

from __future__ import annotations

from groundstop.documents import Finding, LineProof, PartName, SealedPart
from groundstop.errors import DocumentError, InputError
from groundstop.evidence.age import Identity
from groundstop.evidence.bundle import Bundle
from groundstop.evidence.commitments import Opened, lines_of, parse_opening
from groundstop.evidence.log.errors import VerificationError
from groundstop.evidence.log.merkle import inclusion_proof, leaf_hash, tree_head
from groundstop.evidence.log.proofs import verify_inclusion


def part_of(bundle: Bundle, name: PartName) -> SealedPart:
    """Return what is told openly of a part.

    Raises:
        InputError: The bundle has no such part.
    """
    told = [part for part_name, _, part in bundle.sealed_parts if part_name == name and part is not None]
    if not told:
        have = ", ".join(dict.fromkeys(part_name for part_name, _, _ in bundle.sealed_parts))
        raise InputError(f"{bundle.source} has no part {name}", f"Choose one of: {have}")
    return told[-1]


def open_part(bundle: Bundle, name: PartName, identity: Identity) -> Opened:
    """Open a sealed part, and check that it is the committed one.

    Args:
        bundle: The bundle.
        name: The part.
        identity: A private age key.

    Returns:
        The salt and the content.

    Raises:
        InputError: The part was not sealed to this key, or is not what was committed to.
    """
    part = part_of(bundle, name)
    for file in bundle.sealed_files(name):
        data = bundle.members.get(file.path)
        if data is None:
            continue
        try:
            opening = identity.unseal(data)
        except InputError:
            continue
        return parse_opening(opening, commitment=part.commitment, source=f"The part {name}")
    raise InputError(
        f"The part {name} of {bundle.finding.id} is not sealed to this key",
        "Use the key that it was sealed to, or ask the reporter for a grant",
    )


def prove_line(finding: Finding, name: PartName, content: bytes, index: int) -> LineProof:
    """Show one line of a part with the proof that it is the committed one.

    Raises:
        InputError: The part has no such line, or is not committed to line by line.
    """
    part = finding.part(name)
    lines = list(lines_of(content))
    if part is None or part.lines is None or index >= len(lines):
        raise InputError(
            f"The part {name} has no line {index} to prove",
            f"Choose a line from 0 to {len(lines) - 1} of the part trials",
        )
    leaves = [leaf_hash(line) for line in lines]

    def stored(level: int, place: int) -> bytes:
        return tree_head(leaves[place << level : (place + 1) << level])

    return LineProof(
        finding=finding.content_id,
        part=name,
        index=index,
        count=len(lines),
        line=lines[index].decode("utf-8"),
        proof=tuple(node.hex() for node in inclusion_proof(index, len(lines), stored)),
    )


def check_line(finding: Finding, proof: LineProof) -> None:
    """Check that a line is the committed one.

    Raises:
        DocumentError: It is another finding's, or not what was committed to.
    """
    part = finding.part(proof.part)
    if proof.finding != finding.content_id or part is None or part.lines is None:
        raise DocumentError("The line is of another finding", "Give the finding that it belongs to")
    wrong = DocumentError(
        f"Line {proof.index} is not the one that the finding committed to",
        "Do not believe it: the line or its proof was changed",
    )
    if proof.count != part.lines.count:
        raise wrong
    try:
        verify_inclusion(
            proof.index,
            proof.count,
            leaf_hash(proof.line.encode("utf-8")),
            [bytes.fromhex(node) for node in proof.proof],
            bytes.fromhex(part.lines.root),
        )
    except VerificationError as error:
        raise wrong from error
