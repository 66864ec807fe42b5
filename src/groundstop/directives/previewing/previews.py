"""Replaying requests through the real decision, with an order and without it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from groundstop.directives.orders import Orders
from groundstop.directives.previewing.logs import BadLine
from groundstop.directives.previewing.previewed import Preview
from groundstop.directives.previewing.replaying import Replay
from groundstop.directives.previewing.seen import seen_in
from groundstop.directives.previewing.source import Source
from groundstop.directives.previewing.standing import NOTHING
from groundstop.documents.directives import Directive, Licence, Population, RecordedRequest
from groundstop.errors import InputError


@dataclass(frozen=True, slots=True)
class Setting:
    """What an order is previewed against."""

    now: datetime
    salt: bytes
    """Random bytes, for telling users apart: they are never kept otherwise."""
    standing: Orders | None = None
    """None when it is not known what stands."""
    licences: tuple[Licence, ...] = ()
    """Licences that would be granted under the orders that are previewed."""


def preview(
    directive: Directive,
    source: Population | Iterable[RecordedRequest | BadLine],
    setting: Setting,
) -> Preview:
    """Say what an order would do to recorded or described requests.

    Args:
        directive: The order, signed or not, taken as if it were ratified and in effect.
        source: A population, or the lines of a decision log.
        setting: What it is previewed against.

    Returns:
        Who is cut off, inside and outside the restricted class; what is not known; what is left.

    Raises:
        InputError: There is no request in it.
    """
    (one,) = previews([directive], source, setting)
    return one


def previews(
    directives: Sequence[Directive],
    source: Population | Iterable[RecordedRequest | BadLine],
    setting: Setting,
) -> tuple[Preview, ...]:
    """Say what each of several orders would do by itself to the same requests; see :func:`preview`.

    The restricted class is that of the first order that does not reach everybody, for all of them: so a
    shutdown shows whom it cuts off beside those who are meant.
    """
    narrow = next((one for one in directives if not _reaches_everybody(one)), directives[0])
    standing = setting.standing or NOTHING
    read = Source(source.described if isinstance(source, Population) else None, setting.salt)
    replays = [
        Replay(
            one,
            one if len(directives) == 1 else narrow,
            standing,
            setting.licences,
            setting.now,
            setting.salt,
        )
        for one in directives
    ]
    for seen in seen_in(_noticed(source, read)):
        if isinstance(seen, BadLine):
            read.refuse(seen)
            continue
        read.take(seen)
        for replay in replays:
            replay.take(seen)
    if not read.any:
        raise InputError(
            "There is no request to replay" + (f": {read.first_problem}" if read.first_problem else ""),
            "Give a decision log, one recorded request a line, or a population with groups",
        )
    known = setting.standing is not None
    return tuple(replay.preview(read.replayed(), standing_known=known) for replay in replays)


def _noticed(
    source: Population | Iterable[RecordedRequest | BadLine], read: Source
) -> Population | Iterable[RecordedRequest | BadLine]:
    """Return the source, with the times of its requests noted as they pass."""
    if isinstance(source, Population):
        return source
    return map(read.note, source)


def _reaches_everybody(directive: Directive) -> bool:
    return any(rule.reaches_everybody for rule in directive.scope)
