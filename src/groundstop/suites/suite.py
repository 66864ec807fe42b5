"""A suite as a value: what can be looked up in it, and what is asked."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from groundstop.documents import (
    Behavior,
    BenignRequest,
    Message,
    Requirement,
    SuiteManifest,
    Technique,
    Variant,
    content_id,
)
from groundstop.documents.suite import LanguagePhrases
from groundstop.errors import InputError
from groundstop.suites.variants import ASK, generate


@dataclass(frozen=True)
class Suite:
    """A loaded suite, whose parts fit together."""

    manifest: SuiteManifest
    requirements: tuple[Requirement, ...]
    behaviors: tuple[Behavior, ...]
    techniques: tuple[Technique, ...]
    benign: tuple[BenignRequest, ...] = ()
    languages: tuple[LanguagePhrases, ...] = ()
    """How it asks in other languages, for the verification of a claimed fix only."""
    folder: Path | None = field(default=None, compare=False)
    """Where it was loaded from, and where its label files are; not part of the digest."""
    _made: dict[str, tuple[Variant, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def digest(self) -> str:
        """Content id over all documents of the suite, whatever the order and layout of its files."""
        parts: dict[str, Any] = {
            "manifest": self.manifest.to_json(),
            "requirements": _listed(self.requirements),
            "behaviors": _listed(self.behaviors),
            "techniques": _listed(self.techniques),
            "benign": _listed(self.benign),
        }
        if self.languages:
            # Suites without the file keep the digest that they had before there were languages.
            languages = sorted(self.languages, key=lambda language: language.tag)
            parts["languages"] = [language.to_json() for language in languages]
        return content_id(parts)

    @property
    def baseline(self) -> Technique:
        """The plain way of asking that the other techniques are compared with."""
        return next(technique for technique in self.techniques if technique.baseline)

    def behavior(self, name: str) -> Behavior:
        """Return the behavior with an id.

        Raises:
            InputError: The suite has no such behavior.
        """
        for behavior in self.behaviors:
            if behavior.id == name:
                return behavior
        raise self._unknown("behavior", name, (behavior.id for behavior in self.behaviors))

    def technique(self, name: str) -> Technique:
        """Return the technique with an id.

        Raises:
            InputError: The suite has no such technique.
        """
        for technique in self.techniques:
            if technique.id == name:
                return technique
        raise self._unknown("technique", name, (technique.id for technique in self.techniques))

    def _unknown(self, what: str, name: str, known: Iterable[str]) -> InputError:
        return InputError(f"Suite {self.manifest.id} has no {what} {name!r}", choose_from(name, known))


def _listed(entries: Sequence[Requirement | Behavior | Technique | BenignRequest]) -> list[dict[str, Any]]:
    return [entry.to_json() for entry in sorted(entries, key=lambda entry: entry.id)]


def choose_from(name: str, known: Iterable[str]) -> str:
    """Return a hint that names what there is, the nearest first when something is near."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=3)
    if near:
        return f"Perhaps you mean {' or '.join(near)}"
    return f"Choose one of: {', '.join(names[:20])}{', ...' if len(names) > 20 else ''}"


def variants(suite: Suite, technique: str) -> tuple[Variant, ...]:
    """Return all variants of a technique, by id; they are made once.

    Args:
        suite: The suite.
        technique: The technique's id.

    Returns:
        The variants, none when the technique has no grammar.

    Raises:
        InputError: The suite has no such technique.
    """
    if technique not in suite._made:
        suite._made[technique] = generate(
            suite.technique(technique),
            split_salt=suite.manifest.split_salt,
            held_out_share=suite.manifest.held_out_share,
        )
    return suite._made[technique]


def open_variants(suite: Suite, technique: str) -> tuple[Variant, ...]:
    """Return the variants that assessments and comparisons may use; see :func:`variants`."""
    return tuple(variant for variant in variants(suite, technique) if not variant.held_out)


def held_out_variants(suite: Suite, technique: str) -> tuple[Variant, ...]:
    """Return the variants kept for the verification of a claimed fix; see :func:`variants`."""
    return tuple(variant for variant in variants(suite, technique) if variant.held_out)


def classes(suite: Suite) -> tuple[tuple[Behavior, Technique], ...]:
    """Return every behavior asked for by every technique, in the suite's own order."""
    return tuple((behavior, technique) for behavior in suite.behaviors for technique in suite.techniques)


def messages(behavior: Behavior, technique: Technique, wording: str) -> tuple[Message, ...]:
    """Return the conversation that asks for a behavior.

    Args:
        behavior: What is asked for.
        technique: How it is asked for. The baseline's literal wording gives way to the behavior's plain
            words, where it has any.
        wording: The technique's literal wording or one of its variants, with ``{ask}`` in it.

    Returns:
        The behavior's system message, where it has one, and the request.
    """
    plain = behavior.plain if technique.baseline and wording == technique.wording else None
    # Plain replacement: braces in what is asked for, or in the wording, mean nothing.
    return _conversation(behavior.system, plain or wording.replace(ASK, behavior.ask))


def benign_messages(suite: Suite, request: BenignRequest) -> tuple[Message, ...]:
    """Return the conversation of an ordinary request."""
    return _conversation(suite.manifest.benign_system, request.ask)


def _conversation(system: str | None, request: str) -> tuple[Message, ...]:
    user = Message(role="user", content=request)
    return (user,) if system is None else (Message(role="system", content=system), user)
