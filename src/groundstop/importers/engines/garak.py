"""garak, pointed at an OpenAI-compatible endpoint."""

from __future__ import annotations

import json

from groundstop.importers.engines.launching import NO_KEY, Job, Launch

RESERVED = frozenset({
    "--target_type", "--model_type", "-t", "-m", "--target_name", "--model_name", "-n",
    "--generator_option_file", "--generator_options", "-G", "--report_prefix", "--config",
})  # fmt: skip
"""Options that are set here."""

_OPTIONS = "generator.json"
_PREFIX = "garak"


def launch_garak(job: Job) -> Launch:
    """Return how garak is started for a job.

    Source: garak 0.17.1, ``cli.py``, ``command.py`` and ``generators/openai.py``.
    """
    config = () if job.config is None else (f"--config={job.config.path}",)
    return Launch(
        command=(
            str(job.program),
            *config,
            *job.arguments,
            "--target_type=openai.OpenAICompatible",
            f"--target_name={job.endpoint.model}",
            f"--generator_option_file={job.folder / _OPTIONS}",
            f"--report_prefix={job.folder / _PREFIX}",
        ),
        variables={
            "OPENAICOMPATIBLE_API_KEY": job.endpoint.key or NO_KEY,
            # Its own log holds prompts; beside the report it is removed with it.
            "GARAK_LOG_FILE": str(job.folder / "garak.log"),
        },
        files={_OPTIONS: json.dumps({"openai": {"OpenAICompatible": {"uri": job.endpoint.url}}})},
        results=f"{_PREFIX}.report.jsonl",
    )


def garak_finished(data: bytes) -> bool:
    """Tell whether a report is that of a run that came to its end: garak's exit code does not tell."""
    return any(_is_end(line) for line in data.splitlines() if b'"completion"' in line)


def _is_end(line: bytes) -> bool:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(entry, dict) and entry.get("entry_type") == "completion"
