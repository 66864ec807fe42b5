"""Asking Cedar, by cedarpy, what it decides by the policies."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from groundstop.directives.cedar.schema import MODEL, REQUESTER, cedar_schema
from groundstop.directives.cedar.writing import DEFAULT, EVERY, MOST_MS, Policy, PolicyName, policies_of
from groundstop.directives.deciding import set_right
from groundstop.directives.facts import Attested, Facts, Principal
from groundstop.directives.granting import commitment_of
from groundstop.directives.names import normal, spelled, spelled_alone
from groundstop.directives.orders import LicenceInForce, Orders
from groundstop.documents.directives import Staff
from groundstop.errors import DocumentError, InputError

if TYPE_CHECKING:
    from types import ModuleType

_MOST_SETS = 10_000


class CedarDecision(NamedTuple):
    """What Cedar decides."""

    allowed: bool
    by: tuple[PolicyName, ...]
    """The policies that forbid it."""


class Question(NamedTuple):
    """A request, at a time, when something was last heard at another."""

    facts: Facts
    now: float
    heard: float


def check_policies(policies: str) -> None:
    """Check policies against the schema.

    Raises:
        DocumentError: They are not of its form.
        InputError: The extra ``cedar`` is not installed.
    """
    result = _cedarpy().validate_policies(policies, cedar_schema())
    if not result:
        raise DocumentError(
            f"The policies are not of the form of their schema: {result.errors[0]}",
            "Report it: policies that are written from orders must be",
        )


class CedarOrders:
    """Orders as policies, ready to be asked; only those about the model of a request are looked at.

    Args:
        orders: What stands.

    Raises:
        InputError: The extra ``cedar`` is not installed.
    """

    def __init__(self, orders: Orders) -> None:
        self._cedar = _cedarpy()
        self._by_key: dict[str, dict[PolicyName, Policy]] = {}
        self._everything = "\n".join([DEFAULT, *(one.text for one in policies_of(orders))])
        for policy in policies_of(orders):
            for key, _, all_of_it in policy.keys:
                self._by_key.setdefault(key, {})[policy.name] = policy
                if all_of_it:
                    self._by_key.setdefault(EVERY + key, {})[policy.name] = policy
        self._sets: dict[tuple[PolicyName, ...], Any] = {}
        licences = {one.digest: one for order in orders.orders for one in order.licences}
        self._licences = tuple(licences.values())

    @property
    def text(self) -> str:
        """The policies."""
        return self._everything

    def decide(self, question: Question) -> CedarDecision:
        """Ask about one request.

        Raises:
            DocumentError: A policy could not be evaluated: Cedar would leave it out.
        """
        return self.decide_all([question])[0]

    def decide_all(self, questions: Sequence[Question]) -> list[CedarDecision]:
        """Ask about many; see :meth:`decide`. Those that fall under the same policies are asked together."""
        together: dict[tuple[PolicyName, ...], list[int]] = {}
        for place, question in enumerate(questions):
            together.setdefault(self._about(question.facts), []).append(place)
        found: dict[int, CedarDecision] = {}
        for names, places in together.items():
            asked = [questions[place] for place in places]
            requests, entities = self._batch(asked)
            answers = self._cedar.is_authorized_batch(requests, self._set(names), entities)
            found |= {place: _decision(answer) for place, answer in zip(places, answers, strict=True)}
        return [found[place] for place in range(len(questions))]

    def _about(self, facts: Facts) -> tuple[PolicyName, ...]:
        names = {name for key in _keys(facts) for name in self._by_key.get(key, {})}
        return tuple(sorted(names))

    def _set(self, names: tuple[PolicyName, ...]) -> Any:
        if names not in self._sets:
            if len(self._sets) >= _MOST_SETS:
                self._sets.clear()
            wanted = set(names)
            texts = {
                name: policy.text
                for policies in self._by_key.values()
                for name, policy in policies.items()
                if name in wanted
            }
            parsed = self._cedar.PolicySet.from_str("\n".join([DEFAULT, *texts.values()]))
            self._sets[names] = parsed
        return self._sets[names]

    def _batch(self, questions: Sequence[Question]) -> tuple[list[dict[str, Any]], str]:
        """Return requests, and the entities that they are about: each once, however many ask."""
        requesters: dict[tuple[int, Principal | None, int], dict[str, Any]] = {}
        models: dict[tuple[str, str | None], dict[str, Any]] = {}
        requests = []
        for facts, now, heard in questions:
            # By what they are made of, which lives as long as the questions do.
            who = (id(facts.claims), facts.principal, id(facts.used))
            if who not in requesters:
                requesters[who] = _entity(REQUESTER, len(requesters), self._requester(facts))
            what = (facts.model, facts.provider)
            if what not in models:
                models[what] = _entity(MODEL, len(models), _model(facts))
            at, silent = set_right(now, heard)
            requests.append(
                {
                    "principal": requesters[who]["uid"],
                    "action": {"type": "Action", "id": str(facts.act)},
                    "resource": models[what]["uid"],
                    "context": {"at": _ms(at), "heard": _ms(heard), "silent": _ms(silent)},
                }
            )
        return requests, json.dumps([*requesters.values(), *models.values()])

    def _requester(self, facts: Facts) -> dict[str, Any]:
        return {
            "claims": {name: _claim(one) for name, one in facts.claims.items()},
            "named": self._naming(facts.principal),
            "spent": [one.digest for one in self._licences if _is_spent(one, facts.used)],
        }

    def _naming(self, principal: Principal | None) -> list[str]:
        if principal is None:
            return []
        return [one.digest for one in self._licences if _names(one, principal)]


def _keys(facts: Facts) -> tuple[str, ...]:
    """Return the keys that a request's model is looked up under."""
    found = [spelled(facts.model), *([spelled_alone(facts.model)] if _owner(facts) else [])]
    keys = (key for one in found for key in (*one.keys, *(EVERY + name for name in one.families)))
    return tuple(dict.fromkeys(keys))


