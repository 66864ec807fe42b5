"""The table of bad input: what is in doubt stays in force, is told, and harms nothing else.

Each line is a situation, what stands for everybody then, and what the operator is told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from groundstop.directives.decision import Ground
from groundstop.directives.folding import fold
from groundstop.directives.orders import Orders
from groundstop.documents.directives import About, Alternative, HostedModel, Subject
from tests.deciding_parts import CITIZEN, FOREIGN, Claims, decided, restricted, standing
from tests.directive_parts import (
    a_charter,
    a_licence,
    a_model,
    amended,
    at,
    for_everybody,
    published,
    signed,
)

ORDER = restricted()
ELSEWHERE = Subject(
    models=(a_model(hosted=(HostedModel(provider="birch", name="best", snapshot="every"),)),),
    descendants="none",
)
CLERK = Subject(models=(a_model("clerk"),), descendants="none")


@dataclass(frozen=True)
class Bad:
    """A situation, and what comes of it."""

    what: str
    stands: Callable[[], Orders]
    citizen: Ground
    foreign: Ground
    told: str | None
    """What the notes or the refusals say; none when there is nothing to tell."""
    hours: float = 30
    silent: float = 0


def by_another(**changes: object) -> Orders:
    """Return what stands when a second authority orders something about the model too."""
    theirs = for_everybody(2, issuer="ash-office", **changes)
    charter = a_charter("ash-office", about=(About(provider="elm"), About(provider="birch")))
    return fold([published(signed(ORDER)), published(signed(theirs), charter=charter)])


TABLE = [
    Bad(
        "conflicting orders of two authorities",
        by_another,
        Ground.IN_SCOPE,
        Ground.IN_SCOPE,
        "the stricter wins",
    ),
    Bad(
        "overlapping orders of one authority",
        lambda: standing(signed(ORDER), signed(for_everybody(2))),
        Ground.IN_SCOPE,
        Ground.IN_SCOPE,
        None,
    ),
    Bad(
        "an order that has expired",
        lambda: standing(signed(ORDER)),
        Ground.NO_ORDER,
        Ground.NO_ORDER,
        None,
        hours=24 * 30,
    ),
    Bad(
        "an order that has expired, at a gateway that has heard nothing since",
        lambda: standing(signed(ORDER)),
        Ground.OUTSIDE,
        Ground.IN_SCOPE,
        None,
        hours=24 * 30,
        silent=301,
    ),
    Bad(
        "an order of the future",
        lambda: standing(signed(restricted(effective=at(40)))),
        Ground.NO_ORDER,
        Ground.NO_ORDER,
        None,
    ),
    Bad(
        "an order that was superseded",
        lambda: standing(signed(for_everybody()), signed(amended(for_everybody(), **_gentler()))),
        Ground.OUTSIDE,
        Ground.IN_SCOPE,
        None,
    ),
    Bad(
        "an amendment whose predecessor is not at hand",
        lambda: standing(signed(ORDER), signed(amended(for_everybody(3), id=ORDER.id))),
        Ground.IN_SCOPE,
        Ground.IN_SCOPE,
        "stands beside what was there",
    ),
    Bad(
        "two amendments of one order",
        lambda: standing(
            signed(ORDER), signed(amended(ORDER, effective=at(1))), signed(amended(ORDER, **_sterner()))
        ),
        Ground.IN_SCOPE,
        Ground.IN_SCOPE,
        "all of them stand",
    ),
    Bad(
        "alternatives that lead round in a ring",
        lambda: standing(
            signed(restricted(alternatives=(Alternative(model="desk-clerk"),))),
            signed(restricted(2, subject=CLERK, alternatives=(Alternative(model="desk-helper"),))),
        ),
        Ground.OUTSIDE,
        Ground.IN_SCOPE,
        "lead round in a ring",
    ),
    Bad(
        "an alias that another model has too",
        lambda: by_another(subject=ELSEWHERE),
        Ground.OUTSIDE,
        Ground.IN_SCOPE,
        "The name helper-latest is that of",
    ),
    Bad(
        "a licence for a model that is not banned",
        lambda: standing(signed(a_licence())),
        Ground.NO_ORDER,
        Ground.NO_ORDER,
        "which is not at hand",
    ),
    Bad(
        "an authority outside its delegation",
        lambda: standing(signed(ORDER), signed(restricted(2, subject=ELSEWHERE))),
        Ground.OUTSIDE,
        Ground.IN_SCOPE,
        "may not speak about best at birch",
    ),
    Bad(
        "a clock an hour ahead, as an order ends",
        lambda: standing(signed(ORDER)),
        Ground.DARK,
        Ground.DARK,
        None,
        hours=24 * 30 + 0.5,
        silent=3601,
    ),
    Bad(
        "a clock an hour behind, as an order begins",
        lambda: standing(signed(ORDER)),
        Ground.DARK,
        Ground.DARK,
        None,
        hours=-0.5,
        silent=-3600,
    ),
    Bad(
        "a clock half a minute behind, as an order begins",
        lambda: standing(signed(ORDER)),
        Ground.OUTSIDE,
        Ground.IN_SCOPE,
        None,
        hours=-0.005,
        silent=-30,
    ),
]


def _gentler() -> dict[str, object]:
    return {
        "definitions": ORDER.definitions,
        "claims": ORDER.claims,
        "scope": ORDER.scope,
        "effective": at(1),
    }


def _sterner() -> dict[str, object]:
    return {"definitions": (), "claims": (), "scope": for_everybody().scope, "effective": at(2)}


@pytest.mark.parametrize("bad", TABLE, ids=lambda bad: bad.what)
def test_bad_input_has_a_defined_safe_behaviour(bad: Bad) -> None:
    orders = bad.stands()

    def ground(claims: Claims) -> Ground:
        return decided(orders, claims, hours=bad.hours, silent=bad.silent).ground

    assert (ground(CITIZEN), ground(FOREIGN)) == (bad.citizen, bad.foreign)
    told = [*orders.notes, *(one.why for one in orders.refused)]
    assert any(bad.told in one for one in told) if bad.told else not told
