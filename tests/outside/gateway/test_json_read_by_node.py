"""Bodies that we read, as JavaScript reads what goes on: one node process over the whole corpus."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from groundstop.gateway.reading import written
from tests.property.gateway.test_read_alike import BODIES, as_bytes, read

READER = """
const lines = require("fs").readFileSync(0, "utf8").split("\\n");
console.log(JSON.stringify(lines.map((line) => JSON.parse(line).model)));
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_javascript_reads_the_same_model() -> None:
    corpus = [
        b'{"model":"elm","messages":[{"content":"\\u2028\\ud83d\\udca1\\u0000"}],"seed":9007199254740993}',
        b'{"model":"el\\u006d","__proto__":{"model":"alder"},"constructor":1}',
        b'{"__proto__":{"model":"alder"},"model":"elm"}',
    ]

    @settings(
        max_examples=400,
        phases=[Phase.generate],
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(BODIES)
    def gather(text: str) -> None:
        corpus.append(as_bytes(text))

    gather()
    taken = [one for one in map(read, corpus) if one is not None]
    assert len(taken) >= 20
    sent = b"\n".join(written(body) for body, _ in taken)
    ran = subprocess.run(["node", "-e", READER], input=sent, capture_output=True, check=True, timeout=60)
    assert json.loads(ran.stdout) == [asking.model for _, asking in taken]
