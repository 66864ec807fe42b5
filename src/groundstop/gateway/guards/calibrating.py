"""Choosing the thresholds of one guard, and measuring what they do on requests that chose nothing.

One threshold for every finding does not exist: an ordinary request can be nearer to a recipe than the recipe
in other words is. So each guard is held against ordinary requests, the nearer the better; where it could
only block its recipe together with them, there is no guard.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from groundstop.documents.gateway import GuardCalibration, GuardRate, Together, Votes
from groundstop.errors import InputError
from groundstop.gateway.guards.rewriting import rewritten
from groundstop.gateway.guards.scoring import Reading, Scorer
from groundstop.gateway.guards.voting import Score, matches

LEAST_ORDINARY = 40
"""Ordinary requests: with fewer, nothing can be said of who is blocked wrongly."""
LEVEL = 0.95
_LEAST_SHARE = 0.3
_LEAST_COSINE = 0.5
_HIGHEST = 0.9
"""A threshold above it would not hold a wording that was changed a little."""
_ROOM = 0.25
"""Of the way from the nearest ordinary request to the recipe itself: how far above that request it blocks."""
_LEAST_BLOCKED = 0.8
"""Of the recipe's wordings, written in other ways."""
MOST_WRONG = 0.05
"""Of the ordinary requests that chose nothing."""
_AROUND = 24
"""Ordinary requests that a long text is made of."""
_MOST_REWRITTEN = 8
"""Wordings that are written in other ways; more of the same tell little more."""

Make = Callable[[Sequence[str]], Scorer]
"""Makes what scores by some wordings."""


class Ordinary(NamedTuple):
    """Requests that nobody should be refused."""

    requests: tuple[str, ...]
    neighbours: tuple[str, ...] = ()
    """Those that are as near to the recipe as an ordinary request comes."""


class Calibrated(NamedTuple):
    """Thresholds, and what they do."""

    votes: Votes
    calibration: GuardCalibration


class _Halves(NamedTuple):
    """Requests that choose, and requests that test."""

    choosing: list[str]
    testing: list[str]


def calibrate(
    wordings: Sequence[str], ordinary: Ordinary, make: Make, *, salt: str, at: datetime
) -> Calibrated:
    """Choose the thresholds on one half, and measure on the other.

    Args:
        wordings: What is guarded against.
        ordinary: Requests that must not be blocked.
        make: Makes what scores.
        salt: Decides who is in which half.
        at: The time.

    Returns:
        The thresholds, which block none of the requests, and what was measured.

    Raises:
        InputError: There are too few ordinary requests, or no thresholds tell the recipe from them.
    """
    everything = tuple(dict.fromkeys((*ordinary.neighbours, *ordinary.requests)))
    if len(everything) < LEAST_ORDINARY:
        raise InputError(
            f"{len(everything)} ordinary requests are too few to tell who would be blocked wrongly",
            f"Give at least {LEAST_ORDINARY}, some of them near to the recipe",
        )
    neighbours = dict.fromkeys(ordinary.neighbours)
    near = _halved(neighbours, salt)
    far = _halved((one for one in everything if one not in neighbours), salt)
    halves = _Halves(near.choosing + far.choosing, near.testing + far.testing)
    around = far.choosing[:_AROUND] or near.choosing[:_AROUND]
    ways = _halved(
        (text for one in wordings[:_MOST_REWRITTEN] for text in rewritten(one, around).values()), salt
    )
    scorer = make(wordings)
    choosing, testing = [[*_scores(scorer, half)] for half in halves]
    recipe = [*_scores(scorer, ways.choosing)]
    first = _votes(choosing, recipe)
    wrongly = _rate(testing, first)
    if wrongly.blocked > MOST_WRONG * wrongly.n:
        raise _cannot_tell(f"it would block {wrongly.blocked} of {wrongly.n} that it was not chosen on")
    votes = _stricter(first, _votes([*choosing, *testing], recipe))
    return Calibrated(
        votes,
        GuardCalibration(
            at=at,
            chosen_on=len(halves.choosing),
            ordinary=wrongly,
            near=_rate(testing[: len(near.testing)], first) if near.testing else None,
            rewritten=_rate(_scores(scorer, ways.testing), votes),
            unseen=_unseen(wordings, halves, around, make, salt),
        ),
    )


