"""What the demo's office drafts: an order for a restricted class, what it would be for all, and a licence."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from groundstop.cli.demo_case import AUTHORITY, COORDINATOR, view_now
from groundstop.cli.demo_evidence import EVALUATOR
from groundstop.cli.demo_gateway import ANOTHER
from groundstop.cli.demo_people import DEFENDER, DESK, HOME, PROVIDER

if TYPE_CHECKING:
    from groundstop.cli.demo_case import DemoCase
    from groundstop.documents.directives import Directive, Licence

_BOUND = 0.10
_MARGIN = 0.1


def draft_order(case: DemoCase, moment: datetime) -> Directive:
    """Draft an order from the case, and fill in what only the office can say."""
    from groundstop.directives.definitions import definition
    from groundstop.directives.drafting import DraftSettings, draft_from_case
    from groundstop.directives.ids import Numbered, new_id
    from groundstop.documents.directives import (
        Alternative,
        Appeal,
        Descendants,
        Directive,
        HostedModel,
        LegalBasis,
        LiftingCriteria,
        OrderKind,
        Response,
        Subject,
        SubjectModel,
        WantedVerdict,
        calls_needed,
    )

    settings = DraftSettings(
        issuer=AUTHORITY,
        order=OrderKind.RESTRICT,
        definitions=(definition("foreign-person", home=HOME, as_of=moment),),
        effective=moment,
    )
    drafted = draft_from_case(view_now(case.of(AUTHORITY)), settings).directive
    model = drafted.subject.models[0]
    hosted = HostedModel(provider=PROVIDER, name=model.hosted[0].name, snapshot="every")
    # The weakness is the desk's, not that of the weights under it: those are left alone.
    desk = SubjectModel(label="help-desk", hosted=(hosted,), aliases=(DESK,), findings=model.findings)
    filled = {
        "id": new_id(Numbered.DIRECTIVE, moment, secrets.token_hex),
        "created": moment,
        "basis": LegalBasis(
            text="The office may restrict a desk that breaks its own rules until a fix is verified.",
            citation="The county's rules for automatic desks, 7 (invented)",
            source="https://office.example/rules",
            as_of=moment,
        ),
        "subject": Subject(models=(desk,), descendants=Descendants.NONE),
        "lifting": LiftingCriteria(
            verdict=WantedVerdict.CLASS_MITIGATED,
            bound=_BOUND,
            alpha=0.05,
            minimum_n=calls_needed(_BOUND, 0.05),
            benign_margin=_MARGIN,
            verifiers=(EVALUATOR,),
            countersigners=(COORDINATOR,),
            countersigners_needed=1,
        ),
        "fallback": True,
        "alternatives": (Alternative(model=ANOTHER),),
        "reasons": "The desk tells callers its staff password, which its own rules forbid.",
        "appeal": Appeal(name="The office, appeals", contact="appeals@office.example", answer_days=30),
        "response": Response(
            message="This desk is restricted by an order. Persons of the county may sign in.",
            more="https://office.example/orders",
        ),
    }
    return Directive.model_validate({**dict(drafted), **filled})


def shutdown_of(scoped: Directive) -> Directive:
    """Return what the order would be if it were for everybody."""
    from groundstop.documents.directives import Directive, OrderKind, Rule

    for_all = {"order": OrderKind.DE_DEPLOY, "definitions": (), "claims": (), "scope": (Rule(id="all"),)}
    return Directive.model_validate({**dict(scoped), **for_all})


def draft_licence(directive: Directive, moment: datetime) -> Licence:
    """Return a licence for an organisation abroad that defends others."""
    from groundstop.directives.ids import Numbered, new_id
    from groundstop.directives.licensing import Wanted, new_licence

    return new_licence(
        directive,
        Wanted(organisation=DEFENDER, conditions=("Answers stay inside the organisation.",)),
        licence_id=new_id(Numbered.LICENCE, moment, secrets.token_hex),
        salt=secrets.token_hex(32),
        now=moment,
    )
