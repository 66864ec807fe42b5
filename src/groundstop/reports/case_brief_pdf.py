"""A decision-maker's brief as a PDF of one page."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.resources import files
from typing import TYPE_CHECKING

from groundstop.cases.tiers import Told
from groundstop.errors import InputError
from groundstop.reports.case_brief import LADDER, Brief, brief_of
from groundstop.reports.case_brief_lines import Limits

if TYPE_CHECKING:
    from typst import Compiler


def brief_pdf(told: Told) -> bytes:
    """Return a brief as a PDF of one page; long content is shortened, and says by how much.

    Args:
        told: The case as it is told at the tier of the brief, or a wider one.

    Returns:
        A tagged PDF; the same for the same case and the same fonts.

    Raises:
        InputError: The library that sets it is not installed.
        ValueError: The case is told at a narrower tier.
    """
    compiler = _compiler()
    source = files("groundstop.reports").joinpath("templates", "case_brief.typ").read_bytes()
    for limits in LADDER:
        inputs = _inputs(brief_of(told, limits), limits)
        # Of several pages it returns a list.
        if isinstance(compiler.compile(source, format="svg", sys_inputs=inputs), bytes):
            made = compiler.compile(
                source, format="pdf", sys_inputs=inputs, timestamp=told.as_of.replace(microsecond=0)
            )
            assert isinstance(made, bytes)  # noqa: S101 - a PDF is one file
            return made
    raise AssertionError("the last of the ladder fits, whatever a case holds")


def _compiler() -> Compiler:
    try:
        from typst import Compiler
    except ImportError:
        raise InputError(
            "a brief cannot be made into a PDF: the package typst is not installed",
            "Install groundstop[pdf], or take the brief as HTML and print it",
        ) from None
    return Compiler()


def _inputs(brief: Brief, limits: Limits) -> dict[str, str]:
    """Return what the template is filled with: data, which is never taken for markup."""
    return {"brief": json.dumps(asdict(brief)), "size": f"{limits.size}"}
