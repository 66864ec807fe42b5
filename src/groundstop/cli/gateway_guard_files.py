"""Reading guards and texts for ``groundstop gateway guard``, and its commands that only look."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from groundstop.cli import options
from groundstop.errors import ExitCode, InputError

if TYPE_CHECKING:
    from groundstop.documents.gateway import Guard, GuardRate
    from groundstop.evidence.statements import Signed
    from groundstop.gateway.guards.embedding import Embedder
    from groundstop.gateway.guards.scoring import Scorer

FILE = click.Path(path_type=Path, dir_okay=False)
TEXTS = FILE
_MOST_TEXT_BYTES = 16 * 1024**2
_MOST_TEXTS = 20_000
_FEW = 20
"""Requests near to the recipe, of the half that chose nothing."""

guard_file: options.Decorator = click.argument("file", type=FILE, metavar="GUARD")


def embedding_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the model that makes vectors."""
    command = click.option("--tokenizer", type=FILE, help="The tokenizer.json that goes with --weights.")(
        command
    )
    return click.option(
        "--weights", type=FILE, help="An ONNX sentence encoder, to catch other words for the same; slower."
    )(command)


class ReadGuard(NamedTuple):
    """A guard from a file."""

    guard: Guard
    signed: Signed | None
    """Its envelope, whose signature was not verified; none when nobody has signed it."""


def read(path: Path) -> ReadGuard:
    """Read a guard, signed or not.

    Raises:
        InputError: The file cannot be read, or holds something else.
    """
    from groundstop.documents.gateway import Guard
    from groundstop.evidence import read_bounded
    from groundstop.evidence.statements import read_as
    from groundstop.gateway.guards.loading import MOST_BYTES

    data = read_bounded(path, most=MOST_BYTES)
    if data.startswith(b'{"payload"'):
        signed, made = read_as(data, Guard, source=str(path), hint="Give a guard")
        return ReadGuard(made, signed)
    return ReadGuard(Guard.parse(data, source=str(path)), None)


