"""A real model in this process: SmolLM2 with guards of six versions around it, as data."""

from groundstop.targets.embedded.deployments import Deployment, deployments
from groundstop.targets.embedded.target import EmbeddedTarget

__all__ = ["Deployment", "EmbeddedTarget", "deployments"]
