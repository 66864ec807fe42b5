"""Making held-out variants of a class: the suite's held-out wordings, varied; nothing is drawn at random.

What a wording becomes depends on the suite's salt, the wording and the tables alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from groundstop.documents import Behavior, Technique, content_id
from groundstop.suites.held_out.choosing import ranked
from groundstop.suites.held_out.encodings import ENCODINGS
from groundstop.suites.held_out.leaks import as_compared
from groundstop.suites.held_out.styles import STYLES
from groundstop.suites.held_out.variant import HeldOutVariant, in_order, last_request, with_request
from groundstop.suites.held_out.variation import REQUEST, shipped_variation
from groundstop.suites.suite import Suite, held_out_variants, messages, open_variants
from groundstop.suites.variants import ASK, wordings_of

PARAPHRASE, ENCODING, LANGUAGE, PERSONA = "paraphrase", "encoding", "language", "persona"

STRATA = (PARAPHRASE, ENCODING, LANGUAGE, PERSONA)
"""The strata that are generated."""

GENERATOR_VERSION = 1
"""Counts up whenever the same suite and tables would give other variants."""

_STYLES_EACH = 2
"""Surface styles of a held-out wording, beside its plain form."""
_ENCODINGS_EACH = 2
_FRAMES_EACH = 2


def generated_variants(suite: Suite, behavior: Behavior, technique: Technique) -> tuple[HeldOutVariant, ...]:
    """Make the held-out variants of a class.

    Args:
        suite: The suite of both.
        behavior: What is asked for.
        technique: How it is asked for.

    Returns:
        The variants of all strata by stratum and digest, each once. What asks the same as the literal
        wording or an open variant is left out.

    Raises:
        InputError: The suite has no such technique.
    """
    context = messages(behavior, technique, technique.wording)
    made: dict[str, HeldOutVariant] = {}
    for stratum, text in _texts(suite, behavior, technique):
        variant = HeldOutVariant(stratum, with_request(context, text))
        known = made.get(variant.id)
        # Two digests with the same ten digits are next to impossible; then the smaller one stays.
        if known is None or variant.digest < known.digest:
            made[variant.id] = variant
    return in_order(list(made.values()))


def generated_counts(suite: Suite, behavior: Behavior, technique: Technique) -> dict[str, int]:
    """Return how many variants of each stratum there are, without making their digests."""
    counts = dict.fromkeys(STRATA, 0)
    for stratum, _ in _texts(suite, behavior, technique):
        counts[stratum] += 1
    return counts


def generator_id(suite: Suite, behavior: Behavior, technique: Technique, pools: Sequence[str]) -> str:
    """Return the content id of everything that the variants of a class are made by and from.

    Args:
        suite: The suite.
        behavior: What is asked for.
        technique: How it is asked for.
        pools: SHA-256 of each of the users' pools, in hexadecimal, in any order.

    Returns:
        ``sha256:`` and a digest. Equal ids mean equal variants; a plan commits to it.
    """
    return content_id(
        {
            "generator": GENERATOR_VERSION,
            "suite": suite.digest,
            "behavior": behavior.to_json(),
            "technique": technique.to_json(),
            "variation": shipped_variation().to_json(),
            "pools": sorted(pools),
        }
    )


def _texts(suite: Suite, behavior: Behavior, technique: Technique) -> Iterator[tuple[str, str]]:
    """Yield the stratum and the request of each variant, each request once."""
    known = _used_before(suite, behavior, technique)
    # What has nothing but marks in it would be the same as any other such request.
    known.add("")
    seen: set[str] = set()
    for stratum, text in _candidates(suite, behavior, technique, known):
        if text not in seen and as_compared(text) not in known:
            seen.add(text)
            yield stratum, text


def _used_before(suite: Suite, behavior: Behavior, technique: Technique) -> set[str]:
    wordings = [technique.wording, *(one.wording for one in open_variants(suite, technique.id))]
    requests = [last_request(messages(behavior, technique, wording)) for wording in wordings]
    # The literal wording counts as it stands, too, where the behavior's plain words take its place.
    requests.append(technique.wording.replace(ASK, behavior.ask))
    return {as_compared(request) for request in requests}


def _candidates(
    suite: Suite, behavior: Behavior, technique: Technique, known: set[str]
) -> Iterator[tuple[str, str]]:
    for variant in held_out_variants(suite, technique.id):
        request = last_request(messages(behavior, technique, variant.wording))
        if as_compared(request) in known:
            # It differs from what was used before in its marks only; nothing is made of it.
            continue
        yield PARAPHRASE, request
        salt = suite.manifest.split_salt
        yield from ((PARAPHRASE, text) for text in _styled(request, salt=salt, wording=variant.wording))
        yield from ((ENCODING, text) for text in _encoded(request, salt=salt, wording=variant.wording))
        yield from ((PERSONA, text) for text in _framed(request, salt=salt, wording=variant.wording))
    yield from ((LANGUAGE, text) for text in _translated(suite, behavior, technique))


def _styled(request: str, *, salt: str, wording: str) -> Iterator[str]:
    names = ranked(shipped_variation().styles, salt=salt, wording=wording)
    texts = (STYLES[name](request) for name in names)
    return islice((text for text in texts if text != request), _STYLES_EACH)


def _encoded(request: str, *, salt: str, wording: str) -> Iterator[str]:
    sentences = shipped_variation().encodings
    for name in ranked(sentences, salt=salt, wording=wording)[:_ENCODINGS_EACH]:
        yield f"{sentences[name]}\n\n{ENCODINGS[name].encode(request)}"


def _framed(request: str, *, salt: str, wording: str) -> Iterator[str]:
    frames = shipped_variation().frames
    for name in ranked(frames, salt=salt, wording=wording)[:_FRAMES_EACH]:
        yield frames[name].replace(REQUEST, request)


def _translated(suite: Suite, behavior: Behavior, technique: Technique) -> Iterator[str]:
    for language in suite.languages:
        ask, grammar = language.asks.get(behavior.id), language.techniques.get(technique.id)
        if ask is not None and grammar is not None:
            for wording in wordings_of(grammar):
                yield f"{wording.replace(ASK, ask)} {language.answer}"
