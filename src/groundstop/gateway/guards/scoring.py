"""How near a text is to the recipe of a guard: its readings, made once, and looked at by each guard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from groundstop.documents.gateway import Embedding, Fingerprint, GramSettings, Guard
from groundstop.gateway.guards.decoding import readings
from groundstop.gateway.guards.normalising import letters_of, readable
from groundstop.gateway.guards.pieces import Cutter, Matcher, Piece
from groundstop.gateway.guards.voting import Score, matches, needs_cosine
from groundstop.gateway.guards.windows import windows_of

if TYPE_CHECKING:
    from groundstop.gateway.guards.embedding import Embeds, Vectors

_STEP = 4096
"""Letters between two looks at the time."""

StillTime = Callable[[], None]
"""Returns while there is time, and raises :class:`OutOfTime` when there is none left."""


class OutOfTime(Exception):  # noqa: N818 - what follows is decided by the order, and is no error
    """It took longer than a request may wait."""


def no_limit() -> None:
    """Let it take as long as it takes."""


class Reading:
    """The texts of a request as guards look at them: as they stand, and decoded.

    Args:
        texts: What is asked, in its order.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts

    @cached_property
    def _all(self) -> tuple[str, ...]:
        # Not before it is needed: of a very long text it takes a thread's time, and not the loop's.
        return readings("\n".join(self._texts))

    @cached_property
    def letters(self) -> tuple[str, ...]:
        """The letters of each reading, each once."""
        return tuple(dict.fromkeys(letters_of(one) for one in self._all))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of each reading, each once."""
        return tuple(dict.fromkeys(readable(one) for one in self._all))


class Scorer:
    """Scores readings by the fingerprints and vectors of one guard. Safe to use from many threads.

    Args:
        salt: The guard's.
        grams: How pieces are chosen.
        wordings: The fingerprints.
        embedding: The vectors, where the guard has any.
        embedder: The model that made them; none when it is not at hand.
    """

    def __init__(
        self,
        salt: str,
        grams: GramSettings,
        wordings: Sequence[Fingerprint],
        embedding: Embedding | None = None,
        embedder: Embeds | None = None,
    ) -> None:
        self._matcher = Matcher(Cutter(salt, grams), wordings, within=grams.within)
        self._embedding = embedding
        self._embedder = embedder
        self._known: Vectors | None = None
        if embedding is not None and embedder is not None:
            from groundstop.gateway.guards.embedding import unpacked

            self._known = unpacked(embedding)

    @classmethod
    def of(cls, guard: Guard, embedder: Embeds | None) -> Scorer:
        """Return the scorer of a guard."""
        return cls(guard.salt, guard.grams, guard.wordings, guard.embedding, embedder)

    def share(self, reading: Reading, still_time: StillTime = no_limit) -> float:
        """Return how much of a wording's pieces is in one stretch of a request.

        Raises:
            OutOfTime: There was no time to look at all of it.
        """
        return max(self._share(letters, still_time) for letters in reading.letters)

    def _share(self, letters: str, still_time: StillTime) -> float:
        found: list[Piece] = []
        for start in range(0, len(letters), _STEP):
            still_time()
            found += self._matcher.found(letters, start, start + _STEP)
        return self._matcher.best(found, still_time).share

    def cosine(self, reading: Reading, still_time: StillTime = no_limit) -> float:
        """Return how near the nearest window of a request is to a wording.

        Raises:
            OutOfTime: There was no time to look at all of it.
            LookupError: There are no vectors, or the model that made them is not at hand.
        """
        from groundstop.gateway.guards.embedding import nearest

        if self._embedding is None or self._embedder is None or self._known is None:
            raise LookupError("the model that made its vectors is not at hand")
        best = 0.0
        windows = dict.fromkeys(
            window for words in reading.words for window in windows_of(words, self._embedding.windows)
        )
        for window in windows:
            still_time()
            best = max(best, nearest(self._embedder.vectors([window]), self._known))
        return best

    def score(self, reading: Reading) -> Score:
        """Return both, whatever the votes; the cosine is none where there are no vectors."""
        share = self.share(reading)
        return Score(share, None if self._known is None else self.cosine(reading))


def assess(
    scorer: Scorer, guard: Guard, reading: Reading, still_time: StillTime = no_limit, *, share: float
) -> bool:
    """Tell whether a request matches, and embed it only where that is still open.

    Args:
        scorer: The guard's.
        guard: The guard.
        reading: The request.
        still_time: Ends it when it takes too long.
        share: What :meth:`Scorer.share` gave.

    Raises:
        OutOfTime: It took too long.
        LookupError: The vectors would decide, and their model is not at hand.
    """
    if not needs_cosine(share, guard.votes):
        return matches(Score(share), guard.votes)
    return matches(Score(share, scorer.cosine(reading, still_time)), guard.votes)
