"""Working out what is in force from what is known, whatever is in it. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from groundstop.directives.orders import Orders, Published, RefusedDocument, StopInForce
from groundstop.directives.repository.publishing import bytes_of
from groundstop.directives.subscribing.problems import UNREADABLE
from groundstop.evidence.statements import digest_of

if TYPE_CHECKING:
    from groundstop.directives.table import Table
    from groundstop.documents.directives import Override


class InForce(NamedTuple):
    """What is in force."""

    orders: Orders
    table: Table


def work_out(
    published: Sequence[Published], overrides: Sequence[Override], stops: Sequence[StopInForce]
) -> InForce:
    """Fold and compile. An envelope on which that fails is refused, and the rest goes on without it.

    Args:
        published: What each authority has published.
        overrides: The operator's.
        stops: The operator's own.

    Raises:
        ArithmeticError, ValueError, RecursionError, GroundstopError: It fails, and on no single envelope.
    """
    try:
        return _together(published, overrides, stops)
    except UNREADABLE:
        sound, refused = [], list[RefusedDocument]()
        for one in published:
            bad = {digest: why for digest, why in map(_alone, _each(one)) if why is not None}
            sound.append(
                dataclasses.replace(
                    one,
                    envelopes=tuple(each for each in one.envelopes if digest_of(bytes_of(each)) not in bad),
                )
            )
            refused += [
                RefusedDocument(digest, one.charter.authority, "an envelope", why)
                for digest, why in bad.items()
            ]
        if not refused:
            raise
    orders, table = _together(sound, overrides, stops)
    return InForce(dataclasses.replace(orders, refused=(*orders.refused, *refused)), table)


def _together(
    published: Sequence[Published], overrides: Sequence[Override], stops: Sequence[StopInForce]
) -> InForce:
    from groundstop.directives.compiling import compile_table
    from groundstop.directives.folding import fold

    orders = fold(published, overrides)
    orders = dataclasses.replace(orders, stops=(*orders.stops, *stops))
    return InForce(orders, compile_table(orders))


def _each(published: Published) -> list[Published]:
    return [dataclasses.replace(published, envelopes=(one,)) for one in published.envelopes]


def _alone(one: Published) -> tuple[str, str | None]:
    """Return an envelope's digest, and why it cannot be worked with; none when it can."""
    digest = digest_of(bytes_of(one.envelopes[0]))
    try:
        _together([one], (), ())
    except UNREADABLE as error:
        return digest, f"it holds a value that cannot be worked with ({type(error).__name__})"
    return digest, None