def measured(scorer: Scorer, votes: Votes, texts: Iterable[str]) -> GuardRate:
    """Return how many of some requests a guard with these thresholds blocks."""
    return _rate(_scores(scorer, texts), votes)


def _unseen(
    wordings: Sequence[str], halves: _Halves, around: Sequence[str], make: Make, salt: str
) -> GuardRate | None:
    """Return how many wordings are blocked of which a guard made of the other half knows nothing."""
    if len(wordings) < 2:
        return None
    folds = _halved(wordings, salt)
    scores = []
    for known, unknown in (folds, folds[::-1]):
        scorer = make(known)
        ways = [text for one in known[:_MOST_REWRITTEN] for text in rewritten(one, around).values()]
        try:
            votes = _votes([*_scores(scorer, halves.choosing)], [*_scores(scorer, ways)])
        except InputError:
            # Half of the wordings do not make a guard: then none of the others is blocked by it.
            scores += [False] * len(unknown)
            continue
        scores += [matches(score, votes) for score in _scores(scorer, unknown)]
    return _counted(sum(scores), len(scores))


def _votes(ordinary: Sequence[Score], recipe: Sequence[Score]) -> Votes:
    """Return the lowest thresholds that block none of the ordinary requests, with some room."""
    nearest = max(score.share for score in ordinary)
    share = max(_LEAST_SHARE, _above(nearest))
    cosines = [score.cosine for score in ordinary if score.cosine is not None]
    cosine = max(_LEAST_COSINE, _above(max(cosines))) if cosines else None
    votes = Votes(
        share=min(share, 1.0),
        cosine=cosine if cosine is not None and cosine <= _HIGHEST else None,
        together=_together(ordinary, share / 2) if cosines else None,
    )
    if share > _HIGHEST and votes.cosine is None:
        raise _cannot_tell("an ordinary request is as near to it as its own wordings are")
    if any(matches(score, votes) for score in ordinary):
        raise _cannot_tell("an ordinary request has all that its wordings have")
    blocked = sum(matches(score, votes) for score in recipe)
    if blocked < _LEAST_BLOCKED * len(recipe):
        raise _cannot_tell(
            f"it would block {blocked} of {len(recipe)} of its own wordings, written in other ways"
        )
    return votes


def _stricter(one: Votes, other: Votes) -> Votes:
    """Return thresholds that block only what both would block."""
    cosine = None if one.cosine is None or other.cosine is None else max(one.cosine, other.cosine)
    together = None
    if one.together is not None and other.together is not None:
        together = Together(
            share=max(one.together.share, other.together.share),
            cosine=max(one.together.cosine, other.together.cosine),
        )
    return Votes(share=max(one.share, other.share), cosine=cosine, together=together)


def _together(ordinary: Sequence[Score], share: float) -> Together | None:
    near = [score.cosine for score in ordinary if score.share >= share and score.cosine is not None]
    cosine = max(_LEAST_COSINE, _above(max(near, default=0.0)))
    return Together(share=share, cosine=cosine) if cosine <= _HIGHEST else None


def _above(nearest: float) -> float:
    return round(nearest + _ROOM * (1 - nearest), 4)


def _cannot_tell(why: str) -> InputError:
    return InputError(
        f"This guard cannot tell the recipe from ordinary requests: {why}",
        "Restrict the model, or withdraw it, until it is fixed; no guard was written",
    )


def _scores(scorer: Scorer, texts: Iterable[str]) -> Iterable[Score]:
    return (scorer.score(Reading([text])) for text in texts)


def _rate(scores: Iterable[Score], votes: Votes) -> GuardRate:
    found = [matches(score, votes) for score in scores]
    return _counted(sum(found), len(found))


def _counted(blocked: int, n: int) -> GuardRate:
    from groundstop.statistics import clopper_pearson

    ends = clopper_pearson(blocked, n, level=LEVEL)
    return GuardRate(n=n, blocked=blocked, lower=ends.lower, upper=ends.upper, level=LEVEL)


def _halved(texts: Iterable[str], salt: str) -> _Halves:
    """Return some texts in two halves; who is in which depends on the salt and the text alone."""

    def rank(text: str) -> bytes:
        return hashlib.blake2b(text.encode("utf-8", "replace"), salt=bytes.fromhex(salt)).digest()

    ranked = sorted(dict.fromkeys(texts), key=rank)
    return _Halves(ranked[::2], ranked[1::2])
