"""Other people's engines, run as programs in environments of their own and pointed at a target of ours.

What is asked is the engine's business; where it asks, what it may see of our environment, and where its
results go is settled here. An engine is never imported.
"""

from groundstop.importers.engines.checking import check_arguments, split_config
from groundstop.importers.engines.choosing import Engine, engine_named, find_program
from groundstop.importers.engines.environment import child_environment
from groundstop.importers.engines.errors import EngineError
from groundstop.importers.engines.launching import ConfigFile, Endpoint, Job, Launch
from groundstop.importers.engines.outcomes import collect_results, keep_result
from groundstop.importers.engines.output import OutputLog
from groundstop.importers.engines.running import Start, Watch, run_engine

__all__ = [
    "ConfigFile",
    "Endpoint",
    "Engine",
    "EngineError",
    "Job",
    "Launch",
    "OutputLog",
    "Start",
    "Watch",
    "check_arguments",
    "child_environment",
    "collect_results",
    "engine_named",
    "find_program",
    "keep_result",
    "run_engine",
    "split_config",
]
