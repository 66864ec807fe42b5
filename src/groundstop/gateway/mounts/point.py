"""The decision behind every door: attested, ruled on, guarded, and on record before it is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from groundstop.directives.decision import Decision
from groundstop.documents.gateway import GuardOutcome, GuardSaid
from groundstop.gateway.denials import Denial, denial_of, guard_denial
from groundstop.gateway.gate import Gate, Who
from groundstop.gateway.guards import rule_when_not_assessed
from groundstop.gateway.mounts.questions import Question, Verdict, refused
from groundstop.gateway.proxying.guarding import guards_left
from groundstop.gateway.proxying.parts import Guarding
from groundstop.gateway.recording import Counter, Entry, Recorder
from groundstop.gateway.serving.attesting import Attester
from groundstop.gateway.settings import Dialect, Settings

NOT_ON_RECORD = "Nothing goes on, since the receipts cannot be written"


@dataclass
class DecisionPoint:
    """Decides for other gateways, as the gateway itself does.

    Its receipts stand in the same chain, and its claims are attested by the same issuers. What it is not told
    of a request it cannot see: names and texts are what the one who asks says they are.

    Args:
        settings: Of the gateway: its aliases, and whether clients must show credentials.
        gate: Rules.
        attester: Tells who asks. It is replaced as a whole when the issuers change.
        recorder: Keeps receipts.
        counter: Counts.
        guards: Guards that orders ask for.
        new_id: Gives each request its id.
        clock: Counts seconds up; for measuring only.
    """

    settings: Settings
    gate: Gate
    attester: Attester
    recorder: Recorder
    counter: Counter
    guards: Guarding
    new_id: Callable[[], str]
    clock: Callable[[], float]

    async def decide(self, question: Question) -> Verdict:
        """Decide, and put it on record.

        Args:
            question: What is asked; its names may be hostile, and there is at least one.

        Returns:
            The verdict. One that lets a request go on is on record already.
        """
        began = self.clock()
        verdict = await self._decide(question, self.new_id())
        self.counter.answered(
            f"{question.surface}:{question.route}"[:64], verdict.status, self.clock() - began
        )
        return verdict

    def refuse(
        self, surface: str, status: int, code: str, message: str, dialect: Dialect = Dialect.OPENAI
    ) -> Verdict:
        """Refuse what cannot be ruled on; nothing is put on record of it.

        Args:
            surface: The enforcement point that asks.
            status: What the client is to be answered with.
            code: A word for programs.
            message: A sentence for people, without a final full stop.
            dialect: In which it is worded.
        """
        self.counter.answered(f"{surface}:-", status, 0.0)
        return refused(self.new_id(), status, code, message, dialect)

    async def _decide(self, question: Question, request: str) -> Verdict:
        now = self.gate.time()
        who = self.attester.who(question.presented, now)
        if self.settings.clients.credentials == "required" and who.principal is None and not who.claims:
            return refused(request, 401, "credentials_required", _why(who), question.dialect)
        names = self._with_aliases(question.names)
        said: tuple[GuardSaid, ...] = ()
        denial = None
        while denial is None:
            ruling = self.gate.rule(names, question.act, who, question.provider)
            decision = ruling.decision
            if not ruling.allowed:
                denial = denial_of(ruling)
            elif decision is not None and guards_left(ruling, said):
                # What stood when the guards began may not stand any more: it is ruled on again.
                said, denial = await self._guarded(decision, question)
            else:
                break
        entry = Entry(
            request=request,
            surface=question.surface,
            route=question.route,
            names=names,
            act=question.act,
            provider=question.provider,
            who=who,
            ruling=ruling,
            status=200 if denial is None else denial.status,
            guards=said,
        )
        try:
            self.recorder.decided(entry)
        except OSError:
            return refused(request, 503, "receipts_unavailable", NOT_ON_RECORD, question.dialect)
        if denial is None:
            return Verdict(request, 200, question.dialect, ruling=ruling)
        return Verdict(
            request, denial.status, question.dialect, denial.reason.value, denial.message, denial, ruling
        )

    def _with_aliases(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return the names, with what those are aliases of that are some here."""
        upstreams = self.settings.upstream
        stands_for = [one.aliases[name] for name in names for one in upstreams if name in one.aliases]
        return tuple(dict.fromkeys((*names, *stands_for)))

    async def _guarded(
        self, decision: Decision, question: Question
    ) -> tuple[tuple[GuardSaid, ...], Denial | None]:
        """Return what the guards say, and what is told of the first that keeps the request out."""
        found: dict[str, GuardOutcome] = dict.fromkeys(decision.guards, GuardOutcome.NOT_ASSESSED)
        if question.texts is not None:
            for one in await self.guards.check(decision.guards, question.texts):
                # Who has not seen all of a request can block it, and cannot pass it.
                if not question.opaque or one.outcome is GuardOutcome.BLOCKED:
                    found[one.directive] = one.outcome
        said = tuple(GuardSaid(directive=name, outcome=outcome) for name, outcome in found.items())
        if GuardOutcome.BLOCKED in found.values():
            return said, guard_denial(decision, question.names[0], blocked=True)
        missed = [name for name, outcome in found.items() if outcome is GuardOutcome.NOT_ASSESSED]
        if not all(self._goes_on_unguarded(one) for one in missed):
            return said, guard_denial(decision, question.names[0], blocked=False)
        return said, None

    def _goes_on_unguarded(self, directive: str) -> bool:
        in_force = self.gate.in_force
        return in_force is not None and rule_when_not_assessed(in_force.orders, directive)


def _why(who: Who) -> str:
    """Return why nobody is known to ask, without a word of what was shown."""
    if not who.refused:
        return "Nothing was shown that tells who asks"
    return f"What was shown does not count: {'; '.join(dict.fromkeys(one.why.value for one in who.refused))}"
