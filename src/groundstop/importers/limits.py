"""How much of other people's files is read; a larger file is refused, and a larger record skipped."""

from __future__ import annotations

MIB = 1024 * 1024

MAX_FILE_BYTES = 256 * MIB
"""Largest file that is read, in bytes."""

MAX_DOCUMENT_BYTES = 64 * MIB
"""Largest file that is one JSON value: parsed, it takes several times as much memory."""

MAX_RECORD_BYTES = 16 * MIB
"""Largest line, member of a zip, or value of a database, in bytes."""

MAX_LINES = 1_000_000
"""Most lines of a file of JSON lines."""

MAX_RECORDS = 100_000
"""Most records of a file."""

MAX_MEMBERS = 60_000
"""Most members of a zip."""

MAX_UNPACKED_BYTES = 1024 * MIB
"""Most bytes that the members of a zip may say they unpack to, together."""

MAX_EXPANSION = 1000
"""Most bytes that one byte of a member may unpack to, for members over a MiB."""

MAX_DATABASE_STEPS = 500_000_000
"""Most steps of SQLite's virtual machine for a file; a row takes some hundreds."""
