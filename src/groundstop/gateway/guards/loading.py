"""The guards of an operator's folder: which of them count, and why the others do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from groundstop.directives.orders import OrderInForce, Orders
from groundstop.documents import KeyCard
from groundstop.documents.directives import OrderKind
from groundstop.documents.gateway import Guard
from groundstop.errors import GroundstopError, InputError
from groundstop.evidence import read_bounded
from groundstop.evidence.statements import Signed, read_as, signers_of
from groundstop.gateway.guards.models import Models
from groundstop.gateway.guards.normalising import VERSION
from groundstop.gateway.guards.scoring import Scorer

if TYPE_CHECKING:
    from groundstop.gateway.guards.embedding import Embedder

FOLDER = "guards"
"""In the operator's folder: signed guards, one a file ``*.json``."""
MODELS = "models"
"""In that folder: weights and tokenizers of embeddings, by any name."""
MOST_BYTES = 32 * 1024**2
_MOST_FILES = 200


class GuardKeys(NamedTuple):
    """Whose guards are believed: the issuer's for its own orders, and the operator's for any."""

    authorities: Mapping[str, tuple[KeyCard, ...]] = {}
    """The keys of each authority's charter, by its name."""
    operator: tuple[KeyCard, ...] = ()
    """Those whose ids stand at ``override_keys`` in ``obeys.toml``."""


NOBODYS = GuardKeys()
"""Nobody is believed."""


class GuardProblem(NamedTuple):
    """A guard that does not count, or not fully."""

    file: str
    directive: str | None
    """None where it cannot be told from the file."""
    why: str


class Usable(NamedTuple):
    """A guard that counts until it expires."""

    guard: Guard
    scorer: Scorer
    file: str


class Loaded(NamedTuple):
    """What is in the folder."""

    guards: Mapping[str, tuple[Usable, ...]]
    """By the id of their directive. Where there are several, each of them is asked."""
    problems: tuple[GuardProblem, ...]


NOTHING_LOADED = Loaded({}, ())


def load_guards(folder: Path, orders: Orders, keys: GuardKeys, now: datetime, *, models: Models) -> Loaded:
    """Read the guards of an operator's folder.

    One counts when it is signed by a key that is believed for its order, is not over, and was made for this
    very order, its finding and this version of the normaliser. Whatever else is there, is a problem that is
    told; an order with no guard that counts is one whose requests cannot be assessed.

    Args:
        folder: The operator's.
        orders: What is in force.
        keys: Whose guards are believed.
        now: The time.
        models: The models of embeddings that are at hand.
    """
    paths = sorted((folder / FOLDER).glob("*.json"))
    found: dict[str, list[Usable]] = {}
    problems = [
        GuardProblem(path.name, None, f"Only the first {_MOST_FILES} guards are read")
        for path in paths[_MOST_FILES:]
    ]
    for path in paths[:_MOST_FILES]:
        try:
            signed, guard = read_guard(path)
        except GroundstopError as error:
            problems.append(GuardProblem(path.name, None, str(error)))
            continue
        why = next(_lacks(signed, guard, orders, keys, now), None)
        if why is not None:
            problems.append(GuardProblem(path.name, guard.directive, why))
            continue
        embedder, lack = _embedder(guard, models)
        if lack is not None:
            problems.append(GuardProblem(path.name, guard.directive, lack))
        found.setdefault(guard.directive, []).append(Usable(guard, Scorer.of(guard, embedder), path.name))
    return Loaded({name: tuple(guards) for name, guards in found.items()}, tuple(problems))


def read_guard(path: Path) -> tuple[Signed, Guard]:
    """Read a signed guard; whether its signature is right, and by whom, is not looked at.

    Raises:
        InputError: The file cannot be read, or holds something else.
    """
    data = read_bounded(path, most=MOST_BYTES)
    return read_as(data, Guard, source=path.name, hint="Sign it with: groundstop gateway guard sign")


def _lacks(signed: Signed, guard: Guard, orders: Orders, keys: GuardKeys, now: datetime) -> Iterator[str]:
    """Yield why a guard does not count."""
    about = [one for one in orders.orders if one.directive.id == guard.directive]
    if not about:
        yield f"{guard.directive} is no order that is in force here"
        return
    if all(one.directive.order is not OrderKind.VIRTUAL_PATCH for one in about):
        yield f"{guard.directive} asks for no guard"
    if not any(one.finding == guard.finding for order in about for one in order.directive.evidence):
        yield f"It is against {guard.finding_id}, on which {guard.directive} does not rest"
    if guard.expires <= now:
        yield f"It is over since {guard.expires:%Y-%m-%d %H:%M} UTC"
    if guard.normaliser != VERSION:
        yield f"It was made for version {guard.normaliser} of the normaliser, and this one is {VERSION}"
    yield from _unbelieved(signed, guard, _believed(about, keys))


def _believed(about: Sequence[OrderInForce], keys: GuardKeys) -> list[KeyCard]:
    issuers = dict.fromkeys(one.directive.issuer for one in about)
    return [*(card for name in issuers for card in keys.authorities.get(name, ())), *keys.operator]


def _unbelieved(signed: Signed, guard: Guard, cards: Sequence[KeyCard]) -> Iterator[str]:
    from securesystemslib.exceptions import VerificationError

    try:
        signers = signers_of(signed, cards)
    except (GroundstopError, VerificationError):
        yield "It is signed by nobody who is believed for its order, or its signature is wrong"
        return
    if not any(
        card.created <= guard.created and (card.expires is None or guard.created <= card.expires)
        for card in signers
    ):
        yield f"Its key had ended, or not begun, at {guard.created:%Y-%m-%d %H:%M} UTC"


def _embedder(guard: Guard, models: Models) -> tuple[Embedder | None, str | None]:
    """Return the model that made a guard's vectors; or why it is not at hand."""
    wanted = guard.embedding
    if wanted is None:
        return None, None
    try:
        return models.find(wanted.model_sha256, wanted.tokenizer_sha256), None
    except InputError as error:
        return None, f"{error.message}: what its pieces do not tell, it cannot assess"


def is_over(guard: Guard, now: float) -> bool:
    """Tell whether a guard has ended, at a time in seconds since 1970."""
    return guard.expires <= datetime.fromtimestamp(now, UTC)
