"""``groundstop gateway``: orders made true in front of models, proved, and kept up when one is withdrawn."""

from __future__ import annotations

import click

from groundstop.cli.lazy import LazyGroup

_COMMANDS = {
    "init": ("groundstop.cli.gateway_init:init", "Begin a gateway in a folder: settings and a key."),
    "check": ("groundstop.cli.gateway_init:check", "Check the configuration of a gateway, and use nothing."),
    "serve": ("groundstop.cli.gateway_serve:serve", "Serve: rule on each request on its way to a model."),
    "status": ("groundstop.cli.gateway_status:status", "Show how a gateway stands."),
    "receipts": ("groundstop.cli.gateway_receipts:receipts", "Verify, export and show what was decided."),
    "fallbacks": (
        "groundstop.cli.gateway_fallbacks:fallbacks",
        "Test and list models that answer in another's place.",
    ),
    "guard": ("groundstop.cli.gateway_guard:guard", "Make a virtual patch from a sealed finding."),
    "probe": ("groundstop.cli.gateway_probe:probe", "Ask every way in whether an order holds."),
    "fleet": ("groundstop.cli.gateway_fleet:fleet", "List the gateways of an operator."),
    "certificate": (
        "groundstop.cli.gateway_certificate:certificate",
        "Sign what a fleet is shown to enforce.",
    ),
    "drill": ("groundstop.cli.gateway_drill:drill", "Withdraw a model under load, and see what users see."),
}


@click.group(cls=LazyGroup, lazy=_COMMANDS)
def gateway() -> None:
    """Enforce orders: a gateway in front of models decides each request, and proves what it enforces.

    A FOLDER holds gateway.toml, the gateway's key, and obeys.toml, which names whom the operator obeys; what
    is decided is kept in receipts/ beside them.
    """
