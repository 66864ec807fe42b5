"""A disk on which the n-th change fails, or at which the program is killed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

CHANGES = ("open", "write", "fsync", "replace", "link", "mkdir", "unlink", "chmod")


class Killed(BaseException):
    """The program is dead: nothing is done after it."""


@dataclass
class Steps:
    """Counts the changes that a program makes to the disk, and fails at one of them.

    Args:
        fail_at: The change that fails, from 0; none lets all pass.
        error: What it fails with. After :class:`Killed` every later change fails too.
    """

    fail_at: int | None = None
    error: type[Killed] | OSError = Killed
    count: int = 0

    def step(self) -> None:
        """Count a change, or fail."""
        place, self.count = self.count, self.count + 1
        if self.fail_at is None or place < self.fail_at:
            return
        if place == self.fail_at or self.error is Killed:
            raise self.error


@contextmanager
def failing(steps: Steps) -> Iterator[Steps]:
    """Let the process use such a disk. A write that fails has written half of its bytes."""
    real: dict[str, Any] = {name: getattr(os, name) for name in CHANGES}

    def open_(path: Any, flags: int, *arguments: Any, **more: Any) -> int:
        if flags & os.O_CREAT:
            steps.step()
        return int(real["open"](path, flags, *arguments, **more))

    def write(handle: int, data: Any) -> int:
        try:
            steps.step()
        except (Killed, OSError):
            real["write"](handle, bytes(data)[: len(data) // 2])
            raise
        return int(real["write"](handle, data))

    def changing(name: str) -> Any:
        def change(*arguments: Any, **more: Any) -> Any:
            steps.step()
            return real[name](*arguments, **more)

        return change

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "open", open_)
        patch.setattr(os, "write", write)
        for name in CHANGES[2:]:
            patch.setattr(os, name, changing(name))
        yield steps
