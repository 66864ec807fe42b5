"""How new files of a log are put in place, all or none; see :mod:`groundstop.evidence.log.writer`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from groundstop.evidence.log import disk
from groundstop.evidence.log.errors import DamagedLogError
from groundstop.evidence.log.stored import CHECKPOINT, Read
from groundstop.evidence.log.tiles import HEIGHT, WIDTH, TilePath, tile_paths

STAGED = "staged"
"""The folder of files that are not in place yet; what is in it is not part of the log."""

_SLASH = "+"
"""Stands for a slash in the names of staged files; no path of a log has one."""


def prepare(folder: Path) -> None:
    """Make the staging folder, empty."""
    staged = folder / STAGED
    if staged.is_dir():
        disk.discard(staged)
    else:
        staged.mkdir()
        disk.sync_folder(folder)


def stage(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files aside and make them durable. Until :func:`commit`, they count for nothing."""
    disk.write_durably(folder / STAGED, {_flat(path): data for path, data in files.items()})


def commit(folder: Path, checkpoint: bytes) -> None:
    """Write the new checkpoint aside and make it durable: from here on the staged files are the log's."""
    disk.write_durably(folder / STAGED, {CHECKPOINT: checkpoint})


def committed(folder: Path) -> bytes | None:
    """Return the checkpoint of an append that did not end; none when there is none."""
    return disk.read_file(folder / STAGED / CHECKPOINT)


def overlaid(folder: Path) -> Read:
    """Return a function that reads a log's files as they will be when what is staged is in place."""
    read = disk.folder_files(folder)

    def read_staged_first(path: str) -> bytes | None:
        staged = read(f"{STAGED}/{_flat(path)}")
        return read(path) if staged is None else staged

    return read_staged_first


def place(folder: Path) -> None:
    """Move what is staged to its place, except the checkpoint."""
    staged = folder / STAGED
    names = sorted(path.name for path in staged.iterdir() if path.name != CHECKPOINT)
    disk.put_in_place([(staged / name, folder / name.replace(_SLASH, "/")) for name in names])


def finish(folder: Path) -> None:
    """Move everything to its place, the checkpoint last, so that it never promises what is not there."""
    place(folder)
    disk.put_in_place([(folder / STAGED / CHECKPOINT, folder / CHECKPOINT)])


def resume(folder: Path, old_size: int, new_size: int) -> None:
    """Finish what was committed and then interrupted.

    Args:
        folder: The log's folder.
        old_size: The size of the checkpoint that is in place.
        new_size: The size of the one that is staged.

    Raises:
        DamagedLogError: A file that was staged is neither there nor in place.
    """
    paths = [str(tile) for tile in tile_paths(new_size, beyond=old_size)]
    for path in paths:
        if not (folder / STAGED / _flat(path)).is_file() and not (folder / path).is_file():
            raise DamagedLogError(
                f"The interrupted append to {folder} cannot be completed: {path} is missing",
                "Restore the folder from a copy",
            )
    # Whoever was interrupted may have written and moved things without having waited for the disk.
    disk.sync_file(folder / STAGED / CHECKPOINT)
    above = {parent for path in paths for parent in (folder / path).parents if parent.is_relative_to(folder)}
    for parent in (folder / STAGED, *sorted(above)):
        if parent.is_dir():
            disk.sync_folder(parent)
    finish(folder)


def drop_partial(folder: Path, old_size: int, new_size: int) -> None:
    """Remove the partial tiles that have given way to full ones.

    They are kept until then, as the layout asks: whoever read an older checkpoint may still want them. Kept
    for good, they would take more room than a hundred copies of the log.
    """
    levels = -(-old_size.bit_length() // HEIGHT)
    for level in (None, *range(levels)):
        index, width = divmod(old_size >> (HEIGHT * (level or 0)), WIDTH)
        if width and new_size >> (HEIGHT * (level or 0)) >= (index + 1) * WIDTH:
            partial = folder / f"{TilePath(level, index).folder}.p"
            # A partial tile that stays does no harm, and the append is done.
            with suppress(OSError):
                disk.discard(partial)
                partial.rmdir()


def _flat(path: str) -> str:
    return path.replace("/", _SLASH)
