"""The demo's second part: the finding is sealed, rerun by somebody else, audited, and tampered with."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundstop.errors import TargetError

if TYPE_CHECKING:
    from groundstop.documents import KeyCard
    from groundstop.evidence import Bundle
    from groundstop.store import Workspace

REPORTER = "harbour-red-team"
DEVELOPER = "alder-street-desk"
EVALUATOR = "county-evaluator"
"""Three parties, all of them invented."""

_TRIALS, _CANARIES = "12", "5"
_LONGEST_S = 600

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the second part showed."""

    file: Path
    finding: str
    rerun: dict[str, Any]
    """The reproduction, as the second party's own process printed it."""
    statement: bytes
    """The second party's signed word on it."""


def seal_and_rerun(space: Workspace, run: str, comparison: str, say: Say) -> Shown:
    """Seal a run's finding to two parties, and have one of them rerun it.

    Args:
        space: The reporter's workspace; the other parties get folders in it.
        run: The assessment that confirmed it.
        comparison: The comparison of the same recipe.
        say: Prints a line.

    Returns:
        What was shown.

    Raises:
        TargetError: The second party's process failed.
    """
    from groundstop.cli.parties import key_folder, own_key, records
    from groundstop.cli.sealing import draft_of_run, read_readers
    from groundstop.evidence import add_corroboration, new_finding_id, new_salt, save_bundle
    from groundstop.evidence.findings import seal_finding

    folder = space.folder
    cards = {name: party_card(folder / name, name) for name in (DEVELOPER, EVALUATOR)}
    if REPORTER not in key_folder(folder).names():
        key_folder(folder).new(REPORTER, created=datetime.now(UTC))
    for card in cards.values():
        trust_card(folder, card)
    for card in (key_folder(folder).card(REPORTER), cards[DEVELOPER]):
        trust_card(folder / EVALUATOR, card)
    say("3. Seal it. Two parties can read the recipe and what was said; anyone can read the counts.")
    reporter = own_key(folder, REPORTER)
    now = datetime.now(UTC)
    bundle = seal_finding(
        draft_of_run(space, run, chosen="keep-secret/list", comparison=comparison),
        read_readers(folder, (DEVELOPER, EVALUATOR)),
        [reporter],
        finding_id=new_finding_id(now),
        interests="An invented party in a demonstration.",
        now=now,
        new_salt=new_salt,
    )
    file = folder / f"{bundle.finding.id}.gsb"
    save_bundle(file, bundle)
    records(space.folder).enter_signed(bundle.documents[0].data, now=now)
    say(f"   {bundle.finding.id} is sealed to {DEVELOPER} and {EVALUATOR}.")
    say(f"4. {EVALUATOR} reruns it: its own key, its own folder, a process of its own, fresh calls.")
    statement = folder / EVALUATOR / f"{bundle.finding.id}.json"
    rerun = _rerun(folder, file, statement)
    grown = add_corroboration(
        bundle, statement.read_bytes(), list(cards.values()), reporter, now=datetime.now(UTC)
    )
    save_bundle(file, grown, replaces=True)
    say(f"   {rerun['outcome']}: {rerun['reason']} (e-value {rerun['e_value']:.3g}).")
    return Shown(file, bundle.finding.id, rerun, statement.read_bytes())


def add_and_audit(space: Workspace, shown: Shown, statements: Sequence[bytes], say: Say) -> None:
    """Add what the evaluator found of the claimed fixes to the finding, audit it, and tamper with it.

    Args:
        space: The reporter's workspace.
        shown: The sealed finding.
        statements: The signed verifications.
        say: Prints a line.
    """
    from groundstop.cli.parties import key_folder, own_key
    from groundstop.evidence import add_verification, read_bundle, save_bundle

    folder = space.folder
    reporter = own_key(folder, REPORTER)
    cards = [key_folder(folder / EVALUATOR).card(EVALUATOR)]
    say("9. Add the verifications to the finding, audit it, then flip one byte of it and audit again.")
    bundle = read_bundle(shown.file)
    for statement in statements:
        bundle = add_verification(bundle, statement, cards, reporter, now=datetime.now(UTC))
    save_bundle(shown.file, bundle, replaces=True)
    _audit_twice(folder, shown.file, bundle, say)


def party_card(folder: Path, name: str) -> KeyCard:
    """Return a party's card, making its folder and key when there are none."""
    from groundstop.cli.parties import key_folder

    folder.mkdir(parents=True, exist_ok=True)
    keys = key_folder(folder)
    return keys.card(name) if name in keys.names() else keys.new(name, created=datetime.now(UTC))


def trust_card(folder: Path, card: KeyCard) -> None:
    """Put a party's card into the trust file of a folder."""
    from groundstop.cli.parties import trust_path
    from groundstop.evidence import read_trust, with_key, write_trust

    path = trust_path(folder)
    write_trust(path, with_key(read_trust(path), card, witness=False))


def _rerun(folder: Path, file: Path, statement: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "groundstop", "reproduce", str(file), "--target", "embedded:v1"]
    command += ["--trials", _TRIALS, "--canaries", _CANARIES, "--shares", "account"]
    command += ["--interests", "An invented party in a demonstration.", "--output", str(statement)]
    command += ["--workspace", str(folder / EVALUATOR), "--key", EVALUATOR, "--json"]
    # Its progress goes to this terminal; it prints one document.
    done = subprocess.run(command, stdout=subprocess.PIPE, timeout=_LONGEST_S, check=False)  # noqa: S603
    try:
        result: dict[str, Any] = json.loads(done.stdout)["reproduction"]
    except ValueError as error:
        raise TargetError(
            f"The second party's process ended with code {done.returncode} and no result",
            "See what it said above, and start the demo again in another folder",
        ) from error
    return result


def _audit_twice(folder: Path, file: Path, bundle: Bundle, say: Say) -> None:
    from groundstop.cli.parties import trusted
    from groundstop.evidence.audit import CheckState, audit_path

    trust = trusted(folder)
    report = audit_path(file, trust, heads=None)
    failed = sum(check.state is CheckState.FAILED for check in report.checks)
    say(f"   As it was sealed: {len(report.checks)} checks, {failed} failed.")
    data = bytearray(file.read_bytes())
    data[data.index(bundle.members["sealed/recipe.age"]) + 1000] ^= 1
    changed = file.with_suffix(".tampered.gsb")
    changed.write_bytes(data)
    again = audit_path(changed, trust, heads=None)
    wrong = next(check for check in again.checks if check.state is CheckState.FAILED)
    say(f"   One byte flipped: {wrong.detail}.")