def _owner(facts: Facts) -> str:
    return "" if facts.provider is None else normal(facts.provider)


def _model(facts: Facts) -> dict[str, Any]:
    owner = _owner(facts)
    return {"keys": list(_keys(facts)), **({"provider": owner} if owner else {})}


def _entity(kind: str, number: int, attributes: dict[str, Any]) -> dict[str, Any]:
    return {"uid": {"type": kind, "id": str(number)}, "attrs": attributes, "parents": []}


def _claim(one: Attested) -> dict[str, Any]:
    return {
        "values": sorted(one.values),
        "issuer": one.issuer,
        "assurance": one.assurance,
        "until": _ms(one.until),
    }


def _decision(answer: Any) -> CedarDecision:
    diagnostics = answer.diagnostics
    if diagnostics.errors:
        raise DocumentError(
            f"Cedar could not evaluate a policy: {diagnostics.errors[0]}",
            "Believe the table, and report it: Cedar leaves out what it cannot evaluate",
        )
    if answer.allowed:
        return CedarDecision(True, ())
    names = diagnostics.id_annotations_by_reason.values()
    return CedarDecision(False, tuple(sorted(map(PolicyName.parse, names))))


def _is_spent(one: LicenceInForce, used: Mapping[str, int]) -> bool:
    quota = one.licence.quota
    return quota is not None and not used.get(one.licence.id, 0) < quota.requests


def _names(one: LicenceInForce, principal: Principal) -> bool:
    holder = one.licence.holder
    return holder.staff is Staff.NAMED and commitment_of(holder.salt or "", principal) in holder.persons


def _ms(moment: float) -> int:
    if math.isnan(moment) or math.isinf(moment):
        return -MOST_MS if moment == -math.inf else MOST_MS
    return max(-MOST_MS, min(MOST_MS, round(moment * 1000)))


def _cedarpy() -> ModuleType:
    try:
        import cedarpy
    except ImportError as error:
        raise InputError(
            "Cedar is not installed", "Install it with: pip install 'groundstop[cedar]'"
        ) from error
    return cedarpy
