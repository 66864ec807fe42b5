"""promptfoo's ``results.json`` and ``results.jsonl``.

There is one record for each assertion of each result; what "pass" means depends on the assertion, see
``promptfoo_checks``. An error of the provider or of the tool itself is ``undetermined``. A result file in the
JUnit form holds neither prompts nor answers, and is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from groundstop.documents import ModelIdentity
from groundstop.errors import DocumentError
from groundstop.importers.fields import count, items, mapping, word
from groundstop.importers.json_text import UnreadableError, json_lines, parse
from groundstop.importers.limits import MAX_DOCUMENT_BYTES
from groundstop.importers.promptfoo_results import is_result, provider_of, read_result
from groundstop.importers.records import (
    OtherFileError,
    ReadFile,
    Record,
    SkippedRecord,
    ViolatedWhen,
    collect,
)
from groundstop.importers.versions import check_version

KNOWN = ("3",)
"""Versions of ``results.json``; lines of ``results.jsonl`` state none."""

_APIS = frozenset({"chat", "completion", "messages", "responses", "converse"})
_NO_PROVIDERS = (
    "http:",
    "https:",
    "ws:",
    "wss:",
    "file:",
    "exec:",
    "python:",
    "package:",
    "golang:",
    "ruby:",
)


@dataclass
class _Gathered:
    violated_when: ViolatedWhen | None
    credentials: int = 0
    recognised: int = 0
    providers: set[str] = field(default_factory=set)


def read_promptfoo(data: bytes, *, source: str, violated_when: ViolatedWhen | None = None) -> ReadFile:
    """Read a result file.

    Args:
        data: The file, as one JSON value or as JSON lines.
        source: Its name, for error messages.
        violated_when: What the assertions mean whose type does not tell: ``incorrect`` when a failure is the
            violation, ``correct`` when a pass is.

    Returns:
        Its records.

    Raises:
        DocumentError: The JUnit form, a version that is not known, or too many records.
        UnreadableError: It is not JSON.
        OtherFileError: Nothing in it is promptfoo's.

    Source: promptfoo 0.121, ``src/types/index.ts``.
    """
    if is_junit(data):
        raise DocumentError(
            f"{source} is in the JUnit form, which holds neither prompts nor answers",
            "Give the results.json or results.jsonl of the same evaluation",
        )
    gathered = _Gathered(violated_when)
    version = None
    if _is_lines(data):
        records = collect(_from_lines(data, gathered, source=source), source=source)
    else:
        cleaned = parse(data, limit=MAX_DOCUMENT_BYTES)
        gathered.credentials = cleaned.credentials
        if not isinstance(mapping(cleaned.value, "results").get("results"), list):
            raise OtherFileError("a result file of promptfoo")
        gathered.recognised = 1
        format_version = count(cleaned.value, "results", "version")
        check_version(format_version, KNOWN, source=source, what="promptfoo's result format")
        version = word(cleaned.value, "metadata", "promptfooVersion")
        records = collect(_from_document(cleaned.value, gathered), source=source)
    if not gathered.recognised:
        raise OtherFileError("a result file of promptfoo")
    return ReadFile(version, _model(gathered.providers), records, gathered.credentials)


def is_junit(data: bytes) -> bool:
    """Tell whether a file is promptfoo's, in the JUnit form."""
    head = data[:1000].lstrip(b"\xef\xbb\xbf \r\n\t")
    return head.startswith((b"<?xml", b"<testsuites")) and b"<testsuites" in head and b'"promptfoo"' in head


def _is_lines(data: bytes) -> bool:
    """Tell JSON lines from one value, which promptfoo writes with an indent."""
    first, _, rest = data.lstrip(b"\xef\xbb\xbf \r\n\t").partition(b"\n")
    try:
        return "results" not in mapping(parse(first).value)
    except UnreadableError:
        return bool(rest.strip()) and len(first.strip()) > 1


def _from_lines(data: bytes, gathered: _Gathered, *, source: str) -> Iterator[Record]:
    for line in json_lines(data, source=source):
        gathered.credentials += line.credentials
        position = f"line {line.number}"
        if line.problem is not None:
            yield SkippedRecord(position, line.problem)
        elif is_result(line.value):
            gathered.recognised += 1
            yield from _gather(line.value, position, gathered)
        else:
            yield SkippedRecord(position, "a line that is no result")


def _from_document(value: Any, gathered: _Gathered) -> Iterator[Record]:
    for index, result in enumerate(items(value, "results", "results")):
        position = f"results.results.{index}"
        if is_result(result):
            yield from _gather(result, position, gathered)
        else:
            yield SkippedRecord(position, "an entry that is no result")


def _gather(result: Any, position: str, gathered: _Gathered) -> Iterator[Record]:
    provider = provider_of(result)
    if provider is not None:
        gathered.providers.add(provider)
    return read_result(result, position, gathered.violated_when)


def _model(providers: set[str]) -> ModelIdentity | None:
    """Return the model of a file with one provider, where the provider's id says which model it is."""
    if len(providers) != 1 or (one := next(iter(providers))).startswith(_NO_PROVIDERS):
        return None
    provider, _, rest = one.partition(":")
    api, _, name = rest.partition(":")
    name = name if api in _APIS and name else rest
    return ModelIdentity(provider=provider, name=name) if provider and name else None
