"""What a case tells at a tier: all that an export, or a page for that tier, is made from.

A value of these types holds nothing that its tier may not have, so that what is made of it cannot either.
A field that the tier leaves out is none, or an empty tuple; ``left_out`` names what was left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from groundstop.documents import rate_words
from groundstop.documents.cases import Exposure, Role, StandingKind, Tier


@dataclass(frozen=True, slots=True)
class ToldModel:
    """A model that the case is about."""

    provider: str
    name: str
    snapshot: str | None
    purl: str | None
    digest: str | None

    @property
    def label(self) -> str:
        """Provider, name and snapshot, as one name."""
        return "/".join(part for part in (self.provider, self.name, self.snapshot) if part)


@dataclass(frozen=True, slots=True)
class ToldRate:
    """A count with its interval."""

    violated: int
    n: int
    undetermined: int
    lower: float
    upper: float
    level: float

    @property
    def words(self) -> str:
        """As ``41 of 50 (69 % to 91 %)``."""
        return rate_words(self)


@dataclass(frozen=True, slots=True)
class ToldColumn:
    """One model of a comparator panel."""

    model: str
    rate: ToldRate
    baseline: ToldRate | None
    """The same request asked plainly; none when it was not measured."""


@dataclass(frozen=True, slots=True)
class ToldFinding:
    """A finding that the case is about."""

    id: str
    content: str
    model: ToldModel | None
    rate: ToldRate | None
    """None when this copy of the case lacks the bundle."""
    window_start: datetime | None
    window_end: datetime | None
    attestation: str | None
    trials: int | None
    """Calls that were made with its recipe."""
    simulated: bool
    """True when no model answered: a scripted target did."""
    comparators: tuple[ToldColumn, ...]
    """As the finding itself has them."""


@dataclass(frozen=True, slots=True)
class ToldStanding:
    """Which stated requirement is said to be broken, or that there is none."""

    standing: StandingKind
    by: str
    at: datetime
    requirement: str | None
    """Its id."""
    version: str | None
    source: str | None
    statement: str | None
    """The requirement as it is stated."""
    text: str | None


@dataclass(frozen=True, slots=True)
class ToldInterest:
    """An interest that a party declared."""

    kind: str
    of: str
    in_party: str | None
    since: datetime | None
    until: datetime | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class ToldParty:
    """A party of the case."""

    name: str | None
    """None where this tier does not name it: then ``called`` says which it is."""
    called: str
    """Its name, or its role in words such as ``the reporter``; in statements and the rest it is called so."""
    role: Role
    reachable: bool
    withheld: bool | None
    """Whether its identity is withheld: then the name is a pseudonym."""
    declaration: str | None
    """What is known of its interests."""
    interests: tuple[ToldInterest, ...]
    challenged: tuple[str, ...]
    upheld: tuple[str, ...]
    may_score: bool | None
    why: str | None


@dataclass(frozen=True, slots=True)
class ToldStatement:
    """A statement of the case, in order."""

    digest: str
    """Of its envelope."""
    by: str
    """What the party is called at this tier."""
    role: Role
    at: datetime
    type: str
    """Such as ``fix_claimed``."""
    text: str | None
    """In its author's words, as far as they are for this tier; none when it gave none for it."""
    date: datetime | None
    """The date that it names: a fix planned, an end of an embargo, a withdrawal in effect."""
    build: str | None
    """The build that is said to be fixed."""
    model: ToldModel | None
    """The model that is said to be fixed."""
    withdraws: tuple[str, ...]
    """The models that are taken out of service."""
    cites: str | None
    """The requirement that a response cites, with its version and source."""
    about: str | None
    """The envelope of the statement that it is about: disputed, taken back, received."""
    order: str | None
    """The id of the order that it tells of."""
    amends: str | None
    stands: bool
    """False when its author replaced it or took it back."""
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class ToldClock:
    """A deadline."""

    name: str
    party: str | None
    state: str
    due: datetime | None
    met: datetime | None
    rule: str | None


@dataclass(frozen=True, slots=True)
class ToldDue:
    """What is due, and from whom."""

    party: str
    what: str
    by: datetime | None
    late: bool


@dataclass(frozen=True, slots=True)
class ToldRequest:
    """What a party was asked for."""

    by: str
    of: str
    what: str
    until: datetime
    text: str | None


@dataclass(frozen=True, slots=True)
class ToldFact:
    """A measured fact."""

    code: str
    what: str
    value: str | None
    """None when it was not measured."""
    source: str | None


@dataclass(frozen=True, slots=True)
class ToldScore:
    """One scorer's severity."""

    party: str
    profile: str
    assessed: datetime
    values: tuple[tuple[str, str], ...]
    """Axis and value."""
    reasons: tuple[tuple[str, str], ...]
    """Axis and reason; empty where the tier has no words of parties."""
    total: float | None
    level: str
    rank: int
    raised: bool
    deciding: tuple[str, ...]
    excluded: str | None
    stale: str | None


