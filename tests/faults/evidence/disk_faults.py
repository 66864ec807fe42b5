"""A disk that fails at a chosen step, and what a power cut at that step could leave.

Every call that changes a folder is a step: creating, writing, waiting for the disk, renaming, removing. The
calls are carried out for real; beside them a model notes what would have reached the disk.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest


class Killed(BaseException):
    """The process is dead: nothing may be done after it."""


@dataclass
class Inode:
    """A file's content as the process sees it, and as much of it as is surely on the disk."""

    data: bytes = b""
    durable: bytes | None = None


@dataclass(frozen=True)
class Change:
    """A change of names that may not have reached the disk yet: a file or folder put, taken away or moved."""

    kind: str
    path: str
    inode: Inode | None = None
    source: str = ""


@dataclass
class Disk:
    """Counts the steps below a folder and fails at one of them.

    Args:
        root: The folder.
        fail_at: The step that fails; none lets all pass.
        error: What it fails with. A :class:`Killed` process fails at every later step too.
        for_good: Whether later steps that need space fail too.
    """

    root: Path
    fail_at: int | None = None
    error: type[Killed] | OSError = Killed
    for_good: bool = False
    steps: int = 0
    names: dict[str, Inode | None] = field(default_factory=dict)
    pending: list[Change] = field(default_factory=list)
    live: dict[str, Inode | None] = field(default_factory=dict)
    handles: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for path in sorted(self.root.rglob("*")):
            data = None if path.is_dir() else path.read_bytes()
            self.names[self.name(path)] = None if data is None else Inode(data, data)
        self.live = dict(self.names)

    def name(self, path: Any) -> str:
        return Path(path).relative_to(self.root).as_posix()

    def within(self, path: Any) -> bool:
        return isinstance(path, str | os.PathLike) and Path(path).is_relative_to(self.root)

    @property
    def failed(self) -> bool:
        return self.fail_at is not None and self.steps > self.fail_at

    def step(self, *, needs_space: bool = False) -> None:
        """Count a step, or fail."""
        self.steps += 1
        if self.fail_at is None or self.steps <= self.fail_at:
            return
        if isinstance(self.error, OSError):
            if self.steps == self.fail_at + 1 or (self.for_good and needs_space):
                raise self.error
        else:
            raise self.error

    def after_a_power_cut(self, target: Path, random: Random) -> Path:
        """Write what may be left: everything that was waited for, and any part of the rest."""
        left = dict(self.names)
        for change in self.pending:
            if random.random() < 0.5:
                apply(left, change)
        target.mkdir()
        for name, inode in left.items():
            path = target / name
            if any(str(parent) not in left for parent in Path(name).parents if str(parent) != "."):
                continue
            if inode is None:
                path.mkdir(exist_ok=True)
            elif inode.durable is not None and inode.durable == inode.data:
                path.write_bytes(inode.data)
            else:
                path.write_bytes(inode.data[: random.randint(0, len(inode.data))])
        return target


def apply(names: dict[str, Inode | None], change: Change) -> None:
    """Carry a change of names out."""
    if change.kind == "put":
        names[change.path] = change.inode
    elif change.kind == "take":
        names.pop(change.path, None)
    elif change.source in names:
        names[change.path] = names.pop(change.source)
    # Folders come before what is in them when the names are written out.
    ordered = sorted(names.items())
    names.clear()
    names.update(ordered)


@contextmanager
def failing(disk: Disk) -> Iterator[Disk]:
    """Let the process use this disk."""
    real = {
        name: getattr(os, name)
        for name in ("open", "close", "write", "fsync", "replace", "mkdir", "unlink", "rmdir")
    }

    def note(change: Change) -> None:
        apply(disk.live, change)
        disk.pending.append(change)

    def open_(path: Any, flags: int, mode: int = 0o777, **more: Any) -> int:
        creates = disk.within(path) and flags & os.O_CREAT
        if creates:
            disk.step(needs_space=True)
        handle: int = real["open"](path, flags, mode, **more)
        if disk.within(path):
            disk.handles[handle] = disk.name(path)
        if creates and disk.live.get(disk.name(path)) is None:
            note(Change("put", disk.name(path), Inode()))
        return handle

    def close(handle: int) -> None:
        disk.handles.pop(handle, None)
        real["close"](handle)

    def write(handle: int, data: Any) -> int:
        if handle not in disk.handles:
            return int(real["write"](handle, data))
        inode = disk.live[disk.handles[handle]]
        assert inode is not None
        data = bytes(data)
        try:
            disk.step(needs_space=True)
        except (Killed, OSError):
            if disk.steps == (disk.fail_at or 0) + 1:
                inode.data += data[: len(data) // 2]
                real["write"](handle, data[: len(data) // 2])
            raise
        inode.data += data
        return int(real["write"](handle, data))

    def fsync(handle: int) -> None:
        if handle not in disk.handles:
            return
        disk.step()
        name = disk.handles[handle]
        inode = disk.live.get(name)
        if inode is not None:
            inode.durable = inode.data
            return
        for change in [change for change in disk.pending if str(Path(change.path).parent) == name]:
            apply(disk.names, change)
            disk.pending.remove(change)

    def changing(kind: str) -> Any:
        def call(path: Any, *arguments: Any, **more: Any) -> None:
            if disk.within(path):
                disk.step(needs_space=kind == "mkdir")
            real[kind](path, *arguments, **more)
            if disk.within(path):
                note(Change("put" if kind == "mkdir" else "take", disk.name(path)))

        return call

    def replace(source: Any, target: Any, **more: Any) -> None:
        disk.step(needs_space=True)
        real["replace"](source, target, **more)
        note(Change("move", disk.name(target), source=disk.name(source)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "open", open_)
        patch.setattr(os, "close", close)
        patch.setattr(os, "write", write)
        patch.setattr(os, "fsync", fsync)
        patch.setattr(os, "replace", replace)
        for kind in ("mkdir", "unlink", "rmdir"):
            patch.setattr(os, kind, changing(kind))
        yield disk
