"""The interactive form of a draft: one question a field, each answer checked at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from groundstop.errors import InputError

if TYPE_CHECKING:
    from groundstop.directives.drafting import Draft


def asked(draft: Draft) -> Draft:
    """Ask for what is blank in a draft, and for what its author decides.

    Args:
        draft: The draft.

    Returns:
        The draft with the answers in it.
    """
    from groundstop.directives.drafting.blanks import blanks_of
    from groundstop.directives.drafting.questions import answered, questions_about

    for note in draft.notes:
        click.echo(f"! {note}", err=True)
    directive = draft.directive
    for question in questions_about(directive):
        if question.default is None and question.path not in blanks_of(directive):
            continue  # an earlier answer has filled it in
        click.echo(f"\n{question.text}", err=True)
        while True:
            answer = click.prompt(question.path, default=question.default, err=True)
            if answer == question.default:
                break
            try:
                directive = answered(directive, question.path, answer)
            except InputError as error:
                click.echo(f"  {error}", err=True)
                continue
            break
    return replace(draft, directive=directive)
