"""promptfoo, pointed at an OpenAI-compatible endpoint."""

from __future__ import annotations

import json

from groundstop.importers.engines.launching import NO_KEY, Job, Launch

RESERVED = frozenset({
    "-c", "--config", "-r", "--providers", "-o", "--output", "--share", "--model-outputs",
    "-w", "--watch", "--resume", "--retry-errors",
})  # fmt: skip
"""Options that are set here, or that would end in something else than one result file."""

_PROVIDER = "provider.json"
_KEY = "GROUNDSTOP_API_KEY"
_RESULTS = "results.json"


def launch_promptfoo(job: Job) -> Launch:
    """Return how promptfoo is started for a job.

    The endpoint stands in a provider's file and not in ``OPENAI_BASE_URL``: that would also send to the
    target what a grading model is asked, with its key.

    Source: promptfoo 0.121.20, ``promptfoo eval --help``, ``providers/openai/index.ts`` and ``envars.ts``.
    """
    config = () if job.config is None else ("--config", str(job.config.path))
    provider = {
        "id": f"openai:chat:{job.endpoint.model}",
        "config": {"apiBaseUrl": job.endpoint.url, "apiKeyEnvar": _KEY},
    }
    return Launch(
        command=(
            str(job.program),
            "eval",
            *config,
            *job.arguments,
            "--no-cache",
            "--no-write",
            "--no-share",
            "--no-table",
            "--no-progress-bar",
            "--output",
            str(job.folder / _RESULTS),
            "--providers",
            f"file://{job.folder / _PROVIDER}",
        ),
        variables={
            _KEY: job.endpoint.key or NO_KEY,
            # Its database and logs hold prompts; in the job's folder they are removed with the results.
            "PROMPTFOO_CONFIG_DIR": str(job.folder / "promptfoo"),
            # A failed assertion is an answer here, no failure of the program.
            "PROMPTFOO_FAILED_TEST_EXIT_CODE": "0",
            # Nothing goes to its makers: no use counted, no prompts to be graded there.
            "PROMPTFOO_DISABLE_TELEMETRY": "1",
            "PROMPTFOO_DISABLE_UPDATE": "1",
            "PROMPTFOO_DISABLE_SHARING": "1",
            "PROMPTFOO_DISABLE_REMOTE_GENERATION": "1",
            "PROMPTFOO_DISABLE_REDTEAM_REMOTE_GENERATION": "1",
        },
        files={_PROVIDER: json.dumps([provider])},
        results=_RESULTS,
    )


def promptfoo_finished(_data: bytes) -> bool:
    """Tell whether a result file is that of a whole run: promptfoo writes it at the end only."""
    return True