@dataclass(frozen=True, slots=True)
class ToldRange:
    """The lowest and the highest level under one profile."""

    profile: str
    lowest: str
    highest: str
    scorers: int


@dataclass(frozen=True, slots=True)
class ToldStep:
    """The recommended next step, by our own table."""

    step: str
    why: str
    table: str


@dataclass(frozen=True, slots=True)
class ToldPanel:
    """A comparator run that was put into the case."""

    by: str
    columns: tuple[ToldColumn, ...]
    counts: bool
    """False when it was taken back or replaced, or is not about a model that was reported."""


@dataclass(frozen=True, slots=True)
class ToldRerun:
    """An independent rerun of a finding."""

    by: str
    outcome: str
    rate: ToldRate
    at: datetime
    shared: tuple[str, ...] | None
    """What it shares with others; none when that is not declared."""
    counts: bool


@dataclass(frozen=True, slots=True)
class ToldCorroborations:
    """How many independent reruns the case asks for, and has."""

    wanted: int
    counted: int
    parties: tuple[str, ...]
    not_counted: tuple[tuple[str, str], ...]
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToldBound:
    """What was found of one kind of held-out variants."""

    kind: str | None
    rate: ToldRate
    listed_only: bool


@dataclass(frozen=True, slots=True)
class ToldVerification:
    """What is true of a claimed fix, by its verifier's word."""

    by: str
    finding: str
    """Content id of the finding that it is of."""
    fixer: str | None
    """Whose fix it is, as that party is called at this tier; none when it does not say."""
    own_run: bool
    """True when it is the run of whoever claims the fix, and so no independent verification."""
    at: datetime
    model: str | None
    tested: ToldModel | None
    """The same model, in its parts."""
    verdict: str
    undetermined: tuple[str, ...]
    recipe: ToldRate
    """The reported recipe, on the model that is said to be fixed."""
    held_out: tuple[ToldBound, ...]
    mixture: ToldRate | None
    benign_change: float | None
    """Share of ordinary requests refused after, less the share before; none when it was not measured."""
    benign_lower: float | None
    benign_upper: float | None
    benign_decision: str | None
    expires: datetime | None
    counts: bool
    """Whether it holds at this moment as an independent verification of the case."""
    problem: str | None
    """Why it does not count; none when it does, or the tier does not tell why."""


@dataclass(frozen=True, slots=True)
class ToldNotice:
    """A disclosure, and how far it reached."""

    tier: Tier
    by: str
    at: datetime
    sha256: str | None
    recipients: int
    acknowledged: int
    silent: int
    unreachable: int
    unreachable_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToldEmbargo:
    """Until when nothing is to be published."""

    until: datetime
    active: bool
    ended: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """A case as it is told at a tier."""

    case: str
    title: str
    tier: Tier
    tlp: str
    """The mark of the Traffic Light Protocol 2.0, such as ``TLP:GREEN``."""
    as_of: datetime
    opened: datetime
    closed: datetime | None
    models: tuple[ToldModel, ...]
    findings: tuple[ToldFinding, ...]
    standing: ToldStanding | None
    exposure: Exposure
    emergency: bool
    parties: tuple[ToldParty, ...]
    statements: tuple[ToldStatement, ...]
    clocks: tuple[ToldClock, ...]
    due: tuple[ToldDue, ...]
    requests: tuple[ToldRequest, ...]
    facts: tuple[ToldFact, ...]
    scores: tuple[ToldScore, ...]
    ranges: tuple[ToldRange, ...]
    next_step: ToldStep | None
    panels: tuple[ToldPanel, ...]
    """The comparator runs that were put into the case, the latest last."""
    reruns: tuple[ToldRerun, ...]
    corroborations: ToldCorroborations
    verifications: tuple[ToldVerification, ...]
    """In the order in which they were put into the case."""
    embargo: ToldEmbargo | None
    notices: tuple[ToldNotice, ...]
    forks: int
    """How often a party showed two different things to different people."""
    set_aside: int
    """Statements that are in the case and do not count."""
    missing: int
    """Files that statements speak of, and that this copy lacks."""
    unknown: tuple[str, ...]
    """What is not known, one sentence each."""
    left_out: tuple[str, ...]
    """What this tier does not tell, a few words each."""

    @property
    def comparators(self) -> tuple[ToldColumn, ...]:
        """The panel to show: of the latest comparator run that counts, or the findings' own."""
        for panel in reversed(self.panels):
            if panel.counts:
                return panel.columns
        return tuple(column for finding in self.findings for column in finding.comparators)
