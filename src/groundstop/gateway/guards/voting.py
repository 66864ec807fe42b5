"""From what was found in a request to whether it matches: the votes, and what each of them says."""

from __future__ import annotations

from typing import NamedTuple

from groundstop.documents.gateway import Votes


class Score(NamedTuple):
    """How near a request is to a recipe."""

    share: float
    """Of a wording's pieces, found in one stretch of the request."""
    cosine: float | None = None
    """Of the window that is nearest to a wording; none where nothing was embedded."""


def matches(score: Score, votes: Votes) -> bool:
    """Tell whether a request matches: any one vote is enough.

    A score without a cosine has only the vote of the pieces. Whether that is enough to let the request go on
    is for whoever knows why it has none.

    Args:
        score: How near it is.
        votes: The thresholds.
    """
    if score.share >= votes.share:
        return True
    if score.cosine is None:
        return False
    if votes.cosine is not None and score.cosine >= votes.cosine:
        return True
    both = votes.together
    return both is not None and score.share >= both.share and score.cosine >= both.cosine


def needs_cosine(share: float, votes: Votes) -> bool:
    """Tell whether the pieces alone leave it open: a cosine could still make it match."""
    if share >= votes.share:
        return False
    return votes.cosine is not None or (votes.together is not None and share >= votes.together.share)
