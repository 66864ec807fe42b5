"""The result files that an engine left."""

from __future__ import annotations

import os
from pathlib import Path

from groundstop.errors import WorkspaceError
from groundstop.importers.engines.choosing import Engine
from groundstop.importers.engines.errors import EngineError
from groundstop.importers.engines.output import without_key
from groundstop.importers.limits import MAX_FILE_BYTES


def collect_results(engine: Engine, folder: Path, pattern: str, *, key: str | None, log: Path) -> list[Path]:
    """Return an engine's result files, in the order of their names.

    Should the key stand in one, it is taken out: of an arbitrary key no form could tell the importers.

    Args:
        engine: The engine.
        folder: The job's folder.
        pattern: Of the files, within it.
        key: The target's key, if any.
        log: Where the engine's output is, for the error message.

    Raises:
        EngineError: There is none, or the run it is of did not come to its end.
    """
    found = sorted(path for path in folder.glob(pattern) if path.is_file() and not path.is_symlink())
    if not found:
        raise EngineError(f"{engine.tool} left no results", f"See its output in {log}")
    for path in found:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise EngineError(
                f"{engine.tool} left more than {MAX_FILE_BYTES:,} bytes of results", "Ask less at a time"
            )
        data = path.read_bytes()
        if not engine.finished(data):
            raise EngineError(
                f"{engine.tool} did not come to its end, and its results are not used",
                f"See its output in {log}",
            )
        clean = without_key(data, key)
        if clean != data:
            path.write_bytes(clean)
    return found


def keep_result(path: Path, log: Path) -> Path:
    """Keep a result file that could not be imported beside the log, readable by its owner only.

    Raises:
        WorkspaceError: It cannot be kept.
    """
    kept = log.with_name(f"{log.stem}-{path.name}")
    try:
        handle = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(path.read_bytes())
    except OSError as error:
        raise WorkspaceError(
            f"The results cannot be kept in {kept}: {error.strerror}",
            "Check the free space, and run it again",
        ) from error
    return kept
