"""``groundstop case``: one finding among parties that need not trust each other."""

from __future__ import annotations

import click

from groundstop.cli.lazy import LazyGroup

_COMMANDS = {
    "open": ("groundstop.cli.case_open:open_case", "Open a case about a finding."),
    "invite": ("groundstop.cli.case_open:invite", "Bring another party into a case."),
    "show": ("groundstop.cli.case_show:show", "Show the whole case, as text or as a page."),
    "state": ("groundstop.cli.case_show:state", "Say what is due, from whom, and what happens next."),
    "timeline": ("groundstop.cli.case_show:timeline", "Show who knew and said what, when, with its proof."),
    "say": ("groundstop.cli.case_say:say", "Make a statement in your own name."),
    "types": ("groundstop.cli.case_say:types", "List what can be said, and who may say it."),
    "interests": ("groundstop.cli.case_say:interests", "Declare what you have to gain or to lose."),
    "score": ("groundstop.cli.case_score:score", "Give your severity score."),
    "profiles": ("groundstop.cli.case_score:profiles", "Show the severity profiles."),
    "policies": ("groundstop.cli.case_show:policies", "Show the deadlines, and where they come from."),
    "disclose": ("groundstop.cli.case_disclose:disclose", "Give a notice to recipients, in one tier."),
    "brief": ("groundstop.cli.case_disclose:brief", "Write the decision-maker's brief of one page."),
    "advisory": ("groundstop.cli.case_disclose:advisory", "Export an advisory for other tools."),
    "read": ("groundstop.cli.case_read:read", "Show what somebody's advisory tells."),
    "reveal": ("groundstop.cli.case_open:reveal", "Tell who a withheld party is."),
    "export": ("groundstop.cli.case_exchange:export", "Write a copy for another party."),
    "import": ("groundstop.cli.case_exchange:import_case", "Take a copy that another party gave."),
    "merge": ("groundstop.cli.case_exchange:merge", "Put other copies into yours; forks are shown."),
    "remind": ("groundstop.cli.case_remind:remind", "Send reminders of what is due."),
}


@click.group(cls=LazyGroup, lazy=_COMMANDS)
def case() -> None:
    """Coordinate a finding among parties: who said what, and when.

    A case is a file of signed statements. Each party makes statements in its own name only, keeps its own
    copy, and exchanges copies with the others by whatever way they like.
    """
