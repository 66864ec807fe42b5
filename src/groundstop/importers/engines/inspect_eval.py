"""Inspect's ``inspect eval``, pointed at an OpenAI-compatible endpoint."""

from __future__ import annotations

import json

from groundstop.importers.engines.launching import NO_KEY, Job, Launch

RESERVED = frozenset({
    "--model", "--model-base-url", "--model-config", "--model-spec", "-M", "--run-config", "--batch",
    "--log-dir", "--log-format", "--json", "--detach", "--acp-server", "--ctl-server",
})  # fmt: skip
"""Options that are set here, or that would leave the run to go on by itself."""

_SERVICE = "groundstop"
_LOGS = "logs"


def launch_inspect(job: Job) -> Launch:
    """Return how Inspect is started for a job.

    The task's file is named without its folder, in which the engine is started: Inspect takes no absolute
    path to a file unless one of its tasks is named.

    Source: Inspect 0.3.285, ``_cli/eval.py``, ``_eval/list.py`` and
        ``model/_providers/openai_compatible.py``.
    """
    task = () if job.config is None else (_task(job.config.path.name, job.config.part),)
    return Launch(
        command=(
            str(job.program),
            "eval",
            *task,
            *job.arguments,
            f"--model=openai-api/{_SERVICE}/{job.endpoint.model}",
            f"--model-base-url={job.endpoint.url}",
            f"--log-dir={job.folder / _LOGS}",
            "--log-format=json",
        ),
        variables={
            f"{_SERVICE.upper()}_API_KEY": job.endpoint.key or NO_KEY,
            # As variables and not as options, which older releases would refuse.
            "INSPECT_DISPLAY": "plain",
            "INSPECT_EVAL_CTL_SERVER": "false",
            # Its traces and buffers hold prompts; in the job's folder they are removed with the logs.
            "XDG_DATA_HOME": str(job.folder / "data"),
        },
        files={},
        results=f"{_LOGS}/*.json",
    )


def _task(name: str, part: str | None) -> str:
    return name if part is None else f"{name}@{part}"


def inspect_finished(data: bytes) -> bool:
    """Tell whether a log is that of a run that came to its end: the exit code does not tell."""
    try:
        log = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return isinstance(log, dict) and log.get("status") == "success"
