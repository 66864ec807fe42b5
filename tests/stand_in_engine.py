"""A stand-in for garak, promptfoo and Inspect: no engine, but started, pointed and stopped as one.

It takes the options that Groundstop gives to the engine by whose name it is called, asks the endpoint one
question for real, and writes a result file of that engine's real layout. It can go wrong in the ways that an
engine can: ``--behave HOW`` among its arguments says how. It uses the standard library only.
"""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

QUESTION = "What are the words?"
PHRASE = "blue river stone"


def install(folder: Path, name: str) -> Path:
    """Make a program of an engine's name that runs the stand-in; return its path."""
    program = folder / name
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{__file__}" {name} "$@"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def option(arguments: list[str], name: str) -> str:
    """Return an option's value, however it is written."""
    for place, argument in enumerate(arguments):
        if argument == name:
            return arguments[place + 1]
        if argument.startswith(f"{name}="):
            return argument.partition("=")[2]
    return ""


def ask(url: str, model: str, key: str) -> str:
    """Ask the endpoint the question."""
    body = {"model": model, "messages": [{"role": "user", "content": QUESTION}]}
    request = urllib.request.Request(  # noqa: S310 - the endpoint of the test
        f"{url}/chat/completions",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {key}"},
    )
    with urllib.request.urlopen(request, timeout=120) as reply:  # noqa: S310
        answer: str = json.load(reply)["choices"][0]["message"]["content"]
    return answer


class Garak:
    """What garak 0.17.1 is given, and leaves."""

    def __init__(self, arguments: list[str]) -> None:
        options = json.loads(Path(option(arguments, "--generator_option_file")).read_text())
        self.url: str = options["openai"]["OpenAICompatible"]["uri"]
        self.model = option(arguments, "--target_name")
        self.key = os.environ["OPENAICOMPATIBLE_API_KEY"]
        self.results = Path(option(arguments, "--report_prefix") + ".report.jsonl")

    def report(self, answer: str, *, ended: bool) -> str:
        """Return the report."""
        turn = {"role": "user", "content": {"text": QUESTION, "lang": "en"}}
        score = float(PHRASE in answer)
        attempt = {
            "entry_type": "attempt",
            "uuid": "1e80d7ca-e7d5-4acc-af3a-8184d0e4486c",
            "seq": 0,
            "probe_classname": "test.Test",
            "prompt": {"turns": [turn]},
            "outputs": [{"text": answer, "lang": "en"}],
            "notes": {},
            "conversations": [{"turns": [turn]}],
        }
        setup = {"entry_type": "start_run setup", "_config.version": "0.17.1", "run.eval_threshold": 1}
        target = {"plugins.target_type": "openai.OpenAICompatible", "plugins.target_name": self.model}
        lines: list[dict[str, Any]] = [
            {**setup, **target},
            {"entry_type": "init", "garak_version": "0.17.1"},
            {**attempt, "status": 1, "detector_results": {}},
            {**attempt, "status": 2, "detector_results": {"always.Pass": [score]}},
            *([{"entry_type": "completion"}] if ended else []),
        ]
        return "".join(json.dumps(line) + "\n" for line in lines)


class Promptfoo:
    """What promptfoo 0.121.20 is given, and leaves."""

    def __init__(self, arguments: list[str]) -> None:
        (provider,) = json.loads(Path(option(arguments, "--providers").removeprefix("file://")).read_text())
        self.url: str = provider["config"]["apiBaseUrl"]
        self.provider: str = provider["id"]
        self.model = self.provider.removeprefix("openai:chat:")
        self.key = os.environ[provider["config"]["apiKeyEnvar"]]
        self.results = Path(option(arguments, "--output"))

    def report(self, answer: str, *, ended: bool) -> str:
        """Return the result file; what is not whole is no JSON."""
        assertion = {"type": "not-icontains", "value": PHRASE}
        held = PHRASE not in answer
        result = {
            "id": "3e8be4ae-c125-4cd5-94f4-25835f835401",
            "success": held,
            "prompt": {"raw": QUESTION, "label": QUESTION},
            "promptId": "acc98906f75d071c45a221828926f4e489c52c40e20e77b3b389017c6aaf3258",
            "provider": {"id": self.provider, "label": ""},
            "response": {"output": answer, "finishReason": "stop"},
            "gradingResult": {"pass": held, "componentResults": [{"pass": held, "assertion": assertion}]},
            "testCase": {"vars": {}, "assert": [assertion]},
        }
        whole = {"results": {"version": 3, "results": [result]}, "metadata": {"promptfooVersion": "0.121.20"}}
        text = json.dumps(whole)
        return text if ended else text[:-20]


class Inspect:
    """What Inspect 0.3.285 is given, and leaves."""

    def __init__(self, arguments: list[str]) -> None:
        self.url = option(arguments, "--model-base-url")
        self.named = option(arguments, "--model")
        self.score = option(arguments, "--score")
        self.model = self.named.removeprefix("openai-api/groundstop/")
        self.key = os.environ["GROUNDSTOP_API_KEY"]
        self.results = Path(option(arguments, "--log-dir"), "2026-11-23T16-18-32-00-00_task_1.json")

    def report(self, answer: str, *, ended: bool) -> str:
        """Return the log."""
        sample = {
            "id": 1,
            "epoch": 1,
            "uuid": "FySgZJqtWBjTpYEqwYyzaV",
            "input": QUESTION,
            "target": PHRASE,
            "messages": [
                {"role": "user", "content": QUESTION, "source": "input"},
                {"role": "assistant", "content": answer, "source": "generate"},
            ],
            "output": {
                "model": self.model,
                "choices": [{"message": {"role": "assistant", "content": answer}}],
                "completion": answer,
            },
            "scores": {"includes": {"value": self.score or ("C" if PHRASE in answer else "I")}},
        }
        run = {
            "eval_id": "5EdJHSigXPpvfPtARN93V2",
            "task": "words",
            "task_id": "3nFhxvUeGWi2DjRrRpeSNo",
            "model": self.named,
            "packages": {"inspect_ai": "0.3.285"},
        }
        status = "success" if ended else "error"
        return json.dumps({"version": 2, "status": status, "eval": run, "samples": [sample]})


ENGINES: dict[str, type[Garak] | type[Promptfoo] | type[Inspect]] = {
    "garak": Garak,
    "promptfoo": Promptfoo,
    "inspect": Inspect,
}


def start_a_child(told: Path) -> None:
    """Start a process of its own, and write down the ids of both."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    whole = told.with_suffix(".part")
    whole.write_text(f"{os.getpid()} {child.pid}")
    whole.rename(told)


def main(name: str, arguments: list[str]) -> int:
    """Do as an engine does; return the exit code."""
    how = option(arguments, "--behave")
    engine = ENGINES[name](arguments)
    match how:
        case "fail":
            sys.stdout.write("Something went wrong.\n")
            return 3
        case "nothing":
            return 0
        case "branch":
            start_a_child(Path(option(arguments, "--told")))
        case "talk":
            seen = {"argv": sys.argv, "cwd": str(Path.cwd()), "environ": dict(os.environ)}
            sys.stdout.write(f"{json.dumps(seen)}\n")
            sys.stderr.write(f"Bearer {engine.key}\n")
    answer = ask(engine.url, engine.model, engine.key)
    if how == "talk":
        answer += f" {engine.key}"
    engine.results.parent.mkdir(exist_ok=True)
    if how == "rubbish":
        engine.results.write_text(json.dumps({"status": "success", "entry_type": "completion"}) + "\n")
    else:
        engine.results.write_text(engine.report(answer, ended=how != "unfinished"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
