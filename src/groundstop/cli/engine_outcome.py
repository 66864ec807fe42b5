"""What an engine found: brought in as import runs, and shown as what it is, which is no decision."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundstop.errors import ExitCode, GroundstopError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from groundstop.documents import Import, TargetDescription
    from groundstop.store import Workspace


@dataclass(frozen=True, slots=True)
class Brought:
    """A result file that was brought in."""

    run: str
    account: Import


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an engine's run."""

    engine: str
    target: str
    simulated: bool
    """True when no model was asked."""
    log: Path
    """The engine's output."""
    brought: tuple[Brought, ...]

    @property
    def exit_code(self) -> ExitCode:
        """1 when something was violated, 0 when nothing was and something held, 3 otherwise."""
        if any(one.account.counts.violated for one in self.brought):
            return ExitCode.BAD
        held = any(one.account.counts.held for one in self.brought)
        return ExitCode.GOOD if held else ExitCode.INCONCLUSIVE

    def to_json(self) -> dict[str, Any]:
        """Return it as one JSON value."""
        return {
            "engine": self.engine,
            "target": self.target,
            "simulated": self.simulated,
            "decision": None,
            "log": str(self.log),
            "imports": [{"run": one.run, "import": one.account.to_json()} for one in self.brought],
        }

    def text(self) -> RenderableType:
        """Return what the terminal shows."""
        from rich.console import Group
        from rich.text import Text

        from groundstop.cli.importing import account_text

        parts: list[RenderableType] = []
        for one in self.brought:
            parts += [Text(f"Run {one.run}"), account_text(one.account), Text()]
        return Group(*parts, *(Text(line) for line in self._remarks()))

    def _remarks(self) -> list[str]:
        lines = [
            f"This is what {self.engine} found, and no decision: how often it is wrong is not known.",
        ]
        if self.simulated:
            lines.append("Simulated: no model was asked.")
        if self.exit_code is ExitCode.INCONCLUSIVE:
            lines.append("Nothing was decided, which is not the same as nothing found.")
        violated = [one.run for one in self.brought if one.account.counts.violated]
        lines += [f"Seal it as an unattested finding with: groundstop finding seal {run}" for run in violated]
        if violated:
            lines.append("Replay the finding with: groundstop reproduce FINDING --target TARGET")
        return [*lines, f"Its output, which may hold prompts: {self.log}"]


def bring_in_all(
    space: Workspace,
    tool: str,
    found: list[Path],
    *,
    target: TargetDescription,
    violated_when: str | None,
    log: Path,
) -> tuple[Brought, ...]:
    """Put an engine's result files on record, each as a run.

    Args:
        space: The workspace.
        tool: Whose files they are.
        found: The files.
        target: Whom the engine asked.
        violated_when: What the user states of checks whose meaning the files do not tell.
        log: The engine's output; what cannot be brought in is kept beside it.

    Raises:
        GroundstopError: One cannot be read or kept. It and those after it are not thrown away.
    """
    from groundstop.cli.importing import bring_in
    from groundstop.importers.engines import keep_result

    brought: list[Brought] = []
    for path in found:
        try:
            brought.append(Brought(*bring_in(space, tool, path, violated_when, target)))
        except GroundstopError as error:
            # They took calls to get.
            kept = ", ".join(str(keep_result(one, log)) for one in found[len(brought) :])
            raise type(error)(error.message, f"{error.hint}; the results are kept in {kept}") from error
    return tuple(brought)