def texts_in(path: Path) -> tuple[str, ...]:
    """Read texts: one a line, or JSON Lines with ``text``, ``ask`` or ``messages``.

    Raises:
        InputError: The file cannot be read, or has no text. Nothing of what it says is told.
    """
    from groundstop.evidence import read_bounded

    try:
        lines = read_bounded(path, most=_MOST_TEXT_BYTES).decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no UTF-8 text", "Convert it") from error
    found = [_text_of(line, f"{path}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]
    if not found or len(found) > _MOST_TEXTS:
        raise InputError(f"{path} has {len(found):,} texts", f"Give between 1 and {_MOST_TEXTS:,}")
    return tuple(dict.fromkeys(found))


def _text_of(line: str, source: str) -> str:
    if not line.lstrip().startswith("{"):
        return line.strip()
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{source} is no JSON", "Correct it") from error
    text = value.get("text", value.get("ask"))
    if text is None and isinstance(value.get("messages"), list):
        parts = [one.get("content") for one in value["messages"] if isinstance(one, dict)]
        text = "\n".join(part for part in parts if isinstance(part, str))
    if not isinstance(text, str) or not text.strip():
        raise InputError(f"{source} has no text", 'Write it as {"text": "…"}')
    return text


def embedder(weights: Path | None, tokenizer: Path | None) -> Embedder | None:
    """Load the model that makes vectors; none when none is given."""
    if weights is None and tokenizer is None:
        return None
    if weights is None or tokenizer is None:
        raise InputError("Weights and tokenizer go together", "Give both --weights and --tokenizer")
    from groundstop.gateway.guards.embedding import Embedder

    return Embedder(weights, tokenizer)


def scorer(made: Guard, weights: Path | None, tokenizer: Path | None) -> Scorer:
    """Return what scores texts by a guard, with its model where it is given.

    Raises:
        InputError: The model is not the one that made the vectors.
    """
    from groundstop.gateway.guards.scoring import Scorer

    model = embedder(weights, tokenizer)
    wanted = made.embedding
    if wanted is None or model is None:
        return Scorer.of(made, None)
    if (model.model_sha256, model.tokenizer_sha256) != (wanted.model_sha256, wanted.tokenizer_sha256):
        raise InputError(f"{made.id} was made with another model, {wanted.model}", "Give that one")
    return Scorer.of(made, model)


def rate_words(rate: GuardRate) -> str:
    """Return a rate as a count with its interval, such as ``2 of 90 (0.3 % to 7.8 %)``."""
    from groundstop.documents.rates import percent

    return f"{rate.blocked} of {rate.n} ({percent(rate.lower)} to {percent(rate.upper)})"


def rates(made: Guard) -> Iterator[str]:
    """Yield what was measured of a guard, for people."""
    found = made.calibration
    yield f"Blocked wrongly, at most: {rate_words(found.ordinary)} of ordinary requests that chose nothing."
    if found.near is None:
        yield "  None of them was brought as near to the recipe: of such requests this says nothing."
    else:
        few = "; give more of them" if found.near.n < _FEW else ""
        yield f"  Of those that were brought as near to the recipe: {rate_words(found.near)}{few}."
    yield "  It blocks none of these: its own thresholds were chosen by all of them, and are no lower."
    yield f"Blocked: {rate_words(found.rewritten)} of its wordings, written in other ways."
    if found.unseen is not None:
        yield f"Blocked: {rate_words(found.unseen)} of its wordings, by a guard that was made of the others."
    if made.votes.cosine is None and made.votes.together is None:
        yield "Not caught: the same in other words, and in other languages. It has no vectors."
    else:
        yield "Caught in part only: the same in other words. In other languages it is not caught."


def told(made: Guard) -> dict[str, Any]:
    """Return what is told of a guard, without its hashes and vectors."""
    value = made.model_dump(mode="json", exclude={"wordings", "salt"})
    if made.embedding is not None:
        value["embedding"] = made.embedding.model_dump(mode="json", exclude={"vectors"})
    value["fingerprints"] = len(made.wordings)
    return value


@click.command()
@guard_file
@options.json_output
def show(file: Path, as_json: bool) -> int:
    """Show what a guard is for, and what was measured of it. Its signature is not verified."""
    from groundstop.cli.output import show_json

    read_guard = read(file)
    made = read_guard.guard
    signers = [] if read_guard.signed is None else [key_id for key_id, _ in read_guard.signed.signatures]
    if as_json:
        show_json({**told(made), "signatures": signers})
        return ExitCode.GOOD
    click.echo(f"{made.id}: against {made.finding_id}, for {made.directive}; {made.stage}.")
    click.echo(f"Made by {made.by} on {made.created:%Y-%m-%d %H:%M}, ends {made.expires:%Y-%m-%d %H:%M} UTC.")
    for line in rates(made):
        click.echo(line)
    for key_id in signers:
        click.echo(f"Signed with the key {key_id} (not verified here).")
    if not signers:
        click.echo("Nobody has signed it.")
    return ExitCode.GOOD


@click.command()
@guard_file
@click.option("--text-file", type=FILE, required=True, help="The request's text; it is shown nowhere.")
@embedding_options
@options.json_output
def check(file: Path, text_file: Path, weights: Path | None, tokenizer: Path | None, as_json: bool) -> int:
    """Hold a text against a guard, whatever its stage.

    Exit code: 0 it goes through, 1 it matches, 3 it cannot be told, since the guard needs its model.
    """
    from groundstop.cli.output import tell
    from groundstop.evidence import read_bounded
    from groundstop.gateway.guards.scoring import Reading
    from groundstop.gateway.guards.voting import matches, needs_cosine

    made = read(file).guard
    scores = scorer(made, weights, tokenizer)
    text = read_bounded(text_file, most=_MOST_TEXT_BYTES).decode("utf-8", errors="replace")
    score = scores.score(Reading([text]))
    value = {"guard": made.id, "share": round(score.share, 4), "cosine": score.cosine}
    near = f"{score.share:.0%} of a wording's pieces"
    if score.cosine is not None:
        near += f", cosine {score.cosine:.2f}"
    if score.cosine is None and needs_cosine(score.share, made.votes):
        sentence = f"It cannot be told: the model of the vectors is not given ({near})."
        tell(sentence, {**value, "outcome": "not-assessed"}, as_json=as_json)
        return ExitCode.INCONCLUSIVE
    match = matches(score, made.votes)
    sentence = f"It matches {made.id}: {near}." if match else f"It goes through {made.id}: {near}."
    tell(sentence, {**value, "outcome": "matches" if match else "passes"}, as_json=as_json)
    return ExitCode.BAD if match else ExitCode.GOOD
