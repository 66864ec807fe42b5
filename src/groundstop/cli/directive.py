"""``groundstop directive``: signed orders about named models, scoped, expiring, lifted on proof."""

from __future__ import annotations

import click

from groundstop.cli.lazy import LazyGroup

_COMMANDS = {
    "draft": ("groundstop.cli.directive_draft:draft", "Draft an order from a case or a finding, or empty."),
    "show": ("groundstop.cli.directive_show:show", "Show an order in plain language, as text or a page."),
    "diff": ("groundstop.cli.directive_show:diff", "Say what differs between two orders."),
    "preview": ("groundstop.cli.directive_preview:preview", "Say whom an order would cut off, and whom not."),
    "sign": ("groundstop.cli.directive_sign:sign", "Sign an order, or add your signature to one."),
    "publish": ("groundstop.cli.directive_publish:publish", "Publish what is signed, for gateways to fetch."),
    "stop": ("groundstop.cli.directive_stop:stop", "Halt a model at once, for three days at most."),
    "lift": ("groundstop.cli.directive_lift:lift", "Lift an order whose criteria are met."),
    "countersign": ("groundstop.cli.directive_lift:countersign", "Agree that a verification meets an order."),
    "list": ("groundstop.cli.directive_list:list_orders", "List what stands."),
    "check-weights": ("groundstop.cli.check_weights:check_weights", "Check weights against orders."),
    "export": ("groundstop.cli.directive_export:export", "Write an order for other tools."),
    "feed": ("groundstop.cli.directive_feed:feed", "Write what stands as feeds and a page."),
}


@click.group(cls=LazyGroup, lazy=_COMMANDS)
def directive() -> None:
    """Say what is withdrawn, from whom, on what record, until when, and what lifts it.

    An order is a small signed file. It is drafted, looked at, previewed and signed before anybody obeys it;
    what a gateway does is decided by the same rule that the preview uses.
    """
