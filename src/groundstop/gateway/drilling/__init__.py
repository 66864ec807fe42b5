"""Drills: what users see when a model is withdrawn under load."""

from groundstop.gateway.drilling.drill import Drill, drill_here, drill_live
from groundstop.gateway.drilling.stub import Pace

__all__ = ["Drill", "Pace", "drill_here", "drill_live"]
