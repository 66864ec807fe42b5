"""Loading a suite by name or folder, and telling everything that is wrong with one."""

from __future__ import annotations

from pathlib import Path

from groundstop.suites.checks import check
from groundstop.suites.held_out_checks import check_held_out
from groundstop.suites.locating import locate
from groundstop.suites.problems import Problem, errors_of, raise_first
from groundstop.suites.reading import Contents, Unseal, read_contents
from groundstop.suites.suite import Suite


def load_suite(name_or_path: str | Path, *, unseal: Unseal | None = None) -> Suite:
    """Load a suite.

    Args:
        name_or_path: The name of a shipped suite (``canary``) or of an installed one, or a folder.
        unseal: Opens the behaviors of a sealed suite; raises
            :class:`~groundstop.errors.InputError` when it cannot.

    Returns:
        The suite, whose documents are valid and fit together.

    Raises:
        InputError: There is no such suite.
        DocumentError: It has a problem; the first one is told. :func:`validate` tells all.
    """
    contents, problems = _examine(locate(name_or_path), unseal)
    raise_first(problems)
    return _suite(contents)


def _suite(contents: Contents) -> Suite:
    assert contents.manifest is not None  # noqa: S101 -- its absence is an error, which there is none of
    return Suite(
        manifest=contents.manifest,
        requirements=tuple(contents.requirements),
        behaviors=tuple(contents.behaviors),
        techniques=tuple(contents.techniques),
        benign=tuple(contents.benign),
        languages=tuple(contents.languages),
        folder=contents.folder,
    )


def validate(name_or_path: str | Path, *, unseal: Unseal | None = None) -> tuple[Problem, ...]:
    """Tell everything that is wrong with a suite.

    Args:
        name_or_path: As for :func:`load_suite`.
        unseal: As for :func:`load_suite`.

    Returns:
        All problems, errors before warnings; none when the suite is fine. A suite with warnings only can be
        loaded. What it gives for the verification of a fix is looked at once there is no error left.

    Raises:
        InputError: There is no such suite.
    """
    contents, problems = _examine(locate(name_or_path), unseal)
    found = errors_of(problems)
    if not found:
        return (*problems, *check_held_out(_suite(contents)))
    return (*found, *(problem for problem in problems if problem not in found))


def _examine(folder: Path, unseal: Unseal | None) -> tuple[Contents, list[Problem]]:
    contents = read_contents(folder, unseal=unseal)
    return contents, [*contents.problems, *check(contents)]
