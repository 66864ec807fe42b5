"""Reading a suite's folder into documents, collecting what is wrong instead of stopping at the first."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from groundstop.documents import (
    Behavior,
    BenignRequest,
    Document,
    Part,
    Requirement,
    SuiteManifest,
    Technique,
    canonical_bytes,
    describe,
)
from groundstop.documents.suite import LanguagePhrases
from groundstop.errors import DocumentError, InputError
from groundstop.suites.files import read_inside
from groundstop.suites.problems import Problem, error
from groundstop.suites.yaml_text import parse_yaml

MANIFEST = "suite.yaml"
REQUIREMENTS = "requirements.yaml"
BEHAVIORS = "behaviors.yaml"
SEALED_BEHAVIORS = "behaviors.yaml.age"
TECHNIQUES = "techniques.yaml"
BENIGN = "benign.yaml"
LANGUAGES = "languages.yaml"

MAX_ENTRIES = 20_000
"""Most entries of a file that are read."""

Unseal = Callable[[bytes], bytes]
"""Opens sealed bytes; raises :class:`~groundstop.errors.InputError` when it cannot."""

T = TypeVar("T", bound=Part)


@dataclass
class Contents:
    """What a folder holds, as far as it could be read, and what is wrong with it."""

    folder: Path
    manifest: SuiteManifest | None = None
    requirements: list[Requirement] = field(default_factory=list)
    behaviors: list[Behavior] = field(default_factory=list)
    techniques: list[Technique] = field(default_factory=list)
    benign: list[BenignRequest] = field(default_factory=list)
    languages: list[LanguagePhrases] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_contents(folder: Path, *, unseal: Unseal | None) -> Contents:
    """Read the files of a suite's folder.

    Args:
        folder: The folder.
        unseal: Opens sealed behaviors; none when there is no key.

    Returns:
        The documents and the problems. Whether the documents fit together is not looked at here.
    """
    contents = Contents(folder)
    problems = contents.problems
    contents.manifest = read_manifest(folder, problems)
    contents.requirements = listed_entries(
        _read(folder, REQUIREMENTS, problems), Requirement, REQUIREMENTS, problems
    )
    contents.behaviors = _behaviors(contents, unseal)
    contents.techniques = listed_entries(_read(folder, TECHNIQUES, problems), Technique, TECHNIQUES, problems)
    if _is_there(folder / BENIGN):
        entries = named_by_hash(_read(folder, BENIGN, problems))
        contents.benign = listed_entries(entries, BenignRequest, BENIGN, problems)
    if _is_there(folder / LANGUAGES):
        contents.languages = _languages(contents)
    return contents


def _is_there(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _languages(contents: Contents) -> list[LanguagePhrases]:
    if contents.manifest is not None and contents.manifest.sealed:
        # What it asks for is content. It is not read, so that nothing of it is told either.
        contents.problems.append(
            error(f"The suite is sealed, but {LANGUAGES} says what it asks for", f"Remove {LANGUAGES}")
        )
        return []
    value = _read(contents.folder, LANGUAGES, contents.problems)
    return listed_entries(value, LanguagePhrases, LANGUAGES, contents.problems)


def read_manifest(folder: Path, problems: list[Problem]) -> SuiteManifest | None:
    """Read ``suite.yaml`` alone; what is wrong with it goes to the problems."""
    value = _read(folder, MANIFEST, problems)
    if value is None:
        return None
    try:
        return validated(SuiteManifest, value, source=MANIFEST)
    except DocumentError as refusal:
        problems.append(error(refusal.message, refusal.hint))
        return None


def _behaviors(contents: Contents, unseal: Unseal | None) -> list[Behavior]:
    folder, problems = contents.folder, contents.problems
    is_open, is_sealed = (folder / BEHAVIORS).exists(), (folder / SEALED_BEHAVIORS).exists()
    sealed = contents.manifest.sealed if contents.manifest else is_sealed and not is_open
    if not sealed:
        if is_sealed:
            problems.append(
                error(
                    f"{SEALED_BEHAVIORS} is there, but {MANIFEST} does not say sealed",
                    "Set sealed: true in it",
                )
            )
            return []
        return listed_entries(_read(folder, BEHAVIORS, problems), Behavior, BEHAVIORS, problems)
    if is_open:
        problems.append(
            error(
                f"The suite is sealed, but {BEHAVIORS} holds behaviors in the open",
                f"Remove {BEHAVIORS}; {SEALED_BEHAVIORS} takes its place",
            )
        )
    if unseal is None:
        problems.append(
            error(
                f"{SEALED_BEHAVIORS} is sealed, and there is no key to open it",
                "Use the workspace that it was sealed to",
            )
        )
        return []
    value = _read(folder, SEALED_BEHAVIORS, problems, unseal=unseal)
    return listed_entries(value, Behavior, SEALED_BEHAVIORS, problems)


def _read(folder: Path, name: str, problems: list[Problem], *, unseal: Unseal | None = None) -> Any:
    """Read and parse a file; none when that fails, with the reason among the problems."""
    try:
        data = read_inside(folder, name)
        if data is None:
            problems.append(error(f"There is no {name} in {folder}", "Add it, or check the folder"))
            return None
        value = parse_yaml(data if unseal is None else unseal(data), source=name)
    except InputError as refusal:
        problems.append(error(refusal.message, refusal.hint))
        return None
    if value is None:
        problems.append(error(f"{name} is empty", "Fill it in"))
    return value


def listed_entries(value: Any, kind: type[T], source: str, problems: list[Problem]) -> list[T]:
    """Validate the entries of a list; what is wrong with them goes to the problems."""
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > MAX_ENTRIES:
        problems.append(
            error(f"{source} is not a list of at most {MAX_ENTRIES:,} entries", "Begin each entry with '- '")
        )
        return []
    found = []
    for number, entry in enumerate(value, start=1):
        try:
            found.append(validated(kind, entry, source=_place(source, number, entry)))
        except DocumentError as refusal:
            problems.append(error(refusal.message, refusal.hint))
    return found


def _place(source: str, number: int, entry: Any) -> str:
    name = entry.get("id", entry.get("tag")) if isinstance(entry, dict) else None
    called = f" ({name})" if isinstance(name, str) and len(name) <= 64 and source != SEALED_BEHAVIORS else ""
    return f"{source}, entry {number}{called}"


def named_by_hash(value: Any) -> Any:
    """Give plain sentences an id made from their words, so that a list of requests can be just that."""
    if not isinstance(value, list):
        return value
    return [
        {"id": f"b-{hashlib.sha256(entry.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}", "ask": entry}
        if isinstance(entry, str)
        else entry
        for entry in value
    ]


def validated(kind: type[T], value: Any, *, source: str) -> T:
    """Validate an entry, filling in its kind and version when they are left out.

    Raises:
        DocumentError: A field is missing, unknown or wrong. Of sealed content only the names of fields that
            the form knows are told.
    """
    if not isinstance(value, dict):
        raise DocumentError(
            f"{source} is not a mapping of fields to values", "Write it as 'field: value' lines"
        )
    if issubclass(kind, Document):
        value = {name: kind.model_fields[name].default for name in ("kind", "version")} | value
        if source.startswith(SEALED_BEHAVIORS):
            return _validated_quietly(kind, value, source)
        return kind.from_json(value, source=source)
    try:
        return kind.model_validate_json(canonical_bytes(value))
    except ValidationError as refusal:
        raise DocumentError(*describe(refusal, source=source)) from refusal


def _validated_quietly(kind: type[T], value: dict[str, Any], source: str) -> T:
    """Validate sealed content, telling nothing that it says."""
    try:
        return kind.model_validate_json(canonical_bytes(value))
    except ValidationError as refusal:
        first = refusal.errors(include_url=False, include_input=False, include_context=False)[0]["loc"]
        known = _field_names(kind)
        place = ".".join(str(step) for step in first if isinstance(step, int) or step in known)
        # No cause: the chain of a traceback would print the value.
        raise DocumentError(
            f"{source} has a missing, unknown or wrong field{f' at {place}' if place else ''}", "Correct it"
        ) from None
    except DocumentError:
        raise DocumentError(
            f"{source} holds a value that is not plain text or a number", "Correct it"
        ) from None


def _field_names(kind: type[BaseModel]) -> set[str]:
    """Return the names of a form's top-level fields."""
    return set(kind.model_fields)
