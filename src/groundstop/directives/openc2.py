"""A directive as OpenC2 commands: an export for whoever orchestrates defences with that language.

A command denies one target. Weights are ``file`` targets by their SHA-256, package URLs are ``uri`` targets,
and a hosted model, for which OpenC2 has no target, is one of this project's own namespace. OpenC2 has no
class of persons, licence, unknown claim, appeal or lift: what is lost is listed, and a receiver that leaves
out what it does not know would deny everybody.

Source: OpenC2 Language Specification 1.0, committee specification 02 (2019), sections 3.1.4, 3.3.1, 3.4; and
2.0, working draft 02 (2023), in which a command names a profile instead of an actuator.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from groundstop.documents.directives import EVERY_SNAPSHOT, Directive, OrderKind, SubjectModel

NAMESPACE = "x-groundstop"
"""A namespace that is no standard's begins with ``x-``, and has 16 characters at most."""


class Language(StrEnum):
    """Versions of OpenC2."""

    V1 = "1.0"
    V2 = "2.0"


@dataclass(frozen=True, slots=True)
class OpenC2Export:
    """Commands, and what they do not say of the order."""

    language: Language
    commands: tuple[Mapping[str, Any], ...]
    lost: tuple[str, ...]

    def to_json(self) -> str:
        """Return the commands with what is lost, as JSON text."""
        value = {"openc2": self.language.value, "commands": list(self.commands), "lost": list(self.lost)}
        return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def openc2_commands(directive: Directive, *, language: Language = Language.V1) -> OpenC2Export:
    """Return a directive as OpenC2 commands, one for each identifier of each model.

    Args:
        directive: The order.
        language: The version of OpenC2.

    Returns:
        The commands, and what is lost in them.
    """
    commands = [
        _command(directive, model, target, number, language)
        for number, (model, target) in enumerate(_targets(directive, language), start=1)
    ]
    return OpenC2Export(language, tuple(commands), tuple(_lost(directive)))


def _targets(directive: Directive, language: Language) -> Iterator[tuple[SubjectModel, Mapping[str, Any]]]:
    for model in directive.subject.models:
        for hosted in model.hosted:
            value: dict[str, Any] = {"provider": hosted.provider, "name": hosted.name}
            if hosted.snapshot != EVERY_SNAPSHOT:
                value["snapshot"] = hosted.snapshot
            if model.aliases:
                value["aliases"] = list(model.aliases)
            # Version 2 nests what is a profile's own; version 1 puts its namespace before the name.
            own = {NAMESPACE: {"model": value}}
            yield model, own if language is Language.V2 else {f"{NAMESPACE}:model": value}
        for purl in model.purls:
            yield model, {"uri": purl}
        for digest in model.weights:
            # In OpenC2 hexadecimal digits are capitals.
            yield model, {"file": {"hashes": {"sha256": digest.upper()}}}


def _command(
    directive: Directive, model: SubjectModel, target: Mapping[str, Any], number: int, language: Language
) -> Mapping[str, Any]:
    own = {
        "directive": directive.id,
        "sequence": directive.sequence,
        "content": directive.content_id,
        "issuer": directive.issuer,
        "kind": directive.order.value,
        "model": model.label,
        "acts": [act.value for act in directive.acts],
        "everybody": _reaches_everybody(directive),
    }
    command = {
        "action": "deny",
        "target": dict(target),
        "args": {
            "start_time": _milliseconds(directive.effective),
            "stop_time": _milliseconds(directive.expires),
            "response_requested": "complete",
            NAMESPACE: own,
        },
        # At most 36 characters without a space.
        "command_id": f"{directive.id}.{directive.sequence}.{number}"[:36],
    }
    if language is Language.V1:
        return {**command, "actuator": {NAMESPACE: {}}}
    return {**command, "profile": NAMESPACE}


def _lost(directive: Directive) -> Iterator[str]:
    if not _reaches_everybody(directive):
        yield (
            "who is kept out: the commands deny everybody, unless the receiver asks one of our gateways "
            "for each request"
        )
    if directive.order is OrderKind.VIRTUAL_PATCH:
        yield "that the model stays, behind a guard: the commands deny it whole"
    yield "licences, which are documents of their own"
    yield "what unknown claims mean, and from whom claims are believed"
    yield "the finding, the legal basis and the reasons"
    yield "what lifts it; and that it ends only where fresh orders are heard: stop_time ends it everywhere"
    yield "the appeal, and what is told whoever is kept out"
    yield "alternatives, and whether another model may answer instead"
    yield "whether answers that are being streamed are finished or cut"
    if any(model.tokenizer for model in directive.subject.models):
        yield "the digest of the tokenizer, by which relatives are recognised"
    yield "how far it reaches derived weights"
    if directive.not_enforced:
        yield "conditions that no gateway can see"


def _reaches_everybody(directive: Directive) -> bool:
    return any(rule.reaches_everybody for rule in directive.scope) and not directive.exceptions


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
