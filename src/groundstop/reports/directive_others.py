"""What goes with orders, fact by fact: stops, licences, revocations, lifts, countersignatures, overrides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundstop.directives.signatures import Signatures
from groundstop.directives.signing import SignedHere
from groundstop.documents.directives import (
    Countersignature,
    Directive,
    Licence,
    LicenceRevocation,
    Lift,
    LiftGround,
    LiftStage,
    Override,
    Stop,
)
from groundstop.reports.case_words import counted, listed, moment, plain_lines
from groundstop.reports.directive_facts import Fact, directive_facts, licence_line, signature_lines
from groundstop.reports.directive_text import directive_text, facts_text
from groundstop.reports.directive_words import quoted
from groundstop.reports.words import plain

if TYPE_CHECKING:
    from rich.console import RenderableType


def said_text(document: SignedHere, signatures: Signatures | None = None) -> RenderableType:
    """Return any signed document of directives in plain language.

    Args:
        document: What is said.
        signatures: Whose it has; none when nobody has signed it.

    Returns:
        Something that a rich console prints.
    """
    from rich.console import Group
    from rich.text import Text

    if isinstance(document, Directive):
        return directive_text(document, signatures)
    head = Text(said_title(document), style="bold")
    return Group(head, *facts_text(said_facts(document, signatures)))


def said_title(document: SignedHere) -> str:
    """Return what a document is, and its id where it has one."""
    name = getattr(document, "id", None)
    return f"{document.title} {name}" if isinstance(name, str) else document.title


def said_facts(document: SignedHere, signatures: Signatures | None = None) -> tuple[Fact, ...]:
    """Return any signed document of directives fact by fact.

    Args:
        document: What is said.
        signatures: Whose it has; none when nobody has signed it.
    """
    if isinstance(document, Directive):
        return directive_facts(document, signatures)
    facts = [Fact(label, (text,)) for label, text in _facts(document)]
    by = document.by if isinstance(document, Countersignature | Override) else document.issuer
    return (
        *facts,
        Fact("By", (f"{plain(by)}, {moment(document.created)}.",)),
        Fact("Signatures", tuple(signature_lines(signatures))),
    )


def _facts(document: SignedHere) -> list[tuple[str, str]]:
    match document:
        case Stop():
            where = f" at {plain(document.provider)}" if document.provider else ", whoever offers them"
            return [
                ("What is halted", f"{listed(tuple(map(plain, document.models)))}{where}, for everybody."),
                ("Until", f"{moment(document.expires)}."),
                ("Why", quoted(document.reason)),
                ("Contact", plain_lines(document.contact)),
            ]
        case Licence():
            conditions = [quoted(one) for one in document.conditions]
            return [
                ("For whom", licence_line(document)),
                ("Under the order", document.directive),
                ("Models", listed(tuple(map(plain, document.models))) or "All models of the order."),
                *(("What the holder takes on", one) for one in conditions),
            ]
        case LicenceRevocation():
            return [
                ("What ends", f"The licence {document.licence}, at once."),
                ("Why", quoted(document.reason)),
            ]
        case Lift():
            return _lift_facts(document)
        case Countersignature():
            agreed = f"That the verification {document.verification[7:19]} meets the criteria."
            words = [("In its words", quoted(document.text))] if document.text else []
            return [("What is agreed to", agreed), ("Of the order", document.directive), *words]
        case Override():
            what = (
                "The order is not enforced here."
                if document.direction.value == "allow"
                else "The order stays in force here, though it is lifted."
            )
            return [
                ("What departs", what),
                ("From the order", document.directive),
                ("Until", f"{moment(document.until)}."),
                ("Why", quoted(document.reason)),
            ]
        case _:
            return []


def _lift_facts(lift: Lift) -> list[tuple[str, str]]:
    whom = "licensees only" if lift.stage is LiftStage.LICENSEES else "everybody"
    models = listed(tuple(map(plain, lift.models))) or "all models of the order"
    rests = (
        f"The criteria are said to be met: {counted(len(lift.verifications), 'verification')}, "
        f"{counted(len(lift.countersignatures), 'countersignature')}."
        if lift.ground is LiftGround.CRITERIA_MET
        else "The issuer takes the order back: nothing was verified."
    )
    return [
        ("What is lifted", f"{lift.directive or lift.stop}, for {whom}: {models}."),
        ("From", f"{moment(lift.effective)}."),
        ("What it rests on", rests),
        ("Why", quoted(lift.reason)),
    ]
