"""Whether opened parts say what the open part says of them: trials are counted again, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from groundstop.documents import (
    Finding,
    Import,
    PartName,
    Plan,
    SealedRecipe,
    content_id,
    parse_json,
)
from groundstop.errors import DocumentError, GroundstopError
from groundstop.evidence.audit.checks import Check, Rule
from groundstop.evidence.audit.recounting import Said, read_said, recount, wording_digest
from groundstop.evidence.commitments import commit_lines

OPENED = Rule(
    "opened parts", "the open part tells other counts, another plan or another recipe than the sealed ones"
)


@dataclass(frozen=True, slots=True)
class _Parts:
    """The parts that could be opened and read."""

    recipe: SealedRecipe | None
    plan: Plan | Import | None
    said: Sequence[Said]


def check_opened(finding: Finding, opened: Mapping[PartName, bytes]) -> list[Check]:
    """Check opened parts against a finding, and against each other.

    Args:
        finding: The open part.
        opened: The contents that could be opened, already checked against their commitments.

    Returns:
        The checks; one that says "not checked" for each part that is not opened.
    """
    checks: list[Check] = []
    unread: dict[PartName, str] = {}
    recipe, plan, said = None, None, list[Said]()
    for name, content in opened.items():
        try:
            match name:
                case PartName.RECIPE:
                    recipe = SealedRecipe.parse(content, source="It")
                case PartName.PLAN:
                    plan = _plan(content)
                case PartName.TRIALS:
                    said = read_said(content)
                case PartName.MINIMAL:
                    pass
        except GroundstopError as error:
            unread[name] = error.message
    parts = _Parts(recipe, plan, said)
    for part in finding.parts:
        if part.name not in opened:
            checks.append(OPENED.not_checked(f"{part.name} is not sealed to this key"))
            continue
        problems = [unread[part.name]] if part.name in unread else []
        try:
            problems += _problems(finding, part.name, opened[part.name], parts)
        except GroundstopError as error:
            problems.append(error.message)
        checks += OPENED.judge(
            ((part.file.path, what) for what in problems), f"{part.name} is as told openly"
        )
    return checks


def _problems(finding: Finding, name: PartName, content: bytes, parts: _Parts) -> Iterator[str]:
    part = finding.part(name)
    if part is None or len(content) != part.size:
        yield "its size is not the one told openly"
    match name:
        case PartName.RECIPE if parts.recipe is not None:
            yield from _recipe_problems(finding, parts.recipe, parts.said)
        case PartName.PLAN if parts.plan is not None:
            if content_id(parts.plan.to_json()) != finding.plan:
                yield "it is another plan than the finding's"
            yield from _plan_problems(finding, parts.plan, parts.said)
        case PartName.TRIALS:
            if part is None or part.lines != commit_lines(content):
                yield "its lines are not those that were committed to"
            yield from recount(finding, parts.said)
        case _:
            pass


def _recipe_problems(finding: Finding, recipe: SealedRecipe, said: Sequence[Said]) -> Iterator[str]:
    if (recipe.requirement, recipe.estimand) != (finding.requirement, finding.estimand):
        yield "it breaks another requirement, or its rate is a rate of something else"
    wordings = {wording_digest(wording.messages) for wording in recipe.wordings}
    if any((one.trial.behavior, one.trial.technique) != (recipe.behavior, recipe.technique) for one in said):
        yield "a trial is of another behavior or another technique"
    if any(one.trial.request_sha256 not in wordings for one in said):
        yield "a trial asked something that is not in it"
    if recipe.literal is not None and wording_digest(recipe.literal.messages) in wordings:
        yield "the wording that stands beside its variants is one of them"


def _plan_problems(finding: Finding, plan: Plan | Import, said: Sequence[Said]) -> Iterator[str]:
    tried, told = len(plan.classes), finding.effort.classes_tried
    if tried != told:
        yield f"{tried} classes were tried, and the finding tells of {told}"
    if isinstance(plan, Import):
        source = finding.source
        if source is None or (source.tool, source.file_sha256) != (plan.tool, plan.file_sha256):
            yield "it is the account of another file than the finding's source"
        return
    own = {(one.trial.behavior, one.trial.technique) for one in said}
    planned = [one for one in plan.classes if (one.behavior, one.technique) in own]
    decision = finding.decision
    if decision is None:
        yield "it plans a test, and the finding has no decision"
    elif any(
        (one.hypotheses, one.boundaries) != (decision.hypotheses, decision.boundaries) for one in planned
    ):
        yield "the finding was decided by another test than the planned one"
    if finding.environment.sampling != plan.sampling or finding.model.identity != plan.target.model:
        yield "it plans for another model, or for answers drawn otherwise"


def _plan(content: bytes) -> Plan | Import:
    value = parse_json(content, source="It")
    kind = value.get("kind") if isinstance(value, dict) else None
    if kind == "import":
        return Import.from_json(value, source="It")
    if kind == "plan":
        return Plan.from_json(value, source="It")
    raise DocumentError(
        "It is neither a plan nor the account of an import", "Ask the reporter for the original"
    )
