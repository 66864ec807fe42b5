"""Other doors to the same decision: for LiteLLM, nginx, Envoy, and whoever hands out weights."""

from groundstop.gateway.mounts.point import DecisionPoint
from groundstop.gateway.mounts.questions import Question, Verdict
from groundstop.gateway.mounts.service import DecisionService, decision_service

__all__ = ["DecisionPoint", "DecisionService", "Question", "Verdict", "decision_service"]
