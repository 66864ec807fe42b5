"""Which licences stand under which order.

A licence is an exception, so that what is in doubt of it does not count: of two contents of one sequence
neither does, and a later sequence takes the place of every earlier one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from groundstop.directives.orders import LicenceInForce
from groundstop.directives.taking import Accepted, Taken
from groundstop.documents.directives import Licence, LicenceRevocation


def licences_of(taken: Taken) -> tuple[dict[str, tuple[LicenceInForce, ...]], list[str]]:
    """Return the licences under each order of an authority, by the order's id, and what is to be noted."""
    revoked = _revocations(taken)
    labels: dict[str, set[str]] = defaultdict(set)
    for order in taken.directives:
        labels[order.said.id] |= {model.label for model in order.said.subject.models}
    by_id: dict[str, list[Accepted[Licence]]] = defaultdict(list)
    for one in taken.licences:
        by_id[one.said.id].append(one)
    found: dict[str, list[LicenceInForce]] = defaultdict(list)
    notes: list[str] = []
    for name, sequences in sorted(by_id.items()):
        for one in sequences:
            licence = one.said
            rivals = sum(other.said.sequence == licence.sequence for other in sequences)
            if rivals > 1:
                notes.append(
                    f"There are {rivals} licences that are sequence {licence.sequence} of {name}: "
                    "none of them counts"
                )
            elif licence.directive not in labels:
                notes.append(f"Licence {name} is under {licence.directive}, which is not at hand")
            else:
                notes += _strange_models(licence, labels[licence.directive])
                ends = _replaced_at(licence, sequences)
                found[licence.directive].append(LicenceInForce(licence, one.content, revoked.get(name), ends))
    notes += [
        f"A revocation is of {name}, which is not at hand" for name in sorted(set(revoked) - set(by_id))
    ]
    under = {
        name: tuple(sorted(licences, key=lambda one: (one.licence.id, one.licence.sequence)))
        for name, licences in found.items()
    }
    return under, list(dict.fromkeys(notes))


def _revocations(taken: Taken) -> dict[str, LicenceRevocation]:
    """Return the earliest revocation of each licence: one is enough, and for good."""
    latest_first = sorted(taken.revocations, key=lambda one: (one.said.created, one.content), reverse=True)
    return {one.said.licence: one.said for one in latest_first}


def _replaced_at(licence: Licence, sequences: Sequence[Accepted[Licence]]) -> datetime | None:
    later = [one.said.effective for one in sequences if one.said.sequence > licence.sequence]
    return min(later, default=None)


def _strange_models(licence: Licence, labels: set[str]) -> list[str]:
    return [
        f"Licence {licence.id} is for {label}, which is no model of {licence.directive}"
        for label in sorted(set(licence.models) - labels)
    ]
