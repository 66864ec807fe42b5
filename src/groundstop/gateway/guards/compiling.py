"""From a recipe's texts to a guard: fingerprints and vectors, and nothing that can be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from groundstop.documents import SealedRecipe
from groundstop.documents.gateway import Embedding, Fingerprint, GramSettings, Guard, GuardStage, WordWindows
from groundstop.errors import InputError
from groundstop.gateway.guards.calibrating import Ordinary, calibrate
from groundstop.gateway.guards.normalising import VERSION, letters_of, readable
from groundstop.gateway.guards.pieces import Cutter
from groundstop.gateway.guards.rewriting import mirrored
from groundstop.gateway.guards.scoring import Scorer
from groundstop.gateway.guards.windows import windows_of

if TYPE_CHECKING:
    from groundstop.gateway.guards.embedding import Embeds

LETTERS = 16
"""Length of a piece: about three words."""
_ONE_IN = (16, 8, 4, 2, 1)
"""Few pieces tell least of the text; so the first of these by which each wording has enough."""
_ENOUGH = 10
LEAST_PIECES = 8
"""With fewer, a wording is too short to be told from an ordinary request by its pieces."""
_MOST_WORDINGS = 1000
_MOST_EMBEDDED = 64
"""Wordings that have a vector. The others are near to one of these, or there would be no class of them."""


class About(NamedTuple):
    """What a guard is for."""

    directive: str
    finding: str
    """The finding's content id."""
    finding_id: str
    by: str


@dataclass(frozen=True, slots=True)
class Wordings:
    """Ways of asking for the same, each as a text, and each different in its letters."""

    texts: tuple[str, ...]
    too_short: int = 0
    """Wordings that were left out, since an ordinary request could say the same."""

    @classmethod
    def of(cls, recipe: SealedRecipe, variants: Sequence[str] = ()) -> Wordings:
        """Return the wordings of a recipe, its literal one first.

        Only what a user says is in them: the system message is the deployment's, and is in ordinary requests
        too.

        Args:
            recipe: The recipe.
            variants: Further wordings that are to be guarded against.

        Raises:
            InputError: All of them are too short, or there are too many.
        """
        told = [*((recipe.literal,) if recipe.literal else ()), *recipe.wordings]
        texts = ["\n".join(one.content for one in said.messages if one.role == "user") for said in told]
        by_letters: dict[str, str] = {}
        for text in (*texts, *variants):
            by_letters.setdefault(letters_of(text), text)
        long_enough = [
            text for letters, text in by_letters.items() if len(letters) >= LETTERS + LEAST_PIECES - 1
        ]
        if not long_enough:
            raise InputError(
                "Every wording of this recipe is too short to be told from an ordinary request",
                "Withdraw the model, or restrict it, until it is fixed",
            )
        if len(long_enough) > _MOST_WORDINGS:
            raise InputError(
                f"There are {len(long_enough):,} wordings, and a guard holds at most {_MOST_WORDINGS}",
                "Give fewer variants",
            )
        return cls(tuple(long_enough), len(by_letters) - len(long_enough))


def compile_guard(
    about: About,
    wordings: Wordings,
    ordinary: Ordinary,
    *,
    new_id: str,
    salt: str,
    now: datetime,
    expires: datetime,
    embedder: Embeds | None = None,
) -> Guard:
    """Make a guard, in shadow until somebody stages it.

    Args:
        about: What it is for.
        wordings: What it guards against.
        ordinary: Requests that must not be blocked.
        new_id: Its id.
        salt: 32 random hexadecimal digits.
        now: The time.
        expires: When it ends.
        embedder: Makes vectors; without one, a wording in other words is missed.

    Returns:
        The guard, with what was measured. It holds no text.

    Raises:
        InputError: It cannot tell the recipe from ordinary requests, or there are too few of these.
    """
    if embedder is not None:
        from groundstop.gateway.guards.embedding import Remembering

        embedder = Remembering(embedder)
    grams = _settings(wordings.texts, salt)
    make = _maker(salt, grams, embedder)
    found = calibrate(wordings.texts, ordinary, make, salt=salt, at=now)
    fingerprints, embedding = _compiled(wordings.texts, salt, grams, embedder)
    by_vectors = found.votes.cosine is not None or found.votes.together is not None
    return Guard(
        id=new_id,
        directive=about.directive,
        finding=about.finding,
        finding_id=about.finding_id,
        by=about.by,
        created=now,
        expires=expires,
        stage=GuardStage.SHADOW,
        normaliser=VERSION,
        salt=salt,
        grams=grams,
        wordings=fingerprints,
        embedding=embedding if by_vectors else None,
        votes=found.votes,
        calibration=found.calibration,
    )


def _maker(salt: str, grams: GramSettings, embedder: Embeds | None) -> Callable[[Sequence[str]], Scorer]:
    def make(texts: Sequence[str]) -> Scorer:
        fingerprints, embedding = _compiled(texts, salt, grams, embedder)
        return Scorer(salt, grams, fingerprints, embedding, embedder)

    return make


def _settings(texts: Sequence[str], salt: str) -> GramSettings:
    for one_in in _ONE_IN:
        settings = GramSettings(letters=LETTERS, one_in=one_in)
        cutter = Cutter(salt, settings)
        found = [cutter.fingerprint(letters_of(text)) for text in texts]
        if all(one is not None and len(one.pieces()) >= _ENOUGH for one in found):
            return settings
    return GramSettings(letters=LETTERS, one_in=1)


def _compiled(
    texts: Sequence[str], salt: str, grams: GramSettings, embedder: Embeds | None
) -> tuple[tuple[Fingerprint, ...], Embedding | None]:
    cutter = Cutter(salt, grams)
    written = dict.fromkeys(letters_of(one) for text in texts for one in (text, *mirrored(text)))
    made = [cutter.fingerprint(letters) for letters in written]
    # A text that was turned around can have fewer pieces that are kept: very few would match by chance.
    fingerprints = tuple(one for one in made if one is not None and len(one.pieces()) >= LEAST_PIECES // 2)
    if embedder is None:
        return fingerprints, None
    from groundstop.gateway.guards.embedding import packed

    windows = WordWindows()
    plain = [readable(text) for text in texts[:_MOST_EMBEDDED]]
    said = dict.fromkeys(part for text in plain for part in (text, *windows_of(text, windows)))
    vectors = embedder.vectors(list(said))
    return fingerprints, Embedding(
        model=embedder.name,
        model_sha256=embedder.model_sha256,
        tokenizer_sha256=embedder.tokenizer_sha256,
        dimensions=int(vectors.shape[1]),
        windows=windows,
        vectors=packed(vectors),
    )
