"""Probing a gateway from outside: harmless requests on every route, name and way, and what became of them."""

from groundstop.gateway.probing.asking import Asking, ask_probes
from groundstop.gateway.probing.judging import Answer, judge
from groundstop.gateway.probing.looking import ProbedGateway, look_at, offered_at, sign_report
from groundstop.gateway.probing.planning import Looked, plan_probes
from groundstop.gateway.probing.routes import ROUTES
from groundstop.gateway.probing.subjects import ProbedOrder
from groundstop.gateway.probing.writing import TRICKS, written

__all__ = [
    "ROUTES",
    "TRICKS",
    "Answer",
    "Asking",
    "Looked",
    "ProbedGateway",
    "ProbedOrder",
    "ask_probes",
    "judge",
    "look_at",
    "offered_at",
    "plan_probes",
    "sign_report",
    "written",
]
