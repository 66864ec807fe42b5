"""Inspect's logs: ``.eval``, a zip of samples, and ``.json``, the same as one value.

There is one record for each sample and scorer. What a score means is stated by whoever imports the log; see
``inspect_scores``. A sample that ended with an error, or that Inspect marks as invalid, is ``undetermined``.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundstop.documents import ModelIdentity
from groundstop.errors import DocumentError
from groundstop.importers.fields import items, mapping, word
from groundstop.importers.inspect_samples import Log, read_sample
from groundstop.importers.json_text import Cleaned, UnreadableError, parse
from groundstop.importers.limits import MAX_DOCUMENT_BYTES
from groundstop.importers.records import (
    OtherFileError,
    ReadFile,
    Record,
    SkippedRecord,
    ViolatedWhen,
    collect,
)
from groundstop.importers.versions import check_version
from groundstop.importers.zip_members import ZipMembers, open_zip

KNOWN = ("2",)
"""Versions of the log format."""

_HEADERS = ("header.json", "_journal/start.json")
"""Where a ``.eval`` keeps what is true of the whole log; the second alone while the run goes on."""


def read_inspect(data: bytes, *, source: str, violated_when: ViolatedWhen | None = None) -> ReadFile:
    """Read a log.

    Args:
        data: The file.
        source: Its name, for error messages.
        violated_when: When the safeguard was broken; without it no score decides anything.

    Returns:
        Its records.

    Raises:
        InputError: The package that reads Zstandard is not installed.
        DocumentError: A zip that is damaged or hostile, a version that is not known, or too many records.
        UnreadableError: It is not JSON.
        OtherFileError: It is no log.

    Source: Inspect 0.3.285, ``log/_log.py`` and ``log/_recorders``.
    """
    if data.startswith(b"PK"):
        with open_zip(data, source=source) as members:
            return _read_zip(members, source=source, violated_when=violated_when)
    cleaned = parse(data, limit=MAX_DOCUMENT_BYTES)
    log = _checked(Log(cleaned.value, violated_when), source=source)
    samples = enumerate(items(cleaned.value, "samples"))
    found = (record for index, one in samples for record in read_sample(one, f"samples.{index}", log))
    return _file(log, collect(found, source=source), cleaned.credentials)


def _read_zip(members: ZipMembers, *, source: str, violated_when: ViolatedWhen | None) -> ReadFile:
    header = _header(members, source=source)
    log = _checked(Log(header.value, violated_when), source=source)
    removed = [header.credentials]
    records = collect(_from_members(members, log, removed), source=source)
    return _file(log, records, sum(removed))


def _header(members: ZipMembers, *, source: str) -> Cleaned:
    current = {member.name: member for member in members.listed if not member.replaced}
    present = [current[name] for name in _HEADERS if name in current]
    if not present:
        raise OtherFileError("a log of Inspect")
    problem = ""
    for member in present:
        try:
            return parse(members.read(member))
        except UnreadableError as error:
            problem = problem or str(error)
    raise DocumentError(f"{source} has a header that cannot be read: {problem}", "Check that it is complete")


def _from_members(members: ZipMembers, log: Log, removed: list[int]) -> Iterator[Record]:
    for member in members.listed:
        if not (member.name.startswith("samples/") and member.name.endswith(".json")):
            continue
        position = f"member {member.number}"
        if member.replaced:
            yield SkippedRecord(position, "a later member has the same name")
            continue
        try:
            cleaned = parse(members.read(member))
        except UnreadableError as error:
            yield SkippedRecord(position, str(error))
            continue
        removed.append(cleaned.credentials)
        yield from read_sample(cleaned.value, position, log)


def _checked(log: Log, *, source: str) -> Log:
    if "eval" not in mapping(log.header) or "version" not in log.header:
        raise OtherFileError("a log of Inspect")
    version = log.header["version"]
    check_version(
        version if isinstance(version, int) else "of another form",
        KNOWN,
        source=source,
        what="Inspect's log format",
    )
    return log


def _file(log: Log, records: tuple[Record, ...], credentials: int) -> ReadFile:
    return ReadFile(
        tool_version=word(log.header, "eval", "packages", "inspect_ai"),
        model=_model(word(log.header, "eval", "model")),
        records=records,
        credentials_removed=credentials,
    )


def _model(name: str | None) -> ModelIdentity | None:
    """Split Inspect's name of a model; a service with the dialect of another is named in two parts."""
    provider, _, rest = (name or "").partition("/")
    if provider == "openai-api" and "/" in rest:
        service, _, rest = rest.partition("/")
        provider = f"{provider}/{service}"
    return ModelIdentity(provider=provider, name=rest) if provider and rest else None
