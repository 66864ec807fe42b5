"""Pieces of a text as salted hashes: which are kept, and how many of a wording's are in a request.

Which pieces are kept follows from the salt and from a piece's first letters, so that the same piece is kept
or not, wherever it stands. A piece is longer than a word, and some are left out, so that a text is not found
simply letter by letter. Whoever guesses well can still test a guess.
"""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Callable, Container, Iterator, Sequence
from typing import NamedTuple

from groundstop.documents.gateway import Fingerprint, GramSettings

_MOST_REMEMBERED = 20_000
"""Beginnings: of the letters of all scripts there are more than a process should hold."""
_STARTS = 2
"""First letters of a piece by which it is kept or not."""


class Piece(NamedTuple):
    """A piece of a text that is kept."""

    at: int
    """Where it begins, in letters."""
    hash: bytes


class Stretch(NamedTuple):
    """The part of a text in which most pieces of a wording were found."""

    share: float
    """Of the wording's pieces, found there."""
    wording: int
    """Which; -1 for none."""


NOTHING_FOUND = Stretch(0.0, -1)


class Cutter:
    """Cuts letters into pieces, and hashes those that are kept. There is one for each guard.

    Args:
        salt: 32 hexadecimal digits.
        settings: How pieces are chosen.
    """

    def __init__(self, salt: str, settings: GramSettings) -> None:
        self._salt = bytes.fromhex(salt)
        self._length = settings.letters
        self._one_in = settings.one_in
        self._kept: dict[str, bool] = {}

    def pieces(
        self,
        letters: str,
        start: int = 0,
        stop: int | None = None,
        *,
        among: Container[bytes] | None = None,
    ) -> Iterator[Piece]:
        """Yield the pieces of a text that are kept.

        Args:
            letters: What :func:`~groundstop.gateway.guards.normalising.letters_of` gives.
            start: The first place at which a piece may begin.
            stop: The first place at which none may begin any more; none for the end.
            among: The hashes that are looked for; none for all.
        """
        length, salt, kept, whole = self._length, self._salt, self._kept, hashlib.blake2b
        last = len(letters) - length + 1
        for at in range(start, last if stop is None else min(stop, last)):
            begins = letters[at : at + _STARTS]
            keep = kept.get(begins)
            if keep is None:
                if len(kept) >= _MOST_REMEMBERED:
                    kept.clear()
                keep = kept[begins] = self._keeps(begins)
            if keep:
                piece = letters[at : at + length].encode("utf-8", "replace")
                digest = whole(piece, digest_size=8, salt=salt).digest()
                if among is None or digest in among:
                    yield Piece(at, digest)

    def _keeps(self, begins: str) -> bool:
        digest = hashlib.blake2b(
            begins.encode("utf-8", "replace"), digest_size=4, salt=self._salt, person=b"start"
        ).digest()
        return int.from_bytes(digest, "big") % self._one_in == 0

    def fingerprint(self, letters: str) -> Fingerprint | None:
        """Return the fingerprint of a wording; none when no piece of it is kept."""
        found = frozenset(piece.hash for piece in self.pieces(letters))
        return Fingerprint.of(len(letters), found) if found else None


class Matcher:
    """Looks for wordings in texts by their pieces. Safe to use from many threads.

    Args:
        cutter: With the salt and the settings of the fingerprints.
        wordings: The fingerprints.
        within: How many times as long as a wording the stretch may be in which its pieces are counted.
    """

    def __init__(self, cutter: Cutter, wordings: Sequence[Fingerprint], *, within: int) -> None:
        self._cutter = cutter
        self._reach = [max(one.letters * within, _LEAST_REACH) for one in wordings]
        self._pieces = [frozenset(one.pieces()) for one in wordings]
        self._known: dict[bytes, list[int]] = {}
        for number, pieces in enumerate(self._pieces):
            for piece in pieces:
                self._known.setdefault(piece, []).append(number)

    def found(self, letters: str, start: int = 0, stop: int | None = None) -> list[Piece]:
        """Return the pieces of a text that are of some wording, in their order."""
        return list(self._cutter.pieces(letters, start, stop, among=self._known))

    def best(self, found: Sequence[Piece], still_time: Callable[[], None]) -> Stretch:
        """Return the stretch of a text in which most of some wording's pieces are.

        Args:
            found: What :meth:`found` gave, in the order in which it stands in the text.
            still_time: Raises when there is no time left.
        """
        counts = Counter(number for piece in {one.hash for one in found} for number in self._known[piece])
        bounds = [(count / len(self._pieces[number]), number) for number, count in counts.items()]
        best = NOTHING_FOUND
        # No stretch has more of a wording's pieces than the whole text: so few have to be looked at.
        for bound, number in sorted(bounds, reverse=True):
            if bound <= best.share:
                break
            still_time()
            best = max(best, Stretch(self._in_one_stretch(found, number), number))
        return best

    def _in_one_stretch(self, found: Sequence[Piece], number: int) -> float:
        mine, reach = self._pieces[number], self._reach[number]
        window: deque[Piece] = deque()
        held: Counter[bytes] = Counter()
        most = 0
        for piece in found:
            if piece.hash not in mine:
                continue
            window.append(piece)
            held[piece.hash] += 1
            while window[0].at < piece.at - reach:
                gone = window.popleft().hash
                held[gone] -= 1
                if not held[gone]:
                    del held[gone]
            most = max(most, len(held))
        return most / len(mine)


_LEAST_REACH = 1000
"""Letters. A short wording that is spread over a page is still in one place."""
