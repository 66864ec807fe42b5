"""``groundstop obeys decide``: what would be decided of a request, and why."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli import options
from groundstop.cli.directive_acting import now
from groundstop.cli.obeys_files import folder_argument
from groundstop.errors import ExitCode, InputError

if TYPE_CHECKING:
    from groundstop.directives.facts import Facts
    from groundstop.documents.directives import Act

_MOST_TOKEN_BYTES = 64 * 1024


@click.command()
@folder_argument
@click.argument("model")
@click.option(
    "--act", default="infer", show_default=True, help="infer, fine-tune, download, transfer or deploy."
)
@click.option("--provider", help="Where it is routed to, when that is known.")
@click.option(
    "--claim",
    "claims",
    multiple=True,
    metavar="NAME=VALUE[,VALUE]@ISSUER[:ASSURANCE]",
    help="Suppose that this was attested, such as nationality=XA@login:high.",
)
@click.option("--principal", metavar="NAME@ISSUER", help="Suppose that this is who asks.")
@click.option(
    "--token",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Read the claims from this token, as a gateway would; needs the issuers of obeys.toml.",
)
@options.json_output
def decide(
    folder: Path,
    model: str,
    act: str,
    provider: str | None,
    claims: tuple[str, ...],
    principal: str | None,
    token: Path | None,
    as_json: bool,
) -> int:
    """Say what the gateways of FOLDER would decide of a request for MODEL, and why."""
    from groundstop.cli.obeys_hearing import subscriber_of
    from groundstop.cli.output import show, show_json, tell
    from groundstop.directives.deciding import decide as decide_request
    from groundstop.reports.directive_decision import decision_record, decision_text

    if not model.strip():
        raise InputError("No model is named", "Give the name that is asked for")
    facts = _facts(model, _act(act), provider, claims, principal)
    if token is not None:
        if claims or principal:
            raise InputError("A token and supposed claims do not go together", "Give one or the other")
        facts = _with_token(facts, token, folder)
    subscriber = subscriber_of(folder)
    active = subscriber.active
    if active.closed:
        told = {"allowed": False, "closed": list(active.closed)}
        tell(f"The request is kept out. Everything is closed: {active.closed[0]}.", told, as_json=as_json)
        return ExitCode.BAD
    decision = decide_request(facts, active.table, subscriber.time(now()).timestamp(), active.heard)
    if as_json:
        show_json(decision_record(decision))
    else:
        show(decision_text(decision))
    return ExitCode.GOOD if decision.allowed else ExitCode.BAD


def _act(text: str) -> Act:
    from groundstop.documents.directives import Act

    try:
        return Act(text)
    except ValueError as error:
        known = ", ".join(act.value for act in Act)
        raise InputError(f"There is no act {text!r}", f"Choose among: {known}") from error


def _facts(
    model: str, act: Act, provider: str | None, claims: tuple[str, ...], principal: str | None
) -> Facts:
    from groundstop.directives.facts import Attested, Facts, Principal
    from groundstop.documents.directives import Assurance, ClaimName

    found = {}
    for text in claims:
        said, _, by = text.rpartition("@")
        name, equals, values = said.partition("=")
        issuer, _, level = by.partition(":")
        if not (equals and values and issuer):
            raise InputError(f"{text!r} is no claim", "Write NAME=VALUE@ISSUER, such as nationality=XA@login")
        try:
            claim, assurance = ClaimName(name), Assurance(level or "substantial")
        except ValueError as error:
            raise InputError(
                f"{text!r} names no claim or assurance that there is",
                f"Claims: {', '.join(ClaimName)}; assurances: {', '.join(Assurance)}",
            ) from error
        if claim in found:
            raise InputError(
                f"The claim {name} is given twice", "Give its values together: NAME=XA,XB@ISSUER"
            )
        found[claim] = Attested(frozenset(values.split(",")), issuer, assurance.rank, math.inf)
    who = None
    if principal is not None:
        name, at, issuer = principal.rpartition("@")
        if not (at and name and issuer):
            raise InputError(f"{principal!r} is no principal", "Write NAME@ISSUER")
        who = Principal(issuer, name)
    return Facts(model, act, provider, who, found)


def _with_token(facts: Facts, path: Path, folder: Path) -> Facts:
    from groundstop.directives.claims import attest, issuers_from
    from groundstop.directives.subscribing import read_obeys
    from groundstop.evidence import read_bounded

    source = folder / "obeys.toml"
    issuers = issuers_from(read_obeys(source).issuers, source=str(source), folder=folder)
    found = attest(read_bounded(path, most=_MOST_TOKEN_BYTES).strip(), issuers, now().timestamp())
    for refused in found.refused:
        click.echo(f"Not believed: {refused.why}", err=True)
    return facts._replace(principal=found.principal, claims=found.claims)
